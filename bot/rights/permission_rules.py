"""What a teller may say about a story that was sent: the ways to be described, the places, and what follows of each.

Pure. Who may change what is settled here; `permission.py` carries it out, `permission_blocks.py` asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.story import screening
from bot.story.screened import NAMES
from bot.text import join
from storage.records import Naming, Part, Place, Story, StoryStatus, Version

LONGEST_CREDIT: Final = 150
WITHHELD: Final = "prefer-not-to-say"
"""The choice id by which a teller declined to say what kind of work they do."""
OPEN: Final = frozenset({StoryStatus.SUBMITTED, StoryStatus.ASKED, StoryStatus.APPROVED, StoryStatus.POSTED})
"""Stories that are shown somewhere, or may come to be: the others have no permission to change."""
NAMING_WORDS: Final[Mapping[Naming, str]] = {
    Naming.NAME: "My name and role",
    Naming.ROLE_AND_ORGANISATION: "My role and type of organisation",
    Naming.ROLE: "My role only",
    Naming.NONE: "No name or role",
}
_SAYS_LESS: Final = (Naming.NAME, Naming.ROLE_AND_ORGANISATION, Naming.ROLE, Naming.NONE)
_IN_A_SENTENCE: Final[Mapping[Place, str]] = {
    Place.DIGEST: "the weekly digest",
    Place.STAFF_STORYBOOK: "the staff storybook",
    Place.PUBLIC_STORYBOOK: "the public storybook",
    Place.TRAINING: "training and reports",
}


class Problem(StrEnum):
    """Why nothing was changed."""

    NOT_YOURS = "not_yours"
    NOT_SHOWN = "not_shown"
    MOVED_ON = "moved_on"
    NOT_OFFERED = "not_offered"
    NO_LINE = "no_line"
    IDENTIFIER = "identifier"
    NOT_OPENED = "not_opened"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody ticked, chose and typed, about the version that they were shown."""

    story_id: str
    version: int
    places: frozenset[Place]
    naming: Naming
    credit: str | None
    """What was typed; None where nothing was asked to be typed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A story's permission as it stands, and what its teller is offered."""

    story: Story
    version: Version
    places: tuple[Place, ...]
    namings: tuple[Naming, ...]

    @property
    def posted(self) -> bool:
        """Whether it is in a digest: then it can say less of its teller, and not more."""
        return self.story.status is StoryStatus.POSTED


def standing(story: Story, version: Version) -> Standing:
    """How the permission stands. A story that was taken out of its digest is not offered a digest again."""
    posted = story.status is StoryStatus.POSTED
    places = tuple(one for one in Place if not (posted and one is Place.DIGEST and one not in version.places))
    return Standing(story, version, places, _namings(version, posted=posted))


def _namings(version: Version, *, posted: bool) -> tuple[Naming, ...]:
    can = [Naming.NAME, *(one for one in _SAYS_LESS[1:-1] if line_of(version, one)), Naming.NONE]
    if version.naming not in can:
        can.append(version.naming)
    now = _SAYS_LESS.index(version.naming)
    return tuple(one for one in _SAYS_LESS if one in can and (not posted or _SAYS_LESS.index(one) >= now))


def line_of(version: Version, naming: Naming) -> str | None:
    """The line that readers see under the story for a naming that needs no typing; None where there is none."""
    role, organisation = _part(version, Part.ROLE), _part(version, Part.ORGANISATION)
    if naming is Naming.ROLE_AND_ORGANISATION:
        return f"{role}, {organisation}" if role and organisation else None
    return role if naming is Naming.ROLE else None


def _part(version: Version, part: Part) -> str | None:
    return next((one.value for one in version.answers if one.part is part and WITHHELD not in one.choices), None)


def credit_of(version: Version, wish: Wish) -> str | None:
    """The line that the wish asks for."""
    if wish.naming is Naming.NAME and wish.credit is not None:
        return wish.credit or None
    return version.credit_line if wish.naming is version.naming else line_of(version, wish.naming)


def problem_with(at: Standing, wish: Wish) -> Problem | None:
    """Why this wish cannot be carried out, if it cannot."""
    if wish.version != at.version.n:
        return Problem.MOVED_ON
    if wish.naming not in at.namings or not wish.places <= set(at.places):
        return Problem.NOT_OFFERED
    credit = credit_of(at.version, wish)
    if wish.naming is Naming.NAME and not credit:
        return Problem.NO_LINE
    if len(credit or "") > LONGEST_CREDIT or (
        at.posted and wish.naming is Naming.NAME and credit != at.version.credit_line
    ):
        return Problem.NOT_OFFERED
    if wish.naming is Naming.NAME and credit != at.version.credit_line and _finds_somebody_else(credit or ""):
        return Problem.IDENTIFIER
    return None


def _finds_somebody_else(line: str) -> bool:
    """Whether the line holds more than a name: a number, an address. It is what readers see, so it is screened too."""
    return any(span.kind not in NAMES for span in screening.strong(line))


def places_in_a_sentence(places: frozenset[Place]) -> str:
    """ "the weekly digest and the staff storybook"; empty for none."""
    return join([words for place, words in _IN_A_SENTENCE.items() if place in places])
