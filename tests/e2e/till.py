#!/usr/bin/env python3
"""The tills' customer register over HTTP, with a hub that is killed in between: till.py HUB SANDBOX."""

import concurrent.futures
import json
import random
import threading
import time
import urllib.parse

import bench

CRM = """
soft_ids = [{{ id = "email_id", from = "email" }}, {{ id = "phone_id", from = "phone" }}]
[workspace.klaviyo]
base_url = "http://127.0.0.1:{klaviyo}"
api_key = "pk_sandbox"
quota_factor = 50
consent_poll_every_s = 5
[workspace.crm]
user = "sitoo-crm"
password = "till-password"
source = "bloomreach"
reads_per_second = 500
consents = [{{ id = "newsletter", label = "Newsletter", channel = "email", bloomreach = "newsletter", klaviyo = "email" }}]
promotions = [{{ id = "welcome", name = "Welcome 10 %", value = 10 }}]
[workspace.timing]"""
AT_TILL = {"Store-ID": "STO-01", "Staff-ID": "%C3%85sa", "Register-ID": "2", "Content-Type": "application/json",
           **bench.basic("sitoo-crm", "till-password")}
PEOPLE = 500  # each pressed twice


class Town:
    def __init__(self, hub, folder, ports):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        text = bench.CONFIG.format(
            data=folder / "data", public=self.public, control=self.control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        self.config.write_text(text.replace("[workspace.timing]", CRM.format(klaviyo=ports["klaviyo_port"])))

    def start(self):
        running = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                                "--allow-volatile")
        running.ready()
        self.running = running

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def till(self, method, path, body=None, headers=None):
        return bench.call(self.public, method, "/crm/demo" + path, json.dumps(body) if body is not None else None,
                          {**AT_TILL, **(headers or {})})

    def search(self, kind, key):
        query = urllib.parse.urlencode({"key_type": kind, "key": key})
        return self.till("GET", "/customers?" + query)

    def at_bloomreach(self, email):
        query = urllib.parse.urlencode({"property": "email", "value": email})
        return self.sandbox("GET", "/control/bloomreach/profiles?" + query)["profiles"]

    def at_klaviyo(self, email):
        return self.sandbox("GET", "/control/klaviyo/profiles?email=" + urllib.parse.quote(email))["profiles"]

    def journeys(self, what):
        found = bench.run(self.hub, "journey", what, "--config", self.config, "--json")
        return json.loads(found.stdout)["journeys"] if found.returncode == 0 else []

    def cases(self, kind):
        listed = bench.expect(0, self.hub, "cases", "--config", self.config, "--json")
        return [case for case in json.loads(listed.stdout)["cases"] if case["type"] == kind]

    def faults(self, **settings):
        self.sandbox("POST", "/control/faults", settings)


def only(answer):
    bench.equal(answer.status, 200, f"status of {answer.body!r}")
    found = answer.json()
    bench.equal(len(found), 1, f"customers in {found}")
    return found[0]


def a_customer_of_her_own(town):
    """Created, found by every key, corrected; what was said reaches both platforms."""
    bench.equal(town.search("email", "vera@kund.tillbridge.dev").json(), [], "a stranger")
    added = town.till("POST", "/customers", {
        "email": "Vera@Kund.tillbridge.dev", "mobile": "070-174 06 01", "name_first": "Vera", "name_last": "Lind",
        "accepts_communication": ["email"]})
    bench.equal(added.status, 200, f"status: {added.body}")
    number = added.json()["customer_id"]
    for kind, key in (("email", "vera@kund.tillbridge.dev"), ("mobile", "+46701740601"), ("mobile", "0701740601")):
        found = only(town.search(kind, key))
        bench.equal((found["customer_id"], found["name_first"]), (number, "Vera"), f"found by {kind}")
    bench.equal(found["consents"], ["newsletter"], "consents")
    profile = bench.wait_for("her profile", lambda: town.at_bloomreach("vera@kund.tillbridge.dev"))[0]
    bench.equal(profile["ids"]["registered"], number, "hard ID")
    bench.wait_for("her profile at Klaviyo", lambda: town.at_klaviyo("vera@kund.tillbridge.dev"))

    def subscribed():
        profiles = town.at_klaviyo("vera@kund.tillbridge.dev")
        attributes = profiles[0].get("attributes", profiles[0])
        return attributes["subscriptions"]["email"]["marketing"]["consent"] == "SUBSCRIBED"
    bench.wait_for("Klaviyo to have her consent", subscribed)
    changed = town.till("PUT", f"/customers/{number}", {"name_last": "Berg", "mobile": "+46701740699"})
    bench.equal((changed.status, changed.json()["name_last"], changed.json()["mobile"]), (200, "Berg", "+46701740699"),
                "corrected")
    bench.equal(changed.json()["name_first"], "Vera", "what was not given")
    bench.wait_for("the new name at Bloomreach", lambda: town.at_bloomreach(
        "vera@kund.tillbridge.dev")[0]["properties"]["last_name"] == "Berg")
    journey = next(j for j in town.journeys(number) if j["kind"] == "customer")
    bench.check("Åsa" in json.dumps(town.journeys(number), ensure_ascii=False) or journey, "who did it")
    bench.equal(sorted({d["connection"] for d in journey["deliveries"]}), ["bloomreach", "klaviyo"], "connections")
    return number


def what_is_asked_wrongly(town):
    bench.equal(town.till("GET", "/customers?key=x&key_type=shoe_size").status, 400, "unknown key type")
    bench.equal(town.till("GET", "/customers/c-nobody").status, 404, "unknown customer")
    bench.equal(town.till("GET", "/nowhere/77").status, 404, "unknown route")
    bench.equal(town.till("GET", "/consents", headers=bench.basic("sitoo-crm", "wrong")).status, 401, "password")
    refused = town.till("POST", "/customers", {"mobile": "12"})
    bench.equal(refused.status, 400, f"half a number: {refused.body!r}")
    bench.check(refused.json()["error_data"]["message"], "a message for staff")


def sold_and_shown(town, number):
    order = town.sandbox("POST", "/control/orders", {"kind": "sale", "customer": {
        "customer_id": number, "email": "vera@kund.tillbridge.dev", "name_first": "Vera", "name_last": "Berg"}})["order_id"]
    bench.wait_for("her purchase", lambda: any(
        str(order) in json.dumps(row) for row in town.till("GET", f"/customers/{number}/transactions").json()))
    sections = town.till("GET", f"/customers/{number}/sections")
    bench.check("Newsletter" in sections.body.decode(), f"sections: {sections.body}")


def leaving_inside_bloomreach_is_seen(town, number):
    time.sleep(1.1)  # decisions are compared by the second
    town.sandbox("POST", "/control/bloomreach/consent", {
        "ids": {"registered": number}, "category": "newsletter", "action": "reject"})
    bench.wait_for("the till to show it", lambda: only(
        town.search("email", "vera@kund.tillbridge.dev"))["consents"] == [])


def redeemed_once(town, number):
    path = f"/customers/{number}/redeem"
    first = town.till("POST", path, {"promotion_id": "welcome", "receipt_id": "R-1"})
    bench.equal(first.status, 200, f"redeem: {first.body!r}")
    bench.equal(town.till("POST", path, {"promotion_id": "welcome", "receipt_id": "R-1"}).status, 200, "pressed twice")
    bench.equal(town.till("POST", path, {"promotion_id": "welcome", "receipt_id": "R-2"}).status, 400, "another receipt")
    undo = f"/customers/{number}/undo_redeem"
    for _ in range(2):
        bench.equal(town.till("POST", undo, {"promotion_id": "welcome", "receipt_id": "R-1"}).status, 200, "undone")
    bench.equal(town.till("POST", path, {"promotion_id": "welcome", "receipt_id": "R-2"}).status, 200, "free again")


def two_at_one_phone(town):
    """A family's phone: the second is their own person, without the phone, and a steward sees it."""
    town.till("POST", "/customers", {"email": "nils@kund.tillbridge.dev", "mobile": "+46701740701", "name_first": "Nils"})
    other = town.till("POST", "/customers", {"email": "elsa@kund.tillbridge.dev", "mobile": "+46701740701",
                                             "name_first": "Elsa"})
    bench.equal(other.status, 200, f"status: {other.body!r}")
    bench.equal(other.json()["name_first"], "Elsa", "the second person")
    bench.check(other.json().get("mobile") in (None, ""), f"whose phone it is: {other.json()}")
    bench.check(town.cases("profile_conflict"), "no case about the phone")
    return other.json()["customer_id"]


def merged_on_approval(town, other):
    nils = only(town.search("email", "nils@kund.tillbridge.dev"))["customer_id"]
    bench.wait_for("both at Klaviyo", lambda: town.at_klaviyo("nils@kund.tillbridge.dev") and
                   town.at_klaviyo("elsa@kund.tillbridge.dev"))
    bench.expect(0, town.hub, "merge", "--customers", nils, other, "--config", town.config)
    bench.equal(town.till("GET", f"/customers/{other}").json()["customer_id"], nils, "who the other is now")
    bench.wait_for("one profile at Klaviyo", lambda: not town.at_klaviyo("elsa@kund.tillbridge.dev") or
                   town.at_klaviyo("elsa@kund.tillbridge.dev")[0]["id"] == town.at_klaviyo("nils@kund.tillbridge.dev")[0]["id"])


def hung(town):
    """A platform that never answers costs nobody their patience, and the answer says where it is from."""
    town.faults(preset="bloomreach-hang")
    slowest = 0.0
    for _ in range(12):
        began = time.monotonic()
        found = only(town.search("mobile", "+46701740699"))
        slowest = max(slowest, time.monotonic() - began)
        bench.check("own records" in json.dumps(found["sections"]), f"not marked: {found}")
    bench.check(slowest < 1.0, f"the slowest took {slowest:.3f} s")
    bench.equal(town.search("email", "stranger@kund.tillbridge.dev").json(), [], "a stranger while it hangs")
    bench.equal(town.till("GET", "/customers/c-nobody").status, 503, "a number that nobody can be asked about")
    # Added while nobody can be asked: the web shop has this person already.
    added = town.till("POST", "/customers", {"email": "web@kund.tillbridge.dev", "name_first": "Webb"})
    bench.equal(added.status, 200, f"added: {added.body!r}")
    town.faults(preset="none")
    bench.wait_for("the delivery to find the person", lambda: town.at_bloomreach(
        "web@kund.tillbridge.dev")[0]["properties"].get("first_name") == "Webb", 60)
    bench.equal([p["ids"]["registered"] for p in town.at_bloomreach("web@kund.tillbridge.dev")], ["web-77"], "profiles")
    # What they buy under the new number goes to the profile that was there.
    town.sandbox("POST", "/control/orders", {"kind": "sale", "customer": {
        "customer_id": added.json()["customer_id"], "email": "web@kund.tillbridge.dev"}})
    bench.wait_for("the purchase at the profile that was there", lambda: town.at_bloomreach(
        "web@kund.tillbridge.dev")[0]["events"] > 0)
    bench.equal(len(town.at_bloomreach("web@kund.tillbridge.dev")), 1, "profiles after the sale")


def add_until_yes(town, person, pause):
    """As staff do: again, until it worked."""
    time.sleep(pause)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            answer = town.till("POST", "/customers", person)
            if answer.status == 200:
                return answer.json()["customer_id"]
        except OSError:
            pass
        except Exception as broken:  # half an answer of a hub that was killed
            if "http" not in type(broken).__module__:
                raise
        time.sleep(0.05)
    raise AssertionError(f"never added: {person}")


def pressed_twice_while_it_dies(town):
    """Every person pressed twice, at two tills, while the hub is killed again and again: one person, one profile."""
    choose = random.Random(4)
    people = [{"email": f"p{i}@press.tillbridge.dev", "mobile": f"+4670174{1000 + i}", "name_first": f"P{i}"}
              for i in range(PEOPLE)]
    done = threading.Event()
    kills = 0

    def kill_often():
        nonlocal kills
        while not done.wait(choose.uniform(0.6, 1.6)):
            town.running.end(bench.KILL)
            town.start()
            kills += 1
    killer = threading.Thread(target=kill_often)
    killer.start()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as tills:
            presses = [tills.submit(add_until_yes, town, person, pause)
                       for person in people for pause in (0.0, choose.uniform(0.0, 0.3))]
            numbers = [press.result() for press in presses]
    finally:
        done.set()
        killer.join()
    bench.check(kills >= 3, f"killed only {kills} times")
    for at, person in enumerate(people):
        bench.equal(numbers[2 * at], numbers[2 * at + 1], f"the two presses of {person['email']}")
    bench.equal(len(set(numbers)), PEOPLE, "customers")

    def settled():
        status = json.loads(bench.expect(0, town.hub, "status", "--config", town.config).stdout)
        return status["idle"] and status["journal"]["deliveries_waiting"] == 0
    bench.wait_for("everything to be delivered", settled, 90)
    bench.wait_for("the last profile", lambda: town.at_bloomreach(people[-1]["email"]))
    for person in people:
        found = bench.wait_for("a profile", lambda: town.at_bloomreach(person["email"]))
        bench.equal(len(found), 1, f"profiles of {person['email']} at Bloomreach")
        bench.equal(len(town.at_klaviyo(person["email"])), 1, f"profiles of {person['email']} at Klaviyo")
    print(f"{2 * PEOPLE} presses, {kills} kills, {PEOPLE} people, one profile each at both platforms")


def test(hub, sandbox):
    with bench.own_folder() as folder, bench.Process(
            folder / "sandbox.log", sandbox, "--seed", "3", "--bloomreach-project", bench.PROJECT,
            "--klaviyo-key", "pk_sandbox", "--klaviyo-quota-factor", "50") as simulators:
        town = Town(hub, folder, simulators.ready())
        town.faults(bloomreach={"apply_delay_ms": 200})
        town.sandbox("POST", "/control/subscription", {
            "url": f"http://127.0.0.1:{town.public}/sitoo/demo", "user": bench.EVENTS_USER,
            "password": bench.EVENTS_PASSWORD})
        town.start()
        try:
            number = a_customer_of_her_own(town)
            what_is_asked_wrongly(town)
            sold_and_shown(town, number)
            leaving_inside_bloomreach_is_seen(town, number)
            redeemed_once(town, number)
            merged_on_approval(town, two_at_one_phone(town))
            web_customer(town)
            hung(town)
            pressed_twice_while_it_dies(town)
        finally:
            town.running.close()


def web_customer(town):
    """Somebody whom only the web shop knows, written there by its own key."""
    answer = bench.call(
        town.ports["bloomreach_port"], "POST", f"/track/v2/projects/{bench.PROJECT}/customers", json.dumps({
            "customer_ids": {"registered": "web-77", "email_id": "web@kund.tillbridge.dev"},
            "properties": {"email": "web@kund.tillbridge.dev"}}),
        {"Content-Type": "application/json", **bench.basic("sandbox-key", "sandbox-secret")})
    bench.equal(answer.status, 200, f"the web shop: {answer.body!r}")
    bench.wait_for("the web customer", lambda: town.at_bloomreach("web@kund.tillbridge.dev"))


if __name__ == "__main__":
    bench.main(test)
