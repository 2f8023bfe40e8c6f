#!/usr/bin/env python3
"""Two markets of one Sitoo account: a workspace each, one events address, each store to its own: markets.py HUB SANDBOX."""

import json

import bench

HUB = """
[hub]
data_dir = "{data}"
allow_literal_secrets = true
[hub.listen]
port = {public}
[hub.control]
port = {control}
[hub.console]
port = 0
"""
MARKET = """
[[workspace]]
name = "{name}"
{more}
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "http://127.0.0.1:{sitoo}/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "sandbox-password"
events_user = "{user}"
events_password = "{password}"
stores = {stores}
{target}
[workspace.crm]
user = "till-{name}"
password = "till-password-{name}"
[workspace.timing]
settling_ms = 100
"""
BLOOMREACH = """[workspace.bloomreach]
base_url = "http://127.0.0.1:{port}"
project_token = "{project}"
key_id = "sandbox-key"
key_secret = "sandbox-secret"
reference_currency = "SEK"
[workspace.bloomreach.rates]
NOK = "0.98"
"""
KLAVIYO = """[workspace.klaviyo]
base_url = "http://127.0.0.1:{port}"
api_key = "pk_sandbox"
quota_factor = 20
"""
VERA = {"customer_id": "c-90112", "email": "vera@kund.tillbridge.dev"}


def configuration(folder, ports, public, control):
    market = {"sitoo": ports["sitoo_port"], "user": bench.EVENTS_USER, "password": bench.EVENTS_PASSWORD}
    sweden = MARKET.format(name="se", more="", stores='["STO-01"]', **market, target=BLOOMREACH.format(
        port=ports["bloomreach_port"], project=bench.PROJECT))
    norway = MARKET.format(name="no", more='events_from = "se"', stores='["STO-02"]', **market, target=KLAVIYO.format(
        port=ports["klaviyo_port"]))
    return HUB.format(data=folder / "data", public=public, control=control) + sweden + norway


def test(hub, sandbox):
    with bench.own_folder() as folder, bench.Process(
            folder / "sandbox.log", sandbox, "--seed", "3", "--bloomreach-project", bench.PROJECT,
            "--klaviyo-key", "pk_sandbox", "--klaviyo-quota-factor", "20") as simulators:
        ports = simulators.ready()
        public, control = bench.free_port(), bench.free_port()
        config = folder / "tillbridge.toml"
        config.write_text(configuration(folder, ports, public, control))
        bench.expect(0, hub, "check", "--config", config)
        bench.control(ports["control_port"], "POST", "/control/subscription", {
            "url": f"http://127.0.0.1:{public}/sitoo/se", "user": bench.EVENTS_USER, "password": bench.EVENTS_PASSWORD})
        with bench.Process(folder / "hub.log", hub, "serve", "--config", config, "--announce",
                           "--allow-volatile") as running:
            running.ready()

            def journeys(order):
                found = bench.run(hub, "journey", order, "--config", config, "--json")
                return {j["workspace"]: j for j in json.loads(found.stdout)["journeys"]} if found.returncode == 0 else {}

            def sold_in(store):
                return str(bench.control(ports["control_port"], "POST", "/control/orders", {
                    "kind": "sale", "store": store, "customer": VERA})["order_id"])

            def connections(journey):
                return sorted({d["connection"] for d in journey["deliveries"] if d["state"] == "delivered"})

            def planned(order):
                found = journeys(order)
                return found if set(found) == {"se", "no"} and all(
                    j["state"] != "open" for j in found.values()) else None
            for store, ours, other, platform in ((0, "se", "no", "bloomreach"), (1, "no", "se", "klaviyo")):
                order = sold_in(store)
                bench.wait_for(f"both markets to have seen order {order}", lambda o=order: planned(o))
                bench.wait_for(f"the sale in {ours}", lambda o=order, w=ours, p=platform: connections(
                    journeys(o)[w]) == [p])
                skipped = journeys(order)[other]
                bench.equal((skipped["state"], skipped["deliveries"]), ("skipped", []), f"the sale in {other}")
                bench.check("another workspace" in skipped["reason"], f"reason: {skipped['reason']}")
            # Each market's tills know their own address and password.
            for name, other in (("se", "no"), ("no", "se")):
                path = f"/crm/{name}/customers?key_type=email&key={VERA['email']}"
                bench.equal(bench.call(public, "GET", path, headers=bench.basic(
                    f"till-{name}", f"till-password-{name}")).status, 200, f"tills of {name}")
                bench.equal(bench.call(public, "GET", path, headers=bench.basic(
                    f"till-{other}", f"till-password-{other}")).status, 401, f"tills of {other} at {name}")


if __name__ == "__main__":
    bench.main(test)
