"""What tellers do with a story, as rows of the audit trail: sent, changed, answered, kept, deleted.

Called by the service functions of this room, in the transaction that does it. The author is never named there, and
only the day is kept.
"""

from typing import Final

from storage import audit, stories
from storage.database import Tx
from storage.records import StoryStatus

SEND: Final = "send"
CHANGE: Final = "change"
ANSWER: Final = "answer"
KEEP: Final = "keep"
DELETE: Final = "delete"
DELETE_DRAFT: Final = "delete_draft"
EXPIRE_DRAFT: Final = "expire_draft"


def note(
    tx: Tx,
    verb: str,
    *,
    story_id: str | None = None,
    before: StoryStatus | None = None,
    actor: audit.Actor = audit.AUTHOR,
    surface: audit.Surface = audit.Surface.BUTTON,
) -> None:
    """One row for what was just done; a draft that was never sent has no story to name."""
    story = None if story_id is None else stories.find(tx, story_id)
    audit.record(
        tx,
        actor=actor,
        verb=verb,
        story=story_id,
        version=None if story is None else story.current_version,
        before=before,
        after=None if story is None else story.status,
        surface=surface,
    )
