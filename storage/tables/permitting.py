"""What a teller said about showing a story: that they took out who could be found, and each change of permission."""

from datetime import datetime

from sqlalchemy import Index

from storage.records import Naming, Place
from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id


class ConfirmationRow(Base):
    """One row a version: whether its teller confirmed that nobody in it can be identified, or was not sure."""

    __tablename__ = "confirmation"
    __table_args__ = (reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    taken_out: Mapped[bool]
    notice_version: Mapped[int]
    confirmed_at: Mapped[datetime]


class PermissionChangeRow(Base):
    """Every later change, never overwritten: a place given or taken away, or (no place) another naming."""

    __tablename__ = "permission_change"
    __table_args__ = (
        reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        Index(None, "workspace", "story_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    place: Mapped[Place | None]
    naming: Mapped[Naming]
    given: Mapped[bool]
    notice_version: Mapped[int]
    changed_at: Mapped[datetime]
