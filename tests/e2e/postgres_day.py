#!/usr/bin/env python3
"""A simulated day whose journal is on a PostgreSQL of the test's own: postgres_day.py HUB SANDBOX
[--restart-database-every SECONDS] [further arguments of `tillbridge demo`]. Judged as demo_day.py judges."""

import argparse
import pathlib
import sys
import threading

import bench
import demo_day

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "postgres"))

import cluster  # noqa: E402


RESTARTS_MAX = 3  # the end of the day is quiet: the hub is asked about it then


class Restarts(threading.Thread):
    """Immediate shutdowns: sessions are cut off and the server recovers, as after a crash of its machine."""

    def __init__(self, database, every_s):
        super().__init__()
        self.database = database
        self.every_s = every_s
        self.ended = threading.Event()
        self.times = 0

    def run(self):
        while self.times < RESTARTS_MAX and not self.ended.wait(self.every_s):
            self.database.restart("immediate")
            self.times += 1

    def __enter__(self):
        if self.every_s:
            self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        if self.every_s:
            self.join()


def day(hub, _sandbox):
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--restart-database-every", type=float, default=0)
    known, further = arguments.parse_known_args(sys.argv[3:])
    with bench.own_folder() as folder, cluster.running() as database:
        with Restarts(database, known.restart_database_every) as restarts:
            done = demo_day.live(hub, folder, [*further, "--journal", database.url])
        demo_day.judge(done, further, demo_day.open_cases(hub, ["--journal", database.url]))
        bench.check(not list(folder.glob("*.journal")), "the journal is in a file")
        if known.restart_database_every:
            bench.check(restarts.times >= 2, f"the database was restarted {restarts.times} times")
        verified = bench.expect(0, hub, "journal", "verify", "--journal", database.url)
        print(f"{restarts.times} restarts; {verified.stdout.strip()}")


bench.main(day)
