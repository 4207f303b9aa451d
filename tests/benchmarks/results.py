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
stored. The asynchronous one shares one session, the synchronous one is as it is by default. *Calls alone* is the
asynchronous one with what the product has in common with it and no more: as many calls as a conversation makes, the
garbage collector and the client's log set alike.
"""

LIMITS = """## What limits it

Processor time, and of that Python: waiting for the disk is next to nothing where many answers share one commit. It is
not Slack's calls: *calls alone* makes as many of them as a conversation does, stores nothing, and is answered four
times as often as the product: three quarters as often as the echo, and with a thousand tellers more often. It is what
the conversation is. Of the two milliseconds on the event loop a quarter are some thirty-five statements: two rows that
say what is to be said, each written, read, marked and handed on; the words, the draft, the question that was asked. A
fifth is reading and rendering at the moment of sending, which is what lets a withdrawal or an edit stop a message that
waits already. The rest are the rules, the receiving and the calls. The hash of a withdrawal code, slow on purpose (9
ms for each story, half a millisecond for each of its messages), is made on a thread of its own.

One interpreter runs Python on one core at a time. What is light therefore runs on the event loop, and only its commit
on the writer's thread: with the services on that thread, as they were, the two handed the interpreter to each other
with every statement, and a fifth fewer messages were answered. A second process would not do it either, on two cores:
with the driver a message takes over three milliseconds of both, so that no division of the work would answer more than
six hundred a second, a third of the echo. To reach 0.6 of it, all that is ours (deciding, storing, rendering) would
have to fit into 0.3 ms, less than the statements alone take.

At a fixed rate the processor mostly wakes up and goes to sleep: of every case, the echo too, a message then costs two
to three times what it does under load. There what became of a message waits up to 20 ms for others to be committed
with, so that a conversation takes half as many commits.

A million stories stand beside the drafts they came from, their receipts and their cards. Before a start is measured
the disk has written the copy that the round is made of. With 100,000 drafts the bot reads back what was missed in each,
a hundred at once and then one in a twentieth of a second; that goes on while messages are counted.

Of the memory under load four megabytes are those in which the codes of receipts are hashed: one thread makes all of
them, or each thread that made one would keep as much.
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
