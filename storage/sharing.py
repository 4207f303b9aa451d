"""Stories that somebody shared in a channel: who, where, and by which message. Words are in none of it.

Called by the reading room, and by `bot.story.sharing` when a shared message has to go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from storage import published
from storage.books import Audience
from storage.database import Tx
from storage.prepared import Prepared
from storage.tables import ShareRow


@dataclass(frozen=True, slots=True)
class Share:
    """A story that was shared in a channel, in this version; `teller_id` is whoever shared it."""

    story_id: str
    channel: str
    teller_id: str
    outbox_id: str
    version: int
    shared_at: datetime


_SHARE = tuple(getattr(ShareRow, name) for name in Share.__slots__)
_NO_LONGER_READABLE = Prepared(  # asked whenever the clock is looked at
    select(ShareRow.story_id)
    .where(ShareRow.workspace == bindparam("here"), ~published.may_be_read(ShareRow.story_id, ShareRow.version))
    .distinct()
)


def add(tx: Tx, share: Share) -> None:
    """Note that the story is shared there."""
    tx.insert(ShareRow, {name: getattr(share, name) for name in Share.__slots__})


def find(tx: Tx, story_id: str, *, channel: str, teller_id: str) -> Share | None:
    """What this person shared of this story in this channel, if they did."""
    row = tx.connection.execute(
        select(*_SHARE).where(
            ShareRow.workspace == tx.workspace,
            ShareRow.story_id == story_id,
            ShareRow.channel == channel,
            ShareRow.teller_id == teller_id,
        )
    ).one_or_none()
    return None if row is None else Share(*row)


def of_message(tx: Tx, outbox_id: str) -> Share | None:
    """What this message shows, as long as it may."""
    row = tx.connection.execute(
        select(*_SHARE).where(ShareRow.workspace == tx.workspace, ShareRow.outbox_id == outbox_id)
    ).one_or_none()
    return None if row is None else Share(*row)


def of_story(tx: Tx, story_id: str) -> Sequence[Share]:
    """Everything that is shared of this story, oldest first."""
    rows = tx.connection.execute(
        select(*_SHARE)
        .where(ShareRow.workspace == tx.workspace, ShareRow.story_id == story_id)
        .order_by(ShareRow.shared_at)
    )
    return [Share(*row) for row in rows]


def count_since(tx: Tx, teller_id: str, since: datetime) -> int:
    """How many stories this person has shared since then."""
    return tx.connection.execute(
        select(func.count()).where(
            ShareRow.workspace == tx.workspace, ShareRow.teller_id == teller_id, ShareRow.shared_at > since
        )
    ).scalar_one()


def no_longer_readable(tx: Tx) -> Sequence[str]:
    """Ids of stories that are shared and may no longer be read by colleagues."""
    return _NO_LONGER_READABLE.scalars(tx, published.values_of(tx, Audience.STAFF))


def move(tx: Tx, story_id: str, version: int) -> None:
    """The story stands in another version now, whose shared messages read the same."""
    for share in of_story(tx, story_id):
        tx.upsert(
            ShareRow,
            {name: getattr(share, name) for name in Share.__slots__} | {"version": version},
            key=("story_id", "channel", "teller_id"),
        )


def remove(tx: Tx, outbox_id: str) -> None:
    """This message shows nothing any more."""
    tx.connection.execute(delete(ShareRow).where(ShareRow.workspace == tx.workspace, ShareRow.outbox_id == outbox_id))


def forget(tx: Tx, story_id: str) -> None:
    """Nothing is known any more of where the story was shared, and by whom."""
    tx.connection.execute(delete(ShareRow).where(ShareRow.workspace == tx.workspace, ShareRow.story_id == story_id))
