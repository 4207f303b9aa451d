"""Away is not lost: direct messages are read back after an absence, or when a teller starts with what they wrote.

Words, edits and deletions alike. Of a message that the history does not show Slack is asked once more: it may stand in
a thread, and a history may be old or cut short.

Which drafts are to be read stands in the database, so a crash forgets none. Reading is an edge: it asks Slack, hands
what it finds to `missed.take_recovered`, and tries again later when Slack cannot say.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.outcomes import CALL_FAILURES, Verdict, of_error
from bot.edge import Edge
from bot.intake import missed, payloads
from bot.intake.heard import Said
from bot.intake.shelf import Shelf
from storage import drafts, tellers
from storage.errors import DatabaseUnavailable
from storage.records import Draft

log = logging.getLogger(__name__)

PAGE: Final = 200
FAILED_AT_ONCE: Final = 20
"""So many failures in a row, and the rest is put off: Slack answers nobody just now."""
PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 120.0
_NEVER = {
    "channel_not_found",
    "missing_scope",
    "not_in_channel",
    "no_permission",
    "unknown_method",
    "method_not_supported",
}


_NO_MESSAGE = {"thread_not_found", "message_not_found"}

Message = Mapping[str, Any]


@dataclass
class _Read:
    """What was read back: messages as they stand, and where some stood that are there no more."""

    said: list[Said] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def _is_by(message: Message, writer: str) -> bool:
    return (
        message.get("user") == writer
        and payloads.is_human(message)
        and message.get("subtype") in payloads.SAID_SUBTYPES
    )


def _is_stone(message: Message) -> bool:
    """Whether this only marks where a message with replies was."""
    return message.get("subtype") == "tombstone"


class Recovery:
    """Reads back what is to be read, one direct message at a time."""

    def __init__(self, edge: Edge, shelf: Shelf, client: AsyncWebClient) -> None:
        self._edge, self._shelf, self._client = edge, shelf, client
        self._wake = asyncio.Event()
        self._stopping = False
        self._away: tuple[datetime, datetime] | None = None
        self._after: drafts.Missed | None = None
        """The draft at which reading stands; None: at the first."""

    def poke(self) -> None:
        """There may be something to read, and it comes first."""
        self._after = None
        self._wake.set()

    async def after_absence(self, since: datetime | None, until: datetime) -> None:
        """Have every open draft's direct message read: the bot was not listening between these instants."""
        await self._edge.writer.run(drafts.recover_all)
        self._away = None if since is None else (since, until)
        self.poke()

    def stop(self) -> None:
        """Read no more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Read until stopped."""
        pause = PAUSE
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            try:
                left = await self._round()
            except DatabaseUnavailable as error:
                log.warning("recovery put off kind=%s", type(error).__name__)
                left = True
            if not left:
                pause = PAUSE
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                pause = min(pause * 2, LONGEST_PAUSE)
            self._wake.set()

    async def _round(self) -> bool:
        """Read every draft that is to be read, the newest question first; says whether some are left for later.

        One that fails is passed by, and has its turn again in a later round.
        """
        left, in_a_row = self._after is not None, 0  # a round that goes on has passed some by
        while some := await self._edge.read(lambda tx, policy: drafts.to_recover(tx, after=self._after)):
            for draft in some:
                if self._stopping:
                    return False
                if self._wake.is_set():  # somebody waits for theirs: look again
                    self._wake.clear()
                    break
                self._after = drafts.Missed(draft.recover_from or "", draft.id)
                if await self._recover(draft):
                    in_a_row = 0
                    continue
                left, in_a_row = True, in_a_row + 1
                if in_a_row == FAILED_AT_ONCE:
                    return True
        self._after = None
        return left

    async def _recover(self, draft: Draft) -> bool:
        teller = await self._edge.read(lambda tx, policy: tellers.get_teller(tx, draft.teller_id))
        channel = teller.dm_channel
        shelf, away = self._shelf, self._away
        try:
            read = _Read() if channel is None else await self._read_back(draft, channel, teller.slack_user_id)
        except CALL_FAILURES as error:
            code = of_error(error).code
            log.warning("history not read reason=%s", code)
            if code not in _NEVER:
                return False
            policy = self._edge.policy
            await self._edge.writer.run(lambda tx: missed.give_up_recovering(tx, policy, shelf, draft.id))
            return True
        policy = self._edge.policy
        count = await self._edge.writer.run(
            lambda tx: missed.take_recovered(tx, policy, shelf, draft.id, read.said, away=away, gone=read.gone)
        )
        if count:
            log.info("recovered messages=%d", count)
        return True

    async def _read_back(self, draft: Draft, channel: str, writer: str) -> _Read:
        """What this person wrote since the draft's first message, as it stands now, and which of it stands no more.

        Only they: a server may leave out every other sign that a message is the bot's own.
        """
        kept = await self._edge.read(lambda tx, policy: missed.kept(tx, draft, channel))
        oldest = min(draft.recover_from or "0", *kept, key=drafts.ts_key) if kept else draft.recover_from or "0"
        history = await self._history(channel, oldest)
        read = _Read([payloads.said(one, channel=channel) for one in history if _is_by(one, writer)])
        newest = max((drafts.ts_key(str(one.get("ts"))) for one in history), default=drafts.ts_key("0"))
        standing = {said.ts for said in read.said}
        unseen = [ts for ts in kept if ts not in standing and drafts.ts_key(ts) < newest]
        threads = [str(one.get("ts")) for one in history if one.get("reply_count")] if unseen else []
        for ts in dict.fromkeys((*threads, *unseen)):
            if ts in standing and ts not in threads:
                continue  # found in a thread
            there = await self._thread(channel, ts)
            found = [one for one in there or [] if str(one.get("ts")) in unseen and _is_by(one, writer)]
            read.said += [payloads.said(one, channel=channel) for one in found]
            standing |= {str(one.get("ts")) for one in found}
            if ts in unseen and (there is None or any(one.get("ts") == ts and _is_stone(one) for one in there)):
                read.gone.append(ts)
        return read

    async def _thread(self, channel: str, ts: str) -> list[Message] | None:
        """The message that stands there, if Slack shows it, and what is in its thread; None when none stands there."""
        try:
            answer = await self._asked(
                lambda: self._client.conversations_replies(
                    channel=channel, ts=ts, oldest=ts, inclusive=True, limit=PAGE
                )
            )
        except CALL_FAILURES as error:
            code = of_error(error).code
            if code in _NO_MESSAGE:
                return None
            if code in _NEVER:
                return []  # such a Slack cannot say: nothing counts as deleted there
            raise
        return list(answer.get("messages") or [])

    async def _history(self, channel: str, oldest: str) -> list[Message]:
        """Every message of the direct message since then, that moment included.

        Pages may hold fewer than was asked for, so their number says nothing; where a page must wait, those already
        read are not asked for again.
        """
        found: list[Message] = []
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            answer = await self._page(channel, oldest, cursor)
            found.extend(answer.get("messages") or [])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor or cursor in seen:
                return found
            seen.add(cursor)

    async def _page(self, channel: str, oldest: str, cursor: str | None) -> AsyncSlackResponse:
        """One page of the history."""
        return await self._asked(
            lambda: self._client.conversations_history(
                channel=channel, oldest=oldest, inclusive=True, limit=PAGE, cursor=cursor
            )
        )

    async def _asked(self, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
        """Slack's answer; as often as it says how long to wait for it, it is waited for."""
        while True:
            try:
                return await call()
            except CALL_FAILURES as error:
                outcome = of_error(error)
                if outcome.verdict is not Verdict.LIMITED or outcome.after is None or outcome.after > LONGEST_PAUSE:
                    raise
                log.info("history waits seconds=%.0f", outcome.after)
                await asyncio.sleep(outcome.after)
