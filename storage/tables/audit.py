"""The audit trail: append-only and chained by hashes, with no reference to a story and no words.

Triggers hold it: no row is ever changed, and one is deleted only where a checkpoint keeps the hash of what went.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import DDL, Index, event

from storage.audit_entry import ActorKind, Outcome, Surface
from storage.tables.base import Base
from storage.tables.declaring import Mapped, mapped_column
from storage.types import Id, SlackId, by_value


class AuditRow(Base):
    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_story", "workspace", "story", "seq"), Index(None, "workspace", "at"))

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    day_only: Mapped[bool]
    actor: Mapped[ActorKind] = mapped_column(by_value(ActorKind))
    actor_id: Mapped[str | None] = mapped_column(SlackId)
    verb: Mapped[str]
    story: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int | None]
    before: Mapped[str | None]
    after: Mapped[str | None]
    outcome: Mapped[Outcome] = mapped_column(by_value(Outcome))
    reason: Mapped[str | None]
    surface: Mapped[Surface] = mapped_column(by_value(Surface))
    prev_hash: Mapped[str]
    hash: Mapped[str]


class AuditHeadRow(Base):
    """Where the chain ends, so that a missing last row is missed."""

    __tablename__ = "audit_head"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


class AuditCheckpointRow(Base):
    """Rows up to and including `seq` were deleted when their time had come; `hash` is the last one's."""

    __tablename__ = "audit_checkpoint"

    workspace: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    made_at: Mapped[datetime]


TRIGGERS: Final = (
    """
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
    """
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE workspace = OLD.workspace AND seq >= OLD.seq)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
    """
    CREATE TRIGGER audit_checkpoint_is_not_changed BEFORE UPDATE ON audit_checkpoint
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
    """
    CREATE TRIGGER audit_checkpoint_is_not_deleted BEFORE DELETE ON audit_checkpoint
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
)

# After all tables, not after their own: a trigger's body may name only what is there.
for _trigger in TRIGGERS:  # SQLAlchemy leaves DDL untyped
    event.listen(Base.metadata, "after_create", DDL(_trigger.strip()).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
