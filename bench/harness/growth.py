"""What an order costs on a journal of five million records, against one of ten thousand."""

import hashlib
import json
import pathlib
import shutil
import subprocess

from . import machine
from .load import Load, sink
from .processes import Failed, run_json
from .scenarios import flow, in_turn, relay, say, told
from .servers import Hub

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL, LARGE = 10_000, 5_000_000
JOURNAL = "tillbridge.journal"
BYTES_PER_RECORD = 2_500  # generously: with the log and what the measurements add
FILL_WITHIN_S = 3_600
# A kept journal is made anew when the measurements have added so much of it.
ADDED_SHARE_MAX = 0.2


class Filled:
    """A data folder of a hub whose journal holds so many records, and where the orders' numbers go on."""

    def __init__(self, folder, records):
        self.folder, self.records = folder, records
        self.data = folder / "data"
        self._note = folder / "filled.json"

    def note(self):
        try:
            return json.loads(self._note.read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def usable(self, stamp):
        """False when it is not there, was not finished, is another program's or has grown too much."""
        note = self.note()
        return note.get("stamp") == stamp and note.get("next_id", 0) <= self.records * ADDED_SHARE_MAX

    def fill(self, program, stamp):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.data.mkdir(parents=True)
        free = shutil.disk_usage(self.folder).free
        if free < 1.2 * self.records * BYTES_PER_RECORD:
            raise Failed(f"{self.records} records need {self.records * BYTES_PER_RECORD >> 30} GB of disk; "
                         f"{free >> 30} GB are free")
        filled = run_json(program, self.data / JOURNAL, self.records, Hub.workspace, within_s=FILL_WITHIN_S)
        subprocess.run(["sync", "-f", self.folder], check=True)
        self.used(stamp, 0)
        say(f"  {self.records} records filled in {filled['seconds']:.0f} s, "
            f"{(self.data / JOURNAL).stat().st_size >> 20} MB")

    def used(self, stamp, next_id):
        self._note.write_text(json.dumps({"stamp": stamp, "next_id": next_id}))


def stamp_of(root):
    """Of what decides how a filled journal looks: who fills it, and the schema."""
    parts = [root / "bench/filled_journal.h", root / "bench/fill_journal.cpp",
             *sorted((root / "src/journal/sqlite/migrations").glob("*.sql"))]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def filled(bench, records):
    """Kept under the build: filling takes minutes."""
    fixture = Filled(bench.fixtures / f"filled-{records}", records)
    stamp = stamp_of(ROOT)
    if not fixture.usable(stamp):
        say(f"  filling a journal with {records} records")
        fixture.fill(bench.programs / "fill_journal", stamp)
    return fixture, stamp


def measure(bench, records, generators):
    """Orders through a hub on that journal."""
    fixture, stamp = filled(bench, records)
    folder = bench.own_folder(f"growth-{records}")
    generator = generators.setdefault(records, Load(bench.programs, folder))
    generator.next_id = max(generator.next_id, fixture.note()["next_id"])
    try:
        with sink(bench.programs, folder) as far_end:
            with relay(bench, folder, {"sink": far_end.port}, data=fixture.data) as running:
                figure = flow(bench, generator, far_end, running)
    finally:
        fixture.used(stamp, generator.next_id)
    figure["us_per_event"] = round(1e6 / figure["events_per_s"], 2)
    return figure | {"records": records, "journal_mb": (fixture.data / JOURNAL).stat().st_size >> 20}


def growth(bench):
    if machine.file_system(bench.fixtures.parent) in {"tmpfs", "ramfs", "overlay"}:
        say(f"warning: {bench.fixtures} is no real disk")
    sizes = {"small": min(SMALL, bench.scaled(LARGE)), "large": bench.scaled(LARGE)}
    generators = {}
    return in_turn(bench, sizes, lambda name, records: told(name, measure, bench, records, generators))
