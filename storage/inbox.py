"""The keys of what has been handled, and what could not be.

A key is remembered in the same transaction as its effect, so that a redelivery has none. Bodies are kept only for
parked jobs, and only for a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from storage.database import Tx
from storage.tables import InboxRow, ParkedRow

KEEP_KEYS = timedelta(days=30)
KEEP_BODIES = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """Something from Slack that could not be handled: its key, why, and when. Never its words."""

    key: str
    reason: str
    parked_at: datetime


def remember(tx: Tx, key: str) -> bool:
    """Remember the key; returns False when it was handled before."""
    return tx.insert_once(InboxRow, {"key": key, "received_at": tx.now})


def park(tx: Tx, *, key: str, body: str | None, reason: str) -> None:
    """Put aside what could not be handled."""
    tx.insert_once(ParkedRow, {"key": key, "body": body, "reason": reason, "parked_at": tx.now})


def parked_jobs(tx: Tx) -> Sequence[ParkedJob]:
    """What was put aside, oldest first."""
    rows = tx.connection.execute(
        select(ParkedRow.key, ParkedRow.reason, ParkedRow.parked_at)
        .where(ParkedRow.workspace == tx.workspace)
        .order_by(ParkedRow.parked_at)
    )
    return [ParkedJob(*row) for row in rows]


def count(tx: Tx) -> int:
    """How many keys are remembered."""
    return tx.connection.execute(
        select(func.count()).select_from(InboxRow).where(InboxRow.workspace == tx.workspace)
    ).scalar_one()


def forget_old(tx: Tx, *, keys: timedelta = KEEP_KEYS, bodies: timedelta = KEEP_BODIES) -> tuple[int, int]:
    """Keys go after 30 days, bodies of parked jobs after 24 hours, unless told otherwise; returns how many of each."""
    old_keys = tx.connection.execute(delete(InboxRow).where(*_old_keys(tx, keys)))
    old_bodies = tx.connection.execute(update(ParkedRow).where(*_old_bodies(tx, bodies)).values(body=None))
    return old_keys.rowcount, old_bodies.rowcount


def count_old(tx: Tx, *, keys: timedelta, bodies: timedelta) -> tuple[int, int]:
    """How many keys and how many bodies `forget_old` would take away now."""
    old_keys = select(func.count()).select_from(InboxRow).where(*_old_keys(tx, keys))
    old_bodies = select(func.count()).select_from(ParkedRow).where(*_old_bodies(tx, bodies))
    return tx.connection.execute(old_keys).scalar_one(), tx.connection.execute(old_bodies).scalar_one()


def _old_keys(tx: Tx, keep: timedelta) -> tuple[ColumnElement[bool], ...]:
    return InboxRow.workspace == tx.workspace, InboxRow.received_at < tx.now - keep


def _old_bodies(tx: Tx, keep: timedelta) -> tuple[ColumnElement[bool], ...]:
    return ParkedRow.workspace == tx.workspace, ParkedRow.parked_at < tx.now - keep, ParkedRow.body.is_not(None)
