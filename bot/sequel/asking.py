"""A teller is asked, once, whether anything has changed because of their story, and says no, or not to ask.

Plain functions of a transaction; `check` is a chore of the scheduler. That somebody was asked is written with the
message that asks them, so no restart and no clock asks twice.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.sequel import rules
from bot.sequel.rules import What
from bot.story import tidings
from bot.story.policy import Policy
from storage import audit, outbox, removals, sequels, stories, tellers
from storage.audit import Surface
from storage.database import Tx
from storage.records import Message, Op, OutboxState
from storage.told_next import SequelAnswer
from storage.withdrawals import Tombstone

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
QUESTION: Final = "sequel_question"
"""To the author: has anything changed? Then what they said. args: times."""
NEWS: Final = "sequel_news"
"""To the author: how what they told stands. args: sequel, n, what."""


def check(tx: Tx, policy: Policy) -> datetime:
    """Whoever is due is asked, and what was declined long ago is gone; returns when to look again."""
    for one in sequels.declined_before(tx, tx.now - timedelta(days=policy.private_days)):
        forget(tx, policy, one.story_id, one.id, actor=audit.SYSTEM, surface=Surface.SCHEDULER)
    if policy.follow_up_weeks and rules.may_ask(tx.now, policy.zone):
        before = tx.now - timedelta(weeks=policy.follow_up_weeks)
        for story_id in sequels.due(tx, before, most=rules.MOST_AT_ONCE):
            _ask(tx, story_id)
    return tx.now + EVERY


def answer(tx: Tx, *, by: str, story_id: str, said: SequelAnswer) -> What:
    """Its teller says that nothing has changed yet, or that they do not want to be asked. `story_id` proves nothing."""
    story = stories.find(tx, story_id)
    if story is None or not tellers.is_author(tx, story.id, by):
        record(tx, "sequel_answer", None, actor=audit.OTHER, outcome=audit.Outcome.DENIED, reason="not_theirs")
        return What.NOT_YOURS
    if not sequels.answer(tx, story.id, said):
        return What.OVER
    record(tx, "sequel_answer", story.id, actor=audit.AUTHOR, reason=said.value)
    show_again(tx, story.id)
    return What.DONE


def show_again(tx: Tx, story_id: str) -> None:
    """Have the questions, and what was said of the answer, say how things stand."""
    for kind in (QUESTION, NEWS):
        for row in outbox.of_story(tx, story_id, kind):
            if row.op is Op.POST and row.state in (OutboxState.SENT, OutboxState.SENDING):
                again = Message(kind, row.recipient, op=Op.UPDATE, args=row.args, story_id=story_id)
                outbox.enqueue(tx, _about(again, row.id))


def forget(tx: Tx, policy: Policy, story_id: str, sequel_id: str, *, actor: audit.Actor, surface: Surface) -> None:
    """Nothing of what happened next is left, here or where readers see it; a restored copy does not bring it back."""
    sequels.take_out(tx, story_id)
    removals.add_tombstone(tx, Tombstone(tx.workspace, sequel_id, 0, tx.now.date()))
    tidings.take_sequel_out(tx, story_id)
    tidings.refresh_cards(tx, policy, story_id)
    show_again(tx, story_id)
    record(tx, "sequel_take_back", story_id, actor=actor, surface=surface)
    log.info("sequel gone story=%s", story_id)


def record(
    tx: Tx,
    verb: str,
    story_id: str | None,
    *,
    actor: audit.Actor,
    surface: Surface = Surface.BUTTON,
    outcome: audit.Outcome = audit.Outcome.DONE,
    reason: str | None = None,
) -> None:
    """One row of the trail."""
    audit.record(tx, actor=actor, verb=verb, surface=surface, outcome=outcome, story=story_id, reason=reason)


def _ask(tx: Tx, story_id: str) -> None:
    times = sequels.ask(tx, story_id)
    to = tidings.author(story_id)
    key = f"{QUESTION}:{story_id}:{times}"
    outbox.enqueue(tx, Message(QUESTION, to, args={"times": times}, story_id=story_id, key=key))
    record(tx, "sequel_ask", story_id, actor=audit.SYSTEM, surface=Surface.SCHEDULER)
    log.info("asked what happened next story=%s times=%d", story_id, times)


def _about(message: Message, target: str) -> Message:
    return replace(message, target=target, depends_on=target)
