#!/usr/bin/env python3
"""A hub that is asked to end while it begins to lead gives its leases back, as at any other time: early_end.py HUB SANDBOX."""

import json
import pathlib
import sys
import time

import bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "postgres"))

import cluster  # noqa: E402

TIMES = 6


def leases_held(database):
    made = database.sql("SELECT to_regclass('lease') IS NOT NULL") == "t"
    return int(database.sql("SELECT count(owner) FROM lease")) if made else 0


def test(hub, sandbox):
    with bench.own_folder() as folder, cluster.running() as database, \
            bench.Process(folder / "sandbox.log", sandbox, "--seed", "3") as simulators:
        ports = simulators.ready()
        config = folder / "hub.toml"
        config.write_text(bench.CONFIG.format(
            data=folder / "data", public=bench.free_port(), control=bench.free_port(), sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT))
        for number in range(TIMES):
            running = bench.Process(folder / f"hub-{number}.log", hub, "serve", "--config", config, "--announce", "--allow-volatile",
                                    "--journal", database.url, "--node", "1")
            try:
                # The log may say so a little later.
                bench.wait_for("it leads", lambda: leases_held(database) > 0)
                time.sleep(number * 0.02)
            finally:
                bench.equal(running.end(bench.TERM), 0, f"the exit code, {number * 20} ms after it led")
            told = json.loads(bench.expect(0, hub, "nodes", "--journal", database.url, "--json").stdout)
            bench.equal(told, [], "nobody holds anything")


bench.main(test)
