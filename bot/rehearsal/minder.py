"""Minds the bot of a rehearsal that stays open: starts it, kills it, starts it again, and says how it is.

One thing at a time: whoever asks while it is being started waits their turn. The page and `staying.py` ask.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

from .process import BotNotReady, BotProcess
from .server import Rehearsal

State = Literal["connected", "starting", "down", "awaited"]

PATIENCE = 8.0
"""Seconds that a press waits for a bot that is just being started."""
LINES: Mapping[State, str] = {
    "connected": "Connected.",
    "starting": "The bot is starting.",
    "down": "The bot is not running. Write on: it reads what it has missed when it is back.",
    "awaited": "No program is connected. The terminal says what yours needs.",
}
LENT = "Your program is connected."
NOT_OURS = "No bot is started here: this workspace is for a program of your own."


class Minder:
    """The bot, and how it is. `changed` is called whenever that may have changed.

    Where the workspace is lent to a program of somebody's own (`is_lent`) no bot is minded: it says how that one is.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        environment: Mapping[str, str],
        *,
        changed: Callable[[], None],
        is_often_restarted: bool = False,
        is_lent: bool = False,
    ) -> None:
        self.process = BotProcess(rehearsal, environment)
        self._is_often_restarted = is_often_restarted
        self._hub, self._changed = rehearsal.hub, changed
        self._turn = asyncio.Lock()
        self.is_lent = is_lent
        self._starting = not is_lent  # from the first moment: it is always started at once
        self._settled = asyncio.Event()
        if is_lent:
            self._settled.set()

    @property
    def state(self) -> State:
        """How the bot is."""
        if self._starting:
            return "starting"
        if self.is_lent:
            return "connected" if self._hub.connections else "awaited"
        if not self.process.running:
            return "down"
        return "connected" if self._hub.connections else "starting"

    @property
    def line(self) -> str:
        """The same in words. Not the bot's own: what it says as it starts, of drafts and stories, is soon untrue."""
        state = self.state
        return LENT if state == "connected" and self.is_lent else LINES[state]

    async def start(self, *, still: Callable[[float], None] | None = None) -> None:
        """The bot is connected; raises `BotNotReady`. `still` is called now and then while it is starting."""
        await self._do_start(stop_first=False, still=still)

    async def restart(self) -> None:
        """The bot was stopped as a keeper would, if it ran, and is connected again; raises `BotNotReady`."""
        await self._do_start(stop_first=True)

    async def kill(self) -> None:
        """The bot was ended at once, as a power cut would; raises `BotNotReady` where there is none."""
        if self.is_lent:
            raise BotNotReady(NOT_OURS)
        async with self._turn:
            await self.process.kill()
            self._changed()

    async def stop(self) -> None:
        """The bot has stopped."""
        async with self._turn:
            self._settled.set()
            await self.process.terminate()
            await self.process.cool()

    async def started(self) -> None:
        """Returns at once, unless the bot is just being started: then when that is over, or after some seconds.

        What is said to a bot that is stopping is heard only when Slack sends it again, seconds later.
        """
        if not self._turn.locked():
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._settled.wait()
        except TimeoutError:
            return  # then it is said to whoever is there

    async def settled(self) -> None:
        """Returns once the bot is connected or down, or after some seconds."""
        if self._hub.connections and not self._turn.locked():
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._settled.wait()
                if self.process.running:
                    await self._hub.connected.wait()
        except TimeoutError:
            return  # whoever waited finds out what a person would: an error

    async def _do_start(self, *, stop_first: bool, still: Callable[[float], None] | None = None) -> None:
        if self.is_lent:
            raise BotNotReady(NOT_OURS)
        async with self._turn:
            self._starting = True
            self._settled.clear()
            self._changed()
            # Nobody planned to be without a bot now, so what is said meanwhile waits for it, and is not sent in vain.
            self._hub.keep_events = True
            try:
                if stop_first:
                    await self.process.terminate()
                await self.process.start()
                await self.process.ready(still=still)
                if self._is_often_restarted:
                    await self.process.warm()
            except BotNotReady:
                await self.process.kill()
                raise
            finally:
                self._starting = self._hub.keep_events = False
                self._settled.set()
                self._changed()
