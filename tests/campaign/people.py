"""Tellers and reviewers who never give up: they look at the screen and do the next thing, again if nothing comes.

They know nothing of the bot but what is on their screens. What they did goes into the campaign's history.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable

from bot.rehearsal.controls import Control, controls, text_of
from bot.rehearsal.person import Message, NotAcknowledged, NotThere, Person
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.walk import open_step, until
from bot.rehearsal.workspace import REVIEW_CHANNEL

from .history import History, Telling

PATIENCE = 2.0
"""Seconds after which somebody who sees nothing new tries again."""
MENUS = ("radio_buttons", "checkboxes", "static_select", "multi_static_select")
GOT = re.compile(r"^Got ")
RECEIPT = re.compile(r"This is story (\d+)\.")
EXPIRED = "Your unfinished story is deleted"
QUESTION = re.compile(r"\d+ of \d+\b")
AT_ONCE = ("Start afresh", "Start", "Carry on", "Send for review")
CAREFUL = ("No name or role", "Weekly digest")


class Robot:
    """Somebody at the keyboard until the campaign is `over`."""

    def __init__(self, rehearsal: Rehearsal, name: str, history: History, over: asyncio.Event, seed: str) -> None:
        self.rehearsal, self.history, self.over = rehearsal, history, over
        self.person: Person = rehearsal.person(name)
        self.random = random.Random(f"{seed}:{name}")

    async def tries(self, act: Awaitable[object]) -> bool:
        """Does one thing; False where the screen showed an error or the button had gone."""
        try:
            await act
        except (NotAcknowledged, NotThere):
            self.history.unanswered += 1
            return False
        return True

    async def pause(self, seconds: float) -> None:
        """A moment, or less if the campaign ends."""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return

    async def news(self, before: object, look: Callable[[], object]) -> bool:
        """Returns once what `look` sees is no longer `before`, or, after a while, False."""
        found = await until(self.rehearsal.workspace, lambda: True if look() != before else None, timeout=PATIENCE)
        return found is not None


class Teller(Robot):
    """Tells one story after the other."""

    telling: Telling | None = None
    """The one that this person is on, and the last message before it."""
    since = ""

    async def live(self) -> None:
        """Tells until the campaign is over."""
        while not self.over.is_set():
            self.telling, self.since = self.history.begin(self.person.profile.id), self.newest()
            await self.tell(self.telling, self.since)

    def look_back(self) -> None:
        """What the bot has said since this person last looked."""
        if self.telling is not None and not self.telling.over:
            self.sure_of(self.telling, self.since)
            self.learn(self.telling, self.since)

    async def tell(self, telling: Telling, since: str) -> None:
        """One story, from `hi` to its receipt, however often the bot dies meanwhile."""
        await self.tries(self.person.say("hi"))
        while not self.over.is_set() and not telling.over:
            step, seen = open_step(self.person, since=since), self.face(since)
            if step is not None:
                await self.go_on(step, telling)
            if not await self.news(seen, lambda: self.face(since)) and step is None:
                await self.tries(self.person.say("hi"))
            self.sure_of(telling, since)
            self.learn(telling, since)

    async def go_on(self, step: Message, telling: Telling) -> None:
        """The one thing that this step waits for."""
        for label in AT_ONCE:
            if f"[{label}]" in step.shown:
                await self.tries(self.person.press(label, ts=step.ts))
                return
        menus = [control for control in controls(step.blocks) if control.type in MENUS]
        for menu in menus:
            await self.tries(self.person.choose(*self.wanted(menu), menu=menu.key[1], ts=step.ts))
        if menus or step.shown.startswith("Got "):
            if step.shown.startswith("Got ") and self.random.random() < 0.4 and len(telling.words) < 6:
                await self.say_word(telling, lasting=True)
                return
            await self.tries(self.person.press("Next", ts=step.ts))
            return
        if QUESTION.match(step.shown):
            await self.say_word(telling, lasting=step.shown.startswith("2 of 3"))

    def wanted(self, menu: Control) -> tuple[str, ...]:
        """The careful choice, or the first."""
        labels = [text_of(option.get("text")) for option in menu.options]
        return tuple([one for one in labels if one.startswith(CAREFUL)] or labels[:1])

    async def say_word(self, telling: Telling, *, lasting: bool) -> None:
        """Types a word that occurs nowhere else; `lasting`: where the bot says that it got it, it must be kept."""
        told = self.history.word(telling)
        said = f"It was {told.word} that day"
        before = self.newest()
        if await self.tries(self.person.say(said)) and lasting:
            told.said_at = next((one.ts for one in reversed(self.person.messages()) if told.word in one.text), before)

    def sure_of(self, telling: Telling, since: str) -> None:
        """What was typed above a line that says "Got that" has reached the bot."""
        got = [float(one.ts) for one in self.person.others(None, None) if one.ts > since and GOT.search(one.shown)]
        for told in telling.words:
            if told.said_at:
                told.sure = told.sure or any(ts > float(told.said_at) for ts in got)

    def learn(self, telling: Telling, since: str) -> None:
        """Whether it is over: sent, with a number, or deleted after a fortnight."""
        for message in self.person.others(None, None):
            if float(message.ts) <= float(since or 0):
                return
            if found := RECEIPT.search(message.shown):
                telling.over, telling.story = "sent", int(found[1])
            elif EXPIRED in message.shown and not telling.over:
                telling.over = "expired"

    def newest(self) -> str:
        """The ts of the last message in the direct message."""
        messages = self.person.messages()
        return messages[-1].ts if messages else ""

    def face(self, since: str) -> object:
        """What the bot has on the screen."""
        return [(one.ts, one.text, repr(one.blocks)) for one in self.person.others(None, None) if one.ts >= since]


class Reviewer(Robot):
    """Approves whatever waits."""

    async def live(self) -> None:
        """Approves until the campaign is over, by button or by command."""
        while not self.over.is_set():
            waiting = [one for one in self.person.messages(REVIEW_CHANNEL) if "[Approve]" in one.shown]
            if waiting:
                card = self.random.choice(waiting[:5])
                found = re.search(r"Story (\d+)", card.shown)
                if found and self.random.random() < 0.3:
                    answer = await self.person.command(f"/story approve {found[1]}", patience=PATIENCE)
                    self.history.unanswered += answer.error is not None
                else:
                    await self.tries(self.person.press("Approve", ts=card.ts, channel=REVIEW_CHANNEL))
            await self.pause(self.random.uniform(0.05, 0.5))
