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
round. The driver is one process that keeps to one core; its share of that core stands in each row. It is all Python,
and a row whose driver was busy says so: there the driver may be the limit. What is measured may use every core, as when
it is deployed; the echoes use one at a time. At a fixed rate it is anybody's turn who has been answered: in step, all
would send their stories in the same second.

The echoes are Bolt as its documentation starts it: each message and press is answered by one post, and nothing is
stored. The asynchronous one shares one session, the synchronous one is as it is by default.
"""

LIMITS = """## What limits it

Processor time, and of that Python: SQLite takes a seventh, and waiting for the disk next to nothing where many answers
share one commit. A message of the bot costs as much as five or six echoes. First, it makes two calls of Slack's where
the echo makes one: the question that was left shrinks, feet move. Each of them is a row that is written, read,
rendered, sent and marked. Second are the conversation's rules and some thirty-five statements for each message. Third
is reading and rendering at the moment of sending, which is what lets a withdrawal or an edit stop a message that waits
already. The hash of a withdrawal code, slow on purpose (9 ms for each story, half a millisecond for each of its
messages), is made on a thread of its own.

One interpreter runs Python on one core at a time. What is light therefore runs on the event loop, and only its commit
on the writer's thread: with the services on that thread, as they were, the two handed the interpreter to each other
with every statement, and a fifth fewer messages were answered. To answer as many as an echo, a message would have to
cost a third of what it does: that takes a second process for the calls of Slack's, or fewer of them. Neither was done:
the one gives up that a single process knows what was sent, the other that a question shrinks once it is answered.

At a fixed rate the processor mostly wakes up and goes to sleep: of every case, the echo too, a message then costs two
to three times what it does under load. There what became of a message waits up to 20 ms for others to be committed
with, so that a conversation takes half as many commits.

The figures with much in the database were taken on a weekday morning, when the bot looked hourly through every story
that was ever published for tellers who may be asked what happened next: 4 s, in *until at rest*. It looks at a thousand
an hour since.
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
        parts += ["## With much in the database", _machine(found), found.get("filled", ""), scale.table(found["rows"])]
    parts.append(LIMITS)
    said = [part.strip() for part in parts if part]
    (folder / "RESULTS.md").write_text("\n\n".join(said) + "\n", encoding="utf-8")


def _machine(found: dict[str, Any]) -> str:
    machine = found["machine"]
    return f"{machine['processor']} · Python {machine['python']} · SQLite {machine['sqlite']} · {machine['system']}"
