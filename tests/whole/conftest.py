"""A rehearsal with the real bot in it, and a look into its database from outside."""

import asyncio
import io
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import serve
from bot.rehearsal.process import BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.log import LogEntry
from bot.rehearsal.slack.socket_mode import Times
from bot.settings import load_settings
from tests.nursery import Nursery

TUESDAY = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
"""Tuesday 3 June 2025, four past two in the afternoon, UK time."""


@dataclass
class Play:
    """A rehearsal, its bot, and the bot's database."""

    rehearsal: Rehearsal
    bot: BotProcess
    database: Path

    def person(self, name: str) -> Any:
        return self.rehearsal.person(name)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Asks the database file directly, as a checker that trusts nobody would."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5) as connection:
            return connection.execute(query, parameters).fetchall()

    def count(self, query: str, *parameters: Any) -> int:
        """The single number that a query answers."""
        return int(self.rows(query, *parameters)[0][0])

    def everything_stored(self) -> bytes:
        """Every byte of the database files."""
        return b"".join(path.read_bytes() for path in sorted(self.database.parent.glob(f"{self.database.name}*")))

    def calls(self, method: str) -> list[str]:
        """Every call of a method so far, as text."""
        return [str(entry.body) for entry in self.rehearsal.log.of(method, "called")]

    def methods_called(self) -> set[str]:
        """Web API methods that the bot has called."""
        return {entry.kind for entry in self.rehearsal.log.entries if entry.outcome == "called"} - {"response_url"}

    @asynccontextmanager
    async def until(self, kind: str, outcome: str) -> AsyncIterator[None]:
        """Leaves only when something of this kind and outcome has passed between workspace and bot since."""
        seen = asyncio.Event()

        def look(entry: LogEntry) -> None:
            if entry.kind == kind and entry.outcome == outcome:
                seen.set()

        forget = self.rehearsal.log.listen(look)
        try:
            yield
            await asyncio.wait_for(seen.wait(), 30)
        finally:
            forget()


OpenPlay = Callable[..., Any]


@asynccontextmanager
async def open_rehearsal(directory: Path, **settings: str) -> AsyncIterator[tuple[Rehearsal, Path, Mapping[str, str]]]:
    """Opens the workspace; yields it, the database's place and the bot's environment."""
    async with Rehearsal(directory=directory, pace=0) as rehearsal:
        rehearsal.clock.set(TUESDAY)
        # A machine with much else to do may stand still for seconds; tests/rehearsal has what three seconds mean.
        rehearsal.hub.times = Times(ack_deadline=10.0, retries=(0.1, 0.5, 1.0))
        rehearsal.workspace.views.trigger_life = 30.0
        rehearsal.hub.keep_events = True
        database = directory / "altogether.db"
        yield (
            rehearsal,
            database,
            rehearsal.environment(os.environ, database_url=f"sqlite:///{database}", **settings),
        )


@asynccontextmanager
async def open_play(directory: Path, **settings: str) -> AsyncIterator[Play]:
    """Opens a rehearsal with the bot running in this process: the same program, without the time to start another."""
    async with open_rehearsal(directory, **settings) as (rehearsal, database, environment):
        stop = asyncio.Event()
        running = asyncio.create_task(
            serve(load_settings(environment, env_file=None), out=io.StringIO(), stop=stop), name="the bot"
        )
        connected = asyncio.create_task(rehearsal.hub.connected.wait())
        await asyncio.wait([running, connected], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        connected.cancel()
        if running.done():
            running.result()
        try:
            yield Play(rehearsal, BotProcess(rehearsal, environment), database)
        finally:  # or else the workspace would wait for it where a test has failed
            stop.set()
            code = await asyncio.wait_for(running, 30)
        assert code == 0


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


@pytest.fixture
async def mortal(tmp_path: Path, nursery: Nursery) -> AsyncIterator[Play]:
    """The same with the bot as a process of its own, which can be killed."""
    async with (
        open_rehearsal(tmp_path / "play") as (rehearsal, database, environment),
        BotProcess(rehearsal, environment) as bot,
    ):
        await bot.ready()
        yield Play(rehearsal, bot, database)
