"""What reviewers press and type about the digest: read the payload, call one service, acknowledge.

No rules and no SQL here. `rooms.py` calls `register` and adds `COMMANDS` to those of the other rooms.
"""

from difflib import get_close_matches
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids, text
from bot.commands import Call, Command, Commands
from bot.digest import holding, service, trail
from bot.digest.messages import whisper
from bot.digest.rendering import preview_now, reading_page
from bot.digest.rules import Said
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import Press, press_of
from bot.story.when import coming_slot
from storage.database import Tx

_PREVIEW: Final = f"{ids.COMMAND} digest preview"
_VERBS: Final = ("preview", "post")
_AT_ONCE: Final = {ids.HOLD: holding.hold, ids.PUT_BACK: holding.put_back, ids.POST_NOW: holding.post_now}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to the buttons of the preview."""

    async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        act = _AT_ONCE[press.action_id]
        await edge.once(body, lambda tx, policy: act(tx, policy, press))
        await ack()

    for action_id in _AT_ONCE:
        app.action(action_id)(on_press)

    @app.action(ids.READ_ALL)
    async def on_read_all(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = press_of(body)
        view = await edge.read(lambda tx, policy: reading_page(tx, policy, press.user_id))
        if view is not None:  # before it is shown: what cannot be recorded is not read
            await edge.writer.run(lambda tx: service.note_reading(tx, edge.policy, by=press.user_id))
        if view is None or not await edge.open_view(body, view):
            why = Said.ONLY_REVIEWERS if view is None else Said.NOT_OPENED
            await edge.once(body, lambda tx, policy: _refuse(tx, press, why))
        await ack()


def _refuse(tx: Tx, press: Press, why: Said) -> None:
    trail.note_said(tx, trail.READ, why, by=press.user_id)
    whisper(tx, press, why)


async def _digest(edge: Edge, call: Call) -> Rendered | None:
    verb = call.rest.lower()
    if verb == "preview":
        return await edge.read(lambda tx, policy: preview_now(tx, policy, coming_slot(tx, policy), private=True))
    if verb == "post":
        posted = await edge.once(call.body, lambda tx, policy: service.post_now(tx, policy, by=call.user_id))
        return Rendered(posted.sentence if posted else f"I have dealt with that. What comes next: {_PREVIEW}")
    close = get_close_matches(verb, _VERBS, n=1, cutoff=0.5)
    return Rendered(
        f'I don\'t know "digest {text.escape(verb[:40])}". Did you mean: {ids.COMMAND} digest {close[0]}'
        if close
        else f"To see what is coming: {_PREVIEW}"
    )


COMMANDS: Commands = {
    "digest": Command(_digest, _PREVIEW, reviewers_only=True, denied="preview or post the digest"),
}
