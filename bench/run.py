#!/usr/bin/env python3
"""Measures the hub beside references and peers, and holds the figures against the bars. See README.md."""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the tree stays as it is

from harness import document, machine, report
from harness.catalogue import SCENARIOS, WHOLE
from harness.scenarios import Bench, say

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"any of {', '.join(SCENARIOS)}; default: all but the references alone")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument("--out", type=pathlib.Path, help="write the JSON object to this file, too")
    parser.add_argument("--write-docs", action="store_true", help="write docs/performance.md from this run")
    parser.add_argument("--seconds", type=float, default=8, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, in turn; medians are printed")
    parser.add_argument("--scale", type=float, default=1, metavar="SHARE",
                        help="of the large journals and the five minutes of kills, to try out; less than 1 misses their bars")
    parser.add_argument("--wait-quiet", type=float, default=0, metavar="S",
                        help="wait up to S seconds for a quiet machine before each measurement")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin",
                        help="folder of load_generator, sink_server and the other programs of bench/")
    parser.add_argument("--hub", type=pathlib.Path, default=ROOT / "build/release/bin/tillbridge")
    parser.add_argument("--sandbox", type=pathlib.Path, default=ROOT / "build/release/bin/tillbridge-sandbox")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("/var/tmp"),
                        help="where journals and databases are put; a real disk")
    parser.add_argument("--fixtures", type=pathlib.Path, default=ROOT / "build/bench",
                        help="where journals that took minutes to fill are kept for the next run")
    parser.add_argument("--with-n8n", action="store_true", help="n8n among the peers, too: two gigabytes of packages")
    parser.add_argument("--keep", action="store_true", help="keep that folder, to read the logs")
    given = parser.parse_args()
    for name in given.scenario:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario '{name}'")
    return given


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    if machine.file_system(given.folder) in {"tmpfs", "ramfs", "overlay"}:
        say(f"warning: {given.folder} is no real disk; figures that sync mean nothing here")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tillbridge-bench-", dir=given.folder))
    folder.chmod(0o755)  # the database's user has to get in
    bench = Bench(folder, given.programs.resolve(), given.hub.resolve(), given.sandbox.resolve(), given.seconds,
                  given.rounds, given.wait_quiet, given.scale, given.fixtures.resolve(), given.with_n8n)
    started = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    try:
        described = machine.describe(folder)
        version = subprocess.run([bench.hub, "version"], capture_output=True, text=True).stdout.strip()
        measured = {}
        for name in given.scenario or WHOLE:
            say(f"== {name}")
            began = time.monotonic()
            measured[name] = SCENARIOS[name](bench)
            say(f"   {name}: {time.monotonic() - began:.0f} s")
        described["fdatasync_after"] = machine.sync_probe(folder)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    result = report.result(measured, described, {"at": started, "version": version, "seconds": given.seconds,
                                                 "rounds": given.rounds, "scale": given.scale})
    print(report.table(result))
    if given.write_docs:
        (ROOT / "docs" / "performance.md").write_text(document.document(result))
    text = json.dumps(result)
    if given.out:
        given.out.write_text(text + "\n")
    if given.json:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
