"""Somebody at the keyboard who never gives up: they look at the screen and do the next thing, again if nothing comes.

What tellers (`people.py`) and reviewers (`reviewers.py`) have in common. They know nothing of the bot but what is on
their screens. Screens are read from the newest message back, so that a long campaign does not slow down.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.acting.person import NotAcknowledged, NotThere, Person
from bot.rehearsal.acting.shown import readable, readable_blocks
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import Change

from .history import History

PATIENCE = 1.2
"""Seconds after which somebody who sees nothing new tries again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it is on the screen."""

    post: Post
    shown: str

    @property
    def ts(self) -> str:
        """When it was posted."""
        return self.post.ts

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """What it is made of."""
        return self.post.blocks or []


class Robot:
    """Somebody at the keyboard until the campaign is `over`."""

    def __init__(self, rehearsal: Rehearsal, name: str, history: History, over: asyncio.Event, seed: str) -> None:
        self.rehearsal, self.history, self.over = rehearsal, history, over
        self.person: Person = rehearsal.person(name)
        self.random = random.Random(f"{seed}:{name}")
        self.chat = rehearsal.workspace.direct_message(self.person.profile.id)

    async def tries(self, act: Awaitable[object]) -> bool:
        """Does one thing; False where the screen showed an error or the button had gone.

        Whoever sees that the app is away waits until it is back, as most people do, most of the time.
        """
        if self.random.random() < 0.9:
            await self.back()
        try:
            await act
        except (NotAcknowledged, NotThere):
            self.history.unanswered += 1
            return False
        return True

    async def back(self) -> None:
        """Returns once the bot is connected, or after a while."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.rehearsal.hub.connected.wait()
        except TimeoutError:
            return

    async def pause(self, seconds: float) -> None:
        """A moment, or less if the campaign ends."""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return

    async def until(self, look: Callable[[], bool]) -> bool:
        """Returns once `look` holds, asked at each change of this person's direct message; or, after a while, False."""
        changed = asyncio.Event()

        def note(change: Change) -> None:
            post = change.post or change.previous
            if post is not None and post.channel == self.chat.id:
                changed.set()

        stop = self.rehearsal.workspace.listen(note)
        try:
            async with asyncio.timeout(PATIENCE):
                while not look():
                    changed.clear()
                    await changed.wait()
                return True
        except TimeoutError:
            return False
        finally:
            stop()

    async def news(self, before: object, look: Callable[[], object]) -> bool:
        """Returns once what `look` sees is no longer `before`, or, after a while, False."""
        return await self.until(lambda: look() != before)

    def recent(self, since: str) -> Iterator[Seen]:
        """What the bot has on this person's screen, the newest first, from `since` on, threads too."""
        for post in reversed(self.chat.posts.values()):
            if float(post.ts) < float(since or 0):
                return
            if post.bot_id and not post.is_tombstone:
                yield self.seen(post)

    def seen(self, post: Post) -> Seen:
        """A message as this person reads it."""
        blocks = readable_blocks(post.blocks, self.person.state_on(post), self.person.name) if post.blocks else ""
        return Seen(post, blocks or readable(post.text, self.person.name))

    def newest(self) -> str:
        """The ts of the last message in the direct message."""
        return next(reversed(self.chat.posts), "")
