"""One seed's world: a workspace, its people, a calendar that is moved, and one bot after the other in it."""

import asyncio
import random
import secrets
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bot.rehearsal.slack.views
from bot.clock import Clock
from bot.errors import SettingsError
from bot.rehearsal.acting.person import Person
from bot.rehearsal.environment import sealed_environment
from bot.rehearsal.slack.clock import WorkspaceClock
from bot.rehearsal.slack.events import Courier
from bot.rehearsal.slack.faults import Faults
from bot.rehearsal.slack.response_urls import ResponseUrls
from bot.rehearsal.slack.workspace import STORIES_CHANNEL, Workspace
from bot.settings import load_settings
from storage.database import Database

from .hub import Hub
from .loop import later
from .ship import Ship
from .trouble import Trouble
from .wire import ORIGIN, Wire

SCRIPT = Path(__file__).parents[1] / "script.toml"


class Calendar(WorkspaceClock):
    """The workspace's time: the loop's, from a beginning, and moved by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop, beginning: datetime) -> None:
        self._loop, self._beginning = loop, beginning
        super().__init__(None)

    def now(self) -> datetime:
        return self._beginning + timedelta(seconds=self._loop.time()) + self._offset

    def set(self, moment: datetime) -> None:
        self._offset += moment.astimezone(UTC) - self.now()


class World:
    """Everything outside the program, and the program's file."""

    def __init__(self, seed: int, beginning: datetime, database: Database, template: Path) -> None:
        loop = asyncio.get_running_loop()
        self.seed, self.random = seed, random.Random(f"{seed}:people")
        self.trouble = Trouble(seed)
        self.calendar = Calendar(loop, beginning)
        self.workspace = Workspace(self.calendar)
        self.urls = ResponseUrls(self.workspace)
        self.urls.base, self.workspace.files.base = f"{ORIGIN}/response/", f"{ORIGIN}/upload/"
        self.hub = Hub(self.trouble, self.calendar.now)
        Courier(self.workspace, self.hub, faults=Faults())  # type: ignore[arg-type]
        self.wire = Wire(self.workspace, self.urls, self.trouble)
        self.database, self.folder = database, database.path.parent
        for old in self.folder.iterdir():
            if old.is_file() and old != template:
                old.unlink()
        shutil.copy(template, database.path)
        self.settings = {"TIMEZONE": "Europe/London", "DIGEST_AT": "fri 10:00", "SCRIPT": str(SCRIPT)}
        self.clock = Clock(wall=self.calendar.now, monotonic=loop.time)
        self.lives = 0
        self.ship: Ship | None = None

    def person(self, user_id: str) -> Person:
        """Somebody of the workspace, at their keyboard."""
        profile = self.workspace.directory.profiles[user_id]
        return Person(profile, self.workspace, hub=self.hub, urls=self.urls)  # type: ignore[arg-type]

    def newcomer(self, number: int) -> Person:
        """A colleague who reads the stories' channel."""
        profile = self.workspace.add_person(f"teller{number}", f"Teller {number}", id=f"U0TELLER{number:02d}")
        self.workspace.conversations[STORIES_CHANNEL].members.append(profile.id)
        self.workspace.direct_message(profile.id)
        return self.person(profile.id)

    # ── the program ───────────────────────────────────────────────────────────────────────────────────────────────

    async def sail(self) -> None:
        """Starts the program, again if it died; returns once it is connected, or has died once more."""
        if self.ship is not None:
            await self.ship.gone()
        environment = sealed_environment(
            {},
            directory=self.folder,
            api_url=f"{ORIGIN}/api/",
            bot_token=self.workspace.bot_token,
            app_token=self.workspace.app_token,
            clock_file=self.folder / "clock",
            pace=1.0,
            database_url=f"sqlite:///{self.database.path}",
            overrides={**self.settings, "LOG_LEVEL": "WARNING"},
        )
        self.lives += 1
        self.ship = Ship(load_settings(environment, env_file=None), self.clock, self.database, self.wire, self.hub)
        self.ship.start()
        until = asyncio.get_running_loop().time() + 900.0
        while not self.hub.connected.is_set() and not self.ship.dead:
            main = self.ship.main
            if main is not None and main.done():
                await self._refused(self.ship, main)
                return
            if asyncio.get_running_loop().time() > until:
                raise AssertionError("the bot does not connect")
            await later(0.1)

    async def _refused(self, ship: Ship, main: "asyncio.Task[int]") -> None:
        """It says what is wrong and ends: the keeper puts that right and starts it again."""
        error = None if main.cancelled() else main.exception()
        if not isinstance(error, SettingsError):
            raise AssertionError(f"the bot stopped by itself: {error!r}")
        self.trouble.fired["refused to start, and said why"] += 1
        self.workspace.conversations[STORIES_CHANNEL].archived = False
        ship.die()
        await later(5.0)

    async def afloat(self) -> None:
        """Returns once a living program is connected."""
        while self.ship is None or self.ship.dead:
            await self.sail()
        if self.ship.main is not None and self.ship.main.done():
            self.ship.main.result()
            raise AssertionError("the bot stopped by itself")


@contextmanager
def one_die(seed: int, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Whatever is made up at random, by the program or by the workspace, comes from the seed while this lasts."""
    die = random.Random(f"{seed}:ids")
    random.seed(seed)

    def token_hex(nbytes: int | None = None) -> str:
        return f"{die.getrandbits(8 * (nbytes or 32)):0{2 * (nbytes or 32)}x}"

    instead: list[tuple[Any, str, Any]] = [
        (secrets, "token_hex", token_hex),
        (secrets, "token_urlsafe", token_hex),
        (secrets, "token_bytes", lambda nbytes=32: die.getrandbits(8 * nbytes).to_bytes(nbytes, "big")),
        (secrets, "randbelow", die.randrange),
        (secrets, "choice", die.choice),
        (uuid, "uuid4", lambda: uuid.UUID(int=die.getrandbits(128), version=4)),
        (bot.rehearsal.slack.views, "monotonic", loop.time),
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in instead]
    for where, name, new in instead:
        setattr(where, name, new)
    try:
        yield
    finally:
        for where, name, old in before:
            setattr(where, name, old)
