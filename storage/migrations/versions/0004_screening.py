"""What the screen found in a version, and what a teller decided about it while telling."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(32)
NAME = sa.String(32)  # an enum's value


def upgrade() -> None:
    """Make the table of what was found, and room for decisions beside each answer of a draft."""
    op.create_table(
        "screen_hit",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("disposition", NAME, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_screen_hit_workspace_story_id_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace", "story_id", "version", "prompt_id", "kind", "disposition", name="pk_screen_hit"
        ),
    )
    op.add_column("draft_answer", sa.Column("screened", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("draft_answer", "screened")
    op.drop_table("screen_hit")
