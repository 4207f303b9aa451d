"""What has become of each message, written down together with what its room does about it.

Each function is one transaction through the writer. An answer of Slack's that cannot be written down is kept in hand
until it can: the call is not made again for the database's sake. `sending.py` is the only caller.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.delivery.errands import Errand
from bot.delivery.holds import Holds, Stopped
from bot.delivery.patience import Patience
from bot.outgoing import After
from bot.story.policy import Policy
from storage import outbox, surfaces, tellers
from storage.database import Tx
from storage.errors import DatabaseUnavailable
from storage.outbox import Settled
from storage.records import OutboxRow
from storage.writer import Writer

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """The lane's turn is over: at once for another (`more`), when something is due, or when it is woken."""

    more: bool
    due_at: datetime | None = None


class Ledger:
    """Settles rows. `on_parked` hears of every row that is parked, in the same transaction."""

    def __init__(
        self,
        writer: Writer,
        *,
        policy: Callable[[], Policy],
        on_parked: Callable[[Tx, OutboxRow], None],
        holds: Holds,
        patience: Patience,
    ) -> None:
        self._writer, self._policy, self._on_parked = writer, policy, on_parked
        self._holds, self._patience = holds, patience
        self._turned = asyncio.Event()

    @property
    def turned(self) -> asyncio.Event:
        """Set, and replaced by a fresh one, each time a row is settled."""
        return self._turned

    async def sent(
        self,
        errand: Errand,
        *,
        channel: str | None = None,
        ts: str | None = None,
        permalink: str | None = None,
        found: bool = False,
    ) -> Turn:
        """The row is done; `found`: it had been before, and what stands there was rendered then."""
        row, kind = errand.row, errand.kind
        shows = () if found or errand.rendered is None else errand.rendered.shows

        def mark(tx: Tx) -> Settled | None:
            settled = outbox.mark_sent(tx, row, channel=channel, ts=ts, permalink=permalink)
            if settled is not None:
                surfaces.show(tx, row.id if row.target is None else row.target, shows)
            return settled

        turn = await self._settle(
            row, mark, [kind.sent, kind.found if found else None], light=kind.light and not kind.slow_after
        )
        _tell(logging.DEBUG if kind.light else logging.INFO, "sent", row)  # of a conversation, only what goes wrong
        return turn

    async def parked(self, errand: Errand, reason: str) -> Turn:
        """The row can never be sent."""
        row = errand.row
        tell: After = lambda tx, _policy, settled: self._on_parked(tx, settled)  # noqa: E731 -- one shape for all hooks
        turn = await self._settle(row, lambda tx: outbox.mark_parked(tx, row, reason), [errand.kind.parked, tell])
        _tell(logging.ERROR, "parked", row, reason)
        return turn

    async def dropped(self, errand: Errand, reason: str) -> Turn:
        """The row is no longer to be said."""
        row = errand.row
        turn = await self._settle(row, lambda tx: outbox.mark_dropped(tx, row, reason), [])
        _tell(logging.INFO, "dropped", row, reason)
        return turn

    async def refused(self, errand: Errand, reason: str) -> Turn:
        """Slack takes no file from us: the row is dropped, and its room says the same in another way."""
        row = errand.row
        turn = await self._settle(row, lambda tx: outbox.mark_dropped(tx, row, reason), [errand.kind.instead])
        _tell(logging.WARNING, "no file", row, reason)
        return turn

    async def claim(self, row: OutboxRow) -> bool:
        """Says that the row may be tried from now on; False when it is no longer waiting."""
        return await self._write(lambda tx: outbox.claim(tx, row.id), light=True)

    async def begun(self, row: OutboxRow, file_id: str | None) -> None:
        """A file with this id may stand from now on; None: none does."""
        await self._write(lambda tx: outbox.note_file(tx, row.id, file_id), light=True)

    async def failed(self, row: OutboxRow, reason: str) -> None:
        """One more try has failed."""
        await self._write(lambda tx: outbox.count_attempt(tx, row), light=True)
        _tell(logging.WARNING, "not yet sent", row, reason)

    async def postpone(self, row: OutboxRow, due_at: datetime) -> bool:
        """The row waits until then and holds up nobody; False when it has been begun."""
        return await self._write(lambda tx: outbox.postpone(tx, row.id, due_at))

    async def remember_direct(self, teller_id: str, channel: str) -> None:
        """The direct message with a teller is known from now on."""
        await self._write(lambda tx: tellers.set_teller(tx, teller_id, dm_channel=channel), light=True)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _settle(
        self, row: OutboxRow, mark: Callable[[Tx], Settled | None], hooks: list[After | None], *, light: bool = False
    ) -> Turn:
        policy = self._policy()

        def whole(tx: Tx) -> Turn:
            settled = mark(tx)
            tx.lanes.discard(row.lane)  # its own worker is told in the answer: it need neither be woken nor look
            if settled is not None:
                for hook in hooks:
                    if hook is not None:
                        hook(tx, policy, settled.row)
            known = settled is not None and row.lane not in tx.lanes  # or else a hook has put something in it
            tx.lanes.discard(row.lane)
            due_at = settled.next_due if settled is not None and known else outbox.next_due(tx, row.lane)
            return Turn(True) if due_at is not None and due_at <= tx.now else Turn(False, due_at)

        try:
            turn = await self._write(whole, light=light or not any(hooks), can_wait=True)
        except Stopped:
            raise  # nothing is known of it until the next start looks, and the room hears of it then
        except Exception as error:
            if not any(hooks):
                raise
            # What Slack has done stays done, whatever a room's own mistake makes of it.
            log.error("hook failed kind=%s id=%s", row.kind, row.id, exc_info=error)
            await self._write(mark)
            turn = Turn(True)
        self._turned, turned = asyncio.Event(), self._turned
        turned.set()
        return turn

    async def _write(self, work: Callable[[Tx], T], *, light: bool = False, can_wait: bool = False) -> T:
        """Does the work, as often as it takes. Raises Stopped when the bot stops while nothing can be stored."""
        failures = 0
        while True:
            try:
                return await self._writer.run(work, light=light, can_wait=can_wait)
            except DatabaseUnavailable as error:
                log.warning("cannot write what became of a message: %s", error)
                failures += 1
                await self._holds.rest(self._patience.before_try(failures))


def _tell(level: int, outcome: str, row: OutboxRow, reason: str | None = None) -> None:
    if not log.isEnabledFor(level):
        return
    lane = row.lane.partition(":")[0]  # what follows names a person or a story's author
    said = f"{outcome} kind=%s op=%s lane=%s id=%s attempts=%d" + ("" if reason is None else f" reason={reason}")
    log.log(level, said, row.kind, row.op.value, lane, row.id, row.attempts)
