"""The audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(32)
SLACK_ID = sa.String(64)
NAME = sa.String(32)  # an enum's value
CODE = sa.String()
INSTANT = sa.BigInteger()  # microseconds since 1970

TRIGGERS = (
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


def upgrade() -> None:
    """Make the chain, its end, its checkpoints, and the triggers that keep them as they are."""
    op.create_table(
        "audit",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("day_only", sa.Boolean(), nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("actor_id", SLACK_ID, nullable=True),
        sa.Column("verb", CODE, nullable=False),
        sa.Column("story", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", CODE, nullable=True),
        sa.Column("after", CODE, nullable=True),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("reason", CODE, nullable=True),
        sa.Column("surface", NAME, nullable=False),
        sa.Column("prev_hash", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_audit"),
    )
    op.create_index("ix_audit_workspace_story", "audit", ["workspace", "story"])
    op.create_index("ix_audit_workspace_at", "audit", ["workspace", "at"])
    op.create_table(
        "audit_head",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_audit_head"),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_audit_checkpoint"),
    )
    for trigger in TRIGGERS:
        op.execute(trigger.strip())


def downgrade() -> None:
    """Take the audit trail away."""
    op.drop_table("audit")
    op.drop_table("audit_head")
    op.drop_table("audit_checkpoint")
