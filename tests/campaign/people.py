"""Tellers: they tell one story after the other, answer what they are asked, and take some of them back."""

import asyncio
import re
from collections.abc import Callable

from bot.rehearsal.acting.person import Message
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.controls import Control, controls, text_of

from .history import History, Telling, Told
from .robot import PATIENCE, Robot, Seen

__all__ = ["PATIENCE", "Robot", "Teller"]

MENUS = ("radio_buttons", "checkboxes", "static_select", "multi_static_select")
GOT = re.compile(r"^Got (?:all )?(\w+)")
SO_MANY = {"that": 1, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
"""How many messages the bot says that it got: fewer than were typed, and one of them is still on its way."""
RECEIPT = re.compile(r"This is story (\d+)\.")
EXPIRED = "Your unfinished story is deleted"
QUESTION = re.compile(r"\d+ of \d+\b")
ASKED = re.compile(r"has a question about story (\d+)")
DECLINED = re.compile(r"We can't use story (\d+) as it is")
LONGEST = 40
"""Times that somebody waits to hear what became of their story before they begin another."""
DOORS = ("Start afresh", "Start")
AT_ONCE = (*DOORS, "Carry on", "Send for review")
LIVE = re.compile(r"\[(?:Next|Skip|Start afresh|Start|Carry on|Send for review|Finish later|Keep it to myself)\]")
NAME = "Type it as it should appear."
NO_NAME = "No name or role"
DIGEST = "Weekly digest"


class Teller(Robot):
    """Tells one story after the other."""

    telling: Telling | None = None
    """The one that this person is on, and the last message before it."""
    since = ""
    heard = ""
    """The last message among which letters of reviewers were looked for."""
    regrets = 0.25
    """How often one of the stories told before is taken back before the next is begun."""
    crowded: Callable[[], bool] = staticmethod(lambda: False)
    """Whether so many stories wait for the reviewers that this person does not begin another."""

    def __init__(self, rehearsal: Rehearsal, name: str, history: History, over: asyncio.Event, seed: str) -> None:
        super().__init__(rehearsal, name, history, over, seed)
        self.letters: set[int] = set()
        """Stories that the reviewers could not use, as their letters say."""
        self.waited = 0
        """How often they have waited to hear what became of this story."""
        self.ends: set[str] = set()
        """Messages that were the end of an earlier telling."""

    async def live(self) -> None:
        """Tells until the campaign is over."""
        while not self.over.is_set():
            if self.crowded():
                await self.pause(0.5)
                continue
            self.telling, self.since = self.history.begin(self.person.profile.id), self.door() or self.newest()
            self.waited = 0
            self.telling.no_name = self.random.random() < 0.25
            await self.tell(self.telling, self.since)
            mine = [one for one in self.history.tellings if one.teller == self.telling.teller and one.story]
            mine = [one for one in mine if not one.back]
            if mine and self.random.random() < self.regrets:
                await self.take_back(self.random.choice(mine))

    def look_back(self) -> None:
        """What the bot has said since this person last looked."""
        if self.telling is not None:
            self.learn(self.telling, self.since)
        for telling in self.history.tellings:
            if telling.teller == self.person.profile.id and telling.back == "asked":
                self.heard_back(telling)

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def tell(self, telling: Telling, since: str) -> None:
        """One story, from `hi` to its receipt, however often the bot dies meanwhile."""
        await self.tries(self.person.say("hi", wait=False))
        while not self.over.is_set() and not telling.over:
            step = next((one for one in self.recent(since) if not one.post.is_reply and LIVE.search(one.shown)), None)
            before = self.face(since)
            if step is not None:
                await self.go_on(step, telling)
            await self.answer(since)
            if not await self.news(before, lambda: self.face(since)) and step is None:
                await self.tries(self.person.say("hi", wait=False))
            self.learn(telling, since)

    async def go_on(self, step: Seen | Message, telling: Telling) -> None:
        """The one thing that this step waits for."""
        for label in AT_ONCE:
            if f"[{label}]" in step.shown:
                if label in DOORS and telling.words and self.waited < LONGEST:
                    self.waited += 1  # this one has been sent, or has run out: that will be said
                    await self.pause(PATIENCE)
                    return
                await self.tries(self.person.press(label, ts=step.ts, channel=self.chat.id, wait=False))
                return
        menus = [control for control in controls(step.blocks) if control.type in MENUS]
        for menu in menus:
            chosen = self.wanted(menu, telling)
            await self.tries(
                self.person.choose(*chosen, menu=menu.key[1], ts=step.ts, channel=self.chat.id, wait=False)
            )
        if step.shown.startswith(NAME):
            await self.sign(step)
        elif menus or GOT.match(step.shown):
            if not menus and self.random.random() < 0.4 and len(telling.words) < 6:
                await self.say_word(telling, lasting=True)
                return
            await self.tries(self.person.press("Next", ts=step.ts, channel=self.chat.id, wait=False))
            return
        elif QUESTION.match(step.shown):
            await self.say_word(telling, lasting=step.shown.startswith("2 of 3"))

    async def sign(self, step: Seen | Message) -> None:
        """The name as it shall appear; once the bot has it, on."""
        if "[Next]" in step.shown:
            await self.tries(self.person.press("Next", ts=step.ts, channel=self.chat.id, wait=False))
        else:
            await self.tries(self.person.say(f"{self.person.profile.real_name}, practitioner", wait=False))

    def wanted(self, menu: Control, telling: Telling) -> tuple[str, ...]:
        """No name where that is how this story is told, the digest as its place, else the first."""
        labels = [text_of(option.get("text")) for option in menu.options]
        if telling.no_name and NO_NAME in labels:
            return (NO_NAME,)
        return tuple([one for one in labels if one.startswith(DIGEST)] or labels[:1])

    async def say_word(self, telling: Telling, *, lasting: bool) -> None:
        """Types a word that occurs nowhere else; `lasting`: where the bot says that it got it, it must be kept."""
        told = self.history.word(telling)
        said = f"It was {told.word} that day, by {told.secret}" if lasting else f"It was {told.word} that day"
        before = self.newest()
        if await self.tries(self.person.say(said, wait=False)) and lasting:
            told.said_at = self.said(told) or before

    def door(self) -> str:
        """The ts of the message that offers to start, if that is what waits for an answer on the screen."""
        live = next((one for one in self.recent(self.since) if not one.post.is_reply and LIVE.search(one.shown)), None)
        return live.ts if live is not None and any(f"[{door}]" in live.shown for door in DOORS) else ""

    def said(self, told: Told) -> str | None:
        """The ts of this person's own message with that word."""
        return next((one.ts for one in reversed(self.chat.posts.values()) if told.word in one.text), None)

    async def answer(self, since: str) -> None:
        """Answers what reviewers ask about earlier stories, in the thread; one thing at a time."""
        for one in self.recent(since):
            found = ASKED.search(one.post.text)
            telling = self.history.of_story(int(found[1])) if found else None
            if telling is None or telling.back:
                continue
            thread = self.chat.replies_to(one.ts)
            foot = next((post for post in thread if post.bot_id and "Send back" in repr(post.blocks)), None)
            if foot is not None:
                await self.tries(self.person.press("Send back", ts=foot.ts, channel=self.chat.id, wait=False))
                self.history.did("answers sent back")
            elif not any(post.bot_id is None for post in thread) and "[Answer]" in one.shown:
                await self.tries(
                    self.person.say(f"It was {self.history.word(telling).word} too", thread_ts=one.ts, wait=False)
                )
            return

    # ── taking back ───────────────────────────────────────────────────────────────────────────────────────────────

    async def take_back(self, telling: Telling, *, while_posting: bool = False) -> None:
        """Takes a story back, and tries until the bot says so."""
        telling.back, telling.while_posting = "asked", while_posting
        while not self.over.is_set() and not self.heard_back(telling):
            if self.random.random() < 0.3 and not while_posting:
                asked = await self.person.command(f"/story withdraw {telling.story}", patience=1.0)
                if asked.ts is not None and "[Take it back]" in asked.shown:
                    await self.tries(self.person.press("Take it back", ts=asked.ts, channel=self.chat.id, wait=False))
            else:
                await self.tries(
                    self.person.press("Take it back", ts=telling.receipt, channel=self.chat.id, wait=False)
                )
            await self.until(lambda: self.heard_back(telling))

    def heard_back(self, telling: Telling) -> bool:
        """Whether the bot has said that it is taking this story back."""
        told = (f"Taking story {telling.story} back.", f"Story {telling.story} is taken back.")
        if telling.back != "sure" and any(one.post.text.startswith(told) for one in self.recent(telling.receipt)):
            telling.back = "sure"
        return telling.back == "sure"

    # ── what they know ────────────────────────────────────────────────────────────────────────────────────────────

    def learn(self, telling: Telling, since: str) -> None:
        """What was got, and whether it is over: sent, with a number, or deleted after its days."""
        self.open_letters()
        for message in self.recent(since):
            if message.ts <= since:
                return
            if (got := GOT.search(message.shown)) and not message.post.is_reply:
                typed = [told for told in telling.words if told.said_at and float(message.ts) > float(told.said_at)]
                if len(typed) <= SO_MANY.get(got[1], 0):
                    for told in typed:
                        told.sure = True
            if message.ts in self.ends:
                continue
            if telling.over != "sent" and (found := RECEIPT.search(message.shown)):
                telling.over, telling.story, telling.receipt = "sent", int(found[1]), message.ts
                self.ends.add(message.ts)
            elif EXPIRED in message.shown and not telling.over:
                telling.over = "expired"
                self.ends.add(message.ts)

    def open_letters(self) -> None:
        """Which earlier stories the reviewers could not use: such a letter comes at any time."""
        newest = self.newest()
        for message in self.recent(self.heard):
            if found := DECLINED.search(message.shown):
                self.letters.add(int(found[1]))
        self.heard = newest
        for number in self.letters:
            if (telling := self.history.of_story(number)) is not None:
                telling.declined = True

    def face(self, since: str) -> object:
        """What the bot has on the screen."""
        return [(one.ts, one.post.text, repr(one.post.blocks)) for one in self.recent(since)]
