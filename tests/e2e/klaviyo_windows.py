#!/usr/bin/env python3
"""Klaviyo at its documented rate limits: none is ever exceeded, and nobody waits: klaviyo_windows.py HUB SANDBOX."""

import json

import bench

PORT = "klaviyo"


def windows(hub, _sandbox):
    with bench.own_folder() as folder:
        # 40 orders/s are about 90 events/s, more than the 58/s that single events may have.
        done = bench.run(hub, "demo", "--headless", "--json", "--seconds", 75, "--rate", 40, "--klaviyo-quota", 1,
                         "--data", folder, within_s=280)
        verdict = json.loads(done.stdout.strip().splitlines()[-1])
        print(json.dumps({k: v for k, v in verdict.items() if k != "findings"}))
        bench.equal(done.returncode, 0, "exit code")
        klaviyo = verdict["platforms"]["klaviyo"]
        counters = verdict["klaviyo_counters"]
        bench.equal(counters["windows_exceeded"], 0, "calls beyond a window")
        bench.equal(sum(counters["throttled"].values()), 0, "calls answered 429")
        bench.check(klaviyo["effects_seen"] > 4_000, f"only {klaviyo['effects_seen']} events in 75 s")
        bench.check(counters["bulk_jobs"] > 0, "single events were enough: nothing was shown")
        # Settling, then at most one pause between jobs (60 s / (0.9 x 150 - 7) = 0.47 s) and the calls themselves.
        bench.check(klaviyo["lag_p99_ms"] <= verdict["settling_ms"] + 1_000, f"lag p99 {klaviyo['lag_p99_ms']} ms")


bench.main(windows)
