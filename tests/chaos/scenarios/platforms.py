"""The platforms and the way to them."""

import time

from registry import scenario
from town import PLATFORMS


def through(run, name, rule=None):
    """Both platforms behind the rule while it lasts."""
    town = run.open(proxied=PLATFORMS)
    run.sell()
    run.wait(2)
    for proxy in town.proxies.values():
        proxy.set_rule(rule)
    run.say(name)
    return town


def felt(run, town):
    calls = {name: proxy.calls for name, proxy in town.proxies.items()}
    for name, count in calls.items():
        run.check(count > 0, f"{name} was never called meanwhile: this run shows nothing")
    run.note(", ".join(f"{count} calls to {name}" for name, count in calls.items()) + " met it")


@scenario("platforms take calls and never answer", "connections are accepted, requests read, nothing comes back",
          short_s=8, long_s=60, short=True)
def platform_black_hole(run):
    town = through(run, "black hole", lambda exchange: exchange.say_nothing())
    run.wait(run.left())
    felt(run, town)


@scenario("connections that only the hub believes in",
          "every 2 s all open connections to the platforms go silent for good", short_s=8, long_s=60)
def platform_half_open(run):
    town = through(run, "half open")
    silenced = 0
    while run.left() > 0:
        for proxy in town.proxies.values():
            silenced += proxy.silence_open_connections()
        run.wait(2)
    felt(run, town)
    run.note(f"{silenced} connections silenced")


@scenario("answers break off", "of 40 % of the calls the answer ends in its middle, after the effect",
          short_s=8, long_s=60)
def platform_cut_answer(run):
    def rule(exchange):
        if exchange.proxy.chance(0.4):
            exchange.cut(exchange.forward())
        exchange.pass_on()
    town = through(run, "answers break off", rule)
    run.wait(run.left())
    felt(run, town)


@scenario("the effect happened and nobody said so",
          "40 % of the calls are done by the platform, then the connection is reset", short_s=8, long_s=60, short=True)
def platform_answer_lost(run):
    def rule(exchange):
        if exchange.proxy.chance(0.4):
            exchange.forward()
            exchange.lose()
        exchange.pass_on()
    town = through(run, "answers are lost", rule)
    run.wait(run.left())
    felt(run, town)


@scenario("everyone says 429", "half of all calls to Sitoo and the platforms get 429, with and without times to wait",
          short_s=10, long_s=60)
def throttled(run):
    town = run.open()
    run.sell()
    run.wait(2)
    town.faults(preset="throttled", bloomreach={"faults": {"*": {"throttle": 0.5, "throttle_style": "mixed"}}},
                klaviyo={"faults": {"*": {"throttle": 0.5}}})
    run.wait(run.left())


@scenario("everyone has errors of their own",
          "half of all calls get 5xx or 403 with a page of HTML, or 200 with an answer that says nothing", short_s=10, long_s=60)
def server_errors(run):
    town = run.open()
    run.sell()
    run.wait(2)
    bloomreach = {"server_error": 0.3, "missing_results": 0.1, "no_command_id": 0.1}
    klaviyo = {"server_error": 0.4, "html_403": 0.1}
    town.faults(preset="server-errors", bloomreach={"faults": {"*": bloomreach}}, klaviyo={"faults": {"*": klaviyo}})
    run.wait(run.left())


@scenario("a platform is away for a day and comes back", "Bloomreach resets every connection for 24 h of wall clock: the "
          "clocks of hub and simulators jump by an hour, 24 times; pauses between attempts stay real",
          holds="the other platform is not held up; the backlog drains in order", short_s=24, long_s=120)
def outage_drain(run):
    town = run.open()
    run.sell()
    run.wait(2)
    town.faults(bloomreach={"faults": {"*": {"down": "refused"}}})
    hours, peak = 24, 0
    pause = run.left() / hours
    for hour in range(1, hours + 1):
        run.wait(pause)
        town.move_clocks(1)
        waiting = town.status().get("journal", {}).get("deliveries_waiting", 0)
        peak = max(peak, waiting)
        if hour % 6 == 0:
            run.say(f"{hour} h away, {waiting} deliveries wait, RSS {town.rss_mb_peak:.0f} MB")
    behind = town.state()["platforms"]["klaviyo"]["missing"]
    town.faults(preset="none")
    began = time.monotonic()

    def drained():
        run.note(f"backlog {peak}, drained within {time.monotonic() - began:.0f} s of the return, "
                 f"{behind} effects open at Klaviyo meanwhile")
    run.check(peak > run.rate * run.seconds / 4, f"the backlog grew to {peak} only")
    run.check(behind < run.rate * 20, f"Klaviyo was {behind} effects behind although it was there")
    run.after_drain(drained)
