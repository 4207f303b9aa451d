"""What a withdrawal needs beside its transaction: the tombstone outside the database, and the bytes off the disk.

The tombstone is written after the commit and before anybody is told, so that nobody is promised what a restored backup
would break. Started and awaited by `app.py`; `listeners.py` calls `remember` before it acknowledges.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from bot.clock import Clock
from bot.errors import Problem, SettingsError
from bot.rights import service, tombstones
from bot.story.policy import Policy
from storage import removals
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.withdrawals import Tombstone
from storage.writer import Writer

T = TypeVar("T")
log = logging.getLogger(__name__)

LOOK_EVERY: Final = 30.0
"""Seconds at most between two looks at whether something is to be forgotten."""
WHILE_OPEN: Final = 2.0
"""The same while a removal is not settled: what becomes of a message that was never sent is told to nobody."""
BETWEEN_TRIES: Final = 0.2
REWRITE_FIRST: Final = timedelta(hours=1)
REWRITE_EVERY: Final = timedelta(days=1)
"""The whole file is written anew at once for what was taken back; for what drafts and time deleted, once a day."""


class Forgetting:
    """Keeps the file of tombstones, and the database's files free of what was deleted. `policy` is asked each time."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        workspace: str,
        clock: Clock,
        policy: Callable[[], Policy],
        file: Path,
    ) -> None:
        self._database, self._writer, self._workspace = database, writer, workspace
        self._clock, self._policy, self._file = clock, policy, file
        self._woken = asyncio.Event()
        self._rewrite_at = clock.now() + REWRITE_FIRST

    async def again(self) -> int:
        """Before the bot serves: whatever was taken back and is here again is forgotten again; returns how many.

        Raises SettingsError when the file cannot be read or written: then the bot must not serve.
        """
        stones = await asyncio.to_thread(self._from_file)
        ours = [stone for stone in stones if stone.workspace == self._workspace]
        policy = self._policy()

        def all_of_them(tx: Tx) -> int:
            return sum([service.forget_again(tx, policy, stone) for stone in ours])

        forgotten = await self._writer.run(all_of_them) if ours else 0
        try:
            await self.remember()
        except OSError as error:
            raise _unusable(self._file, error) from error
        if forgotten:
            log.warning("forgotten again after a restore stories=%d", forgotten)
        await self.clean()
        return forgotten

    async def remember(self) -> None:
        """The file has every tombstone of the database, and the bytes are on their way out. Raises OSError."""
        stones = await asyncio.to_thread(self._read, lambda tx: list(removals.tombstones(tx)))
        await asyncio.to_thread(tombstones.add, self._file, stones)

    def wake(self) -> None:
        """Something was taken back: the bytes are to go now."""
        self._woken.set()

    async def forget_now(self) -> None:
        """What was taken back has its tombstone outside the database, and its bytes go. Raises OSError."""
        await self.remember()
        self.wake()

    async def run(self) -> None:
        """Sees to every removal that is not settled, on the disk and in Slack, again and again until it is."""
        while True:
            self._woken.clear()
            wait = WHILE_OPEN
            try:
                await self.remember()
                await self.clean()
                if not await self._tend():
                    wait = LOOK_EVERY
            except (DatabaseUnavailable, OSError, ValueError) as error:  # tried again at the next look
                log.error("not all is forgotten yet kind=%s", type(error).__name__)
            await self._clock.wait(self._woken, seconds=wait)

    async def _tend(self) -> int:
        """Puts the next step of every open removal in line; returns how many are open."""
        policy = self._policy()
        return await self._writer.run(lambda tx: service.tend_all(tx, policy))

    async def clean(self) -> None:
        """Writes the file anew and empties the log until nothing that was deleted is in them; says so in the ledger.

        Where the disk does not allow it, the ledger says that it is still to be done, and the next look tries again.
        """
        pending = await asyncio.to_thread(self._read, lambda tx: tuple(removals.on_disk(tx)))
        now = self._clock.now()
        if pending or now >= self._rewrite_at:
            if not await asyncio.to_thread(self._database.rewrite):
                return
            self._rewrite_at = now + REWRITE_EVERY
        if not pending:
            # What tellers delete, and what time deletes, is in the log too. While somebody reads: at the next look.
            await asyncio.to_thread(self._database.empty_log)
            return
        while not await asyncio.to_thread(self._database.empty_log):
            await self._clock.wait(asyncio.Event(), seconds=BETWEEN_TRIES)  # somebody is reading; they soon end
        policy = self._policy()
        await self._writer.run(lambda tx: service.clean_on_disk(tx, policy, pending))

    def _from_file(self) -> list[Tombstone]:
        try:
            return tombstones.read(self._file)
        except (OSError, ValueError) as error:
            raise _unusable(self._file, error) from error

    def _read(self, work: Callable[[Tx], T]) -> T:
        with self._database.reading(self._workspace, self._clock.now()) as tx:
            return work(tx)


def _unusable(file: Path, error: Exception) -> SettingsError:
    why = tombstones.can_be_written(file) or f"{file} can't be used ({type(error).__name__})."
    return SettingsError([Problem("TOMBSTONES", why)])
