"""`altogether storybook build` and `altogether export`: what each does, and the sentences it prints.

Slack is not asked. A bot may be running: it only writes to the same database, and keeps the site up to date from then
on. Called by `cli.py`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from bot.clock import Clock, make_clock
from bot.errors import Conflict, NotFound
from bot.settings import Settings
from bot.story import screening
from bot.story.screened import nouns
from bot.storybook import site
from bot.storybook.epub import write_epub
from bot.storybook.exporting import Exported, Format, export
from bot.storybook.pdf import must_have, write_pdf
from bot.text import count
from storage import lock, private, schema, storybook, tellers
from storage.books import Audience, Book, BookKind
from storage.database import Database, Tx
from storage.errors import DatabaseLocked
from storage.published import Standing
from storage.writer import Writer

_WRITES_TOO: Final = "altogether run"
WRITERS: Final[Mapping[str, site.Writes]] = {"pdf": write_pdf, "epub": write_epub}


@dataclass(frozen=True, slots=True)
class Desk:
    """A database that may be written, and the time."""

    database: Database
    writer: Writer
    workspace: str
    clock: Clock
    reading: site.Reading
    """A short read transaction."""


@contextmanager
def open_desk(settings: Settings, who: str) -> Iterator[Desk]:
    """The database, ready to be written, alone or beside a running bot.

    Raises DatabaseLocked while another command has it, DatabaseNotReady, and NotFound where no bot has run yet.
    """
    database = Database(settings.database_url)
    clock = make_clock(settings)
    try:
        holder = lock.holder(database.path)
        if holder is not None and not holder.startswith(_WRITES_TOO):
            raise DatabaseLocked(holder)
        with lock.hold(database.path, who, at=clock.now()) if holder is None else nullcontext():
            schema.ready(database)
            with database.reading("", clock.now()) as tx:
                workspace = tellers.any_workspace(tx)
            if workspace is None:
                raise NotFound("no bot has run on this database yet, so there are no stories")
            writer = Writer(database, workspace.id, clock.now).start()
            try:
                yield Desk(database, writer, workspace.id, clock, _reader(database, workspace.id, clock))
            finally:
                writer.close()
    finally:
        database.close()


def _reader(database: Database, workspace: str, clock: Clock) -> site.Reading:
    return lambda: database.reading(workspace, clock.now())


def build_storybook(settings: Settings, folder: Path, audience: Audience, *, pdf: bool, epub: bool) -> str:
    """Builds the site in this folder and returns what to print. Raises Conflict, NotFound, OSError."""
    if pdf:
        must_have()
    formats = [name for name, wished in (("pdf", pdf), ("epub", epub)) if wished]
    site.must_be_ours(folder, audience)
    with open_desk(settings, "altogether storybook build") as desk:
        built = build_site(desk, folder, audience, formats, settings)
    lines = [f"{count(len(built.stories), 'story', 'stories')} in {folder}: open {folder / 'index.html'}"]
    return "\n".join(lines + _left(built.left_out))


def wishes_of(audience: Audience, formats: Sequence[str], settings: Settings) -> site.Wishes:
    """How this audience's site is to be."""
    return site.Wishes(audience, settings.storybook_contact, {name: WRITERS[name] for name in formats})


def build_site(desk: Desk, folder: Path, audience: Audience, formats: list[str], settings: Settings) -> site.Built:
    """The folder is this audience's site, and the ledger knows what stands in it."""
    path = str(folder.resolve())
    wishes = wishes_of(audience, formats, settings)

    def begin(tx: Tx) -> tuple[Book, Sequence[Standing]]:
        return storybook.begin(tx, kind=BookKind.SITE, audience=audience, path=path, formats=",".join(formats))

    book, standing = desk.writer.submit(begin).result()
    built = site.build(folder, desk.reading, standing, wishes, today=desk.clock.now().astimezone(settings.zone).date())
    held = [one.story_id for one in built.stories]
    desk.writer.submit(lambda tx: storybook.finish(tx, book, held)).result()
    return built


def export_stories(settings: Settings, kind: Format, audience: Audience, to: Path | None, out: TextIO) -> str:
    """Writes the stories to a file, or to `out`; returns what to say of it. Raises Conflict, OSError."""
    with open_desk(settings, "altogether export") as desk:
        now = desk.clock.now()
        path = f"standard output, {now.isoformat()}" if to is None else str(to.parent.resolve() / to.name)

        def begin(tx: Tx) -> tuple[Book, Sequence[Standing]]:
            return storybook.begin(tx, kind=BookKind.EXPORT, audience=audience, path=path, formats=kind.value)

        book, standing = desk.writer.submit(begin).result()

        def to_it(write: Callable[[str], object]) -> Exported:
            return export(write, kind, audience, desk.reading, standing, find=screening.strong)

        done = to_it(out.write) if to is None else _to_file(to, to_it)
        held = [one.story_id for one in done.stories]
        desk.writer.submit(lambda tx: storybook.finish(tx, book, held)).result()
    said = f"{count(len(done.stories), 'story', 'stories')} exported. Whoever takes one back is told of this export."
    return "\n".join([said, *_left(done.left_out)])


def _to_file(to: Path, write: Callable[[Callable[[str], object]], Exported]) -> Exported:
    """The file is there whole or not at all, and its owner alone may read it."""
    if to.is_dir():
        raise Conflict(f"{to} is a folder. Name a file.")
    fresh = private.beside(to, ".new")
    try:
        with os.fdopen(private.create(fresh), "w", encoding="utf-8", newline="") as file:
            done = write(file.write)
        fresh.replace(to)
    finally:
        fresh.unlink(missing_ok=True)
    return done


def _left(left_out: Mapping[int, Mapping[str, int]]) -> list[str]:
    return [
        f"Left out: story {number} ({nouns(kinds)}). Its teller was not asked about that; a reviewer can redact it."
        for number, kinds in sorted(left_out.items())
    ]
