#!/usr/bin/env python3
"""A day that was sold before the hub was there comes as history, once, also when the hub is killed: backfill.py HUB SANDBOX."""

import datetime
import json
import time
import zoneinfo

import bench

MORE = """
[workspace.klaviyo]
base_url = "http://127.0.0.1:{klaviyo}"
api_key = "pk_sandbox"
quota_factor = 20
[workspace.bloomreach.rates]
EUR = "11.42"
NOK = "0.98"
[workspace.backfill]
orders_per_second = {pace}
[workspace.timing]"""
ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")


class Shop:
    def __init__(self, hub, folder, ports):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        self.pace(20)

    def pace(self, orders_per_second):
        text = bench.CONFIG.format(
            data=self.folder / "data", public=self.public, control=self.control, sitoo=self.ports["sitoo_port"],
            bloomreach=self.ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        more = MORE.format(klaviyo=self.ports["klaviyo_port"], pace=orders_per_second)
        self.config.write_text(text.replace("[workspace.timing]", more))

    def start(self):
        running = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                                "--allow-volatile")
        running.ready()
        return running

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def backfill(self, exit_code, *arguments):
        done = bench.expect(exit_code, self.hub, "backfill", *arguments, "--json", "--config", self.config)
        return json.loads(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else None

    def status(self):
        return json.loads(bench.expect(0, self.hub, "status", "--config", self.config).stdout)


def play_a_day(shop):
    """Its events wait: there is no subscription."""
    shop.sandbox("POST", "/control/day", {
        "seconds": 4, "rate": 30, "seed": 7, "expectations": {
            "rates": {"EUR": "11.42", "NOK": "0.98"},
            "klaviyo": {"history_before_s": int(time.time()) + 86400}}})
    bench.wait_for("the end of the day", lambda: shop.sandbox("GET", "/control/state")["day_finished"], 60)
    return shop.sandbox("GET", "/control/state")["orders_made"]


def judged(shop):
    def settled():
        now = shop.status()
        return now["idle"] and now["journal"]["deliveries_waiting"] == 0
    bench.wait_for("the hub to be idle", settled, 60)
    bench.wait_for("nothing to be missing", lambda: shop.sandbox("GET", "/control/state")["missing"] == 0)
    verdict = shop.sandbox("GET", "/control/summary")
    shown = {name: {k: v for k, v in seen.items() if k in (
        "effects_seen", "effects_expected", "missing", "invented", "doubled", "wrong", "out_of_order")}
        for name, seen in verdict["platforms"].items()}
    print(json.dumps(shown))
    for name, seen in verdict["platforms"].items():
        for what in ("missing", "invented", "doubled", "wrong"):
            bench.equal(seen[what], 0, f"{what} at {name}: {verdict.get('findings')}")
        bench.check(seen["effects_seen"] > 100, f"only {seen['effects_seen']} effects at {name}")
    return verdict


def backfill(hub, sandbox):
    today = datetime.datetime.now(ZONE).date()
    with bench.own_folder() as folder, bench.Process(folder / "sandbox.log", sandbox) as simulators:
        shop = Shop(hub, folder, simulators.ready())
        orders = play_a_day(shop)
        running = shop.start()
        try:
            bench.wait_for("the first poll", lambda: shop.sandbox("GET", "/control/state")["sitoo_calls"] > 0)
            days = ("--from-day", today - datetime.timedelta(days=1), "--until-day", today)
            bench.equal(shop.status()["journal"]["records"], 0, "records before")
            started = shop.backfill(0, *days)
            bench.equal(started["phase"], "running", "phase")
            bench.expect(1, hub, "backfill", *days, "--config", shop.config)  # one at a time
            bench.wait_for("a third of it", lambda: shop.backfill(0, "status")["taken_up"] > orders / 3)
            running.end(bench.KILL)
            running = shop.start()
            bench.check(shop.backfill(0, "status")["phase"] == "running", "it did not go on")
            shop.backfill(0, "pause")
            bench.equal(shop.backfill(0, "status")["phase"], "paused", "phase")
            shop.backfill(0, "resume")
            bench.check("%" in bench.expect(0, hub, "backfill", "status", "--config", shop.config).stdout, "text")

            def done():
                state = shop.backfill(0, "status")
                return state["phase"] == "done" and state["open"] == 0 and state
            state = bench.wait_for("its end", done, 120)
            bench.equal(state["found"], state["known"] + state["left"] + state["taken_up"], "what became of what was found")
            bench.check(state["found"] >= orders, f"{orders} were sold: {state}")
            judged(shop)
            journal = shop.status()["journal"]
            bench.equal(journal["records"], state["found"], "records")

            again = shop.backfill(0, *days, "--watch")
            bench.equal((again["phase"], again["taken_up"], again["known"]), ("done", 0, state["found"]), "a second time")
            bench.equal(shop.status()["journal"]["deliveries"], journal["deliveries"], "deliveries")
            bench.expect(2, hub, "backfill", "--config", shop.config)
            bench.expect(2, hub, "backfill", "--orders", "9-3", "--config", shop.config)
            bench.expect(1, hub, "backfill", "--from-day", "2025-13-01", "--config", shop.config)
            bench.expect(1, hub, "backfill", "stop", "--config", shop.config)
            bench.equal(running.end(bench.TERM), 0, "exit code of the hub")
            bench.expect(0, hub, "journal", "verify", "--data", folder / "data")
        finally:
            running.close()


bench.main(backfill)
