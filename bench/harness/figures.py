"""From the rounds of a measurement to one figure: medians, ratios, and the reason when there is none. Pure."""

import statistics

NOT_MEASURED = "not measured"
UNCHECKED = "its completeness was not checked"

# What counts how much work was done: worth nothing unless each piece of it was looked for.
RATES = ("requests_per_s", "jobs_per_s", "events_per_s", "acked_per_s", "drain_per_s", "replay_per_s", "live_per_s")

# Printed, in this order.
KEYS = (*RATES, "ack_p50_ms", "ack_p99_ms", "load_late_p99_ms", "sink_p50_ms", "sink_p99_ms", "cpu_s_per_10k",
        "leader_cpu_s_per_10k", "others_cpu_s_per_10k", "database_cpu_s_per_10k", "over_one_hub", "least_share",
        "us_per_event", "backlog_peak", "clear_s", "noticed_s", "lag_max_ms", "before_p99_ms", "burst_p99_ms",
        "after_p99_ms", "burst_ack_p99_ms", "replay_s", "quiet_p99_ms", "live_p99_ms", "live_ack_p99_ms", "refused",
        "calls_hung", "records", "waiting", "journal_mb", "fill_s", "p50_ms", "p99_ms", "p99_ms_worst", "depth_ratio",
        "ready_s", "first_delivery_s", "taken_up_s", "rss_mb_peak", "events", "effects", "kills", "doubles", "out_of_order",
        "missing", "errors", "others_share")


def checked(figure):
    """The figure itself, or why it must not be shown: a rate says nothing when what it counts may be missing."""
    if "reason" in figure or figure.get("complete"):
        return figure
    return {"reason": UNCHECKED}


def good(rounds):
    return [figure for figure in map(checked, rounds) if "reason" not in figure]


def reason_of(*lists):
    """The first reason that a measurement gave for not being there."""
    return next((figure["reason"] for figures in lists for figure in map(checked, figures) if "reason" in figure),
                NOT_MEASURED)


def median_of(rounds, key):
    values = [figure[key] for figure in good(rounds) if figure.get(key) is not None]
    return statistics.median(values) if values else None


def ratio(above, below, key, below_key=None):
    """The median of the rounds' ratios; None when no round has both."""
    pairs = [(checked(a).get(key), checked(b).get(below_key or key)) for a, b in zip(above, below)]
    values = [a / b for a, b in pairs if a and b]
    return round(statistics.median(values), 3) if values else None


def summary(rounds):
    """The medians of a contender's rounds, or why there are none."""
    held = good(rounds)
    if not held:
        return {"reason": reason_of(rounds)}
    numbers = {key: [figure[key] for figure in held if isinstance(figure.get(key), (int, float))] for key in KEYS}
    medians = {key: round(statistics.median(values), 4) for key, values in numbers.items() if values}
    medians["rounds"] = len(held)
    if any("contended" in figure for figure in held):
        medians["contended_rounds"] = sum(bool(figure.get("contended")) for figure in held)
    if len(held) < len(rounds):
        medians["failed_rounds"] = [checked(figure)["reason"] for figure in rounds if "reason" in checked(figure)]
    return medians
