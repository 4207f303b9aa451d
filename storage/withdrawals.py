"""What is kept of a withdrawal: whose wish it was, the surfaces of the ledger, the tombstone.

Pure. The counterpart of `records.py` for what outlives a story's words.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class WithdrawnBy(StrEnum):
    """Whose wish it was that a story goes; RESTORE: an old copy of the database was put back, and forgets again."""

    AUTHOR = "author"
    CODE = "code"
    REVIEWER = "reviewer"
    RESTORE = "restore"


class RemovalState(StrEnum):
    """How far the removal from one surface is."""

    PENDING = "pending"
    DONE = "done"
    CANNOT = "cannot"


class Surface(StrEnum):
    """What kind of place a withdrawn story stood in."""

    WORDS = "words"
    EDITION = "edition"
    THREAD = "thread"
    CARD = "card"
    PREVIEW = "preview"
    SHARED = "shared"
    DIRECT = "direct"
    DISK = "disk"
    SITE = "site"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Removal:
    """One line of the removal ledger: a story, a place it stood in, and what has become of that."""

    story_id: str
    place: str
    """Outbox id of the message that showed it; for words and disk, the surface's own name."""
    surface: Surface
    state: RemovalState
    reason: str | None
    row_id: str | None
    """Outbox id of the row that changes or deletes the message."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a story is being taken back or down, until all is settled and its teller has heard."""

    story_id: str
    number: int
    by: WithdrawnBy
    at: datetime
    letter_id: str | None
    reason: str | None
    """What a reviewer gave for taking it down; erased when all is settled."""
    closed: bool


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That a story must stay forgotten: ids and a day, nothing else. With number 0 it is a draft that became one."""

    workspace: str
    story_id: str
    number: int
    day: date
