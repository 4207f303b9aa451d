"""What was taken back: the ledger of removals, and what must stay forgotten.

No references to a story: these rows outlive its words. A code is kept as a hash only.
"""

from datetime import date, datetime

from sqlalchemy import Date, Index, text

from storage.tables.base import UNSETTLED, Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, Words, by_value
from storage.withdrawals import RemovalState, Surface, WithdrawnBy


class WithdrawalCodeRow(Base):
    """The hash of the code by which a story can be taken back without its teller's account; one use."""

    __tablename__ = "withdrawal_code"
    __table_args__ = (reference(("story_id",), "story", ("id",), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    hash: Mapped[str]


class WithdrawalRow(Base):
    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_open", "workspace", sqlite_where=text(UNSETTLED)),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int]
    by: Mapped[WithdrawnBy] = mapped_column(by_value(WithdrawnBy))
    at: Mapped[datetime]
    letter_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str | None] = mapped_column(Words)
    closed: Mapped[bool]


class RemovalRow(Base):
    """One row a story and surface: pending, done, or cannot and why."""

    __tablename__ = "removal"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    surface: Mapped[Surface] = mapped_column(by_value(Surface))
    state: Mapped[RemovalState] = mapped_column(by_value(RemovalState))
    reason: Mapped[str | None]
    row_id: Mapped[str | None] = mapped_column(Id)


class TombstoneRow(Base):
    """Ids and a day. The same stands in a file outside the database and its backups."""

    __tablename__ = "tombstone"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
