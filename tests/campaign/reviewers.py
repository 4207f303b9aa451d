"""Reviewers: they approve what waits; before some of it they ask, decline, take words out, or want a second reviewer.

Which story gets what is decided once, by dice, and all reviewers keep to it.
"""

import asyncio
import re

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.controls import controls
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL

from .history import History
from .robot import PATIENCE, Robot, Seen
from .watch import Watch

SECRET = re.compile(r"qs\d{5}x\d{4}")
NUMBER = re.compile(r"Story (\d+)")
PLANS = ("approve",) * 12 + ("decline", "ask", "ask", "sensitive", "redact", "redact")
TWO = re.compile(r"two (?:different )?reviewers")


class Reviewer(Robot):
    """Decides whatever waits."""

    def __init__(
        self, rehearsal: Rehearsal, name: str, history: History, over: asyncio.Event, seed: str, watch: Watch
    ) -> None:
        super().__init__(rehearsal, name, history, over, seed)
        self.watch = watch

    async def live(self) -> None:
        """Decides until the campaign is over, by button or by command."""
        while not self.over.is_set():
            if waiting := list(self.watch.waiting.values())[:5]:
                await self.decide(self.seen(self.random.choice(waiting)))
            await self.pause(self.random.uniform(0.05, 0.5))

    async def decide(self, card: Seen) -> None:
        """The next thing to be done with this story."""
        found = NUMBER.search(card.shown)
        if found is None:
            return
        number = int(found[1])
        plan = self.history.plans.setdefault(number, self.random.choice(PLANS))
        if plan == "redact":
            await self.redact(number)
        elif plan != "approve":
            words = {"ask": "Who could have told you?", "decline": "Too short for us."}.get(plan, "")
            answer = await self.command(f"/story {plan} {number} {words}".strip())
            if answer:
                self.history.plans[number] = "approve"
                self.history.did(f"stories {plan}")
                if plan == "sensitive" and TWO.search(answer):
                    self.history.two.add(number)
        elif self.random.random() < 0.3:
            await self.command(f"/story approve {number}")
        else:
            await self.tries(self.person.press("Approve", ts=card.ts, channel=REVIEW_CHANNEL))

    async def command(self, line: str) -> str:
        """Types it; returns the answer, nothing where there was none."""
        answer = await self.person.command(line, channel=REVIEW_CHANNEL, patience=PATIENCE)
        self.history.unanswered += answer.error is not None
        if answer.error is not None:
            await self.back()
        return answer.shown

    async def redact(self, number: int) -> None:
        """Takes the secret words out of what happened, in the form."""
        await self.command(f"/story redact {number}")
        view = self.rehearsal.workspace.views.top(self.person.profile.id)
        if view is None:
            return
        for control in controls(view.blocks):
            before = str(control.element.get("initial_value") or "")
            if SECRET.search(before):
                await self.person.fill(control.key[1], SECRET.sub("[removed]", before))
        sent = await self.tries(self.person.submit())
        if self.person.view is not None:
            sent = False
            await self.tries(self.person.close_view())
        if sent:
            self.history.plans[number] = "approve"
            self.history.did("stories redacted")
