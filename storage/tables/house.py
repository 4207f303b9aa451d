"""The workspace, what arrived, and the people who speak to the bot."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, SlackId, Words


class WorkspaceRow(Base):
    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    slack_team_id: Mapped[str] = mapped_column(SlackId, unique=True)
    enterprise_id: Mapped[str | None] = mapped_column(SlackId)
    first_started_at: Mapped[datetime]
    planned_slot_at: Mapped[datetime | None]
    last_alive_at: Mapped[datetime | None]
    queue_reminded_at: Mapped[datetime | None]


class InboxRow(Base):
    """Keys of what has been handled. Bodies are never kept here."""

    __tablename__ = "inbox"
    __table_args__ = (Index(None, "workspace", "received_at"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]


class ParkedRow(Base):
    """What could not be handled by itself: whose it was and its body for a day, then only the key and the reason."""

    __tablename__ = "parked"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str | None] = mapped_column(Words)
    reason: Mapped[str]
    parked_at: Mapped[datetime]
    person: Mapped[str | None] = mapped_column(SlackId)


class TellerRow(Base):
    __tablename__ = "teller"
    __table_args__ = (UniqueConstraint("workspace", "slack_user_id"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    slack_user_id: Mapped[str] = mapped_column(SlackId)
    dm_channel: Mapped[str | None] = mapped_column(SlackId)
    greeted_at: Mapped[datetime | None]
    notice_id: Mapped[str | None] = mapped_column(Id)
    offer_id: Mapped[str | None] = mapped_column(Id)
    offer_ts: Mapped[str | None]


class AuthorRow(Base):
    """Who told a story: until it is cut, delivery notes beside it where messages to them stand, to take them back.

    `unlinking.py` cuts it, and everything else that leads from the story to its teller.
    """

    __tablename__ = "author"
    __table_args__ = (
        reference(("story_id",), "story", ("id",), ondelete="CASCADE"),
        reference(("teller_id",), "teller", ("id",)),
        Index(None, "workspace", "teller_id"),
        Index(None, "workspace", "draft_id"),
        Index(None, "workspace", "change_draft_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    teller_id: Mapped[str] = mapped_column(Id)
    draft_id: Mapped[str | None] = mapped_column(Id)
    change_draft_id: Mapped[str | None] = mapped_column(Id)
