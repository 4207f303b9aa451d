"""Stories that were sent: versions, words, permissions, and what reviewers did."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from storage.records import DeclineReason, Naming, Part, Place, StoryStatus, Verb, VersionKind
from storage.tables.base import Base, reference
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, Json, SlackId, Words


class StoryRow(Base):
    __tablename__ = "story"
    __table_args__ = (
        UniqueConstraint("workspace", "number"),
        Index(None, "workspace", "status", "submitted_at"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int]
    status: Mapped[StoryStatus]
    current_version: Mapped[int]
    approved_version: Mapped[int | None]
    submitted_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    care: Mapped[bool]
    held: Mapped[bool]
    told_slot_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    first_approver: Mapped[str | None] = mapped_column(SlackId)


class VersionRow(Base):
    __tablename__ = "story_version"
    __table_args__ = (
        reference(("story_id",), "story", ("id",), ondelete="CASCADE"),
        reference(("script_sha",), "script_version", ("sha",)),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    parent: Mapped[int | None]
    kind: Mapped[VersionKind]
    naming: Mapped[Naming]
    credit_line: Mapped[str | None] = mapped_column(Words)
    script_sha: Mapped[str]
    created_at: Mapped[datetime]
    changed_prompts: Mapped[list[str]] = mapped_column(Json)


class VersionAnswerRow(Base):
    __tablename__ = "version_answer"
    __table_args__ = (reference(("story_id", "n"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[Part]
    position: Mapped[int]
    label: Mapped[str]
    wording: Mapped[str]
    value: Mapped[str] = mapped_column(Words)
    choices: Mapped[list[str]] = mapped_column(Json)


class PermissionRow(Base):
    """One row a place: who may be shown which version where, since when, under which notice."""

    __tablename__ = "permission"
    __table_args__ = (reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[Place] = mapped_column(primary_key=True)
    naming: Mapped[Naming]
    notice_version: Mapped[int]
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DecisionRow(Base):
    __tablename__ = "decision"
    __table_args__ = (
        reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        Index(None, "workspace", "story_id", "at"),
        Index(None, "workspace", "at"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    reviewer: Mapped[str] = mapped_column(SlackId)
    verb: Mapped[Verb]
    reason: Mapped[DeclineReason | None]
    comment: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]


class AskRow(Base):
    __tablename__ = "ask"
    __table_args__ = (
        reference(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        Index(None, "workspace", "story_id"),
        Index(None, "workspace", "outbox_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    prompt_id: Mapped[str]
    question: Mapped[str] = mapped_column(Words)
    reviewer: Mapped[str] = mapped_column(SlackId)
    asked_at: Mapped[datetime]
    outbox_id: Mapped[str | None] = mapped_column(Id)
    answered_at: Mapped[datetime | None]
