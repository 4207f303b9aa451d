"""What goes wrong: the bot is killed, the wire is cut, Slack lies, forgets, repeats itself and loses answers.

Every fault is one that the rehearsal counts when it really happens; a kill is `kill -9` of a real process.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from bot.rehearsal.log import LogEntry
from bot.rehearsal.process import BotNotReady, BotProcess
from bot.rehearsal.server import Rehearsal

from .history import History

POST: Final = "chat.postMessage"
ENVELOPES: Final = ("events_api", "interactive", "slash_commands")
WRITES: Final = (POST, "chat.update", "chat.delete", "chat.postEphemeral")
LONGEST: Final = 6.0
"""Seconds that it waits for something to pass."""


class Nemesis:
    """Makes trouble until the campaign is over."""

    def __init__(self, rehearsal: Rehearsal, bot: BotProcess, history: History, over: asyncio.Event, seed: str) -> None:
        self.rehearsal, self.bot, self.history, self.over = rehearsal, bot, history, over
        self.random = random.Random(f"{seed}:nemesis")
        self.trouble: list[str] = []
        """What the bot said where it did not come back; a violation."""

    async def live(self, *, kills: int) -> None:
        """Kills the bot so many times, with other faults before and between."""
        while self.history.kills < kills:
            self.arm()
            await self.something_passed(self.random.choice((1, 2, 5, 20, 60, 150)))
            if self.random.random() < 0.2:
                await self.rehearsal.faults.drop_socket(abrupt=False)
            await self.bot.kill()
            self.history.kills += 1
            try:
                await self.bot.start()
                if self.random.random() < 0.8:  # else it is killed again before it is up
                    await self.bot.ready(timeout=60)
                    await self.something_passed(self.random.choice((0, 20, 100)))
            except BotNotReady as error:
                self.trouble.append(f"the bot did not come back: {error}")
                return

    def arm(self) -> None:
        """Some of what may go wrong next."""
        faults, roll = self.rehearsal.faults, self.random
        menu: list[Callable[[], None]] = [
            lambda: faults.lose_next_ack(),
            lambda: faults.duplicate_next(3),
            lambda: faults.duplicate_next(2, delay=0.3),
            lambda: faults.reorder_next(2),
            lambda: faults.rate_limit_next(POST, retry_after=1.0),
            lambda: faults.fail_next(roll.choice((POST, "chat.update")), status=roll.choice((500, 503))),
            lambda: faults.fail_next(POST, status=500, performed=True),
            lambda: faults.fail_next(POST, malformed=True, performed=True),
            lambda: faults.lose_reply_after(roll.choice((POST, POST, "chat.update"))),
            lambda: faults.hang_next(POST, seconds=1.0),
            lambda: faults.refuse_connection(roll.choice((POST, "chat.update"))),
            lambda: faults.stale_history_next(),
        ]
        for _ in range(roll.randint(2, 5)):
            roll.choice(menu)()

    async def something_passed(self, entries: int) -> None:
        """Returns once so much has passed between people and bot: at any moment of the work, on any machine."""
        seen = 0
        enough = asyncio.Event()

        def look(entry: LogEntry) -> None:
            nonlocal seen
            seen += entry.kind in ENVELOPES or entry.kind in WRITES
            if seen >= entries:
                enough.set()

        forget = self.rehearsal.log.listen(look)
        try:
            async with asyncio.timeout(LONGEST):
                await enough.wait()
        except TimeoutError:
            return  # nobody says anything: that is a moment too
        finally:
            forget()
