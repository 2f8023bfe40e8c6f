"""Real processes: the sandbox that sells and judges, the hub, and what may stand between them. Everything ends with the
Town; its folder holds the logs, the configuration and the journal."""

import http.client
import json
import os
import pathlib
import shutil
import threading
import time

import bench
from proxy import Proxy

CONFIG = """
[hub]
data_dir = "{data}"
allow_literal_secrets = true
[hub.listen]
port = {public}
[hub.control]
port = {control}
[hub.console]
port = 0
[[workspace]]
name = "demo"
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "http://127.0.0.1:{sitoo}/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "sandbox-password"
events_user = "{user}"
events_password = "{password}"
cookie_from = "web-cookie"
requests_per_second = {reads_per_second}
total_time_max_s = 2
[workspace.sitoo.store_countries]
{store_countries}
[workspace.bloomreach]
base_url = "http://127.0.0.1:{bloomreach}"
project_token = "{project}"
key_id = "sandbox-key"
key_secret = "sandbox-secret"
soft_ids = [{{ id = "email_id", from = "email" }}, {{ id = "phone_id", from = "phone" }}]
cookie_id = "cookie"
reference_currency = "SEK"
total_time_max_s = 2
[workspace.bloomreach.rates]
EUR = "11.42"
NOK = "0.98"
[workspace.klaviyo]
base_url = "http://127.0.0.1:{klaviyo}"
api_key = "pk_sandbox"
quota_factor = {quota}
total_time_max_s = 2
consent_poll_every_s = 3600
[workspace.timing]
settling_ms = {settling_ms}
# Off: what an acknowledged event has lost must not be found again by other means.
[workspace.poll]
every_s = 86400
open_orders_every_s = 86400
[workspace.breaker]
open_min_s = 1
open_max_s = 3
[workspace.retry]
max_s = 5
"""
EXPECTATIONS = {"hard_id": "registered", "hard_id_from": "crm_customer_id",
                "soft_ids": {"email_id": "email", "phone_id": "phone"}, "cookie_id": "cookie", "returns": "event",
                "cancelled": "status", "reference_currency": "SEK", "rates": {"EUR": "11.42", "NOK": "0.98"},
                "klaviyo": {}}
PLATFORMS = ("bloomreach", "klaviyo")
QUIET_ROUNDS = 5
SAMPLE_EVERY_S = 0.25


def rss_mb(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


class Town:
    """proxied: platforms that the hub reaches through a proxy. prefix stands before the hub's command line,
    hub_options behind it."""

    def __init__(self, hub, sandbox, folder, seed=1, proxied=(), prefix=(), hub_options=(), data=None, log=print,
                 reads_per_second=40, settling_ms=300, quota=100, sandbox_address=None, hub_address="127.0.0.1"):
        self.hub_program, self.folder, self.log = hub, folder, log
        # However this program ends, no hub stays behind.
        tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self.prefix, self.hub_options, self.seed = tied + list(prefix), list(hub_options), seed
        self.data = pathlib.Path(data) if data else folder / "data"
        self.hub = None
        self.starts = self.kills = self.exits = 0
        self.start_ms_max = self.rss_mb_peak = 0.0
        self.clock_moved_h = 0
        self.settling_ms = settling_ms
        self._sampling = threading.Event()
        self.sandbox = bench.Process(
            folder / "sandbox.log", sandbox, "--seed", seed, "--bloomreach-project", bench.PROJECT,
            "--klaviyo-quota-factor", quota, "--parent-pid", os.getpid(),
            *(["--address", sandbox_address] if sandbox_address else []))
        try:
            self.ports = self.sandbox.ready()
            self.proxies = {name: Proxy(self.ports[f"{name}_port"], seed) for name in proxied}
            self.public, self.control = bench.free_port(), bench.free_port()
            self.hub_address = hub_address
            text = CONFIG.format(
                data=self.data, public=self.public, control=self.control, sitoo=self._port("sitoo"),
                bloomreach=self._port("bloomreach"), klaviyo=self._port("klaviyo"), user=bench.EVENTS_USER,
                password=bench.EVENTS_PASSWORD, project=bench.PROJECT, reads_per_second=reads_per_second,
                quota=quota, settling_ms=settling_ms, store_countries="\n".join(
                    f'"STO-{n + 1:02}" = "{("SE", "NO", "FI")[n % 3]}"' for n in range(12)))
            self.config = folder / "tillbridge.toml"
            self.config.write_text(text)
        except BaseException:
            self.sandbox.close()
            raise
        threading.Thread(target=self._sample, daemon=True).start()

    def _port(self, platform):
        return self.proxies[platform].port if platform in self.proxies else self.ports[f"{platform}_port"]

    def _sample(self):
        while not self._sampling.wait(SAMPLE_EVERY_S):
            hub = self.hub
            if hub is not None:
                self.rss_mb_peak = max(self.rss_mb_peak, rss_mb(hub.process.pid))

    # The hub.

    def start_hub(self):
        """False when it ended instead of saying that it is ready."""
        began = time.monotonic()
        self.hub = bench.Process(self.folder / "hub.log", *self.prefix, self.hub_program, "serve", "--config",
                                 self.config, "--announce", "--allow-volatile", "--drills", *self.hub_options)
        try:
            self.hub.ready()
        except (AssertionError, ValueError):
            self.hub.close()
            self.exits += 1
            return False
        self.starts += 1
        self.start_ms_max = max(self.start_ms_max, (time.monotonic() - began) * 1000)
        self.token = (self.data / "control.token").read_text().strip()
        return True

    def hub_runs(self):
        return self.hub is not None and self.hub.process.poll() is None

    def kill_hub(self):
        self.hub.end(bench.KILL)
        self.kills += 1

    def signal_hub(self, number):
        self.hub.process.send_signal(number)

    def keep_hub(self):
        """What a service manager does: starts it again when it has ended by itself."""
        if self.hub_runs():
            return True
        if self.hub is not None and self.hub.process.returncode is not None:
            self.hub.close()
        return self.start_hub()

    def ask(self, method, path, body=None):
        answer = bench.call(self.control, method, "/api/v1" + path, None if body is None else json.dumps(body),
                            {"Authorization": f"Bearer {self.token}"})
        bench.check(answer.status == 200, f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        return answer.json()

    def status(self):
        """{} while nobody answers."""
        try:
            return self.ask("GET", "/status")
        except (OSError, AssertionError, ValueError, AttributeError):
            return {}

    def hours(self):
        """What the console shows, by hour of business: {hour: {"planned": {...}, "delivered": {...}}}. A page holds
        a day; for what is older the hub's clock goes back half a day, for the question only."""
        shown = {one["hour"]: one for one in self.ask("GET", "/today")["hours"]}
        if self.clock_moved_h > 12:
            self.ask("POST", "/drills/clock", {"step_ms": -12 * 3_600_000})
            shown = {one["hour"]: one for one in self.ask("GET", "/today")["hours"]} | shown
            self.ask("POST", "/drills/clock", {"step_ms": 12 * 3_600_000})
        return shown

    def open_cases(self):
        """As the console lists them: {type: how many}."""
        cases, after = {}, ""
        while after is not None:
            page = self.ask("GET", f"/cases?limit=200{after and '&after='}{after}")
            for item in page["items"]:
                cases[item["type"]] = cases.get(item["type"], 0) + item["records_open"]
            after = page["next"]
        return cases

    def delivered_parts(self, records_max):
        """What the journeys of all records say was delivered, by platform: events and, at Bloomreach, customer
        updates, as the ledger counts them. None when there are too many records to look at each."""
        if self.status()["journal"]["records"] > records_max:
            return None
        parts = dict.fromkeys(PLATFORMS, 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=30)

        def get(path):
            connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            body = answer.read()
            bench.check(answer.status == 200, f"GET {path}: {answer.status} {body[:300]!r}")
            return json.loads(body)
        after = ""
        while after is not None:
            page = get(f"/records?limit=200{after and '&after='}{after}")
            for item in page["items"]:
                for platform in get(f"/records/{item['id']}")["platforms"]:
                    parts[platform["connection"]] += sum(
                        one["parts"] for one in platform["deliveries"]
                        if one["state"] == "delivered" and not one["flow"].startswith("customer_update"))
            after = page["next"]
        connection.close()
        return parts

    # The shops and the platforms.

    def simulators(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def state(self):
        return self.simulators("GET", "/control/state")

    def open_shops(self, seconds, rate):
        """Sales from now on, for so long; returns at once."""
        self.simulators("POST", "/control/day", {
            "seconds": seconds, "rate": rate, "seed": self.seed, "expectations": self._expectations(),
            "subscription": self.subscription()})

    def subscription(self):
        return {"url": f"http://{self.hub_address}:{self.public}/sitoo/demo", "user": bench.EVENTS_USER,
                "password": bench.EVENTS_PASSWORD}

    def _expectations(self):
        return EXPECTATIONS | {"settling_ms": self.settling_ms}

    def script(self):
        """For sales one by one (sell): who is told, and what has to arrive."""
        self.simulators("POST", "/control/expectations", self._expectations())
        self.simulators("POST", "/control/subscription", self.subscription())

    def sell(self, number, **more):
        customer = {"customer_id": f"c-7{number:05}", "email": f"kund{number}@kund.tillbridge.dev",
                    "phone": f"+4670174{number:04}", "name_first": "Kim", "name_last": "Sund"}
        return self.simulators("POST", "/control/orders", {"kind": "sale", "customer": customer, **more})["order_id"]

    def close_shops(self):
        self.simulators("POST", "/control/day/close", {})

    def faults(self, **changes):
        self.simulators("POST", "/control/faults", changes)

    def phase(self, name):
        self.simulators("POST", "/control/phase", {"name": name})

    def move_clocks(self, hours):
        """Of the simulators and of the hub together."""
        self.simulators("POST", "/control/clock", {"step_ms": hours * 3_600_000})
        self.ask("POST", "/drills/clock", {"step_ms": hours * 3_600_000})
        self.clock_moved_h += hours

    def heal(self):
        self.faults(preset="none")
        for proxy in self.proxies.values():
            proxy.set_rule(None)

    def drain(self, within_s):
        """Until nobody sells and the hub is idle for a second; False when that does not happen in time."""
        until, quiet = time.monotonic() + within_s, 0
        while quiet < QUIET_ROUNDS:
            if time.monotonic() > until:
                return False
            self.keep_hub()
            state, status = self.state(), self.status()
            sold = not state["day_running"] and state["events_queued"] == 0 and state["events_in_flight"] == 0
            quiet = quiet + 1 if sold and status.get("idle") else 0
            time.sleep(0.2)
        return True

    def close(self):
        self._sampling.set()
        if self.hub is not None:
            self.hub.close()
        self.sandbox.close()
        for proxy in self.proxies.values():
            proxy.close()
