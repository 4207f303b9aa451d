"""That somebody asked who told a story: how far that is, and what is kept of it.

Pure. The answer itself is never kept: it is looked up while it may be shown. Used by `storage.breakglass` and the room.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AskState(StrEnum):
    """How far it is: waiting for the second person, agreed to, refused, or over without an answer."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class AskedWho:
    """One time that a reviewer asked who told a story."""

    id: str
    story_id: str
    number: int
    asker: str
    decider: str | None
    """The second person, once they have decided."""
    reason: str | None = field(repr=False)
    """The asker's words; gone once the story is taken back."""
    state: AskState
    author_told: bool
    """Whether the teller was sent a message; in what they see of their data it stands in any case."""
    asked_at: datetime
    decided_at: datetime | None
    ends_at: datetime
    """Until when it may be decided, and once agreed to, until when the answer may be seen."""
    shown: int
    """How many times the asker has looked."""
