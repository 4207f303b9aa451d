"""A story as its readers see it: the one place that turns a version's answers into what is shown.

Pure. Cards, digests, threads and the page where a teller checks their story all read this, so that a reviewer approves
what a reader gets. Who told it is here only as the credit line that the teller chose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from bot import kit
from bot.text import first_sentence
from storage.records import Naming, Part, Version

READING_SPEED = 200
"""Words a minute."""
WHAT_NEXT = "What happened next"
"""The label of what a teller told some weeks later."""
_RUN = 2000
"""Characters of one run of a long answer."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """What anybody may see of a version."""

    number: int
    version: int
    title: str | None
    kind: str | None
    services: str | None
    sections: tuple[tuple[str, str], ...]
    """(label, words) of every other answer, in the order they were asked."""
    lesson: str | None
    credit: str | None
    """None: no name or role."""
    changed_labels: tuple[str, ...] = ()
    """Labels of the answers that differ from the version before."""

    @property
    def heading(self) -> str:
        """What the story is called: its title, else how it went."""
        return self.title or self.kind or f"Story {self.number}"

    @property
    def facts(self) -> str:
        """One line: how it went, and which services were part of it."""
        return " · ".join(part for part in (self.kind, self.services) if part)

    @property
    def opening(self) -> str:
        """The first sentence of the first answer, under 140 characters."""
        return first_sentence(self.sections[0][1] if self.sections else self.lesson or "", 140)

    @property
    def words(self) -> int:
        """How many words a reader reads."""
        texts = [words for _, words in self.sections] + [self.lesson or ""]
        return sum(len(text.split()) for text in texts)


@dataclass(frozen=True, slots=True)
class Example:
    """One answer of a story, with the wording of its question and what the story is called."""

    prompt_id: str
    number: int
    heading: str
    asked: str
    words: str


def view_of(number: int, version: Version, what_next: str | None = None) -> StoryView:
    """The view of a version under its story's number, with what happened next where that may be shown."""
    later = ((WHAT_NEXT, what_next),) if what_next else ()
    parts = {answer.part: answer.value for answer in version.answers if answer.value}
    return StoryView(
        number=number,
        version=version.n,
        title=parts.get(Part.TITLE),
        kind=parts.get(Part.KIND),
        services=parts.get(Part.SERVICES),
        sections=tuple((a.label, a.value) for a in version.answers if a.part is Part.BODY and a.value) + later,
        lesson=parts.get(Part.LESSON),
        credit=None if version.naming is Naming.NONE else version.credit_line,
        changed_labels=tuple(a.label for a in version.answers if a.prompt_id in version.changed_prompts),
    )


def at_length(label: str | None, words: str) -> list[kit.Block]:
    """What a teller wrote, in as many blocks as it takes, broken at white space where there is some."""
    pieces = []
    while len(words) > _RUN:
        end = max(words.rfind("\n", 0, _RUN), words.rfind(" ", 0, _RUN))
        end = end if end > _RUN // 2 else _RUN
        pieces.append(words[:end])
        words = words[end:].lstrip()
    if words or not pieces:
        pieces.append(words)
    return [kit.said(None if place else label, piece) for place, piece in enumerate(pieces)]


def minutes_to_read(views: Sequence[StoryView]) -> int:
    """How long these take to read, in whole minutes, at least one."""
    return max(1, ceil(sum(view.words for view in views) / READING_SPEED))
