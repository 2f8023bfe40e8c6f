#!/usr/bin/env python3
"""Order events through the feed to an endpoint, with kills: what was answered 200 arrives, in its lane's order: relay.py HUB SANDBOX."""

import http.server
import json
import threading

import bench

WORKSPACE = """
[workspace.feed]
token = "a token of the feed"
[workspace.relay.warehouse]
url = "http://127.0.0.1:{port}/orders"
allow_private = {private}
signing_key = "a key of sixteen or more"
"""
CUSTOMERS = 8
EVENTS = 200
KILL_AFTER = {60, 120}


class Warehouse(http.server.ThreadingHTTPServer):
    """Keeps what it was told; every seventh call is answered 503 first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.calls = 0
        self.told = []  # event numbers, repetitions included
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # a hub that is killed leaves its connections


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.calls += 1
            status = 503 if self.server.calls % 7 == 0 else 200
            right = self.headers["Idempotency-Key"] == document["event_id"] and "Tillbridge-Signature" in self.headers
            if not right:
                status = 422
            elif status == 200:
                self.server.told.append(int(document["order_number"]))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def event(number):
    return json.dumps({
        "event_id": f"e-{number}", "type": "order.closed", "order_number": str(number),
        "happened_at": "2026-03-14T11:22:33+01:00", "currency": "SEK", "total": "10.00", "store": {"id": "7"},
        "customer": {"number": f"C-{number % CUSTOMERS}"},
        "lines": [{"sku": "A", "quantity": 1, "price": "10.00", "vat": 25}]})


def test(hub, sandbox):
    warehouse = Warehouse()
    with bench.own_folder() as folder, bench.Process(folder / "sandbox.log", sandbox, "--seed", "3") as simulators:
        ports = simulators.ready()
        public, control = bench.free_port(), bench.free_port()
        config = folder / "tillbridge.toml"

        def configure(private):
            config.write_text(bench.CONFIG.format(
                data=folder / "data", public=public, control=control, sitoo=ports["sitoo_port"],
                bloomreach=ports["bloomreach_port"], user=bench.EVENTS_USER, password=bench.EVENTS_PASSWORD,
                project=bench.PROJECT) + WORKSPACE.format(port=warehouse.server_port, private=private))

        configure("false")
        refused = bench.expect(1, hub, "check", "--config", config)
        bench.check("is a private address" in refused.stdout + refused.stderr, "the private address is named")
        configure("true")
        bench.expect(0, hub, "check", "--config", config)

        def start():
            running = bench.Process(folder / "hub.log", hub, "serve", "--config", config, "--announce",
                                    "--allow-volatile")
            running.ready()
            return running

        def post(number, token="a token of the feed"):
            return bench.call(public, "POST", "/feed/demo/orders", event(number),
                              {"Authorization": f"Bearer {token}"})

        running = start()
        try:
            bench.equal(post(0, "another").status, 401, "a wrong token")
            bench.equal(bench.call(public, "POST", "/feed/nobody/orders", event(0)).status, 503, "no such workspace")
            for number in range(EVENTS):
                answer = post(number)
                bench.equal(answer.status, 200, f"event {number}: {answer.body!r}")
                if number in KILL_AFTER:
                    running.end(bench.KILL)
                    running = start()
                    bench.equal(post(number).status, 200, "the same event again")
            wanted = set(range(EVENTS))
            bench.wait_for("every event is told of", lambda: set(warehouse.told) == wanted, within_s=60)
            with warehouse.lock:
                told = list(warehouse.told)
            # Repeated is only what a kill left without an answer; each customer's go forward otherwise.
            bench.check(len(told) - EVENTS <= len(KILL_AFTER) * 64, f"{len(told) - EVENTS} repetitions")
            first = {number: told.index(number) for number in wanted}
            for number in range(CUSTOMERS, EVENTS):
                bench.check(first[number - CUSTOMERS] < first[number], f"event {number} overtook its customer's last one")
        finally:
            bench.equal(running.end(bench.TERM), 0, "the hub's exit code")
    warehouse.shutdown()


if __name__ == "__main__":
    bench.main(test)
