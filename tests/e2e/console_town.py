"""A hub with its console between simulated platforms: accounts, callers of the API, sales that are refused."""

import http.client
import json
import time

import bench

KLAVIYO = """
[workspace.klaviyo]
base_url = "http://127.0.0.1:{klaviyo}"
api_key = "pk_sandbox"
webhook_secret = "a-secret-of-the-webhooks"
quota_factor = 20
"""
# Everything that takes minutes in a shop takes a second here.
QUICK = """
[workspace.breaker]
open_min_s = 1
open_max_s = 1
[workspace.retry]
max_s = 2
"""
PASSWORD = "till-and-bridge-{}"
# name: (role, teams)
PEOPLE = {"anna": ("administrator", []), "sten": ("steward", ["data steward"]), "maja": ("operator", ["marketing"]),
          "ines": ("operator", ["integration"]), "vera": ("viewer", [])}


class Caller:
    """Somebody who asks the API: with a token, or as a browser does after signing in."""

    def __init__(self, port, headers=None):
        self.port = port
        self.headers = headers or {}

    def ask(self, method, path, body=None, within_s=30):
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=within_s)
        try:
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            got = bench.Answer(answer.status, answer.read())
            got.headers = answer.headers
            return got
        finally:
            connection.close()

    def expect(self, status, method, path, body=None):
        answer = self.ask(method, path, body)
        bench.check(answer.status == status, f"{method} {path} {body}: {answer.status}, wanted {status}: {answer.body!r}")
        return answer.json() if answer.body else None

    def get(self, path):
        return self.expect(200, "GET", path)

    def post(self, path, body=None):
        return self.expect(200, "POST", path, {} if body is None else body)

    def pages(self, path, limit=200):
        """All items of a list, page by page."""
        items, after, more = [], "", "&" if "?" in path else "?"
        for _ in range(10_000):
            page = self.get(f"{path}{more}limit={limit}{after}")
            items += page["items"]
            if page["next"] is None:
                return items
            after = f"&after={page['next']}"
        raise AssertionError(f"{path} does not end")


class Town:
    """hub_lines stand in [hub], tables come before the workspace, workspace_lines at its end."""

    def __init__(self, hub, folder, ports, hub_lines="", tables="", workspace_lines="", console_port=0):
        self.hub, self.folder, self.ports = hub, folder, ports
        self.public, self.control, self.console = bench.free_port(), bench.free_port(), console_port
        self.config = folder / "tillbridge.toml"
        self.data = folder / "data"
        text = bench.CONFIG.format(
            data=self.data, public=self.public, control=self.control, sitoo=ports["sitoo_port"],
            bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
            project=bench.PROJECT)
        text = text.replace("allow_literal_secrets = true\n", f"allow_literal_secrets = true\n{hub_lines}\n")
        text = text.replace("[hub.console]\nport = 0\n", f"[hub.console]\nport = {console_port}\n{tables}\n")
        klaviyo = KLAVIYO.format(klaviyo=ports["klaviyo_port"])
        text = text.replace("[workspace.timing]", klaviyo + "[workspace.timing]")
        self.config.write_text(text + QUICK + workspace_lines)

    def start(self, *options):
        """A running hub; also again, on the same data and ports."""
        running = bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                                "--allow-volatile", *options)
        try:
            self.console = running.ready()["console_port"]
        except BaseException:
            running.close()
            raise
        token = (self.data / "control.token").read_text().strip()
        self.operator = Caller(self.control, {"Authorization": f"Bearer {token}"})
        return running

    def subscribe(self):
        """The tills' events come here from now on."""
        self.sandbox("POST", "/control/subscription", {
            "url": f"http://127.0.0.1:{self.public}/sitoo/demo", "user": bench.EVENTS_USER,
            "password": bench.EVENTS_PASSWORD})

    def add_people(self):
        for name, (role, teams) in PEOPLE.items():
            self.operator.post("/users", {
                "name": name, "display": name.capitalize() + " Alm", "email": f"{name}@shop.example", "role": role,
                "teams": teams, "password": PASSWORD.format(name), "must_change_password": False})

    def session(self, name):
        """Signs in at the console, as the browser does."""
        answer = Caller(self.console).ask("POST", "/session", {"name": name, "password": PASSWORD.format(name)})
        bench.check(answer.status == 200, f"sign-in of {name}: {answer.status} {answer.body!r}")
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        return Caller(self.console, {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf"]})

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def customer(self, number):
        return {"customer_id": f"c-7{number:05}", "email": f"kund{number}@kund.tillbridge.dev",
                "phone": f"+4670174{number:04}", "name_first": "Kim", "name_last": "Sund"}

    def sell(self, number, **more):
        return self.sandbox("POST", "/control/orders", {"kind": "sale", "customer": self.customer(number), **more})[
            "order_id"]

    def bloomreach_refuses(self, share):
        self.sandbox("POST", "/control/faults", {"bloomreach": {"faults": {"*": {"refuse_command": share}}}})

    def record(self, order):
        """The journey of an order, once there is one."""
        found = [one for one in self.operator.get(f"/records?text={order}")["items"] if one["key"] == f"order/{order}"]
        return self.operator.get(f"/records/{found[0]['id']}") if found else None

    def states(self, order):
        """{"bloomreach": "delivered", ...}; {} while nothing is planned."""
        journey = self.record(order)
        if journey is None:
            return {}
        return {one["connection"]: one["state"] for one in journey["platforms"] if one["deliveries"]}

    def wait_states(self, order, wanted, within_s=30):
        bench.wait_for(f"order {order} to be {wanted}", lambda: self.states(order) == wanted, within_s)

    def wait_delivered(self, order, within_s=30):
        self.wait_states(order, {"bloomreach": "delivered", "klaviyo": "delivered"}, within_s)

    def count(self, name):
        return self.operator.get("/today")["counts"][name]

    def wait_answers(self, within_s=30):
        """Until the hub answers again, after it has taken up other settings."""
        def answers():
            try:
                return Caller(self.console).ask("GET", "/session").status == 200
            except OSError:
                return False
        time.sleep(0.2)
        bench.wait_for("the hub to answer", answers, within_s)


def main(test):
    """Runs test(town) with a sandbox; the town's hub is not started yet."""
    import os
    import pathlib
    import sys
    hub, sandbox = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    with bench.own_folder() as folder:
        with bench.Process(folder / "sandbox.log", sandbox, "--bloomreach-project", bench.PROJECT, "--parent-pid",
                           os.getpid()) as simulators:
            test(Town(hub, folder, simulators.ready()))
    print("ok")
