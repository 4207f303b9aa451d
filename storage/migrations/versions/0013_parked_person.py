"""Whose delivery it was that was parked; the bodies that were kept whole until now are emptied."""

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


def downgrade() -> None:
    """Take the column away; no body comes back."""
    op.drop_column("parked", "person")
