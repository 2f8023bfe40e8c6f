#!/usr/bin/env python3
"""The oracle can fail: oracle_test.py HUB SANDBOX. Effects are dropped, doubled, altered and overtaken on their way to
Klaviyo, a journal is taken away, figures are doctored; each time the verdict must be "broken", for the right reason."""

import contextlib
import copy
import io
import pathlib
import re
import sys
import threading
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import bench  # noqa: E402
import chaos  # noqa: E402
import fleet  # noqa: E402
import oracle  # noqa: E402
import report  # noqa: E402
import run as runs  # noqa: E402
import scenarios  # noqa: E402,F401
from proxy import answer  # noqa: E402
from town import Town  # noqa: E402

HERSELF, SOMEBODY = 1, 2  # numbers of customers
SALES = 3
TAKEN = answer(202, b"")


def sale_of(exchange, number):
    """The head of a sale of this customer, on its way to Klaviyo."""
    text = exchange.request.body.decode(errors="replace")
    return f"kund{number}@kund" in text and "Placed Order" in text


class Once:
    """Does something with the first sale of a customer; everything else passes."""

    def __init__(self, deed):
        self.deed, self.done = deed, False

    def __call__(self, exchange):
        if self.done or not sale_of(exchange, HERSELF):
            return exchange.pass_on()
        self.done = True
        return self.deed(exchange)


def drop(exchange):
    exchange.reply(TAKEN)


def twice(exchange):
    """With another key, so that Klaviyo does not take it for the same."""
    text = exchange.request.body.decode()
    other = re.sub(r'"unique_id":"([^"]*)"', r'"unique_id":"\1-again"', text)
    bench.check(other != text, f"no unique_id in {text[:300]}")
    exchange.forward(exchange.request.with_body(other.encode()))
    exchange.pass_on()


def altered(exchange):
    text = exchange.request.body.decode()
    other = re.sub(r'"value":[0-9.]+', '"value":1.5', text)
    bench.check(other != text, f"no value in {text[:300]}")
    exchange.reply(exchange.forward(exchange.request.with_body(other.encode())))


def late(exchange):
    """Said to be taken, and handed over when later ones have passed."""
    exchange.reply(TAKEN)
    request, port = exchange.request, exchange.proxy.upstream_port

    def hand_over():
        time.sleep(2.5)
        connection = bench.http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        fields = dict(line.split(": ", 1) for line in request.head.decode().strip().split("\r\n")[1:])
        connection.request(request.method, request.path, request.body, fields)
        connection.getresponse().read()
        connection.close()
    threading.Thread(target=hand_over, daemon=True).start()


def sold(town):
    """Some sales of two customers, judged."""
    for _ in range(SALES):
        for number in (HERSELF, SOMEBODY):
            town.sell(number)
        time.sleep(1)
    time.sleep(1.5)
    bench.check(town.drain(30), "the hub did not become idle")
    return oracle.ask(town, True)


def opened(programs, folder, name, **options):
    place = folder / name
    place.mkdir()
    town = Town(*programs, place, **options)
    bench.check(town.start_hub(), f"{name}: the hub did not start")
    town.script()
    return town


def on_the_way(programs, folder, name, deed, wanted):
    town = opened(programs, folder, name, proxied=("klaviyo",))
    try:
        once = Once(deed)
        town.proxies["klaviyo"].set_rule(once)
        verdict = oracle.judge(sold(town))
        bench.check(once.done, f"{name}: no sale came by")
        bench.check(any(verdict.figures[one] > 0 for one in wanted), f"{name}: not noticed: {verdict.figures}")
        bench.check(any(any(line.startswith(one) for one in wanted) for line in verdict.broken), f"{verdict.broken}")
        print(f"{name}: broken ({'; '.join(verdict.broken)})")
    finally:
        town.close()


def undisturbed(programs, folder):
    """The same without harm holds, also behind a proxy; its figures are doctored below."""
    town = opened(programs, folder, "undisturbed", proxied=("bloomreach", "klaviyo"))
    try:
        facts = sold(town)
        bench.equal(oracle.judge(facts).broken, [], "undisturbed")
        print("undisturbed: held")
        return facts
    finally:
        town.close()


def journal_taken_away(programs, folder):
    """What was acknowledged and not delivered yet is gone with it."""
    town = opened(programs, folder, "journal_taken_away", settling_ms=5_000)
    try:
        for _ in range(SALES):
            town.sell(HERSELF)
        bench.wait_for("the acknowledgements", lambda: town.state()["acknowledged"] == SALES)
        town.kill_hub()
        for file in town.data.glob("tillbridge.journal*"):
            file.unlink()
        town.start_hub()
        bench.check(town.drain(30), "the hub did not become idle")
        verdict = oracle.judge(oracle.ask(town, True))
        bench.check(verdict.figures["missing"] > 0, f"not noticed: {verdict.figures}")
        bench.check(any("distinct arrivals" in line for line in verdict.broken), f"{verdict.broken}")
        print(f"journal_taken_away: broken ({'; '.join(verdict.broken)})")
    finally:
        town.close()


def doctored(facts):
    """Each figure by itself is enough."""
    def change(words, value):
        bad = copy.deepcopy(facts)
        at = getattr(bad, words[0])
        for word in words[1:-1]:
            at = at[word]
        at[words[-1]] = value
        return bad
    hour = next(hour for hour, one in facts.hours.items() if one["delivered"])
    platform = facts.summary["platforms"]["bloomreach"]
    changes = [
        *((("summary", name), 1) for name in oracle.COUNTS),
        (("summary", "acknowledged"), facts.summary["acknowledged"] + 1),
        (("summary", "records"), facts.summary["records"] + 1),
        (("summary", "cases"), facts.summary["cases"] + 1),
        (("summary", "effects_seen"), 0),
        (("summary", "platforms", "bloomreach", "effects_seen"), platform["effects_seen"] - 1),
        (("summary", "platforms", "bloomreach", "by_kind", "purchase"), platform["by_kind"]["purchase"] + 1),
        (("state", "dropped"), 1),
        (("cases", "faulty_identity"), 1),
        *((("counts", name), facts.counts[name] + 1) for name in (
            "arrivals", "records", "arrivals_waiting", "deliveries_waiting", "deliveries_parked", "cases_open")),
        (("hours", hour, "delivered", "klaviyo"), facts.hours[hour]["delivered"]["klaviyo"] - 1),
        (("hours", hour, "planned", "bloomreach"), facts.hours[hour]["planned"]["bloomreach"] + 1),
        (("parts", "bloomreach"), facts.parts["bloomreach"] + 1),
        (("parts", "klaviyo"), facts.parts["klaviyo"] - 1),
    ]
    for words, value in changes:
        bench.check(oracle.judge(change(words, value)).broken, f"{'.'.join(words)} = {value} was not noticed")
    for name, value in (("drained", False), ("journal_sound", False)):
        bad = copy.deepcopy(facts)
        setattr(bad, name, value)
        bench.check(oracle.judge(bad).broken, f"{name} = {value} was not noticed")
    print(f"doctored figures: {len(changes) + 2} of {len(changes) + 2} noticed")


def judged(name, verdict, missing):
    return runs.Result(name, verdict, 60, {"missing": missing}, notes=["one | two"])


def reported(folder):
    """The document says what was judged last, also of what was not run again, and takes no verdict back for a skip."""
    document = folder / "reliability.md"
    report.keep(folder, judged("kill_storm", runs.HELD, 0), 60)
    report.keep(folder, judged("frozen", runs.HELD, 0), 60)
    report.write(document, folder)
    report.file_of(folder).unlink()
    report.keep(folder, judged("frozen", runs.BROKEN, 17), 60)
    report.keep(folder, judged("kill_storm", runs.SKIPPED, 0), 60)
    report.write(document, folder)
    text = document.read_text()
    rows = report.rows_of(text)
    bench.check(list(rows) == ["kill_storm", "frozen"], f"rows: {list(rows)}")
    bench.check("| held |" in rows["kill_storm"] and "| broken |" in rows["frozen"] and "| 17 |" in rows["frozen"], text)
    bench.check("1 held, 1 broken, 0 skipped" in text, text)
    print("the report: right")


def started_from(programs, folder):
    """The hubs of rolling_upgrade start as the program that --from names; each is its next program from then on."""
    hub, sandbox = programs
    older = folder / "older-hub"
    older.write_text("")
    asked = chaos.arguments([str(hub), str(sandbox), "rolling_upgrade", "--from", str(older)])
    options = chaos.options_of(asked)
    bench.equal(options.start_from, older.resolve(), "--from")
    bench.equal(chaos.options_of(chaos.arguments([str(hub), str(sandbox)])).start_from, None, "without --from")
    config = folder / "town.toml"
    config.write_text('data_dir = "town"\nport = 1\nport = 2\n')
    town = types.SimpleNamespace(folder=folder, data="town", public=1, control=2, config=config, prefix=[],
                                 hub_program=options.start_from, hub_options=["--journal", "a database"])
    node = fleet.Node(town, 3)
    bench.equal(node.command()[0], older.resolve(), "the first program")
    node.program = options.hub
    bench.equal(node.command()[0], options.hub, "the next program")
    for words in (["rolling_upgrade", "--from", str(folder / "none")], ["kill_storm", "--from", str(older)]):
        with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.suppress(SystemExit):
            chaos.arguments([str(hub), str(sandbox), *words])
            bench.check(False, f"{words} was taken")
        bench.check("--from" in said.getvalue(), said.getvalue())
    print("--from: right")


def test(hub, sandbox):
    programs = (hub, sandbox)
    with bench.own_folder() as folder:
        started_from(programs, folder)
        reported(folder)
        facts = undisturbed(programs, folder)
        doctored(facts)
        on_the_way(programs, folder, "dropped", drop, ("missing",))
        on_the_way(programs, folder, "doubled", twice, ("doubled", "invented"))
        on_the_way(programs, folder, "altered", altered, ("wrong",))
        on_the_way(programs, folder, "overtaken", late, ("out_of_order",))
        journal_taken_away(programs, folder)


bench.main(test)
