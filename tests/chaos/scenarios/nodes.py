"""Several hubs on one journal: one leads, all of them send."""

import json
import random
import signal
import time

import bench
from fleet import Fleet
from registry import Broken, scenario
from scenarios.postgres import cluster_library, started

# More than the lease (src/app/leading.h) and a start.
TAKES_OVER_WITHIN_S = 16


def fleet_of(run, nodes=3, hub=None):
    cluster = cluster_library(run)
    database = started(run, cluster, "nodes")
    run.town = Fleet(hub or run.hub, run.options.sandbox, run.folder, seed=run.seed, nodes=nodes,
                     hub_options=["--journal", database.url], prefix=())
    run.town.database = database
    if not run.town.start_hub():
        raise Broken("no hub leads")
    return run.town


def shares(run, town):
    """Shards by node number, as `tillbridge nodes` says."""
    told = json.loads(bench.run(run.hub, "nodes", "--journal", town.database.url, "--json").stdout)
    return {node["node"]: node["shards"] for node in told if node["duty"] in ("leads", "carries")}


def await_equal_shares(run, town, within_s=TAKES_OVER_WITHIN_S + 4):
    """Each of the hubs that run carries its part, give or take one."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        running = [node.number for node in town.nodes if node.runs()]
        found = shares(run, town)
        if sorted(found) == sorted(running) and sum(found.values()) == 256 and \
                max(found.values()) - min(found.values()) <= 2:
            return True
        time.sleep(0.3)
    run.check(False, f"the shards are not divided: {found}, running: {running}")
    return False


def await_another(run, town, node):
    took = town.await_leader(other_than=node)
    run.check(0 < took <= TAKES_OVER_WITHIN_S, f"nobody took over within {TAKES_OVER_WITHIN_S} s")
    return took


@scenario("three hubs, the leading one dies again and again", "kill -9 of the leader every 5 s, of another at random",
          holds="a hub leads again within the lease", short_s=30, long_s=300, short=True)
def node_kill_3(run):
    town = fleet_of(run)
    dice = random.Random(run.seed)
    run.sell()
    slowest = 0.0
    while run.left() > 5:
        run.wait(5)
        node = town.kill_hub()
        if dice.random() < 0.3:
            bystander = dice.choice([one for one in town.nodes if one is not node])
            bystander.end(bench.KILL)
            bystander.start()
        slowest = max(slowest, await_another(run, town, node))
        node.start()
        run.say(f"kill {town.kills}; node {town.leader.number} leads")
    run.check(all(town.taken_by(town.nodes)), f"a hub took nothing: {town.taken_by(town.nodes)} connections")
    run.note(f"{town.kills} leaders killed; another led after at most {slowest:.1f} s")
    run.check(town.kills >= run.seconds // 30, f"only {town.kills} kills")


@scenario("three hubs, one dies every five seconds, whether one leads or not", "kill -9 every 5 s: of the leader, or of another "
          "at random while none leads", holds="a hub leads in the end", short_s=30, long_s=300)
def node_kill_every_5s(run):
    town = fleet_of(run)
    dice = random.Random(run.seed)
    run.sell()
    leaders = 0
    while run.left() > 5:
        run.wait(5)
        leads = town.hub_runs()
        node = town.leader if leads else dice.choice([one for one in town.nodes if one.runs()])
        node.end(bench.KILL)
        town.kills += 1
        leaders += leads
        for other in town.nodes:
            # Half of the dead come back at once and find their lease; the others leave it to somebody else.
            if not other.runs() and (other is not node or dice.random() < 0.5):
                other.start()
        run.say(f"kill {town.kills}: node {node.number}, {'which led' if leads else 'none leads'}")
    run.check(town.await_leader() > 0, "no hub leads in the end")
    run.note(f"{town.kills} kills, {leaders} of them of the leader; {town.changes} times another led")
    run.check(town.kills >= run.seconds // 6, f"only {town.kills} kills")
    run.check(leaders >= run.seconds // 30, f"only {leaders} leaders killed")


@scenario("the leading hub stands still until another one leads, and goes on", "SIGSTOP past the lease, then SIGCONT",
          holds="the old leader ends by itself", short_s=24, long_s=120, short=True)
def node_freeze_past_lease(run):
    town = fleet_of(run, nodes=2)
    run.sell(extra_s=5)
    times = 0
    while run.left() > TAKES_OVER_WITHIN_S:
        run.wait(3)
        node = town.leader
        process = node.process
        node.signal(signal.SIGSTOP)
        await_another(run, town, node)
        run.say(f"node {node.number} is frozen, node {town.leader.number} leads")
        run.wait(2)
        process.process.send_signal(signal.SIGCONT)
        run.check(process.process.wait(10) != 0, "the old leader ended as if all were well")
        node.start()
        times += 1
    run.check(times > 0, "nobody was frozen: this run shows nothing")
    run.note(f"frozen {times} times; each time the old leader ended by itself")


@scenario("the hubs are replaced by a newer version, one after the other", "SIGTERM and start, node by node",
          holds="the next one leads at once; with --from HUB: within the lease, should the schema be another",
          short_s=30, long_s=120)
def rolling_upgrade(run):
    older = run.options.start_from
    town = fleet_of(run, hub=older)
    run.sell()
    slowest, rounds = 0.0, 0
    while run.left() > 8:
        for node in town.nodes:
            led = node is town.leader
            node.end(bench.TERM)
            if led:
                slowest = max(slowest, await_another(run, town, node))
            node.program = run.hub
            node.start()
        rounds += 1
        town.hub_program = run.hub  # also for what is asked of the journal
        run.say(f"round {rounds}; node {town.leader.number} leads")
        run.wait(3)
    run.check(rounds > 0, "no round ended: this run shows nothing")
    run.check(all(town.taken_by(town.nodes)), f"a hub took nothing: {town.taken_by(town.nodes)} connections")
    # One of the newer version that changes the schema takes the leases of those that run.
    run.check(slowest < (TAKES_OVER_WITHIN_S if older else 5), f"after a clean end it took {slowest:.1f} s until another one led")
    run.note(f"{rounds} rounds{f', the first from {older}' if older else ''}; another led after at most {slowest:.1f} s")


@scenario("three hubs share the sending; those that do not lead die, stand still and are replaced",
          "kill -9, SIGSTOP past the lease and SIGTERM, in turn", holds="each carries its part, the others take over what one leaves",
          short_s=45, long_s=300, short=True)
def nodes_share(run):
    town = fleet_of(run)
    await_equal_shares(run, town)
    run.sell()
    dice = random.Random(run.seed)
    harms = [bench.KILL, bench.TERM, signal.SIGSTOP]
    times = 0
    while run.left() > TAKES_OVER_WITHIN_S:
        run.wait(3)
        node = dice.choice([one for one in town.nodes if one is not town.leader])
        harm = harms[times % len(harms)]
        if harm == signal.SIGSTOP:
            node.signal(harm)
            run.wait(TAKES_OVER_WITHIN_S)
            node.signal(signal.SIGCONT)
            run.check(node.process.process.wait(10) != 0, "a hub that stood still past its lease went on")
        else:
            node.end(harm)
        run.say(f"node {node.number}: {harm.name if hasattr(harm, 'name') else harm}; shards {shares(run, town)}")
        node.start()
        times += 1
        await_equal_shares(run, town)
    run.check(times > 0, "nothing was done to anybody: this run shows nothing")
    run.check(town.changes == 1, "another hub led: this run is about those that do not")

    def all_sent():
        rows = town.database.sql("SELECT node || ':' || sum(cardinality(deliveries)) FROM change GROUP BY node")
        told = {int(row.split(":")[0]): int(row.split(":")[1]) for row in rows.split()}
        few = min(told.get(node.number, 0) for node in town.nodes)
        run.check(few * 50 >= sum(told.values()), f"a hub sent next to nothing: {told} changes of deliveries by node")
        run.note(f"{times} times; changes of deliveries by node: {told}")

    run.after_drain(all_sent)
