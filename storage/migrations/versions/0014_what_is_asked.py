"""Indexes for what is asked while a story is changed, taken back or unlinked, which read whole tables so far.

Where an index holds all that is asked for, SQLite takes one that holds the workspace alone for the better one: it
guesses that ten rows have the same. So these end with what is read of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two are made anew, two are new."""
    op.drop_index("ix_surface_workspace_story_id", "surface")
    op.create_index("ix_surface_story", "surface", ["workspace", "story_id", "outbox_id"])
    op.drop_index("ix_audit_workspace_story", "audit")
    op.create_index("ix_audit_story", "audit", ["workspace", "story", "seq"])
    op.create_index(
        "ix_outbox_deleting",
        "outbox",
        ["workspace", "target"],
        sqlite_where=sa.text("op = 'delete'"),
        postgresql_where=sa.text("op = 'delete'"),
    )
    op.create_index("ix_draft_started", "draft", ["workspace", "started_at"])


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_draft_started", "draft")
    op.drop_index("ix_outbox_deleting", "outbox")
    op.drop_index("ix_audit_story", "audit")
    op.create_index("ix_audit_workspace_story", "audit", ["workspace", "story"])
    op.drop_index("ix_surface_story", "surface")
    op.create_index("ix_surface_workspace_story_id", "surface", ["workspace", "story_id"])
