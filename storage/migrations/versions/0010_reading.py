"""What readers search, which stories they come back to, and the story of the day.

Stories that were approved before are put in the index by the bot, soon after it has started.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(32)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "search_word",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "word", "number", name="pk_search_word"),
        sa.ForeignKeyConstraint(
            ["workspace", "number"],
            ["story.workspace", "story.number"],
            name="fk_search_word_workspace_number",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_word_workspace_number", "search_word", ["workspace", "number"])
    op.create_table(
        "story_read",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number", name="pk_story_read"),
        sa.ForeignKeyConstraint(
            ["workspace", "number"],
            ["story.workspace", "story.number"],
            name="fk_story_read_workspace_number",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_story_read_workspace_times", "story_read", ["workspace", "times"])
    op.create_table(
        "story_of_day",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_story_of_day"),
    )


def downgrade() -> None:
    """Take the three tables away."""
    op.drop_table("story_of_day")
    op.drop_table("story_read")
    op.drop_table("search_word")
