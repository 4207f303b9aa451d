"""The removal ledger: what was taken back, from where it still has to go, and what must stay forgotten.

A withdrawal is open until every surface is done or cannot be, and its teller has heard; then it keeps neither a reason
nor the link to whoever told the story. What is erased, and which messages showed a story, is in `erasing.py`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, select, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Story
from storage.tables import (
    UNSETTLED,
    AuthorRow,
    OutboxRowTable,
    RemovalRow,
    SurfaceRow,
    TombstoneRow,
    WithdrawalCodeRow,
    WithdrawalRow,
)
from storage.withdrawals import Removal, RemovalState, Surface, Tombstone, Withdrawal, WithdrawnBy

_REMOVAL = tuple(getattr(RemovalRow, name) for name in Removal.__slots__)
_WITHDRAWAL = tuple(getattr(WithdrawalRow, name) for name in Withdrawal.__slots__)
_TOMBSTONE = tuple(getattr(TombstoneRow, name) for name in Tombstone.__slots__)
_CODE = Prepared(
    select(WithdrawalCodeRow.hash).where(
        WithdrawalCodeRow.workspace == bindparam("here"), WithdrawalCodeRow.story_id == bindparam("story")
    )
)

# What is asked whenever the clock is looked at.
_OPEN_CASES = Prepared(
    # As text, the words of the partial index.
    select(WithdrawalRow.story_id).where(WithdrawalRow.workspace == bindparam("here"), literal_column(UNSETTLED))
)
_TOMBSTONES = Prepared(
    select(*_TOMBSTONE).where(TombstoneRow.workspace == bindparam("here")).order_by(TombstoneRow.number)
)


# ── the code ──────────────────────────────────────────────────────────────────────────────────────────────────────


def set_code(tx: Tx, story_id: str, code_hash: str) -> None:
    """Keep the hash of a story's withdrawal code."""
    tx.insert_once(WithdrawalCodeRow, {"story_id": story_id, "hash": code_hash})


def code_hash(tx: Tx, story_id: str) -> str | None:
    """The hash of the story's code, until it is used."""
    kept: str | None = _CODE.scalar(tx, {"story": story_id})
    return kept


# ── withdrawals ───────────────────────────────────────────────────────────────────────────────────────────────────


def open_case(tx: Tx, story: Story, *, by: WithdrawnBy, reason: str | None) -> None:
    """Note that a story is taken back, and that it must stay forgotten; its code is used up."""
    tx.upsert(
        WithdrawalRow,
        {
            "story_id": story.id,
            "number": story.number,
            "by": by,
            "at": tx.now,
            "letter_id": None,
            "reason": reason,
            "closed": False,
        },
        key=("story_id",),
    )
    tx.insert_once(TombstoneRow, {"story_id": story.id, "number": story.number, "day": tx.now.date()})
    tx.connection.execute(
        delete(WithdrawalCodeRow).where(
            WithdrawalCodeRow.workspace == tx.workspace, WithdrawalCodeRow.story_id == story.id
        )
    )


def find(tx: Tx, story_id: str) -> Withdrawal | None:
    """The withdrawal of this story, if it was taken back or down."""
    row = tx.connection.execute(
        select(*_WITHDRAWAL).where(WithdrawalRow.workspace == tx.workspace, WithdrawalRow.story_id == story_id)
    ).one_or_none()
    return None if row is None else Withdrawal(*row)


def open_cases(tx: Tx) -> Sequence[str]:
    """Ids of the stories whose removal is not settled yet."""
    return _OPEN_CASES.scalars(tx)


def set_letter(tx: Tx, story_id: str, outbox_id: str) -> None:
    """Note which message tells the teller."""
    _change_case(tx, story_id, letter_id=outbox_id)


def close(tx: Tx, story_id: str) -> None:
    """All is settled and told: the reason goes, and with it the link to whoever told the story."""
    _change_case(tx, story_id, reason=None, closed=True)
    tx.connection.execute(delete(AuthorRow).where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id))
    tx.connection.execute(
        delete(SurfaceRow).where(SurfaceRow.workspace == tx.workspace, SurfaceRow.story_id == story_id)
    )
    # Where a message about the story stood says who told it as well: each direct message is one person's.
    tx.connection.execute(
        update(OutboxRowTable)
        .where(
            OutboxRowTable.workspace == tx.workspace,
            OutboxRowTable.story_id == story_id,
            OutboxRowTable.channel.startswith("D"),
        )
        .values(channel=None)
    )


def _change_case(tx: Tx, story_id: str, **values: Any) -> None:
    tx.connection.execute(
        update(WithdrawalRow)
        .where(WithdrawalRow.workspace == tx.workspace, WithdrawalRow.story_id == story_id)
        .values(**values)
    )


# ── the ledger ────────────────────────────────────────────────────────────────────────────────────────────────────


def add(tx: Tx, story_id: str, place: str, surface: Surface, state: RemovalState = RemovalState.PENDING) -> None:
    """Put a surface in the ledger."""
    values = {"surface": surface, "state": state, "reason": None, "row_id": None}
    tx.upsert(RemovalRow, {"story_id": story_id, "place": place, **values}, key=("story_id", "place"))


def of_story(tx: Tx, story_id: str) -> Sequence[Removal]:
    """Every line of a story's ledger."""
    rows = tx.connection.execute(
        select(*_REMOVAL)
        .where(RemovalRow.workspace == tx.workspace, RemovalRow.story_id == story_id)
        .order_by(RemovalRow.place)
    )
    return [Removal(*row) for row in rows]


def settle(tx: Tx, one: Removal, state: RemovalState, reason: str | None = None) -> None:
    """The surface is done, or cannot be and why (Slack's own code)."""
    _change(tx, one, state=state, reason=reason)


def set_row(tx: Tx, one: Removal, outbox_id: str, reason: str | None = None) -> None:
    """Note which row removes the story from this surface; `reason` why an edit was refused before."""
    _change(tx, one, row_id=outbox_id, reason=reason or one.reason)


def _change(tx: Tx, one: Removal, **values: Any) -> None:
    tx.connection.execute(
        update(RemovalRow)
        .where(
            RemovalRow.workspace == tx.workspace,
            RemovalRow.story_id == one.story_id,
            RemovalRow.place == one.place,
        )
        .values(**values)
    )


def on_disk(tx: Tx) -> Sequence[str]:
    """Ids of the stories whose bytes may still be on the disk."""
    cases = open_cases(tx)  # one that is not off the disk yet is never settled
    return [one for one in cases if any(_is_on_disk(removal) for removal in of_story(tx, one))]


def _is_on_disk(removal: Removal) -> bool:
    return removal.surface is Surface.DISK and removal.state is RemovalState.PENDING


# ── tombstones ────────────────────────────────────────────────────────────────────────────────────────────────────


def tombstones(tx: Tx) -> Sequence[Tombstone]:
    """Every story of this workspace that must stay forgotten."""
    return [Tombstone(*row) for row in _TOMBSTONES.all(tx)]


def add_tombstone(tx: Tx, stone: Tombstone) -> None:
    """Keep a tombstone that stood only outside the database."""
    tx.insert_once(TombstoneRow, {"story_id": stone.story_id, "number": stone.number, "day": stone.day})
