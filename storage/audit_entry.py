"""One entry of the audit trail: who did what to which story, what came of it, and the hash that chains it.

Pure. Nothing here can hold what a person wrote: every word of an entry is a short code, checked when it is made. A
person is named only where they acted as a reviewer or as their lead. Used by `storage.audit`, which everybody calls.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CODE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,63}")
"""What a verb, a status or a reason looks like: a code of this program, never words."""
GENESIS = "0" * 64
"""What the first entry of a chain has for the hash before it."""


class ActorKind(StrEnum):
    """In which capacity somebody acted; OTHER is a person who is no reviewer, and is never named.

    LEAD is the information-governance lead, who decides whether a reviewer may learn who told a story.
    """

    REVIEWER = "reviewer"
    LEAD = "lead"
    AUTHOR = "author"
    KEEPER = "keeper"
    SYSTEM = "system"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of it: done, refused by a rule, or tried and not possible."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class Surface(StrEnum):
    """Where it was done."""

    COMMAND = "command"
    BUTTON = "button"
    MODAL = "modal"
    SCHEDULER = "scheduler"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. Raises ValueError for an id beside any kind but REVIEWER and LEAD: nobody else may be found."""

    kind: ActorKind
    slack_id: str | None = None

    def __post_init__(self) -> None:
        if (self.slack_id is not None) != (self.kind in (ActorKind.REVIEWER, ActorKind.LEAD)):
            raise ValueError("the audit trail names reviewers and their lead, and nobody else")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail as people read it: what they may know of who, when and what."""

    seq: int
    at: datetime
    day_only: bool
    """The time is that day's midnight: nobody can tell at which hour a teller acted."""
    actor: str
    actor_id: str | None
    verb: str
    story: str | None
    version: int | None
    before: str | None
    after: str | None
    outcome: str
    reason: str | None
    surface: str


def code(word: str | None) -> str | None:
    """The word, if it is a code of this program. Raises ValueError for anything that somebody could have written."""
    if word is not None and not CODE.fullmatch(word):
        raise ValueError("the audit trail holds codes, never words")
    return None if word is None else str(word)


def hash_of(told: Sequence[str | int | None]) -> str:
    """SHA-256, in hexadecimal, over a row's own values as the database holds them, without its own hash."""
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":"), default=repr).encode()).hexdigest()
