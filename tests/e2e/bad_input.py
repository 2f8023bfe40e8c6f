#!/usr/bin/env python3
"""A hub that is sent rubbish, paused, killed and started wrongly: bad_input.py HUB SANDBOX."""

import json
import os
import re

import bench

OURS = bench.basic(bench.EVENTS_USER, bench.EVENTS_PASSWORD)


class Town:
    """A sandbox, and a hub that can be started again on the same data folder and ports."""

    def __init__(self, hub, folder, ports):
        self.hub = hub
        self.folder = folder
        self.ports = ports
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = self.write("tillbridge.toml")

    def write(self, name, public=None, control=None, further=""):
        text = bench.CONFIG.format(
            data=self.folder / "data", public=public or self.public, control=control or self.control,
            sitoo=self.ports["sitoo_port"], bloomreach=self.ports["bloomreach_port"], user=bench.EVENTS_USER,
            password=bench.EVENTS_PASSWORD, project=bench.PROJECT)
        path = self.folder / name
        path.write_text(text + further)
        return path

    def start(self):
        hub = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                            "--allow-volatile")
        ports = hub.ready()
        bench.equal((ports["public_port"], ports["control_port"]), (self.public, self.control), "ports")
        bench.check(ports["console_port"] > 0, "the console has a port")
        return hub

    def post(self, body, headers=None, path="/sitoo/demo/events"):
        return bench.call(self.public, "POST", path, body, OURS if headers is None else headers)

    def status(self):
        return json.loads(bench.expect(0, self.hub, "status", "--config", self.config).stdout)

    def stored(self, name):
        return self.status()["journal"][name]

    def paused(self):
        return [one["connection"] for one in self.status()["workspaces"][0]["connections"] if one["paused"]]

    def metric(self, name):
        text = bench.call(self.control, "GET", "/metrics").body.decode()
        values = re.findall(rf"^{name}(?:\{{[^}}]*\}})? ([0-9.e+]+)$", text, re.MULTILINE)
        bench.check(values, f"no metric {name}")
        return sum(float(value) for value in values)

    def command(self, exit_code, *arguments):
        return bench.expect(exit_code, self.hub, *arguments, "--config", self.config)


def event(number, order):
    return {"event_id": f"{number:032x}", "event_type": "order", "event_date": 1718200350, "account_id": 1500,
            "data": {"eshop_id": 1, "order_id": order, "order_event_type": "add", "order_state_changed": "closed"}}


def wrong_credentials(town):
    body = json.dumps([event(1, 1)])
    bench.equal(town.metric("tillbridge_events_refused_total"), 0, "refused before")
    for headers in ({}, bench.basic(bench.EVENTS_USER, "wrong"), bench.basic("somebody", bench.EVENTS_PASSWORD)):
        bench.equal(town.post(body, headers).status, 401, f"status with {headers}")
    bench.equal(town.metric("tillbridge_events_refused_total"), 3, "refused")
    bench.equal(town.stored("arrivals"), 0, "arrivals")


def rubbish(town):
    before = town.stored("arrivals")
    many = 10_000
    bodies = [b"not JSON", b"{", b"\x00\xff\xfe", b"[" * 50_000, b"x" * (5 * 1024 * 1024),
              json.dumps([event(1_000 + i, 900_000 + i) for i in range(many)]).encode()]
    for body in bodies:
        answer = town.post(body)
        bench.equal((answer.status, answer.body), (200, b""), f"answer to {body[:40]!r} ({len(body)} bytes)")
    bench.equal(town.post(b"[]", path="/events").status, 200, "status of an empty batch on the short path")
    bench.equal(town.stored("arrivals") - before, len(bodies) - 1 + many, "arrivals")
    # Sitoo forgets what is refused: a shop that is not configured is put off instead.
    bench.equal(bench.call(town.public, "POST", "/sitoo/moon/events", b"[]", OURS).status, 503, "unknown workspace")
    bench.equal(bench.call(town.public, "GET", "/metrics").status, 404, "metrics on the public port")
    bench.equal(bench.call(town.control, "GET", "/api/v1/status").status, 401, "status without token")
    for path, body in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        answer = bench.call(town.control, "GET", path)
        bench.equal((answer.status, answer.body), (200, body), path)
    bench.check(town.metric("tillbridge_events_malformed_total") >= 5, "malformed events are not counted")
    cases = json.loads(town.command(0, "cases", "--json").stdout)["cases"]
    bench.check(any(case["type"] == "malformed_event" for case in cases), f"no case: {cases}")


def pause_over_a_crash(town, hub, till):
    def received():
        return bench.control(till, "GET", "/control/state")["received"]

    bench.control(till, "POST", "/control/subscription",
                  {"url": f"http://127.0.0.1:{town.public}/sitoo/demo", "user": bench.EVENTS_USER,
                   "password": bench.EVENTS_PASSWORD})
    town.command(3, "pause", "moon")
    town.command(0, "pause", "bloomreach", "--reason", "a campaign")
    bench.equal(town.paused(), ["bloomreach"], "paused")
    order = bench.control(till, "POST", "/control/orders", {"kind": "sale", "customer": "c-90112"})["order_id"]
    bench.wait_for("the sale waits", lambda: town.stored("deliveries_waiting") == 1)
    bench.equal(received(), 0, "received while paused")

    hub.end(bench.KILL)
    hub = town.start()
    bench.equal(town.paused(), ["bloomreach"], "paused after the crash")
    bench.equal(town.stored("deliveries_waiting"), 1, "waiting after the crash")
    bench.equal(received(), 0, "received after the crash")
    town.command(0, "resume", "bloomreach")
    bench.wait_for("the sale is delivered", lambda: received() > 0 and town.stored("deliveries_waiting") == 0)
    summary = bench.control(till, "GET", "/control/summary")
    for name in ("missing", "doubled", "wrong", "invented"):
        bench.equal(summary[name], 0, name)
    text = town.command(0, "journey", order).stdout
    bench.check("delivered" in text, f"the journey: {text}")
    bench.equal(town.paused(), [], "paused after resume")
    return hub


def refused_starts(town):
    def refused(name, reason, **changes):
        config = town.write(name, bench.free_port(), bench.free_port(), **changes)
        done = bench.expect(1, town.hub, "serve", "--config", config, "--allow-volatile")
        bench.check(reason in done.stderr, f"{name}: '{reason}' is not said: {done.stderr}")

    refused("second.toml", "tillbridge.journal")
    refused("weak.toml", "synchronous", further='[journal]\nsynchronous = "normal"\n')
    refused("broken.toml", "nosuch_key", further="[journal]\nnosuch_key = 1\n")
    bench.expect(1, town.hub, "serve", "--config", town.folder / "nowhere.toml")


def clean_end(town, hub):
    bench.equal(hub.end(bench.TERM), 0, "exit code at SIGTERM")
    bench.expect(0, town.hub, "journal", "verify", "--data", town.folder / "data")
    bench.expect(1, town.hub, "status", "--config", town.config)


def bad_input(program, sandbox):
    with bench.own_folder() as folder:
        with bench.Process(folder / "sandbox.log", sandbox, "--bloomreach-project", bench.PROJECT, "--parent-pid",
                           os.getpid()) as simulators:
            ports = simulators.ready()
            town = Town(program, folder, ports)
            hub = town.start()
            try:
                wrong_credentials(town)
                hub = pause_over_a_crash(town, hub, ports["control_port"])
                refused_starts(town)
                rubbish(town)
                clean_end(town, hub)
            finally:
                hub.close()


bench.main(bad_input)
