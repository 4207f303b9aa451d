"""What happened next: that tellers were asked, and what they told. Both go with their story."""

from datetime import datetime

from sqlalchemy import Index

from storage.records import DeclineReason
from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.told_next import SequelAnswer, SequelState
from storage.types import Id, Json, SlackId, Words, by_value


class SequelQuestionRow(Base):
    """That a teller was asked what happened next, how often, and whether they want to be asked again."""

    __tablename__ = "sequel_question"
    __table_args__ = (reference(("story_id",), "story", ("id",), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    times: Mapped[int]
    asked_at: Mapped[datetime]
    answer: Mapped[SequelAnswer | None] = mapped_column(by_value(SequelAnswer))
    answered_at: Mapped[datetime | None]


class SequelRow(Base):
    """What happened next, in its teller's words. `n` counts what they sent; what was decided is about that one only."""

    __tablename__ = "sequel"
    __table_args__ = (
        reference(("story_id",), "story", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "state", "sent_at"),
        Index(None, "workspace", "edition_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id)
    n: Mapped[int]
    state: Mapped[SequelState] = mapped_column(by_value(SequelState))
    words: Mapped[str] = mapped_column(Words)
    kept: Mapped[dict[str, int]] = mapped_column(Json)
    sent_at: Mapped[datetime]
    first_approver: Mapped[str | None] = mapped_column(SlackId)
    decided_by: Mapped[str | None] = mapped_column(SlackId)
    decided_at: Mapped[datetime | None]
    reason: Mapped[DeclineReason | None] = mapped_column(by_value(DeclineReason))
    comment: Mapped[str | None] = mapped_column(Words)
    edition_id: Mapped[str | None] = mapped_column(Id)
