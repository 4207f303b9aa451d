"""Doing a step of the guide for somebody: the same acts, by the people whose turn it is, through the real bot.

What a step needs and has not happened yet is done first. The ticks come from `guide.py`, as for anybody. `retelling.py`
and `walk.py` tell the stories.
"""

import io
import json
from collections.abc import Awaitable, Callable, Container, Mapping
from pathlib import Path
from typing import Final

from bot.rehearsal.acting.person import Message, NotHeard, Person
from bot.rehearsal.scenes.play import Play, Script
from bot.rehearsal.scenes.printing import Printer
from bot.rehearsal.scenes.transcript import Transcript
from bot.rehearsal.scenes.walk import NOTHING, PATIENCE, Answers, come_to, finish, open_step, until
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.controls import TYPED, Control, controls, state_of, text_of
from bot.rehearsal.slack.unread import Unread
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .clock import move
from .guide import Guide

WAITING_FILE: Final = Path(__file__).parents[1] / "data" / "waiting.json"
ADDED: Final = " We said so to each other afterwards."
CHECK: Final = "Check your story."
OFFERED: Final = 3.0
"""Seconds within which the bot offers to change a story, where it does."""
TELLER: Final = "sam"
READER: Final = "rae"
REVIEWER: Final = "amira"


def made_up_stories() -> list[Answers]:
    """Returns answers to the default script that say of themselves that they are made up."""
    stories: list[Answers] = json.loads(WAITING_FILE.read_text(encoding="utf-8"))
    return stories


def quiet_play(rehearsal: Rehearsal, script: Script) -> Play:
    """Returns what a scene acts with, where nobody prints what happens."""
    transcript = Transcript(rehearsal, Printer(io.StringIO()))
    transcript.close()
    return Play(rehearsal, transcript, script)


class Helper:
    """Does steps. Raises `NotHeard`, `NotThere` or `NotAcknowledged` where the bot does not play along."""

    def __init__(
        self,
        rehearsal: Rehearsal,
        guide: Guide,
        unread: Unread,
        *,
        script: Callable[[], Script],
        moved: Callable[[], None],
    ) -> None:
        self._rehearsal, self._guide, self._unread = rehearsal, guide, unread
        self._script, self._moved = script, moved
        self._ways: Mapping[str, Callable[[], Awaitable[None]]] = {
            "tell": self._tell,
            "change": self._change,
            "approve": self._approve,
            "post": self._post,
            "read": self._read,
        }

    def knows(self, step: str) -> bool:
        """Whether there is such a step."""
        return step in self._ways

    async def do(self, step: str) -> None:
        """The step has been done and is ticked."""
        await self._ways[step]()
        if not await self._ticked(step, PATIENCE):
            raise NotHeard(f"the step {step} was done, and nothing came of it")

    async def _tell(self) -> None:
        play, sam = quiet_play(self._rehearsal, self._script()), self._rehearsal.person(TELLER)
        await finish(play, sam, made_up_stories()[-1] if play.script.is_default else NOTHING)

    async def _change(self) -> None:
        """An answer is changed in a story that was sent, or in the one that is being told, or in a new one."""
        play, sam = quiet_play(self._rehearsal, self._script()), self._rehearsal.person(TELLER)
        if open_step(sam) is None:
            await self._reopen(sam)
        check = await come_to(play, sam, lambda message: message.shown.startswith(CHECK))
        label = next(str(one["label"]) for one in play.script.prompts if one.get("kind") in ("story", "line"))
        await sam.press("Change", ts=check.ts, beside=label)
        modal = await sam.see_view()
        field = next(one for one in controls(modal.blocks) if one.type in TYPED)
        words = str((state_of(field, {}) or {}).get("value") or "")
        longest = int(field.element.get("max_length") or len(words + ADDED))
        await sam.fill(field.names[0], words + ADDED if len(words + ADDED) <= longest else words.rpartition(" ")[0])
        await sam.press("Save")
        await sam.hear("Changed just now", timeout=PATIENCE)
        await finish(play, sam)

    async def _reopen(self, sam: Person) -> None:
        """The last story that was sent is open for a change, if it can be changed."""
        offer = next((one for one in sam.others(None, None) if "[Change story" in one.shown), None)
        if offer is not None:
            label = next(name for one in controls(offer.blocks) if (name := _label(one)).startswith("Change story"))
            await sam.press(label, ts=offer.ts)
            await until(self._rehearsal.workspace, lambda: open_step(sam, since=offer.ts), timeout=OFFERED)

    async def _approve(self) -> None:
        """A card may be overtaken by a newer one of its story, or the story be the reviewer's own: then the next."""
        tried: set[str] = set()
        while "approve" not in self._guide.done:
            card = self._card(tried)
            if card is None and tried:
                card = await until(self._rehearsal.workspace, lambda: self._card(tried), timeout=OFFERED)
            if card is None:
                await self._tell()
                card = await until(self._rehearsal.workspace, lambda: self._card(tried), timeout=PATIENCE)
            if card is None:
                raise NotHeard("no story is waiting for the reviewers")
            tried.add(card.ts)
            await self._rehearsal.person(REVIEWER).press("Approve", ts=card.ts, channel=REVIEW_CHANNEL)
            await self._ticked("approve", OFFERED)

    def _card(self, tried: Container[str]) -> Message | None:
        """The newest card that can be approved and was not tried."""
        cards = self._rehearsal.person(REVIEWER).others(REVIEW_CHANNEL, None)
        return next((one for one in cards if "[Approve]" in one.shown and one.ts not in tried), None)

    async def _post(self) -> None:
        if "approve" not in self._guide.done:
            await self.do("approve")
        before = len(self._guide.editions)
        await move(self._rehearsal, "friday", moved=self._moved)
        if len(self._guide.editions) == before:
            raise NotHeard("no story was in line for that Friday")

    async def _ticked(self, step: str, seconds: float) -> bool:
        done = self._guide.done
        return await until(self._rehearsal.workspace, lambda: step in done or None, timeout=seconds) is not None

    async def _read(self) -> None:
        if not self._guide.editions:
            await self.do("post")
        self._unread.read(self._rehearsal.person(READER).profile.id, STORIES_CHANNEL)
        self._guide.read(STORIES_CHANNEL, max(self._guide.editions))


def _label(control: Control) -> str:
    return text_of(control.element.get("text"))
