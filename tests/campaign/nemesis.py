"""What goes wrong: the bot is killed, the wire is cut, Slack lies, forgets, repeats itself and loses answers.

Every fault is one that the rehearsal counts when it really happens; a kill is `kill -9` of a real process. It also has
tellers take their stories back at the moment when Slack is asked to post them.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Final

from bot.rehearsal.process import BotNotReady, BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.log import LogEntry

from .history import History
from .people import Teller
from .watch import Watch

POST: Final = "chat.postMessage"
ENVELOPES: Final = ("events_api", "interactive", "slash_commands")
WRITES: Final = (POST, "chat.update", "chat.delete", "chat.postEphemeral")
LONGEST: Final = 3.0
"""Seconds that it waits for something to pass."""
PEACE_EVERY: Final = 8
"""After so many kills the bot has time to do something: people get on, and there is more to lose."""
PEACE: Final = 6.0
"""How many seconds it then has."""
UNTOLD: Final = 10_000
DUPLICATED: Final = 0.35
"""How many of the events come again without reason; some of the others do because their ack was lost."""
REORDERED: Final = 0.06
"""After how many of the events two are mixed."""
REGRET: Final = 0.6
"""How often somebody takes a story back while it is being posted."""


class Nemesis:
    """Makes trouble until the campaign is over."""

    def __init__(
        self, watch: Watch, bot: BotProcess, history: History, tellers: Mapping[str, Teller], seed: str
    ) -> None:
        self.rehearsal: Rehearsal = watch.rehearsal
        self.bot, self.history, self.tellers = bot, history, tellers
        self.random = random.Random(f"{seed}:nemesis")
        self.weather = random.Random(f"{seed}:weather")
        self.regrets: set[asyncio.Task[None]] = set()
        self.rehearsal.log.listen(self.stir)
        self.trouble: list[str] = []
        """What the bot said where it did not come back; a violation."""
        self.over = False

    async def live(self, *, kills: int) -> None:
        """Kills the bot so many times, with other faults before and between; now and then it is left in peace."""
        while self.history.kills < kills:
            self.arm()
            await self.something_passed(self.random.choice((1, 2, 5, 20, 60)), longest=LONGEST)
            if self.history.kills % PEACE_EVERY == PEACE_EVERY // 2:
                await self.something_passed(UNTOLD, longest=PEACE)
            if self.random.random() < 0.2:
                await self.rehearsal.faults.drop_socket(abrupt=False)
            await self.bot.kill()
            self.history.kills += 1
            try:
                await self.bot.start()
                if self.random.random() < 0.8:  # else it is killed again before it is up
                    await self.bot.ready(timeout=60)
            except BotNotReady as error:
                self.trouble.append(f"the bot did not come back: {error}")
                break
        self.over = True

    def stir(self, entry: LogEntry) -> None:
        """After each event: may the next one come twice, or late?"""
        if entry.kind != "events_api" or entry.outcome != "sent" or self.over:
            return
        if self.weather.random() < DUPLICATED:
            self.rehearsal.faults.duplicate_next(1, delay=self.weather.choice((0.0, 0.05, 0.5)))
        if self.weather.random() < REORDERED:
            self.rehearsal.faults.reorder_next(2)

    def regret(self, words: set[str]) -> None:
        """Slack has been asked to post these: one of their tellers takes the story back, before or after the answer."""
        ready = {
            told.number: told
            for word in words
            if (told := self.history.of_word(word)) and told.receipt and not told.back
        }
        if not ready or self.over or self.random.random() > REGRET:
            return
        telling = ready[self.random.choice(sorted(ready))]
        task = asyncio.create_task(self.tellers[telling.teller].take_back(telling, while_posting=True))
        self.regrets.add(task)
        if self.random.random() < 0.3:
            self.rehearsal.faults.hang_next(POST, seconds=1.0)

    def arm(self) -> None:
        """Some of what may go wrong next."""
        faults, roll = self.rehearsal.faults, self.random
        menu: list[Callable[[], None]] = [
            lambda: faults.lose_next_ack(),
            lambda: faults.rate_limit_next(POST, retry_after=1.0),
            lambda: faults.fail_next(roll.choice((POST, "chat.update")), status=roll.choice((500, 503))),
            lambda: faults.fail_next(POST, status=500, performed=True),
            lambda: faults.fail_next(POST, malformed=True, performed=True),
            lambda: faults.lose_reply_after(roll.choice((POST, POST, "chat.update"))),
            lambda: faults.lose_reply_after(POST),
            lambda: faults.fail_next("chat.delete", status=503, performed=roll.random() < 0.5),
            lambda: faults.hang_next(POST, seconds=1.0),
            lambda: faults.refuse_connection(roll.choice((POST, "chat.update"))),
            self._stale_once,
        ]
        for _ in range(roll.randint(3, 6)):
            roll.choice(menu)()

    def _stale_once(self) -> None:
        """Old history is shown once and not again a second later: two looks are what the bot promises."""
        if not any(fault.armed for fault in self.rehearsal.faults.all() if fault.name == "stale_history_next"):
            self.rehearsal.faults.stale_history_next()

    async def something_passed(self, entries: int, *, longest: float) -> None:
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
            async with asyncio.timeout(longest):
                await enough.wait()
        except TimeoutError:
            return  # nobody says anything: that is a moment too
        finally:
            forget()
