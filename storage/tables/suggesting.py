"""Other words that a reviewer suggests for one answer of a version: they go with the version, and so with the story."""

from datetime import datetime

from sqlalchemy import Index

from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, SlackId, Words


class SuggestionRow(Base):
    """One suggestion. `accepted` is unknown while its author has said neither yes nor no."""

    __tablename__ = "suggestion"
    __table_args__ = (
        reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        Index(None, "workspace", "story_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    prompt_id: Mapped[str]
    words: Mapped[str] = mapped_column(Words)
    reviewer: Mapped[str] = mapped_column(SlackId)
    suggested_at: Mapped[datetime]
    outbox_id: Mapped[str | None] = mapped_column(Id)
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]
