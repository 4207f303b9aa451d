"""What readers search, and which stories they come back to: words by story, and counts. No person is in any of it."""

from sqlalchemy import Index

from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, Words


class SearchWordRow(Base):
    """That an approved version holds a word. Plain rows, so that what is deleted is overwritten like all else."""

    __tablename__ = "search_word"
    __table_args__ = (
        reference(("number",), "story", ("number",), ondelete="CASCADE"),
        Index(None, "workspace", "number"),
        {"sqlite_with_rowid": False},
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    word: Mapped[str] = mapped_column(Words, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]


class StoryReadRow(Base):
    """How often a story was opened: never by whom, and not when."""

    __tablename__ = "story_read"
    __table_args__ = (
        reference(("number",), "story", ("number",), ondelete="CASCADE"),
        Index(None, "workspace", "times"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int]


class StoryOfDayRow(Base):
    """The story that was chosen for a day, the latest such day only."""

    __tablename__ = "story_of_day"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[str]
    """The day as "2025-06-04", in the keeper's zone."""
    number: Mapped[int]
