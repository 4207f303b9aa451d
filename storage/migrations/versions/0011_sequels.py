"""What happened next: the question to tellers, and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.String(32)
SLACK_ID = sa.String(64)
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "sequel_question",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.String(32), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_sequel_question"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_sequel_question_workspace_story_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "sequel",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kept", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("first_approver", SLACK_ID, nullable=True),
        sa.Column("decided_by", SLACK_ID, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("edition_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_sequel"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_sequel_workspace_story_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sequel_workspace_state_sent_at", "sequel", ["workspace", "state", "sent_at"])
    op.create_index("ix_sequel_workspace_edition_id", "sequel", ["workspace", "edition_id"])


def downgrade() -> None:
    """Take the two tables away."""
    op.drop_table("sequel")
    op.drop_table("sequel_question")
