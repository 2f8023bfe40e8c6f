"""Several hubs on one journal: one leads, the others stand by."""

import random
import signal

import bench
from fleet import Fleet
from registry import Broken, scenario
from scenarios.postgres import cluster_library, started

# More than the lease (src/app/leading.h) and a start.
TAKES_OVER_WITHIN_S = 16


def fleet_of(run, nodes=3):
    cluster = cluster_library(run)
    database = started(run, cluster, "nodes")
    run.town = Fleet(run.options.hub, run.options.sandbox, run.folder, seed=run.seed, nodes=nodes,
                     hub_options=["--journal", database.url], prefix=())
    if not run.town.start_hub():
        raise Broken("no hub leads")
    return run.town


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
          holds="the next one leads at once", short_s=30, long_s=120)
def rolling_upgrade(run):
    town = fleet_of(run)
    run.sell()
    slowest, rounds = 0.0, 0
    while run.left() > 8:
        for node in town.nodes:
            led = node is town.leader
            node.end(bench.TERM)
            if led:
                slowest = max(slowest, await_another(run, town, node))
            node.start()
        rounds += 1
        run.say(f"round {rounds}; node {town.leader.number} leads")
        run.wait(3)
    run.check(rounds > 0, "no round ended: this run shows nothing")
    run.check(all(town.taken_by(town.nodes)), f"a hub took nothing: {town.taken_by(town.nodes)} connections")
    run.check(slowest < 5, f"after a clean end it took {slowest:.1f} s until another one led")
    run.note(f"{rounds} rounds; another led after at most {slowest:.1f} s")
