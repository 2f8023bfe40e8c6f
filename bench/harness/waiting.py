"""A start with a million orders stored and a million deliveries waiting (backlog.py has how)."""

from .processes import Failed
from .scenarios import told


def play(bench):
    try:
        from .backlog import start_with_backlog
    except ImportError as error:
        raise Failed("there is no journal with a million waiting deliveries yet") from error
    return start_with_backlog(bench)


def backlog(bench):
    return {"hub_sqlite": [told("start with a backlog", play, bench)]}
