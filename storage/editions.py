"""The edition ledger: one week's digest in one channel, once.

The unique key is (workspace, channel, ISO year, ISO week) of the edition's slot; a story stands in one edition of a
channel. Row, entries and the messages that say them are written in one transaction. An edition whose message is known
not to have been posted claims neither its week nor its stories: its row is taken again for the same week.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, bindparam, delete, func, select, update

from storage import outbox
from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Edition, EditionState, OutboxState
from storage.tables import EditionEntryRow, EditionRow, StoryRow

_EDITION = tuple(getattr(EditionRow, name) for name in Edition.__slots__ if name != "entries")

# What is asked whenever a date is told is prepared.
_HERE: BindParameter[str] = bindparam("here")
_WITH_ID = Prepared(select(*_EDITION).where(EditionRow.workspace == _HERE, EditionRow.id == bindparam("edition")))
_OF_WEEK = Prepared(
    select(*_EDITION).where(
        EditionRow.workspace == _HERE,
        EditionRow.channel == bindparam("in_channel"),
        EditionRow.iso_year == bindparam("year"),
        EditionRow.iso_week == bindparam("week"),
    )
)
_OF_STORY = Prepared(
    select(EditionEntryRow.edition_id)
    .join(
        EditionRow,
        (EditionRow.workspace == EditionEntryRow.workspace) & (EditionRow.id == EditionEntryRow.edition_id),
    )
    .where(
        EditionEntryRow.workspace == _HERE,
        EditionEntryRow.story_id == bindparam("story"),
        EditionEntryRow.position >= 0,  # or SQLite would look through the key, which has all but this column
    )
    .order_by(EditionRow.made_at.desc())
    .limit(1)
)


def went_out() -> ScalarSelect[Any]:
    """When the last edition that has the story of an enclosing statement was made, as a part of that statement."""
    return (
        select(func.max(EditionRow.made_at))
        .join(
            EditionEntryRow,
            (EditionEntryRow.workspace == EditionRow.workspace) & (EditionEntryRow.edition_id == EditionRow.id),
        )
        .where(
            EditionEntryRow.workspace == StoryRow.workspace,
            EditionEntryRow.story_id == StoryRow.id,
            EditionEntryRow.position >= 0,  # or SQLite would look through the key, which has all but this column
        )
        .scalar_subquery()
    )


def add(
    tx: Tx,
    *,
    channel: str,
    iso_week: tuple[int, int],
    slot_at: datetime,
    state: EditionState,
    entries: Sequence[tuple[str, int]],
    late: bool = False,
    manual: bool = False,
    offline_from: datetime | None = None,
) -> Edition | None:
    """Claim the week and write its entries; None when the week has its edition already."""
    edition = Edition(
        id=tx.new_id(),
        channel=channel,
        iso_year=iso_week[0],
        iso_week=iso_week[1],
        slot_at=slot_at,
        made_at=tx.now,
        state=state,
        late=late,
        manual=manual,
        offline_from=offline_from,
        outbox_id=None,
        entries=tuple(entries),
    )
    columns = {name: getattr(edition, name) for name in Edition.__slots__ if name != "entries"}
    if not tx.insert_once(EditionRow, columns):
        return None
    _write_entries(tx, edition)
    return edition


def make_again(
    tx: Tx,
    edition: Edition,
    *,
    state: EditionState,
    entries: Sequence[tuple[str, int]],
    late: bool,
    manual: bool,
    offline_from: datetime | None = None,
) -> Edition:
    """The week's edition anew, where its message was not posted and its stories were let go."""
    values: dict[str, Any] = {
        "made_at": tx.now,
        "state": state,
        "late": late,
        "manual": manual,
        "offline_from": offline_from,
        "outbox_id": None,
    }
    tx.connection.execute(
        update(EditionRow).where(EditionRow.workspace == tx.workspace, EditionRow.id == edition.id).values(**values)
    )
    again = replace(edition, **values, entries=tuple(entries))
    _write_entries(tx, again)
    return again


def _write_entries(tx: Tx, edition: Edition) -> None:
    for position, (story_id, version) in enumerate(edition.entries):
        tx.insert(
            EditionEntryRow,
            {
                "edition_id": edition.id,
                "story_id": story_id,
                "channel": edition.channel,
                "version": version,
                "position": position,
            },
        )


def failed(tx: Tx, edition: Edition) -> bool:
    """Whether its message is known not to have been posted. One that is in doubt may stand, and claims what it did."""
    row = None if edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
    return row is not None and row.state is OutboxState.PARKED and not outbox.is_in_doubt(row)


def is_claimed(tx: Tx, channel: str, iso_week: tuple[int, int]) -> bool:
    """Whether the week has its edition in this channel: one that went out, is on its way, or may have gone out."""
    edition = find(tx, channel, iso_week)
    return edition is not None and not failed(tx, edition)


def failed_with_stories(tx: Tx, kind: str) -> Sequence[Edition]:
    """Editions that hold stories though their message, of this kind, was not posted: the oldest first."""
    parked = [row.id for row in outbox.parked(tx) if row.kind == kind and not outbox.is_in_doubt(row)]
    if not parked:
        return []
    rows = tx.connection.execute(
        select(EditionRow.id)
        .where(EditionRow.workspace == tx.workspace, EditionRow.outbox_id.in_(parked))
        .order_by(EditionRow.made_at)
    ).scalars()
    return [edition for edition in (get(tx, edition_id) for edition_id in rows) if edition.entries]


def let_go(tx: Tx, edition_id: str) -> None:
    """It holds no story any more: another edition may carry them."""
    tx.connection.execute(
        delete(EditionEntryRow).where(
            EditionEntryRow.workspace == tx.workspace, EditionEntryRow.edition_id == edition_id
        )
    )


def set_message(tx: Tx, edition_id: str, outbox_id: str) -> None:
    """Note which message is the edition's post in the channel."""
    tx.connection.execute(
        update(EditionRow)
        .where(EditionRow.workspace == tx.workspace, EditionRow.id == edition_id)
        .values(outbox_id=outbox_id)
    )


def get(tx: Tx, edition_id: str) -> Edition:
    """The edition with this id, entries in order. Raises LookupError."""
    row = _WITH_ID.first(tx, {"edition": edition_id})
    if row is None:
        raise LookupError(f"no edition {edition_id}")
    return replace(Edition(*row), entries=_entries(tx, edition_id))


def find(tx: Tx, channel: str, iso_week: tuple[int, int]) -> Edition | None:
    """The week's edition in this channel, if it was made."""
    row = _OF_WEEK.first(tx, {"in_channel": channel, "year": iso_week[0], "week": iso_week[1]})
    return None if row is None else replace(Edition(*row), entries=_entries(tx, row[0]))


def latest(tx: Tx, channel: str) -> Edition | None:
    """The channel's most recent edition."""
    row = tx.connection.execute(
        select(*_EDITION)
        .where(EditionRow.workspace == tx.workspace, EditionRow.channel == channel)
        .order_by(EditionRow.iso_year.desc(), EditionRow.iso_week.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else replace(Edition(*row), entries=_entries(tx, row[0]))


def count(tx: Tx) -> int:
    """How many editions were made."""
    return tx.connection.execute(
        select(func.count()).select_from(EditionRow).where(EditionRow.workspace == tx.workspace)
    ).scalar_one()


def of_story(tx: Tx, story_id: str) -> Edition | None:
    """The edition that carries this story; the latest, should several channels have carried it."""
    edition_id = _OF_STORY.scalar(tx, {"story": story_id})
    return None if edition_id is None else get(tx, edition_id)


def posted_stories(tx: Tx, channel: str) -> Sequence[tuple[str, int, datetime]]:
    """(story id, version, when its edition was made) of everything this channel has carried, oldest first."""
    rows = tx.connection.execute(
        select(EditionEntryRow.story_id, EditionEntryRow.version, EditionRow.made_at)
        .join(
            EditionRow,
            (EditionRow.workspace == EditionEntryRow.workspace) & (EditionRow.id == EditionEntryRow.edition_id),
        )
        .where(EditionEntryRow.workspace == tx.workspace, EditionEntryRow.channel == channel)
        .order_by(EditionRow.made_at, EditionEntryRow.position)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _entries(tx: Tx, edition_id: str) -> tuple[tuple[str, int], ...]:
    rows = tx.connection.execute(
        select(EditionEntryRow.story_id, EditionEntryRow.version)
        .where(EditionEntryRow.workspace == tx.workspace, EditionEntryRow.edition_id == edition_id)
        .order_by(EditionEntryRow.position)
    )
    return tuple((row[0], row[1]) for row in rows)
