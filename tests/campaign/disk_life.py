"""One story's whole life, told by people who try again: told, approved, posted, and taken back.

The town is a rehearsal with the real bot on a disk that can fail; who runs it starts the bot again when it ends, as a
service manager would. Nothing here asks the bot how it is.
"""

import asyncio
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.rehearsal.acting.person import Message
from bot.rehearsal.process import BotNotReady, BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import Times
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .disk_checks import published, violations
from .history import History, Telling
from .people import Teller
from .robot import PATIENCE, Robot

SCRIPT = Path(__file__).with_name("script.toml")
BEGINNING = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
FRIDAY = datetime(2025, 6, 13, 10, 0, 5, tzinfo=ZoneInfo("Europe/London"))
ROUND = timedelta(days=3)
"""After so long, a story that names nobody has its card: those go out in rounds."""
LIFE = 120.0
"""Seconds that a life may take, with its fault."""


def meet(rehearsal: Rehearsal, name: str) -> None:
    """One more colleague, in the channel of the stories like everybody."""
    person = rehearsal.workspace.add_person(name, name.capitalize())
    rehearsal.workspace.conversations[STORIES_CHANNEL].members.append(person.id)
    rehearsal.workspace.direct_message(person.id)


class Town:
    """People, a bot, and its database."""

    def __init__(self, rehearsal: Rehearsal, folder: Path) -> None:
        self.rehearsal, self.database = rehearsal, folder / "altogether.db"
        rehearsal.clock.set(BEGINNING)
        rehearsal.hub.times = Times(ack_deadline=5.0, retries=(0.1, 0.5, 1.0, 2.0, 4.0))
        rehearsal.hub.keep_events = True
        self.environment = rehearsal.environment(
            os.environ, database_url=f"sqlite:///{self.database}", SCRIPT=str(SCRIPT), LOG_LEVEL="INFO"
        )
        self.bot = BotProcess(rehearsal, self.environment)
        self.history, self.over = History(), asyncio.Event()
        self.lives = self.restarts = 0
        self._friday = FRIDAY
        self._before = 0.0
        self._last: tuple[Teller, Telling] | None = None
        self._home = asyncio.Event()
        self._home.set()

    async def keep_running(self) -> None:
        """Starts the bot again whenever it ends, until the campaign does."""
        while not self.over.is_set():
            await self.bot.wait()
            await self._home.wait()
            if self.over.is_set():
                return
            if self.bot.running:
                continue
            self.restarts += 1
            await self.bot.start()
            try:
                await self.bot.ready(timeout=60)
            except BotNotReady:
                continue  # it says why in its lines, and is started again

    async def started_again_since(self, restarts: int) -> bool:
        """Whether the bot has been started again since there were so many restarts; a death is noticed in a moment."""
        return await self._until(lambda: self.restarts > restarts, seconds=30.0)

    @asynccontextmanager
    async def away(self, *, kill: bool) -> AsyncIterator[None]:
        """The bot is stopped, or killed, for as long as this lasts, and is up again after it."""
        self._home.clear()
        await (self.bot.kill() if kill else self.bot.terminate())
        yield
        await self.bot.start()
        await self.bot.ready(timeout=60)
        self._home.set()

    async def take_back_last(self) -> list[str]:
        """The story of the last life is taken back; returns what was wrong."""
        assert self._last is not None
        try:
            async with asyncio.timeout(LIFE):
                teller, telling = self._last
                await teller.take_back(telling)
        except TimeoutError:
            return ["I9 a story could not be taken back"]
        return []

    async def live(self, *, take_back: bool) -> list[str]:
        """One life; returns what was wrong, a line each."""
        self.lives += 1
        self._before = self._newest_card()
        name = f"teller{self.lives}"
        meet(self.rehearsal, name)
        teller = Teller(self.rehearsal, name, self.history, self.over, str(self.lives))
        telling = self.history.begin(teller.person.profile.id)
        self._last, telling.no_name = (teller, telling), True
        try:
            async with asyncio.timeout(LIFE):
                await teller.tell(telling, teller.newest())
                await self._approved(telling)
                await self._posted(telling)
                if take_back:
                    await teller.take_back(telling)
        except TimeoutError:
            screen = [one.shown[:80] for one in teller.person.others(None, None)][-3:]
            return [f"I16 a life did not come to its end: {telling.over or 'not told'}; on the screen: {screen}"]
        return []

    async def wrong(self, *, seconds: float = 60.0) -> list[str]:
        """What the checker finds once there was time to put right what can be."""
        found = await self._until(lambda: not self._violations(), seconds=seconds)
        return [] if found else self._violations()

    def _violations(self) -> list[str]:
        try:
            return violations(self.history, self.rehearsal, self.database)
        except sqlite3.OperationalError as error:
            return [f"the database cannot be read: {error}"]

    # ── the steps ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _approved(self, telling: Telling) -> None:
        reviewer = Robot(self.rehearsal, "amira", self.history, self.over, "review")
        label = re.compile(rf"Story {telling.story}\b")
        self.rehearsal.clock.advance(ROUND)
        while True:
            cards = self._cards(reviewer, label)
            waiting = [one for one in cards if "[Approve]" in one.shown]
            if cards and not waiting:
                return
            if waiting:
                await reviewer.tries(reviewer.person.press("Approve", ts=waiting[0].ts, channel=REVIEW_CHANNEL))
            await self._until(partial(self._news, reviewer, label, cards), seconds=PATIENCE)

    def _news(self, reviewer: Robot, label: re.Pattern[str], seen: list[Message]) -> bool:
        return self._cards(reviewer, label) != seen

    def _cards(self, reviewer: Robot, label: re.Pattern[str]) -> list[Message]:
        """The cards of this life's story. Of an earlier one too may have that number: in a copy that lacked its log."""
        shown = reviewer.person.messages(REVIEW_CHANNEL)
        return [one for one in shown if label.search(one.shown) and float(one.ts) > self._before]

    def _newest_card(self) -> float:
        return max((float(ts) for ts in self.rehearsal.workspace.conversations[REVIEW_CHANNEL].posts), default=0.0)

    async def _posted(self, telling: Telling) -> None:
        self.rehearsal.clock.set(self._friday.astimezone(UTC))
        self._friday += timedelta(days=7)  # the same time of day there, whatever their clocks have done
        words = [told.word for told in telling.words]
        await self._until(lambda: any(published(self.rehearsal)[word] for word in words), seconds=LIFE)

    async def _until(self, holds: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it held within so many seconds."""
        never = asyncio.Event()
        deadline = asyncio.get_running_loop().time() + seconds
        while not holds():
            if asyncio.get_running_loop().time() > deadline:
                return False
            try:
                async with asyncio.timeout(0.1):
                    await never.wait()
            except TimeoutError:
                continue
        return True
