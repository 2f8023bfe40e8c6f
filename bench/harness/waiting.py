"""A start with a million orders stored and a million deliveries waiting (backlog.py has how)."""

from .processes import Failed
from .scenarios import told

RECORDS, CUSTOMERS = 1_000_000, 400_000


def figure_of(said):
    """What is judged: nothing came twice or out of turn, or there would be no figures. How fast it drains is no figure
    here, because the rest is not waited for."""
    kept = ("ready_s", "first_delivery_s", "taken_up_s", "rss_mb_peak", "journal_mb", "doubles")
    return {"complete": True, "waiting": said["records"], "out_of_order": said["order_violations"],
            **{key: said[key] for key in kept}}


def play(bench):
    try:
        from .backlog import start_with_backlog
    except ImportError as error:
        raise Failed("there is no journal with a million waiting deliveries yet") from error
    return figure_of(start_with_backlog(bench, bench.scaled(RECORDS), bench.scaled(CUSTOMERS)))


def backlog(bench):
    return {"hub_sqlite": [told("start with a backlog", play, bench)]}
