"""From what was measured to figures, bars and text."""

import statistics

from .scenarios import median_of

NOT_MEASURED = "not measured"

# What is measured elsewhere or not yet: (name, text, bar). Each is missed until a scenario gives its figure.
UNMEASURED = [
    ("peak_rss_mb", "peak RSS with 1 000 000 stored and 1 000 000 waiting, MB", "≤ 200"),
    ("first_delivery_s", "first delivery after start with 1 000 000 waiting, s", "≤ 2"),
    ("neighbour_ratio", "healthy platform's throughput beside a hung one ÷ alone", "≥ 0.95"),
    ("cost_growth", "cost per event at 5 000 000 records ÷ at 10 000", "≤ 1.15"),
    ("nodes_under_kill", "3 nodes, kill -9 every 5 s for 5 min: lost, doubled, out of order", "0, 0, 0"),
]


def rounds(measured, scenario, name):
    return measured.get(scenario, {}).get(name, [])


def reason_of(*lists):
    """The first reason that a measurement gave for not being there."""
    return next((figure["reason"] for figures in lists for figure in figures if "reason" in figure), NOT_MEASURED)


def ratio(above, below, key, below_key=None):
    """The median of the rounds' ratios; None when no round has both."""
    pairs = [(a.get(key), b.get(below_key or key)) for a, b in zip(above, below)]
    values = [a / b for a, b in pairs if a and b]
    return round(statistics.median(values), 3) if values else None


def bar(name, text, limit, value, held, reasons=()):
    missing = value is None
    return {"name": name, "text": text, "bar": limit, "value": value, "held": not missing and held(value),
            **({"reason": reason_of(*reasons)} if missing else {})}


def all_bars(measured, described):
    def of(scenario, name):
        return rounds(measured, scenario, name)

    sync_ms = described["fdatasync"]["median_ms"]
    p99_limit = max(5.0, round(10 * sync_ms, 2))
    p99 = median_of(of("ack", "hub_steady"), "ack_p99_ms")
    bars = [
        bar("ack_over_nginx", "acknowledged events/s ÷ nginx return 200", "≥ 0.30",
            ratio(of("ack", "hub"), of("ack", "nginx"), "acked_per_s", "requests_per_s"), lambda v: v >= 0.30,
            [of("ack", "hub"), of("ack", "nginx")]),
        bar("ack_p99_ms", f"ack p99 at 500 events/s, ms (median fdatasync {sync_ms} ms)", f"≤ {p99_limit:g}", p99,
            lambda v: v <= p99_limit, [of("ack", "hub_steady")]),
    ]
    for name, text, hub, scenario, other, limit in [
        ("sqlite_over_raw", "end to end events/s (SQLite) ÷ raw SQLite job life", "hub_sqlite", "capacity",
         "raw_sqlite", 0.15),
        ("postgres_over_raw", "end to end events/s (PostgreSQL) ÷ raw libpq job life", "hub_postgres", "capacity",
         "raw_postgres", 0.6),
        ("sqlite_over_outbox", "end to end events/s (SQLite) ÷ Node outbox with shared INSERTs", "hub_sqlite", "peers",
         "outbox_shared", 2.5),
        ("postgres_over_pgboss", "end to end events/s (PostgreSQL) ÷ pg-boss strict FIFO", "hub_postgres", "peers",
         "pgboss_strict_fifo", 5),
    ]:
        key = "jobs_per_s" if scenario == "capacity" else "events_per_s"
        bars.append(bar(name, text, f"≥ {limit}", ratio(of(scenario, hub), of(scenario, other), "events_per_s", key),
                        lambda v, limit=limit: v >= limit, [of(scenario, hub), of(scenario, other)]))
    bars.append(bar("cpu_over_outbox", "CPU-s per 10 000 events (SQLite) ÷ Node outbox with shared INSERTs", "≤ 0.45",
                    ratio(of("peers", "hub_sqlite"), of("peers", "outbox_shared"), "cpu_s_per_10k"),
                    lambda v: v <= 0.45, [of("peers", "hub_sqlite"), of("peers", "outbox_shared")]))
    bars += [bar(name, text, limit, None, None) for name, text, limit in UNMEASURED]
    return bars


KEYS = ("requests_per_s", "jobs_per_s", "events_per_s", "acked_per_s", "ack_p50_ms", "ack_p99_ms", "load_late_p99_ms",
        "sink_p50_ms", "sink_p99_ms", "cpu_s_per_10k", "doubles", "out_of_order", "missing", "errors", "others_share")


def summary(figures):
    """The medians of a contender's rounds, or why there are none."""
    good = [figure for figure in figures if "reason" not in figure]
    if not good:
        return {"reason": reason_of(figures)}
    medians = {key: round(median_of(good, key), 4) for key in KEYS if median_of(good, key) is not None}
    medians["rounds"] = len(good)
    medians["contended_rounds"] = sum(bool(figure.get("contended")) for figure in good)
    if len(good) < len(figures):
        medians["failed_rounds"] = [figure["reason"] for figure in figures if "reason" in figure]
    return medians


def result(measured, described, run):
    figures = {scenario: {name: summary(values) for name, values in contenders.items() if isinstance(values, list)}
               for scenario, contenders in measured.items()}
    for scenario, contenders in measured.items():
        for name, counted in contenders.get("syncs", {}).items():
            figures[scenario].setdefault(name, {})["syncs_per_1000_acks"] = counted.get("per_1000")
    bars = all_bars(measured, described)
    return {"run": run, "machine": described, "bars": bars, "figures": figures, "rounds": measured,
            "bars_missed": [one["name"] for one in bars if not one["held"]]}


def shown(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.4g}"
    return str(value)


def verdict(one):
    if one["value"] is None:
        return f"missed ({one['reason']})"
    return "held" if one["held"] else "missed"


def table(res):
    lines = []
    for scenario, contenders in res["figures"].items():
        lines.append(f"\n{scenario}")
        for name, figure in contenders.items():
            if "reason" in figure:
                lines.append(f"  {name:20} not measured: {figure['reason']}")
                continue
            cells = [f"{key} {shown(value)}" for key, value in figure.items()
                     if key not in ("rounds", "contended_rounds", "failed_rounds", "others_share") and value is not None]
            mark = f"  [{figure['contended_rounds']} of {figure['rounds']} rounds contended]" \
                if figure.get("contended_rounds") else ""
            lines.append(f"  {name:20} " + "  ".join(cells) + mark)
    lines.append("\nbars")
    for one in res["bars"]:
        lines.append(f"  {shown(one['value']):>8}  {one['bar']:8}  {one['text']}: {verdict(one)}")
    machine = res["machine"]
    lines.append(f"\nmachine: {machine['cores']} cores {machine['cpu']}, Linux {machine['kernel']}, "
                 f"{machine['file_system']}, median fdatasync {machine['fdatasync']['median_ms']} ms")
    return "\n".join(lines)


def against_peers(figures):
    """The hub (SQLite journal) against each peer, the cells it loses among them."""
    everything = figures.get("peers", {})
    hub = everything.get("hub_sqlite", {})
    lines = ["| peer | hub's events/s ÷ its | hub's CPU ÷ its | hub's p99 to the sink ÷ its |", "|---|---|---|---|"]
    for name, figure in everything.items():
        if name.startswith("hub_"):
            continue
        cells = []
        for key in ("events_per_s", "cpu_s_per_10k", "sink_p99_ms"):
            mine, theirs = hub.get(key), figure.get(key)
            cells.append(shown(round(mine / theirs, 3)) if mine and theirs else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def document(res):
    run, machine = res["run"], res["machine"]
    lines = ["# Performance", "",
             f"Written by `bench/run.py --write-docs` on {run['at']} with {run['version']}: {run['rounds']} rounds of "
             f"{run['seconds']:g} s, in turn, medians. What each figure means and how it is measured: `bench/README.md`.", "",
             f"The machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_mb']} MB, Linux "
             f"{machine['kernel']}, {machine['file_system']}; fdatasync of 4 KB: median "
             f"{machine['fdatasync']['median_ms']} ms, p99 {machine['fdatasync']['p99_ms']} ms. Absolute figures "
             "belong to this machine; compare ratios.", "", "## Bars", "",
             "| figure | value | bar | |", "|---|---|---|---|"]
    lines += [f"| {one['text']} | {shown(one['value'])} | {one['bar']} | {verdict(one)} |" for one in res["bars"]]
    for scenario, contenders in res["figures"].items():
        keys = [key for key in (*KEYS, "syncs_per_1000_acks")
                if key != "others_share" and any(key in figure for figure in contenders.values())]
        lines += ["", f"## {scenario}", "", "| | " + " | ".join(keys) + " | contended rounds |",
                  "|---" * (len(keys) + 2) + "|"]
        for name, figure in contenders.items():
            if "reason" in figure:
                lines.append(f"| {name} | " + f"not measured: {figure['reason']} |" + " |" * len(keys))
            else:
                lines.append(f"| {name} | " + " | ".join(shown(figure.get(key)) for key in keys) +
                             f" | {figure['contended_rounds']} of {figure['rounds']} |")
        if scenario == "peers":
            lines += ["", "The hub against each of them:", "", *against_peers(res["figures"])]
    return "\n".join(lines) + "\n"
