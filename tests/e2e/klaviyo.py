#!/usr/bin/env python3
"""Consent in both directions, and the comparison that finds what Klaviyo has lost: klaviyo.py HUB SANDBOX."""

import datetime
import hashlib
import hmac
import json
import time
import zoneinfo

import bench

KLAVIYO = """
[workspace.klaviyo]
base_url = "http://127.0.0.1:{klaviyo}"
api_key = "pk_sandbox"
webhook_secret = "{secret}"
quota_factor = 20
consent_poll_every_s = 5
[workspace.klaviyo.comparison]
visible_after_min = 0
"""
SECRET = "a-secret-of-the-webhooks"
VERA = {"customer_id": "c-90112", "email": "Vera.Lind@kund.tillbridge.dev", "phone": "+46701740601",
        "name_first": "Vera", "name_last": "Lind"}
ADDRESS = VERA["email"].lower()


class Town:
    def __init__(self, hub, folder, ports):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        text = bench.CONFIG.format(
            data=folder / "data", public=self.public, control=self.control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        self.config.write_text(text.replace("[workspace.timing]", KLAVIYO.format(
            klaviyo=ports["klaviyo_port"], secret=SECRET) + "[workspace.timing]"))

    def start(self):
        return bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                             "--allow-volatile")

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def command(self, exit_code, *arguments):
        return bench.expect(exit_code, self.hub, *arguments, "--config", self.config)

    def sale(self, customer=VERA):
        return self.sandbox("POST", "/control/orders", {"kind": "sale", "customer": customer})["order_id"]

    def journey(self, what):
        found = bench.run(self.hub, "journey", what, "--config", self.config, "--json")
        journeys = json.loads(found.stdout)["journeys"] if found.returncode == 0 else []
        return journeys[0] if journeys else None

    def delivered(self, order, connection):
        journey = self.journey(order)
        states = [d["state"] for d in (journey or {}).get("deliveries", []) if d["connection"] == connection]
        return bool(states) and all(state == "delivered" for state in states)

    def at_klaviyo(self, channel="email"):
        """What Klaviyo itself holds of Vera's consent."""
        profiles = self.sandbox("GET", f"/control/klaviyo/profiles?email={ADDRESS}")["profiles"]
        if not profiles:
            return None
        attributes = profiles[0].get("attributes", profiles[0])
        return attributes["subscriptions"][channel]["marketing"]["consent"]

    def known(self, channel="email"):
        """What the hub knows."""
        answer = json.loads(self.command(0, "consents", ADDRESS, "--json").stdout)
        return next((one for one in answer["items"] if one["channel"] == channel), None)


def both_platforms(town):
    order = town.sale()
    for connection in ("bloomreach", "klaviyo"):
        bench.wait_for(f"the sale at {connection}", lambda: town.delivered(order, connection))
    journey = town.journey(order)
    bench.equal(sorted({d["connection"] for d in journey["deliveries"]}), ["bloomreach", "klaviyo"], "connections")


def profiles(town, email):
    return town.sandbox("GET", f"/control/klaviyo/profiles?email={email}")["profiles"]


def one_person_one_profile(town):
    """A new address belongs to the old profile; an address that two customer numbers share stays the first's."""
    before = bench.wait_for("her number at Klaviyo", lambda: [
        p for p in profiles(town, ADDRESS) if p.get("attributes", p).get("external_id") == "sitoo:c-90112"])
    moved = {**VERA, "email": "vera@moved.tillbridge.dev"}
    order = town.sale(moved)
    bench.wait_for("the sale under the new address", lambda: town.delivered(order, "klaviyo"))
    after = bench.wait_for("the new address", lambda: profiles(town, moved["email"]))
    bench.equal([p["id"] for p in after], [before[0]["id"]], "profiles of one person")
    bench.equal(profiles(town, ADDRESS), [], "profiles under the address that was left")
    lanes = {d["lane"] for o in (order,) for d in town.journey(o)["deliveries"] if d["flow"] == "sale_to_klaviyo"}
    bench.check(all(lane.endswith(ADDRESS.split("@")[1]) for lane in lanes), f"her lane changed: {lanes}")
    # Back to her first address, and somebody else who gives it as theirs.
    order = town.sale()
    bench.wait_for("the sale under the first address", lambda: town.delivered(order, "klaviyo"))
    order = town.sale({**VERA, "customer_id": "c-99999", "name_first": "Nils"})
    bench.wait_for("the other's sale", lambda: town.delivered(order, "klaviyo"))
    cases = bench.wait_for("a case", lambda: [
        c for c in json.loads(town.command(0, "cases", "--json").stdout)["cases"] if c["type"] == "profile_conflict"])
    bench.check("sitoo:c-99999" in cases[0]["reason"], f"case: {cases[0]}")
    kept = profiles(town, ADDRESS)
    bench.equal([p.get("attributes", p)["external_id"] for p in kept], ["sitoo:c-90112"], "whose profile it is")


def the_till_subscribes(town):
    town.command(0, "consent", ADDRESS, "--decision", "subscribed", "--source", "Till, Lund")
    bench.wait_for("Klaviyo to have it", lambda: town.at_klaviyo() == "SUBSCRIBED")
    bench.equal(town.known()["state"], "subscribed", "known")


def leaving_at_klaviyo_wins(town):
    time.sleep(1.1)  # consent is kept in whole seconds
    town.sandbox("POST", "/control/klaviyo/consent",
                 {"email": ADDRESS, "channel": "email", "decision": "unsubscribe"})
    bench.wait_for("the hub to learn it", lambda: town.known()["state"] == "unsubscribed")
    bench.check("Klaviyo" in town.known()["source"], f"source: {town.known()}")
    # An act from before that click reaches the hub only now: a till that was offline.
    before = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)).isoformat(timespec="seconds")
    jobs = subscribe_jobs(town)
    town.command(0, "consent", ADDRESS, "--decision", "subscribed", "--at", before, "--source", "Till, Lund")

    def decided():
        journeys = json.loads(town.command(0, "journey", ADDRESS, "--json").stdout)["journeys"]
        states = [d["state"] for j in journeys if j["kind"] == "consent" for d in j["deliveries"]]
        return len(states) >= 2 and "waiting" not in states and states
    states = bench.wait_for("the late act to be decided", decided)
    bench.check("skipped" in states, f"the late act was sent: {states}")
    bench.equal(subscribe_jobs(town), jobs, "subscribe jobs")
    bench.equal(town.at_klaviyo(), "UNSUBSCRIBED", "at Klaviyo")
    bench.equal(town.known()["state"], "unsubscribed", "known")


def subscribe_jobs(town):
    by_operation = town.sandbox("GET", "/control/state")["klaviyo"]["by_operation"]
    return sum(count for name, count in by_operation.items() if "subscribe" in name)


def webhooks_are_signed(town):
    path = "/klaviyo/demo/webhooks"
    body = json.dumps({
        "meta": {"timestamp": "2026-11-21T06:30:12.101159+00:00", "klaviyo_webhook_id": "01JXWEBHOOK00000000000001",
                 "klaviyo_account_id": "Ab12Cd", "version": "2024-06-28"},
        "data": [{"topic": "event:klaviyo.unsubscribed_from_email_marketing", "external_id": "4aBcDeFgHiK",
                  "payload": {"data": {
                      "type": "event", "id": "4aBcDeFgHiK",
                      "attributes": {"timestamp": 1784615406, "datetime": "2026-07-21T06:30:06+00:00", "uuid": "8a1b2c00",
                                     "event_properties": {"method": "PREFERENCE_PAGE", "email_address": "left@kund.tillbridge.dev"}},
                      "relationships": {"metric": {"data": {"type": "metric", "id": "Sh1234"}},
                                        "profile": {"data": {"type": "profile", "id": "01JX0000000000000000000001"}}}}}}]})
    stamp = "Tue, 21 Jul 2026 06:30:12 GMT"
    sign = hmac.new(SECRET.encode(), body.encode() + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Klaviyo-Webhook-Id": "01JXWEBHOOK00000000000001",
               "Klaviyo-Timestamp": stamp}
    for signature in ("", "0" * 64, sign[:-1] + ("0" if sign[-1] != "0" else "1")):
        answer = bench.call(town.public, "POST", path, body, {**headers, "Klaviyo-Signature": signature})
        bench.equal(answer.status, 401, f"status with signature {signature!r}")
    for _ in range(2):  # repeated deliveries are one decision
        bench.equal(bench.call(town.public, "POST", path, body, {**headers, "Klaviyo-Signature": sign}).status, 200, "status")
    left = json.loads(town.command(0, "consents", "left@kund.tillbridge.dev", "--json").stdout)
    bench.equal([(one["channel"], one["state"]) for one in left["items"] if one["state"] != "unknown"],
                [("email", "unsubscribed")], "known")


def what_klaviyo_lost_is_found(town):
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).date().isoformat()  # the workspace's day
    compared = json.loads(town.command(0, "compare", "klaviyo", "--day", today, "--json").stdout)
    bench.equal(compared["missing"], 0, "missing before")
    town.sandbox("POST", "/control/faults", {"klaviyo": {"silent_drop_share": 1}})
    order = town.sale()
    bench.wait_for("the sale to be accepted", lambda: town.delivered(order, "klaviyo"))
    town.sandbox("POST", "/control/faults", {"klaviyo": {"silent_drop_share": 0}})
    time.sleep(0.5)
    lost = json.loads(town.command(1, "compare", "klaviyo", "--day", today, "--repair", "--json").stdout)
    bench.check(lost["missing"] >= 2, f"a header and its rows were dropped: {lost}")
    bench.equal(lost["repaired"], lost["missing"], "sent again")
    bench.wait_for("the sale to be sent again", lambda: town.delivered(order, "klaviyo"))

    def found_again():
        again = bench.run(town.hub, "compare", "klaviyo", "--day", today, "--json", "--config", town.config)
        return again.returncode == 0 and json.loads(again.stdout)["missing"] == 0
    bench.wait_for("nothing to be missing", found_again)
    bench.check("sent again" in town.command(0, "journey", order).stdout, "the journey does not say so")


def fixed_names(town):
    text = town.config.read_text()
    town.config.write_text(text.replace("quota_factor = 20", 'quota_factor = 20\ncancelled_metric = "Canceled Order"'))
    done = bench.run(town.hub, "serve", "--config", town.config, "--allow-volatile")
    bench.check(done.returncode != 0 and "cancelled_metric" in done.stdout + done.stderr, f"it started: {done.stderr[-400:]}")


def klaviyo(hub, sandbox):
    with bench.own_folder() as folder:
        with bench.Process(folder / "sandbox.log", sandbox) as simulators:
            ports = simulators.ready()
            town = Town(hub, folder, ports)
            with town.start() as running:
                running.ready()
                town.sandbox("POST", "/control/subscription", {
                    "url": f"http://127.0.0.1:{town.public}/sitoo/demo", "user": bench.EVENTS_USER,
                    "password": bench.EVENTS_PASSWORD})
                # What Klaviyo's own documents leave open, in its strict reading.
                town.sandbox("POST", "/control/faults", {"klaviyo": {
                    "accept_application_json": False, "unknown_attributes": "reject", "bulk_duplicates": "reject_all"}})
                both_platforms(town)
                one_person_one_profile(town)
                the_till_subscribes(town)
                leaving_at_klaviyo_wins(town)
                webhooks_are_signed(town)
                what_klaviyo_lost_is_found(town)
                running.end(bench.TERM)
            fixed_names(town)
            an_app_with_rotating_tokens(hub, folder / "app", ports, town)


def an_app_with_rotating_tokens(hub, folder, ports, town):
    """OAuth instead of a key: each refresh token is good for one start, so the newest has to be kept."""
    folder.mkdir()
    town.sandbox("POST", "/control/faults", {"klaviyo": {"oauth": {"rotates_refresh_token": True}}})
    app = Town(hub, folder, ports)
    text = app.config.read_text().replace('api_key = "pk_sandbox"\n', "").replace(
        "[workspace.timing]", """[workspace.klaviyo.oauth]
client_id = "sandbox-app"
client_secret = "sandbox-app-secret"
refresh_token = "sandbox-refresh"
[workspace.timing]""")
    app.config.write_text(text)
    for _ in range(2):
        with app.start() as running:
            running.ready()
            app.sandbox("POST", "/control/subscription", {
                "url": f"http://127.0.0.1:{app.public}/sitoo/demo", "user": bench.EVENTS_USER,
                "password": bench.EVENTS_PASSWORD})
            order = app.sale({**VERA, "customer_id": "c-90113", "email": "app@kund.tillbridge.dev",
                              "phone": "+46701740699"})
            bench.wait_for("the sale through the app", lambda: app.delivered(order, "klaviyo"))
            running.end(bench.TERM)
    kept = list((folder / "data").glob("klaviyo-*.token"))
    bench.equal([oct(file.stat().st_mode & 0o777) for file in kept], ["0o600"], "the kept token")


bench.main(klaviyo)
