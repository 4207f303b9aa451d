"""The list of what is waiting, and the weekday reminder that it is.

Pure. `/story review` shows it to whoever asked and to nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import rules
from bot.review.answers import plainly
from bot.story.policy import Policy
from bot.text import count, cut, day, escape, one_line

PAGE: Final = 10
MOST: Final = 40
"""Rows at once: a message has 50 blocks. Beyond this the list shows its last so many."""


@dataclass(frozen=True, slots=True)
class Row:
    """One story of the list."""

    number: int
    heading: str
    value: str
    """What its button carries."""
    since: datetime | None
    """When it came before the reviewers; None while its teller is asked something."""
    needs: str = "needs 1"
    told: bool = False
    """It is what happened next, which is read on a page of its own."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is waiting, and since when."""

    stories: int
    """Every story that is undecided, those that wait for their tellers too."""
    told: int
    """In how many stories what happened next is."""
    oldest: datetime | None
    """Since when the longest has waited for a reviewer."""
    last: tuple[int | None, datetime] | None
    """The number and the time of the last decision."""


def queue(policy: Policy, waiting: Waiting, rows: Sequence[Row], *, shown: int, now: datetime) -> Rendered:
    """The list up to its `shown`-th row; `rows` are the last of these, at most MOST."""
    total = waiting.stories + waiting.told
    if not total:
        return plainly(_empty(policy, waiting, now))
    heading = _how_much(waiting, "waiting", "waiting")
    if waiting.oldest is not None:
        days = rules.days_between(waiting.oldest, now, policy.zone)
        heading += f" · oldest {count(days, 'day')}" if days else " · since today"
    blocks = [kit.rich(kit.words(heading, bold=True))]
    blocks += [
        kit.section_with(_words(policy, row), kit.button("Read", ids.SEQUEL_READ if row.told else ids.READ, row.value))
        for row in rows[-MOST:]
    ]
    if total > shown:
        blocks.append(kit.actions(kit.button("Show more", ids.SHOW_MORE, str(shown + PAGE))))
    return Rendered(escape(heading), blocks)


def _how_much(waiting: Waiting, one: str, many: str) -> str:
    """ "3 stories waiting", "2 stories waiting, and what happened next in 1", "What happened next in 1 story"."""
    told = f"hat happened next in {waiting.told}"
    if not waiting.stories:
        return f"W{told} {'story' if waiting.told == 1 else 'stories'} {one}"
    stories = f"{count(waiting.stories, 'story', 'stories')} {one if waiting.stories == 1 else many}"
    return f"{stories}, and w{told}" if waiting.told else stories


def page(policy: Policy, waiting: Waiting, rows: Sequence[Row], *, now: datetime) -> dict[str, Any]:
    """The list on a page, for whoever is in no conversation; the first `MOST` of it."""
    shown = queue(policy, waiting, rows, shown=MOST, now=now)
    blocks = [block for block in shown.blocks if block["type"] != "actions"]
    if waiting.stories + waiting.told > MOST:
        blocks.append(kit.context(f"There is more: {ids.COMMAND} review"))
    return kit.modal("Waiting for reviewers", blocks, callback_id=ids.REVIEW_LIST_VIEW, metadata="", close="Close")


def _words(policy: Policy, row: Row) -> str:
    state = "waiting for the teller" if row.since is None else f"since {day(row.since, policy.zone)} · {row.needs}"
    return f"{row.number} · {cut(one_line(row.heading), 100)} · {state}"


def _empty(policy: Policy, waiting: Waiting, now: datetime) -> str:
    if waiting.last is None:
        return "Nothing is waiting."
    number, at = waiting.last
    days = rules.days_between(at, now, policy.zone)
    when = {0: "today", 1: "yesterday"}.get(days, day(at, policy.zone))
    which = "" if number is None else f"story {number}, "
    return f"Nothing is waiting. Last decision: {which}{when}."


def reminder(policy: Policy, waiting: Waiting, now: datetime) -> Rendered:
    """ "3 stories are waiting, the oldest for 2 days. /story review"."""
    days = count(rules.days_between(waiting.oldest or now, now, policy.zone), "day")
    oldest = "" if waiting.stories + waiting.told == 1 else "the oldest "
    text = f"{_how_much(waiting, 'is waiting', 'are waiting')}, {oldest}for {days}."
    return Rendered(f"{text} {ids.COMMAND} review", [kit.section(f"{text} `{ids.COMMAND} review`")])
