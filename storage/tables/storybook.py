"""Where stories stand outside Slack and the database: sites that are kept up to date, and files that were exported.

Numbers and ids only, no words: these rows say what a withdrawal has to reach.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from storage.books import Audience, BookKind
from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, by_value


class BookRow(Base):
    """A site, by its folder, or an export, by its file."""

    __tablename__ = "book"
    __table_args__ = (UniqueConstraint("workspace", "kind", "path"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[BookKind] = mapped_column(by_value(BookKind))
    audience: Mapped[Audience] = mapped_column(by_value(Audience))
    path: Mapped[str]
    formats: Mapped[str]
    made_at: Mapped[datetime]


class BookStoryRow(Base):
    """That a story stands in a book, or may stand there already."""

    __tablename__ = "book_story"
    __table_args__ = (
        reference(("book_id",), "book", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "story_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    book_id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
