"""Load, sink and the check that every acknowledged order arrived."""

import contextlib
import http.client
import json
import pathlib
import time

from .processes import Failed, Program, run_json

CONNECTIONS = 64
LANES = 1024
NO_PROGRESS_S = 15


class Sink:
    def __init__(self, program):
        self.program = program
        self.port = program.says["port"]

    def _call(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()

    def report(self):
        return json.loads(self._call("GET", "/report"))

    def seen(self):
        return int.from_bytes(self._call("GET", "/seen"), "little")

    def arrivals(self):
        """For timeline.parse."""
        return self._call("GET", "/arrivals")

    def reset(self):
        self._call("POST", "/reset")

    def answer_with(self, status):
        """Events are answered with this status from now on; 0: not at all."""
        self._call("POST", f"/mode/{status}")

    def answer_after(self, milliseconds):
        """Events are answered so long after they came, from now on."""
        self._call("POST", f"/delay/{milliseconds}")


@contextlib.contextmanager
def sink(programs, folder):
    with Program(folder / "sink.log", programs / "sink_server", "--lanes", LANES) as program:
        yield Sink(program)


class Load:
    """The load generator with a run of numbers that never come twice."""

    def __init__(self, programs, folder):
        self.program = programs / "load_generator"
        self.acked_file = pathlib.Path(folder, "acked.bin")
        self.next_id = 0

    def run(self, port, path, seconds, rate=0, shape="order", user="", password="", token=""):
        """The generator's report; `.acked_ids` of it as a bitmap in one integer."""
        report = run_json(self.program, "--port", port, "--path", path, "--seconds", seconds, "--rate", rate,
                          "--shape", shape, "--user", user, "--password", password, "--token", token,
                          "--connections", CONNECTIONS, "--lanes", LANES, "--first-id", self.next_id, "--acked", self.acked_file,
                          within_s=seconds + 120)
        report["first_id"], report["asked_s"] = self.next_id, seconds
        # Whole rounds of lanes, so that a lane stays with its connection.
        self.next_id = -(-report["next_id"] // LANES) * LANES
        report["acked_ids"] = int.from_bytes(self.acked_file.read_bytes(), "little")
        if report["acked"] == 0:
            raise Failed(f"nothing was acknowledged: {report['statuses']}")
        return report


def together(reports):
    """What several runs acknowledged, for all_arrived."""
    acked_ids = 0
    for report in reports:
        acked_ids |= report["acked_ids"]
    return {"acked": sum(report["acked"] for report in reports), "acked_ids": acked_ids}


def all_arrived(sink_server, report, patience_s=NO_PROGRESS_S):
    """Waits until every acknowledged order is at the sink; the sink's account. Fails when one is missing."""
    last, since = -1, time.monotonic()
    while True:
        account = sink_server.report()
        if account["distinct"] >= report["acked"] and report["acked_ids"] & ~sink_server.seen() == 0:
            return account
        if account["distinct"] != last:
            last, since = account["distinct"], time.monotonic()
        if time.monotonic() - since > patience_s:
            missing = (report["acked_ids"] & ~sink_server.seen()).bit_count()
            raise Failed(f"{missing} of {report['acked']} acknowledged orders never arrived")
        time.sleep(0.05)
