"""What one room causes and another renders: the kinds of message by which the rooms meet, and how they are put in line.

The rooms do not know each other; they know these names. Nothing here says what a message looks like.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from bot.pressed import Press
from bot.story.policy import Policy
from storage import outbox, surfaces
from storage.database import Tx
from storage.records import Message, Naming, Op, OutboxState, Version

CARD: Final = "card"
"""Rendered by review: a story for reviewers to decide; shrunk once decided or changed. Carries story and version."""
RELAYED_QUESTION: Final = "relayed_question"
"""Rendered by intake: a reviewer's question, to the author. args: ask (id)."""
OUTCOME: Final = "outcome"
"""Rendered by review: approved, declined, or approval undone, to the author. args: decision (id)."""
DATE_CHANGED: Final = "date_changed"
"""Rendered by digest: the author hears that the story goes out on another day than they were told. args: slot, held."""
PARKED: Final = "parked"
"""Rendered by review: reviewers hear that a message could not be sent. args: row (outbox id)."""

EDITION: Final = "edition"
"""Rendered by digest: the week's message in the channel. An UPDATE shows it as it stands."""
EDITION_STORY: Final = "edition_story"
"""Rendered by digest: one post of a story in the thread."""
PREVIEW: Final = "digest_preview"
"""Rendered by digest: the coming edition, for reviewers. An UPDATE shows it as it stands."""
SEQUEL_CARD: Final = "sequel_card"
"""Rendered by sequel: what happened next in a story, for reviewers to decide. Story; args: sequel, n."""
EDITION_SEQUEL: Final = "edition_sequel"
"""Rendered by digest: a post in the thread, of what happened next in an earlier story. Story; args: sequel, n."""
SHARED: Final = "shared"
"""Rendered by reading: a story that somebody shared in a channel."""
REMOVAL: Final = "removal:"
"""Lanes in which a story that was taken back is removed from messages: nothing about it goes out by any other."""

_STANDS_OR_WILL: Final = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)
CARD_ROUNDS: Final = (time(9), time(13), time(16, 30))
"""When cards of no-name stories go out, on weekdays: Slack stamps every post, and at once would tell the minute."""


def channel(slack_id: str) -> str:
    """The recipient that is a channel."""
    return f"channel:{slack_id}"


def teller(teller_id: str) -> str:
    """The recipient that is a teller, by our id."""
    return f"teller:{teller_id}"


def author(story_id: str) -> str:
    """The recipient that is whoever told this story; looked up at the moment of sending."""
    return f"author:{story_id}"


def beside(recipient: str) -> str:
    """The lane for what is changed in place while the next question goes out: neither waits for the other."""
    return f"beside:{recipient}"


def tidy(recipient: str) -> str:
    """The lane for tidying: lowest priority, and everything works without it."""
    return f"tidy:{recipient}"


def whisper(
    tx: Tx, press: Press, kind: str, args: Mapping[str, str | int | bool | None], *, story_id: str | None = None
) -> None:
    """Put a private line in line for whoever pressed, where they did; a press of nobody, or in no place, gets none."""
    if press.user_id and press.channel:
        line = Message(kind, channel(press.channel), op=Op.WHISPER, args=args, story_id=story_id, person=press.user_id)
        outbox.enqueue(tx, replace(line, thread_ts=press.thread_ts))


def next_card_round(policy: Policy, now: datetime) -> datetime:
    """The next fixed time at which cards of no-name stories are posted."""
    local = now.astimezone(policy.zone)
    for days in range(8):
        day = local.date() + timedelta(days=days)
        if day.weekday() > 4:
            continue
        for at in CARD_ROUNDS:
            moment = datetime.combine(day, at, policy.zone)
            if moment > local:
                return moment.astimezone(now.tzinfo)
    raise AssertionError("a week holds a weekday")


def put_card(tx: Tx, policy: Policy, version: Version, *, at_once: bool = False) -> str:
    """Put a version before the reviewers; shrink the cards of the versions before it. Returns the outbox id.

    A version of a no-name story waits for the next round, unless a reviewer made it and it may go `at_once`.
    """
    due_at = next_card_round(policy, tx.now) if version.naming is Naming.NONE and not at_once else None
    refresh_cards(tx, policy, version.story_id)
    outbox_id = outbox.enqueue(
        tx,
        Message(
            CARD,
            channel(policy.review_channel),
            story_id=version.story_id,
            version=version.n,
            key=f"card:{version.story_id}:{version.n}",
            due_at=due_at,
        ),
    )
    surfaces.show(tx, outbox_id, [version.story_id])
    return outbox_id


def refresh_cards(tx: Tx, policy: Policy, story_id: str) -> None:
    """Have every card of this story rendered again, as things stand when that is done."""
    for row in (*outbox.of_story(tx, story_id, CARD), *outbox.of_story(tx, story_id, SEQUEL_CARD)):
        if row.op is Op.POST and row.state in (OutboxState.SENT, OutboxState.SENDING):
            outbox.enqueue(
                tx,
                Message(
                    row.kind,
                    row.recipient,
                    op=Op.UPDATE,
                    args=row.args,
                    story_id=story_id,
                    version=row.version,
                    target=row.id,
                    depends_on=row.id,
                ),
            )


def card_is_going_out(tx: Tx, story_id: str, version: int) -> bool:
    """Whether this version's card is being posted just now: Slack may show it before its mark is written."""
    row = outbox.find_by_key(tx, f"card:{story_id}:{version}")
    return row is not None and row.state is OutboxState.SENDING


def card_is_shown(tx: Tx, story_id: str, version: int) -> bool:
    """Whether reviewers have been shown this version."""
    row = outbox.find_by_key(tx, f"card:{story_id}:{version}")
    return row is not None and row.state is OutboxState.SENT


def take_sequel_out(tx: Tx, story_id: str) -> None:
    """What happened next leaves every posted digest: its post goes, and the week's message no longer speaks of it."""
    for row in outbox.of_story(tx, story_id, EDITION_SEQUEL):
        if row.op is not Op.POST or row.state not in _STANDS_OR_WILL:
            continue
        gone = Message(row.kind, row.recipient, op=Op.DELETE, target=row.id, depends_on=row.id)
        outbox.enqueue(tx, replace(gone, story_id=story_id))
        post = None if row.thread is None else outbox.find(tx, row.thread)
        if post is not None and post.state in _STANDS_OR_WILL:
            again = Message(EDITION, post.recipient, op=Op.UPDATE, args=post.args, target=post.id, depends_on=post.id)
            outbox.enqueue(tx, again)
