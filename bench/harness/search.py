"""The console's questions over a million records: console_bench, a program of its own."""

import json
import subprocess

from .processes import Failed
from .scenarios import told

RECORDS = 1_000_000
WITHIN_S = 900


def asked(bench):
    """Exit code 1 with its JSON: measured, and a limit of its own does not hold."""
    records = max(10_000, bench.scaled(RECORDS))
    done = subprocess.run([bench.programs / "console_bench", "--records", str(records), "--folder",
                           bench.own_folder("search"), "--json"], capture_output=True, text=True, timeout=WITHIN_S)
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise Failed(f"console_bench: {done.stderr.strip()[-500:]}")
    return json.loads(lines[-1])


def figures(said):
    """A figure per question, and the ones that its limits are about."""
    def worst(times):
        return max(one["p99_ms"] for one in times.values())
    # Each question was checked for finding what it should, or console_bench would have given nothing.
    common = {"complete": True, "records": said["records"]}
    result = {"all": [common | {"p99_ms_worst": round(max(worst(said["reader"]), worst(said["http"])), 2),
                                "depth_ratio": round(max(said["depth_ratio"], said["depth_ratio_http"]), 3),
                                "journal_mb": said["journal_mb"], "fill_s": round(said["fill_s"], 1)}]}
    for name, times in said["http"].items():
        result[name] = [common | {"p50_ms": round(times["p50_ms"], 2), "p99_ms": round(times["p99_ms"], 2)}]
    return result


def search(bench):
    found = {}

    def measure():
        found.update(figures(asked(bench)))
        return found["all"][0]
    figure = told("console", measure)
    return found or {"all": [figure]}
