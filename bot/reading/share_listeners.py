"""*Share* is pressed, a channel chosen, `/story share 31` typed: ask Slack about the channel, have one thing done.

Whoever shares is in the channel themselves, and so is the bot; both are asked of Slack at that moment. Nothing is
decided here and nobody is trusted here. `listeners.py` registers these among the room's others.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.commands import Call, Command, Commands, story_number
from bot.delivery.outcomes import CALL_FAILURES, Verdict, of_error
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import form_of, press_of
from bot.reading import blocks, service, share_blocks, sharing
from bot.reading.rules import number_in
from bot.reading.share_rules import What, refusal
from bot.story.policy import May, Policy
from storage.database import Tx

log = logging.getLogger(__name__)

Body = dict[str, Any]
MayRead = Callable[[str], Awaitable[May]]

PATIENCE: Final = 1.8
"""Seconds for all that is asked of Slack: the form must be answered within three."""
_PAGE: Final = 999
_MOST_PAGES: Final = 20
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,60}")


def register(app: AsyncApp, edge: Edge, may_read: MayRead) -> None:
    """Listen to the button and to the form behind it."""

    @app.action(ids.SHARE)
    async def on_share(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        number = number_in(press.value) or 0
        page = blocks.refused_page(await may_read(press.user_id), f"Story {number}") or await _question(edge, number)
        await edge.open_view(body, page or blocks.gone_page(number), push=press.in_modal)
        await ack()

    @app.view(ids.SHARE_VIEW)
    async def on_send(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        number, channel = number_in(form.metadata) or 0, form.choice(share_blocks.CHANNEL)
        what = await _share(edge, may_read, body, person=form.user_id, number=number, channel=channel)
        if what in (What.DONE, What.ALREADY):
            await ack(response_action="update", view=share_blocks.done_page(number, what))
        else:
            await ack(response_action="errors", errors={share_blocks.CHANNEL: share_blocks.LINES[what]})


def commands(may_read: MayRead) -> Commands:
    """`/story share 31`."""

    async def share(edge: Edge, call: Call) -> Rendered | None:
        if (refused := blocks.refused(await may_read(call.user_id))) is not None:
            return refused
        number = story_number(call.rest)
        if number is None:
            return blocks.plain(f"Which story? Try: {ids.COMMAND} share 31")
        page = await _question(edge, number)
        if page is None:
            return blocks.nothing_to_read(number)
        if not await edge.open_view(call.body, page):
            return blocks.plain("If no form has opened, please type that again.")
        return None

    return {"share": Command(share, f"{ids.COMMAND} share 31")}


async def _question(edge: Edge, number: int) -> dict[str, Any] | None:
    """Where to share it; None for a story that may not be read."""
    view = await edge.read(lambda tx, policy: service.find(tx, number))
    return None if view is None else share_blocks.question(view)


async def _share(edge: Edge, may_read: MayRead, body: Body, *, person: str, number: int, channel: str) -> What:
    refused = await _why_not(edge, may_read, person, channel)

    def work(tx: Tx, policy: Policy) -> What:
        return sharing.share(tx, by=person, number=number, channel=channel, refused=refused)

    return await edge.once(body, work, if_parked=What.NOT_SAVED) or refused or What.ALREADY


# ── what Slack says of the channel ────────────────────────────────────────────────────────────────────────────────


async def _why_not(edge: Edge, may_read: MayRead, person: str, channel: str) -> What | None:
    may = await may_read(person) if person else May.NOT
    if may is not May.READ:
        return What.NOT_FOR_YOU if may is May.NOT else What.NOT_SURE
    if not _CHANNEL.fullmatch(channel):
        return What.NO_CHANNEL
    try:
        async with asyncio.timeout(PATIENCE):
            return await _ask(edge.client, person, channel, edge.policy.team_id)
    except CALL_FAILURES as error:
        outcome = of_error(error)
        log.info("channel not known: %s", outcome.code)
        return What.NOT_SEEN if outcome.verdict is Verdict.NEVER else What.NOT_KNOWN


async def _ask(client: AsyncWebClient, person: str, channel: str, team_id: str) -> What | None:
    """Why this person may not share there, as Slack describes the channel now."""
    info = await client.conversations_info(channel=channel)
    refused = refusal(info.get("channel") or {}, team_id)
    if refused is not None:
        return refused
    cursor = ""
    for _ in range(_MOST_PAGES):
        page = await client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor or None)
        if person in (page.get("members") or ()):
            return None
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return What.NOT_THEIRS
    return What.NOT_KNOWN
