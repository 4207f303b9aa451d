"""Who asked who told a story, and what came of it; published stories that were looked at again; guesses at codes.

No references to a story: these rows say what was done and outlive its words. None of them says who told it.
"""

from datetime import datetime

from sqlalchemy import Index

from storage.asked_who import AskState
from storage.tables.base import Base
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, SlackId, Words, by_value


class BreakGlassRow(Base):
    """One time that a reviewer asked who told a story. The answer is nowhere in it."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index(None, "workspace", "story_id"),
        Index(None, "workspace", "state", "ends_at"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id)
    number: Mapped[int]
    asker: Mapped[str] = mapped_column(SlackId)
    decider: Mapped[str | None] = mapped_column(SlackId)
    reason: Mapped[str | None] = mapped_column(Words)
    state: Mapped[AskState] = mapped_column(by_value(AskState))
    author_told: Mapped[bool]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    shown: Mapped[int]


class RenewalRow(Base):
    """That the teller of a published story is asked whether it may stay, or has said so."""

    __tablename__ = "renewal"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    asked_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    renewed_at: Mapped[datetime | None]


class WrongCodeRow(Base):
    """A withdrawal code that fitted no story: the number it named and when, for an hour."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index(None, "workspace", "number", "at"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int]
    at: Mapped[datetime]
