"""From what was seen to figures: medians over the rounds, the spread between them, and ratios taken round by round.

Pure. A figure is (median, least, most); with five rounds the spread is all there is, and it is shown whole.
"""

import json
import platform
import sqlite3
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .cases import Result
from .load import Seen

BUSY = 0.7
"""A driver that uses more of its core than this may hold up what it measures: the row says so."""

MEASURES: Mapping[str, Callable[[Seen], float]] = {
    "messages a second": lambda seen: seen.replies / seen.seconds,
    "reply p50 ms": lambda seen: 1000 * percentile(seen.reply_latencies, 0.50),
    "reply p99 ms": lambda seen: 1000 * percentile(seen.reply_latencies, 0.99),
    "ack p50 ms": lambda seen: 1000 * percentile(seen.ack_latencies, 0.50),
    "ack p99 ms": lambda seen: 1000 * percentile(seen.ack_latencies, 0.99),
    "CPU µs a message": lambda seen: 1e6 * seen.cpu / max(1, seen.replies),
    "memory MB": lambda seen: seen.resident / 1e6,
    "driver's core": lambda seen: seen.driver_share,
    "late": lambda seen: float(seen.late),
}


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which so large a part lies; NaN for none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, least and most."""
    found = list(values)
    return {"median": statistics.median(found), "least": min(found), "most": max(found)}


def rows_of(results: Sequence[Result]) -> list[dict[str, Any]]:
    """One row for each case, with its ratios to the other targets under the same load."""
    rows = []
    for result in results:
        measured = {name: [measure(seen) for seen in result.seen] for name, measure in MEASURES.items()}
        row: dict[str, Any] = {
            "load": result.case.load,
            "target": result.case.target,
            "figures": {name: spread(values) for name, values in measured.items()},
            "ready s": spread(result.ready),
            "ratios": {},
        }
        for other in results:
            if result.case.target != "product" or other is result or other.case.load != result.case.load:
                continue
            pairs = list(zip(result.seen, other.seen, strict=True))
            for name in ("messages a second", "reply p99 ms", "CPU µs a message"):
                measure = MEASURES[name]
                row["ratios"][f"{name} ÷ {other.case.target}"] = spread(
                    measure(mine) / measure(theirs) for mine, theirs in pairs
                )
            over = [MEASURES["reply p99 ms"](mine) - MEASURES["reply p99 ms"](theirs) for mine, theirs in pairs]
            row["ratios"][f"reply p99 ms above {other.case.target}"] = spread(over)
            later = [mine - theirs for mine, theirs in zip(result.ready, other.ready, strict=True)]
            row["ratios"][f"ready s above {other.case.target}"] = spread(later)
        rows.append(row)
    return rows


def machine() -> dict[str, str]:
    """What it ran on."""
    model = "unknown"
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = cpu.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = f"{len(names)} cores, {names[0]}" if names else model
    return {
        "processor": model,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()}",
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table in Markdown: medians, and the spread beneath the first."""
    names = list(MEASURES)
    lines = [
        "| load | target | " + " | ".join(names) + " | ready s |",
        "|---|---|" + "---|" * (len(names) + 1),
    ]
    for row in rows:
        figures = [*(row["figures"][name] for name in names), row["ready s"]]
        cells = [number(figure) for figure in figures]
        if row["figures"]["driver's core"]["most"] > BUSY:
            cells[names.index("driver's core")] += " **(busy: it may be the limit)**"
        lines.append(f"| {row['load']} | {row['target']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ratios(rows: Sequence[Mapping[str, Any]]) -> str:
    """The product against the others, load by load."""
    lines = ["| load | product against | median | least | most |", "|---|---|---|---|---|"]
    for row in rows:
        for name, figure in row["ratios"].items():
            lines.append(
                f"| {row['load']} | {name} | {digits(figure['median'])} | {digits(figure['least'])} "
                f"| {digits(figure['most'])} |"
            )
    return "\n".join(lines)


def number(figure: Mapping[str, float]) -> str:
    """A median with its spread."""
    return f"{digits(figure['median'])} ({digits(figure['least'])}–{digits(figure['most'])})"


def digits(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def load_json(path: Path) -> dict[str, Any] | None:
    """What an earlier run has written, if any."""
    return json.loads(path.read_text()) if path.exists() else None
