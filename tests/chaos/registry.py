"""The scenarios by name. A scenario is a function that is given a Run, does its harm and heals it again; the drain and
the verdict come afterwards by themselves."""

from dataclasses import dataclass
from typing import Callable

NOT_SUPPORTED = "not supported by this build"


class Skipped(Exception):
    """Why a scenario cannot run here. A skip is no pass."""


class Broken(Exception):
    """What did not hold while the fault lasted."""


@dataclass(frozen=True)
class Scenario:
    name: str
    what: str  # in a line: what must hold although what happens
    injects: str
    holds: str  # beside the oracle
    short_s: float  # the fault lasts so long
    long_s: float
    short: bool  # one of the set for every build
    play: Callable


SCENARIOS: dict = {}
# What must hold everywhere; scenarios name what comes on top.
ORACLE = "every acknowledged arrival accounted for; nothing missing, invented, doubled, wrong or backwards; API = platforms"


def scenario(what: str, injects: str, holds: str = "", short_s: float = 10, long_s: float = 60, short: bool = False):
    def add(play: Callable) -> Callable:
        SCENARIOS[play.__name__] = Scenario(play.__name__, what, injects, holds, short_s, long_s, short, play)
        return play
    return add
