"""One scenario's run: its processes, its time, what it says, and the verdict at the end."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

import oracle
from registry import Broken, Scenario, Skipped
from shim import NoCompiler, Shim
from town import Town

HELD, BROKEN, SKIPPED = "held", "broken", "skipped"


@dataclass
class Options:
    hub: pathlib.Path
    sandbox: pathlib.Path
    folder: pathlib.Path  # evidence of broken runs stays below it
    seed: int = 1
    rate: float = 60
    long: bool = False
    seconds: Optional[float] = None
    keep: bool = False
    say: Callable = print
    start_from: Optional[pathlib.Path] = None  # the hub of an older version, which `hub` replaces


@dataclass
class Result:
    name: str
    verdict: str
    seconds: float = 0
    figures: dict = field(default_factory=dict)
    broken: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seed: int = 0
    evidence: str = ""

    def line(self):
        figures = " ".join(f"{name} {self.figures[name]}" for name in (
            "acked", "effects", "missing", "invented", "doubled", "out_of_order", "wrong") if name in self.figures)
        rest = [*self.broken, *self.notes]
        return f"{self.verdict:<8}{self.name:<26}{figures}{'; ' if figures else ''}{'; '.join(rest)}"


class Run:
    """What a scenario is given."""

    def __init__(self, scenario: Scenario, options: Options, folder: pathlib.Path):
        self.scenario, self.options, self.folder = scenario, options, folder
        self.hub, self.seed, self.rate = options.hub, options.seed, options.rate
        self.seconds = options.seconds or (scenario.long_s if options.long else scenario.short_s)
        self.drain_s = 240.0 if options.long else 90.0
        self.town: Optional[Town] = None
        self.notes: list = []
        self.broken: list = []
        self.not_judged: list = []
        self._began = self._first = time.monotonic()
        self._ends: list = []
        self._after: list = []

    def open(self, **options) -> Town:
        self.town = Town(self.options.hub, self.options.sandbox, self.folder, seed=self.seed, **options)
        if not self.town.start_hub():
            log = (self.folder / "hub.log").read_text(errors="replace")[-400:]
            raise Broken(f"the hub does not start: {log}")
        return self.town

    def shim(self) -> Shim:
        try:
            return Shim(self.folder)
        except NoCompiler as error:
            raise Skipped(str(error)) from error

    def sell(self, extra_s=0.0, rate=None):
        """The shops open; the scenario's time begins."""
        self.town.open_shops(self.seconds + extra_s, rate or self.rate)
        self._began = time.monotonic()

    def left(self) -> float:
        return max(0.0, self._began + self.seconds - time.monotonic())

    def wait(self, seconds):
        time.sleep(max(0.0, seconds))

    def say(self, text):
        self.options.say(f"  {time.monotonic() - self._first:6.1f} s  {text}")

    def note(self, text):
        self.notes.append(text)

    def check(self, holds, otherwise):
        if not holds:
            self.broken.append(otherwise)
            self.say(f"does not hold: {otherwise}")

    def cannot_judge(self, why):
        """Something of the scenario could not be told here: when nothing else broke, it counts as skipped."""
        self.not_judged.append(why)
        self.say(f"not judged: {why}")

    def at_end(self, clean_up):
        self._ends.append(clean_up)

    def after_drain(self, then):
        """Asked once all is quiet, before the hub is stopped."""
        self._after.append(then)

    def play(self) -> dict:
        """The figures of the verdict; what does not hold is in broken."""
        self.scenario.play(self)
        self.say("healed; draining")
        self.town.heal()
        drained = self.town.drain(self.drain_s)
        for then in self._after:
            then()
        if not self.town.hub_runs() or not self.town.status():
            raise Broken("the hub does not answer any more")
        verdict = oracle.judge(oracle.ask(self.town, drained))
        self.broken += verdict.broken
        return verdict.figures | {"rss_mb_peak": round(self.town.rss_mb_peak), "kills": self.town.kills}

    def end(self):
        if self.town is not None:
            self.town.close()
        for clean_up in reversed(self._ends):
            with contextlib.suppress(OSError, subprocess.SubprocessError, RuntimeError):
                clean_up()


def play(scenario: Scenario, options: Options) -> Result:
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{scenario.name}-", dir=options.folder)).resolve()
    run = Run(scenario, options, folder)
    result = Result(scenario.name, HELD, seed=options.seed)
    began = time.monotonic()
    try:
        result.figures = run.play()
    except Skipped as why:
        result.verdict, run.notes = SKIPPED, [str(why)]
    except (AssertionError, Broken, OSError, KeyError, ValueError, RuntimeError, subprocess.SubprocessError) as error:
        run.broken.append(f"{type(error).__name__}: {error}")
    finally:
        run.end()
    result.seconds = round(run.seconds)
    result.broken, result.notes = run.broken, run.notes
    if result.figures:
        result.notes.append(f"RSS ≤ {result.figures['rss_mb_peak']} MB")
    if run.not_judged and result.verdict == HELD:
        result.verdict = SKIPPED
        result.notes = [*run.not_judged, *result.notes]
    if result.broken:
        result.verdict = BROKEN
    if result.verdict == BROKEN or options.keep:
        result.evidence = str(folder)
        for finding in result.figures.get("findings", []):
            options.say(f"  ledger: {finding}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    result.figures["took_s"] = round(time.monotonic() - began)
    return result
