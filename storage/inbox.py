"""The keys of what has been handled, and what could not be.

A key is remembered in the same transaction as its effect, so that a redelivery has none. Bodies are kept only for
parked jobs, and only for a day; what is kept of one was written by the person whose delivery it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.database import Tx
from storage.tables import AuthorRow, InboxRow, ParkedRow, TellerRow

KEEP_KEYS = timedelta(days=30)
KEEP_BODIES = timedelta(hours=24)
EVENT: Final = "event:"
"""How the key of an event begins: somebody said, changed or deleted a message. All else is pressed, typed or sent."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a day of a delivery that is parked: whose it was, if known, and what they wrote."""

    person: str | None
    body: str


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """Something from Slack that could not be handled: its key, why, and when. Never its words."""

    key: str
    reason: str
    parked_at: datetime


def remember(tx: Tx, key: str) -> bool:
    """Remember the key; returns False when it was handled before."""
    return tx.insert_once(InboxRow, {"key": key, "received_at": tx.now})


def park(tx: Tx, *, key: str, reason: str, kept: Kept | None) -> None:
    """Put aside what could not be handled."""
    person, body = (None, None) if kept is None else (kept.person, kept.body)
    row = {"key": key, "person": person, "body": body, "reason": reason, "parked_at": tx.now}
    tx.insert_once(ParkedRow, row)


def forget_from(tx: Tx, teller_id: str) -> None:
    """Nothing is left of what this teller sent and the bot could not handle."""
    sender = select(TellerRow.slack_user_id).where(TellerRow.workspace == tx.workspace, TellerRow.id == teller_id)
    _empty(tx, ParkedRow.person.in_(sender))


def forget_about(tx: Tx, story_id: str) -> None:
    """Nothing is left that may hold words of the story, whether or not it is known who told it.

    That is all but messages that somebody else sent: a press, a command or a form of anybody's may be about it.
    """
    told_by = (
        select(TellerRow.slack_user_id)
        .join(AuthorRow, (AuthorRow.workspace == TellerRow.workspace) & (AuthorRow.teller_id == TellerRow.id))
        .where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
    )
    is_message = ParkedRow.key.startswith(EVENT)
    _empty(tx, or_(ParkedRow.person.in_(told_by), ParkedRow.person.is_(None), ~is_message))


def _empty(tx: Tx, *which: ColumnElement[bool]) -> int:
    """Whose it was goes with what they wrote."""
    done = tx.connection.execute(update(ParkedRow).where(*_full(tx), *which).values(body=None, person=None))
    return done.rowcount


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
    return old_keys.rowcount, _empty(tx, ParkedRow.parked_at < tx.now - bodies)


def count_old(tx: Tx, *, keys: timedelta, bodies: timedelta) -> tuple[int, int]:
    """How many keys and how many bodies `forget_old` would take away now."""
    old_keys = select(func.count()).select_from(InboxRow).where(*_old_keys(tx, keys))
    old_bodies = select(func.count()).select_from(ParkedRow).where(*_full(tx), ParkedRow.parked_at < tx.now - bodies)
    return tx.connection.execute(old_keys).scalar_one(), tx.connection.execute(old_bodies).scalar_one()


def _old_keys(tx: Tx, keep: timedelta) -> tuple[ColumnElement[bool], ...]:
    return InboxRow.workspace == tx.workspace, InboxRow.received_at < tx.now - keep


def _full(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    return ParkedRow.workspace == tx.workspace, ParkedRow.body.is_not(None)
