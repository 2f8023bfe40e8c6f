#!/usr/bin/env python3
"""The console in a browser, against a running hub: console.py HUB SANDBOX [ARTEFACTS] [for Playwright...].

Starts what the specs need (specs/*.spec.ts): a hub between simulated platforms, another without accounts, a webhook, a
mail server and an identity provider. ARTEFACTS gets a picture of every page; of what went wrong, too."""

import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONSOLE = ROOT / "console"
sys.path.insert(0, str(HERE.parent / "e2e"))

import bench  # noqa: E402
import console_town  # noqa: E402
import receivers  # noqa: E402

SINGLE_SIGN_ON = """
[hub.single_sign_on]
issuer = "http://localhost:{port}"
client_id = "tillbridge"
client_secret = {{ file = "{secret}" }}
label = "Company account"
scopes = "openid profile email groups"
redirect_url = "{console}/api/v1/single-sign-on/callback"
others = "refuse"
[[hub.single_sign_on.rules]]
value = "hub-operators"
role = "operator"
teams = ["integration"]
"""
# Behind is told after seconds instead of a quarter of an hour.
LAG = """
[workspace.lag]
alert_s = 3
recover_s = 2
"""
# Accounts that sign in with the keyboard, beside those of console_town.
SIGNS_IN = {"lena": False, "nils": True, "olof": False}  # name: must choose a password first
ALERTS = {"self_test_at": None, "mail": {"from": "hub@shop.example", "tls": "never"},
          "thresholds": {"opened_after_s": 1, "recovered_after_s": 1, "repeat_after_s": 0, "lag_critical_factor": 100}}


def missing():
    """What this machine lacks, with what to do about it."""
    lacks = []
    if not browser():
        lacks.append("chromium is not installed: run tools/setup.sh (Debian's package chromium)")
    if not shutil.which("node"):
        lacks.append("node is not installed: run tools/setup.sh")
    for package in ("@playwright/test", "@axe-core/playwright", "oidc-provider"):
        if not (CONSOLE / "node_modules" / package).is_dir():
            lacks.append(f"the npm package {package} is missing: npm ci --prefix console --ignore-scripts")
    return lacks


def browser():
    return os.environ.get("TILLBRIDGE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def people(town):
    """Sessions of everybody, as cookies for the browser."""
    town.add_people()
    for name, first in SIGNS_IN.items():
        town.operator.post("/users", {
            "name": name, "display": name.capitalize() + " Ek", "role": "viewer", "teams": [],
            "password": console_town.PASSWORD.format(name), "must_change_password": first})
    sessions = {name: town.session(name) for name in console_town.PEOPLE}
    return {name: {"cookie": one.headers["Cookie"].split("=", 1)[1], "csrf": one.headers["X-CSRF-Token"]}
            for name, one in sessions.items()}


def tell_of_lag(town, hook_port, mail_port):
    settings = {**ALERTS, "channels": [
        {"title": "Chat of retail", "kind": "webhook", "url": f"http://127.0.0.1:{hook_port}/hook", "kinds": ["lag"]},
        {"title": "On call", "kind": "mail", "to": ["oncall@shop.example"], "kinds": ["lag"]}]}
    settings["mail"] = {**settings["mail"], "url": f"smtp://127.0.0.1:{mail_port}"}
    town.operator.expect(200, "PUT", "/alerts/settings", settings)


def first_run(hub, folder, ports):
    """A hub that nobody has an account of; it reaches no tills, so that nothing is sent twice."""
    folder.mkdir()
    town = console_town.Town(hub, folder, {**ports, "sitoo_port": bench.free_port()})
    running = town.start()
    code_file = town.data / "first-run.code"
    bench.equal(oct(code_file.stat().st_mode & 0o777), "0o600", "who may read the code of the first run")
    return running, {"url": f"http://127.0.0.1:{town.console}", "code": code_file.read_text().strip()}


def play(folder, told, artefacts, further):
    facts = folder / "town.json"
    facts.write_text(json.dumps(told))
    environment = {**os.environ, "TILLBRIDGE_TOWN": str(facts), "TILLBRIDGE_ARTEFACTS": str(artefacts),
                   "TILLBRIDGE_CHROMIUM": browser(), "NODE_PATH": str(CONSOLE / "node_modules"), "FORCE_COLOR": "0",
                   "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    return subprocess.run(
        ["node", str(CONSOLE / "node_modules/@playwright/test/cli.js"), "test", "--config",
         str(HERE / "playwright.config.ts"), *further], env=environment, cwd=HERE, timeout=1100).returncode


def run(town, artefacts, further):
    kept = receivers.Kept()
    webhook, mail = receivers.Webhook(kept), receivers.MailServer(kept)
    provider_port, secret = bench.free_port(), secrets.token_hex(16)
    console_port = bench.free_port()  # known before the start: the provider is told where people come back to
    url = f"http://127.0.0.1:{console_port}"
    secret_file = town.folder / "client-secret"
    secret_file.write_text(secret)
    secret_file.chmod(0o600)
    town = console_town.Town(
        town.hub, town.folder, town.ports, f'alerts_to_private_addresses = true\nconsole_url = "{url}"',
        SINGLE_SIGN_ON.format(port=provider_port, secret=secret_file, console=url), LAG, console_port)
    provider = bench.Process(town.folder / "provider.log", "node", HERE / "oidc_provider.mjs", CONSOLE, provider_port,
                             f"{url}/api/v1/single-sign-on/callback", secret)
    with provider, town.start() as running:
        provider.ready()
        bench.equal(town.console, console_port, "the console's port")
        sessions = people(town)
        town.subscribe()
        tell_of_lag(town, webhook.port, mail.port)
        fresh, first = first_run(town.hub, town.folder / "fresh", town.ports)
        with fresh:
            told = {"url": url, "control": f"http://127.0.0.1:{town.control}",
                    "token": town.operator.headers["Authorization"], "people": sessions,
                    "sandbox": f"http://127.0.0.1:{town.ports['control_port']}",
                    "received": f"http://127.0.0.1:{webhook.port}/received", "first_run": first,
                    "passwords": {name: console_town.PASSWORD.format(name) for name in SIGNS_IN}}
            code = play(town.folder, told, artefacts, further)
            bench.equal(fresh.end(bench.TERM), 0, "exit code of the fresh hub at SIGTERM")
        bench.equal(running.end(bench.TERM), 0, "exit code at SIGTERM")
    webhook.close()
    mail.close()
    bench.equal(code, 0, "Playwright's exit code")


if __name__ == "__main__":
    if lacks := missing():
        sys.exit("The console cannot be tried in a browser here:\n  " + "\n  ".join(lacks))
    kept_in = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else "console-screenshots").resolve()
    kept_in.mkdir(parents=True, exist_ok=True)
    console_town.main(lambda town: run(town, kept_in, sys.argv[4:]))
