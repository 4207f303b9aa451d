"""While the bot runs, every site is kept up to date: written again soon after an approval, a change or a withdrawal.

Sites are those of STORYBOOK_DIR and any that was built by hand. Pages are written on a thread, a few at a time for what
has changed; a site that cannot be written is tried again, and a story that was taken back stays in the ledger until it
is off. Started and stopped by `app.py`.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.clock import Clock
from bot.settings import Settings
from bot.storybook import pdf, site, work
from storage import published, storybook
from storage.books import Audience, Book, BookKind
from storage.database import Database, Tx
from storage.errors import StorageError
from storage.published import Standing
from storage.writer import Writer

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at whether a site is as it should be."""
AFTER_FAILURE: Final = 30.0
MOVED: Final = "moved"
"""Why a story could not be taken off a site: its folder is no longer where it was built."""
_AUDIENCES: Final = (Audience.STAFF, Audience.PUBLIC)


class Stopping(Exception):
    """The bot stops, so a site that is being written is left as it was."""


class Keeping:
    """Looks after the sites until it is stopped."""

    def __init__(self, database: Database, writer: Writer, workspace: str, clock: Clock, settings: Settings) -> None:
        self._database, self._writer, self._workspace = database, writer, workspace
        self._clock, self._settings = clock, settings
        self._current: dict[str, Sequence[Standing]] = {}
        """By path: what the site was last seen to hold."""
        self._stopping = False

    def stop(self) -> None:
        """What is being written is left off at the next page."""
        self._stopping = True

    async def run(self) -> None:
        """Looks after every site again and again."""
        while True:
            fine = await asyncio.to_thread(self.look)
            await self._clock.wait(asyncio.Event(), seconds=LOOK_EVERY if fine else AFTER_FAILURE)

    def look(self) -> bool:
        """Brings every site up to date that is not; False where one could not be."""
        try:
            with self._reading() as tx:
                books = list(storybook.sites(tx))
        except (StorageError, Stopping) as error:
            log.warning("sites not looked at kind=%s", type(error).__name__)
            return False
        fine = True
        for book in self._with_configured(books):
            fine = self._see_to(book) and fine
        return fine and not self._misplaced(books)

    def _configured(self) -> dict[str, Audience]:
        """By path: the sites that the bot makes by itself."""
        folder = self._settings.storybook_dir
        return {} if folder is None else {str((folder / one.value).resolve()): one for one in _AUDIENCES}

    def _with_configured(self, books: Sequence[Book]) -> list[Book]:
        known = {book.path for book in books}
        fresh = [(path, audience) for path, audience in self._configured().items() if path not in known]
        now = self._clock.now()
        return [*books, *(Book("", BookKind.SITE, audience, path, "", now) for path, audience in fresh)]

    def _misplaced(self, books: Sequence[Book]) -> bool:
        """Whether a site stands where the bot is to keep that of another audience: it is kept for its own."""
        wanted = self._configured()
        wrong = [book for book in books if wanted.get(book.path, book.audience) is not book.audience]
        for book in wrong:
            log.error("site not written audience=%s: its folder is the %s storybook", wanted[book.path], book.audience)
        return bool(wrong)

    def _see_to(self, book: Book) -> bool:
        folder = Path(book.path)
        try:
            if book.id and not folder.exists() and folder.parent.exists():
                self._writer.submit(lambda tx: storybook.give_up(tx, book, MOVED)).result()
                log.warning("site is no longer there book=%s", book.id)
                return True
            with self._reading() as tx:
                standing, waits = published.standing(tx, book.audience), storybook.waiting(tx, book.id)
            if not waits and (self._current.get(book.path) == standing or self._is_current(book, standing)):
                self._current[book.path] = standing
                return True
            formats = self._formats(book)
            desk = work.Desk(self._database, self._writer, self._workspace, self._clock, self._reading)
            work.build_site(desk, folder, book.audience, formats, self._settings)
        except Stopping:
            return False
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with a site, the bot goes on hearing people
            log.error("site not written book=%s kind=%s; trying again", book.id or book.audience, type(error).__name__)
            return False
        return True

    def _is_current(self, book: Book, standing: Sequence[Standing]) -> bool:
        wishes = work.wishes_of(book.audience, self._formats(book), self._settings)
        return bool(book.id) and site.is_current(Path(book.path), self._reading, standing, wishes)

    def _formats(self, book: Book) -> list[str]:
        """The books beside the pages, as far as they can be made here."""
        wished = [name for name in book.formats.split(",") if name in work.WRITERS]
        if "pdf" in wished and not pdf.can_be_made():
            wished.remove("pdf")
        return wished

    @contextmanager
    def _reading(self) -> Iterator[Tx]:
        if self._stopping:
            raise Stopping
        with self._database.reading(self._workspace, self._clock.now()) as tx:
            yield tx
