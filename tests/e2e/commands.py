#!/usr/bin/env python3
"""The command line after a day: commands.py HUB SANDBOX."""

import json

import bench


def a_sale(hub, folder):
    """The journey of a sale with receipt and e-mail, and its document."""
    for order in range(20001, 20100):
        found = bench.run(hub, "journey", order, "--data", folder, "--json", "--bodies")
        if found.returncode != 0:
            continue
        journey = json.loads(found.stdout)["journeys"][0]
        document = json.loads(journey["document"])
        more = document.get("additionaldata", {})
        if journey["kind"] == "sale" and journey["state"] == "planned" and document.get("email") and \
                more.get("pos-receiptid"):
            return order, journey, document
    raise AssertionError("no sale with receipt and e-mail in the whole day")


def looking(hub, folder):
    order, journey, document = a_sale(hub, folder)
    email, receipt = document["email"], document["additionaldata"]["pos-receiptid"]
    event = next(a["event_id"] for a in journey["arrivals"] if a["event_id"])
    for what in (order, receipt, email, event):
        text = bench.expect(0, hub, "journey", what, "--data", folder).stdout
        bench.check(f"order/{order}" in text, f"{what} does not lead to order/{order}: {text[:300]}")
        bench.check("delivered" in text, f"the journey by {what} does not say delivered: {text}")
        found = json.loads(bench.expect(0, hub, "journey", what, "--data", folder, "--json").stdout)
        keys = [one["key"] for one in found["journeys"]]
        bench.check(f"order/{order}" in keys, f"{what} leads to {keys}")
    plain = bench.expect(0, hub, "journey", order, "--data", folder)
    bench.check(email not in plain.stdout, "personal data without --bodies")
    delivery = journey["deliveries"][0]
    bench.equal(delivery["effect"], f"sale/{order}", "effect")
    for json_or_not in ([], ["--json"]):
        bench.expect(3, hub, "journey", "4711-unknown", "--data", folder, *json_or_not)
    cases = json.loads(bench.expect(0, hub, "cases", "--data", folder, "--json").stdout)
    bench.equal(cases["cases"], [], "cases")
    bench.expect(0, hub, "cases", "--data", folder, "--all")


def journal(hub, folder):
    stats = json.loads(bench.expect(0, hub, "journal", "stats", "--data", folder, "--json").stdout)
    bench.check(stats["records"] > 20 and stats["deliveries"] > 20, f"stats: {stats}")
    bench.check("deliveries_parked" in bench.expect(0, hub, "journal", "stats", "--data", folder).stdout, "stats as text")
    verified = json.loads(bench.expect(0, hub, "journal", "verify", "--data", folder, "--json").stdout)
    bench.equal(verified, {"sound": True, "findings": []}, "verify")

    copy = folder / "copy"
    copy.mkdir()
    bench.expect(0, hub, "journal", "backup", copy / "tillbridge.journal", "--data", folder)
    bench.expect(1, hub, "journal", "backup", copy / "tillbridge.journal", "--data", folder)
    bench.expect(0, hub, "journal", "verify", "--data", copy)
    copied = json.loads(bench.expect(0, hub, "journal", "stats", "--data", copy, "--json").stdout)
    for name in ("arrivals", "records", "deliveries", "attempts"):
        bench.equal(copied[name], stats[name], f"{name} of the copy")
    bench.expect(1, hub, "journal", "stats", "--data", folder / "nowhere")

    # Bad bytes in the middle of a copy are found; over some pages, because a single one may be free.
    damaged = bytearray((copy / "tillbridge.journal").read_bytes())
    middle = len(damaged) // 2
    damaged[middle:middle + 16 * 4096] = b"\xa5" * (16 * 4096)
    (copy / "tillbridge.journal").write_bytes(damaged)
    bench.expect(1, hub, "journal", "verify", "--data", copy)


def command_lines(hub):
    for wrong in ([], ["nosuch"], ["journey"], ["serve", "--nosuch"], ["demo", "--rate", "0"], ["demo", "--faults", "x"],
                  ["journal"], ["journal", "backup"], ["journal", "copy", "--start-over", "--verify-only"], ["pause"]):
        bench.expect(2, hub, *wrong)
    version = bench.expect(0, hub, "version").stdout
    bench.check(version.startswith("tillbridge ") and version.strip()[-1].isdigit(), f"version: {version!r}")
    bench.equal(bench.expect(0, hub, "--version").stdout, version, "--version")
    bench.check("serve" in bench.expect(0, hub, "--help").stdout, "help")


def configuration(hub, folder):
    sound = (folder / "tillbridge.toml").read_text()
    bench.expect(0, hub, "check", "--config", folder / "tillbridge.toml")
    broken = folder / "broken.toml"
    broken.write_text(sound.replace("account_id = 1500", 'account_id = "many"').replace("settling_ms", "setling_ms"))
    said = bench.expect(1, hub, "check", "--config", broken).stderr
    for number, line in enumerate(broken.read_text().splitlines(), 1):
        if line.startswith("account_id"):
            bench.check(f"{broken}:{number}: workspace.sitoo.account_id" in said, f"no place of account_id in: {said}")
        if line.startswith("setling_ms"):
            place = f"{broken}:{number}: workspace.timing.setling_ms"
            bench.check(place in said and "settling_ms" in said, f"neither place nor fix of setling_ms in: {said}")
    missing = bench.expect(1, hub, "check", "--config", folder / "nowhere.toml").stderr
    bench.check("nowhere.toml" in missing, f"the missing file is not named: {missing}")


def commands(hub, _sandbox):
    command_lines(hub)
    with bench.own_folder() as folder:
        done = bench.run(hub, "demo", "--headless", "--json", "--seconds", 3, "--rate", 50, "--data", folder, within_s=200)
        bench.equal(done.returncode, 0, f"exit code of the day; it said: {done.stderr[-2000:]}")
        configuration(hub, folder)
        looking(hub, folder)
        journal(hub, folder)


bench.main(commands)
