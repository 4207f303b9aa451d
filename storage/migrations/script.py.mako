"""${message}.

Say here why, and what happens to the rows that are there already. There is no way back but a backup.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Say what is true afterwards."""
    ${upgrades if upgrades else "pass"}
