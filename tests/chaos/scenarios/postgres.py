"""A journal on PostgreSQL, and what happens to that database and the way to it."""

import contextlib
import os
import pathlib
import subprocess
import sys

import bench
from registry import NOT_SUPPORTED, Skipped, scenario

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "postgres"))
NAMESPACE = "tb-chaos"
HERE, THERE = "10.213.77.1", "10.213.77.2"


def cluster_library(run):
    """Skips where the hub or the machine has no PostgreSQL."""
    if "--journal" not in bench.run(run.hub, "serve", "--help").stdout:
        raise Skipped(NOT_SUPPORTED)
    try:
        import cluster
        cluster.binaries()
    except (ImportError, RuntimeError) as error:
        raise Skipped(f"no PostgreSQL here: {error}") from error
    return cluster


def town_on(run, url, **options):
    return run.open(hub_options=["--journal", url], **options)


def place_for(run, name):
    """Not in the run's folder: that one may lie where the user postgres may not look."""
    place = pathlib.Path("/tmp") / f"tb-chaos-{os.getpid()}-{name}"
    run.at_end(lambda: subprocess.run(["rm", "-rf", place], check=False))
    return str(place)


def started(run, cluster, name, settings=None):
    one = cluster.start(place_for(run, name), settings=settings)
    run.at_end(one.remove)
    return one


@scenario("the database is restarted", "PostgreSQL: a fast restart, then kill -9 and a start", short_s=16, long_s=90)
def pg_restart(run):
    cluster = cluster_library(run)
    database = started(run, cluster, "restart")
    town = town_on(run, database.url)
    run.sell()
    times = 0
    while run.left() > 4:
        run.wait(4)
        if times % 2 == 0:
            database.restart()
        else:
            database.kill()
            run.wait(1)
            database.start()
        times += 1
        run.say(f"restart {times}")
        town.keep_hub()
    run.note(f"{times} restarts; the hub ended by itself {town.exits + town.starts - 1} times")


@scenario("the database ends all sessions, every second", "pg_terminate_backend of every session of the hub",
          short_s=12, long_s=60)
def pg_sessions_terminated(run):
    cluster = cluster_library(run)
    database = started(run, cluster, "sessions")
    town = town_on(run, database.url)
    run.sell()
    ended = 0
    while run.left() > 0:
        run.wait(1)
        found = database.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                             "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        ended += int(found)
        town.keep_hub()
    run.check(ended > 0, "no session was ended: this run shows nothing")
    run.note(f"{ended} sessions ended")


def standby_of(run, cluster, primary):
    """A synchronous one: what the primary has confirmed is there too."""
    standby = cluster.Cluster(place_for(run, "standby"))
    os.makedirs(standby.folder, mode=0o755)
    standby._hand_over(standby.folder)
    (pathlib.Path(standby.folder) / "port").write_text(str(standby.port))
    standby._run("pg_basebackup", "--pgdata", standby.data, "--host", primary.folder, "--port", str(primary.port),
                 "--username", cluster.ROLE, "--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast")
    standby.configure({"port": str(standby.port), "unix_socket_directories": f"'{standby.folder}'"})
    standby.start()
    run.at_end(standby.remove)
    primary.configure({"synchronous_standby_names": "'*'"})
    primary.sql("SELECT pg_reload_conf()")
    bench.wait_for("a synchronous standby", lambda: primary.sql(
        "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1", 60)
    return standby


@scenario("the database's machine is gone and its standby takes over",
          "kill -9 of the primary; its synchronous standby is promoted 2 s later", short_s=16, long_s=60, short=True)
def pg_failover(run):
    cluster = cluster_library(run)
    primary = started(run, cluster, "primary")
    standby = standby_of(run, cluster, primary)
    url = (f"postgresql://{cluster.ROLE}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/{cluster.DATABASE}"
           "?target_session_attrs=read-write&connect_timeout=3")
    town = town_on(run, url)
    run.sell()
    run.wait(run.seconds / 3)
    primary.kill()
    run.say("the primary is gone")
    run.wait(2)
    standby._run("pg_ctl", "promote", "--pgdata", standby.data, "--wait", "--silent")
    run.say("the standby is promoted")
    before = town.state()["acknowledged"]
    while run.left() > 0:
        run.wait(0.5)
        town.keep_hub()
    run.check(town.state()["acknowledged"] > before, "nothing was acknowledged on the promoted standby")


@contextlib.contextmanager
def own_network():
    """A network of its own for the database, with a cable to this one."""
    def ip(*words, check=True):
        return subprocess.run(["ip", *words], capture_output=True, check=check)
    ip("netns", "del", NAMESPACE, check=False)
    try:
        ip("netns", "add", NAMESPACE)
        ip("link", "add", "tb-chaos0", "type", "veth", "peer", "name", "tb-chaos1", "netns", NAMESPACE)
        ip("address", "add", f"{HERE}/30", "dev", "tb-chaos0")
        ip("link", "set", "tb-chaos0", "up")
        for words in (("address", "add", f"{THERE}/30", "dev", "tb-chaos1"), ("link", "set", "tb-chaos1", "up"),
                      ("link", "set", "lo", "up")):
            ip("-n", NAMESPACE, *words)
        yield lambda state: ip("-n", NAMESPACE, "link", "set", "tb-chaos1", state)
    finally:
        ip("netns", "del", NAMESPACE, check=False)


@scenario("nothing passes between the hub and its database", "the network's cable is pulled for some seconds, twice",
          short_s=20, long_s=90)
def partition(run):
    cluster = cluster_library(run)
    if os.geteuid() != 0:
        raise Skipped("only root may make networks")
    network = own_network()
    try:
        cable = network.__enter__()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped(f"no network of one's own here: {error}") from error
    run.at_end(lambda: network.__exit__(None, None, None))
    folder = place_for(run, "partition")
    bench.expect(0, "ip", "netns", "exec", NAMESPACE, sys.executable, cluster.__file__, "start", folder,
                 "--set", "listen_addresses='*'")
    database = cluster.Cluster(folder)
    run.at_end(database.remove)
    with open(pathlib.Path(database.data) / "pg_hba.conf", "a", encoding="utf-8") as file:
        file.write(f"host all all {HERE}/32 trust\n")
    database.sql("SELECT pg_reload_conf()")
    town = town_on(run, f"postgresql://{cluster.ROLE}@{THERE}:{database.port}/{cluster.DATABASE}?connect_timeout=3")
    run.sell()
    for _ in range(2):
        run.wait(run.seconds / 5)
        cable("down")
        run.say("the cable is pulled")
        run.wait(run.seconds / 5)
        cable("up")
        run.say("and put back")
        town.keep_hub()
