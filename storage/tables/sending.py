"""What is to be said, where it shows which story, and the editions that went out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text

from storage.records import EditionState, Op, OutboxState
from storage.tables.base import DELETING, PARKED, WAITING, Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, Json, SlackId


class OutboxRowTable(Base):
    """What to render and send. `args` holds ids and counts, never words."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace", "key"),
        UniqueConstraint("workspace", "lane", "seq"),
        Index(
            "ix_outbox_waiting",
            "workspace",
            "lane",
            "seq",
            sqlite_where=text(WAITING),
        ),
        Index(
            "ix_outbox_parked",
            "workspace",
            "enqueued_at",
            sqlite_where=text(PARKED),
        ),
        Index("ix_outbox_message", "workspace", "channel", "ts"),
        Index("ix_outbox_story", "workspace", "story_id", "kind"),
        Index(
            "ix_outbox_depends",
            "workspace",
            "depends_on",
            sqlite_where=text("depends_on IS NOT NULL"),
        ),
        Index("ix_outbox_deleting", "workspace", "target", sqlite_where=text(DELETING)),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str | None]
    lane: Mapped[str]
    seq: Mapped[int]
    recipient: Mapped[str]
    op: Mapped[Op]
    kind: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    story_id: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int | None]
    depends_on: Mapped[str | None] = mapped_column(Id)
    target: Mapped[str | None] = mapped_column(Id)
    thread: Mapped[str | None] = mapped_column(Id)
    thread_ts: Mapped[str | None]
    person: Mapped[str | None] = mapped_column(SlackId)
    response_url: Mapped[str | None]
    state: Mapped[OutboxState]
    attempts: Mapped[int]
    enqueued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    channel: Mapped[str | None] = mapped_column(SlackId)
    ts: Mapped[str | None]
    permalink: Mapped[str | None]
    reason: Mapped[str | None]


class SurfaceRow(Base):
    """Where a story is shown: several stories may share one message."""

    __tablename__ = "surface"
    __table_args__ = (
        reference(("outbox_id",), "outbox", ("id",), ondelete="CASCADE"),
        reference(("story_id",), "story", ("id",), ondelete="CASCADE"),
        Index("ix_surface_story", "workspace", "story_id", "outbox_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    outbox_id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)


class EditionRow(Base):
    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("workspace", "channel", "iso_year", "iso_week"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(SlackId)
    iso_year: Mapped[int]
    iso_week: Mapped[int]
    slot_at: Mapped[datetime]
    made_at: Mapped[datetime]
    state: Mapped[EditionState]
    late: Mapped[bool]
    manual: Mapped[bool]
    offline_from: Mapped[datetime | None]
    outbox_id: Mapped[str | None] = mapped_column(Id)


class EditionEntryRow(Base):
    __tablename__ = "edition_entry"
    __table_args__ = (
        reference(("edition_id",), "edition", ("id",), ondelete="CASCADE"),
        reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        UniqueConstraint("workspace", "channel", "story_id"),
        Index(None, "workspace", "story_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    edition_id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(SlackId)
    version: Mapped[int]
    position: Mapped[int]
