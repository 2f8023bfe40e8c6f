#!/usr/bin/env python3
"""Setting up from answers, then the validation against the simulators: validate.py HUB SANDBOX."""

import json
import stat
import subprocess
import time

import bench

KEY = "sandbox-key"
CONSENTS = [{"id": "newsletter", "label": "Newsletter", "channel": "email", "default": "no",
             "bloomreach": "newsletter", "klaviyo": "email"}]


class Installation:
    """A hub set up by `tillbridge setup`."""

    def __init__(self, hub, folder, ports, **answers):
        self.hub, self.folder, self.ports = hub, folder, ports
        folder.mkdir()
        self.public, self.control = bench.free_port(), bench.free_port()
        self.config = folder / "tillbridge.toml"
        self.answers = {
            "workspace": "demo", "zone": "Europe/Stockholm", "country": "SE",
            "public_url": "https://hub.tillbridge.dev", "port": self.public, "control_port": self.control,
            "data_dir": str(folder / "data"),
            "sitoo_base_url": f"http://127.0.0.1:{ports['sitoo_port']}/v2/accounts/1500",
            "sitoo_api_id": "1500-142", "sitoo_api_password": "sandbox-password",
            "bloomreach_base_url": f"http://127.0.0.1:{ports['bloomreach_port']}",
            "bloomreach_project_token": bench.PROJECT, "bloomreach_key_id": KEY,
            "bloomreach_key_secret": "sandbox-secret", "reference_currency": "SEK",
            "klaviyo": "yes", "klaviyo_api_key": "pk_sandbox", "hard_id": "registered",
            "hard_id_from": "crm_customer_id",
            "events_user": bench.EVENTS_USER, "events_password": bench.EVENTS_PASSWORD,
            "crm_user": "tills", "crm_password": "till-password", "consents": CONSENTS}
        self.answers.update(answers)
        self.write_answers()
        said = bench.expect(0, hub, "setup", "--answers", folder / "answers.json", "--output", self.config).stdout
        for paste in ("https://hub.tillbridge.dev/sitoo/demo", bench.EVENTS_PASSWORD, "till-password", "tillbridge validate"):
            bench.check(paste in said, f"setup does not say {paste!r}: {said}")
        # The answer that no question of the set-up asks for: the simulator is on this machine.
        text = self.config.read_text().replace(
            "[workspace.klaviyo]\n",
            f'[workspace.klaviyo]\nbase_url = "http://127.0.0.1:{ports["klaviyo_port"]}"\nquota_factor = 20\n')
        self.config.write_text(text + "\n[workspace.timing]\nsettling_ms = 100\n")

    def write_answers(self):
        (self.folder / "answers.json").write_text(json.dumps(self.answers))

    def start(self):
        return bench.Process(self.folder / "hub.log", self.hub, "serve", "--config", self.config, "--announce",
                             "--allow-volatile")

    def validate(self, exit_code, *more):
        done = bench.expect(exit_code, self.hub, "validate", "--config", self.config, "--json",
                            "--visible-within", 10, *more)
        return Validated(json.loads(done.stdout))

    def sandbox(self, method, path, body=None):
        return bench.control(self.ports["control_port"], method, path, body)

    def bloomreach(self, **settings):
        self.sandbox("POST", "/control/faults", {"bloomreach": settings})

    def klaviyo(self, **settings):
        self.sandbox("POST", "/control/faults", {"klaviyo": settings})

    def test_customers(self):
        """What is left of test customers: Bloomreach's under an ID, Klaviyo's under an address."""
        known = [p for p in self.sandbox("GET", "/control/bloomreach/profiles?property=first_name&value=Tillbridge")["profiles"]
                 if "registered" in p["ids"]]
        return known


class Validated:
    def __init__(self, answer):
        self.answer = answer
        self.email = answer["test_customer"] + "@tillbridge.dev"
        self.failed = [f"{s['connection']}/{s['step']}" for s in answer["steps"] if not s["ok"]]

    def step(self, connection, name):
        found = [s for s in self.answer["steps"] if (s["connection"], s["step"]) == (connection, name)]
        bench.equal(len(found), 1, f"steps {connection}/{name} in {self.answer['steps']}")
        return found[0]

    def only(self, name, detail, advice):
        bench.equal(self.failed, [name], f"failed steps of {json.dumps(self.answer['steps'], indent=1)}")
        step = self.step(*name.split("/"))
        bench.check(detail in step["detail"], f"detail {detail!r}: {step}")
        bench.check(advice in step["advice"], f"advice {advice!r}: {step}")


def files_are_safe(town):
    secrets = sorted(town.folder.glob("*.secret"))
    bench.equal(len(secrets), 5, f"files of secrets {secrets}")
    for file in secrets:
        bench.equal(stat.S_IMODE(file.stat().st_mode), 0o600, f"mode of {file}")
    bench.check("sandbox-secret" not in town.config.read_text(), "a secret stands in the configuration")
    refused = bench.run(town.hub, "setup", "--answers", town.folder / "answers.json", "--output", town.config)
    bench.equal(refused.returncode, 1, "exit code of a set-up over a file that is there")
    bench.check("--overwrite" in refused.stderr, f"it says: {refused.stderr}")
    other = town.folder / "other.toml"
    refused = bench.run(town.hub, "setup", "--answers", town.folder / "answers.json", "--output", other)
    bench.equal(refused.returncode, 1, "exit code of a set-up over another one's secrets")
    bench.check(not other.exists(), "it was written all the same")


def setup_in_a_terminal(hub, folder):
    """Questions on standard input; a mistake is asked again; what ends early writes nothing."""
    output = folder / "asked.toml"
    lines = ["Not A Name", "nordic", "", "", "https://hub.nordic.se", "", "", str(folder / "d"),
             "https://api.mysitoo.com/v2/accounts/1500", "", "", "1500-142", "api-pw", "yes", "", "tok", "kid", "ksec", "",
             "no", "", "", "yes", "", "", "", "no"]
    done = subprocess.run([str(hub), "setup", "--output", str(output)], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, timeout=30)
    bench.equal(done.returncode, 0, f"exit code; it said {done.stdout[-900:]}{done.stderr[-300:]}")
    bench.check("cannot be used" in done.stdout, "the mistake was not named")
    bench.check("api-pw" not in output.read_text(), "a secret stands in the configuration")
    bench.expect(0, hub, "check", "--config", output)
    left = subprocess.run([str(hub), "setup", "--output", str(folder / "left.toml")], input="nordic\n",
                          capture_output=True, text=True, timeout=30)
    bench.equal(left.returncode, 1, "exit code of a set-up that was left")
    bench.check(not (folder / "left.toml").exists(), "it wrote something")


def preview(town):
    token = (town.folder / "data" / "control.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = bench.call(town.control, "POST", "/api/v1/setup/preview",
                        json.dumps({"answers": {**town.answers, "zone": "Mars/Base"}}), headers)
    bench.equal(answer.status, 200, f"status: {answer.body!r}")
    shown = answer.json()
    bench.equal([(p["step"], p["field"]) for p in shown["problems"]], [("company", "zone")], "problems")
    bench.equal(shown["sitoo"]["events_base_url"], "https://hub.tillbridge.dev/sitoo/demo", "address")
    for secret in ("sandbox-secret", "pk_sandbox", "till-password", bench.EVENTS_PASSWORD):
        bench.check(secret not in answer.body.decode(), f"{secret} is echoed")


def before_sitoo_sends(town):
    found = town.validate(1)
    found.only("sitoo/events", "never", "/sitoo/demo, user " + bench.EVENTS_USER)


def everything_works(town):
    town.sandbox("POST", "/control/subscription", {
        "url": f"http://127.0.0.1:{town.public}/sitoo/demo", "user": bench.EVENTS_USER,
        "password": bench.EVENTS_PASSWORD})
    order = town.sandbox("POST", "/control/orders", {"kind": "sale", "customer": "c-90112"})["order_id"]
    bench.wait_for("the sale", lambda: bench.run(town.hub, "journey", order, "--config", town.config).returncode == 0)
    found = town.validate(0)
    bench.equal(found.failed, [], "failed steps")
    skipped = [s["step"] for s in found.answer["steps"] if s["skipped"]]
    bench.equal(skipped, ["webhook"], "skipped steps")
    bench.check("purchase, purchase_item, return, return_item and consent"
                in found.step("bloomreach", "order tracking")["detail"], "types of events")
    bench.check("found by" in found.step("till", "customer search")["detail"], "the till's search")
    nothing_stays(town, found)
    said = bench.expect(0, town.hub, "validate", "--config", town.config, "--visible-within", 10).stdout
    bench.check("everything that was tried works" in said and "ok    bloomreach  hard ID: " in said, f"it says: {said}")
    # Sales go on beside it.
    status = json.loads(bench.expect(0, town.hub, "status", "--config", town.config).stdout)
    bench.check(status["ready"], "the hub is not ready")


def nothing_stays(town, found):
    bench.equal(town.test_customers(), [], "test customers at Bloomreach")
    bench.equal(town.sandbox("GET", f"/control/klaviyo/profiles?email={found.email}")["profiles"], [], "test profiles at Klaviyo")
    answer = bench.call(town.public, "GET", f"/crm/demo/customers?key={found.email}&key_type=email", headers=bench.basic(
        "tills", "till-password"))
    bench.equal((answer.status, answer.json()), (200, []), "what tills find of the test customer")


def rights(town):
    allowed = {"allowed": ["*"], "denied": []}
    town.bloomreach(keys=[{"id": KEY, "permissions": {"properties_set": {"allowed": ["*"], "denied": ["phone"]}}}])
    town.validate(1).only("bloomreach/customer creation", "customer property phone", "Customer properties")
    town.bloomreach(keys=[{"id": KEY, "permissions": {
        "properties_set": allowed, "events_set": {"allowed": ["*"], "denied": ["return"]}}}])
    town.validate(1).only("bloomreach/order tracking", "return refused", "Events")
    town.bloomreach(keys=[{"id": KEY, "permissions": {
        "events_set": allowed, "properties_get": {"allowed": ["*"], "denied": ["first_name"]}}}])
    town.validate(1).only("bloomreach/reading rights", "property first_name", "(Get)")
    bench.equal(town.test_customers(), [], "test customers at Bloomreach")
    town.bloomreach(keys=[{"id": KEY, "permissions": {"properties_get": allowed, "anonymize": False}}])
    found = town.validate(1)
    found.only("bloomreach/clean-up", "registered " + found.answer["test_customer"], "GDPR, Anonymize customer")
    town.bloomreach(keys=[{"id": KEY, "permissions": {"anonymize": True}}])
    town.klaviyo(keys=[{"key": "pk_sandbox", "scopes": ["*"], "revoked": True}])
    town.validate(1).only("klaviyo/key", "401", "private key")
    town.klaviyo(keys=[{"key": "pk_sandbox", "scopes": ["*"], "revoked": False}])


def stops_in_the_middle(town, running):
    """A hub that is stopped while it waits for a platform ends at once."""
    town.bloomreach(apply_delay_ms=600_000)
    waiting = subprocess.Popen([str(town.hub), "validate", "--config", str(town.config), "--visible-within", "600"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    before = town.sandbox("GET", "/control/state")["bloomreach"]
    bench.wait_for("the validation to write", lambda: town.sandbox("GET", "/control/state")["bloomreach"] != before)
    began = time.monotonic()
    bench.equal(running.end(bench.TERM), 0, "exit code of the hub")
    bench.check(time.monotonic() - began < 15, "it took too long")
    waiting.communicate(timeout=30)
    bench.equal(waiting.returncode, 1, "exit code of the validation")
    town.bloomreach(apply_delay_ms=300)


def wrong_secret(hub, folder, ports):
    town = Installation(hub, folder, ports, bloomreach_key_secret="another", klaviyo="no")
    with town.start() as running:
        running.ready()
        found = town.validate(1)
        # Tills cannot be answered either, and are told so.
        bench.equal(found.failed, ["sitoo/events", "bloomreach/secret"], "failed steps")
        bench.check("key_secret" in found.step("bloomreach", "secret")["advice"], "advice")
        bench.check(found.step("bloomreach", "customer creation")["skipped"], "it wrote all the same")
        running.end(bench.TERM)


def unknown_hard_id(hub, folder, ports):
    """With a soft ID beside it Bloomreach drops the unknown one in silence; or it refuses the call."""
    town = Installation(hub, folder, ports, hard_id="registerd", klaviyo="no", mapping=[
        {"from": "customer_id", "to": "ids.registerd"}, {"from": "email", "to": "ids.email_id"},
        {"from": "first_name", "to": "properties.first_name"}, {"from": "email", "to": "properties.email"}])
    with town.start() as running:
        running.ready()
        for reading in ("drop", "error"):
            town.bloomreach(unknown_ids=reading)
            found = town.validate(1)
            bench.check("bloomreach/hard ID" in found.failed, f"{reading}: {found.failed}")
            step = found.step("bloomreach", "hard ID")
            bench.check("hard_id 'registerd' is not an ID type of this project" in step["detail"], f"{reading}: {step}")
            bench.check("hard_id" in step["advice"], f"{reading}: {step}")
        town.bloomreach(unknown_ids="drop")
        running.end(bench.TERM)


def validate(hub, sandbox):
    with bench.own_folder() as folder:
        with bench.Process(folder / "sandbox.log", sandbox) as simulators:
            ports = simulators.ready()
            town = Installation(hub, folder / "shop", ports)
            town.bloomreach(apply_delay_ms=300)
            files_are_safe(town)
            setup_in_a_terminal(hub, folder)
            with town.start() as running:
                running.ready()
                before_sitoo_sends(town)
                everything_works(town)
                preview(town)
                rights(town)
                refused = bench.run(hub, "validate", "--config", town.config, "--email-domain", "shop.test")
                bench.equal(refused.returncode, 1, "exit code with a test domain")
                bench.check("test domain" in refused.stderr, f"it says: {refused.stderr}")
                stops_in_the_middle(town, running)
            wrong_secret(hub, folder / "secret", ports)
            unknown_hard_id(hub, folder / "hard", ports)


bench.main(validate)
