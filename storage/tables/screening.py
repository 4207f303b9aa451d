"""What the screen found in versions of stories: kinds and counts. No column here can hold what matched."""

from storage.records import Disposition
from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id


class ScreenHitRow(Base):
    """One row for each kind in each answer, and what became of it."""

    __tablename__ = "screen_hit"
    __table_args__ = (reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Id, primary_key=True)
    disposition: Mapped[Disposition] = mapped_column(primary_key=True)
    count: Mapped[int]
