"""What was taken back, and what must stay forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(32)
NAME = sa.String(32)  # an enum's value


def upgrade() -> None:
    """Make the codes, the withdrawals, the removal ledger and the tombstones."""
    op.create_table(
        "withdrawal_code",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_withdrawal_code"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_withdrawal_code_workspace_story_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "withdrawal",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_withdrawal"),
    )
    op.create_index("ix_withdrawal_open", "withdrawal", ["workspace"], sqlite_where=sa.text("closed = 0"))
    op.create_table(
        "removal",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("surface", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("row_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("workspace", "story_id", "place", name="pk_removal"),
    )
    op.create_table(
        "tombstone",
        sa.Column("workspace", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_tombstone"),
    )


def downgrade() -> None:
    """Nothing to go back to: what was taken back stays so."""
    for table in ("tombstone", "removal", "withdrawal", "withdrawal_code"):
        op.drop_table(table)
