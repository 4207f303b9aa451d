"""What the site and exports hold, so that what is taken back is taken off."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(32)
NAME = sa.String(32)  # an enum's value
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the tables of sites and exports, and of the stories in them."""
    op.create_table(
        "book",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("audience", NAME, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("formats", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_book"),
        sa.UniqueConstraint("workspace", "kind", "path", name="uq_book_workspace_kind_path"),
    )
    op.create_table(
        "book_story",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("book_id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "book_id"],
            ["book.workspace", "book.id"],
            name="fk_book_story_workspace_book_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "book_id", "story_id", name="pk_book_story"),
    )
    op.create_index("ix_book_story_workspace_story_id", "book_story", ["workspace", "story_id"])


def downgrade() -> None:
    """Take the two tables away."""
    op.drop_table("book_story")
    op.drop_table("book")
