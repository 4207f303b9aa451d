"""What tellers confirm, and how permission changes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(32)
NAME = sa.String(32)  # an enum's value
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the tables of confirmations and of changes of permission."""
    op.create_table(
        "confirmation",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("taken_out", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_confirmation_workspace_story_id_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "story_id", "version", name="pk_confirmation"),
    )
    op.create_table(
        "permission_change",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", NAME, nullable=True),
        sa.Column("naming", NAME, nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_permission_change_workspace_story_id_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_permission_change"),
    )
    op.create_index("ix_permission_change_workspace_story_id", "permission_change", ["workspace", "story_id"])


def downgrade() -> None:
    """Take the two tables away."""
    op.drop_table("permission_change")
    op.drop_table("confirmation")
