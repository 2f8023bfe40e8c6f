"""The hub's process: killed, frozen, told another time of day."""

import random
import signal
import time

from registry import scenario

HOUR_MS = 3_600_000


def kill_again_and_again(run, town):
    dice = random.Random(run.seed)
    while run.left() > 0:
        run.wait(dice.uniform(1, 5))
        if run.left() <= 0:
            break
        town.kill_hub()
        town.start_hub()
        run.say(f"kill {town.kills}; ready again after at most {town.start_ms_max:.0f} ms")
    run.note(f"{town.kills} kills, restart ≤ {town.start_ms_max:.0f} ms")
    run.check(town.kills >= run.seconds // 6, f"only {town.kills} kills")


@scenario("the process dies at any moment, again and again", "kill -9 of the hub at random, every 1 to 5 s",
          short_s=20, long_s=300, short=True)
def kill_storm(run):
    town = run.open()
    run.sell()
    kill_again_and_again(run, town)


@scenario("the process dies while every platform has its worst day",
          "kill -9 every 1 to 5 s; 429, 5xx, resets before and after the effect, hangs, repeated events everywhere",
          short_s=20, long_s=120)
def kill_storm_in_bad_weather(run):
    town = run.open()
    town.faults(preset="storm")
    run.sell()
    kill_again_and_again(run, town)


@scenario("the process stands still and goes on as if nothing had been", "SIGSTOP, then SIGCONT",
          short_s=10, long_s=40, short=True)
def frozen(run):
    town = run.open()
    run.sell(extra_s=5)
    run.wait(2)
    town.signal_hub(signal.SIGSTOP)
    run.say(f"frozen for {run.left():.0f} s")
    run.wait(run.left())
    town.signal_hub(signal.SIGCONT)
    run.note(f"{run.seconds - 2:.0f} s without a sign of life")


@scenario("the machine's clock is set, forwards and backwards, also between two starts",
          "the wall clock jumps by +3 h, -2 h, +26 h, -25 h; a kill -9 after the jump backwards",
          short_s=12, long_s=60, short=True)
def clock_step(run):
    shim = run.shim()
    town = run.open(prefix=shim.prefix)
    run.sell()
    steps = (3, -2, 26, -25, 0)
    for hours in steps:
        shim.step_clock(hours * HOUR_MS)
        run.say(f"clock at {hours:+} h")
        if hours == -25:
            town.kill_hub()
            town.start_hub()
        run.wait(run.seconds / len(steps))
    shim.step_clock(0)
    time.sleep(0.2)
