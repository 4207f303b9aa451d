"""RESULTS.md from the figures that were kept: the tables, the machine, and what limits it. Nothing is measured here."""

from pathlib import Path
from typing import Any

from . import scale
from .figures import load_json, ratios, table

HEAD = """# What it costs

Made by `python -m tests.benchmarks --write` and `python -m tests.benchmarks scale --write` from `load.json` and
`scale.json`; `python -m tests.benchmarks results` makes it again from them. Do not edit it.

A *message* is something that earns a reply: a typed message or a press. Its *reply* is the next post in that direct
message, counted once Slack has answered the call. Ticks are sent and acknowledged as Slack does it, and not counted.
The tellers tell whole stories with the default script, screening included: one story in ten holds a telephone number.
`ALTOGETHER_PACE` is 0, or everybody would wait for Slack's one message a second. Figures are medians over the rounds,
with the least and the most of them; all cases of a round are played one after the other, and ratios are taken within a
round. The driver is one process on a core of its own; its share of that core stands in each row. It is all Python, and
a row whose driver was busy says so: there the driver may be the limit.

The echoes are Bolt as its documentation starts it: each message and press is answered by one post, and nothing is
stored. The asynchronous one shares one session, the synchronous one is as it is by default.
"""


def write(folder: Path) -> None:
    """Make RESULTS.md of what is in the folder."""
    parts = [HEAD]
    load = load_json(folder / "load.json")
    if load is not None:
        parts += ["## Against an echo", _machine(load), f"{load['rounds']} rounds of {load['seconds']:.0f} s each."]
        parts += [table(load["rows"]), "### Ratios", ratios(load["rows"])]
    found = load_json(folder / "scale.json")
    if found is not None:
        parts += ["## With much in the database", _machine(found), scale.table(found["rows"])]
    (folder / "RESULTS.md").write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


def _machine(found: dict[str, Any]) -> str:
    machine = found["machine"]
    return f"{machine['processor']} · Python {machine['python']} · SQLite {machine['sqlite']} · {machine['system']}"
