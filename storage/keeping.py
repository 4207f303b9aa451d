"""What has been kept for as long as it may be: which rows those are.

How long each may be kept is the keeper's, so the instants come in as arguments. `bot.rights.retention` calls this; how
the link to a person is cut is in `unlinking.py`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from storage import editions
from storage.database import Tx
from storage.records import Naming, StoryStatus
from storage.tables import AuthorRow, DraftRow, StoryRow, VersionRow


def declined_before(tx: Tx, before: datetime) -> Sequence[str]:
    """Ids of stories that were declined before this and that their teller is not changing."""
    return list(
        tx.connection.execute(
            select(StoryRow.id)
            .outerjoin(AuthorRow, (AuthorRow.workspace == StoryRow.workspace) & (AuthorRow.story_id == StoryRow.id))
            .where(
                StoryRow.workspace == tx.workspace,
                StoryRow.status == StoryStatus.DECLINED,
                StoryRow.changed_at < before,
                AuthorRow.change_draft_id.is_(None),
            )
            .order_by(StoryRow.number + 0)  # or SQLite would read all stories in this order rather than sort a few
        ).scalars()
    )


def linked_before(tx: Tx, before: datetime) -> Sequence[str]:
    """Ids of stories that name nobody, went out before this, and can still be traced to whoever told them."""
    return list(
        tx.connection.execute(
            select(StoryRow.id)
            .join(AuthorRow, (AuthorRow.workspace == StoryRow.workspace) & (AuthorRow.story_id == StoryRow.id))
            .join(
                VersionRow,
                (VersionRow.workspace == StoryRow.workspace)
                & (VersionRow.story_id == StoryRow.id)
                & (VersionRow.n == StoryRow.current_version),
            )
            .where(
                StoryRow.workspace == tx.workspace,
                StoryRow.status == StoryStatus.POSTED,
                VersionRow.naming == Naming.NONE,
                StoryRow.submitted_at < before,  # as it must be; an index spares looking at what was told since
                editions.went_out() < before,
            )
            .order_by(StoryRow.number + 0)  # or SQLite would read all stories in this order
        ).scalars()
    )


def drafts_past(tx: Tx, now: datetime) -> int:
    """How many drafts, kept ones among them, have come to their end."""
    return tx.connection.execute(
        select(func.count()).select_from(DraftRow).where(DraftRow.workspace == tx.workspace, DraftRow.expires_at <= now)
    ).scalar_one()
