"""Two targets of one workspace: what the healthy one gets while the other hangs, against being alone."""

from .load import Load, all_arrived, sink
from .processes import Failed, wait_for
from .scenarios import WARM_UP_S, flow, in_turn, relay, told

HEALTHY, NEIGHBOUR = "healthy", "neighbour"
SILENT = 0  # the sink reads and never answers


def pause(hub, connection):
    hub.ask("POST", f"/workspaces/{hub.workspace}/connections/{connection}/pause", {"reason": "bench"})


def alone(bench, folder, far_end):
    with relay(bench, folder, {HEALTHY: far_end.port}) as running:
        return flow(bench, Load(bench.programs, folder), far_end, running)


def beside_paused(bench, folder, far_end):
    """The same work in the hub as beside a hung one (each order is planned twice), but no call to the other."""
    other = folder / "other"
    other.mkdir()
    with sink(bench.programs, other) as neighbour:
        with relay(bench, folder, {HEALTHY: far_end.port, NEIGHBOUR: neighbour.port}) as running:
            pause(running.hub, NEIGHBOUR)
            figure = flow(bench, Load(bench.programs, folder), far_end, running)
        if neighbour.report()["received"]:
            raise Failed("the paused platform got something: this shows nothing")
    return figure


def beside_hung(bench, folder, far_end):
    other = folder / "other"
    other.mkdir()
    with sink(bench.programs, other) as neighbour:
        neighbour.answer_with(SILENT)
        with relay(bench, folder, {HEALTHY: far_end.port, NEIGHBOUR: neighbour.port}) as running:
            generator = Load(bench.programs, folder)
            all_arrived(far_end, running.load(generator, WARM_UP_S))
            wait_for("the hung platform to be called", lambda: neighbour.report()["refused"] > 0)
            far_end.reset()
            figure = flow(bench, generator, far_end, running)
            figure["calls_hung"] = neighbour.report()["refused"]
    return figure


def play(bench, name, contender):
    folder = bench.own_folder(f"neighbour-{name}")
    with sink(bench.programs, folder) as far_end:
        return contender(bench, folder, far_end)


def neighbour(bench):
    contenders = {"alone": alone, "beside_paused": beside_paused, "beside_hung": beside_hung}
    return in_turn(bench, contenders, lambda name, one: told(name, play, bench, name, one))
