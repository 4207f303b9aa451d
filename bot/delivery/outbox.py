"""The loop that sends what is in the outbox: a task per lane that has something to do, so that nobody waits for others.

It is told by the writer which lanes have something new, looks by itself at what is due later and at what other
processes have written, and stops within seconds. How one message is sent is in `sending.py`. Started by `app.py`.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.calls import METHODS, Calls
from bot.delivery.doubts import Doubts
from bot.delivery.holds import Holds, Stopped
from bot.delivery.ledger import Ledger
from bot.delivery.line import Line
from bot.delivery.pace import Pace
from bot.delivery.patience import Patience
from bot.delivery.reader import Reader
from bot.delivery.reconcile import Identity, Search
from bot.delivery.sending import AT_ONCE, Sender
from bot.outgoing import Kinds
from bot.story.policy import Policy
from storage import outbox
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.records import Op, OutboxRow, OutboxState
from storage.writer import Writer

__all__ = ["Delivery", "Identity", "Patience"]

log = logging.getLogger(__name__)


class Delivery:
    """Sends until stopped. `pace` is the seconds between two messages to one channel (Slack asks for 1).

    Make it before this process puts anything in the outbox: what is SENDING by then may have been tried by an earlier
    one, and is looked up in Slack before it is sent. Raises DatabaseUnavailable.
    """

    def __init__(
        self,
        *,
        database: Database,
        writer: Writer,
        workspace: str,
        clock: Clock,
        policy: Callable[[], Policy],
        kinds: Kinds,
        client: AsyncWebClient,
        identity: Identity,
        pace: float,
        on_parked: Callable[[Tx, OutboxRow], None],
        patience: Patience | None = None,
    ) -> None:
        self._writer, self._clock, self._patience = writer, clock, patience or Patience()
        self._holds = Holds(clock, self._patience)
        self._reader = Reader(database, workspace, clock.now)
        self._ledger = Ledger(writer, policy=policy, on_parked=on_parked, holds=self._holds, patience=self._patience)
        calls = Calls(client)
        line = Line(calls.make, holds=self._holds, pace=Pace(pace, clock.monotonic), patience=self._patience)
        search = Search(line.call, self._reader, identity)
        self._doubts = Doubts(search, line, patience=self._patience, monotonic=clock.monotonic)
        self._sender = Sender(
            reader=self._reader,
            ledger=self._ledger,
            calls=calls,
            line=line,
            holds=self._holds,
            doubts=self._doubts,
            search=search,
            patience=self._patience,
            policy=policy,
            kinds=kinds,
        )
        with database.reading(workspace, clock.now()) as tx:
            in_doubt = outbox.being_sent(tx)
        for row in in_doubt:
            self._doubts.arise(row.id)
        if in_doubt:
            log.info("delivery begins with %d messages in doubt", len(in_doubt))
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Event()
        self._woken: set[str] = set()
        self._later: dict[str, datetime] = {}
        self._alarm = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._ended = asyncio.Event()

    # ── what others call ──────────────────────────────────────────────────────────────────────────────────────────

    def has_room(self) -> bool:
        """Whether a new message would be sent at once. May be called from any thread."""
        return len(self._lanes) < AT_ONCE and self._holds.is_clear(METHODS[Op.POST])

    async def run(self) -> None:
        """Sends until `stop`. What was being sent when the last run ended is looked up before it is sent again."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        helpers = [
            asyncio.create_task(self._helper(work), name=name)
            for name, work in (("begin", self._begin), ("alarm", self._ring), ("poll", self._poll))
        ]
        try:
            await self._holds.stopping.wait()
        finally:
            self._holds.stopping.set()
            await self._wind_down(helpers)
            self._ended.set()

    def nudge(self, lanes: Collection[str]) -> None:
        """These lanes have something new. May be called from any thread, before `run` and after `stop` too."""
        loop = self._loop  # before run() there is none, and what is in the database then is found when it begins
        if loop is None or self._holds.stopping.is_set():
            return
        if threading.get_ident() == self._thread:
            self._wake(sorted(lanes))
            return
        try:
            loop.call_soon_threadsafe(self._wake, sorted(lanes))
        except RuntimeError:
            log.debug("nudged after the end")  # the loop was closed between the question and the call

    async def stop(self) -> None:
        """Makes no new call, lets those in flight finish for a few seconds, and returns."""
        self._holds.stopping.set()
        if self._loop is not None:
            await self._ended.wait()

    async def drained(self) -> None:
        """Returns when nothing that is due waits to be sent. Needs `run`.

        Paused, held or stopped, that may never come: whoever needs an end sets a timeout.
        """
        while True:
            turned = self._ledger.turned
            if not await self._reader.read(_due):
                return
            await self._clock.wait(turned, seconds=self._patience.poll)

    def pause(self) -> None:
        """Sends nothing any more: the app was uninstalled or its token revoked. Nothing is lost."""
        self._holds.pause()

    # ── lanes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wake(self, lanes: Collection[str]) -> None:
        """Gives these lanes a task, or another look when they have one."""
        if self._holds.stopping.is_set():
            return
        self._woken.update(lanes)
        for lane in lanes:
            if lane not in self._lanes:
                self._lanes[lane] = asyncio.create_task(self._work(lane), name="lane")

    async def _wake_all(self, lanes: Sequence[str]) -> None:
        """Wakes these lanes, which may be very many, a few at a time: so the first is sent before the last is begun."""
        for first in range(0, len(lanes), AT_ONCE):
            while first and not self._room.is_set():
                await self._clock.wait(self._room, seconds=self._patience.poll)
                if not self._sender.is_full:
                    break  # lanes that cannot go on hold no place, and must not hold up those that can
            self._room.clear()
            self._wake(lanes[first : first + AT_ONCE])

    async def _work(self, lane: str) -> None:
        """Settles what is due in the lane, then ends."""
        failures = 0
        try:
            while True:
                self._woken.discard(lane)
                try:
                    turn = await self._sender.turn(lane)
                except Stopped:
                    return
                except Exception as error:  # whatever it was, the lane goes on
                    log.error("lane %s failed", lane.partition(":")[0], exc_info=error)
                    failures += 1
                    await self._holds.rest(self._patience.before_try(failures))
                    continue
                failures = 0
                if turn.due_at is not None:
                    self._set_alarm(lane, turn.due_at)
                if not turn.more and lane not in self._woken:
                    return
        except Stopped:
            return
        finally:
            del self._lanes[lane]
            if len(self._lanes) < AT_ONCE // 2:
                self._room.set()

    def _set_alarm(self, lane: str, due_at: datetime) -> None:
        soonest = min(self._later.values(), default=None)
        self._later[lane] = due_at
        if soonest is None or due_at < soonest:
            self._alarm.set()

    # ── beside the lanes ──────────────────────────────────────────────────────────────────────────────────────────

    async def _helper(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs something beside the lanes; should it fail, it is begun again: without it the loop would fall silent."""
        failures = 0
        while not self._holds.stopping.is_set():
            try:
                await work()
                return
            except Stopped:
                return
            except Exception as error:
                log.error("delivery helper failed", exc_info=error)
                failures += 1
                wait = self._patience.before_try(failures)
                await self._clock.wait(self._holds.stopping, seconds=wait)

    async def _begin(self) -> None:
        """Gives every lane with something to send its first look."""
        await self._wake_all(await self._reader.read(outbox.waiting_lanes))

    async def _ring(self) -> None:
        """Wakes lanes when what they hold for later is due."""
        while not self._holds.stopping.is_set():
            await self._clock.wait(self._alarm, until=min(self._later.values(), default=None))
            self._alarm.clear()
            now = self._clock.now()
            due = [lane for lane, at in self._later.items() if at <= now]
            for lane in due:
                del self._later[lane]
            await self._wake_all(due)

    async def _poll(self) -> None:
        """Wakes every lane with something to send when another process has written to the database."""
        seen: int | None = None
        while True:
            try:
                version = await asyncio.wrap_future(self._writer.data_version())
                if seen is not None and version != seen:
                    await self._wake_all(await self._reader.read(outbox.waiting_lanes))
                seen = version
            except DatabaseUnavailable as error:
                log.warning("cannot see whether others have written: %s", error)
            await self._holds.rest(self._patience.poll)

    async def _wind_down(self, helpers: list[asyncio.Task[None]]) -> None:
        """Lets calls in flight finish; what does not is in doubt, and looked up at the next start."""
        self._alarm.set()
        lanes = list(self._lanes.values())
        if lanes:
            _, late = await asyncio.wait(lanes, timeout=self._patience.stop)
            if late:
                log.warning("stopping with %d calls unanswered", len(late))
        for task in (*lanes, *helpers):
            task.cancel()
        await asyncio.gather(*lanes, *helpers, return_exceptions=True)
        await asyncio.to_thread(self._reader.close)


def _due(tx: Tx) -> bool:
    """Whether a lane has something to do now, be it to put off what waits for something of a later time."""
    for lane in outbox.waiting_lanes(tx):
        row = outbox.next_in_lane(tx, lane)
        if row is None:
            continue
        other = None if row.depends_on is None else outbox.find(tx, row.depends_on)
        if other is None or other.state not in (OutboxState.QUEUED, OutboxState.SENDING) or other.due_at > tx.now:
            return True
    return False
