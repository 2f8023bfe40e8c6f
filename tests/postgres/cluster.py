#!/usr/bin/env python3
"""A throw-away PostgreSQL cluster for tests: library and command line.

  cluster.py start FOLDER [--port N] [--tcp] [--set name=value ...]   prints the connection URL
  cluster.py stop FOLDER                                              stops it and removes the folder
  cluster.py hold FOLDER                                              as start; stops at the end of standard input

The folder must not exist or be empty, and stop removes all of it. The cluster listens on a Unix socket
in the folder and on a loopback port (free one, or --port). fsync and synchronous_commit are ON: what the
tests rest on is that an acknowledged commit is on the disk. The server's log is FOLDER/log.

As a library: `with cluster.running() as c: c.url, c.restart(), c.kill() ...`.
PostgreSQL refuses to run as root: as root everything is done by the user postgres.
"""
import argparse
import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

DATABASE = "tillbridge"
ROLE = "tillbridge"
SECONDS_MAX = 60
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "logging_collector": "off",
    "log_line_prefix": "'%m [%p] %a '",
    "listen_addresses": "'127.0.0.1'",
}


def binaries():
    """The folder with initdb and pg_ctl: the newest that is installed, or what is in PATH."""
    versions = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if versions:
        return os.path.dirname(max(versions, key=lambda p: int(p.split("/")[4])))
    found = shutil.which("initdb")
    if not found:
        raise RuntimeError("PostgreSQL is not installed (initdb is missing). Run: ./tb setup")
    return os.path.dirname(os.path.realpath(found))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """One server on one folder. Every method returns when what it does is done."""

    def __init__(self, folder, port=None):
        self.folder = os.path.abspath(folder)
        self.data = os.path.join(self.folder, "data")
        self.log = os.path.join(self.folder, "log")
        self.port = port or self._port_before() or free_port()

    def _port_before(self):
        try:
            with open(os.path.join(self.folder, "port"), encoding="ascii") as file:
                return int(file.read())
        except FileNotFoundError:
            return None

    @property
    def socket_url(self):
        return f"postgresql://{ROLE}@/{DATABASE}?host={urllib.parse.quote(self.folder, safe='')}&port={self.port}"

    @property
    def tcp_url(self):
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{DATABASE}"

    url = socket_url

    def _run(self, tool, *arguments, check=True):
        command = [os.path.join(binaries(), tool), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Not this program's standard streams: the server would hold them open for ever.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, cwd="/", timeout=SECONDS_MAX * 2, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{tool}: {done.stdout.strip()}\n{self._log_tail()}")
        return done

    def _log_tail(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-20:])
        except OSError:
            return ""

    def _hand_over(self, path):
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(path, user.pw_uid, user.pw_gid)

    def create(self, settings=None):
        """Makes the folder and the cluster in it; it does not run yet."""
        os.makedirs(self.folder, mode=0o755, exist_ok=True)
        if os.listdir(self.folder):
            raise RuntimeError(f"{self.folder} is not empty")
        os.chmod(self.folder, 0o755)
        self._hand_over(self.folder)
        with open(os.path.join(self.folder, "port"), "w", encoding="ascii") as file:
            file.write(str(self.port))
        # --no-sync: only the empty cluster is not synced; nobody loses anything with it.
        self._run("initdb", "--pgdata", self.data, "--username", ROLE, "--auth", "trust", "--encoding", "UTF8",
                  "--locale", "C", "--no-sync")
        self.configure({**SETTINGS, "port": str(self.port), "unix_socket_directories": f"'{self.folder}'",
                        **(settings or {})})

    def configure(self, settings):
        """Added to the configuration; counts from the next start or reload."""
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = {value}\n")

    def start(self):
        self._run("pg_ctl", "start", "--pgdata", self.data, "--log", self.log, "--wait", "--silent",
                  "--timeout", str(SECONDS_MAX))

    def stop(self, mode="fast"):
        self._run("pg_ctl", "stop", "--pgdata", self.data, "--mode", mode, "--wait", "--silent",
                  "--timeout", str(SECONDS_MAX), check=False)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def create_database(self):
        self.sql(f"CREATE DATABASE {DATABASE}", database="postgres")

    def sql(self, text, database=DATABASE):
        """Rows as text, columns separated by a tab."""
        return self._run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator", "\t",
                         "--set", "ON_ERROR_STOP=1", "--host", self.folder, "--port", str(self.port),
                         "--username", ROLE, "--dbname", database, "--command", text).stdout.strip()

    def pid(self):
        """Of the postmaster; None when it does not run."""
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
                number = int(file.readline())
            return None if self._is_zombie(number) else number
        except (OSError, ValueError):
            return None

    def kill(self):
        """kill -9 of the server and all its processes, as a power cut would (without the disk's part)."""
        number = self.pid()
        if number is None:
            return
        children = self._children(number)
        for one in (number, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS_MAX
        while not all(self._is_zombie(one) for one in (number, *children)):
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not go")
            time.sleep(0.01)
        # All its processes are dead. A zombie that nobody reaps would look like a running server to the next one.
        for lock in (os.path.join(self.data, "postmaster.pid"),
                     os.path.join(self.folder, f".s.PGSQL.{self.port}.lock")):
            with contextlib.suppress(FileNotFoundError):
                os.remove(lock)

    @staticmethod
    def _is_zombie(number):
        """Or gone altogether."""
        try:
            with open(f"/proc/{number}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    @staticmethod
    def _children(parent):
        found = subprocess.run(["pgrep", "-P", str(parent)], stdout=subprocess.PIPE, text=True, check=False)
        return [int(line) for line in found.stdout.split()]

    def remove(self):
        """Stops it, however it is, and leaves nothing behind."""
        if os.path.isdir(self.data):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def start(folder, port=None, settings=None):
    """A new running cluster with an empty database."""
    cluster = Cluster(folder, port)
    if os.path.isdir(folder) and os.listdir(folder):
        raise RuntimeError(f"{folder} is not empty")
    try:
        cluster.create(settings)
        cluster.start()
        cluster.create_database()
    except BaseException:
        cluster.remove()
        raise
    return cluster


@contextlib.contextmanager
def running(settings=None):
    """A new cluster in a new folder, gone at the end of the block."""
    folder = tempfile.mkdtemp(prefix="tb-postgres-")
    cluster = None
    try:
        cluster = start(folder, settings=settings)
        yield cluster
    finally:
        if cluster is not None:
            cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("start", help="a new cluster; prints its URL")
    starting.add_argument("folder")
    starting.add_argument("--port", type=int)
    starting.add_argument("--tcp", action="store_true", help="print the loopback URL instead of the socket's")
    starting.add_argument("--set", action="append", default=[], metavar="name=value")
    holding = commands.add_parser("hold", help="a cluster for as long as standard input is open")
    holding.add_argument("folder")
    stopping = commands.add_parser("stop", help="stops it and removes the folder")
    stopping.add_argument("folder")
    asked = parser.parse_args()
    # Whoever is told to go cleans up first.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        if asked.command == "start":
            settings = dict(item.split("=", 1) for item in asked.set)
            cluster = start(asked.folder, asked.port, settings)
            print(cluster.tcp_url if asked.tcp else cluster.url)
        elif asked.command == "hold":
            cluster = start(asked.folder)
            try:
                print(cluster.url, flush=True)
                sys.stdin.read()
            finally:
                cluster.remove()
        else:
            Cluster(asked.folder).remove()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
