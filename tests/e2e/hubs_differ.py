#!/usr/bin/env python3
"""Two hubs on one PostgreSQL, of which the one that stands by lacks a relay: nothing waits there, it says so, and it takes part once
it is configured like the other. Each hub tells of itself: hubs_differ.py HUB SANDBOX."""

import json
import pathlib
import re
import sys

import bench
import relay

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "postgres"))

import cluster  # noqa: E402


class Hub:
    def __init__(self, folder, number, program, ports, database):
        self.folder, self.number, self.program, self.database = folder, number, program, database
        self.process = None
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / f"hub-{number}.toml"
        self.head = bench.CONFIG.format(
            data=folder / f"data-{number}", public=self.public, control=self.control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)

    def start(self, workspace):
        self.config.write_text(self.head + workspace)
        self.process = bench.Process(self.folder / f"hub-{self.number}.log", self.program, "serve", "--config", self.config,
                                     "--announce", "--allow-volatile", "--journal", self.database.url,
                                     "--node", str(self.number))

    def asked(self, path):
        """Status and text; 0 while it does not answer."""
        try:
            answer = bench.call(self.control, "GET", path)
        except OSError:
            return 0, ""
        return answer.status, answer.body.decode()

    def metric(self, name):
        """The sum over its labels; None: it is not shown."""
        values = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.asked("/metrics")[1], re.MULTILINE)
        return sum(map(float, values)) if values else None


def test(hub, sandbox):
    warehouse = relay.Warehouse()
    whole = relay.WORKSPACE.format(port=warehouse.server_port, private="true")
    with bench.own_folder() as folder, cluster.running() as database, \
            bench.Process(folder / "sandbox.log", sandbox, "--seed", "3") as simulators:
        ports = simulators.ready()
        first, second = (Hub(folder, number, hub, ports, database) for number in (1, 2))

        def nodes():
            told = json.loads(bench.expect(0, hub, "nodes", "--journal", database.url, "--json").stdout)
            return {one["node"]: one for one in told}

        posted = 0

        def post_and_wait(count):
            nonlocal posted
            for number in range(posted, posted + count):
                answer = bench.call(first.public, "POST", "/feed/demo/orders", relay.event(number),
                                    {"Authorization": "Bearer a token of the feed"})
                bench.equal(answer.status, 200, f"event {number}")
            posted += count
            bench.wait_for("every event is told of", lambda: set(warehouse.told) == set(range(posted)), within_s=30)

        first.start(whole)
        first.process.ready()
        try:
            post_and_wait(20)
            second.start(whole.replace("relay.warehouse", "relay.loyalty"))
            told = bench.wait_for("it says what it lacks", lambda: nodes().get(2, {}).get("carries_not"))
            bench.check("relay.warehouse is not in the configuration of this hub" in told, told)
            shown = bench.expect(0, hub, "nodes", "--journal", database.url).stdout
            bench.check("does not carry: workspace demo: relay.warehouse" in shown, shown)
            post_and_wait(40)
            bench.equal((nodes()[2]["shards"], nodes()[1]["shards"]), (0, 256), "shards of both")
            bench.check("does_not_carry" in (folder / "hub-2.log").read_text(), "it is in the log")

            bench.equal(first.metric("tillbridge_leading"), 1, "the one that leads")
            bench.equal(second.metric("tillbridge_leading"), 0, "the one that stands by")
            bench.equal(second.asked("/healthz"), (200, "ok\n"), "health")
            bench.equal(second.asked("/readyz")[0], 200, "callers get through")
            bench.equal(second.asked("/api/v1/status")[0], 503, "operators are told to ask the other")

            second.process.end(bench.TERM)
            second.start(whole)
            bench.wait_for("both carry", lambda: {one["shards"] for one in nodes().values()} == {128})
            bench.equal(nodes()[2]["carries_not"], "", "nothing to say")
            bench.wait_for("its metrics show so", lambda: second.metric("tillbridge_shards_leased") == 128)
            post_and_wait(80)
            parts = [one.metric("tillbridge_deliveries_delivered_total") for one in (first, second)]
            bench.check(all(parts), f"each sends its part: {parts}")
        finally:
            codes = [one.process.end(bench.TERM) for one in (second, first) if one.process]
        bench.equal(codes, [0, 0], "the exit codes of both hubs")
    warehouse.shutdown()


bench.main(test)
