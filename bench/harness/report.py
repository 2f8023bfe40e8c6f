"""The result of a run: bars, figures, machine; and its table for the terminal. Pure."""

from .bars import all_bars
from .figures import checked, summary

SYNCS = "syncs"  # in a scenario's figures: {name: one count}, not rounds
# Of a figure, but not for the table.
UNSHOWN = ("rounds", "contended_rounds", "failed_rounds", "others_share")


# Where each reference is measured in turn with the hub.
REFERENCES = (("nginx", "ack", "requests_per_s"), ("raw_sqlite", "capacity", "jobs_per_s"),
              ("raw_postgres", "capacity", "jobs_per_s"))


def references(figures):
    """{name: its rate}; null when no scenario of this run measured it."""
    def rate(name, scenario, key):
        found = (figures.get(one, {}).get(name, {}).get(key) for one in (scenario, "references"))
        return next((value for value in found if value is not None), None)
    return {name: rate(name, scenario, key) for name, scenario, key in REFERENCES}


def result(measured, described, run):
    """The one JSON object. What was not checked for completeness is nowhere in it."""
    sure = {scenario: {name: list(map(checked, rounds)) for name, rounds in contenders.items() if name != SYNCS}
            for scenario, contenders in measured.items()}
    figures = {scenario: {name: summary(rounds) for name, rounds in contenders.items()}
               for scenario, contenders in sure.items()}
    for scenario, contenders in measured.items():
        for name, counted in contenders.get(SYNCS, {}).items():
            figures[scenario].setdefault(name, {})["syncs_per_1000_acks"] = counted.get("per_1000")
    bars = all_bars(sure, described)
    return {"run": run, "machine": described, "references": references(figures), "bars": bars, "figures": figures, "rounds": sure,
            "bars_missed": [one["name"] for one in bars if not one["held"]]}


def shown(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.4g}"
    return str(value)


def verdict(one):
    mark = ", contended" if one["contended"] else ""
    if one["held"]:
        return "held" + mark
    return "missed" + (f" ({one['reason']})" if "reason" in one else "") + mark


def contended(figure):
    """Of a figure that is no time and no rate nobody asks it."""
    return f"{figure['contended_rounds']} of {figure['rounds']}" if "contended_rounds" in figure else "–"


def table(res):
    lines = []
    for scenario, contenders in res["figures"].items():
        lines.append(f"\n{scenario}")
        for name, figure in contenders.items():
            if "reason" in figure:
                lines.append(f"  {name:20} not measured: {figure['reason']}")
                continue
            cells = [f"{key} {shown(value)}" for key, value in figure.items()
                     if key not in UNSHOWN and value is not None]
            mark = f"  [{contended(figure)} rounds contended]" if figure.get("contended_rounds") else ""
            lines.append(f"  {name:20} " + "  ".join(cells) + mark)
    lines.append("\nbars")
    for one in res["bars"]:
        lines.append(f"  {shown(one['value']):>8}  {one['bar']:8}  {one['text']}: {verdict(one)}")
    machine = res["machine"]
    lines.append(f"\nmachine: {machine['cores']} cores {machine['cpu']}, Linux {machine['kernel']}, "
                 f"{machine['file_system']}, median fdatasync {machine['fdatasync']['median_ms']} ms")
    return "\n".join(lines)
