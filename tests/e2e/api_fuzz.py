#!/usr/bin/env python3
"""Every operation of the API's own document, asked sensibly and badly: api_fuzz.py HUB SANDBOX [SEED].

Nothing may answer with an error of the hub's own (5xx but the documented 503), answer otherwise than the document
says, hang, or end the hub. Nobody gets in without credentials."""

import http.client
import json
import random
import string
import sys
import threading
import time
import urllib.parse

import bench
import console_town
import json_shape

REQUESTS = 12_000
SECONDS = 60
CALLERS = 4
ANSWER_S = 5
ROLES = ("viewer", "operator", "steward", "administrator")
# These ask platforms or hash passwords: asked less often; the first kind may take longer.
LONG = {"setup.validate", "comparison.run", "stock.compare", "journal.backup", "customer.sync", "backfill.begin",
        "alert.test", "record.replay", "record.rebuild", "settings.test", "customer.merge"}
COSTLY = {"user.add", "user.reset_password", "session.sign_in", "session.first_run", "session.password",
          "settings.change", "settings.roll_back", "privacy.erase", "live.changes"}
LONG_S = 90
OFTEN, SELDOM = 30, 12
# What a viewer may change: what is the viewer's own.
OWN = {"view.put", "view.remove", "session.sign_in", "session.first_run", "session.sign_out", "session.preferences",
       "session.password"}
SAFE_WORD = "/-_.~:"


def walk(document):
    """(operation id, method, path, operation) of everything in the document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path, operation


class Values:
    """What can stand in a request: ids that exist, and everything else."""

    def __init__(self, seed, folder, known):
        self.dice = random.Random(seed)
        self.folder = folder
        self.known = known  # by the name of a member or of a part of the path
        self.backups = 0

    def text(self):
        dice = self.dice
        return dice.choice([
            lambda: "", lambda: " ", lambda: "x" * dice.choice([1, 199, 201, 2_001, 20_000]),
            lambda: "".join(dice.choice(string.printable) for _ in range(dice.randrange(60))),
            lambda: "\u00e5\u00e4\u00f6\u202e\U0001f6cd\u0000" * dice.randrange(1, 9), lambda: "\ud7ff\ufffe\uffff",
            lambda: "' OR 1=1 --", lambda: '"; DROP TABLE record; --', lambda: "../../../etc/passwd",
            lambda: "%00%ff%2f", lambda: "{{7*7}}${7*7}", lambda: "<script>alert(1)</script>",
            lambda: "\n\r\nSet-Cookie: a=b", lambda: "*" * 80, lambda: '"unbalanced', lambda: "NaN", lambda: "null",
            lambda: "2026-02-30T25:61:61Z", lambda: "2026-06-12T10:40:00Z", lambda: "2026-06-12", lambda: "me",
            lambda: "kund1@kund.tillbridge.dev", lambda: "+46701740001", lambda: "Robert'); --"])()

    def number(self):
        return self.dice.choice([0, 1, -1, 7, 50, 200, 201, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 10**30,
                                 0.5, -0.0, 1e308, 1e-308])

    def identifier(self, name):
        pool = self.known.get(name, [])
        if pool and self.dice.random() < 0.6:
            return self.dice.choice(pool)
        return self.dice.choice(["0", "1", "-1", "17", str(2**63 - 1), str(2**64), "00", "1e3", "0x10", self.text()])

    def anything(self, depth=0):
        dice = self.dice
        kind = dice.randrange(8 if depth < 4 else 5)
        if kind == 5:
            return [self.anything(depth + 1) for _ in range(dice.randrange(4))]
        if kind == 6:
            return {self.text()[:50]: self.anything(depth + 1) for _ in range(dice.randrange(4))}
        if kind == 7:  # deep
            value = 1
            for _ in range(dice.choice([10, 60])):
                value = [value] if dice.random() < 0.5 else {"a": value}
            return value
        return [None, True, False, self.number(), self.text()][kind]

    def fitting(self, schema, document, name=""):
        """A value as the schema asks for it."""
        dice, schema = self.dice, json_shape.resolve(schema, document)
        if name == "target":  # a file on this machine: only where we may write
            self.backups += 1
            return str(self.folder / f"backup-{self.backups}") if dice.random() < 0.2 else "relative-name"
        if name in self.known and dice.random() < 0.7:
            return dice.choice(self.known[name])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return dice.choice(schema["enum"])
        kind = schema.get("type", "string")
        kind = dice.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            inner = schema.get("properties", {})
            return {key: self.fitting(one, document, key) for key, one in inner.items()
                    if key in schema.get("required", []) or dice.random() < 0.5}
        if kind == "array":
            return [self.fitting(schema.get("items", {}), document) for _ in range(dice.randrange(4))]
        return {"integer": lambda: dice.choice([0, 1, 2, 20, 1_000]), "number": lambda: dice.choice([0, 1.5, 30]),
                "boolean": lambda: dice.random() < 0.5, "null": lambda: None,
                "string": lambda: dice.choice(["a note", "klaviyo", "bloomreach", "demo", "anna", self.text()])}[kind]()

    def hostile(self, body):
        """The same with something wrong in it; as text, as it goes over the wire."""
        dice = self.dice
        if isinstance(body, dict) and body and dice.random() < 0.7:
            key = dice.choice(sorted(body))
            if key == "target":
                return json.dumps({"target": dice.choice([1, None, [], "", "name"])})
            broken = dict(body)
            if dice.random() < 0.3:
                del broken[key]
            else:
                broken[key] = self.anything()
            return json.dumps(broken)
        return dice.choice([
            lambda: json.dumps({key: value for key, value in [("filter", self.anything()), ("name", self.anything())]}),
            lambda: json.dumps([body]), lambda: "", lambda: "{", lambda: "nul", lambda: "[" * 5_000,
            lambda: '{"a":' * 500 + "1" + "}" * 500, lambda: json.dumps(body) + "x", lambda: "\x00\x01",
            lambda: '{"note":"\\ud800"}', lambda: json.dumps({"note": "x" * 300_000}),
            lambda: '{"name":1,"name":2}'])()


def request_of(values, document, method, path, operation):
    """(target, body or None, further headers) of one request."""
    dice = values.dice
    bad = dice.random() < 0.5
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            name = part[1:-1]
            text = values.identifier(name) if bad else (values.known.get(name) or ["1"])[
                dice.randrange(len(values.known.get(name) or ["1"]))]
            part = urllib.parse.quote(str(text)[:1_000], safe="", errors="surrogatepass") or "%20"
        parts.append(part)
    query = []
    for one in operation.get("parameters", []):
        if one["in"] != "query" or dice.random() < 0.6:
            continue
        name = one["name"]
        value = values.identifier(name) if name in values.known or name in ("after", "limit") else values.text()
        if name == "workspace" and not bad:
            value = "demo"
        query.append((name, str(value)[:2_000]))
    target = "/".join(parts) + ("?" + urllib.parse.urlencode(query, errors="surrogatepass") if query else "")
    headers, body = {}, None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        fitting = values.fitting(schema, document)
        body = values.hostile(fitting) if bad else json.dumps(fitting)
        headers["Content-Type"] = "application/json"
        if bad and dice.random() < 0.15:
            headers["Content-Type"] = dice.choice(["text/plain", "application/x-www-form-urlencoded", "", "json", "a/b;c"])
    return target[:14_000], body, headers


class Findings:
    def __init__(self):
        self.lock = threading.Lock()
        self.all, self.asked, self.statuses, self.slowest = [], 0, {}, (0, "")
        self.unavailable, self.before_the_api = {}, 0

    def add(self, request, what):
        with self.lock:
            self.all.append(f"{what}\n    {request}")


class Asker:
    """Asks one request after the other on one connection; knows what an answer may be."""

    def __init__(self, town, document, findings):
        self.town, self.document, self.findings = town, document, findings
        self.connection = None

    def send(self, method, target, body, headers, within_s):
        for last in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.town.control)
            self.connection.timeout = within_s
            if self.connection.sock is not None:
                self.connection.sock.settimeout(within_s)
            try:
                self.connection.request(method, target, body, headers)
                answer = self.connection.getresponse()
                streams = answer.getheader("Content-Type", "").startswith("text/event-stream")
                data = b"" if streams else answer.read()
                if streams or answer.getheader("Connection") == "close":
                    self.drop()
                return answer.status, answer.getheader("Content-Type", ""), data
            except (ConnectionError, http.client.HTTPException, BrokenPipeError):
                # Kept alive too long, or the hub takes up other settings: once more.
                self.drop()
                if last:
                    raise
                self.town.wait_answers()
        return None

    def drop(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def ask(self, identifier, role, token, method, path, operation, target, body, headers):
        shown = f"{method} {target[:300]} as {role}, {headers.get('Content-Type')}: {str(body)[:200]}"
        within_s = LONG_S if identifier in LONG else ANSWER_S + 5
        start = time.monotonic()
        encoded = body.encode("utf-8", "surrogatepass") if body is not None else None
        try:
            status, kind, data = self.send(method, target, encoded, {**headers, "Authorization": f"Bearer {token}"},
                                           within_s)
        except TimeoutError:
            self.drop()
            self.findings.add(shown, f"{identifier} hangs: no answer within {within_s} s")
            return
        except (OSError, http.client.HTTPException) as error:
            self.drop()
            self.findings.add(shown, f"{identifier}: no answer: {error!r}")
            return
        took = time.monotonic() - start
        with self.findings.lock:
            self.findings.asked += 1
            self.findings.statuses[status] = self.findings.statuses.get(status, 0) + 1
            if identifier not in LONG:
                self.findings.slowest = max(self.findings.slowest, (took, f"{identifier} {shown[:150]}"))
        if took > ANSWER_S and identifier not in LONG:
            self.findings.add(shown, f"{identifier} took {took:.1f} s")
        if status == 503:
            self.findings.unavailable.setdefault(identifier, data[:160])
        # Not HTTP, or too large for it: refused before the API sees it.
        if status in (400, 413, 431) and kind.startswith("text/plain"):
            self.findings.before_the_api += 1
            return
        problem = self.wrong(operation, status, kind, data)
        # Asking cannot damage a journal: that it says so of an id that is none is as wrong.
        if status == 503 and b'"error":"corrupt"' in data:
            problem = f"the journal is called corrupt: {data[:200]!r}"
        if not problem and role == "viewer" and method != "GET" and status < 300 and identifier not in OWN:
            problem = f"a viewer may do it: {status}"
        if problem:
            self.findings.add(shown, f"{identifier} {status}: {problem}")

    def wrong(self, operation, status, kind, data):
        responses = operation["responses"]
        name = str(status) if str(status) in responses else f"{status // 100}XX"
        if name not in responses:
            return f"the document knows {sorted(responses)}; it said {data[:300]!r}"
        promised = responses[name].get("content", {})
        kind = kind.split(";")[0]
        if kind not in promised:
            return f"it is {kind!r}, not {sorted(promised)}: {data[:200]!r}"
        if kind != "application/json":
            return ""
        try:
            value = json.loads(data)
        except ValueError:
            return f"this is no JSON: {data[:200]!r}"
        return json_shape.wrong(value, promised[kind]["schema"], self.document)


def plan(document, values, tokens):
    """All requests, in a random order that the seed gives again."""
    every = [one for one in walk(document) if one[2].startswith("/api/")]
    rest = REQUESTS - sum(SELDOM if one[0] in LONG | COSTLY else 0 for one in every)
    often = max(OFTEN, rest // max(1, sum(one[0] not in LONG | COSTLY for one in every)))
    requests = []
    for identifier, method, path, operation in every:
        for number in range(SELDOM if identifier in LONG | COSTLY else often):
            role = "control token" if number % 2 == 0 else values.dice.choice(ROLES)
            requests.append((identifier, role, tokens[role], method, path, operation,
                             *request_of(values, document, method, path, operation)))
    values.dice.shuffle(requests)
    # What takes up other settings, or is long, comes last: it is not to hide the others.
    requests.sort(key=lambda one: one[0] in LONG or one[0].startswith("settings."))
    return requests


def nobody_gets_in(town, document):
    """Every route without credentials, with wrong ones, and the console's port with the control token."""
    walked = 0
    for identifier, method, path, operation in walk(document):
        if operation.get("security") == []:
            continue
        target = path.replace("{", "").replace("}", "")
        body = "{}" if "requestBody" in operation else None
        for port, headers in ((town.control, {}), (town.control, {"Authorization": "Bearer wrong"}),
                              (town.control, {"Authorization": "Bearer "}), (town.console, {}),
                              (town.console, {"Cookie": "tillbridge=" + "a" * 43}),
                              (town.console, town.operator.headers)):
            answer = bench.call(port, method, target, body, {"Content-Type": "application/json", **headers})
            bench.equal(answer.status, 401, f"{identifier} ({method} {target} with {list(headers)})")
            fault = json_shape.wrong(answer.json(), {"$ref": "#/components/schemas/Error"}, document)
            bench.equal(fault, "", f"{identifier} refused")
        walked += 1
    print(f"{walked} operations refuse whoever is not signed in")
    return walked


def a_town_with_something_in_it(town):
    """Delivered, refused and unidentified sales, a case, a bulk action; what can be named of them."""
    town.add_people()
    town.subscribe()
    for order in [town.sell(number) for number in range(3)]:
        town.wait_delivered(order)
    town.sandbox("POST", "/control/orders", {"kind": "sale"})
    town.bloomreach_refuses(1)
    refused = [town.sell(number) for number in range(10, 14)]
    bench.wait_for("refused sales", lambda: town.count("deliveries_parked") >= len(refused), 60)
    town.bloomreach_refuses(0)
    api = town.operator
    journeys = [api.get(f"/records/{one['id']}") for one in api.get("/records")["items"]]
    deliveries = [one for journey in journeys for platform in journey["platforms"] for one in platform["deliveries"]]
    cases = [one["id"] for one in api.get("/cases")["items"]]
    bulk = api.post("/bulk", {"act": "resolve", "filter": {"case": cases[0]}, "name": "one",
                               "count": api.get(f"/cases/{cases[0]}")["records_open"]})
    api.expect(200, "PUT", "/views/mine", {"page": "search", "query": "kind=sale"})
    stores = [one["store"] for one in api.get("/stores")["items"]]
    pages = [one["page"] for one in api.get("/handbook")["items"]]
    versions = [str(one["version"]) for one in api.get("/settings/versions")["items"]]
    return {"id": [j["record"]["id"] for j in journeys] + [one["id"] for one in deliveries] + cases + [bulk["id"]],
            "name": ["anna", "vera", "maja", "mine", *stores[:2]], "page": pages, "type": ["rejected_delivery", "lag_high"],
            "version": versions, "workspace": ["demo"], "connection": ["bloomreach", "klaviyo", "sitoo"],
            "kind": ["lag", "errors", "breaker", "sale"], "subject": ["klaviyo", "bloomreach"], "act": ["send_again", "pause",
                                                                                                      "resume", "stop"],
            "case": cases, "store": stores[:3], "text": [j["record"]["key"].split("/")[1] for j in journeys],
            "state": ["open", "planned", "in a case", "closed"], "team": ["marketing", "integration"], "to": ["maja", ""],
            "customer": ["c-700001", "c-700010"], "email": [town.customer(10)["email"]], "phone": [town.customer(11)["phone"]],
            "role": list(ROLES), "document": [api.get("/settings")["document"], "zone = 1"], "minutes": [0, 5],
            "url": ["http://127.0.0.1:9/hook", "https://hooks.invalid/x"], "from": ["2026-06-12T10:40:00Z"],
            "until": ["2027-06-12T10:40:00Z"], "visible_within_s": [0, 1], "email_domain": ["kund.tillbridge.dev"]}


def run(town):
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20_260_612
    with town.start() as running:
        known = a_town_with_something_in_it(town)
        document = town.operator.get("/openapi.json")
        tokens = {role: town.operator.post("/tokens", {"name": f"fuzz {role}", "role": role, "teams": ["marketing"]})["token"]
                  for role in ROLES}
        tokens["control token"] = town.operator.headers["Authorization"].removeprefix("Bearer ")
        nobody_gets_in(town, document)
        requests = plan(document, Values(seed, town.folder, known), tokens)
        findings, until = Findings(), time.monotonic() + SECONDS
        queue, lock = iter(requests), threading.Lock()

        def work():
            asker = Asker(town, document, findings)
            while time.monotonic() < until:
                with lock:
                    request = next(queue, None)
                if request is None:
                    break
                asker.ask(*request)
            asker.drop()
        callers = [threading.Thread(target=work, daemon=True) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(SECONDS + LONG_S + 30)
        print(f"seed {seed}: {findings.asked} of {len(requests)} requests; answers by status: "
              f"{dict(sorted(findings.statuses.items()))}")
        print(f"refused before the API: {findings.before_the_api}; 503: {findings.unavailable}")
        print(f"slowest: {findings.slowest[0]:.2f} s {findings.slowest[1]}")
        for finding in findings.all[:60]:
            print(finding, file=sys.stderr)
        bench.equal(running.process.poll(), None, "the hub's exit code")

        # Settings that were changed among all this are taken up as soon as no act is under way.
        def answers():
            try:
                return town.operator.ask("GET", "/today").status == 200
            except OSError:
                return False
        bench.wait_for("the hub to answer afterwards", answers, 70)
        bench.check(findings.asked >= 1_000, f"{findings.asked} requests are too few to say anything")
        bench.equal(running.end(bench.TERM, 60), 0, "exit code at SIGTERM")
    bench.expect(0, town.hub, "journal", "verify", "--data", town.data)
    bench.equal(len(findings.all), 0, "findings")


if __name__ == "__main__":
    console_town.main(run)
