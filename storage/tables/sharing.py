"""That somebody shared a story in a channel. Goes with the story, and when the message is taken down."""

from datetime import datetime

from sqlalchemy import Index

from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, SlackId


class ShareRow(Base):
    """A story, the channel it was shared in, who shared it, and the message that shows it there."""

    __tablename__ = "share"
    __table_args__ = (
        reference(("story_id",), "story", ("id",), ondelete="CASCADE"),
        reference(("outbox_id",), "outbox", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "teller_id", "shared_at"),
        Index(None, "workspace", "outbox_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(SlackId, primary_key=True)
    teller_id: Mapped[str] = mapped_column(Id, primary_key=True)
    """Whoever shared it, by our own id: not who told it."""
    outbox_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    shared_at: Mapped[datetime]
