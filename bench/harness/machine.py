"""The machine under the figures: what it is, how fast it syncs, and how much CPU a tree of processes took."""

import os
import pathlib
import platform
import statistics
import time

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SYNC_PROBES = 1_000
CORES = os.cpu_count()


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def file_system(folder):
    """The type of the file system that holds the folder."""
    found = ("", "unknown")
    folder = pathlib.Path(folder).resolve()
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, mount, kind = line.split()[:3]
        if folder.is_relative_to(mount) and len(mount) >= len(found[0]):
            found = (mount, kind)
    return found[1]


def sync_probe(folder):
    """Median and p99 of fdatasync after overwriting 4 KB of a preallocated file, in ms."""
    path = pathlib.Path(folder, "sync-probe")
    block = b"x" * 4096
    times = []
    with open(path, "wb", buffering=0) as file:
        file.write(block * 1024)
        os.fsync(file.fileno())
        for number in range(SYNC_PROBES):
            os.pwrite(file.fileno(), block, number % 1024 * 4096)
            started = time.perf_counter_ns()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter_ns() - started) / 1e6)
    path.unlink()
    times.sort()
    return {"median_ms": round(statistics.median(times), 4), "p99_ms": round(times[int(len(times) * 0.99)], 4)}


def describe(folder):
    memory_kb = next(int(line.split()[1]) for line in pathlib.Path("/proc/meminfo").read_text().splitlines()
                     if line.startswith("MemTotal"))
    return {
        "cores": CORES,
        "cpu": cpu_model(),
        "kernel": platform.release(),
        "memory_mb": memory_kb // 1024,
        "file_system": file_system(folder),
        "load_before": round(os.getloadavg()[0], 2),
        "fdatasync": sync_probe(folder),
    }


def _stat(pid):
    """(parent, CPU ticks with those of waited-for children); None when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), sum(int(field) for field in fields[11:15])


def tree(roots):
    """{pid: CPU ticks} of the processes and all below them."""
    stats = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(entry)):
            stats[int(entry)] = stat
    wanted = {pid for pid in roots if pid in stats}
    while True:
        more = {pid for pid, (parent, _) in stats.items() if parent in wanted} - wanted
        if not more:
            return {pid: stats[pid][1] for pid in wanted}
        wanted |= more


def cpu_seconds(roots):
    # A process that is reaped while the list is read is missed once, and in its parent's time when it is read again.
    return max(sum(tree(roots).values()) for _ in range(2)) / TICKS_PER_S


def system_busy_seconds():
    """CPU time of the whole machine that was not idle, to see how much others took."""
    fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    numbers = [int(field) for field in fields[:8]]
    return (sum(numbers) - numbers[3] - numbers[4]) / TICKS_PER_S


def wait_until_quiet(within_s, share_max):
    """Returns when others leave the machine alone for a second, or when the time is over."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        started, busy = time.monotonic(), system_busy_seconds()
        time.sleep(1)
        if system_busy_seconds() - busy < share_max * CORES * (time.monotonic() - started):
            return
