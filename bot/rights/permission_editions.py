"""A digest that was posted, shown again as permission now stands: without a story, or with less of its teller.

Puts rows in line and says nothing: the digest's own renderers say what stands at the moment of sending. Called by
`permission.py`, in the transaction of the change.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bot.story import tidings
from bot.story.tidings import EDITION, EDITION_STORY, PREVIEW
from storage import editions, outbox, stories, surfaces
from storage.database import Tx
from storage.records import Edition, Message, Op, OutboxRow, OutboxState, Place, StoryStatus, Version

POSTS: Final = (EDITION_STORY, EDITION)
_STANDS_OR_WILL: Final = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)


def take_out(tx: Tx, story_id: str) -> bool:
    """The story leaves every posted digest: its thread goes, and the week's message stands without it, or goes too.

    Other people's replies stay. Says whether it was in any.
    """
    tidings.take_sequel_out(tx, story_id)
    edition = editions.of_story(tx, story_id)
    if edition is None:
        return False
    for row in _posts(tx, story_id, EDITION_STORY):
        _put(tx, row, Op.DELETE)
    for row in _posts(tx, story_id, EDITION):  # a quiet week that showed it again
        _put(tx, row, Op.DELETE)
    _show_again(tx, edition)
    return True


def say_less(tx: Tx, version: Version) -> None:
    """Every post of the story is shown again as it now stands."""
    for kind in POSTS:
        for row in _posts(tx, version.story_id, kind):
            _put(tx, row, Op.UPDATE)


def refresh_previews(tx: Tx, story_id: str) -> None:
    """Previews that show the story to reviewers are shown again as things stand."""
    for outbox_id in surfaces.showing(tx, story_id):
        row = outbox.find(tx, outbox_id)
        if row is not None and row.kind == PREVIEW and row.op is Op.POST and row.state in _STANDS_OR_WILL:
            _put(tx, row, Op.UPDATE)


def _show_again(tx: Tx, edition: Edition) -> None:
    row = None if edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
    if row is None or row.state not in _STANDS_OR_WILL:
        return
    _put(tx, row, Op.UPDATE if _anything_stands(tx, edition) else Op.DELETE)


def _anything_stands(tx: Tx, edition: Edition) -> bool:
    for story_id, version in edition.entries:
        story = stories.find(tx, story_id)
        posted = story is not None and story.status is StoryStatus.POSTED and story.approved_version == version
        if posted and stories.may_go_to(tx, story_id, version, Place.DIGEST):
            return True
    return False


def _posts(tx: Tx, story_id: str, kind: str) -> Iterable[OutboxRow]:
    rows = outbox.of_story(tx, story_id, kind)
    return [row for row in rows if row.op is Op.POST and row.state in _STANDS_OR_WILL]


def _put(tx: Tx, row: OutboxRow, op: Op) -> None:
    message = Message(
        row.kind,
        row.recipient,
        op=op,
        args=row.args,
        story_id=row.story_id,
        version=row.version,
        target=row.id,
        depends_on=row.id,
    )
    outbox.enqueue(tx, message if op is Op.UPDATE else replace(message, args={}))
