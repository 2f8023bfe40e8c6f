"""The verdict: what the sandbox's ledger says about the platforms, and what the hub says about itself. The ledger is
the truth; it knows nothing of the hub. Every function here can be asked with doctored figures (oracle_test.py)."""

from dataclasses import dataclass, field
from typing import Optional

import bench

# Above this many records only the totals are compared.
RECORDS_READ_MAX = 30_000
COUNTS = ("missing", "invented", "doubled", "wrong", "out_of_order")
# Klaviyo's and Bloomreach's effects that are not the head of an order: its rows, and what is about the person.
NOT_HEADS = {"Ordered Product", "purchase_item", "return_item", "customer_update"}

# Cases about how the work goes, not about an order: right while a fault lasts, and nobody closed them here.
ABOUT_THE_WORK = {"errors_high", "lag_high", "store_silent", "unidentified_high"}


@dataclass
class Facts:
    """Everything that the verdict rests on, read when all is quiet."""
    drained: bool
    summary: dict  # of the ledger
    state: dict  # of the simulators
    counts: dict  # of the hub: "journal" in its status
    hours: dict  # of the hub: what its console shows
    cases: dict  # of the hub: the open ones that its console lists, by type
    parts: Optional[dict] = None  # of the hub: what its journeys say was delivered, by platform
    journal_sound: bool = True
    journal_says: str = ""


@dataclass
class Verdict:
    broken: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)


def heads(platform):
    """Each order's head comes with the first delivery about it."""
    return sum(count for kind, count in platform["by_kind"].items() if kind not in NOT_HEADS)


def shown(hours, what, platform):
    return sum(hour.get(what, {}).get(platform, 0) for hour in hours.values())


def of_ledger(facts):
    summary = facts.summary
    for name in COUNTS:
        if summary[name] != 0:
            yield f"{name}: {summary[name]}"
    for name, seen in summary["platforms"].items():
        if seen["effects_seen"] != seen["effects_expected"]:
            yield f"{name} took {seen['effects_seen']} of {seen['effects_expected']} effects"
    if summary["effects_seen"] == 0:
        yield "nothing was delivered at all: this run shows nothing"


def of_arrivals(facts):
    """Every event that was answered with 200 is one arrival at the hub, and its order one record."""
    state, counts = facts.state, facts.counts
    if not facts.drained:
        yield "the hub did not become idle in time"
    if state["dropped"] != 0:
        yield f"{state['dropped']} events were lost by answers that make Sitoo drop them"
    distinct = counts["arrivals"] - counts["arrivals_duplicate"]
    if distinct != facts.summary["acknowledged"]:
        yield f"the hub has {distinct} distinct arrivals, {facts.summary['acknowledged']} were acknowledged"
    if counts["records"] != facts.summary["records"]:
        yield f"the hub has {counts['records']} records, the tills {facts.summary['records']}"
    for name in ("arrivals_waiting", "deliveries_waiting", "deliveries_parked"):
        if counts[name] != 0:
            yield f"{name}: {counts[name]}"
    if not facts.journal_sound:
        yield f"the journal is not sound: {facts.journal_says}"


def of_console(facts):
    """What people are shown is what the platforms saw."""
    if sum(facts.cases.values()) != facts.counts["cases_open"]:
        yield f"the hub lists {facts.cases} and counts {facts.counts['cases_open']} open cases"
    about_orders = sum(count for kind, count in facts.cases.items() if kind not in ABOUT_THE_WORK)
    if about_orders != facts.summary["cases"]:
        yield f"the hub shows {about_orders} open cases about orders, {facts.summary['cases']} are called for"
    for name, seen in facts.summary["platforms"].items():
        planned, delivered = shown(facts.hours, "planned", name), shown(facts.hours, "delivered", name)
        if planned != delivered:
            yield f"the console shows {delivered} of {planned} deliveries to {name} as delivered"
        # More are right: long receipts travel in several, and Klaviyo's profiles are deliveries too.
        if delivered < heads(seen):
            yield f"the console shows {delivered} deliveries to {name}, its simulator took {heads(seen)}"
        if facts.parts is not None and facts.parts[name] != seen["effects_seen"]:
            yield f"by its journeys {name} got {facts.parts[name]} effects, its simulator took {seen['effects_seen']}"


def judge(facts):
    verdict = Verdict()
    for part in (of_ledger, of_arrivals, of_console):
        verdict.broken.extend(part(facts))
    summary = facts.summary
    verdict.figures = {"acked": summary["acknowledged"], "effects": summary["effects_seen"],
                       **{name: summary[name] for name in COUNTS}, "absorbed": summary["absorbed"],
                       "cases": summary["cases"], "repeated_attempts": facts.counts["attempts"] -
                       facts.counts["deliveries"], "findings": summary["findings"],
                       "by_kind": {name: one["by_kind"] for name, one in summary["platforms"].items()}}
    return verdict


def ask(town, drained):
    """The hub runs; it is stopped here, and its journal is checked."""
    facts = Facts(drained, town.simulators("GET", "/control/summary"), town.state(), town.status().get("journal", {}),
                  town.hours(), town.open_cases(), town.delivered_parts(RECORDS_READ_MAX))
    town.hub.end(bench.TERM)
    where = town.hub_options if "--journal" in town.hub_options else ["--data", town.data]
    checked = bench.run(town.hub_program, "journal", "verify", *where, within_s=300)
    facts.journal_sound = checked.returncode == 0
    facts.journal_says = (checked.stdout + checked.stderr)[-300:]
    return facts
