"""A start with a million orders stored and a million deliveries waiting (backlog.py has how), until all have arrived."""

from .backlog import CUSTOMERS, RECORDS, start_with_backlog
from .scenarios import told


def figure_of(said):
    """Of a start after which everything arrived, once and in the order of its lane, or there would be no figures."""
    kept = ("ready_s", "first_delivery_s", "taken_up_s", "rss_mb_peak", "journal_mb", "doubles", "missing")
    return {"complete": True, "waiting": said["records"], "out_of_order": said["order_violations"],
            "clear_s": said["whole_drain_s"], "drain_per_s": round(said["records"] / said["whole_drain_s"], 1),
            **{key: said[key] for key in kept}}


def play(bench):
    return figure_of(start_with_backlog(bench, bench.scaled(RECORDS), bench.scaled(CUSTOMERS), drain_s=0, drain_all=True))


def backlog(bench):
    return {"hub_sqlite": [told("start with a backlog", play, bench)]}
