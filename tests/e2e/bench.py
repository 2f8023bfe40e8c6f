"""What the end-to-end tests share: folders of their own, processes that end with the test, HTTP, and waiting on conditions."""

import base64
import contextlib
import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

EVENTS_USER = "sitoo-events"
EVENTS_PASSWORD = "events-password"
PROJECT = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11"

CONFIG = """
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
project_token = "{project}"
key_id = "sandbox-key"
key_secret = "sandbox-secret"
reference_currency = "SEK"
[workspace.timing]
settling_ms = 100
"""


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(got, wanted, what):
    check(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")


def wait_for(what, condition, within_s=30):
    """The first true value of condition(); fails when there is none in time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {within_s} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def own_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="e2e-", dir="."))
    try:
        yield folder.resolve()
    except BaseException:
        for log in sorted(folder.rglob("*.log")):
            print(f"--- {log}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(*arguments, within_s=60):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=within_s)


def expect(exit_code, *arguments):
    done = run(*arguments)
    shown = " ".join(str(a) for a in arguments[1:])
    equal(done.returncode, exit_code, f"exit code of `{shown}`; it said: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done


class Answer:
    def __init__(self, status, body):
        self.status = status
        self.body = body

    def json(self):
        return json.loads(self.body)


def call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()


def control(port, method, path, body=None):
    answer = call(port, method, path, json.dumps(body) if body is not None else None)
    check(answer.status < 300, f"{method} {path}: {answer.status} {answer.body!r}")
    return answer.json()


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Process:
    """A program that says one JSON line when it is ready."""

    def __init__(self, log, *arguments):
        self.log = open(log, "ab")
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=self.log)

    def ready(self):
        line = self.process.stdout.readline()
        check(line.startswith(b"{"), f"it did not start: {line!r}")
        return json.loads(line)

    def end(self, number, within_s=30):
        self.process.send_signal(number)
        code = self.process.wait(within_s)
        self.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(test):
    """Runs test(hub, sandbox) with the paths of the two programs."""
    hub, sandbox = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    test(hub, sandbox)
    print("ok")


KILL = signal.SIGKILL
TERM = signal.SIGTERM
