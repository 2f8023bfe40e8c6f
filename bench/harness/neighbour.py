"""Two targets of one workspace: what the healthy one gets while the other hangs, against being alone."""

import contextlib

from .load import Load, sink
from .processes import Failed
from .scenarios import STEADY_RATE, flow, in_turn, relay, told

HEALTHY, NEIGHBOUR = "healthy", "neighbour"
PACE = 0.6  # of what the hub does for one target alone
SILENT = 0  # the sink reads and never answers


def pause(hub, connection):
    hub.ask("POST", f"/workspaces/{hub.workspace}/connections/{connection}/pause", {"reason": "bench"})


def resume(hub, connection):
    hub.ask("POST", f"/workspaces/{hub.workspace}/connections/{connection}/resume", {})


@contextlib.contextmanager
def with_neighbour(bench, folder, far_end):
    """The hub with both targets, and the other one's sink."""
    other = folder / "other"
    other.mkdir()
    with sink(bench.programs, other) as neighbour:
        with relay(bench, folder, {HEALTHY: far_end.port, NEIGHBOUR: neighbour.port}) as running:
            yield running, neighbour
            neighbour.program.end()  # the calls that hang end with it: the hub would wait for them before it stops


def alone(bench, folder, far_end, rate=0):
    with relay(bench, folder, {HEALTHY: far_end.port}) as running:
        return flow(bench, Load(bench.programs, folder), far_end, running, rate)


def beside_paused(bench, folder, far_end, rate=0):
    """The same work in the hub as beside a hung one (each order is planned twice), but no call to the other."""
    with with_neighbour(bench, folder, far_end) as (running, neighbour):
        pause(running.hub, NEIGHBOUR)
        figure = flow(bench, Load(bench.programs, folder), far_end, running, rate)
        if neighbour.report()["received"]:
            raise Failed("the paused platform got something: this shows nothing")
    return figure


def beside_hung(bench, folder, far_end, rate=0):
    with with_neighbour(bench, folder, far_end) as (running, neighbour):
        neighbour.answer_with(SILENT)
        figure = flow(bench, Load(bench.programs, folder), far_end, running, rate)
        figure["calls_hung"] = neighbour.report()["refused"]
    if figure["calls_hung"] == 0:
        raise Failed("the hung platform was never called: this shows nothing")
    return figure


def play(bench, name, contender, rate):
    folder = bench.own_folder(f"neighbour-{name}")
    with sink(bench.programs, folder) as far_end:
        return contender(bench, folder, far_end, rate)


def neighbour(bench):
    """As fast as 64 connections go, and at a pace that the hub can keep with two targets."""
    contenders = {"alone": alone, "beside_paused": beside_paused, "beside_hung": beside_hung,
                  "alone_paced": alone, "beside_hung_paced": beside_hung}
    rates = {}  # of the round

    def measure(name, contender):
        rate = rates.get("alone", STEADY_RATE) * PACE if name.endswith("_paced") else 0
        figure = told(name, play, bench, name, contender, rate)
        rates[name] = figure.get("events_per_s", STEADY_RATE)
        return figure
    return in_turn(bench, contenders, measure)
