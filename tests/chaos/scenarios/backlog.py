"""A start with very much to do."""

import time

from registry import scenario
from town import rss_mb

RATE = 600  # orders per second, about 2.2 deliveries each
FIRST_DELIVERY_S_MAX = 2.0
RSS_MB_MAX = 200


@scenario("a start with a mountain of waiting deliveries", "both platforms away while 600 orders/s are sold; kill -9; "
          "the platforms are back when the hub starts", holds=f"first delivery within {FIRST_DELIVERY_S_MAX:.0f} s, "
          f"at most {RSS_MB_MAX} MB resident", short_s=30, long_s=180)
def backlog_start(run):
    town = run.open(reads_per_second=1000)
    town.faults(bloomreach={"faults": {"*": {"down": "503"}}}, klaviyo={"preset": "down", "down_hang": 0.0})
    run.sell(rate=RATE)
    while run.left() > 0:
        run.wait(min(10, run.left()))
        run.say(f"{town.status().get('journal', {}).get('deliveries_waiting', 0)} wait, RSS {town.rss_mb_peak:.0f} MB")
    run.wait(6)  # the last orders become final
    settled(run, town)
    waiting = town.status()["journal"]["deliveries_waiting"]
    town.kill_hub()
    town.faults(preset="none")
    before = town.state()["received"]
    began = time.monotonic()
    town.start_hub()
    ready_s = time.monotonic() - began
    while town.state()["received"] == before and time.monotonic() - began < 60:
        time.sleep(0.01)
    first_s = time.monotonic() - began
    rss = rss_mb(town.hub.process.pid)
    run.drain_s = max(run.drain_s, waiting / 200)

    def drained():
        run.note(f"{waiting} waiting: ready after {ready_s:.2f} s, first delivery after {first_s:.2f} s with "
                 f"{rss:.0f} MB; drained at {waiting / (time.monotonic() - began):.0f}/s")
        run.check(town.rss_mb_peak <= RSS_MB_MAX, f"{town.rss_mb_peak:.0f} MB resident at the most")
    run.check(first_s <= FIRST_DELIVERY_S_MAX, f"the first delivery came after {first_s:.2f} s")
    run.check(waiting > RATE * run.seconds, f"only {waiting} deliveries waited")
    run.after_drain(drained)


def settled(run, town):
    """Everything that was sold is planned."""
    for _ in range(600):
        state, counts = town.state(), town.status().get("journal", {})
        if state["events_queued"] == 0 and not state["day_running"] and counts.get("arrivals_waiting") == 0:
            return
        run.wait(0.5)
    run.check(False, "the hub did not take in what was sold")
