"""What reviewers suggest and authors accept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(32)
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the table of suggestions."""
    op.create_table(
        "suggestion",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("suggested_at", INSTANT, nullable=False),
        sa.Column("outbox_id", ID, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_suggestion_workspace_story_id_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_workspace_story_id", "suggestion", ["workspace", "story_id"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("suggestion")
