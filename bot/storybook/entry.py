"""A story in the index of a book: what lists, charts and search need of it, and nothing that its page does not show.

Pure. Built from a published story. A site keeps its entries between builds, so that only changed stories are read
again.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.story.view import StoryView, view_of
from bot.storybook.vocabulary import OTHER
from bot.text import first_sentence, month_and_year
from storage.records import Part, Version

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One story as lists show it. `words` is what search looks through: each word once, without accents."""

    number: int
    version: int
    title: str
    kind: str
    """The id of how it went; empty where it was not answered."""
    kind_text: str
    services: tuple[str, ...]
    enablers: tuple[str, ...]
    barriers: tuple[str, ...]
    opening: str
    lesson: str
    month: str
    """ "2025-06": the month it was told, and no finer."""
    day: str
    """ "2025-06-06": the day of its approval or its digest, or that of what happened next."""
    credit: str
    words: str
    sequel: str = ""
    """Names what happened next, as it is approved; empty where nothing is."""
    next: str = ""
    """What happened next, where it may be shown."""

    @property
    def month_text(self) -> str:
        """ "June 2025"."""
        return month_and_year(date.fromisoformat(f"{self.month}-01"))

    @property
    def file(self) -> str:
        """Where its page stands; the address never changes."""
        return page_of(self.number)


def page_of(number: int) -> str:
    """The page of the story with this number."""
    return f"stories/{number}.html"


def entry_of(
    number: int, version: Version, *, told_on: date, decided_on: date, sequel: str = "", what_next: str | None = None
) -> Entry:
    """The entry of a version under its story's number, with what happened next where that may be shown."""
    view = view_of(number, version, what_next)
    chosen: dict[str, tuple[str, ...]] = {
        "kind": _choices(version, part=Part.KIND),
        "services": _choices(version, part=Part.SERVICES),
        "enablers": _choices(version, prompt_id="enablers"),
        "barriers": _choices(version, prompt_id="barriers"),
    }
    return Entry(
        number=number,
        version=version.n,
        title=heading_of(view),
        kind=chosen["kind"][0] if chosen["kind"] else "",
        kind_text=view.kind or "",
        services=chosen["services"],
        enablers=chosen["enablers"],
        barriers=chosen["barriers"],
        opening=view.opening,
        lesson=view.lesson or "",
        month=f"{told_on:%Y-%m}",
        day=decided_on.isoformat(),
        credit=view.credit or "",
        words=search_words(view),
        sequel=sequel,
        next=what_next or "",
    )


def heading_of(view: StoryView) -> str:
    """What the story is called in lists: its title, else how it began, since many went the same way."""
    return view.title or first_sentence(view.sections[0][1] if view.sections else "", 60) or view.heading


def search_words(view: StoryView) -> str:
    """Each word of the story once, in small letters without accents, in the order of their coming."""
    texts = [view.title or "", view.facts, *(words for _, words in view.sections), view.lesson or "", view.credit or ""]
    return " ".join(dict.fromkeys(_WORD.findall(plain(" ".join(texts)))))


def plain(text: str) -> str:
    """As search compares: small letters, no accents. The page's script does the same."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _choices(version: Version, *, part: Part | None = None, prompt_id: str | None = None) -> tuple[str, ...]:
    for answer in version.answers:
        if answer.part is part or answer.prompt_id == prompt_id:
            return tuple(choice for choice in answer.choices if choice != OTHER)
    return ()


def to_json(entry: Entry) -> dict[str, Any]:
    """The entry as a site keeps it."""
    return {name: getattr(entry, name) for name in Entry.__slots__}


def from_json(values: dict[str, Any]) -> Entry:
    """The entry that was kept. Raises TypeError for anything else."""
    lists = {name: tuple(values[name]) for name in ("services", "enablers", "barriers")}
    return Entry(**{**values, **lists})


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stories to read before and after one: each differs in kind from it, where there is such a one."""

    before: Entry | None
    after: Entry | None


def neighbours(entries: Sequence[Entry]) -> dict[int, Neighbours]:
    """For each number: the nearest story of another kind on either side, else simply the nearest."""
    before = _nearest(entries)
    after = _nearest(entries[::-1])
    return {entry.number: Neighbours(before[entry.number], after[entry.number]) for entry in entries}


def _nearest(entries: Sequence[Entry]) -> dict[int, Entry | None]:
    """For each number, the last entry of another kind that came before it, else the one just before."""
    found: dict[int, Entry | None] = {}
    last: Entry | None = None
    other: Entry | None = None
    for entry in entries:
        if last is not None and last.kind != entry.kind:
            other = last
        found[entry.number] = other if other is not None and other.kind != entry.kind else last
        last = entry
    return found
