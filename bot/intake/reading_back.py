"""What Slack still shows of a direct message and of its threads: asked page by page, and waited for as it says.

An edge: it calls Slack and decides nothing. `recovery.py` says what is read, and what becomes of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.outcomes import CALL_FAILURES, Verdict, of_error
from bot.intake import payloads
from bot.intake.heard import Said

log = logging.getLogger(__name__)

Message = Mapping[str, Any]

NEVER: Final = frozenset(
    {
        "channel_not_found",
        "missing_scope",
        "not_in_channel",
        "no_permission",
        "unknown_method",
        "method_not_supported",
    }
)
"""Why a history can never be read here."""
_NO_MESSAGE: Final = frozenset({"thread_not_found", "message_not_found"})
_PAGE: Final = 200
_LONGEST_PAUSE: Final = 120.0


class ReadingBack:
    """Reads direct messages. Raises what the client raises, except where Slack says how long to wait."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def since(self, channel: str, oldest: str) -> list[Message]:
        """Every message of the direct message since then, that moment included; threads are left out by Slack."""

        async def page(cursor: str | None) -> AsyncSlackResponse:
            return await self._client.conversations_history(
                channel=channel, oldest=oldest, inclusive=True, limit=_PAGE, cursor=cursor
            )

        return await _all(page)

    async def thread(self, channel: str, ts: str) -> list[Message] | None:
        """The message that stands there and what is in its thread; None when none stands there.

        Nothing where such a Slack can never say.
        """

        async def page(cursor: str | None) -> AsyncSlackResponse:
            return await self._client.conversations_replies(channel=channel, ts=ts, limit=_PAGE, cursor=cursor)

        try:
            return await _all(page)
        except CALL_FAILURES as error:
            code = of_error(error).code
            if code in _NO_MESSAGE:
                return None
            if code in NEVER:
                log.warning("thread not read reason=%s", code)
                return []
            raise


def written(messages: list[Message], channel: str, writer: str, *, thread_ts: str | None = None) -> list[Said]:
    """What this person wrote among these. Only they: a server may leave out every other sign of whose a message is."""
    said = [
        payloads.said(message, channel=channel)
        for message in messages
        if message.get("user") == writer
        and payloads.is_human(message)
        and message.get("subtype") in payloads.SAID_SUBTYPES
    ]
    return said if thread_ts is None else [replace(one, thread_ts=thread_ts) for one in said if one.ts != thread_ts]


def is_stone(message: Message) -> bool:
    """Whether this only marks where a message with replies was."""
    return message.get("subtype") == "tombstone"


async def _all(page: Callable[[str | None], Awaitable[AsyncSlackResponse]]) -> list[Message]:
    """The messages of every page.

    Pages may hold fewer than was asked for, so their number says nothing; where one must wait, those already read are
    not asked for again.
    """
    found: list[Message] = []
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        answer = await _patiently(page, cursor)
        found.extend(answer.get("messages") or [])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor or cursor in seen:
            return found
        seen.add(cursor)


async def _patiently(
    page: Callable[[str | None], Awaitable[AsyncSlackResponse]], cursor: str | None
) -> AsyncSlackResponse:
    """One page; as often as Slack says how long to wait for it, it is waited for."""
    while True:
        try:
            return await page(cursor)
        except CALL_FAILURES as error:
            outcome = of_error(error)
            if outcome.verdict is not Verdict.LIMITED or outcome.after is None or outcome.after > _LONGEST_PAUSE:
                raise
            log.info("reading back waits seconds=%.0f", outcome.after)
            await asyncio.sleep(outcome.after)
