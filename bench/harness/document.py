"""docs/performance.md of a run. Pure."""

from .figures import KEYS
from .report import contended, shown, verdict

# A peer's cell: (what is compared, its head, when the hub loses it).
AGAINST = (("events_per_s", "hub's events/s ÷ its", lambda ratio: ratio < 1),
           ("cpu_s_per_10k", "hub's CPU ÷ its", lambda ratio: ratio > 1),
           ("sink_p99_ms", "hub's p99 to the sink ÷ its", lambda ratio: ratio > 1))

METHOD = """The work is the same for all: a POST of a 1 KB order event, durable before the 2xx, transformed, and POSTed to the sink. An
order counts when it was acknowledged and seen at the sink, each one looked for by its number: a rate whose orders were not all there is not
shown. Rounds are taken in turn; a figure is the median of its rounds, a ratio the median of the rounds' ratios. CPU is user and system time of the
contender and its database. A figure in whose rounds other processes took more than a tenth of the machine is marked *contended*. More, and what each
scenario does: `bench/README.md`. The peers, what they promise and what was not measured: `bench/peers/README.md`."""


def head(run, machine):
    scale = "" if run["scale"] == 1 else f" **A trial at {run['scale']:g} of the sizes: the bars about size and time are not judged.**"
    return [
        "# Performance", "",
        f"Written by `./tb bench --write-docs` on {run['at']} with {run['version']}: {run['rounds']} rounds of "
        f"{run['seconds']:g} s.{scale}", "",
        f"The machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_mb']} MB, Linux {machine['kernel']}, "
        f"{machine['file_system']}; load before the run {machine['load_before']:g}. A synced write of 4 KB (fdatasync): median "
        f"{machine['fdatasync']['median_ms']} ms and p99 {machine['fdatasync']['p99_ms']} ms before, "
        f"{machine['fdatasync_after']['median_ms']} and {machine['fdatasync_after']['p99_ms']} ms after. Absolute figures belong to "
        "this machine; compare ratios.", "", *METHOD.splitlines(), ""]


def bars(res):
    missed = len(res["bars_missed"])
    lines = ["## Bars", "", f"{len(res['bars']) - missed} of {len(res['bars'])} hold.", "",
             "| figure | value | bar | |", "|---|---|---|---|"]
    for one in res["bars"]:
        said = verdict(one).replace("|", "/")
        lines.append(f"| {one['text']} | {shown(one['value'])} | {one['bar']} | {said if one['held'] else f'**{said}**'} |")
    return lines


def scenario_table(name, contenders):
    keys = [key for key in (*KEYS, "syncs_per_1000_acks")
            if key != "others_share" and any(key in figure for figure in contenders.values())]
    if not keys:
        return ["", f"## {name}", "", *(f"- {contender}: not measured: {figure['reason']}"
                                         for contender, figure in contenders.items())]
    lines = ["", f"## {name}", "", "| | " + " | ".join(keys) + " | contended rounds |", "|---" * (len(keys) + 2) + "|"]
    for contender, figure in contenders.items():
        if "reason" in figure:
            reason = figure["reason"].replace("|", "/").replace("\n", " ")
            lines.append(f"| {contender} | " + f"not measured: {reason} |" + " |" * len(keys))
        else:
            lines.append(f"| {contender} | " + " | ".join(shown(figure.get(key)) for key in keys) + f" | {contended(figure)} |")
    return lines


def against_peers(contenders):
    """The hub (SQLite journal) against each peer; what it loses stands out."""
    hub = contenders.get("hub_sqlite", {})
    lines = ["", "The hub (SQLite journal) against each of them; cells that it loses are bold:", "",
             "| peer | " + " | ".join(title for _, title, _ in AGAINST) + " |", "|---" * (len(AGAINST) + 1) + "|"]
    for name, figure in contenders.items():
        if name.startswith("hub_"):
            continue
        cells = []
        for key, _, loses in AGAINST:
            mine, theirs = hub.get(key), figure.get(key)
            ratio = mine / theirs if mine and theirs else None
            text = shown(round(ratio, 3)) if ratio else "–"
            cells.append(f"**{text}**" if ratio and loses(ratio) else text)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def document(res):
    lines = [*head(res["run"], res["machine"]), *bars(res)]
    for name, contenders in res["figures"].items():
        lines += scenario_table(name, contenders)
        if name in ("peers", "steady"):
            lines += against_peers(contenders)
    return "\n".join(lines) + "\n"
