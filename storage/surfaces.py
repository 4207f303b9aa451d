"""Which messages show which stories: several stories may share one message, as in a digest.

Kept while a message may stand in Slack, so that whoever takes a story back finds everything that shows it.
"""

from collections.abc import Sequence

from sqlalchemy import select

from storage.database import Tx
from storage.tables import SurfaceRow


def show(tx: Tx, outbox_id: str, story_ids: Sequence[str]) -> None:
    """Note that a message shows these stories."""
    for story_id in story_ids:
        tx.insert_once(SurfaceRow, {"outbox_id": outbox_id, "story_id": story_id})


def showing(tx: Tx, story_id: str) -> Sequence[str]:
    """Outbox ids of the messages that show this story."""
    shown = select(SurfaceRow.outbox_id).where(SurfaceRow.workspace == tx.workspace, SurfaceRow.story_id == story_id)
    return tx.connection.execute(shown).scalars().all()
