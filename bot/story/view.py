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


def view_of(number: int, version: Version) -> StoryView:
    """The view of a version under its story's number."""
    parts = {answer.part: answer.value for answer in version.answers if answer.value}
    return StoryView(
        number=number,
        version=version.n,
        title=parts.get(Part.TITLE),
        kind=parts.get(Part.KIND),
        services=parts.get(Part.SERVICES),
        sections=tuple((a.label, a.value) for a in version.answers if a.part is Part.BODY and a.value),
        lesson=parts.get(Part.LESSON),
        credit=None if version.naming is Naming.NONE else version.credit_line,
        changed_labels=tuple(a.label for a in version.answers if a.prompt_id in version.changed_prompts),
    )


def reading_blocks(view: StoryView) -> list[kit.Block]:
    """The answers under their labels and the line to remember, without heading or credit."""
    blocks = [kit.said(label, words) for label, words in view.sections]
    if view.lesson:
        blocks.append(kit.quote(view.lesson))
    return blocks


def minutes_to_read(views: Sequence[StoryView]) -> int:
    """How long these take to read, in whole minutes, at least one."""
    return max(1, ceil(sum(view.words for view in views) / READING_SPEED))
