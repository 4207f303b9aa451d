"""Away is not lost: direct messages are read back after an absence, or when a teller starts with what they wrote.

Words, edits and deletions alike, and what went into a thread in which an answer is awaited. Of a message that the
history does not show Slack is asked once more: it may stand in a thread, and a history may be old or cut short.

Which drafts are to be read stands in the database, so a crash forgets none. What is found goes to `missed.py`, or to
`answering.py` where a reviewer had asked; where Slack cannot say, it is asked again later. Last come the stories that
were sent and are in no digest yet: whoever edited a message of theirs hears that the story did not follow.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.outcomes import CALL_FAILURES, of_error
from bot.edge import Edge
from bot.intake import answering, missed
from bot.intake.heard import Said
from bot.intake.reading_back import NEVER, Message, ReadingBack, is_stone, written
from bot.intake.shelf import Shelf
from storage import decisions, drafts, tellers
from storage.database import Tx
from storage.decisions import Awaited
from storage.errors import DatabaseUnavailable
from storage.records import Draft, OutboxState, Teller

log = logging.getLogger(__name__)

FAILED_AT_ONCE: Final = 20
"""So many failures in a row, and the rest is put off: Slack answers nobody just now."""
WITHOUT_PAUSE: Final = 100
BREATH: Final = 0.05
"""Seconds between two drafts once so many were read in a round: whoever writes now comes before who wrote then."""
PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 120.0


@dataclass
class _Read:
    """What was read back: messages as they stand, and where some stood that are there no more."""

    said: dict[str, Said] = field(default_factory=dict)
    """By `ts`: what went into a thread and into the direct message too stands in both."""
    gone: list[str] = field(default_factory=list)


class Recovery:
    """Reads back what is to be read, one direct message at a time."""

    def __init__(self, edge: Edge, shelf: Shelf, client: AsyncWebClient) -> None:
        self._edge, self._shelf, self._slack = edge, shelf, ReadingBack(client)
        self._wake = asyncio.Event()
        self._stopping = False
        self._away: tuple[datetime, datetime] | None = None
        self._after: drafts.Missed | None = None
        """The draft at which reading stands; None: at the first."""
        self._questions: set[str] = set()
        """Reviewers' questions whose threads are to be read, by the ids of their messages."""
        self._told = deque[tellers.Told]()
        """Stories that were sent, whose messages are to be looked at for edits."""

    def poke(self) -> None:
        """There may be something to read, and it comes first."""
        self._after = None
        self._wake.set()

    async def after_absence(self, since: datetime | None, until: datetime) -> None:
        """Have all read in which an answer is awaited: the bot was not listening between these instants."""
        await self._edge.writer.run(drafts.recover_all)
        self._questions = {one.outbox_id for one in await self._awaited()}
        self._told = deque(await self._edge.read(lambda tx, policy: tellers.on_their_way(tx)))
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
        left, in_a_row, read = self._after is not None, 0, 0  # a round that goes on has passed some by
        while some := await self._edge.read(lambda tx, policy: drafts.to_recover(tx, after=self._after)):
            for draft in some:
                if self._stopping:
                    return False
                if self._wake.is_set():  # somebody waits for theirs: look again
                    self._wake.clear()
                    break
                self._after = drafts.Missed(draft.recover_from or "", draft.id)
                read += 1
                if read > WITHOUT_PAUSE:
                    await asyncio.sleep(BREATH)
                if await self._recover(draft):
                    in_a_row = 0
                    continue
                left, in_a_row = True, in_a_row + 1
                if in_a_row == FAILED_AT_ONCE:
                    return True
        self._after = None
        left = await self._read_questions() or left
        return await self._read_told() or left

    # ── drafts ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _recover(self, draft: Draft) -> bool:
        teller = await self._edge.read(lambda tx, policy: tellers.get_teller(tx, draft.teller_id))
        shelf, away = self._shelf, self._away
        try:
            read = _Read() if teller.dm_channel is None else await self._read_back(draft, teller, teller.dm_channel)
        except CALL_FAILURES as error:
            code = of_error(error).code
            log.warning("history not read reason=%s", code)
            if code not in NEVER:
                return False
            policy = self._edge.policy
            await self._edge.writer.run(lambda tx: missed.give_up_recovering(tx, policy, shelf, draft.id))
            return True
        policy, said = self._edge.policy, list(read.said.values())
        count = await self._edge.writer.run(
            lambda tx: missed.take_recovered(tx, policy, shelf, draft.id, said, away=away, gone=read.gone)
        )
        if count:
            log.info("recovered messages=%d", count)
        return True

    async def _read_back(self, draft: Draft, teller: Teller, channel: str) -> _Read:
        """What the teller wrote since the draft's first message, as it stands now, and which of it stands no more."""
        kept = await self._edge.read(lambda tx, policy: missed.kept(tx, draft, channel))
        oldest = min(draft.recover_from or "0", *kept, key=drafts.ts_key) if kept else draft.recover_from or "0"
        history = await self._slack.since(channel, oldest)
        read = _Read({one.ts: one for one in written(history, channel, teller.slack_user_id)})
        newest = max((drafts.ts_key(str(one.get("ts"))) for one in history), default=drafts.ts_key("0"))
        unseen = [ts for ts in kept if ts not in read.said and drafts.ts_key(ts) < newest]
        threads = await self._edge.read(lambda tx, policy: _threads(tx, draft, teller, channel, history))
        for ts in dict.fromkeys((*threads, *unseen)):
            if ts in unseen and ts in read.said:
                continue  # found in a thread
            there = await self._slack.thread(channel, ts)
            read.said |= {one.ts: one for one in written(there or [], channel, teller.slack_user_id, thread_ts=ts)}
            if ts not in unseen:
                continue
            stands = [one for one in there or [] if one.get("ts") == ts]
            read.said |= {one.ts: one for one in written(stands, channel, teller.slack_user_id)}
            if there is None or any(is_stone(one) for one in stands):
                read.gone.append(ts)
        return read

    # ── reviewers' questions ──────────────────────────────────────────────────────────────────────────────────────

    async def _awaited(self) -> list[Awaited]:
        return list(await self._edge.read(lambda tx, policy: decisions.awaited(tx)))

    async def _read_questions(self) -> bool:
        """Read the threads of reviewers' questions; says whether one is left for later, or still on its way."""
        left: set[str] = set()
        wanted = self._questions
        for asked in await self._awaited() if wanted else ():
            if self._stopping:
                return False
            if asked.outbox_id not in wanted:
                continue
            under_way = asked.ts is None and asked.state is OutboxState.SENDING
            if under_way or not await self._read_question(asked):
                left.add(asked.outbox_id)
        # Those of another absence, which began and ended meanwhile, are read as well.
        self._questions = left if self._questions is wanted else self._questions | left
        return bool(self._questions)

    async def _read_question(self, asked: Awaited) -> bool:
        channel, ts = asked.channel, asked.ts
        if channel is None or ts is None:
            return True  # it stands nowhere
        try:
            there = await self._slack.thread(channel, ts)
        except CALL_FAILURES as error:
            log.warning("thread not read reason=%s", of_error(error).code)
            return False
        found, policy, shelf = (
            written(there or [], channel, asked.slack_user_id, thread_ts=ts),
            self._edge.policy,
            self._shelf,
        )
        if found:
            await self._edge.writer.run(lambda tx: answering.take_missed(tx, policy, shelf, ts, found))
        return True

    # ── stories that were sent ────────────────────────────────────────────────────────────────────────────────────

    async def _read_told(self) -> bool:
        """Look for edits of what was sent; says whether some of it is left for later."""
        while self._told and not self._stopping and not self._wake.is_set():
            told = self._told.popleft()
            if not await self._read_edits(told):
                self._told.append(told)
                break
            await asyncio.sleep(BREATH)
        return bool(self._told)

    async def _read_edits(self, told: tellers.Told) -> bool:
        channel, policy, shelf = told.channel, self._edge.policy, self._shelf
        try:
            history = await self._slack.since(channel, told.oldest)
            said = written(history, channel, told.slack_user_id)
            for ts in _replied_to(history):
                said += written(await self._slack.thread(channel, ts) or [], channel, told.slack_user_id, thread_ts=ts)
        except CALL_FAILURES as error:
            code = of_error(error).code
            log.warning("history not read reason=%s", code)
            return code in NEVER
        edited = [one for one in said if one.edited_ts is not None]
        if edited:
            await self._edge.writer.run(lambda tx: missed.take_late_edits(tx, policy, shelf, told, edited))
        return True


def _threads(tx: Tx, draft: Draft, teller: Teller, channel: str, history: list[Message]) -> list[str]:
    """Where threads stand that may hold words for this draft: beneath its open question, and those with replies.

    Not those of reviewers' questions, which have answers of their own.
    """
    asked = [one for one in drafts.asked(tx, draft.id) if one.ts]
    open_now = [one.ts for one in asked if one.prompt_id == asked[-1].prompt_id]
    return [
        ts for ts in (*open_now, *_replied_to(history)) if ts and answering.find_thread(tx, channel, ts, teller) is None
    ]


def _replied_to(history: list[Message]) -> list[str]:
    return [str(one.get("ts")) for one in history if one.get("reply_count")]
