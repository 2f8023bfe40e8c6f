"""The disk under the journal: full, broken, slow."""

import errno
import os
import subprocess

import bench
from registry import Skipped, scenario

BYTES = 1 << 20


def acked(town):
    return town.state()["acknowledged"]


def watch_refusal(run, town, seconds):
    """How long nothing was acknowledged; the hub is started again whenever it ended by itself."""
    silent_s, before = 0.0, acked(town)
    exits = town.exits
    for _ in range(int(seconds / 0.5)):
        run.wait(0.5)
        if not town.hub_runs():
            town.keep_hub()
        now = acked(town)
        silent_s = silent_s + 0.5 if now == before else 0.0
        before = now
    return silent_s, town.exits - exits


class SmallDisk:
    """A file system of its own, of a few megabytes, with a file that can take all that is left."""

    def __init__(self, place, megabytes):
        if os.geteuid() != 0:
            raise Skipped("only root may mount the small file system")
        self.place = place
        place.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            raise Skipped(f"no small file system here: {mounted.stderr.strip()}")
        self.ballast = place / "ballast"

    def fill(self):
        chunk = bytes(64 * 1024)
        with open(self.ballast, "ab", buffering=0) as file:
            while chunk:
                try:
                    file.write(chunk)
                except OSError as error:
                    bench.equal(error.errno, errno.ENOSPC, "filling the disk")
                    chunk = chunk[:len(chunk) // 2]

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.place], capture_output=True, check=False)


@scenario("the disk is full for a while",
          "a file takes all space of the journal's file system; kill -9 while it is full",
          holds="nothing is acknowledged that is not stored; Sitoo is told to try again",
          short_s=12, long_s=60, short=True)
def disk_full(run):
    disk = SmallDisk(run.folder / "disk", 160)
    run.at_end(disk.unmount)
    town = run.open(data=disk.place / "data")
    run.sell()
    run.wait(3)
    disk.fill()
    run.say("the disk is full")
    silent_s, _ = watch_refusal(run, town, run.left() / 2)
    town.kill_hub()
    run.say("killed on the full disk")
    again_s, refused = watch_refusal(run, town, run.left())
    disk.free()
    run.check(max(silent_s, again_s) >= 1, "the full disk was never felt: this run shows nothing")
    run.note(f"no acknowledgement for the last {max(silent_s, again_s):.1f} s of it, {refused} starts refused")


def no_acknowledgement(run, town, what, seconds):
    run.wait(0.5)  # what was under way
    before = acked(town)
    for _ in range(int(seconds / 0.5)):
        run.wait(0.5)
        if not town.hub_runs():
            town.keep_hub()
    new = acked(town) - before
    run.check(new == 0, f"{new} events were acknowledged while {what}")


@scenario("the disk answers with errors", "EIO first from every sync, then from every write of the journal's files",
          holds="not one acknowledgement while it lasts", short_s=14, long_s=60, short=True)
def disk_eio(run):
    shim = run.shim()
    town = run.open(prefix=shim.prefix)
    run.sell()
    part_s = run.seconds / 4
    for what, fail in (("syncs fail", shim.fail_syncs), ("writes fail", shim.fail_writes)):
        run.wait(part_s / 2)
        fail()
        run.say(what)
        no_acknowledgement(run, town, what, part_s)
        shim.heal()
        run.say("healed")
        town.keep_hub()
    run.check(shim.faults > 0, "the errors were never felt: this run shows nothing")
    run.note(f"{shim.faults} calls failed; the hub started {town.starts} times, {town.exits} starts refused")


@scenario("the disk is slow", "every sync of the journal takes 1 s longer",
          holds="what is acknowledged meanwhile is stored", short_s=10, long_s=60)
def slow_sync(run):
    shim = run.shim()
    town = run.open(prefix=shim.prefix)
    run.sell()
    run.wait(2)
    shim.delay_syncs(1000)
    before = acked(town)
    lasted = run.left()
    run.wait(lasted)
    rate = (acked(town) - before) / lasted
    shim.heal()
    run.check(shim.faults > 0, "no sync was slow: this run shows nothing")
    run.note(f"{rate:.0f} acknowledgements/s meanwhile, {shim.faults} slow syncs")
