"""A site is built: what may be read becomes a folder of pages, and only what has changed is written again.

Words are read in short transactions, screened once more, and left out when the screen finds something that its teller
was not asked about. Nothing is kept between builds but what lies in the folder. Called by `keeping.py` and `work.py`,
which note in the removal ledger what the site may hold before this begins.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from bot import __version__
from bot.errors import Conflict
from bot.story import screening
from bot.story.next_told import mark_of, readable
from bot.story.screened import undisputed
from bot.story.screening import Span
from bot.story.view import StoryView, view_of
from bot.storybook import entry as entries_of
from bot.storybook.counting import summary_of
from bot.storybook.entry import Entry, Neighbours, entry_of, neighbours
from bot.storybook.folder import Aside, aside
from bot.storybook.groups import pages_of, shelves_of
from bot.storybook.pages import Pages
from bot.storybook.vocabulary import Vocabulary, vocabulary_of
from storage import drafts, published
from storage.books import Audience
from storage.database import Tx
from storage.published import Published, Standing

log = logging.getLogger(__name__)

STATE: Final = ".storybook.json"
"""What the folder was made from; without it a folder is not ours, and is left alone."""
BATCH: Final = 100
IN_BOOKLET: Final = 200
"""The newest stories, on one page for paper: more than this no browser prints in one go."""
_ASSETS: Final = ("style.css", "search.js", "icon.svg")

Reading = Callable[[], AbstractContextManager[Tx]]
"""Opens a short read transaction."""
Find = Callable[[str], Sequence[Span]]
Writes = Callable[[Path, "Source"], None]
"""Writes a book (PDF, EPUB) of everything in the source."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a site is to be: for whom, whom to ask, and which books lie beside its pages."""

    audience: Audience
    contact: str | None = None
    books: dict[str, Writes] = field(default_factory=dict)
    """By format: "pdf", "epub"."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build."""

    stories: tuple[Standing, ...]
    """What the site holds now."""
    left_out: dict[int, dict[str, int]]
    """By number: how many of each kind the screen found that its teller was not asked about."""
    written: int
    """Pages that were written; the others stand as they were."""


@dataclass(slots=True)
class Source:
    """The stories of one book while it is made: entries by number, and the way to read their words again."""

    audience: Audience
    reading: Reading
    entries: dict[int, Entry]
    today: date
    find: Find = screening.strong

    def told(self, numbers: Sequence[int]) -> Iterator[tuple[Entry, StoryView]]:
        """These stories with their words, read in batches, as far as they may still be read in the entry's version."""
        for first in range(0, len(numbers), BATCH):
            with self.reading() as tx:
                found = published.of_numbers(tx, self.audience, numbers[first : first + BATCH])
            for one in found:
                entry = self.entries.get(one.number)
                if entry is not None and (entry.version, entry.sequel) == (one.version.n, mark_of(one.sequel)):
                    yield entry, view_of(one.number, one.version, entry.next)


def build(
    target: Path,
    reading: Reading,
    standing: Sequence[Standing],
    wishes: Wishes,
    *,
    today: date,
    find: Find = screening.strong,
) -> Built:
    """The folder holds the site of these stories, as far as they may still be read; readers see it change at once.

    Raises Conflict where the folder holds something else, another audience's site, or is being written; OSError.
    """
    named, target = target, target.resolve()
    with aside(target) as new:
        must_be_ours(named, wishes.audience)
        with reading() as tx:
            workspace = tx.workspace
            vocabulary = vocabulary_in(tx, wishes.audience)
        made_by = _made_by(wishes, vocabulary)
        before = _state(target)
        kept = before if before is not None and before.get("made_by") == made_by else {}
        source = Source(wishes.audience, reading, {}, today, find)
        left = _gather(source, standing, kept)
        site = _Site(new, source, Pages(wishes.audience, contact=wishes.contact, formats=tuple(wishes.books)), kept)
        site.write_stories()
        entries = [source.entries[number] for number in sorted(source.entries)]
        site.write_lists(entries, vocabulary)
        site.write_rest(entries, vocabulary, workspace, len(left))
        for kind, write in wishes.books.items():
            write(new.place(f"storybook.{kind}"), source)
        state = {
            "made_by": made_by,
            "audience": wishes.audience.value,
            "entries": [entries_of.to_json(one) for one in entries],
            "left": {number: [n, kinds] for number, (n, kinds) in left.items()},
            "pages": site.marks,
        }
        new.write(STATE, json.dumps(state, ensure_ascii=False).encode())
        new.settle()
    held = tuple(one for one in standing if one.number in source.entries)
    log.info("site built audience=%s stories=%d left_out=%d", wishes.audience.value, len(held), len(left))
    return Built(held, {number: kinds for number, (_, kinds) in left.items()}, len(new.written))


def is_current(target: Path, reading: Reading, standing: Sequence[Standing], wishes: Wishes) -> bool:
    """Whether the folder is the site that a build would make."""
    state = _state(target.resolve())
    if state is None or any(not (target / f"storybook.{kind}").exists() for kind in wishes.books):
        return False
    with reading() as tx:
        vocabulary = vocabulary_in(tx, wishes.audience)
    versions = {one["number"]: (one["version"], one["sequel"]) for one in state["entries"]}
    left = {int(number): (value[0], "") for number, value in state["left"].items()}
    return bool(state["made_by"] == _made_by(wishes, vocabulary)) and versions | left == {
        one.number: (one.version, "" if one.number in left else one.sequel) for one in standing
    }


def must_be_ours(target: Path, audience: Audience) -> None:
    """Raises Conflict where the folder exists and is neither empty nor a site for this audience."""
    if target.is_dir() and not (target / STATE).exists() and any(target.iterdir()):
        raise Conflict(f"{target} holds other files. Name a new or empty folder for the storybook.")
    if target.exists() and not target.is_dir():
        raise Conflict(f"{target} is a file. Name a folder for the storybook.")
    state = _state(target)
    if state is not None and state["audience"] != audience.value:
        raise Conflict(f"{target} is the {state['audience']} storybook. Name another folder.")


def vocabulary_in(tx: Tx, audience: Audience) -> Vocabulary:
    """The terms of every script that a story of this book was told with."""
    sources = (drafts.find_script(tx, sha) for sha in published.scripts(tx, audience))
    return vocabulary_of(source for source in sources if source is not None)


def checked(one: Published, find: Find) -> dict[str, int]:
    """How many of each kind keep the story from being shown; empty when it may be. Fails closed."""
    try:
        return dict(undisputed(one.version, one.hits, find))
    except Exception as error:  # noqa: BLE001 -- whatever went wrong in there, the story is not shown
        log.error("screen failed story=%s version=%d error=%s", one.story_id, one.version.n, type(error).__name__)
        return {"unread": 1}


Left = dict[int, tuple[int, dict[str, int]]]
"""Number → (version, kinds): what is not shown."""


def _gather(source: Source, standing: Sequence[Standing], kept: dict[str, Any]) -> Left:
    """Fills the source with an entry for every story that may be shown; returns those that may not."""
    known = {one["number"]: one for one in kept.get("entries", [])}
    left: Left = {int(number): (value[0], value[1]) for number, value in kept.get("left", {}).items()}
    left = {one.number: left[one.number] for one in standing if left.get(one.number, (0,))[0] == one.version}
    fresh: list[int] = []
    for one in standing:
        before = known.get(one.number)
        if before is not None and (before["version"], before["sequel"]) == (one.version, one.sequel):
            source.entries[one.number] = entries_of.from_json(before)
        elif one.number not in left:
            fresh.append(one.number)
    for first in range(0, len(fresh), BATCH):
        with source.reading() as tx:
            found = published.of_numbers(tx, source.audience, fresh[first : first + BATCH])
        for story in found:
            kinds = checked(story, source.find)
            if kinds:
                left[story.number] = (story.version.n, kinds)
                continue
            changed_on = story.decided_on
            what_next = readable(story.sequel, source.find)
            if what_next and story.sequel is not None and story.sequel.decided_at is not None:
                changed_on = max(changed_on, story.sequel.decided_at.date())
            made = entry_of(
                story.number,
                story.version,
                told_on=story.told_on,
                decided_on=changed_on,
                sequel=mark_of(story.sequel),
                what_next=what_next,
            )
            source.entries[story.number] = made
    return left


class _Site:
    """The files of one build; `marks` says what each page was made from, so that the next build can keep it."""

    def __init__(self, new: Aside, source: Source, pages: Pages, kept: dict[str, Any]) -> None:
        self._new, self._source, self._pages = new, source, pages
        self._before: dict[str, str] = kept.get("pages", {})
        self.marks: dict[str, str] = {}

    def _same(self, file: str, *made_from: object) -> bool:
        """Notes what the page is made from; whether the old folder has it made from the same."""
        mark = hashlib.blake2b(repr(made_from).encode(errors="replace"), digest_size=9).hexdigest()
        self.marks[file] = mark
        return self._before.get(file) == mark and self._new.keep(file)

    def write_stories(self) -> None:
        """A page for each story that is new, or has new neighbours; one that may no longer be read is let go."""
        entries = self._source.entries
        beside = neighbours([entries[number] for number in sorted(entries)])
        fresh = {
            number for number in entries if not self._same(entries[number].file, *_made_from(entries[number], beside))
        }
        written = set()
        for entry, view in self._source.told(sorted(fresh)):
            self._new.write(entry.file, self._pages.story(entry, view, beside[entry.number]))
            written.add(entry.number)
        for number in fresh - written:  # taken back while the pages were written: the next build mends the links to it
            del self.marks[entries.pop(number).file]

    def write_lists(self, entries: Sequence[Entry], vocabulary: Vocabulary) -> None:
        """Browsing: what there is, and every list."""
        shelves = shelves_of(entries, vocabulary)
        self._new.write("browse/index.html", self._pages.browse(shelves))
        for group in {group.name: group for group in shelves.all()}.values():
            for page in pages_of(group):
                shown = [(one.number, one.version) for one in page.entries]
                file = f"browse/{page.file}"
                if not self._same(file, group.text, group.explained, shown, page.newer, page.older):
                    self._new.write(file, self._pages.listing(group, page))
        if not entries:
            group = shelves.everything
            self._new.write("browse/all.html", self._pages.none(group))

    def write_rest(self, entries: Sequence[Entry], vocabulary: Vocabulary, workspace: str, left: int) -> None:
        """Every page that speaks of all stories."""
        summary = summary_of(entries, vocabulary)
        self._new.write("index.html", self._pages.opening(entries, summary))
        self._new.write("say.html", self._pages.say(summary))
        self._new.write("about.html", self._pages.about(len(entries), left))
        self._new.write("feed.xml", self._pages.feed(entries, workspace))
        self._new.write("search.html", self._pages.search())
        self._new.write("search-index.js", self._pages.search_index(entries))
        newest = [one.number for one in entries[-IN_BOOKLET:]]
        told = list(self._source.told(newest))
        self._new.write("booklet.html", self._pages.booklet(told, len(entries), self._source.today))
        for name in _ASSETS:
            self._new.write(name, (resources.files("bot.storybook") / "templates" / name).read_bytes())


def _made_from(entry: Entry, beside: dict[int, Neighbours]) -> tuple[object, ...]:
    near = beside[entry.number]
    return (entry.version, entry.sequel, *((one and (one.number, one.title)) for one in (near.before, near.after)))


def _state(target: Path) -> dict[str, Any] | None:
    """What the folder was made from; None where it is no site, or its state cannot be understood."""
    try:
        found = json.loads((target / STATE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return (
        found
        if isinstance(found, dict) and {"made_by", "audience", "entries", "left", "pages"} <= found.keys()
        else None
    )


def _made_by(wishes: Wishes, vocabulary: Vocabulary) -> str:
    """Names everything but the stories that a page depends on: with another, all is written anew and screened anew."""
    given = (wishes.audience.value, wishes.contact, sorted(wishes.books), repr(vocabulary))
    return hashlib.blake2b(repr((_program(), given)).encode(), digest_size=16).hexdigest()


@cache
def _program() -> str:
    """The templates, what fills them, and the screen."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for package in ("bot.storybook", "bot.storybook.templates", "bot.story", "bot.story.screening"):
        folder = resources.files("bot").joinpath(*package.split(".")[1:])
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.is_file() and not file.name.endswith(".pyc"):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
