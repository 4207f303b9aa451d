"""What the digest room puts in the outbox: which messages, for whom, and which waits for which.

Kinds and ids only; what they look like is decided at the moment of sending, in `rendering.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.digest import loading
from bot.digest.blocks import story_posts
from bot.digest.rules import Said
from bot.pressed import Press
from bot.story import tidings
from bot.story.policy import Policy
from storage import editions, outbox, sequels, surfaces
from storage.database import Tx
from storage.records import Edition, EditionState, Message, Op, OutboxState

EDITION: Final = tidings.EDITION
"""The week's message in the channel; an UPDATE shows it as it stands. args: edition. Story and version: the one that it
shows again in a quiet week."""
EDITION_STORY: Final = tidings.EDITION_STORY
"""One post of a story in the thread. Story and version; args: part."""
EDITION_SEQUEL: Final = tidings.EDITION_SEQUEL
"""A post in the thread: what happened next in an earlier story. Story; args: sequel, n, edition."""
EDITION_LINK: Final = "edition_link"
"""Asks Slack for the address of the week's message. args: edition, held."""
EDITION_NOTICE: Final = "edition_notice"
"""To the author: the story is out. Story and version."""
HEARTBEAT: Final = "digest_heartbeat"
"""To reviewers, after each slot. args: edition, held."""
LEFT_OUT: Final = "digest_left_out"
"""To reviewers: the screen has kept a story from readers. Story and version; or args: edition, for what it holds."""
KEPT_BACK: Final = "digest_kept_back"
"""To the author, who was told a day: the screen keeps their story from readers. Story and version."""
PREVIEW: Final = tidings.PREVIEW
"""To reviewers, the day before; a private one is only changed, never posted. args: slot, private."""
LINE: Final = "digest_line"
"""A private line after a press. args: said, edition; story."""


def put_edition(
    tx: Tx, policy: Policy, edition: Edition, *, shows: Sequence[tuple[str, int]], held: int, post: str | None = None
) -> None:
    """Put everything that says an edition in line: its message and thread, and who is to hear of it.

    `shows` are the stories in the message: its entries, or the one it shows again. `post`: the message waits already.
    """
    to = tidings.channel(edition.channel)
    if post is None:
        again = shows[0] if edition.state is EditionState.REREAD else (None, None)
        said = Message(EDITION, to, args={"edition": edition.id}, story_id=again[0], version=again[1])
        post = outbox.enqueue(tx, said)
    surfaces.show(tx, post, [story_id for story_id, _ in shows])
    editions.set_message(tx, edition.id, post)
    for story_id, version in shows:
        for part in range(len(story_posts(loading.view(tx, story_id, version)))):
            row = outbox.enqueue(
                tx,
                Message(
                    EDITION_STORY,
                    to,
                    args={"part": part},
                    story_id=story_id,
                    version=version,
                    thread=post,
                    depends_on=post,
                ),
            )
            surfaces.show(tx, row, [story_id])
    for one in sequels.of_edition(tx, edition.id):
        told: Mapping[str, str | int | bool | None] = {"sequel": one.id, "n": one.n}
        beneath = Message(EDITION_SEQUEL, to, args=told, story_id=one.story_id, thread=post, depends_on=post)
        for outbox_id in (outbox.enqueue(tx, beneath), post):
            surfaces.show(tx, outbox_id, [one.story_id])
    link = outbox.enqueue(
        tx,
        Message(
            EDITION_LINK,
            to,
            op=Op.PERMALINK,
            args={"edition": edition.id, "held": held},
            target=post,
            depends_on=post,
            lane=link_lane(edition),  # beside the channel's lane: the thread does not wait for an address
        ),
    )
    put_word(tx, policy, edition, held=held, depends_on=link)
    # Says nothing when all is well; the screen may find at the moment of sending what it did not find before.
    to = tidings.channel(policy.review_channel)
    outbox.enqueue(tx, Message(LEFT_OUT, to, args={"edition": edition.id}, lane=f"left_out:{to}"))


def link_lane(edition: Edition) -> str:
    """The lane in which Slack is asked for the address of an edition's message."""
    return f"link:{edition.id}"


def put_word(tx: Tx, policy: Policy, edition: Edition, *, held: int, depends_on: str) -> None:
    """Put in line what authors and reviewers hear once the edition's message stands."""
    for story_id, version in edition.entries:
        outbox.enqueue(
            tx,
            Message(
                EDITION_NOTICE,
                tidings.author(story_id),
                story_id=story_id,
                version=version,
                depends_on=depends_on,
            ),
        )
    put_heartbeat(tx, policy, edition, held=held, depends_on=depends_on)


def put_heartbeat(tx: Tx, policy: Policy, edition: Edition, *, held: int, depends_on: str | None) -> None:
    """Put the heartbeat in line, in a lane of its own: cards do not wait until the digest has reached its channel."""
    to = tidings.channel(policy.review_channel)
    args: Mapping[str, str | int | bool | None] = {"edition": edition.id, "held": held}
    outbox.enqueue(tx, Message(HEARTBEAT, to, args=args, depends_on=depends_on, lane=f"heartbeat:{to}"))


def put_left_out(tx: Tx, policy: Policy, story_id: str, version: int | None) -> None:
    """Put in line that a story stays out of an edition because of what the screen finds in it."""
    to = tidings.channel(policy.review_channel)
    outbox.enqueue(tx, Message(LEFT_OUT, to, story_id=story_id, version=version, lane=f"left_out:{to}"))


def put_kept_back(tx: Tx, story_id: str, version: int | None) -> None:
    """Put in line that the author's story does not go out on the day that they were told, and what they can do."""
    outbox.enqueue(tx, Message(KEPT_BACK, tidings.author(story_id), story_id=story_id, version=version))


def put_preview(tx: Tx, policy: Policy, slot: datetime) -> None:
    """Put this slot's preview before the reviewers, once."""
    to = tidings.channel(policy.review_channel)
    outbox.enqueue(tx, Message(PREVIEW, to, args={"slot": slot.isoformat()}, key=_preview_key(policy, slot)))


def refresh_preview(tx: Tx, policy: Policy, slot: datetime, press: Press | None = None) -> bool:
    """Have the slot's preview shown as it stands, and the message that was pressed, if that was another.

    Says whether the person who pressed will see it change.
    """
    posted = outbox.find_by_key(tx, _preview_key(policy, slot))
    pressed = None
    if press is not None and press.message_ts is not None:
        pressed = outbox.find_message(tx, press.channel, press.message_ts)
    for row in {row.id: row for row in (posted, pressed) if row is not None}.values():
        if row.kind != PREVIEW or row.state not in (OutboxState.SENDING, OutboxState.SENT):
            continue
        outbox.enqueue(
            tx,
            Message(
                PREVIEW,
                row.recipient,
                op=Op.UPDATE,
                args=row.args,
                target=row.id,
                depends_on=row.id,
                response_url=press.response_url if press is not None and row is pressed else None,
            ),
        )
    if pressed is not None or press is None or press.response_url is None:
        return pressed is not None
    outbox.enqueue(
        tx,
        Message(
            PREVIEW,
            tidings.channel(press.channel),
            op=Op.UPDATE,
            args={"slot": slot.isoformat(), "private": True},
            response_url=press.response_url,
        ),
    )
    return True


def put_date(tx: Tx, story_id: str, version: int | None, *, slot: datetime, held: bool, later: bool) -> None:
    """Put in line that the author's story goes out on another day; `held`: not at `slot`, and nobody knows yet when."""
    outbox.enqueue(
        tx,
        Message(
            tidings.DATE_CHANGED,
            tidings.author(story_id),
            args={"slot": slot.isoformat(), "held": held, "later": later},
            story_id=story_id,
            version=version,
        ),
    )


def whisper(tx: Tx, press: Press, said: Said, *, story_id: str | None = None, edition_id: str | None = None) -> None:
    """Put a private line in line, for the person who pressed."""
    tidings.whisper(tx, press, LINE, {"said": said.value, "edition": edition_id}, story_id=story_id)


def _preview_key(policy: Policy, slot: datetime) -> str:
    return f"digest_preview:{policy.digest_channel}:{slot.isoformat()}"
