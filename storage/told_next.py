"""What happened next, as it crosses the wall: whether a teller was asked, what they told, and where that stands.

Pure. Tables and statements are elsewhere; rooms and renderers read these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records import DeclineReason


class SequelState(StrEnum):
    """Where it stands; only what is approved is shown to readers."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    DECLINED = "declined"


class SequelAnswer(StrEnum):
    """What a teller said to the question whether anything has changed, where they told nothing."""

    NOTHING_YET = "nothing_yet"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Question:
    """That a teller was asked, for the how-manieth time, and what they said to it."""

    story_id: str
    times: int
    asked_at: datetime
    answer: SequelAnswer | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sequel:
    """What happened next in one story. `n` counts its sendings; a decision is about the one that it names."""

    story_id: str
    id: str
    n: int
    state: SequelState
    words: str = field(repr=False)
    kept: Mapping[str, int]
    """How many of each kind the screen found that its teller says are none."""
    sent_at: datetime
    first_approver: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: DeclineReason | None
    comment: str | None
    edition_id: str | None
    """The edition that tells of it, once one does."""

    @property
    def mark(self) -> str:
        """Names this sending: another one, or another telling, has another."""
        return f"{self.id}:{self.n}"
