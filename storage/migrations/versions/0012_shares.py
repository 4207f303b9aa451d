"""That somebody shared a story in a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(32)
SLACK_ID = sa.String(64)
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "share",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("channel", SLACK_ID, nullable=False),
        sa.Column("teller_id", ID, nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shared_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "story_id", "channel", "teller_id", name="pk_share"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_share_workspace_story_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "outbox_id"],
            ["outbox.workspace", "outbox.id"],
            name="fk_share_workspace_outbox_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_share_workspace_teller_id_shared_at", "share", ["workspace", "teller_id", "shared_at"])
    op.create_index("ix_share_workspace_outbox_id", "share", ["workspace", "outbox_id"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("share")
