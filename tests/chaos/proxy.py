"""A proxy between the hub and one platform. What happens to a call is up to its rule: a function that is given the
Exchange and does what it likes with it. Without a rule, calls pass unchanged."""

import contextlib
import random
import socket
import struct
import threading
from typing import Callable, Optional


class Gone(Exception):
    """The other end of a connection is gone."""


class Message:
    """A request or an answer of HTTP/1.1, as it came."""

    def __init__(self, head: bytes, body: bytes):
        self.head, self.body = head, body

    @property
    def first_line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def method(self) -> str:
        return self.first_line.split(" ")[0]

    @property
    def path(self) -> str:
        return self.first_line.split(" ")[1]

    def with_body(self, body: bytes) -> "Message":
        lines = [line for line in self.head[:-4].split(b"\r\n") if not line.lower().startswith(b"content-length:")]
        return Message(b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n", body)

    def bytes(self) -> bytes:
        return self.head + self.body


def answer(status: int, body: bytes, content_type: str = "application/json") -> Message:
    head = f"HTTP/1.1 {status} Chaos\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Message(head.encode(), body)


def read_message(file, answers_to: str = "") -> Optional[Message]:
    """None at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = file.readline()
        if not line:
            return None
        head += line
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    if answers_to == "HEAD":
        return Message(head, b"")
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        body = b""
        while True:
            line = file.readline()
            size = int(line.split(b";")[0], 16)
            chunk = file.read(size + 2)
            body += line + chunk
            if size == 0:
                return Message(head, body)
    size = int(fields.get(b"content-length", b"0"))
    body = file.read(size) if size else b""
    return Message(head, body) if len(body) == size else None


def reset(connection: socket.socket):
    """Closed with RST: the other end learns nothing about what became of its call."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Exchange:
    """One call of the hub."""

    def __init__(self, proxy: "Proxy", hub: socket.socket, upstream: "Upstream", request: Message):
        self.proxy, self.hub, self.request = proxy, hub, request
        self._upstream = upstream

    def forward(self, request: Optional[Message] = None) -> Message:
        return self._upstream.ask(request or self.request)

    def reply(self, message: Message):
        self.hub.sendall(message.bytes())

    def pass_on(self):
        self.reply(self.forward())

    def say_nothing(self):
        """Neither answered nor closed while the proxy is as it is; then reset."""
        self.proxy.wait_for_change()
        self.lose()

    def cut(self, message: Message):
        """Half of the answer, then the end of the connection."""
        whole = message.bytes()
        self.hub.sendall(whole[:max(len(message.head) // 2, len(whole) - len(message.body) // 2 - 1)])
        self.hub.close()
        raise Gone

    def lose(self):
        reset(self.hub)
        raise Gone


class Upstream:
    """The proxy's own connection to the platform, one per connection of the hub."""

    def __init__(self, port: int):
        self.port = port
        self.connection: Optional[socket.socket] = None
        self.file = None

    def ask(self, request: Message) -> Message:
        """Once and no more: a call that is sent again on its own would be a fault of the proxy's."""
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.file = self.connection.makefile("rb")
        self.connection.sendall(request.bytes())
        got = read_message(self.file, request.method)
        if got is None:
            raise Gone
        return got

    def close(self):
        if self.connection is not None:
            self.file.close()
            self.connection.close()
        self.connection = self.file = None


Rule = Callable[[Exchange], None]


class Proxy:
    def __init__(self, upstream_port: int, seed: int = 1):
        self.upstream_port = upstream_port
        self.dice = random.Random(seed)
        self.calls = 0  # that a rule has seen
        self._rule: Optional[Rule] = None
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._open: set = set()
        self._silent: set = set()
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set_rule(self, rule: Optional[Rule]):
        with self._lock:
            self._rule = rule
            changed, self._changed = self._changed, threading.Event()
            self._silent.clear()
        changed.set()

    def wait_for_change(self):
        self._changed.wait()

    def chance(self, share: float) -> bool:
        with self._lock:
            return self.dice.random() < share

    def silence_open_connections(self) -> int:
        """They stay open and hear nothing any more, as after a firewall forgot them; new ones work. How many."""
        with self._lock:
            silenced = self._open - self._silent
            self._silent |= silenced
            return len(silenced)

    def close(self):
        self._closed = True
        self.set_rule(None)
        self._listener.close()
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        upstream = Upstream(self.upstream_port)
        try:
            with connection.makefile("rb") as file:
                while (request := read_message(file)) is not None:
                    with self._lock:
                        rule, silent = self._rule, connection in self._silent
                        self.calls += rule is not None or silent
                    exchange = Exchange(self, connection, upstream, request)
                    if silent:
                        exchange.say_nothing()
                    elif rule is not None:
                        rule(exchange)
                    else:
                        exchange.pass_on()
        except (Gone, OSError, ValueError):
            pass
        finally:
            upstream.close()
            with self._lock:
                self._open.discard(connection)
                self._silent.discard(connection)
            connection.close()
