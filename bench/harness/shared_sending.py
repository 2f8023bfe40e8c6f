"""How much several hubs on one PostgreSQL send together, against one: as fast as it goes, and where the platform's
slow answers limit and not the machine."""

import contextlib
import dataclasses
import subprocess

from . import machine, servers
from .load import Load, all_arrived, sink
from .neighbour import pause, resume
from .processes import Failed, wait_for
from .scenarios import WARM_UP_S, Running, contention, in_turn, pids, told, warm_flow
from .surges import now_us

ROUNDS_MAX = 2
FEED_RATE = 2_000  # at which a backlog is made
SLOW_MS, SLOWER_MS = 50, 250
WIDEST = 256  # calls in flight that a relay can be allowed
LEAST_OF_ITS_PART = 0.25  # of what would be even: the leader has more to do besides
DRAIN_PATIENCE_S = PLANNED_WITHIN_S = STORED_WITHIN_S = 30


@dataclasses.dataclass(frozen=True)
class Case:
    """waiting: so many events wait when the sending begins; 0: all are sent while they come."""
    hubs: int
    waiting: int = 0
    answers_after_ms: int = 0
    relays: int = 1
    calls_in_flight_max: int = servers.CALLS_IN_FLIGHT_MAX


CASES = {
    # The machine limits: all hubs, the database, the load and the sink share its cores.
    "hubs_1": Case(1), "hubs_2": Case(2), "hubs_3": Case(3),
    "backlog_hubs_1": Case(1, 20_000), "backlog_hubs_2": Case(2, 20_000), "backlog_hubs_3": Case(3, 20_000),
    # The platform limits: 64 calls at once, of whatever hub.
    "slow_hubs_1": Case(1, 5_000, SLOW_MS), "slow_hubs_3": Case(3, 5_000, SLOW_MS),
    # What a hub has under way at once limits: four platforms that allow more than that together.
    "wide_hubs_1": Case(1, 4_000, SLOWER_MS, 4, WIDEST), "wide_hubs_3": Case(3, 4_000, SLOWER_MS, 4, WIDEST),
}


def alone(name):
    """The case with one hub that this one is held against."""
    return name[:-1] + "1"


def delivered_by(database):
    """{hub's number: deliveries whose end it stored}"""
    said = subprocess.run(["psql", "-h", database, "-U", "postgres", "-At", "-F", " ", "-c",
                           "SELECT slot, sum(value)::bigint FROM tally WHERE name LIKE 'delivered/%' GROUP BY slot"],
                          capture_output=True, text=True, check=True)
    return {int(slot): int(value) for slot, value in map(str.split, said.stdout.splitlines())}


def shared_figure(figure, before, after, hubs_cpu):
    """Who of the hubs sent how much, and who paid for it. Pure."""
    by_hub = [after.get(number, 0) - before.get(number, 0) for number in range(1, len(hubs_cpu) + 1)]
    if sum(by_hub) < figure["events"]:
        raise Failed(f"the hubs stored {sum(by_hub)} deliveries as done, the sinks got {figure['events']}")
    if min(by_hub) * len(by_hub) < sum(by_hub) * LEAST_OF_ITS_PART:
        raise Failed(f"a hub sent hardly anything: {by_hub}; this shows no sharing")
    if figure.get("doubles") or figure.get("out_of_order"):
        raise Failed(f"{figure.get('doubles')} doubled, {figure.get('out_of_order')} out of order")

    def per_10k(cpu_s):
        return round(cpu_s / figure["events"] * 10_000, 3)
    return figure | {"by_hub": by_hub, "least_share": round(min(by_hub) / sum(by_hub), 3),
                     "leader_cpu_s_per_10k": per_10k(hubs_cpu[0]), "others_cpu_s_per_10k": per_10k(sum(hubs_cpu[1:])),
                     "database_cpu_s_per_10k": per_10k(figure["cpu_s"] - sum(hubs_cpu))}


@contextlib.contextmanager
def started(bench, folder, case):
    """(the sinks by relay, the leading hub as Running, all hubs' programs, the database)"""
    with contextlib.ExitStack() as stack:
        sinks = {}
        for number in range(1, case.relays + 1):
            own = folder / f"sink-{number}"
            own.mkdir()
            sinks[own.name] = stack.enter_context(sink(bench.programs, own))
        database, server = stack.enter_context(servers.postgres(folder / "postgres"))
        leader, programs = stack.enter_context(servers.hubs(
            folder / "hubs", bench.hub, bench.sandbox, {name: far_end.port for name, far_end in sinks.items()}, database,
            case.hubs, case.calls_in_flight_max))
        running = Running(leader.public, [*pids(programs), server.pid], servers.FEED_PATH, "feed",
                          token=servers.FEED_TOKEN, hub=leader)
        yield sinks, running, programs, database


def make_backlog(bench, generator, sinks, running, case):
    """The load's report; nothing of it has been sent."""
    for name, far_end in sinks.items():
        far_end.answer_after(case.answers_after_ms)
        pause(running.hub, name)
    report = running.load(generator, bench.scaled(case.waiting) / FEED_RATE, FEED_RATE)
    wait_for("everything to be planned", lambda: waiting(running.hub) >= report["acked"] * len(sinks), PLANNED_WITHIN_S)
    if any(far_end.report()["received"] for far_end in sinks.values()):
        raise Failed("a paused platform got something: this shows nothing")
    return report


def waiting(hub):
    return hub.ask("GET", "/status")["journal"]["deliveries_waiting"]


def drain(sinks, running, report):
    """From the moment in which the platforms may be called until each has everything that waited."""
    figure = {}
    sink_cpu = sum(far_end.report()["cpu_s"] for far_end in sinks.values())
    with contention(running.roots, figure):
        begun_us = now_us()
        for name in sinks:
            resume(running.hub, name)
        accounts = [all_arrived(far_end, report, DRAIN_PATIENCE_S) for far_end in sinks.values()]
        figure["sink_cpu_s"] = round(sum(account["cpu_s"] for account in accounts) - sink_cpu, 3)
    return drain_figure(figure, report, accounts, begun_us)


def drain_figure(figure, report, accounts, begun_us):
    """An account for each sink, all of which had to get everything."""
    elapsed = (max(account["last_new_us"] for account in accounts) - begun_us) / 1e6
    sent = report["acked"] * len(accounts)
    return figure | {
        "complete": True, "missing": 0, "events": sent, "seconds": round(elapsed, 3), "drain_per_s": round(sent / elapsed, 1),
        "cpu_s_per_10k": round(figure["cpu_s"] / sent * 10_000, 3), "errors": report["errors"],
        "doubles": sum(account["doubles"] for account in accounts),
        "out_of_order": sum(account["order_violations"] for account in accounts)}


def play(bench, name, case):
    folder = bench.own_folder(name)
    generator = Load(bench.programs, folder)
    with started(bench, folder, case) as (sinks, running, programs, database):
        warm = running.load(generator, WARM_UP_S, FEED_RATE)
        for far_end in sinks.values():
            all_arrived(far_end, warm)
            far_end.reset()
        report = make_backlog(bench, generator, sinks, running, case) if case.waiting else None
        before, cpu = delivered_by(database), [machine.cpu_seconds([pid]) for pid in pids(programs)]
        if report:
            figure = drain(sinks, running, report)
        else:
            figure = warm_flow(bench, generator, next(iter(sinks.values())), running)
        cpu = [machine.cpu_seconds([pid]) - used for pid, used in zip(pids(programs), cpu)]
        wait_for("the journal to have it all", lambda: waiting(running.hub) == 0, STORED_WITHIN_S)
        return shared_figure(figure, before, delivered_by(database), cpu)


def nodes_capacity(bench):
    rates = {}  # of the round

    def measure(name, case):
        figure = told(name, play, bench, name, case)
        rates[name] = rate_of(figure)
        return figure | over_one_hub(rates, name)
    return in_turn(bench, CASES, measure, ROUNDS_MAX)


def rate_of(figure):
    return figure.get("events_per_s", figure.get("drain_per_s"))


def over_one_hub(rates, name):
    """Against the same with one hub, of the same round."""
    one = rates.get(alone(name))
    return {"over_one_hub": round(rates[name] / one, 3)} if one and rates[name] else {}
