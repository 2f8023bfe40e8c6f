"""A Town with several hubs on one PostgreSQL: one leads, the others stand by and pass on who calls them. Before them a
balancer that knows nothing of that: each new connection goes to the next hub that accepts it. What operators ask goes to the
leader's own control port."""

import collections
import contextlib
import socket
import threading
import time

import bench
from town import Town

LEADS_WITHIN_S = 40
CONNECTIONS_LAST_S = 1.5


class Balancer:
    """Connections pass to the first of the ports that to() names at the moment that accepts; refused while there is none.
    Cut after `lasts_s`, in the middle of whatever it is, so that senders which keep theirs come to every hub."""

    def __init__(self, to, lasts_s=None):
        self._lasts_s = lasts_s
        self.taken = collections.Counter()  # by port
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(connection,), daemon=True).start()

    def _pass(self, connection):
        upstream = None
        for port in self._to():
            with contextlib.suppress(OSError):
                upstream = socket.create_connection(("127.0.0.1", port), timeout=5)
                self.taken[port] += 1
                break
        if upstream is None:
            connection.close()
            return
        upstream.settimeout(None)
        if self._lasts_s:
            threading.Timer(self._lasts_s, self._cut, args=(upstream, connection)).start()
        back = threading.Thread(target=self._pump, args=(upstream, connection), daemon=True)
        back.start()
        self._pump(connection, upstream)
        back.join()
        upstream.close()
        connection.close()

    @staticmethod
    def _pump(source, target):
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                target.sendall(chunk)
        # The other direction ends with this one: a hub that died answers nothing any more.
        Balancer._cut(source, target)

    @staticmethod
    def _cut(*ends):
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Node:
    """One hub of the fleet: its own folder, configuration and ports; one process after the other."""

    def __init__(self, fleet, number):
        self.fleet, self.number = fleet, number
        self.data = fleet.folder / f"node-{number}"
        self.public, self.control = bench.free_port(), bench.free_port()
        text = fleet.config.read_text().replace(f'data_dir = "{fleet.data}"', f'data_dir = "{self.data}"')
        for asked, own in ((fleet.public, self.public), (fleet.control, self.control)):
            text = text.replace(f"port = {asked}\n", f"port = {own}\n")
        self.config = fleet.folder / f"node-{number}.toml"
        self.config.write_text(text)
        self.program = fleet.hub_program  # of its next start
        self.process = None

    def command(self):
        return [*self.fleet.prefix, self.program, "serve", "--config", self.config, "--announce", "--allow-volatile",
                "--drills", "--node", self.number, *self.fleet.hub_options]

    def start(self):
        self.process = bench.Process(self.fleet.folder / f"node-{self.number}.log", *self.command())
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process):
        with contextlib.suppress(OSError, ValueError, AssertionError):
            process.ready()
            self.fleet.leads(self, process)

    def runs(self):
        return self.process is not None and self.process.process.poll() is None

    def end(self, number):
        self.process.end(number)

    def signal(self, number):
        self.process.process.send_signal(number)


class Fleet(Town):
    def __init__(self, *arguments, nodes=3, **options):
        self._leader = None
        self._lock = threading.Lock()
        self.changes = 0  # of the leader
        super().__init__(*arguments, **options)
        self._turn = 0
        public = Balancer(self._in_turn, CONNECTIONS_LAST_S)
        control = Balancer(lambda: [self._leader.control] if self._leader else [])
        self.balancers = [public, control]
        self.nodes = [Node(self, number) for number in range(1, nodes + 1)]
        self.public, self.control = public.port, control.port

    def _in_turn(self):
        """The ports of the hubs that run, beginning with another one each time."""
        with self._lock:
            self._turn += 1
            turn = self._turn
        ports = [node.public for node in self.nodes if node.runs()]
        return ports[turn % len(ports):] + ports[:turn % len(ports)] if ports else []

    def taken_by(self, nodes):
        """Connections of tills and platforms that these hubs accepted."""
        return [self.balancers[0].taken[node.public] for node in nodes]

    @property
    def leader(self):
        return self._leader

    def leads(self, node, process):
        with self._lock:
            self.token = (node.data / "control.token").read_text().strip()
            self._leader, self.hub = node, process
            self.starts += 1
            self.changes += 1

    def start_hub(self):
        for node in self.nodes:
            if not node.runs():
                node.start()
        return self.await_leader()

    def await_leader(self, other_than=None):
        """Seconds until a hub leads (another one than that)."""
        began = time.monotonic()
        while time.monotonic() - began < LEADS_WITHIN_S:
            if self.hub_runs() and self._leader is not other_than:
                return max(time.monotonic() - began, 0.001)
            time.sleep(0.02)
        return 0

    def keep_hub(self):
        for node in self.nodes:
            if not node.runs():
                self.exits += 1
                node.start()
        return bool(self.await_leader())

    def kill_hub(self):
        node = self._leader
        node.end(bench.KILL)
        self.kills += 1
        return node

    def close(self):
        for node in self.nodes:
            if node.process is not None:
                node.process.close()
        self.hub = None
        for balancer in self.balancers:
            balancer.close()
        super().close()
