"""Processes of a measurement: started in a folder of their own, ended with it, never left behind."""

import contextlib
import json
import pathlib
import re
import signal
import socket
import subprocess
import time

from . import machine


class Failed(Exception):
    """A measurement that gives no figure; the text says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, within_s=30):
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Failed(f"{what}: not within {within_s} s")


class Program:
    """A program that runs until it is told to end. With `announces`, its first line is JSON and in `.says`."""

    def __init__(self, log, *arguments, announces=True, stop=signal.SIGTERM, **options):
        self.name = pathlib.Path(str(arguments[0])).name
        self.log_path = pathlib.Path(log)
        self.log = open(log, "ab")
        self.stop = stop
        out = subprocess.PIPE if announces else self.log
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=out, stderr=self.log, **options)
        self.says = self._first_line() if announces else None

    def _first_line(self):
        line = self.process.stdout.readline()
        if not line.startswith(b"{"):
            self.end()
            raise Failed(f"{self.name} did not start: {line!r} {self.log_path.read_text(errors='replace')[-800:]}")
        return json.loads(line)

    @property
    def pid(self):
        return self.process.pid

    def end(self, within_s=20):
        if self.process.poll() is None:
            self.process.send_signal(self.stop)
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def run_json(*arguments, within_s=300):
    """The last line of a program's output, as JSON."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=within_s)
    if done.returncode != 0:
        raise Failed(f"{pathlib.Path(str(arguments[0])).name}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextlib.contextmanager
def counted_syncs(folder, roots):
    """Counts fsync and fdatasync of the processes and what they start; the count is in the dictionary given back."""
    summary = pathlib.Path(folder, "syncs.txt")
    pids = [argument for pid in machine.tree(roots) for argument in ("-p", str(pid))]
    log = open(pathlib.Path(folder, "strace.log"), "wb")
    tracer = subprocess.Popen(["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(summary), *pids],
                              stdout=log, stderr=log)
    counted = {}
    try:
        wait_for("strace to attach", lambda: all(traced_by(pid) == tracer.pid for pid in machine.tree(roots)), 10)
        yield counted
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(20)
        log.close()
    counted["syncs"] = sum(int(match.group(1)) for match in re.finditer(
        r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?:fsync|fdatasync)$", summary.read_text(), re.M))


def traced_by(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return None
    return int(re.search(r"^TracerPid:\s*(\d+)", text, re.M).group(1))
