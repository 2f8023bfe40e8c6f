"""What scenarios are made of, and the first of them. Each gives {contender: [a figure per round]}; a figure that could not
be measured is {"reason": why}."""

import contextlib
import dataclasses
import pathlib
import sqlite3
import sys
import time

from . import machine, n8n, servers
from .load import Load, all_arrived, sink
from .processes import Failed, counted_syncs, free_port, run_json

STEADY_RATE = 500
WARM_UP_S = 1.5
SYNC_RUN_S = 2
# Above this share of the machine taken by others, a figure is marked.
CONTENTION_MAX = 0.1


@dataclasses.dataclass
class Bench:
    folder: pathlib.Path
    programs: pathlib.Path
    hub: pathlib.Path
    sandbox: pathlib.Path
    seconds: float
    rounds: int
    wait_quiet_s: float = 0
    scale: float = 1  # of what is large or long by itself; with less than 1 its bars are not judged
    fixtures: pathlib.Path = pathlib.Path("build/bench")  # journals that took minutes to fill
    with_n8n: bool = False
    _folders: int = 0

    def scaled(self, number):
        return max(1, round(number * self.scale))

    def own_folder(self, name):
        self._folders += 1
        folder = self.folder / f"{self._folders:03}-{name}"
        folder.mkdir()
        folder.chmod(0o755)
        return folder


@dataclasses.dataclass
class Running:
    """Something that takes orders and brings them to the sink."""
    port: int
    roots: list
    path: str = "/events"
    shape: str = "order"
    user: str = ""
    password: str = ""
    token: str = ""
    hub: object = None  # servers.Hub, when it is one

    def load(self, generator, seconds, rate=0):
        return generator.run(self.port, self.path, seconds, rate, self.shape, self.user, self.password, self.token)


def say(text):
    print(text, file=sys.stderr, flush=True)


def pids(programs):
    return [program.pid for program in programs]


# Contenders: context managers (folder, sink port) -> Running, the database's processes among the roots.

def _postgres_peer(script, *arguments, **how):
    @contextlib.contextmanager
    def contender(folder, sink_port):
        with servers.postgres(folder / "postgres") as (database, server):
            with servers.peer(folder, script, sink_port, database, *arguments, **how) as (port, processes):
                yield Running(port, pids([server, *processes]))
    return contender


@contextlib.contextmanager
def _bullmq(folder, sink_port):
    with servers.redis(folder / "redis") as (path, server):
        with servers.peer(folder, "bullmq.mjs", sink_port, path) as (port, processes):
            yield Running(port, pids([server, *processes]))


@contextlib.contextmanager
def _n8n_queue(folder, sink_port):
    queue_port = free_port()
    with servers.postgres(folder / "postgres") as (database, server):
        with servers.redis(folder / "redis", queue_port) as (_, queue):
            with n8n.n8n(folder / "n8n", sink_port, database, queue_port) as (port, processes):
                yield Running(port, pids([server, queue, *processes]), n8n.PATH)


PEERS = {
    "outbox": _postgres_peer("outbox.mjs"),
    "outbox_shared": _postgres_peer("outbox.mjs", "--shared"),
    "pgboss_strict_fifo": _postgres_peer("pgboss.mjs"),
    "pgboss_shared": _postgres_peer("pgboss.mjs", "--shared"),
    "bullmq": _bullmq,
}
N8N = {"n8n": _n8n_queue}


def peers_of(bench):
    return {**PEERS, **(N8N if bench.with_n8n else {})}


@contextlib.contextmanager
def relay(bench, folder, targets, journal="sqlite", data=None):
    """The hub with its order feed and relays: it parses, maps, adds up and writes at least what transform() in
    peers/common.mjs does; bench_id and bench_at of the order travel among its attributes.

    targets: {connection: port}. journal: "sqlite" or "postgres". data: the hub's folder, when there is one already.
    """
    with contextlib.ExitStack() as stack:
        database, roots = None, []
        if journal == "postgres":
            database, server = stack.enter_context(servers.postgres(folder / "postgres"))
            roots.append(server.pid)
        hub = stack.enter_context(servers.hub(folder / "hub", bench.hub, bench.sandbox, targets, database, data))
        yield Running(hub.public, [hub.program.pid, *roots], servers.FEED_PATH, "feed", token=servers.FEED_TOKEN, hub=hub)


HUBS = {f"hub_{journal}": journal for journal in ("sqlite", "postgres")}


def hubs(bench):
    """The hub end to end, a contender per journal."""
    def contender(journal):
        return lambda folder, sink_port: relay(bench, folder, {"sink": sink_port}, journal)
    return {name: contender(journal) for name, journal in HUBS.items()}


# One measurement.

def _others(busy, own, elapsed):
    """The share of the machine that went to processes that are not part of the measurement."""
    return max(0.0, busy - own) / (elapsed * machine.CORES)


@contextlib.contextmanager
def contention(roots, figure):
    """Adds the share of others to the figure, and what the roots used."""
    started, busy, own = time.monotonic(), machine.system_busy_seconds(), machine.cpu_seconds(roots)
    yield
    figure["cpu_s"] = round(machine.cpu_seconds(roots) - own, 3)
    extra = figure.get("load_cpu_s", 0) + figure.get("sink_cpu_s", 0)
    figure["others_share"] = round(_others(machine.system_busy_seconds() - busy, figure["cpu_s"] + extra,
                                           time.monotonic() - started), 3)
    figure["contended"] = figure["others_share"] > CONTENTION_MAX


def flow(bench, generator, far_end, running, rate=0):
    """POST to sink, every order checked, after a warm-up that does not count."""
    all_arrived(far_end, running.load(generator, WARM_UP_S, rate))
    far_end.reset()
    return warm_flow(bench, generator, far_end, running, rate)


def warm_flow(bench, generator, far_end, running, rate=0):
    figure = {}
    sink_cpu = far_end.report()["cpu_s"]
    with contention(running.roots, figure):
        report = running.load(generator, bench.seconds, rate)
        account = all_arrived(far_end, report)
        figure["load_cpu_s"] = report["cpu_s"]
        figure["sink_cpu_s"] = round(account["cpu_s"] - sink_cpu, 3)
    elapsed = (account["last_new_us"] - report["started_us"]) / 1e6
    figure.update({
        "complete": True, "events": report["acked"], "seconds": round(elapsed, 3),
        "events_per_s": round(report["acked"] / elapsed, 1), "acked_per_s": report["rate"],
        "cpu_s_per_10k": round(figure["cpu_s"] / report["acked"] * 10_000, 3),
        "ack_p50_ms": report["p50_ms"], "ack_p99_ms": report["p99_ms"], "ack_max_ms": report["max_ms"],
        "sink_p50_ms": account["p50_ms"], "sink_p99_ms": account["p99_ms"],
        "errors": report["errors"], "doubles": account["doubles"],
        "out_of_order": account["order_violations"], "missing": 0,
    })
    return figure


def told(name, measure, *arguments):
    """The figure that measure() gives, or why there is none, whatever that is: half an hour of others must not be lost
    with it. Said as it comes."""
    try:
        figure = measure(*arguments)
    except Exception as failure:
        kind = "" if isinstance(failure, Failed) else type(failure).__name__ + ": "
        figure = {"reason": kind + " ".join(str(failure).split())}
    say(f"  {name}: {brief(figure)}")
    return figure


def end_to_end(bench, name, contender, rate=0):
    def measure():
        folder = bench.own_folder(name)
        with sink(bench.programs, folder) as far_end, contender(folder, far_end.port) as running:
            return flow(bench, Load(bench.programs, folder), far_end, running, rate)
    return told(name, measure)


def syncs_figure(counted, report):
    return {"syncs": counted["syncs"], "acked": report["acked"],
            "per_1000": round(counted["syncs"] / report["acked"] * 1_000, 1)}


def syncs_per_1000(bench, name, contender):
    """How often the disk was told to keep what was written, per 1 000 acknowledged orders (strace)."""
    def measure():
        folder = bench.own_folder(f"{name}-syncs")
        generator = Load(bench.programs, folder)
        with sink(bench.programs, folder) as far_end, contender(folder, far_end.port) as running:
            all_arrived(far_end, running.load(generator, WARM_UP_S))
            far_end.reset()
            with counted_syncs(folder, running.roots) as counted:
                report = running.load(generator, SYNC_RUN_S)
                all_arrived(far_end, report)
        return syncs_figure(counted, report)
    return told(f"{name}, syncs", measure)


# What is said of a figure while the measurement goes on; the table has more.
BRIEF = ("events_per_s", "acked_per_s", "jobs_per_s", "requests_per_s", "ack_p99_ms", "cpu_s_per_10k", "per_1000",
         "backlog_peak", "clear_s", "drain_per_s", "replay_per_s", "live_p99_ms", "rss_mb_peak", "first_delivery_s",
         "leader_cpu_s_per_10k", "others_cpu_s_per_10k", "database_cpu_s_per_10k", "over_one_hub", "by_hub", "p99_ms_worst", "kills", "missing", "doubles", "out_of_order")


def brief(figure):
    if "reason" in figure:
        return f"not measured: {figure['reason']}"
    shown = {key: figure[key] for key in BRIEF if key in figure}
    mark = ", contended" if figure.get("contended") else ""
    return ", ".join(f"{key} {value}" for key, value in shown.items()) + mark


def in_turn(bench, contenders, measure, rounds_max=None):
    """{name: [a figure per round]}, one round of each after the other, because machines drift. rounds_max: for what is
    long and no ratio."""
    count = min(bench.rounds, rounds_max or bench.rounds)
    rounds = {name: [] for name in contenders}
    for number in range(count):
        say(f" round {number + 1} of {count}")
        for name, contender in contenders.items():
            machine.wait_until_quiet(bench.wait_quiet_s, CONTENTION_MAX)
            rounds[name].append(measure(name, contender))
    return rounds


# References.

def nginx_rate(bench):
    figure = {}
    folder = bench.own_folder("nginx")
    generator = Load(bench.programs, folder)
    with servers.nginx(folder / "nginx") as (port, program):
        generator.run(port, "/", 0.5)
        with contention([program.pid], figure):
            report = generator.run(port, "/", bench.seconds, shape="sitoo")
            figure["load_cpu_s"] = report["cpu_s"]
    if report["errors"]:
        raise Failed(f"nginx: {report['errors']} requests failed: {report['statuses']}")
    figure.update({"complete": True, "requests_per_s": report["rate"], "p99_ms": report["p99_ms"], "errors": 0})
    return figure


def _job_life(bench, program, target, roots=()):
    """The program counts the finished jobs in the database and fails when one is missing."""
    figure = {"complete": True}
    with contention(list(roots), figure):
        report = run_json(bench.programs / program, target, bench.seconds)
        figure["load_cpu_s"] = report.pop("cpu_s")
    figure.update(report)
    figure["cpu_s_per_10k"] = round((figure["cpu_s"] + figure["load_cpu_s"]) / report["jobs"] * 10_000, 3)
    return figure


def raw_sqlite(bench):
    return _job_life(bench, "sqlite_jobs", bench.own_folder("sqlite") / "jobs.db")


def raw_postgres(bench):
    with servers.postgres(bench.own_folder("raw") / "postgres") as (database, server):
        target = f"host={database} user=postgres dbname=postgres"
        return _job_life(bench, "postgres_jobs", target, [server.pid])


REFERENCES = {"nginx": nginx_rate, "raw_sqlite": raw_sqlite, "raw_postgres": raw_postgres}


def references(bench):
    return in_turn(bench, REFERENCES, lambda name, reference: told(name, reference, bench))


# The hub's acknowledgement.

def _intake(hub):
    return Running(hub.public, [hub.program.pid], servers.HUB_PATH, "sitoo", servers.HUB_USER, servers.HUB_PASSWORD)


def hub_syncs(bench):
    folder = bench.own_folder("hub-syncs")
    generator = Load(bench.programs, folder)
    with servers.hub(folder / "hub", bench.hub, bench.sandbox) as hub:
        running = _intake(hub)
        running.load(generator, 0.5)
        with counted_syncs(folder, running.roots) as counted:
            report = running.load(generator, SYNC_RUN_S)
    return syncs_figure(counted, report)


def acknowledged(bench, rate):
    """The hub's intake alone counts here, but everything else of it runs and reads the orders meanwhile."""
    figure = {}
    folder = bench.own_folder("hub")
    generator = Load(bench.programs, folder)
    with servers.hub(folder / "hub", bench.hub, bench.sandbox) as hub:
        running = _intake(hub)
        warm = running.load(generator, 0.5, rate)
        with contention(running.roots, figure):
            report = running.load(generator, bench.seconds, rate)
            figure["load_cpu_s"] = report["cpu_s"]
    acked = warm["acked_ids"] | report["acked_ids"]
    lost = (acked & ~stored_events(hub.data)).bit_count()
    if lost:
        raise Failed(f"{lost} acknowledged events are not in the journal")
    figure.update({"complete": True, "acked_per_s": report["rate"],
                   "ack_p50_ms": report["p50_ms"], "ack_p99_ms": report["p99_ms"],
                   "ack_p999_ms": report["p999_ms"], "ack_max_ms": report["max_ms"], "errors": report["errors"],
                   "load_late_p99_ms": report["late_p99_ms"],
                   "events": report["acked"], "missing": 0,
                   "cpu_s_per_10k": round(figure["cpu_s"] / report["acked"] * 10_000, 3)})
    return figure


def stored_events(data):
    """The numbers of all events in the journal, as a bitmap. Read when the hub has ended."""
    journals = sorted(data.rglob("*.journal"))
    if not journals:
        raise Failed(f"no journal in {data}")
    seen = bytearray(1)
    with contextlib.closing(sqlite3.connect(journals[0])) as journal:
        for (event,) in journal.execute("SELECT external_id FROM arrival_event"):
            number = int(event)
            if number // 8 >= len(seen):
                seen.extend(bytes(max(number // 8 + 1, 2 * len(seen)) - len(seen)))
            seen[number // 8] |= 1 << number % 8
    return int.from_bytes(seen, "little")


def ack(bench):
    say(" as fast as 64 connections go, in turn with nginx")
    measured = in_turn(bench, {"nginx": nginx_rate, "hub": lambda b: acknowledged(b, 0)},
                       lambda name, one: told(name, one, bench))
    say(f" {STEADY_RATE} per second")
    measured |= in_turn(bench, {"hub_steady": acknowledged}, lambda name, one: told(name, one, bench, STEADY_RATE))
    measured["syncs"] = {"hub": told("hub, syncs", hub_syncs, bench)}
    return measured


# End to end.

def _all_end_to_end(bench, rate):
    return in_turn(bench, {**hubs(bench), **peers_of(bench)},
                   lambda name, contender: end_to_end(bench, name, contender, rate))


def steady(bench):
    return _all_end_to_end(bench, STEADY_RATE)


def capacity(bench):
    """The hub alone, beside the raw references of the same round."""
    both = {**hubs(bench), **{name: REFERENCES[name] for name in ("raw_sqlite", "raw_postgres")}}
    return in_turn(bench, both, lambda name, one: told(name, one, bench) if name in REFERENCES
                   else end_to_end(bench, name, one))


def peers(bench):
    measured = _all_end_to_end(bench, 0)
    say(" syncs, under strace")
    contenders = {**hubs(bench), **peers_of(bench)}
    measured["syncs"] = {name: syncs_per_1000(bench, name, contender) for name, contender in contenders.items()}
    return measured
