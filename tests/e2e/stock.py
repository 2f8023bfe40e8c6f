#!/usr/bin/env python3
"""Levels per store follow what moves, the catalog is made and filled, and 1 000 planted differences are found, told apart,
put right and not found again: stock.py HUB SANDBOX."""

import json
import time

import bench

STOCK = """
[workspace.stock]
reads_per_second = 500
changes_every_ms = 100
poll_every_s = 2
virtual_every_s = 1
visible_after_s = 2
compare_at = ""
compare_after_load = {compare_after_load}
[workspace.stock.bloomreach]
call_every_ms = 200
calls_per_second = 200
[workspace.timing]"""
PLANTED = 1_000


class Chain:
    def __init__(self, hub, folder, ports):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        text = bench.CONFIG.format(
            data=folder / "data", public=self.public, control=self.control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        self.config.write_text(text.replace("[workspace.timing]", STOCK.format(compare_after_load="false")))
        self.sandbox("POST", "/control/subscription", {
            "url": f"http://127.0.0.1:{self.public}/sitoo/demo/events", "user": bench.EVENTS_USER,
            "password": bench.EVENTS_PASSWORD})
        self.sandbox("POST", "/control/faults", {"bloomreach": {"catalog_delay_ms": 200}})

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def start(self):
        running = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                                "--allow-volatile")
        running.ready()
        bench.wait_for("the first load", lambda: self.stock()["loaded"], 60)
        return running

    def status(self):
        return json.loads(bench.expect(0, self.hub, "status", "--config", self.config).stdout)

    def stock(self):
        return self.status()["workspaces"][0]["stock"]

    def settle(self):
        """Nothing waits in the hub, and what was sent is visible and not young any more."""
        def idle():
            now = self.status()
            return now["idle"] and now["journal"]["deliveries_waiting"] == 0
        for _ in range(2):
            bench.wait_for("the hub to be idle", idle, 120)
            time.sleep(2.5)

    def compare(self, exit_code, *arguments):
        done = bench.expect(exit_code, self.hub, "compare", "stock", *arguments, "--json", "--config", self.config)
        return json.loads(done.stdout.strip().splitlines()[-1]), done.stderr

    def move(self, **what):
        return self.sandbox("POST", "/control/stock/move", what)

    def shown(self, item):
        answer = bench.call(self.ports["control_port"], "GET", f"/control/stock/row?catalog=store_inventory&item_id={item}")
        return answer.json()["properties"]["quantity"] if answer.status == 200 else None


def filled_by_comparison(chain):
    """The hub makes the catalog with its first row; the comparison finds that all the others are missing."""
    chain.move(warehouse="WH-STO-02", sku=chain.sku, kind="count", quantity=7)
    bench.wait_for("the first row", lambda: chain.shown(f"STO-02__{chain.sku}") == 7)
    chain.sandbox("POST", "/control/stock/catalogs", {"inventory": "store_inventory", "variants": "variants", "fill": False})
    chain.settle()
    report, progress = chain.compare(0, "--repair")
    print("filling:", {key: report[key] for key in ("levels", "rows", "found", "repaired", "took_s")})
    bench.check("of" in progress, f"no progress was shown: {progress!r}")
    bench.equal(report["differences"]["lost"], report["levels"] - report["rows"], "rows that were missing")
    chain.settle()
    report, _ = chain.compare(0)
    bench.equal((report["found"], report["rows"]), (0, report["levels"]), "after filling")
    sampled, _ = chain.compare(0, "--sample", "10")
    bench.equal((sampled["found"], sampled["sampled_skus"]), (0, 10), "sampled")
    bench.check(sampled["rows"] < report["rows"] / 10, f"a sample of {sampled['rows']} rows")


def differences(chain):
    planted = chain.sandbox("POST", "/control/stock/differences", {"count": PLANTED, "seed": 3})
    bench.equal(planted["planted"], PLANTED, "planted")
    wanted = {"late": 0, "missed": 0, "lost": planted["lost"] + planted["outdated"],
              "foreign_write": planted["foreign"] + planted["foreign_stamp"], "unmapped": planted["unmapped"],
              "unknown_sku": planted["unknown_sku"]}
    report, _ = chain.compare(1)
    bench.equal(report["differences"], wanted, "found and told apart")
    bench.equal(chain.sandbox("GET", "/control/stock/differences")["left"], PLANTED, "nothing was asked to be changed")
    time.sleep(1.1)
    report, _ = chain.compare(0, "--repair")
    print("planted:", report["differences"], "repaired", report["repaired"], "removed", report["removed"],
          "oldest", report["oldest_s"], "s")
    bench.equal(report["differences"], wanted, "found again")
    bench.check(report["oldest_s"] >= 1, "its age goes on")
    bench.equal(report["repaired"] + report["removed"], PLANTED, "put right")
    chain.settle()
    bench.equal(chain.sandbox("GET", "/control/stock/differences")["left"], 0, "left at the platform")
    report, _ = chain.compare(0)
    bench.equal(report["found"], 0, f"the second time: {report['findings']}")
    cases = json.loads(bench.expect(0, chain.hub, "cases", "--json", "--config", chain.config).stdout)
    types = {case["type"] for case in (cases if isinstance(cases, list) else cases["cases"])}
    bench.check({"stock_difference", "unmapped_place"} <= types, f"cases: {types}")


def burst(chain):
    """Many changes of one SKU cost few calls, the last one counts, and the journey tells what became of the others."""
    sku = chain.sku
    before = chain.sandbox("GET", "/control/stock/figures")["stock_calls"]
    bench.expect(0, chain.hub, "pause", "bloomreach", "--config", chain.config)
    for quantity in range(20, 10, -1):
        chain.move(warehouse="WH-STO-03", sku=sku, kind="count", quantity=quantity)
        time.sleep(0.15)
    chain.move(warehouse="WH-STO-03", sku=sku, kind="receipt", quantity="0.5")
    bench.wait_for("it to be planned", lambda: chain.status()["journal"]["deliveries_waiting"] >= 2)
    bench.wait_for("all of it to be planned", lambda: chain.stock()["levels_to_plan"] == 0)
    time.sleep(0.5)
    bench.expect(0, chain.hub, "resume", "bloomreach", "--config", chain.config)
    bench.wait_for("the last level", lambda: chain.shown(f"STO-03__{sku}") == 11.5)
    calls = chain.sandbox("GET", "/control/stock/figures")["stock_calls"] - before
    print("a burst of 11 changes:", calls, "calls")
    bench.check(1 <= calls <= 4, f"{calls} calls")
    journey = bench.expect(0, chain.hub, "journey", sku, "--config", chain.config).stdout
    bench.check("replaced by a newer one" in journey, f"the journey: {journey[:2000]}")


def validated(chain):
    """The validation writes a row of its own and takes it away; the warehouse of nobody is named."""
    done = bench.expect(1, chain.hub, "validate", "--json", "--visible-within", "10", "--config", chain.config)
    steps = {step["step"]: step for step in json.loads(done.stdout)["steps"]}
    bench.check("CENTRAL" in steps["warehouses"]["detail"] or "no place" in steps["warehouses"]["detail"], f"{steps['warehouses']}")
    for step in ("stock levels", "stock catalog", "stock clean-up", "variants catalog"):
        bench.check(steps[step]["ok"] and not steps[step]["skipped"], f"{step}: {steps[step]}")


def restart(chain, running):
    """What moved while the hub was away is found by the feed; nothing is loaded twice."""
    records = chain.status()["journal"]["records"]
    running.end(bench.KILL)
    chain.move(warehouse="WH-STO-04", sku=chain.sku, kind="count", quantity=3)
    running = chain.start()
    bench.wait_for("the level", lambda: chain.shown(f"STO-04__{chain.sku}") == 3)
    bench.equal(chain.status()["journal"]["records"], records, "records")
    return running


def stock(hub, sandbox):
    with bench.own_folder() as folder, bench.Process(folder / "sandbox.log", sandbox, "--stock",
                                                     "--unmapped-warehouse", "--products", "500") as simulators:
        chain = Chain(hub, folder, simulators.ready())
        # The variants are the product feed's and stand; the stores' catalog is the hub's to make.
        chain.sandbox("POST", "/control/stock/catalogs", {"inventory": "elsewhere", "variants": "variants", "fill": True})
        warehouse = bench.call(chain.ports["sitoo_port"], "GET",
                               "/v2/accounts/1500/sites/1/warehouses/1/warehouseitems.json?num=1&start=40",
                               headers=bench.basic("1500-142", "sandbox-password"))
        chain.sku = warehouse.json()["items"][0]["sku"]
        running = chain.start()
        try:
            filled_by_comparison(chain)
            differences(chain)
            burst(chain)
            validated(chain)
            running = restart(chain, running)
            figures = chain.sandbox("GET", "/control/stock/figures")
            bench.equal(figures["stock_backwards"], 0, f"backwards: {figures['findings']}")
        finally:
            running.end(bench.KILL)


bench.main(stock)
