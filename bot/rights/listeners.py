"""What people press and type to take a story back, or down: ask once, do it once, answer privately.

A withdrawal is acknowledged after its commit and after its tombstone stands outside the database. `rooms.py` calls
`register` and adds `commands` to those of the other rooms.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import Call, Command, Commands, after_number, story_number
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import Press, press_of
from bot.rights import blocks, rules, service
from bot.rights.forgetting import Forgetting
from bot.rights.rules import What
from bot.story import codes, tidings
from bot.story.policy import Policy
from bot.story.taking_back import BY_CODE
from bot.text import from_slack
from storage import audit, outbox, stories
from storage.database import Tx
from storage.records import Message, Op, StoryStatus

Body = dict[str, Any]


def register(app: AsyncApp, edge: Edge, forgetting: Forgetting) -> None:
    """Listen to the buttons."""

    def listen(action_id: str, act: Callable[[Tx, Policy, str, str], What]) -> None:
        @app.action(action_id)
        async def on_press(ack: AsyncAck, body: Body) -> None:
            press = press_of(body)

            def work(tx: Tx, policy: Policy) -> None:
                _answer(tx, press, act(tx, policy, press.user_id, press.value))

            await edge.once(body, work)
            await forgetting.remember()  # again where it failed before: the press comes again until it is acknowledged
            forgetting.wake()
            await ack()

    listen(ids.TAKE_BACK, lambda tx, policy, who, value: service.take_back(tx, policy, user_id=who, value=value))
    listen(ids.TAKE_DOWN, lambda tx, policy, who, value: service.take_down(tx, policy, user_id=who, value=value))
    listen(ids.LEAVE_STORY, lambda tx, policy, who, value: What.LEFT)


def _answer(tx: Tx, press: Press, what: What) -> None:
    """Say what came of it: in place of a private question; where there is none, only what the letter does not say."""
    in_place = press.private_url is not None
    if not press.channel or (what is What.DONE and not in_place):
        return
    outbox.enqueue(
        tx,
        Message(
            service.LINE,
            tidings.channel(press.channel),
            op=Op.UPDATE if in_place else Op.WHISPER,
            args={"what": what.value},
            person=None if in_place else press.user_id,
            response_url=press.private_url,
        ),
    )


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _withdraw(edge: Edge, call: Call) -> Rendered | None:
    """Asks, for the teller or for whoever holds the code; a refusal is recorded."""
    number = story_number(call.rest)
    if not call.rest:
        return blocks.plain(f"Which story? Try: {ids.COMMAND} withdraw 31")

    def ask(tx: Tx, policy: Policy) -> Rendered:
        if number is None:
            by_code = service.by_code(tx, call.rest, surface=audit.Surface.COMMAND)
            if isinstance(by_code, What):
                return blocks.line(by_code)
            return blocks.question_by_code(by_code.number, codes.tidied(call.rest))
        story = service.own(tx, call.user_id, number, surface=audit.Surface.COMMAND)
        if story is None:
            return blocks.plain(f"There is no story {number} of yours that I know of. If you told it, {BY_CODE}")
        if story.status is StoryStatus.WITHDRAWN:
            return blocks.plain(f"Story {number} has been taken back already. Nothing changed.")
        return blocks.question(story.number, story.id)

    return await edge.once(call.body, ask)


async def _takedown(edge: Edge, call: Call) -> Rendered | None:
    """Asks the reviewer once, with the reason as its teller will read it."""
    number, reason = story_number(call.rest), from_slack(after_number(call.rest))
    if number is None:
        return blocks.plain(f"Which story? Try: {ids.COMMAND} takedown 31 The family asked us to.")
    if not reason:
        example = f"{ids.COMMAND} takedown {number} The family asked us to."
        return blocks.plain(f"Add the reason, which its teller reads: {example}")
    if len(reason) > rules.MOST_REASON:
        return blocks.plain(f"That reason is longer than {rules.MOST_REASON} characters. Please make it shorter.")

    def ask(tx: Tx, policy: Policy) -> Rendered:
        story = stories.find_by_number(tx, number)
        if story is None:
            return blocks.plain(f"There is no story {number}.")
        if story.status is StoryStatus.WITHDRAWN:
            return blocks.plain(f"Story {number} has been taken back already. Nothing changed.")
        return blocks.takedown_question(story.number, story.id, reason)

    return await edge.read(ask)


COMMANDS: Commands = {
    "withdraw": Command(_withdraw, f"{ids.COMMAND} withdraw 31"),
    "takedown": Command(
        _takedown, f"{ids.COMMAND} takedown 31 reason", reviewers_only=True, denied="take a story down"
    ),
}
