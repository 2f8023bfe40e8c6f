"""How a hub starts that has a mountain to deliver: seconds to the first delivery, memory, how fast it drains.

By itself, from bench/: python3 -m harness.backlog [--records N] [--customers N] [--drain-s S] [--all]
"""

import argparse
import asyncio
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import types

from . import servers
from .processes import Failed, Program, free_port, run_json, wait_for

RECORDS, CUSTOMERS, DRAIN_S = 1_000_000, 400_000, 20
FIRST_DELIVERY_S_MAX, RSS_MB_MAX = 2.0, 200


class Platform(asyncio.Protocol):
    """Bloomreach as far as the hub's batches need it, and a Sitoo without orders. Takes everything at once."""

    def __init__(self, book):
        self.book, self.buffer = book, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4:end + 4 + length], self.buffer[end + 4 + length:]
            answer = self.book.take(body) if length else b'{"totalcount":0,"items":[]}'
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (len(answer), answer))


class Book:
    """What arrived: each purchase once, a customer's in their order."""

    def __init__(self):
        self.first_at, self.last_at, self.commands, self.calls, self.doubles, self.backwards = None, None, 0, 0, 0, 0
        self.seen, self.last_turn = set(), {}

    def take(self, body):
        now = time.monotonic()
        self.first_at = self.first_at or now
        self.last_at = now
        self.calls += 1
        results = []
        for command in json.loads(body)["commands"]:
            what = command["data"]["properties"]
            self.commands += 1
            if what["purchase_id"] in self.seen:
                self.doubles += 1
            self.seen.add(what["purchase_id"])
            if what["turn"] != self.last_turn.get(what["customer"], 0) + 1:
                self.backwards += 1
            self.last_turn[what["customer"]] = what["turn"]
            results.append('{"success":true,"command_id":"%s"}' % command["command_id"])
        return ('{"success":true,"results":[%s]}' % ",".join(results)).encode()


class PlatformServer:
    def __init__(self):
        self.book, self.loop = Book(), asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_server(lambda: Platform(self.book), "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()


def memory_mb(pid):
    """Of now and at the most, and what of it is the process's own."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: round(int(fields[field].split()[0]) / 1024, 1)
            for name, field in (("rss", "VmRSS"), ("peak", "VmHWM"), ("anonymous", "RssAnon"), ("file", "RssFile"))}


def configuration(data, platform_port):
    hub = servers.HUB.format(data=data, public=free_port(), control=free_port(), user=servers.HUB_USER,
                             password=servers.HUB_PASSWORD, sitoo=platform_port, bloomreach=platform_port)
    return hub + "requests_per_second = 10000\n"  # the hub's own pace is asked about


def start_with_backlog(bench, records=RECORDS, customers=CUSTOMERS, drain_s=DRAIN_S, drain_all=False, made_before=None):
    """Figures of one start. made_before: a journal of so many records and customers, to copy instead of making one. Fails when something arrives twice or out of its lane's order, or (drain_all) not at all."""
    folder = bench.own_folder("backlog")
    data = folder / "data"
    data.mkdir()
    journal = data / "tillbridge.journal"
    if made_before:
        shutil.copyfile(made_before, journal)
    else:
        run_json(bench.programs / "backlog_journal", "--file", journal, "--records", records, "--customers", customers,
                 within_s=3600)
    journal_mb = journal.stat().st_size // 2**20
    with PlatformServer() as platform:
        book = platform.book
        config = folder / "tillbridge.toml"
        config.write_text(configuration(data, platform.port))
        began = time.monotonic()
        with Program(folder / "hub.log", bench.hub, "serve", "--config", config, "--announce") as hub:
            ready_s = time.monotonic() - began
            at_ready = memory_mb(hub.pid)
            wait_for("the first delivery", lambda: book.first_at, 120)
            first_s = book.first_at - began
            log = folder / "hub.log"
            wait_for("all work taken up", lambda: "work_taken_up" in log.read_text(), 300)
            taken_up_s = time.monotonic() - began
            at_taken_up = memory_mb(hub.pid)
            before, since = book.commands, time.monotonic()
            time.sleep(drain_s)
            drained_per_s = (book.commands - before) / (time.monotonic() - since)
            while drain_all and len(book.seen) < records:
                if time.monotonic() - book.last_at > 30:
                    raise Failed(f"{records - len(book.seen)} of {records} never arrived")
                time.sleep(0.2)
            at_end = memory_mb(hub.pid)
            whole_s = (book.last_at - began) if drain_all else None
    if book.doubles or book.backwards:
        raise Failed(f"{book.doubles} arrived twice, {book.backwards} out of the order of their lane")
    figures = {"records": records, "customers": customers, "journal_mb": journal_mb,
               "ready_s": round(ready_s, 2), "first_delivery_s": round(first_s, 2), "taken_up_s": round(taken_up_s, 2),
               "rss_mb_at_ready": at_ready, "rss_mb_taken_up": at_taken_up, "rss_mb_end": at_end,
               "rss_mb_peak": at_end["peak"], "drained_per_s": round(drained_per_s), "arrived": len(book.seen),
               "doubles": book.doubles, "order_violations": book.backwards}
    if drain_all:
        figures.update({"missing": 0, "whole_drain_s": round(whole_s, 1)})
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--drain-s", type=float, default=DRAIN_S)
    parser.add_argument("--all", action="store_true", help="wait until everything arrived")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build/release/bin")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("/var/tmp"), help="a real disk")
    parser.add_argument("--journal", type=pathlib.Path, help="made before with the same numbers; it is copied")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tillbridge-backlog-", dir=given.folder))
    programs = given.programs.resolve()

    def own_folder(name):
        (folder / name).mkdir()
        return folder / name

    bench = types.SimpleNamespace(programs=programs, hub=programs / "tillbridge", own_folder=own_folder)
    try:
        figures = start_with_backlog(bench, given.records, given.customers, given.drain_s, given.all,
                                     given.journal)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))
    return 0 if figures["first_delivery_s"] <= FIRST_DELIVERY_S_MAX and figures["rss_mb_peak"] <= RSS_MB_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
