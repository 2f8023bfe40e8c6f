#!/usr/bin/env python3
"""The operations desk through its API, without a browser: desk.py HUB SANDBOX."""

import datetime
import http.client
import json
import re
import threading
import time
import traceback
import zoneinfo

import bench
import console_town

CONNECTIONS = ("bloomreach", "klaviyo")


class Desk:
    """The town, and who works in it."""

    def __init__(self, town):
        self.town = town
        self.people = {name: town.session(name) for name in console_town.PEOPLE}
        self.number = 0

    def __getattr__(self, name):
        return self.people[name]

    def sale(self, **more):
        self.number += 1
        return self.town.sell(self.number, **more)

    def parked(self, count):
        """Sales that Bloomreach refuses, once they are parked; it takes everything again afterwards."""
        town = self.town
        before = town.count("deliveries_parked")
        town.bloomreach_refuses(1)
        orders = [self.sale() for _ in range(count)]
        bench.wait_for(f"{count} refused sales", lambda: town.count("deliveries_parked") - before >= count and all(
            town.states(order) == {"bloomreach": "parked", "klaviyo": "delivered"} for order in orders), 90)
        town.bloomreach_refuses(0)
        return orders

    def delivery(self, order, connection="bloomreach"):
        platforms = self.town.record(order)["platforms"]
        return next(p for p in platforms if p["connection"] == connection)["deliveries"][0]

    def open_case(self):
        cases = [one for one in self.anna.get("/cases")["items"] if one["type"] == "rejected_delivery"]
        return cases[0] if cases else None


def static_files(desk):
    port = desk.town.console

    def fetch(path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def strict(path, headers):
        policy = headers.get("Content-Security-Policy", "")
        for wanted in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'",
                       "frame-ancestors 'none'", "base-uri 'none'"):
            bench.check(wanted in policy, f"{path}: {wanted} is not in its policy: {policy!r}")
        bench.check("unsafe" not in policy and "*" not in policy, f"{path}: {policy}")
        bench.equal(headers.get("X-Content-Type-Options"), "nosniff", f"{path}: X-Content-Type-Options")
        bench.equal(headers.get("X-Frame-Options"), "DENY", f"{path}: X-Frame-Options")

    status, headers, page = fetch("/")
    bench.equal(status, 200, "the page")
    strict("/", headers)
    page = page.decode()
    bench.check(not re.search(r"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|style=", page), f"inline: {page}")
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    bench.check(any(one.endswith(".js") for one in files) and any(one.endswith(".css") for one in files), f"{files}")
    for path in files:
        status, headers, _ = fetch(path)
        bench.equal(status, 200, path)
        strict(path, headers)
    for path in ("/cases", "/records/1234", "/settings"):  # pages that only the browser knows
        status, headers, body = fetch(path)
        bench.equal((status, body.decode()), (200, page), path)
        strict(path, headers)
    status, headers, body = fetch("/api/v1/nosuch")
    bench.equal(status, 404, "an unknown route")
    strict("/api/v1/nosuch", headers)
    for path in ("/..%2f..%2fetc/passwd", "/assets/../../data/control.token", "/first-run.code", "/control.token"):
        bench.check(b"root:" not in fetch(path)[2] and len(fetch(path)[2]) != 65, path)


def live(desk):
    """A page hears at once that something has changed."""
    heard, ready = [], threading.Event()

    def listen():
        connection = http.client.HTTPConnection("127.0.0.1", desk.town.console, timeout=30)
        connection.request("GET", "/api/v1/live", headers=desk.vera.headers)
        answer = connection.getresponse()
        bench.equal(answer.getheader("Content-Type").split(";")[0], "text/event-stream", "type of the live stream")
        ready.set()
        name = ""
        while "records" not in heard:
            line = answer.readline().decode().strip()
            if line.startswith("event:"):
                name = line[6:].strip()
            if line.startswith("data:") and name == "changed":
                heard.extend(json.loads(line[5:])["topics"])
        connection.close()
    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    bench.check(ready.wait(10), "no live stream")
    order = desk.sale()
    listener.join(15)
    bench.check("records" in heard, f"heard of {heard}")
    desk.town.wait_delivered(order)
    bench.equal(console_town.Caller(desk.town.console).ask("GET", "/live").status, 401, "live without a session")


def life_of_a_case(desk):
    orders = desk.parked(3)
    case = bench.wait_for("a case", desk.open_case)
    bench.equal((case["state"], case["team"], case["records_open"]), ("open", "marketing", 3), "the case")
    path = f"/cases/{case['id']}"
    records = desk.vera.get(f"{path}/records")["items"]
    bench.equal(sorted(one["record_key"] for one in records), sorted(f"order/{o}" for o in orders), "its records")
    bench.check(desk.vera.get(path)["handbook"] == "cases/rejected_delivery", "its handbook page")
    desk.vera.expect(403, "POST", f"{path}/acknowledge", {})
    desk.ines.expect(403, "POST", f"{path}/acknowledge", {})  # another team's
    bench.equal(desk.maja.post(f"{path}/acknowledge")["assignee"], "maja", "who looks at it")
    desk.maja.expect(400, "POST", f"{path}/assign", {"to": "nobody-of-that-name"})
    bench.equal(desk.maja.post(f"{path}/assign", {"to": "sten"})["assignee"], "sten", "to whom it was given")
    bench.equal([one["id"] for one in desk.sten.get("/cases?assignee=me")["items"]], [case["id"]], "mine")
    desk.maja.expect(400, "POST", f"{path}/hand-over", {"team": "integration", "note": ""})
    desk.maja.expect(400, "POST", f"{path}/hand-over", {"team": "nosuch", "note": "n"})
    given = desk.maja.post(f"{path}/hand-over", {"team": "integration", "to": "ines", "note": "the property is unknown"})
    bench.equal((given["team"], given["assignee"], given["state"]), ("integration", "ines", "open"), "handed over")
    desk.maja.expect(403, "POST", f"{path}/note", {"text": "not mine any more"})
    desk.ines.post(f"{path}/note", {"text": "told the agency"})
    desk.ines.expect(400, "POST", f"{path}/resolve", {"note": ""})
    closed = desk.ines.post(f"{path}/resolve", {"note": "the property is there now"})
    bench.equal((closed["state"], closed["records_open"], closed["closed_by"]), ("resolved", 0, "ines"), "closed")
    desk.ines.expect(400, "POST", f"{path}/resolve", {"note": "twice"})
    bench.equal(desk.open_case(), None, "open cases")
    bench.check(case["id"] in [one["id"] for one in desk.vera.get("/cases?state=closed")["items"]], "it is not closed")
    acts = [(one["by"], one["act"]) for one in desk.vera.get(path)["history"] if one["result"] == "done"]
    for wanted in (("maja", "case.acknowledge"), ("maja", "case.assign"), ("maja", "case.hand_over"),
                   ("ines", "case.note"), ("ines", "case.resolve")):
        bench.check(wanted in acts, f"{wanted} is not in its history: {acts}")
    desk.anna.expect(404, "GET", "/cases/17")
    # It happens again.
    orders += desk.parked(1)
    again = bench.wait_for("the case to open again", desk.open_case)
    bench.equal((again["id"], again["reopened"], again["records_open"]), (case["id"], 1, 1), "the case that came back")
    return orders


def three_kinds_of_retry(desk, orders):
    town = desk.town
    ids = {order: town.record(order)["record"]["id"] for order in orders}
    same, built, edited, skipped = orders
    desk.vera.expect(403, "POST", f"/records/{ids[same]}/send-again", {})
    before = desk.sten.get(f"/deliveries/{desk.delivery(same)['id']}/bytes")["parts"]
    desk.maja.post(f"/records/{ids[same]}/send-again")
    town.wait_delivered(same)
    bench.equal(desk.sten.get(f"/deliveries/{desk.delivery(same)['id']}/bytes")["parts"], before, "the bytes sent again")
    attempts = desk.delivery(same)["attempts"]
    bench.equal([one["outcome"] for one in attempts], ["rejected", "delivered"], "its attempts")

    preview = desk.maja.get(f"/records/{ids[built]}/preview")
    bench.check(preview["deliveries"] and all(one["same"] for one in preview["deliveries"]), f"preview: {preview}")
    desk.maja.post(f"/records/{ids[built]}/rebuild", {"note": "with the settings of today"})
    town.wait_delivered(built)

    delivery = desk.delivery(edited)["id"]
    parts = desk.sten.get(f"/deliveries/{delivery}/bytes")["parts"]
    masked = desk.maja.get(f"/deliveries/{delivery}/bytes")
    bench.check(masked["masked"] and "kund.tillbridge.dev" not in "".join(
        re.findall(r"[a-z0-9]{4,}@\S+", " ".join(masked["parts"]))), f"not masked: {masked}")
    desk.maja.expect(403, "POST", f"/deliveries/{delivery}/edit", {"parts": parts, "note": "as an operator"})
    desk.sten.expect(400, "POST", f"/deliveries/{delivery}/edit", {"parts": parts, "note": ""})
    desk.sten.expect(400, "POST", f"/deliveries/{delivery}/edit", {"parts": ["{"], "note": "no JSON"})
    changed = [part.replace('"Kim"', '"Kimmie"') for part in parts]
    bench.check(changed != parts, f"no name in it: {parts}")
    desk.sten.post(f"/deliveries/{delivery}/edit", {"parts": changed, "note": "a name with a strange letter"})
    town.wait_delivered(edited)
    bench.equal(desk.sten.get(f"/deliveries/{delivery}/bytes")["parts"], changed, "the bytes as they were edited")

    desk.maja.expect(400, "POST", f"/deliveries/{desk.delivery(skipped)['id']}/skip", {"note": ""})
    # Its case is of another team since the hand-over; who may act on the delivery says its role.
    desk.maja.post(f"/deliveries/{desk.delivery(skipped)['id']}/skip", {"note": "a test sale"})
    town.wait_states(skipped, {"bloomreach": "skipped", "klaviyo": "delivered"})
    bench.wait_for("the case to close by itself", lambda: desk.open_case() is None)


def bulk_over_a_kill(desk, running):
    """Begun, killed in the middle, gone on with: each record once."""
    town, count = desk.town, 150
    orders = desk.parked(count)
    wanted = {"act": "send_again", "filter": {"connection": "bloomreach", "delivery_state": "parked"}}
    desk.vera.expect(403, "POST", "/bulk/estimate", wanted)
    estimate = desk.maja.post("/bulk/estimate", wanted)
    bench.equal((estimate["count"], estimate["exact"]), (count, True), "estimate")
    bench.check(estimate["platforms"]["bloomreach"]["calls"] >= count, f"estimate: {estimate}")
    desk.maja.expect(400, "POST", "/bulk", {**wanted, "count": count})
    desk.maja.expect(409, "POST", "/bulk", {**wanted, "name": "Wrong count", "count": 2 * count})
    begun = desk.maja.post("/bulk", {**wanted, "name": "After the fix", "count": count})["id"]
    path = f"/bulk/{begun}"
    bench.wait_for("some of them", lambda: desk.vera.get(path)["done"] >= 30, 30)
    running.end(bench.KILL)
    running = town.start()
    # Sessions and the action are still there.
    desk.people = {name: console_town.Caller(town.console, one.headers) for name, one in desk.people.items()}
    seen = desk.vera.get(path)
    bench.check(seen["state"] == "running" and seen["total"] == count, f"after the kill: {seen}")
    bench.wait_for("the rest", lambda: desk.vera.get(path)["state"] == "done", 60)
    ended = desk.vera.get(path)
    bench.equal((ended["done"] + ended.get("nothing_to_do", 0) >= count, ended["failed"]), (True, 0), f"result {ended}")
    items = desk.vera.pages(f"{path}/items", 50)
    bench.equal(sorted(one["record_key"] for one in items), sorted(f"order/{order}" for order in orders), "its items")
    bench.wait_for("no parked delivery", lambda: town.count("deliveries_parked") == 0 and
                   town.count("deliveries_waiting") == 0, 60)
    for order in orders[::25]:
        town.wait_delivered(order)
    bench.check(begun in [one["id"] for one in desk.vera.get("/bulk")["items"]], "it is not in the list")
    return running


def bulk_is_cancelled(desk):
    town = desk.town
    desk.parked(120)
    wanted = {"act": "send_again", "filter": {"connection": "bloomreach", "delivery_state": "parked"}}
    begun = desk.maja.post("/bulk", {**wanted, "name": "Too early", "count": 120})["id"]
    stopped = desk.maja.post(f"/bulk/{begun}/cancel")
    bench.equal(stopped["state"], "cancelled", "state")
    ended = bench.wait_for("its end", lambda: (lambda one: one if one["ended_at"] else None)(
        desk.vera.get(f"/bulk/{begun}")))
    bench.check(ended["done"] < 120, f"it was not stopped: {ended}")
    bench.check(town.count("deliveries_parked") > 0, "what was not begun stays as it was")
    rest = desk.maja.post("/bulk/estimate", wanted)["count"]
    desk.maja.post("/bulk", {**wanted, "name": "The rest", "count": rest})
    bench.wait_for("no parked delivery", lambda: town.count("deliveries_parked") == 0 and
                   town.count("deliveries_waiting") == 0, 60)


def a_store_is_paused(desk):
    town = desk.town
    first, second = desk.sale(store=0), desk.sale(store=3)
    town.wait_delivered(first)
    town.wait_delivered(second)
    store = town.record(first)["record"]["store"]
    bench.check(store and store != town.record(second)["record"]["store"], f"stores: {store}")
    path = f"/workspaces/demo/stores/{store}"
    desk.vera.expect(403, "POST", f"{path}/pause", {"reason": "no"})
    desk.maja.post(f"{path}/pause", {"reason": "stocktaking"})
    row = next(one for one in desk.vera.get("/stores")["items"] if one["store"] == store)
    bench.check(row["paused"] and row["paused"]["by"] == "maja", f"the store: {row}")
    held, other = desk.sale(store=0), desk.sale(store=3)
    town.wait_delivered(other)
    bench.check("delivered" not in town.states(held).values(), f"it was sent: {town.states(held)}")
    desk.maja.post(f"{path}/resume")
    town.wait_delivered(held)
    row = next(one for one in desk.vera.get("/stores")["items"] if one["store"] == store)
    bench.check(not row["paused"], f"the store: {row}")


def settings(desk):
    """Another zone and mapping, taken up at once on the same ports; and back."""
    town, anna = desk.town, desk.anna
    desk.sten.expect(403, "GET", "/settings")
    first = anna.get("/settings")
    bench.check(first["editable"] and 'zone = "Europe/Stockholm"' in first["document"], f"settings: {first}")
    bench.check("sandbox-secret" not in first["document"], "a secret is shown")
    broken = anna.post("/settings/check", {"document": first["document"].replace("settling_ms", "setling_ms")})
    bench.check(not broken["ok"] and any("setling_ms" in one["key"] and one["line"] > 0 for one in broken["problems"]),
                f"check: {broken}")
    changed = first["document"].replace("Europe/Stockholm", "Europe/Helsinki").replace(
        'returns = "event"', 'returns = "status"')
    for source, to, how in (("customer_id", "ids.registered", ""), ("first_name", "properties.first_name", '"upper"')):
        changed += f'\n[[workspace.bloomreach.mapping]]\nfrom = ["{source}"]\nto = "{to}"\ntransform = [{how}]\n'
    checked = anna.post("/settings/check", {"document": changed})
    bench.check(checked["ok"], f"check of the changed document: {checked}")
    trial = anna.post("/settings/test", {"document": changed, "records": 10})
    bench.check(trial["changed"] + trial["same"] == len(trial["records"]) > 0, f"trial: {trial['changed']}")
    anna.expect(400, "PUT", "/settings", {"document": "zone = 1", "based_on": first["version"], "note": "broken"})
    put = {"document": changed, "based_on": first["version"], "note": "we have moved"}
    newer = anna.expect(200, "PUT", "/settings", put)["version"]
    bench.check(newer > first["version"], f"version {newer}")
    town.wait_answers()
    now = bench.wait_for("the new settings", lambda: settled(anna, newer))
    bench.check('zone = "Europe/Helsinki"' in now["document"] and now["source"] == "console", "the zone")
    bench.equal(anna.get("/session")["workspaces"][0]["zone"], "Europe/Helsinki", "zone of the session's workspace")
    anna.expect(409, "PUT", "/settings", put)
    order = desk.sale()
    town.wait_delivered(order)
    bench.equal(town.record(order)["record"]["settings_version"], newer, "settings version of a new sale")
    sent = " ".join(desk.sten.get(f"/deliveries/{desk.delivery(order)['id']}/bytes")["parts"])
    bench.check('"KIM"' in sent, f"not mapped as the settings say: {sent[:500]}")
    versions = anna.get("/settings/versions")["items"]
    bench.equal((versions[0]["version"], versions[0]["by"]), (newer, "anna"), "versions")
    bench.check("Helsinki" in anna.get(f"/settings/versions/{newer}")["document"], "the version's document")
    back = anna.post("/settings/roll-back", {"version": first["version"], "note": "we have not"})["version"]
    bench.check(back > newer, f"version {back}")
    town.wait_answers()
    then = bench.wait_for("the settings of before", lambda: settled(anna, back))
    bench.equal(then["document"], first["document"], "the document")
    town.wait_delivered(desk.sale())


def settled(anna, version):
    try:
        now = anna.get("/settings")
    except OSError:
        return None
    return now if now["version"] == version and ("Helsinki" in now["document"]) == (
        "Helsinki" in anna.get(f"/settings/versions/{version}")["document"]) else None


def forget_a_person(desk):
    town = desk.town
    orders = [town.sell(9_001) for _ in range(2)]
    for order in orders:
        town.wait_delivered(order)
    # Sales of nobody that turned out to be hers: what is searched for was changed before it is forgotten.
    for _ in range(4):
        guest = town.sandbox("POST", "/control/orders", {"kind": "sale"})["order_id"]
        record = bench.wait_for("a guest's sale", lambda: town.record(guest))["record"]["id"]
        for customer in ("c-709002", "c-709001"):
            bench.wait_for("to be attributed", lambda: desk.sten.ask(
                "POST", f"/records/{record}/attribute", {"customer": customer}).status == 200)
    address = town.customer(9_001)["email"]
    person = {"email": address}
    desk.maja.expect(403, "POST", "/privacy/find", person)
    found = desk.sten.post("/privacy/find", person)
    bench.check(found["records"] >= 2 and address in found["addresses"], f"found: {found}")
    copy = json.dumps(desk.sten.post("/privacy/export", person))
    bench.check(address in copy and all(str(order) in copy for order in orders), "the copy is not whole")
    desk.sten.expect(400, "POST", "/privacy/find", {"email": address, "phone": "+46701749001"})
    desk.sten.expect(400, "POST", "/privacy/erase", person)
    erased = desk.sten.post("/privacy/erase", {**person, "confirm": "erase"})
    bench.wait_for("the platforms' answers", lambda: desk.sten.get(f"/privacy/erasures/{erased['id']}")["state"] in (
        "asked", "done"), 30)
    proof = desk.sten.get(f"/privacy/erasures/{erased['id']}")
    bench.check({"klaviyo", "bloomreach"} <= {one["where"] for one in proof["proof"]}, f"proof: {proof}")
    bench.check(address not in json.dumps(proof), "the proof names the person")
    for what in (address, address.split("@")[0], "70174" + "9001", "c-709001"):
        again = desk.sten.get(f"/records?text={what.replace('@', '%40')}")
        bench.equal((again["items"], again["arrivals"]), ([], []), f"search for {what} after the erasure")
    bench.equal(desk.sten.post("/privacy/find", person)["records"], 0, "records held")
    for order in orders:  # the sale stays findable, without the person
        journey = desk.sten.get(f"/records/{town.record(order)['record']['id']}")
        bench.check(address not in json.dumps(journey), f"the journey names the person: {json.dumps(journey)[:800]}")
        document = desk.sten.get(f"/records/{journey['record']['id']}/document")
        bench.check(document["retired"] and not document["parts"], f"its document: {document}")
        for connection in CONNECTIONS:
            sent = desk.sten.get(f"/deliveries/{desk.delivery(order, connection)['id']}/bytes")
            bench.check(sent["retired"] and not sent["parts"], f"what was sent: {sent}")
    bench.check(erased["id"] in [one["id"] for one in desk.sten.get("/privacy/erasures")["items"]], "no proof in the list")
    bench.expect(0, town.hub, "journal", "verify", "--data", town.data)
    town.wait_delivered(desk.sale())  # and everything goes on
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).date().isoformat()
    desk.maja.post("/comparisons", {"connection": "klaviyo", "day": today})


def paging(desk):
    """Pages of any size are the same list, and a later page costs what the first does."""
    whole = [one["id"] for one in desk.vera.pages("/records", 200)]
    bench.check(len(whole) > 250 and len(set(whole)) == len(whole), f"{len(whole)} records")
    bench.equal([one["id"] for one in desk.vera.pages("/records", 7)], whole, "records by pages of 7")
    bench.equal(len(desk.vera.get("/records?limit=100000")["items"]), 200, "the largest page")
    for path in ("/audit", "/cases?state=closed", "/bulk"):
        key = "id"
        all_of = [one[key] for one in desk.sten.pages(path, 200)]
        bench.equal([one[key] for one in desk.sten.pages(path, 3)], all_of, path)

    def cost(path):
        times = []
        for _ in range(9):
            start = time.monotonic()
            desk.vera.get(path)
            times.append(time.monotonic() - start)
        return sorted(times)[4]
    first, last = cost("/records?limit=50"), cost(f"/records?limit=50&after={whole[-60]}")
    bench.check(last < 3 * first + 0.05, f"a page at the end takes {last:.3f} s, the first {first:.3f} s")
    for wrong in ("after=x", "limit=x", "limit=-1", "after=99999999999999999999"):
        bench.check(desk.vera.ask("GET", f"/records?{wrong}").status in (200, 400), wrong)


def audit(desk):
    desk.maja.expect(403, "GET", "/audit")
    entries = desk.sten.pages("/audit")
    done = {(one["act"], one["by"]) for one in entries if one["result"] == "done"}
    acts = [("case.acknowledge", "maja"), ("case.assign", "maja"), ("case.hand_over", "maja"), ("case.note", "ines"),
            ("case.resolve", "ines"), ("record.send_again", "maja"), ("record.rebuild", "maja"),
            ("delivery.edit", "sten"), ("delivery.skip", "maja"), ("bulk.begin", "maja"), ("bulk.cancel", "maja"),
            ("store.pause", "maja"), ("store.resume", "maja"), ("settings.change", "anna"),
            ("settings.roll_back", "anna"), ("privacy.find", "sten"), ("privacy.export", "sten"),
            ("privacy.erase", "sten"), ("user.add", "operator"), ("session.sign_in", "maja")]
    missing = [one for one in acts if one not in done]
    bench.equal(missing, [], "acts that left no trail")
    refused = {(one["act"], one["by"]) for one in entries if one["result"].startswith("refused")}
    bench.check(("case.assign", "maja") in refused, f"no refused act: {sorted(refused)}")
    of_maja = desk.sten.pages("/audit?by=maja")
    bench.check(of_maja and all(one["by"] == "maja" for one in of_maja), "by")
    ids = [int(one["id"]) for one in entries]
    bench.equal(ids, sorted(ids, reverse=True), "newest first")
    text = json.dumps(entries)
    bench.check("kund9001@" not in text and "till-and-bridge" not in text, "personal data or a password in the audit")


def sessions(desk):
    """What a browser without the page's token, or nobody, may."""
    cookie = {"Cookie": desk.maja.headers["Cookie"]}
    forged = console_town.Caller(desk.town.console, cookie)
    bench.equal(forged.ask("POST", "/workspaces/demo/connections/klaviyo/pause", {}).status, 403, "without the token")
    bench.equal(forged.ask("GET", "/today").status, 200, "reading needs no token")
    control = console_town.Caller(desk.town.console, desk.town.operator.headers)
    bench.equal(control.ask("GET", "/today").status, 401, "the control token on the console's port")
    other = desk.town.session("vera")
    other.expect(200, "DELETE", "/session")
    bench.equal(other.ask("GET", "/today").status, 401, "after signing out")
    bench.equal(desk.vera.ask("GET", "/today").status, 200, "another session of the same person")


def timed(step, *arguments):
    start = time.monotonic()
    result = step(*arguments)
    print(f"{step.__name__:<22}{time.monotonic() - start:6.1f} s", flush=True)
    return result


def run(town):
    running, failed = town.start(), []

    def each(*steps):
        """These need nothing of each other: one that fails hides none of the others."""
        for step in steps:
            try:
                timed(step, desk)
            except (AssertionError, OSError):
                traceback.print_exc()
                failed.append(step.__name__)
    try:
        town.add_people()
        town.subscribe()
        desk = Desk(town)
        each(static_files, sessions, live)
        orders = timed(life_of_a_case, desk)
        timed(three_kinds_of_retry, desk, orders)
        running = timed(bulk_over_a_kill, desk, running)
        each(bulk_is_cancelled, a_store_is_paused, settings, forget_a_person, paging, audit)
        bench.equal(failed, [], "what failed")
        bench.equal(running.end(bench.TERM), 0, "exit code at SIGTERM")
        bench.expect(0, town.hub, "journal", "verify", "--data", town.data)
    finally:
        running.close()


if __name__ == "__main__":
    console_town.main(run)
