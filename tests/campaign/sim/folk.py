"""Tellers at their keyboards: they look at the screen, do the next thing, and now and then something else."""

import re
from typing import Any

from bot.rehearsal.acting.person import NotAcknowledged, NotThere, Person
from bot.rehearsal.acting.typed import encode
from bot.rehearsal.slack.call import ApiError
from bot.rehearsal.slack.controls import Control, controls, text_of
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import Change

from .memory import Memory, Telling, Word
from .world import World

MENUS = ("radio_buttons", "checkboxes", "static_select", "multi_static_select")
AT_ONCE = ("Start", "Start afresh", "It isn't one", "Send for review", "Carry on")
LIVE = {*AT_ONCE, "Next", "Skip", "Keep it to myself", "Finish later"}
RECEIPT = re.compile(r"^Story (\d+) is with the reviewers")
HOSTILE = (
    "",
    " @channel @here @everyone",
    " @rae",
    " <https://evil.example|click> & <b>",
    " ‮gnirts‬ \u200b\u0000 ﷽ 👩‍👩‍👧‍👦",
    " \ud800 half",
    " =cmd() +1 -1",
    " *bold* _it_ `code` ```",
)
SEEN = 14
"""How far up somebody looks."""


def labels(post: Post) -> dict[str, Control]:
    """The buttons on a message, by what they say."""
    return {text_of(one.element.get("text")): one for one in controls(post.blocks or []) if one.type == "button"}


class Robot:
    """Somebody of the workspace. `busy` while an act of theirs has not ended."""

    def __init__(self, world: World, memory: Memory, person: Person) -> None:
        self.world, self.memory, self.person = world, memory, person
        self.id, self.random, self.busy = person.profile.id, world.random, False
        self.unanswered = 0

    async def tries(self, act: Any) -> bool:
        """Does one thing; False where the screen showed an error or it had gone."""
        try:
            await act
        except (NotAcknowledged, NotThere, ApiError):
            self.unanswered += 1
            return False
        return True

    def recent(self, channel: str) -> list[Post]:
        """What the bot has in a conversation, newest first."""
        posts = list(self.world.workspace.conversations[channel].posts.values())[-SEEN:]
        return [one for one in reversed(posts) if one.user == self.world.workspace.bot.id]

    async def command(self, line: str) -> str:
        """Types a command; returns what it answered."""
        answer = await self.person.command(line, patience=0.2)
        self.unanswered += answer.error is not None
        return answer.text


class Teller(Robot):
    """Tells one story after the other."""

    def __init__(self, world: World, memory: Memory, person: Person) -> None:
        super().__init__(world, memory, person)
        self.home = world.workspace.direct_message(self.id).id
        self.telling: Telling | None = None
        self.since = "0"

    # ── the next thing ────────────────────────────────────────────────────────────────────────────────────────────

    async def go_on(self) -> None:
        """The one thing that the screen waits for."""
        self.learn()
        if self.telling is None or self.telling.over:
            self.telling, self.since = self.memory.begin(self.id), self.newest()
            await self.say("hi")
            return
        found = next(((one, has) for one in self.recent(self.home) if LIVE & (has := labels(one)).keys()), None)
        if found is None or float(found[0].ts) < float(self.since):
            await self.say("hi")
            return
        post, buttons = found
        for label in AT_ONCE:
            if label in buttons:
                self.settle()
                self.telling.sending |= label == "Send for review"
                await self.tries(self.person.press(label, ts=post.ts))
                return
        menus = [one for one in controls(post.blocks or []) if one.type in MENUS]
        for menu in menus:
            await self.tries(self.person.choose(*self.wanted(menu), menu=menu.key[1], ts=post.ts))
        got, asked = post.text.startswith("Got"), post.text.startswith("Question")
        if (asked and not menus) or (got and self.random.random() < 0.3 and len(self.telling.words) < 6):
            await self.say_word(lasting=got or post.text.startswith("Question 2"))
            return
        self.settle()
        if "Next" in buttons:
            await self.tries(self.person.press("Next", ts=post.ts))

    def wanted(self, menu: Control) -> tuple[str, ...]:
        """Mostly the careful choice."""
        names = [text_of(option.get("text")) for option in menu.options]
        careful = [one for one in names if one.startswith(("No name", "Weekly"))]
        if menu.type == "checkboxes":
            return tuple(careful or names[:1])
        return tuple(careful[:1] or names[:1])

    # ── now and then ──────────────────────────────────────────────────────────────────────────────────────────────

    async def edit(self) -> None:
        """Changes one of the messages of the answer."""
        word = self.own_word()
        if word is None or self.telling is None:
            return
        fresh = f"zq{self.telling.number:05d}x{len(self.telling.words):03d}"
        word.gone = True
        self.telling.words.append(Word(fresh, word.ts, "", lasting=False))
        await self.tries(self.person.edit(word.ts, f"It was {fresh} after all", wait=False))

    async def delete(self) -> None:
        """Deletes one of them."""
        word = self.own_word()
        if word is not None:
            word.gone = True
            await self.tries(self.person.delete(word.ts, wait=False))

    async def give_up(self) -> None:
        """Deletes the draft, or finishes later, or turns back."""
        post = next(iter(self.recent(self.home)), None)
        has = {} if post is None else labels(post)
        label = next((one for one in self.random.sample(("Finish later", "Back", "Delete"), 3) if one in has), None)
        if post is None or label is None:
            return
        self.settle()
        await self.tries(self.person.press(label, ts=post.ts))

    async def take_back(self) -> None:
        """Withdraws one of their stories, by the command or by the button, and says yes."""
        mine = [one for one in self.memory.tellings if one.teller == self.id and one.story and not one.withdrawing]
        if not mine:
            return
        telling = self.random.choice(mine)
        await self.command(f"/story withdraw {telling.story}")
        for post in reversed(self.world.workspace.conversations[self.home].ephemerals[-3:]):
            if "Take it back" in labels(post) and f"story {telling.story} " in post.text:
                telling.withdrawing = True
                if await self.tries(self.person.press("Take it back", ts=post.ts)):
                    telling.over = "withdrawn"
                return

    async def permission(self) -> None:
        """Changes where one of their stories may be shown."""
        post = next((one for one in self.recent(self.home) if "Change permission" in labels(one)), None)
        if post is None or not await self.tries(self.person.press("Change permission", ts=post.ts)):
            return
        view = self.person.view
        if view is None:
            return
        for box in controls(view.blocks):
            if box.type == "checkboxes":
                names = [text_of(one.get("text")) for one in box.options]
                chosen = [one for one in names if self.random.random() < 0.6]
                await self.tries(self.person.choose(*chosen, menu=box.key[1]))
        await self.tries(self.person.submit())
        self.leave()

    async def look(self) -> None:
        """One of the commands that only ask, or one that is not theirs."""
        line = self.random.choice(
            ("mine", "mydata", "help", "", "approve 1", "takedown 1 no", "digest post", "nonsense")
        )
        if line == "approve 1":
            self.memory.approved.setdefault(1, set()).add(self.id)  # one of the tellers may
        await self.command(f"/story {line}")

    def leave(self) -> None:
        """Closes whatever is open."""
        self.world.workspace.views.close_all(self.id)

    # ── typing ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, text: str) -> Change:
        """Types something."""
        encoded, blocks = encode(text, self.world.workspace)
        channel = self.world.workspace.conversations[self.home]
        named = {"client_msg_id": f"{self.random.getrandbits(64):x}", "blocks": blocks}
        change = self.world.workspace.post(channel, self.id, encoded, **named)
        if self.world.trouble.strikes("same gesture with two ts", 0.05):
            self.world.workspace.post(channel, self.id, encoded, **named)
        return change

    async def say_word(self, *, lasting: bool) -> None:
        """Types a word that occurs nowhere else, sometimes beside something nasty."""
        assert self.telling is not None
        word = f"zq{self.telling.number:05d}x{len(self.telling.words):03d}"
        change = await self.say(f"It was {word} that day{self.random.choice(HOSTILE)}")
        assert change.post is not None
        body: Any = change.deliveries[0]
        self.telling.words.append(Word(word, change.post.ts, body.body["event_id"], lasting))

    def own_word(self) -> Word | None:
        if self.telling is None or self.telling.over or self.telling.sending:
            return None
        words = [one for one in self.telling.words if one.lasting and not one.gone]
        return self.random.choice(words) if words else None

    # ── what they know ────────────────────────────────────────────────────────────────────────────────────────────

    def settle(self) -> None:
        """Before they go on: what has been acknowledged by now is sure."""
        if self.telling is None or self.telling.sending:
            return
        for word in self.telling.words:
            if word.lasting and word.event_id in self.world.hub.acknowledged:
                word.sure = True

    def learn(self) -> None:
        """Whether the telling is over."""
        if self.telling is None or self.telling.over:
            return
        for post in self.recent(self.home):
            if float(post.ts) <= float(self.since):
                return
            if found := RECEIPT.match(post.text):
                if self.memory.of_story(int(found[1])) is None:
                    self.telling.over, self.telling.story = "sent", int(found[1])
                    return
            elif "story is deleted" in post.text or ("is deleted" in post.text and "unfinished" in post.text):
                self.telling.over = "deleted"
                return

    def newest(self) -> str:
        posts = self.world.workspace.conversations[self.home].posts
        return next(reversed(posts), "0")
