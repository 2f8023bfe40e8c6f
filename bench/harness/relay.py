"""The hub with a feed and relays: order events in, each POSTed to every target."""

import contextlib

from .processes import Failed

HEALTHY, NEIGHBOUR = "healthy", "neighbour"
WORKSPACE = "demo"


@contextlib.contextmanager
def relay(bench, folder, targets, journal="sqlite", data=None):
    """targets: {connection: port}. Gives a Running whose hub can be asked through its control port."""
    raise Failed("the hub has no flow that relays an order event to an endpoint yet")
    yield
