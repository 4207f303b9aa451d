"""Reviewers, and those who only pretend to be: everything that is done to a story after it was sent."""

import copy
import re

from bot.rehearsal.slack import interactions
from bot.rehearsal.slack.controls import controls
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.socket_mode import Unanswered
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL

from .folk import Robot, labels
from .memory import Telling

STORY = re.compile(r"Story (\d+)\b")


class Reviewer(Robot):
    """Decides what waits, one way or another."""

    def cards(self, label: str) -> list[tuple[int, Post]]:
        """The cards that have this button, and their stories' numbers."""
        posts = self.world.workspace.conversations[REVIEW_CHANNEL].posts.values()
        found = ((STORY.match(one.text), one) for one in list(posts)[-40:] if label in labels(one))
        return [(int(match[1]), one) for match, one in found if match]

    async def decide(self) -> None:
        """Mostly approves; sometimes asks, declines, wants another opinion, or takes an approval back."""
        roll = self.random.random()
        if roll < 0.7:
            await self.approve()
        elif roll < 0.76:
            await self.press("Needs two")
        elif roll < 0.82:
            await self.press("Undo")
        elif roll < 0.9:
            await self.redact()
        elif self.cards("Ask the teller"):
            number, _ = self.random.choice(self.cards("Ask the teller"))
            await self.command(f"/story {self.random.choice((f'ask {number} Who was there?', f'decline {number}'))}")

    async def approve(self) -> None:
        """Approves one, by its button or by the command."""
        waiting = self.cards("Approve")
        if not waiting:
            return
        number, card = self.random.choice(waiting[:6])
        self.memory.approved.setdefault(number, set()).add(self.id)
        if self.random.random() < 0.3:
            await self.command(f"/story approve {number}")
        else:
            await self.tries(self.person.press("Approve", ts=card.ts, channel=REVIEW_CHANNEL))

    async def press(self, label: str) -> None:
        """Presses this on any card that has it."""
        if cards := self.cards(label):
            _, card = self.random.choice(cards)
            await self.tries(self.person.press(label, ts=card.ts, channel=REVIEW_CHANNEL))

    async def redact(self) -> None:
        """Takes words out of a story."""
        await self.press("Redact")
        view = self.person.view
        if view is None:
            return
        for box in controls(view.blocks):
            value = box.element.get("initial_value")
            if box.type == "plain_text_input" and value and len(value) > 14:
                await self.tries(self.person.fill(box.key[1], value[:-4]))
        await self.tries(self.person.submit())
        self.world.workspace.views.close_all(self.id)

    async def edition(self) -> None:
        """Looks at what is coming, holds it, or posts it now."""
        if self.random.random() < 0.5:
            await self.command(f"/story digest {self.random.choice(('preview', 'post'))}")
            return
        for post in self.recent(REVIEW_CHANNEL):
            label = next((one for one in ("Hold", "Put back") if one in labels(post)), None)
            if label:
                await self.tries(self.person.press(label, ts=post.ts, channel=REVIEW_CHANNEL))
                return

    async def take_down(self) -> None:
        """Takes a story down, for somebody who is in it."""
        known = [one for one in self.memory.tellings if one.story and not one.withdrawing]
        if not known:
            return
        telling: Telling = self.random.choice(known)
        await self.command(f"/story takedown {telling.story} The family asked us to.")
        for channel in self.world.workspace.conversations.values():
            for post in channel.ephemerals[-2:]:
                if post.ephemeral_to != self.id or f"tory {telling.story}" not in post.text:
                    continue
                label = next((one for one in labels(post) if "down" in one), None)
                if label:
                    telling.withdrawing = True
                    if await self.tries(self.person.press(label, ts=post.ts)):
                        telling.over = "withdrawn"
                    return


async def forge(robot: Robot, reviewer: Reviewer) -> None:
    """Somebody who is no reviewer sends what pressing a reviewer's button would send."""
    cards = reviewer.cards("Approve")
    if not cards:
        return
    number, card = robot.random.choice(cards)
    if robot.id in robot.memory.reviewed_by:  # one of the tellers reviews too: from her it is no forgery
        robot.memory.approved.setdefault(number, set()).add(robot.id)
    world = robot.world
    control = labels(card)["Approve"]
    act = interactions.action(
        control, {}, action_ts=world.workspace.conversations[REVIEW_CHANNEL].next_ts(world.calendar.now())
    )
    body = interactions.message_actions(
        world.workspace,
        robot.id,
        card,
        actions=[act],
        state={},
        trigger_id=world.workspace.views.new_trigger(robot.id),
        url=world.urls.new(robot.id, world.workspace.conversations[REVIEW_CHANNEL], source=card),
    )
    robot.memory.forged += 1
    try:
        await world.hub.send_interactive(copy.deepcopy(body))
    except Unanswered:
        robot.unanswered += 1
