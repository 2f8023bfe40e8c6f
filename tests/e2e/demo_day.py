#!/usr/bin/env python3
"""A simulated day, judged by the sandbox's ledger: demo_day.py HUB SANDBOX [further arguments of `tillbridge demo`]."""

import json
import sys

import bench


def verdict_of(done):
    lines = done.stdout.strip().splitlines()
    bench.check(lines, f"it printed nothing; it said: {done.stderr[-2000:]}")
    return json.loads(lines[-1])


def platforms(verdict, further):
    """Each platform by itself: a fault at one of them must not hide behind the other's good figures."""
    for name, seen in verdict["platforms"].items():
        for what in ("missing", "invented", "doubled", "wrong", "out_of_order"):
            bench.equal(seen[what], 0, f"{what} at {name}")
        bench.equal(seen["effects_seen"], seen["effects_expected"], f"effects at {name}")
        bench.check(seen["effects_seen"] > 200, f"only {seen['effects_seen']} effects at {name}")
    bench.equal(sorted(verdict["platforms"]), ["bloomreach", "klaviyo"], "platforms")
    journal = verdict["hub_journal"]
    # An order is unidentified as a record when no platform knows whose it is.
    fewest = min(seen["unidentified"] for seen in verdict["platforms"].values())
    bench.check(0 < journal["records_unidentified"] <= fewest, f"unidentified: {journal['records_unidentified']}")
    if "klaviyo-down" in further:
        phases = verdict["platforms"]["klaviyo"]["phases"]
        bench.check(phases["fault"]["lag_p50_ms"] > 1.5 * phases["after"]["lag_p50_ms"], f"Klaviyo was not down: {phases}")
        # A quarter more is the bar; half a second is what a busy machine may add to a percentile of a short day.
        # Waiting behind Klaviyo would add seconds: its calls hang for five.
        seen = verdict["platforms"]["bloomreach"]["phases"]
        slower_ms = seen["fault"]["lag_p99_ms"] - seen["calm"]["lag_p99_ms"]
        bench.check(verdict["isolation_ratio"] <= 1.25 or slower_ms <= 500,
                    f"isolation_ratio {verdict['isolation_ratio']}: {seen}")


def levels(verdict, further):
    for what in ("stock_wrong_at_end", "stock_backwards"):
        bench.equal(verdict[what], 0, f"{what}: {verdict.get('stock_findings')}")
    bench.check(verdict["stock_changes"] > 300, f"only {verdict['stock_changes']} levels changed")
    bench.check(0 < verdict["stock_calls"] < verdict["stock_changes"] / 4, f"{verdict['stock_calls']} calls")
    # Seconds, not minutes; what it really is stands in the figures of the demo.
    bench.check(verdict["stock_stale_p50_ms"] < 5_000, f"stale: {verdict['stock_stale_p50_ms']}")
    if "--stocktaking" in further:
        bench.check(verdict["stock_changes"] > 5_000, "no stocktaking")
        seen = verdict["platforms"]["bloomreach"]["phases"]
        slower_ms = seen["fault"]["lag_p99_ms"] - seen["calm"]["lag_p99_ms"]
        bench.check(verdict["isolation_ratio"] <= 1.25 or slower_ms <= 500, f"sales waited for the count: {seen}")


# Cases about how the work goes, not about an order: right on a day of storms, and nobody closed them.
ABOUT_THE_WORK = {"errors_high", "lag_high", "store_silent", "unidentified_high"}


def open_cases(hub, where):
    """About orders, as the hub lists them."""
    listed = json.loads(bench.expect(0, hub, "cases", *where, "--json").stdout)["cases"]
    return [one for one in listed if one["type"] not in ABOUT_THE_WORK]


def judge(done, further, cases):
    """What every day has to end with, whatever happened on it."""
    verdict = verdict_of(done)
    print(json.dumps(verdict))
    bench.equal(done.returncode, 0, f"exit code; it said: {done.stderr[-2000:]}")
    for name in ("missing", "invented", "doubled", "wrong", "out_of_order"):
        bench.equal(verdict[name], 0, name)
    bench.equal(verdict["findings"], [], "findings")
    bench.check(verdict["drained"], "the hub did not become idle")
    bench.equal(verdict["effects_seen"], verdict["effects_expected"], "effects")
    bench.check(verdict["effects_seen"] > 500, f"only {verdict['effects_seen']} effects")
    journal = verdict["hub_journal"]
    bench.equal(len(cases), verdict["cases"], f"cases: {cases}")
    platforms(verdict, further)
    for name in ("arrivals_waiting", "deliveries_waiting", "deliveries_parked"):
        bench.equal(journal[name], 0, name)
    if "--kill-every" in further:
        bench.check(verdict["kills"] >= 1, "it was never killed")
    if "--stock" in further:
        levels(verdict, further)
    elif "storm" in further:
        again = journal["attempts"] - journal["deliveries"] + journal["arrivals_duplicate"]
        bench.check(again > 0, "a storm in which nothing came or was sent twice")


def live(hub, folder, further):
    length = [] if "--seconds" in further else ["--seconds", 6]
    return bench.run(hub, "demo", "--headless", "--json", *length, "--rate", 100, "--data", folder, *further,
                     within_s=280)


def day(hub, _sandbox):
    further = sys.argv[3:]
    with bench.own_folder() as folder:
        done = live(hub, folder, further)
        judge(done, further, open_cases(hub, ["--data", folder]))
        bench.expect(0, hub, "journal", "verify", "--data", folder)


if __name__ == "__main__":
    bench.main(day)
