"""Customers whose deliveries never work; the others must not feel it."""

import json

import bench
from proxy import answer
from registry import scenario
from town import PLATFORMS

REFUSED, UNANSWERED = 1, 2  # numbers of the two customers
SLOWER_MAX = 2.0  # healthy p99 with poison against without ...
# The time limit of a call in town.py: above it calls about healthy customers end without an answer by themselves.
BEFORE_MS_MAX = 2000
SLOWER_MS_MAX = 1000  # ... or so much more, as a busy machine may add it


def is_of(text, number):
    return f"c-7{number:05}" in text or f"kund{number}@kund" in text


def klaviyo_rule(exchange):
    text = exchange.request.body.decode(errors="replace")
    if is_of(text, UNANSWERED):
        exchange.say_nothing()
    elif is_of(text, REFUSED) and exchange.request.method != "GET":
        refusal = {"errors": [{"id": "chaos", "status": 400, "code": "invalid", "title": "Invalid input.",
                               "detail": "This person is not welcome.", "source": {"pointer": "/data"}}]}
        exchange.reply(answer(400, json.dumps(refusal).encode(), "application/vnd.api+json"))
    else:
        exchange.pass_on()


def bloomreach_rule(exchange):
    """In a batch only the customer's own commands are refused; a batch with the other one's is not answered."""
    text = exchange.request.body.decode(errors="replace")
    if is_of(text, UNANSWERED):
        return exchange.say_nothing()
    if not is_of(text, REFUSED) or exchange.request.method == "GET":
        return exchange.pass_on()
    body = json.loads(text)
    refusal = {"success": False, "errors": ["This person is not welcome."]}
    if "commands" not in body:
        return exchange.reply(answer(400, json.dumps(refusal).encode()))
    verdicts = [is_of(json.dumps(command), REFUSED) for command in body["commands"]]
    others = [command for command, bad in zip(body["commands"], verdicts) if not bad]
    results = iter(())
    got = {"success": True, "start_time": 0, "end_time": 0}
    if others:
        passed = exchange.forward(exchange.request.with_body(json.dumps(body | {"commands": others}).encode()))
        if " 200 " not in passed.first_line:
            return exchange.reply(passed)
        got = json.loads(passed.body)
        results = iter(got["results"])
    got["results"] = [refusal | {"command_id": command["command_id"]} if bad else next(results)
                      for command, bad in zip(body["commands"], verdicts)]
    return exchange.reply(answer(200, json.dumps(got).encode()))


def lag_p99(summary, platform, phase):
    return summary["platforms"][platform]["phases"].get(phase, {}).get("lag_p99_ms", 0.0)


def healthy_lags(run, summary):
    for platform in PLATFORMS:
        before, during = lag_p99(summary, platform, "calm"), lag_p99(summary, platform, "fault")
        run.note(f"{platform} p99 {before:.0f} → {during:.0f} ms")
        run.check(before > 0 and during > 0, f"no lags of {platform}: this run shows nothing")
        if before > BEFORE_MS_MAX:
            run.cannot_judge(f"{platform}: the machine is too busy to tell lags")
            continue
        run.check(during <= SLOWER_MAX * before or during - before <= SLOWER_MS_MAX,
                  f"the others waited at {platform}: p99 {before:.0f} ms before, {during:.0f} ms beside the poison")


@scenario("one customer is always refused, another one never answered",
          "calls about the first get a lasting refusal, calls about the second no answer",
          holds="the other customers' lag stays; the refusals are cases; replayed, everything arrives",
          short_s=18, long_s=60)
def poison_customer(run):
    # The baseline is the time before, so this holds only while the load leaves no queues that grow by themselves.
    town = run.open(proxied=PLATFORMS)
    rules = {"bloomreach": bloomreach_rule, "klaviyo": klaviyo_rule}
    town.phase("calm")
    run.sell()
    run.wait(run.seconds / 3)
    for name, proxy in town.proxies.items():
        proxy.set_rule(rules[name])
    town.phase("fault")
    run.say("poison from here on")
    refused = []
    while run.left() > 0.5:
        refused.append(town.sell(REFUSED))
        town.sell(UNANSWERED)
        run.wait(1)
    run.wait(7)  # the shops finish what they began
    # Healed earlier, later sales of the refused customer would pass those that are replayed.
    bench.wait_for("the refusals to be parked", lambda: all(
        states(town, order) == ["parked", "parked"] for order in refused), 90)
    counts = town.status()["journal"]
    summary = town.simulators("GET", "/control/summary")
    healthy_lags(run, summary)
    run.check(counts["deliveries_parked"] >= 2 * len(refused),
              f"{counts['deliveries_parked']} parked of {2 * len(refused)} refused deliveries")
    called_for = summary["cases"]
    run.check(counts["cases_open"] > called_for, "no case for the refusals")
    run.note(f"{len(refused)} sales refused, {counts['deliveries_parked']} deliveries parked, "
             f"{counts['cases_open'] - called_for} cases")
    town.heal()
    for order in refused:
        town.ask("POST", "/replay", {"workspace": "demo", "key": f"order/{order}"})
        bench.wait_for(f"order {order}, replayed",
                       lambda o=order: states(town, o) == ["delivered", "delivered"], 60)


def states(town, order):
    """Of an order at each platform; [] while nothing is planned."""
    found = [one for one in town.ask("GET", f"/records?text={order}")["items"] if one["key"] == f"order/{order}"]
    platforms = town.ask("GET", f"/records/{found[0]['id']}")["platforms"] if found else []
    return [one["state"] for one in platforms if one["deliveries"]]
