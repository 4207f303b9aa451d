"""One row of a lane from "it is due" to "it is settled": the table of what is done about each outcome.

A turn reads the row afresh, calls Slack when nothing stands in the way, and writes down what became of it. Whatever
must be waited for is waited for outside, and then the row is read afresh again: so the gate has always been asked
immediately before the call. `outbox.py` runs the lanes.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.delivery.calls import METHODS, Calls, Request, deletion_of, open_dm, request_of
from bot.delivery.doubts import Doubts, Step
from bot.delivery.errands import Errand, Nothing, TooHeavy, Waits, next_errand
from bot.delivery.holds import Holds, Stopped
from bot.delivery.ledger import Ledger, Turn
from bot.delivery.line import Line, Pause, Ticket
from bot.delivery.outcomes import Outcome, Verdict
from bot.delivery.patience import Patience
from bot.delivery.reader import Reader
from bot.delivery.reconcile import Search
from bot.delivery.uploading import NO_FILES, TRIES, Uploads
from bot.outgoing import Kinds
from bot.story.policy import Policy
from storage import outbox
from storage.errors import DatabaseUnavailable
from storage.records import Op, OutboxRow, OutboxState

log = logging.getLogger(__name__)

AT_ONCE: Final = 400
"""Rows being sent at the same moment; beyond it a lane waits, without holding up another's pace."""


class Sender:
    """Sends rows. `doubts` knows those whose outcome is unknown; rows found SENDING at start are told to it."""

    def __init__(
        self,
        *,
        reader: Reader,
        ledger: Ledger,
        calls: Calls,
        line: Line,
        holds: Holds,
        doubts: Doubts,
        search: Search,
        patience: Patience,
        policy: Callable[[], Policy],
        kinds: Kinds,
    ) -> None:
        self._reader, self._ledger, self._calls, self._line, self._holds = reader, ledger, calls, line, holds
        self._doubts, self._search, self._patience, self._policy, self._kinds = doubts, search, patience, policy, kinds
        self._uploads = Uploads(calls, line)
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def is_full(self) -> bool:
        """Whether as many rows are being sent as may be: another lane would wait for its place."""
        return self._places.locked()

    async def turn(self, lane: str) -> Turn:
        """Settles the row at the head of the lane. Raises Stopped."""
        ticket = Ticket()
        while True:
            if self._holds.stopping.is_set():
                raise Stopped
            async with self._places:
                step = await self._step(lane, ticket)
                while isinstance(step, Pause) and step.at_once:  # what was begun goes on before others are begun
                    step = await self._step(lane, ticket)
            if isinstance(step, Turn):
                return step
            if step.held is not None:
                await self._holds.until_clear(step.held)
            if step.seconds > 0:
                await self._holds.rest(step.seconds)

    async def _step(self, lane: str, ticket: Ticket) -> Turn | Pause:
        try:
            found = await self._find(lane)
        except DatabaseUnavailable as error:
            log.warning("cannot read what to send: %s", error)
            ticket.unread += 1
            return Pause(self._patience.before_try(ticket.unread))
        if self._holds.stopping.is_set():
            raise Stopped  # it may have waited for its place while the bot was told to stop
        if isinstance(found, Nothing):
            return Turn(False, found.due_at)
        if isinstance(found, Waits):
            return await self._wait_for(found)
        row = found.row
        if outbox.was_in_doubt(row) and not ticket.looked:
            ticket.looked = True
            self._doubts.arise(row.id)
        if row.id in self._doubts and row.op is Op.WHISPER:
            return await self._drop(found, "in_doubt")  # seen or not, it is not said twice
        if row.id in self._doubts and row.op is Op.POST and (found.channel or found.teller):
            return await self._look(found, ticket)  # before the gate: what was posted must be known of
        if found.impossible is not None:
            return await self._give_up(found, found.impossible)
        if found.closed is not None:
            return await self._drop(found, found.closed)
        if row.state is OutboxState.QUEUED:
            return Pause() if await self._ledger.claim(row) else Pause(self._patience.poll)
        if found.channel is None and found.teller is not None:
            return await self._open(found, ticket)
        return await self._send(found, ticket)

    async def _find(self, lane: str) -> Errand | Nothing | Waits:
        """What the lane is to do, read on the event loop where that is quickly done."""
        found = await self._reader.read(
            lambda tx: next_errand(tx, self._policy(), kinds=self._kinds, lane=lane, light=True), light=True
        )
        if isinstance(found, TooHeavy):
            found = await self._reader.read(lambda tx: next_errand(tx, self._policy(), kinds=self._kinds, lane=lane))
        assert not isinstance(found, TooHeavy), "nothing is for a thread"
        return found

    async def _wait_for(self, found: Waits) -> Turn | Pause:
        if found.due_at is not None:
            if found.row.state is OutboxState.QUEUED and await self._ledger.postpone(found.row, found.due_at):
                return Turn(True)  # behind what is due now, so that it holds up nobody
            return Turn(False, found.due_at)
        return Turn(False) if found.woken else Pause(self._patience.poll)

    # ── calling ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _send(self, errand: Errand, ticket: Ticket) -> Turn | Pause:
        row = errand.row
        if row.response_url and row.op is Op.UPDATE and errand.rendered is not None:
            pause = self._line.refused("response_url")
            if pause is not None:
                return pause
            if not ticket.response_url_failed and await self._calls.respond(row.response_url, errand.rendered):
                return await self._sent(errand)
            ticket.response_url_failed = True
            if errand.target_ts is None:
                return await (self._fail(row, "no_target") if errand.target_comes else self._drop(errand, "no_target"))
        if row.op is Op.FILE:
            return await self._share(errand, ticket)
        request = await self._request(errand)
        if self._line.is_hopeless(request.method, ticket):  # and not in doubt: that has been looked up before
            return await self._give_up(errand, "keeps_failing")
        pause = self._line.blocked(request, row.id, ticket, tidying=errand.tidying)
        if pause is not None:
            return pause
        outcome = await self._line.call(request)
        if outcome.verdict in (Verdict.NEVER, Verdict.STRANGE) and await self._said_beside(errand):
            return await self._sent(errand)
        return await self._conclude(errand, request, outcome, ticket)

    async def _request(self, errand: Errand) -> Request:
        """The call that does it; what would be changed only for the sake of replies is deleted where there are none."""
        for_replies = errand.rendered is not None and errand.rendered.only_for_replies
        if for_replies and errand.row.op is Op.UPDATE and not await self._search.is_replied_to(errand):
            return deletion_of(errand)
        return request_of(errand)

    async def _said_beside(self, errand: Errand) -> bool:
        """Says a private line where it was pressed for, in a channel that does not let the bot in."""
        url, rendered = errand.row.response_url, errand.rendered
        if errand.row.op is not Op.WHISPER or url is None or rendered is None:
            return False
        return await self._calls.respond(url, rendered, beside=True)

    async def _share(self, errand: Errand, ticket: Ticket) -> Turn | Pause:
        """Shares a file. Where Slack takes none from us, or will not for long, its room says it in messages instead."""
        row = errand.row
        if row.ts is not None:  # begun before, and nobody knows how far: it goes before anything else comes
            return await self._take_back(errand, ticket)
        if ticket.no_file is not None:
            return self._settled(errand, await self._ledger.refused(errand, ticket.no_file))
        shared = await self._uploads.share(errand, ticket, lambda file_id: self._ledger.begun(row, file_id))
        if isinstance(shared, Pause):
            return shared
        if shared.verdict is Verdict.OK:
            return await self._sent(errand, channel=errand.channel, ts=str(shared.answer.get("file") or "") or None)
        if shared.verdict is Verdict.LIMITED:
            return Pause()
        lacking = shared.verdict in (Verdict.NEVER, Verdict.GONE) or shared.code in NO_FILES
        if lacking or (shared.verdict is not Verdict.OURS and row.attempts >= TRIES):
            ticket.no_file = f"no_file_{shared.code}"
            return Pause()
        return await self._not_done(errand, shared)

    async def _take_back(self, errand: Errand, ticket: Ticket) -> Turn | Pause:
        """Deletes the file that an earlier try may have shared. Where that cannot be, it stays known of, in doubt."""
        gone = await self._uploads.take_back(errand, ticket)
        if isinstance(gone, Pause):
            return gone
        if gone.verdict in (Verdict.OK, Verdict.GONE):
            await self._ledger.begun(errand.row, None)
            return Pause()
        tried = gone.verdict is Verdict.STRANGE and errand.row.attempts >= self._patience.strange
        if gone.verdict is Verdict.NEVER or gone.code in NO_FILES or tried:
            return await self._give_up(errand, outbox.IN_DOUBT)
        return await self._not_done(errand, gone)

    async def _open(self, errand: Errand, ticket: Ticket) -> Turn | Pause:
        """Opens the direct message with the errand's teller and remembers it."""
        if errand.teller is None:
            raise ValueError("only a person has a direct message to open")
        request = open_dm(errand.teller.slack_user_id)
        pause = self._line.blocked(request, errand.row.id, ticket)
        if pause is not None:
            return pause
        outcome = await self._line.call(request)
        if outcome.verdict is not Verdict.OK:
            return await self._not_done(errand, outcome)
        channel = (outcome.answer.get("channel") or {}).get("id")
        if not channel:
            return await self._fail(errand.row, "malformed_answer")
        await self._ledger.remember_direct(errand.teller.id, str(channel))
        return Pause()

    # ── what is done about each outcome ───────────────────────────────────────────────────────────────────────────

    async def _conclude(self, errand: Errand, request: Request, outcome: Outcome, ticket: Ticket) -> Turn | Pause:
        row, answer = errand.row, outcome.answer
        if outcome.verdict in (Verdict.AGAIN, Verdict.DOUBT):
            self._line.failed(request.method, ticket)
        match outcome.verdict, row.op:
            case Verdict.OK, Op.POST:
                ts = answer.get("ts") or (answer.get("message") or {}).get("ts")
                if not ts:
                    return await self._in_doubt(row, "answer_without_ts")
                return await self._sent(errand, channel=str(answer.get("channel") or request.channel), ts=str(ts))
            case Verdict.OK, Op.PERMALINK:
                return await self._sent(errand, permalink=str(answer.get("permalink") or "") or None)
            case (Verdict.OK, _) | (Verdict.GONE, Op.DELETE):
                return await self._sent(errand)
            case Verdict.DOUBT, Op.POST:
                return await self._in_doubt(row, outcome.code)
            case Verdict.DOUBT, Op.WHISPER:
                return await self._drop(errand, "in_doubt")
            case Verdict.GONE, Op.UPDATE | Op.PERMALINK:
                return await self._drop(errand, outcome.code)  # somebody deleted it: there is nothing to change
            case _:
                return await self._not_done(errand, outcome)

    async def _not_done(self, errand: Errand, outcome: Outcome) -> Turn | Pause:
        """What is done where nothing was done, or doing it twice is the same as once."""
        match outcome.verdict:
            case Verdict.LIMITED:
                return Pause()
            case Verdict.OURS:
                method = METHODS[errand.row.op] if errand.channel else "conversations.open"
                return self._line.refuse(method, outcome.code)
            case Verdict.NEVER | Verdict.GONE:
                return await self._give_up(errand, outcome.code)
            case Verdict.STRANGE if errand.tidying or errand.row.attempts >= self._tries_of_strange(errand.row):
                return await self._give_up(errand, outcome.code)
            case _:
                return await self._fail(errand.row, outcome.code)

    def _tries_of_strange(self, row: OutboxRow) -> int:
        return self._patience.strange_aside if row.op is Op.WHISPER else self._patience.strange

    async def _sent(
        self,
        errand: Errand,
        *,
        channel: str | None = None,
        ts: str | None = None,
        permalink: str | None = None,
        found: bool = False,
    ) -> Turn:
        turn = await self._ledger.sent(errand, channel=channel, ts=ts, permalink=permalink, found=found)
        return self._settled(errand, turn)

    async def _drop(self, errand: Errand, reason: str) -> Turn:
        return self._settled(errand, await self._ledger.dropped(errand, reason))

    async def _give_up(self, errand: Errand, reason: str) -> Turn:
        """Parks what can never be sent; tidying is left undone, which nobody needs to hear of."""
        if errand.tidying:
            return await self._drop(errand, reason)
        return self._settled(errand, await self._ledger.parked(errand, reason))

    async def _fail(self, row: OutboxRow, reason: str) -> Pause:
        await self._ledger.failed(row, reason)
        return Pause(self._patience.before_try(row.attempts))

    async def _in_doubt(self, row: OutboxRow, reason: str) -> Pause:
        self._doubts.arise(row.id)
        return await self._fail(row, f"in_doubt_{reason}")

    def _settled(self, errand: Errand, turn: Turn) -> Turn:
        self._doubts.settled(errand.row.id)
        return turn

    async def _look(self, errand: Errand, ticket: Ticket) -> Turn | Pause:
        """Finds out whether a message in doubt was posted, before anything else is done about it."""
        if errand.channel is None:
            return await self._open(errand, ticket)
        step = await self._doubts.look(errand)
        match step:
            case Step.PARK:
                return await self._give_up(errand, "in_doubt")
            case Step.SEND:
                return Pause()  # no longer in doubt: read afresh, it takes the way of every other message
            case Pause():
                if step.failure is not None:
                    await self._ledger.failed(errand.row, step.failure)
                return step
            case ts:
                return await self._sent(errand, channel=errand.channel, ts=ts, found=True)
