"""Burst and outage: how high the backlog gets, how fast it goes away, and what those pay who come afterwards."""

import contextlib
import threading
import time

from . import timeline
from .load import Load, all_arrived, sink, together
from .processes import Failed
from .scenarios import PEERS, STEADY_RATE, WARM_UP_S, contention, hubs, in_turn, told

ROUNDS_MAX = 1
BURST_FACTOR = 10
REFUSED_STATUS = 503
OUTAGE_PATIENCE_S = 60  # a breaker asks again only now and then


def now_us():
    return time.monotonic_ns() // 1000


def burst_figure(arrivals, reports, account):
    """From three runs of the load: before, burst, after."""
    _, burst, after = (report["started_us"] for report in reports)
    usual = max(timeline.backlog_peak(arrivals, until_us=burst), 1)
    ended = reports[1]["started_us"] + int(reports[1]["asked_s"] * 1e6)
    cleared = timeline.cleared_us(arrivals, ended, usual)
    if cleared is None:
        raise Failed(f"the backlog never went back to {usual}, as it was before the burst")
    return {
        "complete": True, "missing": 0, "doubles": account["doubles"], "out_of_order": account["order_violations"],
        "events": sum(report["acked"] for report in reports), "errors": sum(report["errors"] for report in reports),
        "backlog_peak": timeline.backlog_peak(arrivals, burst),
        "clear_s": round((cleared - ended) / 1e6, 3),
        "before_p99_ms": timeline.percentile_ms(timeline.sent_within(arrivals, 0, burst), 99),
        "burst_p99_ms": timeline.percentile_ms(timeline.sent_within(arrivals, burst, after), 99),
        "after_p99_ms": timeline.percentile_ms(timeline.sent_within(arrivals, after), 99),
        "burst_ack_p99_ms": reports[1]["p99_ms"],
    }


def play_burst(bench, name, contender):
    """Steady, ten times as much for half the time, steady again."""
    folder = bench.own_folder(f"burst-{name}")
    generator = Load(bench.programs, folder)
    phases = ((bench.seconds / 2, STEADY_RATE), (bench.seconds / 2, STEADY_RATE * BURST_FACTOR),
              (bench.seconds, STEADY_RATE))
    figure = {}
    with sink(bench.programs, folder) as far_end, contender(folder, far_end.port) as running:
        all_arrived(far_end, running.load(generator, WARM_UP_S, STEADY_RATE))
        far_end.reset()
        with contention(running.roots, figure):
            reports = [running.load(generator, seconds, rate) for seconds, rate in phases]
            account = all_arrived(far_end, together(reports))
            figure["load_cpu_s"] = sum(report["cpu_s"] for report in reports)
            figure["sink_cpu_s"] = account["cpu_s"]
        return figure | burst_figure(timeline.parse(far_end.arrivals()), reports, account)


def burst(bench):
    contenders = {**hubs(bench), "outbox_shared": PEERS["outbox_shared"]}
    return in_turn(bench, contenders, lambda name, one: told(name, play_burst, bench, name, one), ROUNDS_MAX)


def outage_figure(arrivals, report, account, down_us, up_us):
    """The sink refused from down_us to up_us."""
    if account["refused"] == 0:
        raise Failed("nothing was refused: this shows no outage")
    usual = max(timeline.backlog_peak(arrivals, until_us=down_us), 1)
    cleared = timeline.cleared_us(arrivals, up_us, usual)
    if cleared is None:
        raise Failed(f"the backlog never went back to {usual}, as it was before the outage")
    first = min(one.at_us for one in timeline.arrived_within(arrivals, up_us))
    drained = len(timeline.arrived_within(arrivals, first, cleared + 1))
    return {
        "complete": True, "missing": 0, "doubles": account["doubles"], "out_of_order": account["order_violations"],
        "events": report["acked"], "errors": report["errors"], "refused": account["refused"],
        "backlog_peak": timeline.backlog_peak(arrivals, down_us),
        "outage_s": round((up_us - down_us) / 1e6, 3),
        "noticed_s": round((first - up_us) / 1e6, 3),
        "clear_s": round((cleared - up_us) / 1e6, 3),
        "drain_per_s": round(drained / max((cleared - first) / 1e6, 1e-3), 1),
        "lag_max_ms": timeline.percentile_ms(arrivals, 100),
        "ack_p99_ms": report["p99_ms"],
        "after_p99_ms": timeline.percentile_ms(timeline.sent_within(arrivals, cleared), 99),
    }


@contextlib.contextmanager
def turning(far_end, turns):
    """Changes the sink's answers while the load runs: (after so many seconds, status). When each was done."""
    done = []

    def turn(status):
        far_end.answer_with(status)
        done.append(now_us())
    timers = [threading.Timer(after_s, turn, [status]) for after_s, status in turns]
    for timer in timers:
        timer.start()
    try:
        yield done
        for timer in timers:
            timer.join()
    finally:
        for timer in timers:
            timer.cancel()


def play_outage(bench, name, contender):
    """The steady rate all the time; meanwhile the sink refuses for as long as a measurement takes."""
    folder = bench.own_folder(f"outage-{name}")
    generator = Load(bench.programs, folder)
    quiet_s = min(2.0, bench.seconds / 4)
    figure = {}
    with sink(bench.programs, folder) as far_end, contender(folder, far_end.port) as running:
        all_arrived(far_end, running.load(generator, WARM_UP_S, STEADY_RATE))
        far_end.reset()
        with contention(running.roots, figure):
            with turning(far_end, [(quiet_s, REFUSED_STATUS), (quiet_s + bench.seconds, 200)]) as turned:
                report = running.load(generator, quiet_s + 2 * bench.seconds, STEADY_RATE)
            account = all_arrived(far_end, report, OUTAGE_PATIENCE_S)
            figure["load_cpu_s"], figure["sink_cpu_s"] = report["cpu_s"], account["cpu_s"]
        return figure | outage_figure(timeline.parse(far_end.arrivals()), report, account, *turned)


def outage_drain(bench):
    return in_turn(bench, hubs(bench), lambda name, one: told(name, play_outage, bench, name, one), ROUNDS_MAX)
