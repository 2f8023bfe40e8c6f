#!/usr/bin/env python3
"""What measures is itself tested where it judges: figures, bars, surges, report. Nothing is started here."""

import contextlib
import io
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

from harness import (bars, document, figures, growth, load, n8n, nodes, report, search, servers, shared_sending, surges,
                     timeline, waiting)
from harness.catalogue import SCENARIOS
from harness.processes import Failed
from harness.replay import replay_figure
from harness.scenarios import Bench, told

MACHINE = {"cores": 2, "cpu": "a cpu", "kernel": "6.1", "memory_mb": 8000, "file_system": "ext4", "load_before": 0.1,
           "fdatasync": {"median_ms": 0.4, "p99_ms": 2.0}, "fdatasync_after": {"median_ms": 0.4, "p99_ms": 2.0}}
RUN = {"at": "2026-01-01 00:00 UTC", "version": "tillbridge 1", "seconds": 8, "rounds": 1, "scale": 1}
HELD = {"complete": True, "contended": False}
NODES = HELD | {"verdict": "held", "missing": 0, "doubles": 0, "out_of_order": 0, "asked_s": 300, "broken": []}


def measured_well():
    """A run in which every bar holds."""
    def one(**numbers):
        return [HELD | numbers]
    return {
        "ack": {"nginx": one(requests_per_s=30_000), "hub": one(acked_per_s=12_000), "hub_steady": one(ack_p99_ms=2.0)},
        "capacity": {"hub_sqlite": one(events_per_s=9_000), "raw_sqlite": one(jobs_per_s=40_000),
                     "hub_postgres": one(events_per_s=5_000), "raw_postgres": one(jobs_per_s=8_000)},
        "peers": {"hub_sqlite": one(events_per_s=9_000, cpu_s_per_10k=1.0, sink_p99_ms=9.0),
                  "hub_postgres": one(events_per_s=5_000),
                  "outbox_shared": one(events_per_s=3_000, cpu_s_per_10k=4.0, sink_p99_ms=3.0),
                  "pgboss_strict_fifo": one(events_per_s=900)},
        "neighbour": {"alone_paced": one(events_per_s=5_000), "beside_hung_paced": one(events_per_s=4_950),
                      "beside_paused": one(events_per_s=7_000), "beside_hung": one(events_per_s=6_900)},
        "backlog": {"hub_sqlite": one(rss_mb_peak=150, first_delivery_s=1.1, waiting=1_000_000)},
        "growth": {"small": one(cpu_s_per_10k=1.0, us_per_event=100, records=10_000),
                   "large": one(cpu_s_per_10k=1.1, us_per_event=105, records=5_000_000)},
        "nodes": {"hub_postgres": [dict(NODES)]},
    }


def judged(measured):
    return report.result(measured, MACHINE, RUN)


def bar_of(result, name):
    return next(one for one in result["bars"] if one["name"] == name)


class Bars(unittest.TestCase):
    def test_all_hold_when_everything_is_well(self):
        result = judged(measured_well())
        self.assertEqual(result["bars_missed"], [])
        self.assertEqual(len(result["bars"]), 12)

    def test_the_references_are_named(self):
        self.assertEqual(judged(measured_well())["references"],
                         {"nginx": 30_000, "raw_sqlite": 40_000, "raw_postgres": 8_000})
        alone = judged({"references": {"nginx": [HELD | {"requests_per_s": 5.0}]}})["references"]
        self.assertEqual(alone, {"nginx": 5.0, "raw_sqlite": None, "raw_postgres": None})

    def test_nothing_measured_misses_all_with_a_reason(self):
        result = judged({})
        self.assertEqual(len(result["bars_missed"]), 12)
        for one in result["bars"]:
            self.assertIsNone(one["value"])
            self.assertEqual(one["reason"], figures.NOT_MEASURED)

    def test_each_missing_scenario_misses_its_bars_only(self):
        of = {"ack": {"ack_over_nginx", "ack_p99_ms"}, "capacity": {"sqlite_over_raw", "postgres_over_raw"},
              "peers": {"sqlite_over_outbox", "postgres_over_pgboss", "cpu_over_outbox"},
              "neighbour": {"neighbour_ratio"}, "backlog": {"peak_rss_mb", "first_delivery_s"},
              "growth": {"cost_growth"}, "nodes": {"nodes_under_kill"}}
        for scenario, names in of.items():
            measured = measured_well()
            del measured[scenario]
            self.assertEqual(set(judged(measured)["bars_missed"]), names, scenario)

    def test_the_reason_of_the_measurement_is_the_bars(self):
        measured = measured_well()
        measured["peers"]["pgboss_strict_fifo"] = [{"reason": "3 of 9 acknowledged orders never arrived"}]
        result = judged(measured)
        self.assertEqual(result["bars_missed"], ["postgres_over_pgboss"])
        self.assertEqual(bar_of(result, "postgres_over_pgboss")["reason"], "3 of 9 acknowledged orders never arrived")

    def test_just_below_is_missed_and_just_at_holds(self):
        measured = measured_well()
        for acked, missed in ((9_000, []), (8_970, ["ack_over_nginx"])):
            measured["ack"]["hub"] = [HELD | {"acked_per_s": acked}]
            self.assertEqual(judged(measured)["bars_missed"], missed)

    def test_a_slow_disk_widens_the_bar_of_the_acknowledgement(self):
        measured = measured_well()
        measured["ack"]["hub_steady"][0]["ack_p99_ms"] = 30.0
        self.assertEqual(judged(measured)["bars_missed"], ["ack_p99_ms"])
        slow = MACHINE | {"fdatasync": {"median_ms": 4.0, "p99_ms": 20.0}}
        self.assertEqual(report.result(measured, slow, RUN)["bars_missed"], [])

    def test_a_trial_with_less_does_not_count(self):
        measured = measured_well()
        measured["growth"]["large"][0]["records"] = 50_000
        measured["backlog"]["hub_sqlite"][0]["waiting"] = 10_000
        measured["nodes"]["hub_postgres"][0]["asked_s"] = 30
        result = judged(measured)
        self.assertEqual(set(result["bars_missed"]), {"cost_growth", "peak_rss_mb", "first_delivery_s", "nodes_under_kill"})
        self.assertIn("50000 records", bar_of(result, "cost_growth")["reason"])

    def test_growth_is_the_worse_of_cpu_and_time(self):
        measured = measured_well()
        measured["growth"]["large"][0]["us_per_event"] = 130
        self.assertEqual(bar_of(judged(measured), "cost_growth")["value"], 1.3)

    def test_isolation_is_the_worse_of_paced_and_saturated(self):
        for contender in ("beside_hung", "beside_hung_paced"):
            measured = measured_well()
            measured["neighbour"][contender][0]["events_per_s"] = 4_000
            self.assertEqual(judged(measured)["bars_missed"], ["neighbour_ratio"], contender)

    def test_kills_that_lost_something_or_were_judged_broken_miss(self):
        for change in ({"missing": 1}, {"doubles": 1}, {"out_of_order": 1},
                       {"verdict": "broken", "broken": ["nobody took over"]}):
            measured = measured_well()
            measured["nodes"]["hub_postgres"][0] |= change
            self.assertEqual(judged(measured)["bars_missed"], ["nodes_under_kill"], change)

    def test_contention_is_marked(self):
        measured = measured_well()
        measured["neighbour"]["alone_paced"][0]["contended"] = True
        result = judged(measured)
        self.assertTrue(bar_of(result, "neighbour_ratio")["contended"])
        self.assertFalse(bar_of(result, "ack_over_nginx")["contended"])
        self.assertIn("contended", report.table(result))


class Completeness(unittest.TestCase):
    def test_a_rate_that_was_not_checked_is_nowhere(self):
        for scenario, contender, key in (("ack", "hub", "acked_per_s"), ("capacity", "raw_sqlite", "jobs_per_s"),
                                         ("peers", "hub_sqlite", "events_per_s"), ("ack", "nginx", "requests_per_s")):
            measured = measured_well()
            measured[scenario][contender] = [{key: 77_123.5, "contended": False}]
            result = judged(measured)
            self.assertTrue(result["bars_missed"])
            self.assertEqual(result["figures"][scenario][contender], {"reason": figures.UNCHECKED})
            for text in (json.dumps(result), report.table(result), document.document(result)):
                self.assertNotIn("77123", text.replace(" ", "").replace(" ", "").replace(",", ""))

    def test_one_unchecked_round_does_not_count_among_the_good(self):
        rounds = [HELD | {"events_per_s": 100.0}, {"events_per_s": 9_000.0}, HELD | {"events_per_s": 300.0}]
        summed = figures.summary(rounds)
        self.assertEqual((summed["events_per_s"], summed["rounds"]), (200.0, 2))
        self.assertEqual(summed["failed_rounds"], [figures.UNCHECKED])
        self.assertEqual(figures.ratio(rounds, [HELD | {"events_per_s": 100.0}] * 3, "events_per_s"), 2.0)

    def test_all_arrived_fails_when_one_is_missing(self):
        class Far:
            def report(self):
                return {"distinct": 2}

            def seen(self):
                return 0b011
        with self.assertRaisesRegex(Failed, "1 of 3"):
            load.all_arrived(Far(), {"acked": 3, "acked_ids": 0b111}, patience_s=0)
        # As many as were acknowledged, but not the same ones.
        with self.assertRaisesRegex(Failed, "1 of 2"):
            load.all_arrived(Far(), {"acked": 2, "acked_ids": 0b101}, patience_s=0)
        self.assertEqual(load.all_arrived(Far(), {"acked": 2, "acked_ids": 0b011}), {"distinct": 2})

    def test_a_failure_becomes_the_reason(self):
        def failing():
            raise Failed("the disk is full")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(told("x", failing), {"reason": "the disk is full"})
        self.assertIn("x: not measured: the disk is full", said.getvalue())
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(told("x", lambda: {}["no such"]), {"reason": "KeyError: 'no such'"})


def arrivals(*rows):
    return timeline.parse(b"".join(struct.pack("<QQQ", number, at, at - sent) for number, sent, at in rows))


class Timeline(unittest.TestCase):
    def test_backlog(self):
        # Sent at 10, 20, 30; arrived at 15, 60, 70.
        some = arrivals((1, 10, 15), (2, 20, 60), (3, 30, 70))
        self.assertEqual(timeline.backlog_peak(some), 2)
        self.assertEqual(timeline.backlog_peak(some, 0, 20), 1)
        self.assertEqual(timeline.backlog_peak(some, 65), 1)
        self.assertEqual(timeline.cleared_us(some, 30, 0), 70)
        self.assertEqual(timeline.cleared_us(some, 30, 1), 60)
        self.assertEqual(timeline.cleared_us(some, 16, 0), 16)
        self.assertEqual(timeline.cleared_us(some, 100, 0), 100)

    def test_percentiles_are_never_too_low(self):
        some = arrivals(*((n, 0, n * 1000) for n in range(1, 101)))
        self.assertEqual([timeline.percentile_ms(some, p) for p in (50, 99, 99.5, 100)], [50, 99, 100, 100])
        self.assertIsNone(timeline.percentile_ms([], 99))


REPORT = {"acked": 2, "errors": 0, "cpu_s": 0.1, "p99_ms": 1.0, "rate": 10.0}
ACCOUNT = {"doubles": 0, "order_violations": 0, "refused": 5}


class Surges(unittest.TestCase):
    def test_burst(self):
        # One at a time before; three at once in the burst (1 s to 2 s), gone by 2.5 s; one after.
        some = arrivals((1, 0, 1_000), (2, 1_000_000, 2_000_000), (3, 1_100_000, 2_400_000), (4, 1_200_000, 2_500_000),
                        (5, 3_000_000, 3_001_000))
        reports = [REPORT | {"started_us": at, "asked_s": 1.0} for at in (0, 1_000_000, 2_600_000)]
        figure = surges.burst_figure(some, reports, ACCOUNT)
        self.assertEqual((figure["backlog_peak"], figure["clear_s"]), (3, 0.4))
        self.assertEqual((figure["before_p99_ms"], figure["burst_p99_ms"], figure["after_p99_ms"]), (1, 1300, 1))

    def test_outage(self):
        some = arrivals((1, 0, 1_000), (2, 1_100_000, 3_200_000), (3, 1_500_000, 3_300_000), (4, 2_000_000, 3_400_000),
                        (5, 4_000_000, 4_002_000))
        figure = surges.outage_figure(some, REPORT, ACCOUNT, 1_000_000, 3_000_000)
        self.assertEqual((figure["backlog_peak"], figure["noticed_s"], figure["clear_s"]), (3, 0.2, 0.3))
        self.assertEqual((figure["lag_max_ms"], figure["after_p99_ms"]), (2100, 2))
        self.assertEqual(figure["drain_per_s"], 20.0)

    def test_an_outage_that_was_not_felt_is_none(self):
        with self.assertRaisesRegex(Failed, "nothing was refused"):
            surges.outage_figure(arrivals((1, 0, 1)), REPORT, ACCOUNT | {"refused": 0}, 0, 1)


class Children(unittest.TestCase):
    def test_replay(self):
        some = arrivals((1, 0, 2_100_000), (2, 0, 3_000_000), (10, 1_000_000, 1_001_000), (11, 2_500_000, 2_504_000),
                        (12, 4_000_000, 4_001_000))
        figure = replay_figure(some, {"acked": 2}, REPORT | {"first_id": 10}, 2_000_000, ACCOUNT)
        self.assertEqual((figure["replay_per_s"], figure["live_p99_ms"], figure["quiet_p99_ms"]), (2.0, 4, 1))
        with self.assertRaisesRegex(Failed, "too soon"):
            replay_figure(some[:3], {"acked": 2}, REPORT | {"first_id": 10}, 2_000_000, ACCOUNT)

    def test_nodes(self):
        counts = {"acked": 9, "effects": 9, "missing": 1, "doubled": 0, "out_of_order": 0, "kills": 3, "rss_mb_peak": 40}
        said = {"scenarios": [{"verdict": "broken", "figures": counts, "broken": ["missing: 1"], "notes": []}]}
        self.assertEqual(nodes.figure_of(said, 300)["missing"], 1)
        with self.assertRaisesRegex(Failed, "no PostgreSQL"):
            nodes.figure_of({"scenarios": [{"verdict": "skipped", "notes": ["no PostgreSQL here"]}]}, 300)
        with self.assertRaisesRegex(Failed, "no hub leads"):
            nodes.figure_of({"scenarios": [{"verdict": "broken", "figures": {"took_s": 3}, "broken": ["no hub leads"],
                                            "notes": []}]}, 300)

    def test_backlog(self):
        said = {"records": 1_000, "order_violations": 0, "whole_drain_s": 4.0, "ready_s": 0.1, "first_delivery_s": 0.2,
                "taken_up_s": 0.3, "rss_mb_peak": 90.0, "journal_mb": 2, "doubles": 0, "missing": 0}
        figure = waiting.figure_of(said)
        self.assertEqual((figure["drain_per_s"], figure["waiting"]), (250.0, 1_000))
        del said["missing"]  # not all were waited for
        with self.assertRaises(KeyError):
            waiting.figure_of(said)

    def test_search_shows_the_worst(self):
        times = {"cases": {"p50_ms": 1.0, "p99_ms": 2.0}, "search_sku": {"p50_ms": 3.0, "p99_ms": 40.0}}
        found = search.figures({"records": 9, "reader": times, "http": times, "depth_ratio": 1.0,
                                "depth_ratio_http": 1.2, "journal_mb": 5, "fill_s": 1.0})
        self.assertEqual((found["all"][0]["p99_ms_worst"], found["all"][0]["depth_ratio"]), (40.0, 1.2))
        self.assertEqual(found["cases"][0]["p99_ms"], 2.0)

    def test_a_filled_journal_is_kept_until_it_is_another(self):
        with tempfile.TemporaryDirectory() as folder:
            one = growth.Filled(pathlib.Path(folder), 1_000)
            self.assertFalse(one.usable("a"))
            one.used("a", 150)
            self.assertTrue(one.usable("a"))
            self.assertFalse(one.usable("b"))
            one.used("a", 300)
            self.assertFalse(one.usable("a"))


class SharedSending(unittest.TestCase):
    FIGURE = {"events": 1_000, "cpu_s": 0.9, "complete": True}

    def test_who_sent_and_who_paid(self):
        figure = shared_sending.shared_figure(self.FIGURE, {1: 10, 2: 5}, {1: 410, 2: 305, 3: 300}, [0.2, 0.1, 0.1])
        self.assertEqual(figure["by_hub"], [400, 300, 300])
        self.assertEqual((figure["least_share"], figure["leader_cpu_s_per_10k"], figure["others_cpu_s_per_10k"]), (0.3, 2, 2))
        self.assertAlmostEqual(figure["database_cpu_s_per_10k"], 5)

    def test_what_the_journal_does_not_have_or_one_hub_did_alone_is_no_figure(self):
        with self.assertRaisesRegex(Failed, "999 deliveries as done, the sinks got 1000"):
            shared_sending.shared_figure(self.FIGURE, {}, {1: 500, 2: 499}, [0.1, 0.1])
        with self.assertRaisesRegex(Failed, "sent hardly anything"):
            shared_sending.shared_figure(self.FIGURE, {2: 7}, {1: 1_000, 2: 107}, [0.1, 0.1])
        for disorder in ({"doubles": 1}, {"out_of_order": 1}):
            with self.assertRaisesRegex(Failed, "1 (doubled|out of order)"):
                shared_sending.shared_figure(self.FIGURE | disorder, {}, {1: 500, 2: 500}, [0.1, 0.1])

    def test_a_backlog_is_over_when_the_last_sink_has_the_last_order(self):
        accounts = [{"last_new_us": 3_000_000, "doubles": 1, "order_violations": 0},
                    {"last_new_us": 5_000_000, "doubles": 0, "order_violations": 2}]
        figure = shared_sending.drain_figure({"cpu_s": 0.5}, {"acked": 100, "errors": 0}, accounts, 1_000_000)
        self.assertEqual((figure["events"], figure["drain_per_s"], figure["cpu_s_per_10k"]), (200, 50, 25))
        self.assertEqual((figure["doubles"], figure["out_of_order"]), (1, 2))

    def test_each_case_is_held_against_one_hub_of_its_round(self):
        for name, case in shared_sending.CASES.items():
            self.assertTrue(name.endswith(str(case.hubs)), name)
            self.assertEqual(shared_sending.CASES[shared_sending.alone(name)].hubs, 1)
        self.assertEqual(shared_sending.over_one_hub({"hubs_1": 100, "hubs_3": 150}, "hubs_3"), {"over_one_hub": 1.5})
        self.assertEqual(shared_sending.over_one_hub({"hubs_1": None, "hubs_3": 150}, "hubs_3"), {})
        self.assertEqual(shared_sending.over_one_hub({"hubs_1": 100, "hubs_3": None}, "hubs_3"), {})

    def test_shares_are_equal_when_all_shards_are_carried_by_as_many_hubs(self):
        def nodes_of(*shards):
            return [{"shards": one} for one in shards]
        self.assertTrue(servers.equal_shares(nodes_of(86, 85, 85), 3))
        self.assertTrue(servers.equal_shares(nodes_of(256), 1))
        self.assertFalse(servers.equal_shares(nodes_of(86, 85), 3))
        self.assertFalse(servers.equal_shares(nodes_of(250, 3, 3), 3))
        self.assertFalse(servers.equal_shares(nodes_of(86, 85, 80), 3))  # some are nobody's


class N8n(unittest.TestCase):
    def test_the_workflow_has_the_transform_and_the_sink(self):
        mapping = (servers.PEERS / "mapping.mjs").read_text()
        imported = json.loads(n8n.workflow((n8n.FOLDER / "workflow.json").read_text(), mapping, 4711))
        nodes_by_type = {node["type"].split(".")[1]: node["parameters"] for node in imported["nodes"]}
        code = nodes_by_type["code"]["jsCode"]
        self.assertEqual(code.count("function mapped(order) {"), 1)
        self.assertNotIn("export", code)
        self.assertTrue(code.endswith("}\nreturn { json: mapped($json.body) }\n"), code[-80:])
        self.assertEqual(nodes_by_type["httpRequest"]["url"], "http://127.0.0.1:4711/events")
        self.assertEqual(imported["id"], n8n.WORKFLOW)
        self.assertEqual(n8n.PATH.rsplit("/", 1)[1], nodes_by_type["webhook"]["path"])


class Text(unittest.TestCase):
    def test_the_document_shows_losing_cells_and_what_was_not_measured(self):
        measured = measured_well()
        measured["peers"]["bullmq"] = [{"reason": "redis | is not installed"}]
        text = document.document(judged(measured))
        self.assertIn("| outbox_shared | 3 | 0.25 | **3** |", text)
        self.assertIn("not measured: redis / is not installed", text)
        self.assertIn("12 of 12 hold", text)
        for line in text.splitlines():
            if line.startswith("|---"):
                columns = line.count("|")
            elif line.startswith("| ") and "---" not in line and not line.startswith(("| |", "| figure", "| peer")):
                self.assertEqual(line.count("|"), columns, line)

    def test_a_missed_bar_stands_out(self):
        text = document.document(judged({}))
        self.assertIn("0 of 12 hold", text)
        self.assertIn("**missed (not measured)**", text)

    def test_a_scenario_without_any_figure_is_a_list_of_reasons(self):
        text = document.document(judged({"backlog": {"hub_sqlite": [{"reason": "no disk"}]}}))
        self.assertIn("- hub_sqlite: not measured: no disk", text)

    def test_help_names_every_scenario(self):
        run = pathlib.Path(__file__).resolve().parent / "run.py"
        said = subprocess.run([sys.executable, "-B", run, "--help"], capture_output=True, text=True).stdout
        for name in SCENARIOS:
            self.assertIn(name, said)
        self.assertIn("--write-docs", said)

    def test_scale(self):
        folder = pathlib.Path("/nowhere")
        self.assertEqual(Bench(folder, folder, folder, folder, 2, 1, scale=0.01).scaled(300), 3)
        self.assertEqual(Bench(folder, folder, folder, folder, 2, 1, scale=0.001).scaled(3), 1)


if __name__ == "__main__":
    unittest.main()
