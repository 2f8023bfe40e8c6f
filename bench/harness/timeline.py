"""What the sink's list of arrivals says about a surge: backlog, drain, order, latencies. Times in microseconds of
CLOCK_MONOTONIC, which is one clock for all programs of a machine. Pure functions."""

import math
import struct
from typing import NamedTuple


class Arrived(NamedTuple):
    id: int
    at_us: int  # at the sink
    sent_us: int  # when it was to be sent


def parse(raw):
    """The bytes of the sink's GET /arrivals (bench/sink/account.h)."""
    return [Arrived(number, at, at - latency) for number, at, latency in struct.iter_unpack("<QQQ", raw)]


def _steps(arrivals):
    """(moment, orders under way from then on), in time; what happens at one moment is one step."""
    changes = {}
    for one in arrivals:
        changes[one.sent_us] = changes.get(one.sent_us, 0) + 1
        changes[one.at_us] = changes.get(one.at_us, 0) - 1
    level = 0
    for moment in sorted(changes):
        level += changes[moment]
        yield moment, level


def backlog_peak(arrivals, from_us=0, until_us=math.inf):
    """The most orders that were sent and had not arrived, within the span; what was under way at its start counts."""
    peak = before = 0
    for moment, level in _steps(arrivals):
        if moment < from_us:
            before = level
        elif moment < until_us:
            peak = max(peak, level)
    return max(peak, before)


def cleared_us(arrivals, from_us, level_max):
    """The first moment from then on at which no more than level_max orders were under way; None when there is none."""
    current = 0  # at from_us, and later above level_max
    for moment, level in _steps(arrivals):
        if moment <= from_us:
            current = level
        elif current <= level_max:
            break
        elif level <= level_max:
            return moment
    return from_us if current <= level_max else None


def sent_within(arrivals, from_us, until_us=math.inf):
    return [one for one in arrivals if from_us <= one.sent_us < until_us]


def arrived_within(arrivals, from_us, until_us=math.inf):
    return [one for one in arrivals if from_us <= one.at_us < until_us]


def percentile_ms(arrivals, percent):
    """Of the time to the sink; None when there are none. Nearest rank, never too low."""
    times = sorted(one.at_us - one.sent_us for one in arrivals)
    if not times:
        return None
    return round(times[max(1, math.ceil(len(times) * percent / 100)) - 1] / 1000, 3)
