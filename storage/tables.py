"""The tables. Every key carries its workspace, and so does every cross-reference.

Declared once here; `migrations/` builds them and a test holds the two together. Statements are SQLAlchemy Core over
these classes; there is no session and no identity map. `Words` columns are the ones that hold what people wrote.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.records import (
    DeclineReason,
    DraftState,
    EditionState,
    Naming,
    Op,
    OutboxState,
    Part,
    Place,
    Purpose,
    Stage,
    StoryStatus,
    Verb,
    VersionKind,
)
from storage.types import Id, Json, SlackId, UtcInstant, Words, by_value


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can find it again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcInstant,
        DeclineReason: by_value(DeclineReason),
        DraftState: by_value(DraftState),
        EditionState: by_value(EditionState),
        Naming: by_value(Naming),
        Op: by_value(Op),
        OutboxState: by_value(OutboxState),
        Part: by_value(Part),
        Place: by_value(Place),
        Purpose: by_value(Purpose),
        Stage: by_value(Stage),
        StoryStatus: by_value(StoryStatus),
        Verb: by_value(Verb),
        VersionKind: by_value(VersionKind),
    }


# Conditions of partial indexes. Queries repeat them word for word: SQLite uses such an index only for a statement that
# carries its condition as text, never for one that binds the same values.
WAITING = "state IN ('queued', 'sending')"
PARKED = "state = 'parked'"
HEARING = "state = 'open' AND purpose != 'answer'"


def _to(columns: tuple[str, ...], table: str, theirs: tuple[str, ...], **kw: Any) -> ForeignKeyConstraint:
    """A reference within the workspace."""
    return ForeignKeyConstraint(
        ("workspace", *columns), [f"{table}.workspace", *(f"{table}.{c}" for c in theirs)], **kw
    )


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
    """What could not be handled by itself: its body for a day, then only the key and the reason."""

    __tablename__ = "parked"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str | None] = mapped_column(Words)
    reason: Mapped[str]
    parked_at: Mapped[datetime]


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
    """The only link from a story to a person."""

    __tablename__ = "author"
    __table_args__ = (
        _to(("story_id",), "story", ("id",), ondelete="CASCADE"),
        _to(("teller_id",), "teller", ("id",)),
        Index(None, "workspace", "teller_id"),
        Index(None, "workspace", "draft_id"),
        Index(None, "workspace", "change_draft_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    teller_id: Mapped[str] = mapped_column(Id)
    draft_id: Mapped[str | None] = mapped_column(Id)
    change_draft_id: Mapped[str | None] = mapped_column(Id)


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
        _to(("teller_id",), "teller", ("id",)),
        _to(("script_sha",), "script_version", ("sha",)),
        Index(
            "uq_draft_open",
            "workspace",
            "teller_id",
            unique=True,
            sqlite_where=text(HEARING),
            postgresql_where=text(HEARING),
        ),
        Index(
            "ix_draft_nudge",
            "workspace",
            "nudge_at",
            sqlite_where=text("nudge_at IS NOT NULL"),
            postgresql_where=text("nudge_at IS NOT NULL"),
        ),
        Index(
            "ix_draft_expires",
            "workspace",
            "expires_at",
            sqlite_where=text("expires_at IS NOT NULL"),
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
        Index(
            "ix_draft_recover",
            "workspace",
            "recover_from",
            sqlite_where=text("recover_from IS NOT NULL"),
            postgresql_where=text("recover_from IS NOT NULL"),
        ),
        Index("ix_draft_teller", "workspace", "teller_id", "state"),
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
    __table_args__ = (_to(("draft_id",), "draft", ("id",), ondelete="CASCADE"), Index(None, "workspace", "draft_id"))

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    outbox_id: Mapped[str] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Id)
    prompt_id: Mapped[str]
    ts: Mapped[str | None]
    asked_at: Mapped[datetime]


class FragmentRow(Base):
    __tablename__ = "fragment"
    __table_args__ = (
        _to(("draft_id",), "draft", ("id",), ondelete="CASCADE"),
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
    __table_args__ = (_to(("draft_id",), "draft", ("id",), ondelete="CASCADE"),)

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Id, primary_key=True)
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[list[str]] = mapped_column(Json)
    other: Mapped[str | None] = mapped_column(Words)
    skipped: Mapped[bool]
    form_text: Mapped[str | None] = mapped_column(Words)


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


class VersionRow(Base):
    __tablename__ = "story_version"
    __table_args__ = (
        _to(("story_id",), "story", ("id",), ondelete="CASCADE"),
        _to(("script_sha",), "script_version", ("sha",)),
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
    __table_args__ = (_to(("story_id", "n"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

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
    __table_args__ = (_to(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),)

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
        _to(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
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
        _to(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
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
            postgresql_where=text(WAITING),
        ),
        Index(
            "ix_outbox_parked",
            "workspace",
            "enqueued_at",
            sqlite_where=text(PARKED),
            postgresql_where=text(PARKED),
        ),
        Index("ix_outbox_message", "workspace", "channel", "ts"),
        Index("ix_outbox_story", "workspace", "story_id", "kind"),
        Index(
            "ix_outbox_depends",
            "workspace",
            "depends_on",
            sqlite_where=text("depends_on IS NOT NULL"),
            postgresql_where=text("depends_on IS NOT NULL"),
        ),
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
        _to(("outbox_id",), "outbox", ("id",), ondelete="CASCADE"),
        _to(("story_id",), "story", ("id",), ondelete="CASCADE"),
        Index(None, "workspace", "story_id"),
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
        _to(("edition_id",), "edition", ("id",), ondelete="CASCADE"),
        _to(("story_id", "version"), "story_version", ("story_id", "n"), ondelete="CASCADE"),
        UniqueConstraint("workspace", "channel", "story_id"),
        Index(None, "workspace", "story_id"),
    )

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    edition_id: Mapped[str] = mapped_column(Id, primary_key=True)
    story_id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(SlackId)
    version: Mapped[int]
    position: Mapped[int]
