"""What happened next: what can come of a press, what buttons and forms carry, when somebody may be asked.

Pure. `service.py` and `asking.py` act on it; `blocks.py` says it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from storage.told_next import Sequel

MOST_WORDS: Final = 3000
MOST_WEIGHT: Final = 9_000
"""Characters as Slack counts them, where `&`, `<` and `>` grow: all of it must fit in one message."""
ASKING_HOURS: Final = range(10, 17)
"""On weekdays, in the keeper's zone: nobody is asked in the evening."""
MOST_AT_ONCE: Final = 25
"""Tellers who are asked in one hour, so that a bot with years of stories does not ask them all at once."""


class What(StrEnum):
    """What came of a press or a form."""

    DONE = "done"
    FOUND = "found"
    """The screen finds something that its teller has not spoken of."""
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    NOT_YOURS = "not_yours"
    NOT_SHOWN = "not_shown"
    OVER = "over"
    """There is nothing to answer, or to take back."""
    NOT_SAVED = "not_saved"
    NOT_OPENED = "not_opened"
    NOT_REVIEWER = "not_reviewer"
    OWN_STORY = "own_story"
    CHANGED = "changed"
    """Another text has come since, or it was taken back."""
    ALREADY = "already"
    TWICE = "twice"
    NOT_YOUR_APPROVAL = "not_your_approval"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of the form, and what the screen finds where that stands in the way."""

    what: What
    found: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class At:
    """One sending of what happened next in a story, as a button names it."""

    story_id: str
    sequel_id: str
    n: int

    @property
    def value(self) -> str:
        """As a button carries it."""
        return f"{self.story_id}:{self.sequel_id}:{self.n}"

    def is_for(self, one: Sequel) -> bool:
        """Whether this very text is meant."""
        return (self.story_id, self.sequel_id, self.n) == (one.story_id, one.id, one.n)


def at_of(value: str) -> At | None:
    """What a button's value names; None for anything that no button of ours carries."""
    found = re.fullmatch(r"([0-9A-Za-z_-]{1,32}):([0-9A-Za-z_-]{1,32}):([0-9]{1,6})", value)
    return At(found[1], found[2], int(found[3])) if found else None


def at(one: Sequel) -> At:
    """How buttons name this text."""
    return At(one.story_id, one.id, one.n)


def metadata(story_id: str, found: Mapping[str, int]) -> str:
    """What the teller's form carries: the story, and what they have been told the screen finds."""
    return ":".join([story_id, *(f"{kind}={number}" for kind, number in sorted(found.items()))])


def metadata_of(carried: str) -> tuple[str, Mapping[str, int]]:
    """The story and what was found, from what a form carries; nothing found where that cannot be read."""
    story_id, *pairs = carried.split(":")
    matches = [re.fullmatch(r"([a-z_]{1,32})=([0-9]{1,4})", pair) for pair in pairs]
    return story_id, {match[1]: int(match[2]) for match in matches if match}


def weight(words: str) -> int:
    """Characters as Slack counts them."""
    return len(words) + 4 * words.count("&") + 3 * (words.count("<") + words.count(">"))


def may_ask(now: datetime, zone: ZoneInfo) -> bool:
    """Whether this is a time to ask somebody something that can wait."""
    local = now.astimezone(zone)
    return local.weekday() < 5 and local.hour in ASKING_HOURS
