#!/usr/bin/env python3
"""Named faults against real processes, judged by the sandbox's ledger.

chaos.py HUB SANDBOX [scenario...]    the named ones; without names the short set, with --long every scenario
"""

import argparse
import dataclasses
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import report  # noqa: E402
import run as runs  # noqa: E402
import scenarios  # noqa: E402,F401
from registry import ORACLE, SCENARIOS  # noqa: E402
NOTHING_JUDGED = 77  # exit code: all were skipped


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hub", type=pathlib.Path, help="the program tillbridge")
    parser.add_argument("sandbox", type=pathlib.Path, help="the program tillbridge-sandbox")
    parser.add_argument("scenario", nargs="*", help="names (--list)")
    parser.add_argument("--long", action="store_true", help="long faults; without names: all scenarios")
    parser.add_argument("--all", action="store_true", help="all scenarios, with short faults")
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--seconds", type=float, help="how long the faults last, whatever the scenario says")
    parser.add_argument("--rate", type=float, default=60, help="sales per second (60)")
    parser.add_argument("--seed", type=int, default=1, help="of the shops and the dice (1)")
    parser.add_argument("--repeat", type=int, default=1, help="times, each with the next seed")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("build/chaos"),
                        help="where runs take place and the evidence of broken ones stays (build/chaos)")
    parser.add_argument("--keep", action="store_true", help="keep the evidence of runs that held, too")
    parser.add_argument("--write-docs", type=pathlib.Path, metavar="FILE", help="a table of the last run of each scenario in the folder, as Markdown")
    parser.add_argument("--from", dest="start_from", type=pathlib.Path, metavar="HUB",
                        help="rolling_upgrade: the hubs start as this program, of an older version, and are replaced by the other")
    asked = parser.parse_args(words)
    if asked.start_from and not asked.start_from.is_file():
        parser.error(f"--from {asked.start_from}: there is no such program")
    if asked.start_from and asked.scenario != ["rolling_upgrade"]:
        parser.error("--from is for rolling_upgrade alone")
    return asked


def options_of(asked):
    return runs.Options(asked.hub.resolve(), asked.sandbox.resolve(), asked.folder, asked.seed, asked.rate,
                        asked.long, asked.seconds, asked.keep,
                        say=lambda text: print(text, file=sys.stderr, flush=True),
                        start_from=asked.start_from and asked.start_from.resolve())


def chosen(asked):
    unknown = [name for name in asked.scenario if name not in SCENARIOS]
    if unknown:
        sys.exit(f"chaos: there is no scenario {', '.join(unknown)}; --list shows what there is")
    if asked.scenario:
        return [SCENARIOS[name] for name in asked.scenario]
    return [one for one in SCENARIOS.values() if asked.long or asked.all or one.short]


def show_list():
    print(f"Must hold in each: {ORACLE}.\n")
    for one in SCENARIOS.values():
        print(f"{one.name:<26}{one.short_s:>4.0f} / {one.long_s:.0f} s{'  short set' if one.short else ''}\n"
              f"    {one.what}\n    injects: {one.injects}{chr(10) + '    holds:   ' + one.holds if one.holds else ''}")


def main():
    asked = arguments()
    if asked.list:
        show_list()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("chaos: ended by SIGTERM"))
    options = options_of(asked)
    results = []
    for one in chosen(asked):
        for again in range(asked.repeat):
            options.seed = asked.seed + again
            print(f"{one.name}: {one.what} (seed {options.seed})", file=sys.stderr, flush=True)
            result = runs.play(one, options)
            results.append(result)
            report.keep(asked.folder, result, asked.rate)
            print(result.line(), flush=True)
            if result.evidence:
                print(f"  evidence: {result.evidence}", flush=True)
    counted = {verdict: sum(one.verdict == verdict for one in results)
               for verdict in (runs.HELD, runs.BROKEN, runs.SKIPPED)}
    print(", ".join(f"{count} {verdict}" for verdict, count in counted.items()), flush=True)
    if asked.write_docs:
        report.write(asked.write_docs, asked.folder)
    if asked.json:
        print(json.dumps({"scenarios": [dataclasses.asdict(one) for one in results], **counted}))
    if counted[runs.BROKEN]:
        return 1
    return 0 if counted[runs.HELD] else NOTHING_JUDGED


if __name__ == "__main__":
    sys.exit(main())
