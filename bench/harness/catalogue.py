"""All scenarios by name, in the order in which they run."""

from .growth import growth
from .neighbour import neighbour
from .nodes import nodes
from .replay import replay
from .scenarios import ack, capacity, peers, references, steady
from .search import search
from .shared_sending import nodes_capacity
from .surges import burst, outage_drain
from .waiting import backlog

SCENARIOS = {one.__name__: one for one in (
    references, ack, steady, capacity, peers, burst, outage_drain, neighbour, replay, search, backlog, growth, nodes,
    nodes_capacity)}
# Without names: the references are in `ack` and `capacity` already, in turn with the hub.
WHOLE = [name for name in SCENARIOS if name != references.__name__]
