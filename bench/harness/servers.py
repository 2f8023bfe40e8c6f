"""What is measured and what it needs, each as a context that starts it in a folder and ends it."""

import contextlib
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess

from .processes import Failed, Program, free_port, wait_for

POSTGRES_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_sync_method": "fdatasync",
    "max_connections": "100",
}
PEERS = pathlib.Path(__file__).parent.parent / "peers"
NODE = "24.21.0"

NGINX = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }}
}}
"""

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
name = "demo"
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "http://127.0.0.1:{sitoo}/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "sandbox-password"
events_user = "{user}"
events_password = "{password}"
[workspace.bloomreach]
base_url = "http://127.0.0.1:{bloomreach}"
project_token = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11"
key_id = "sandbox-key"
key_secret = "sandbox-secret"
reference_currency = "SEK"
"""
FEED = """
[workspace.feed]
token = "{token}"
"""
RELAY = """
[workspace.relay.{name}]
url = "http://127.0.0.1:{port}/events"
allow_private = true
calls_per_second = 100000
calls_in_flight_max = {calls}
"""
POSTGRES_JOURNAL = """
[journal]
store = "postgresql"
url = "postgresql://postgres@/postgres?host={folder}"
"""
FEED_PATH, FEED_TOKEN = "/feed/demo/orders", "a token for the bench's feed"
CALLS_IN_FLIGHT_MAX = 64  # of a relay
SHARDS, SHARED_WITHIN_S = 256, 40
HUB_USER, HUB_PASSWORD, HUB_PATH = "sitoo-events", "events-password", "/sitoo/demo/events"


def tool(name, *folders):
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *folders]))
    if not path:
        raise Failed(f"{name} is not installed")
    return path


@contextlib.contextmanager
def nginx(folder):
    folder.mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(NGINX.format(folder=folder, port=port, user=user))
    with Program(folder / "out.log", tool("nginx"), "-c", config, announces=False) as program:
        wait_for("nginx", lambda: (folder / "nginx.pid").exists())
        yield port, program


def as_postgres():
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def postgres(folder):
    """A server of its own behind a Unix socket in the folder."""
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    server = tool("postgres", *map(str, programs))
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    made = subprocess.run([*as_postgres(), pathlib.Path(server).parent / "initdb", "--no-sync", "-U", "postgres",
                           "-A", "trust", "-D", folder / "data"], capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(f"initdb: {made.stderr.strip()[-500:]}")
    settings = {**POSTGRES_SETTINGS, "unix_socket_directories": f"'{folder}'"}
    with open(folder / "data" / "postgresql.conf", "a") as config:
        config.writelines(f"{name} = {value}\n" for name, value in settings.items())
    # setpriv execs where runuser would stay as a parent between us and the server.
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    with Program(folder.parent / f"{folder.name}.log", *user, server, "-D", folder / "data", announces=False,
                 stop=signal.SIGINT, cwd=folder) as program:
        pid_file = folder / "data" / "postmaster.pid"
        wait_for("postgres", lambda: pid_file.exists() and "ready" in pid_file.read_text())
        yield folder, program


@contextlib.contextmanager
def redis(folder, port=0):
    folder.mkdir()
    path = folder / "redis.sock"
    with Program(folder / "redis.log", tool("redis-server"), "--port", port, "--bind", "127.0.0.1", "--unixsocket", path, "--dir", folder,
                 "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction",
                 announces=False) as program:
        wait_for("redis", path.exists)
        yield path, program


def node_at_least(program, major, minor):
    check = ("const [a, b] = process.versions.node.split('.').map(Number);"
             f"process.exit(a > {major} || (a === {major} && b >= {minor}) ? 0 : 1)")
    return pathlib.Path(program).exists() and subprocess.run([program, "-e", check], capture_output=True).returncode == 0


def node(major=22, minor=19):
    """A Node new enough: the one in the path, or the npm package's in peers/.node."""
    own = PEERS / ".node" / "node_modules" / f"node-{own_platform()}" / "bin" / "node"
    for candidate in (shutil.which("node"), own):
        if candidate and node_at_least(candidate, major, minor):
            return candidate
    raise Failed(f"Node {major}.{minor} or newer is needed; tools/bench.sh fetches one")


def own_platform():
    return {"x86_64": "linux-x64", "aarch64": "linux-arm64"}.get(platform.machine(), "unknown")


@contextlib.contextmanager
def peer(folder, script, sink_port, database, *arguments, roles=("ingest", "worker")):
    """A peer: by default as two processes, one that takes events and one that delivers them."""
    if not (PEERS / "node_modules").is_dir():
        raise Failed("the peers' packages are not installed; tools/bench.sh does it")
    common = [node(), PEERS / script, "--sink", sink_port, "--database", database, *arguments]
    environment = {**os.environ, "NODE_ENV": "production"}
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(Program(folder / f"{role}.log", *common, "--role", role, env=environment))
                     for role in roles]
        yield processes[0].says["port"], processes


class Hub:
    workspace = "demo"

    def __init__(self, public, control, program, data):
        self.public, self.control, self.program, self.data = public, control, program, data

    def ask(self, method, path, body=None):
        """Through the control port, as the command line does."""
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


def _settings(folder, platforms, relays, calls_in_flight_max, database, data):
    """(configuration file, public port, control port)"""
    public, control = free_port(), free_port()
    text = HUB.format(data=data, public=public, control=control, user=HUB_USER, password=HUB_PASSWORD,
                      sitoo=platforms.says["sitoo_port"], bloomreach=platforms.says["bloomreach_port"])
    if relays:
        text += FEED.format(token=FEED_TOKEN)
        text += "".join(RELAY.format(name=name, port=port, calls=calls_in_flight_max) for name, port in relays.items())
    if database:
        text += POSTGRES_JOURNAL.format(folder=database)
    config = folder / "tillbridge.toml"
    config.write_text(text)
    return config, public, control


@contextlib.contextmanager
def hub(folder, program, sandbox, relays=None, database=None, data=None):
    """The hub as an installation has it (history and console on), with a Sitoo that answers.

    relays: {connection: port} that order events from the feed go to. database: the folder of a PostgreSQL for the
    journal. data: the hub's folder, when there is one already.
    """
    folder.mkdir()
    data = data or folder / "data"
    with Program(folder / "sandbox.log", sandbox, "--parent-pid", os.getpid()) as platforms:
        config, public, control = _settings(folder, platforms, relays, CALLS_IN_FLIGHT_MAX, database, data)
        with Program(folder / "hub.log", program, "serve", "--config", config, "--announce") as running:
            yield Hub(public, control, running, data)


@contextlib.contextmanager
def hubs(folder, program, sandbox, relays, database, count, calls_in_flight_max):
    """So many hubs on one PostgreSQL, each with its part of the shards: (the one that leads, all their programs)."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        platforms = stack.enter_context(Program(folder / "sandbox.log", sandbox, "--parent-pid", os.getpid()))
        programs, leader = [], None
        for number in range(1, count + 1):
            own = folder / f"node-{number}"
            own.mkdir()
            config, public, control = _settings(own, platforms, relays, calls_in_flight_max, database, own / "data")
            # Only a hub that leads announces itself: the first one, as it is alone.
            running = stack.enter_context(Program(own / "hub.log", program, "serve", "--config", config, "--node", number,
                                                  "--announce", announces=leader is None))
            programs.append(running)
            leader = leader or Hub(public, control, running, own / "data")
        wait_for("each hub's part of the shards", lambda: equal_shares(_nodes(program, config), count), SHARED_WITHIN_S)
        yield leader, programs


def _nodes(program, config):
    """What `tillbridge nodes` says."""
    said = subprocess.run([program, "nodes", "--config", config, "--json"], capture_output=True, text=True)
    return json.loads(said.stdout) if said.returncode == 0 else []


def equal_shares(nodes, count):
    """Each of so many hubs carries its part of all shards, give or take one."""
    shares = [node["shards"] for node in nodes if node["shards"]]
    return len(shares) == count and sum(shares) == SHARDS and max(shares) - min(shares) <= 2
