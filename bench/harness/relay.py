"""The hub with a feed and relays: order events in, each POSTed to every target."""

import contextlib
import json
import http.client

from . import servers
from .processes import Failed, Program, free_port
from .scenarios import Running

HEALTHY, NEIGHBOUR = "healthy", "neighbour"
WORKSPACE = "demo"
TOKEN = "bench-feed-token-0123456789abcdef0123456789"

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
[[workspace]]
name = "{workspace}"
zone = "Europe/Stockholm"
[workspace.feed]
token = "{token}"
"""
TARGET = """
[workspace.relay.{name}]
url = "http://127.0.0.1:{port}/events"
allow_private = true
calls_per_second = 100000
"""


class Hub:
    """What can be asked of a running one."""

    workspace = WORKSPACE

    def __init__(self, control, data):
        self.control, self.data = control, data

    def ask(self, method, path, body=None):
        token = (self.data / "control.token").read_text().strip()
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=60)
        try:
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


@contextlib.contextmanager
def relay(bench, folder, targets, journal="sqlite", data=None):
    """targets: {connection: port}. Gives a Running whose hub can be asked through its control port."""
    folder.mkdir(exist_ok=True)
    data = data or folder / "data"
    public, control = free_port(), free_port()
    config = folder / "tillbridge.toml"
    config.write_text(HUB.format(data=data, public=public, control=control, workspace=WORKSPACE, token=TOKEN) +
                      "".join(TARGET.format(name=name, port=port) for name, port in targets.items()))
    with contextlib.ExitStack() as stack:
        roots, options = [], []
        if journal == "postgres":
            database, server = stack.enter_context(servers.postgres(folder / "postgres"))
            roots.append(server.pid)
            options = ["--journal", f"postgresql://postgres@/postgres?host={database}"]
        program = stack.enter_context(Program(folder / "hub.log", bench.hub, "serve", "--config", config, "--announce",
                                              *options))
        yield Running(public, [*roots, program.pid], f"/feed/{WORKSPACE}/orders", "feed", token=TOKEN,
                      hub=Hub(control, data))
