"""A story being told: scripts, drafts, the questions put and what was said to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text

from storage.records import DraftState, Purpose, Stage
from storage.tables.base import HEARING, Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, Json, SlackId, Words


class ScriptRow(Base):
    """Every script that a draft began with, so that it can finish on it."""

    __tablename__ = "script_version"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    sha: Mapped[str] = mapped_column(primary_key=True)
    toml: Mapped[str]
    first_used_at: Mapped[datetime]


class DraftRow(Base):
    __tablename__ = "draft"
    __table_args__ = (
        reference(("teller_id",), "teller", ("id",)),
        reference(("script_sha",), "script_version", ("sha",)),
        Index(
            "uq_draft_open",
            "workspace",
            "teller_id",
            unique=True,
            sqlite_where=text(HEARING),
        ),
        Index(
            "ix_draft_nudge",
            "workspace",
            "nudge_at",
            sqlite_where=text("nudge_at IS NOT NULL"),
        ),
        Index(
            "ix_draft_expires",
            "workspace",
            "expires_at",
            sqlite_where=text("expires_at IS NOT NULL"),
        ),
        Index(
            "ix_draft_recover",
            "workspace",
            "recover_from",
            sqlite_where=text("recover_from IS NOT NULL"),
        ),
        Index("ix_draft_teller", "workspace", "teller_id", "state"),
        Index("ix_draft_started", "workspace", "started_at"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    teller_id: Mapped[str] = mapped_column(Id)
    script_sha: Mapped[str]
    purpose: Mapped[Purpose]
    state: Mapped[DraftState]
    stage: Mapped[Stage]
    open_prompt: Mapped[str | None]
    started_at: Mapped[datetime]
    active_at: Mapped[datetime]
    paused: Mapped[bool]
    nudge_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    carrier_id: Mapped[str | None] = mapped_column(Id)
    shown_total: Mapped[int]
    notice_version: Mapped[int]
    recover_from: Mapped[str | None]
    recover_prompt: Mapped[str | None]
    thread_ts: Mapped[str | None]
    started_ts: Mapped[str | None]


class AskedRow(Base):
    """Which message put which question; the message's `ts` stands in the outbox."""

    __tablename__ = "asked"
    __table_args__ = (
        reference(("draft_id",), "draft", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "draft_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    outbox_id: Mapped[str] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Id)
    prompt_id: Mapped[str]
    ts: Mapped[str | None]
    asked_at: Mapped[datetime]


class FragmentRow(Base):
    __tablename__ = "fragment"
    __table_args__ = (
        reference(("draft_id",), "draft", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "draft_id", "prompt_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(SlackId, primary_key=True)
    ts: Mapped[str] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(Id)
    prompt_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(Words)
    length: Mapped[int]
    client_msg_id: Mapped[str | None]
    edited_ts: Mapped[str | None]
    removed: Mapped[bool]
    superseded: Mapped[bool]


class DraftAnswerRow(Base):
    __tablename__ = "draft_answer"
    __table_args__ = (reference(("draft_id",), "draft", ("id",), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Id, primary_key=True)
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[list[str]] = mapped_column(Json)
    other: Mapped[str | None] = mapped_column(Words)
    skipped: Mapped[bool]
    form_text: Mapped[str | None] = mapped_column(Words)
    screened: Mapped[dict[str, Any] | None] = mapped_column(Json)
