"""Bulk replay: many orders that the platform refused are sent again by one act of the API, while new orders come."""

import concurrent.futures
import time

from . import timeline
from .load import Load, all_arrived, sink, together
from .processes import Failed, wait_for
from .scenarios import HUBS, STEADY_RATE, WARM_UP_S, contention, in_turn, relay, told
from .surges import ROUNDS_MAX, now_us

SINK = "sink"
RECORDS = 1_000
PARKING_RATE = 500
ITEMS_PER_S = 50  # the hub's own pace (src/app/desk/bulk_actions.h): the new orders come first
QUIET_S = 2
REJECTED_STATUS = 400
WITHIN_S = 120
PARKED = {"act": "send_again", "filter": {"connection": SINK, "delivery_state": "parked"}}


def parked(hub):
    return hub.ask("GET", "/status")["journal"]["deliveries_parked"]


def begin(hub):
    """The bulk action over everything parked: (its id, how many)."""
    count = hub.ask("POST", "/bulk/estimate", PARKED)["count"]
    return hub.ask("POST", "/bulk", {**PARKED, "name": "bench", "count": count})["id"], count


def ended(hub, action):
    return hub.ask("GET", f"/bulk/{action}")["state"] != "running"


def replay_figure(arrivals, refused, live, begun_us, account):
    """refused and live: the load's reports. A refused order arrives when it is sent again."""
    first_live = live["first_id"]
    again = [one for one in arrivals if one.id < first_live]
    last_us = max(one.at_us for one in again)
    fresh = [one for one in arrivals if one.id >= first_live]
    during = timeline.sent_within(fresh, begun_us, last_us)
    if not during:
        raise Failed("no live order was sent during the replay: it was over too soon")
    return {
        "complete": True, "missing": 0, "doubles": account["doubles"], "errors": live["errors"],
        "events": len(again), "live_events": len(during),
        "replay_s": round((last_us - begun_us) / 1e6, 3),
        "replay_per_s": round(refused["acked"] / ((last_us - begun_us) / 1e6), 1),
        "live_per_s": live["rate"], "live_ack_p99_ms": live["p99_ms"],
        "live_p99_ms": timeline.percentile_ms(during, 99),
        "quiet_p99_ms": timeline.percentile_ms(timeline.sent_within(fresh, 0, begun_us), 99),
    }


def play(bench, journal):
    folder = bench.own_folder(f"replay-{journal}")
    generator = Load(bench.programs, folder)
    wanted = bench.scaled(RECORDS)
    figure = {}
    with sink(bench.programs, folder) as far_end:
        with relay(bench, folder, {SINK: far_end.port}, journal) as running:
            hub = running.hub
            all_arrived(far_end, running.load(generator, WARM_UP_S, STEADY_RATE))
            far_end.answer_with(REJECTED_STATUS)
            refused = running.load(generator, wanted / PARKING_RATE, PARKING_RATE)
            wait_for("everything to be refused", lambda: parked(hub) >= refused["acked"], WITHIN_S)
            far_end.answer_with(200)
            far_end.reset()
            with contention(running.roots, figure), concurrent.futures.ThreadPoolExecutor(1) as beside:
                live_load = beside.submit(running.load, generator, QUIET_S + wanted / ITEMS_PER_S, STEADY_RATE)
                time.sleep(QUIET_S)
                begun_us = now_us()
                action, count = begin(hub)
                if count != refused["acked"]:
                    raise Failed(f"{count} records would be sent again, {refused['acked']} were refused")
                wait_for("the bulk action", lambda: ended(hub, action), WITHIN_S)
                live = live_load.result()
                account = all_arrived(far_end, together([refused, live]))
                figure["load_cpu_s"], figure["sink_cpu_s"] = live["cpu_s"], account["cpu_s"]
            figure |= replay_figure(timeline.parse(far_end.arrivals()), refused, live, begun_us, account)
    return figure


def replay(bench):
    return in_turn(bench, HUBS, lambda name, journal: told(name, play, bench, journal), ROUNDS_MAX)
