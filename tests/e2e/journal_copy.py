#!/usr/bin/env python3
"""A hub moves from the embedded journal to PostgreSQL in the middle of its day: journal_copy.py HUB SANDBOX.
What it had not sent yet goes out from there, once, and the simulators' ledger has nothing to complain of."""

import json
import pathlib
import sys
import time

import bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "postgres"))

import cluster  # noqa: E402

RATES = {"EUR": "11.2", "NOK": "0.95"}
IDENTITIES = {"hard_id": "registered", "hard_id_from": "crm_customer_id",
              "soft_ids": {"email_id": "email", "phone_id": "phone"}, "reference_currency": "SEK"}
MORE = """soft_ids = [{{ id = "email_id", from = "email" }}, {{ id = "phone_id", from = "phone" }}]
[workspace.bloomreach.rates]
EUR = "{EUR}"
NOK = "{NOK}"
[workspace.poll]
every_s = 5
[workspace.timing]"""
SUMS = ("missing", "invented", "doubled", "wrong", "out_of_order")


class Installation:
    def __init__(self, hub, folder, ports):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        text = bench.CONFIG.format(
            data=folder, public=self.public, control=control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        self.config.write_text(text.replace("[workspace.timing]", MORE.format(**RATES)))

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def serve(self, *where):
        running = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                                "--allow-volatile", *where)
        running.ready()
        return running

    def start_day(self, seconds, rate):
        self.sandbox("POST", "/control/day", {
            "seconds": seconds, "rate": rate, "seed": 5,
            "expectations": {**IDENTITIES, "returns": "event", "cancelled": "status", "rates": RATES,
                             "settling_ms": 100},
            "subscription": {"url": f"http://127.0.0.1:{self.public}/sitoo/demo/events", "user": bench.EVENTS_USER,
                             "password": bench.EVENTS_PASSWORD}})

    def told(self, command, exit_code=0):
        return json.loads(bench.expect(exit_code, self.hub, *command, "--config", self.config, "--json").stdout)

    def waiting(self):
        return json.loads(bench.expect(0, self.hub, "status", "--config", self.config).stdout)["journal"]["deliveries_waiting"]


def copied(town, url):
    """Proven, and the same counts; a second copy is refused."""
    before = town.told(("journal", "stats"))
    proof = town.told(("journal", "copy", "--to", url))
    bench.check(proof["same"] and len(proof["tables"]) > 15, f"the proof: {proof}")
    for table in proof["tables"]:
        bench.equal((table["target_rows"], table["target_checksum"]),
                    (table["source_rows"], table["source_checksum"]), table["table"])
    after = town.told(("journal", "stats", "--journal", url))
    for name, value in before.items():
        if name != "bytes_on_disk":
            bench.equal(after[name], value, f"{name} after the copy")
    bench.check(after["deliveries_waiting"] > 0, "nothing was left to be sent")
    said = bench.expect(1, town.hub, "journal", "copy", "--config", town.config, "--to", url).stderr
    bench.check("has data of its own" in said, f"a second copy: {said}")
    bench.expect(0, town.hub, "journal", "verify", "--journal", url)
    print({table["table"]: table["source_rows"] for table in proof["tables"]})


def changed_by_one_byte_is_found(town, database, url):
    database.sql("UPDATE note SET text = text || 'x' WHERE id = (SELECT max(id) FROM note)")
    proof = town.told(("journal", "copy", "--to", url, "--verify-only"), exit_code=1)
    bench.equal([t["table"] for t in proof["tables"] if not t["same"]], ["note"], "what differs")
    database.sql("UPDATE note SET text = left(text, -1) WHERE id = (SELECT max(id) FROM note)")
    bench.check(town.told(("journal", "copy", "--to", url, "--verify-only"))["same"], "put right again")


def an_incomplete_copy_is_not_served(town, database, url):
    database.sql("UPDATE copied SET finished_at = NULL")
    said = bench.expect(1, town.hub, "serve", "--config", town.config, "--journal", url, "--allow-volatile").stderr
    bench.check("incomplete copy" in said and "--start-over" in said, f"serve: {said}")
    database.sql("UPDATE copied SET finished_at = now()")


def finished(town):
    state = town.sandbox("GET", "/control/state")
    return state["day_finished"] and state["events_queued"] == 0 and town.waiting() == 0 and \
        state["platforms"]["bloomreach"]["missing"] == 0


def test(hub, sandbox):
    with bench.own_folder() as folder, cluster.running() as database, bench.Process(
            folder / "sandbox.log", sandbox, "--seed", "5", "--bloomreach-project", bench.PROJECT) as simulators:
        town = Installation(hub, folder, simulators.ready())
        first = town.serve()
        town.start_day(seconds=8, rate=40)
        time.sleep(2)
        bench.expect(0, hub, "pause", "bloomreach", "--config", town.config)
        bench.wait_for("work that is left over", lambda: town.waiting() >= 20)
        said = bench.expect(1, hub, "journal", "copy", "--config", town.config, "--to", database.url).stderr
        bench.check("in use by another hub" in said, f"a running hub: {said}")
        bench.equal(first.end(bench.TERM), 0, "exit code of the first hub")
        bench.expect(2, hub, "journal", "copy", "--config", town.config)  # where to?

        copied(town, database.url)
        changed_by_one_byte_is_found(town, database, database.url)

        an_incomplete_copy_is_not_served(town, database, database.url)

        second = town.serve("--journal", database.url, "--node", "1")
        nodes = [(node["node"], node["duty"]) for node in town.told(("nodes", "--journal", database.url))]
        bench.equal(nodes, [(1, "leads")], "nodes")
        bench.check(town.waiting() >= 20, "the work was forgotten")
        bench.expect(0, hub, "resume", "bloomreach", "--config", town.config)
        bench.wait_for("the rest of the day", lambda: finished(town), 60)
        summary = town.sandbox("GET", "/control/summary")
        print({name: summary[name] for name in (*SUMS, "effects_seen", "effects_expected")})
        for name in SUMS:
            bench.equal(summary[name], 0, f"{name}: {summary['findings']}")
        bench.equal(summary["effects_seen"], summary["effects_expected"], "effects")
        bench.check(summary["effects_seen"] > 200, f"only {summary['effects_seen']} effects")
        bench.equal(second.end(bench.TERM), 0, "exit code of the second hub")
        bench.expect(0, hub, "journal", "verify", "--journal", database.url)


bench.main(test)
