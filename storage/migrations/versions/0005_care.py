"""Care in proportion: who gave the first of two approvals.

A story that asked for two reviewers was approved by one until now: unless it has been posted, it waits for the second.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the first approver, and send what only one person approved back for the second."""
    op.add_column("story", sa.Column("first_approver", sa.String(64), nullable=True))
    op.execute(
        sa.text(
            "UPDATE story SET status = 'submitted', approved_version = NULL, told_slot_at = NULL, first_approver = ("
            "SELECT reviewer FROM decision WHERE decision.workspace = story.workspace"
            " AND decision.story_id = story.id AND decision.version = story.current_version"
            " AND decision.verb = 'approve' ORDER BY decision.at DESC LIMIT 1"
            ") WHERE care AND status = 'approved'"
        )
    )


def downgrade() -> None:
    """Forget who approved first."""
    op.drop_column("story", "first_approver")
