"""What is known of each scenario: its last run, kept in a file, and docs/reliability.md made of that."""

import dataclasses
import datetime
import json
import os
import pathlib
import platform

import run as runs
from registry import ORACLE, SCENARIOS

HEAD = """# Reliability

Written by `./tb chaos --long --write-docs docs/reliability.md`; changes by hand are lost. Real processes: the hub, and the
sandbox that sells, plays the platforms and keeps the ledger. The ledger knows nothing of the hub; it derives from what the
tills did what every platform must have received. Faults last as long as the table says, while {rate:g} sales a second go
on; then everything heals, the hub drains, and both are asked. What lost events would be found by (the hub's polling of
Sitoo) is switched off, so that an acknowledged arrival that is lost stays lost.

**Held** means: {oracle}. "API = platforms" is: arrivals, records, deliveries per platform and open cases as the hub's API
shows them equal what the simulators and the ledger counted. A skip is no pass.

The last judged run of each scenario, on {machine}: {held} held, {broken} broken, {skipped} skipped. *effects* are the
events that platforms took and that something called for; the five columns after it count what must not be.

| scenario | day | injected | for | result | acknowledged | effects | missing | invented | doubled | wrong | out of order | notes |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""

RESULT = 5  # which of a row's cells, the one before the first counted

TAIL = """
How to run one: `./tb chaos kill_storm`, `./tb chaos --list`; `tests/chaos/README.md` says how it works. That the oracle can
fail is shown by `tests/chaos/oracle_test.py`: effects that are dropped, doubled, altered and brought out of order on their
way, a journal that is taken away, and doctored figures.
"""


def machine():
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = " ".join(line.split(":", 1)[1].split())
            break
    return f"{os.cpu_count()} × {model}, {memory_gb:.0f} GB, Linux {platform.release().split('-')[0]}"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(known):
    name, figures = known["name"], known["figures"]
    counts = " | ".join(str(figures.get(one, "")) for one in (
        "acked", "effects", "missing", "invented", "doubled", "wrong", "out_of_order"))
    ran = known["verdict"] != runs.SKIPPED
    notes = "; ".join([*(f"**{one}**" for one in known["broken"]), *known["notes"]])
    return (f"| `{name}` | {known['day']} | {cell(SCENARIOS[name].injects)} | {str(known['seconds']) + ' s' if ran else ''} | {known['verdict']} "
            f"| {counts} | {cell(notes)} |\n")


def file_of(folder):
    return folder / "results.json"


def known_in(folder):
    path = file_of(folder)
    return json.loads(path.read_text()) if path.exists() else {}


def keep(folder, result, rate):
    """The newest run of a scenario replaces the one before; but a skip takes no verdict back."""
    known = known_in(folder)
    before = known.get(result.name)
    if result.verdict == runs.SKIPPED and before is not None and before["verdict"] != runs.SKIPPED:
        return
    known[result.name] = dataclasses.asdict(result) | {"day": datetime.date.today().isoformat(), "rate": rate}
    file_of(folder).write_text(json.dumps(known, indent=1))


def rows_of(text):
    """The rows of a document written before, by scenario."""
    rows = {}
    for line in text.splitlines(keepends=True):
        cells = line.split("|")
        if len(cells) > RESULT and cells[1].strip().startswith("`"):
            rows[cells[1].strip(" `")] = line
    return rows


def write(path, folder):
    """A row that is in the document stays until its scenario is judged again."""
    rows = rows_of(path.read_text()) if path.exists() else {}
    known = known_in(folder)
    for name, one in known.items():
        if name in SCENARIOS and (one["verdict"] != runs.SKIPPED or name not in rows):
            rows[name] = row(one)
    rows = {name: rows[name] for name in SCENARIOS if name in rows}
    verdicts = [line.split("|")[RESULT].strip() for line in rows.values()]
    counted = {verdict: verdicts.count(verdict) for verdict in (runs.HELD, runs.BROKEN, runs.SKIPPED)}
    text = HEAD.format(rate=max(one["rate"] for one in known.values()), oracle=ORACLE, machine=machine(), **counted)
    path.write_text(text + "".join(rows.values()) + TAIL)
