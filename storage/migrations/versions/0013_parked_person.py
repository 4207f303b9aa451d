"""Whose delivery it was that was parked; bodies that were kept whole are emptied, and whom whispers were for forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SLACK_ID = sa.String(64)


def upgrade() -> None:
    """Add the column. The old bodies hold far more than what their senders wrote, and not whose they are."""
    op.add_column("parked", sa.Column("person", SLACK_ID, nullable=True))
    op.execute("UPDATE parked SET body = NULL")
    op.execute("UPDATE outbox SET person = NULL WHERE state NOT IN ('queued', 'sending')")


def downgrade() -> None:
    """Take the column away; nothing that was forgotten comes back."""
    op.drop_column("parked", "person")
