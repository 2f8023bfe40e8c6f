"""The bars and whether they hold. A figure that is not there misses its bar, and says why. Pure."""

from typing import Callable, NamedTuple

from .figures import good, median_of, ratio, reason_of

RECORDS_WAITING = 1_000_000
RECORDS_GROWN = 5_000_000
KILLED_FOR_S = 300


class Limit(NamedTuple):
    text: str
    holds: Callable


def at_least(limit):
    return Limit(f"≥ {limit:g}", lambda value: value >= limit)


def at_most(limit):
    return Limit(f"≤ {limit:g}", lambda value: value <= limit)


def bar(name, text, limit, value, reasons=(), short=None):
    """short: why the figure, although it is there, is not the one that the bar asks for."""
    if value is None:
        short = reason_of(*reasons)
    judged = {"name": name, "text": text, "bar": limit.text, "value": None if short else value,
              "held": not short and bool(limit.holds(value)),
              "contended": any(figure.get("contended") for rounds in reasons for figure in good(rounds))}
    return judged | ({"reason": short} if short else {})


def too_small(rounds, key, wanted):
    """Why these rounds do not count: they were tried out with less."""
    sizes = [figure.get(key, 0) for figure in good(rounds)]
    if sizes and min(sizes) < wanted:
        return f"measured with {min(sizes):g} {key} where the bar asks for {wanted}"
    return None


def worse(*values, pick=max):
    return pick(values) if all(value is not None for value in values) else None


def acknowledgement(of, sync_ms):
    hub, nginx, steady = of("ack", "hub"), of("ack", "nginx"), of("ack", "hub_steady")
    yield bar("ack_over_nginx", "acknowledged events/s ÷ nginx return 200", at_least(0.30),
              ratio(hub, nginx, "acked_per_s", "requests_per_s"), [hub, nginx])
    yield bar("ack_p99_ms", f"ack p99 at 500 events/s, ms (median fdatasync {sync_ms} ms)",
              at_most(max(5.0, round(10 * sync_ms, 2))), median_of(steady, "ack_p99_ms"), [steady])


# (name, text, the hub's contender, scenario, the other one, what counts there, at least)
END_TO_END = (
    ("sqlite_over_raw", "end to end events/s (SQLite) ÷ raw SQLite job life", "hub_sqlite", "capacity", "raw_sqlite",
     "jobs_per_s", 0.15),
    ("postgres_over_raw", "end to end events/s (PostgreSQL) ÷ raw libpq job life", "hub_postgres", "capacity",
     "raw_postgres", "jobs_per_s", 0.6),
    ("sqlite_over_outbox", "end to end events/s (SQLite) ÷ Node outbox with shared INSERTs", "hub_sqlite", "peers",
     "outbox_shared", "events_per_s", 2.5),
    ("postgres_over_pgboss", "end to end events/s (PostgreSQL) ÷ pg-boss strict FIFO", "hub_postgres", "peers",
     "pgboss_strict_fifo", "events_per_s", 5),
)


def end_to_end(of):
    for name, text, hub, scenario, other, key, limit in END_TO_END:
        mine, theirs = of(scenario, hub), of(scenario, other)
        yield bar(name, text, at_least(limit), ratio(mine, theirs, "events_per_s", key), [mine, theirs])
    mine, theirs = of("peers", "hub_sqlite"), of("peers", "outbox_shared")
    yield bar("cpu_over_outbox", "CPU-s per 10 000 events, database included (SQLite) ÷ Node outbox with shared INSERTs",
              at_most(0.45), ratio(mine, theirs, "cpu_s_per_10k"), [mine, theirs])


def size(of):
    rounds = of("backlog", "hub_sqlite")
    short = too_small(rounds, "waiting", RECORDS_WAITING)
    for name, text, key, limit in (
            ("peak_rss_mb", "peak RSS with 1 000 000 stored and 1 000 000 waiting, MB", "rss_mb_peak", 200),
            ("first_delivery_s", "first delivery after start with 1 000 000 waiting, s", "first_delivery_s", 2)):
        yield bar(name, text, at_most(limit), median_of(rounds, key), [rounds], short)
    small, large = of("growth", "small"), of("growth", "large")
    grown = worse(ratio(large, small, "cpu_s_per_10k"), ratio(large, small, "us_per_event"))
    yield bar("cost_growth", "cost per event at 5 000 000 records ÷ at 10 000, the worse of CPU and time",
              at_most(1.15), grown, [large, small], too_small(large, "records", RECORDS_GROWN))


def isolation(of):
    """Saturated, the hub shares its CPU between two targets whether one hangs or not: there the same work with the other
    one paused is the measure. Being alone is it at a pace that the hub can keep with both."""
    hung, paused = of("neighbour", "beside_hung"), of("neighbour", "beside_paused")
    hung_paced, alone_paced = of("neighbour", "beside_hung_paced"), of("neighbour", "alone_paced")
    value = worse(ratio(hung_paced, alone_paced, "events_per_s"), ratio(hung, paused, "events_per_s"), pick=min)
    yield bar("neighbour_ratio", "healthy platform's throughput beside a hung one ÷ alone; the worse of at 60 % of its "
              "capacity, and saturated against the other one paused", at_least(0.95), value,
              [hung_paced, alone_paced, hung, paused])


def killed(of):
    rounds = of("nodes", "hub_postgres")
    counts = [(figure["missing"], figure["doubles"], figure["out_of_order"]) for figure in good(rounds)]
    broken = [figure for figure in good(rounds) if figure["verdict"] != "held"]
    value = ", ".join(str(max(one)) for one in zip(*counts)) if counts else None
    judged = bar("nodes_under_kill", "3 nodes on one PostgreSQL, kill -9 every 5 s for 5 min: lost, doubled, out of order",
                 Limit("0, 0, 0", lambda shown: shown == "0, 0, 0" and not broken), value, [rounds],
                 too_small(rounds, "asked_s", KILLED_FOR_S))
    if broken:
        judged.setdefault("reason", "; ".join(broken[0]["broken"]))
    return [judged]


def all_bars(measured, described):
    def of(scenario, name):
        return measured.get(scenario, {}).get(name, [])

    return [*acknowledgement(of, described["fdatasync"]["median_ms"]), *end_to_end(of), *size(of), *isolation(of),
            *killed(of)]
