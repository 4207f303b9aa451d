"""What reading knows: the themes that stories are sorted by, and what a page of results or of the home holds.

Pure. Service fills these, blocks show them.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.story.view import StoryView
from storage.records import Draft, Story

PAGE: Final = 10
"""Titles on a page of the home."""
RESULTS: Final = 5
"""Results in the answer to a search."""
MORE_RESULTS: Final = 20
"""Results on the page behind *More*."""
MANY: Final = 1_000
"""Stories from which on nobody is told how many there are, but that there are more."""
OWN: Final = 5
LATEST: Final = 3

Waiting = tuple[int, datetime | None]
"""How much waits for reviewers, and since when the longest has."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One thing to browse by: a service, a kind, a theme or a pillar. `value` is what its menu hands back."""

    value: str
    text: str
    group: str
    choices: tuple[str, ...]
    """What stands in the index for it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A story that was found, and the sentence in which it was."""

    view: StoryView
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, from `skip` on, and whether there is more."""

    hits: tuple[Hit, ...]
    skip: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stories of one theme, a page of them."""

    theme: Theme
    views: tuple[StoryView, ...]
    earlier: int | None
    """Below which number the next page begins; None where there is none."""


@dataclass(frozen=True, slots=True)
class Home:
    """What one person's home shows."""

    stories: int | None
    """How many may be read; None while it is not known whether this person may read them."""
    latest: tuple[StoryView, ...] = ()
    read_again: tuple[StoryView, ...] = ()
    shelf: Shelf | None = None
    own: tuple[tuple[Story, str], ...] = ()
    """Their stories, each with its line."""
    own_more: bool = False
    kept: tuple[Draft, ...] = ()
    """What they keep to themselves."""
    writing: str | None = None
    """Where they are in the story that they are telling ("on question 3 of 8"); None while they tell none."""
    waiting: Waiting | None = None
    """For reviewers; None for everybody else."""
    themes: tuple[Theme, ...] = field(default=())


def number_in(carried: str) -> int | None:
    """The number that a button or a form carries; None where it carries none of ours."""
    return int(carried) if re.fullmatch(r"[0-9]{1,9}", carried) else None
