"""What is typed and pressed when a reviewer asks who told a story. Who may is settled in `breakglass.py`.

The answer is looked up in the transaction that records the look, and goes into a window at once: it is never in a
message, a row or a log. `rooms.py` calls `register` and adds `COMMANDS`.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import Call, Command, Commands, after_number, story_number
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import press_of
from bot.rights import breakglass
from bot.rights import breakglass_blocks as blocks
from bot.rights.breakglass_blocks import Came
from bot.story.policy import Policy
from bot.text import from_slack
from storage.database import Tx

Body = dict[str, Any]
EXAMPLE = f"{ids.COMMAND} breakglass 31 why it cannot wait"


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to the lead's three buttons and the asker's one."""

    def listen(action_id: str, *, agree: bool, tell: bool) -> None:
        @app.action(action_id)
        async def on_press(ack: AsyncAck, body: Body) -> None:
            press = press_of(body)

            def work(tx: Tx, policy: Policy) -> None:
                came = breakglass.decide(tx, policy, by=press.user_id, value=press.value, agree=agree, tell=tell)
                if came is not Came.DECIDED:  # a decision shows in the message itself
                    breakglass.say(tx, press, came)

            await edge.once(body, work)
            await ack()

    listen(ids.AGREE_TO_SHOW, agree=True, tell=True)
    listen(ids.AGREE_QUIETLY, agree=True, tell=False)
    listen(ids.REFUSE_TO_SHOW, agree=False, tell=False)

    @app.action(ids.SHOW_WHO)
    async def on_show(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)

        def work(tx: Tx, policy: Policy) -> breakglass.Answer | None:
            found = breakglass.show(tx, policy, by=press.user_id, value=press.value)
            if isinstance(found, Came):
                breakglass.say(tx, press, found)
                return None
            return found

        found = await edge.once(body, work)
        if found is not None:
            window = blocks.window(found.ask, told_by=found.told_by, zone=edge.policy.zone)
            if not await edge.open_view(body, window):
                await edge.writer.run(lambda tx: breakglass.say(tx, press, Came.NOT_OPENED))
        await ack()


async def _breakglass(edge: Edge, call: Call) -> Rendered | None:
    """Asks the lead, with the reason as the story's teller will be able to read it."""
    number, reason = story_number(call.rest), from_slack(after_number(call.rest))
    if number is None:
        return blocks.plain(f"Which story? Try: {EXAMPLE}")
    if not reason:
        return blocks.plain(f"Add the reason, which whoever told it can read: {EXAMPLE}")
    if len(reason) > blocks.MOST_REASON:
        return blocks.plain(f"That reason is longer than {blocks.MOST_REASON} characters. Please make it shorter.")

    def ask(tx: Tx, policy: Policy) -> Came:
        return breakglass.ask(tx, policy, by=call.user_id, number=number, reason=reason)

    came = await edge.once(call.body, ask)
    return None if came is None else blocks.line(came)


COMMANDS: Commands = {
    "breakglass": Command(_breakglass, EXAMPLE, reviewers_only=True, denied="ask who told a story"),
}
