"""What was shared in channels goes when its story may no longer be read there, whoever decided that and why.

`look_after` follows a change at once; `tend` is a chore that finds every other. A story that is taken back has the
removal ledger for this. Nothing here says what a message looks like.
"""

from bot.story.policy import Policy
from bot.story.tidings import SHARED
from storage import outbox, published, sharing, stories
from storage.books import Audience
from storage.database import Tx
from storage.records import Message, Op, OutboxState
from storage.sharing import Share

_STANDS_OR_WILL = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)


def tend(tx: Tx, policy: Policy) -> None:
    """Every shared message shows a story that colleagues may read, in the version that stands."""
    for story_id in sharing.no_longer_readable(tx):
        look_after(tx, story_id)


def look_after(tx: Tx, story_id: str) -> None:
    """The story's shared messages go where colleagues may no longer read it, and are shown anew in another version."""
    shared = sharing.of_story(tx, story_id)
    if not shared:
        return
    one = published.find(tx, Audience.STAFF, stories.get(tx, story_id).number)
    for share in shared:
        if one is None:
            _take_down(tx, share)
        elif share.version != one.version.n:
            _put(tx, share, Op.UPDATE, one.version.n)
    if one is None:
        sharing.forget(tx, story_id)
    else:
        sharing.move(tx, story_id, one.version.n)


def _take_down(tx: Tx, share: Share) -> None:
    if not outbox.drop_waiting(tx, share.outbox_id, "no longer to be shown"):
        _put(tx, share, Op.DELETE, share.version)


def _put(tx: Tx, share: Share, op: Op, version: int) -> None:
    row = outbox.find(tx, share.outbox_id)
    if row is None or row.state not in _STANDS_OR_WILL:
        return
    outbox.enqueue(
        tx,
        Message(
            SHARED,
            row.recipient,
            op=op,
            story_id=share.story_id,
            version=version,
            target=row.id,
            depends_on=row.id,
        ),
    )
