"""Taking a story back: what can come of it, what a button carries, which refusals of Slack are final.

Pure. `service.py` acts on the answers; `blocks.py` says them.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from storage.withdrawals import Removal, RemovalState, Surface

PATIENCE: Final = timedelta(seconds=20)
"""A removal that takes longer than this is told of as it stands, before all of it is done."""
MOST_REASON: Final = 300
MOST_GUESSES: Final = 10
"""Wrong codes of one story within an hour, by anybody and by any way; after these even the right one must wait."""
CODE: Final = "code:"
IN_DOUBT: Final = "in_doubt"
"""Why a surface is not clean of which nobody knows whether it stands."""


class What(StrEnum):
    """What came of a press or a command."""

    DONE = "done"
    DONE_UNKNOWN = "done_unknown"
    """The same, of a story whose teller is known no more, so that nobody gets the list."""
    TAKEN_DOWN = "taken_down"
    TAKEN_DOWN_UNKNOWN = "taken_down_unknown"
    LEFT = "left"
    ALREADY = "already"
    NOT_YOURS = "not_yours"
    BAD_CODE = "bad_code"
    TOO_MANY = "too_many"
    NOT_REVIEWER = "not_reviewer"
    NO_STORY = "no_story"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a teller is told of: the surfaces that are clean, those that are waited for, those that cannot be."""

    gone: tuple[Surface, ...]
    waiting: tuple[Surface, ...]
    cannot: tuple[tuple[Surface, str], ...]
    was_posted: bool
    """Whether a channel may have shown it, so that other people may have replied."""

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for."""
        return not self.waiting


def ledger_of(lines: "tuple[Removal, ...]") -> Ledger:
    """The ledger's lines, put together by kind of surface: one is gone when all of its kind are."""
    states: dict[Surface, list[Removal]] = {}
    for line in lines:
        states.setdefault(line.surface, []).append(line)
    gone: list[Surface] = []
    waiting: list[Surface] = []
    cannot: list[tuple[Surface, str]] = []
    for surface in Surface:
        of_kind = states.get(surface, [])
        if any(line.state is RemovalState.PENDING for line in of_kind):
            waiting.append(surface)
        elif any(line.state is RemovalState.CANNOT for line in of_kind):
            reasons = sorted({line.reason or "unknown" for line in of_kind if line.state is RemovalState.CANNOT})
            cannot.append((surface, ", ".join(reasons)))
        elif of_kind:
            gone.append(surface)
    posted = not states.keys().isdisjoint((Surface.EDITION, Surface.THREAD, Surface.SHARED))
    return Ledger(tuple(gone), tuple(waiting), tuple(cannot), posted)


def takedown_of(value: str) -> tuple[str, str]:
    """The story's id and the reason that the button *Take it down* carries."""
    story_id, _, reason = value.partition(":")
    return story_id, reason
