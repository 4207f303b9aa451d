"""Asking who told a story, with a second person and a trace; stories looked at again; guesses at codes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(32)
SLACK_ID = sa.String(64)
NAME = sa.String(32)  # an enum's value
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "break_glass",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asker", SLACK_ID, nullable=False),
        sa.Column("decider", SLACK_ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", NAME, nullable=False),
        sa.Column("author_told", sa.Boolean(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_break_glass"),
    )
    op.create_index("ix_break_glass_workspace_story_id", "break_glass", ["workspace", "story_id"])
    op.create_index("ix_break_glass_workspace_state_ends_at", "break_glass", ["workspace", "state", "ends_at"])
    op.create_table(
        "renewal",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("answer_by", INSTANT, nullable=True),
        sa.Column("renewed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_renewal"),
    )
    op.create_table(
        "wrong_code",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_wrong_code"),
    )
    op.create_index("ix_wrong_code_workspace_number_at", "wrong_code", ["workspace", "number", "at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("wrong_code")
    op.drop_table("renewal")
    op.drop_table("break_glass")
