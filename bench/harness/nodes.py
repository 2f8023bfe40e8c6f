"""Three hubs on one PostgreSQL of which one is killed every 5 s: the chaos scenario and its judge."""

import json
import pathlib
import subprocess
import sys

from .processes import Failed
from .scenarios import told

CHAOS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "chaos" / "chaos.py"
SCENARIO = "node_kill_every_5s"
SECONDS = 300
DRAIN_S = 600


def figure_of(said, seconds):
    """From the JSON of chaos.py: what its ledger judged."""
    result = said["scenarios"][0]
    if result["verdict"] == "skipped":
        raise Failed("; ".join(result["notes"]) or "skipped")
    counts = result["figures"]
    needed = ("missing", "doubled", "out_of_order")
    if any(name not in counts for name in needed):
        raise Failed("; ".join(result["broken"]) or "no verdict")
    return {"complete": True, "verdict": result["verdict"], "asked_s": seconds,
            "missing": counts["missing"], "doubles": counts["doubled"], "out_of_order": counts["out_of_order"],
            "events": counts["acked"], "effects": counts["effects"], "kills": counts["kills"],
            "rss_mb_peak": counts["rss_mb_peak"], "broken": result["broken"], "notes": result["notes"]}


def play(bench):
    seconds = bench.scaled(SECONDS)
    command = [sys.executable, "-B", CHAOS, bench.hub, bench.sandbox, SCENARIO, "--seconds", str(seconds), "--json",
               "--folder", bench.own_folder("nodes")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        lines = child.communicate(timeout=seconds + DRAIN_S)[0].strip().splitlines()
    finally:
        if child.poll() is None:  # it ends its hubs and its database itself
            child.terminate()
            child.wait()
    if not lines or not lines[-1].startswith("{"):
        raise Failed(f"chaos.py gave no result (exit code {child.returncode})")
    return figure_of(json.loads(lines[-1]), seconds)


def nodes(bench):
    return {"hub_postgres": [told("3 nodes", play, bench)]}
