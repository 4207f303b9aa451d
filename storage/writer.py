"""The one door through which everything is written: whatever waits is done in one transaction and committed together.

No job's result is released before its commit. On any error, at a statement or at the commit, the whole batch is rolled
back and each job runs again alone, without savepoints: with them SQLite can drop a transaction when the disk is full
and let later statements commit by themselves. A job that fails alone is parked in a transaction of its own; when the
database is unavailable nothing is parked, and the caller hears DatabaseUnavailable.

A batch is done on a thread of the writer's own. If every job of it is `light` it is done on the event loop, where
nothing has to be handed from thread to thread, and the thread does what can take its time: the commit, and whatever
must be waited for or done again.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from storage import inbox
from storage.batches import Batches, Begun
from storage.database import Database, Tx, random_id
from storage.errors import DatabaseUnavailable, is_busy, is_unavailable, why_unavailable
from storage.jobs import ALREADY_DONE, PARKED, AlreadyDone, Answer, HasBeenParked, Job, tell_all
from storage.waiting import Waiting

__all__ = ["ALREADY_DONE", "ANY", "PARKED", "AlreadyDone", "HasBeenParked", "Order", "Writer"]

T = TypeVar("T")
log = logging.getLogger(__name__)

MOMENT: Final = 0.02
"""Seconds that a job which can wait waits for others, with which it is committed."""


Order = tuple[list[Job[Any]], Begun | None]
"""A batch for the thread: to be committed, if it has begun, or else done."""
ANY: Final[Order] = ([], None)
"""Whatever waits."""


class Writer:
    """Runs jobs in batches. `on_commit` hears the outbox lanes that have something new.

    `at_once` says, on whichever thread, whether delivery can take on more at this moment (`Tx.at_once`).
    """

    def __init__(
        self,
        database: Database,
        workspace: str,
        now: Callable[[], datetime],
        *,
        on_commit: Callable[[set[str]], None] = lambda lanes: None,
        on_parked: Callable[[str, str], None] = lambda key, reason: None,
        new_id: Callable[[], str] = random_id,
        most: int = 500,
    ) -> None:
        self._batches = Batches(database, workspace, now, new_id)
        self.on_commit, self.on_parked = on_commit, on_parked
        self.at_once: Callable[[], bool] = lambda: True
        self._waiting = Waiting(most)
        self._riding = False
        """Whether what can wait is looked after by the clock."""
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._tell_ended: Callable[[], object] = lambda: None
        self._refused: str | None = None
        """Why nothing could be stored the last time, until something is."""

    def start(self) -> "Writer":
        """Start the thread and return self."""
        self._thread.start()
        return self

    def submit(self, work: Callable[[Tx], T]) -> "Future[T]":
        """Queue a job; its future is resolved after the commit that holds it, or with what the job raised.

        A future that is cancelled before its turn comes is not done at all; later, cancelling changes nothing. A job
        may run more than once, when its batch fails; one of its runs is stored at most. Raises DatabaseUnavailable
        once closed.
        """
        done: Future[T] = Future()
        self._queue(Job(work, None, None, None, done))
        return done

    async def run(self, work: Callable[[Tx], T], *, light: bool = False, can_wait: bool = False) -> T:
        """The same for whoever can await it.

        `light`: it takes a millisecond or so, however much there is. `can_wait`: nobody waits for it but its caller, so
        it rides with what comes within a moment and needs no commit of its own.
        """
        done: Answer[T] = Answer()
        self._queue(Job(work, None, None, None, done, done.loop if light else None, light and can_wait))
        return await done.future

    async def once(
        self,
        work: Callable[[Tx], T],
        *,
        key: str,
        kept: Callable[[Tx], inbox.Kept] | None = None,
        apology: Callable[[Tx], None] | None = None,
        light: bool = False,
    ) -> T | AlreadyDone | HasBeenParked:
        """Do the job unless `key` was handled before; returns after the commit.

        A job that fails by itself is parked (what `kept` makes of it for a day, `apology` run beside it). Raises
        DatabaseUnavailable when nothing can be stored now: then the caller must not acknowledge.
        """
        done: Answer[T | AlreadyDone | HasBeenParked] = Answer()
        self._queue(Job(work, key, kept, apology, done, done.loop if light else None))
        return await done.future

    def data_version(self) -> "Future[int]":
        """A number that changes when another process has written to the database."""
        return self.submit(lambda tx: cast(int, tx.connection.exec_driver_sql("PRAGMA data_version").scalar()))

    async def ended(self) -> None:
        """Returns should a mistake of its own end the thread: nothing can be stored any more."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._tell_ended = lambda: _call(loop, ended.set)
        await ended.wait()

    def close(self) -> None:
        """Finish what is queued, then stop the thread."""
        if not self._waiting.close():
            return
        self._orders.put(None)
        if self._thread.ident is not None:  # one that was never started has nothing to finish
            self._thread.join()
        self._batches.drop()

    def _queue(self, job: "Job[Any]") -> None:
        self._waiting.put(job)
        if job.light_on is not None and job.can_wait:
            if not self._riding:
                self._riding = True
                job.light_on.call_later(MOMENT, self._ride)
        elif self._waiting.call():
            if job.light_on is None:
                self._orders.put(ANY)
            else:
                job.light_on.call_soon(self._light_turn)  # behind what is ready now, which may have more to write

    # ── the loop ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _ride(self) -> None:
        """What could wait has waited: it is done now, or with what comes after the batch in hand."""
        self._riding = False
        if self._waiting.call(all_of_it=True):
            self._light_turn()

    def _light_turn(self) -> None:
        """Do the batch here if that is quickly done, and let the thread commit it; or let the thread do it all."""
        batch = self._waiting.take()
        if not batch:
            return
        begun: Begun | None = None
        if batch[0].light_on is not None and self._batches.is_connected:
            try:
                begun = self._run(batch, wait=False)
            except BaseException as error:  # noqa: BLE001 -- whatever it was, the thread meets it again, or waits
                log.debug("not done on the loop: %s", type(error).__name__)
        self._orders.put((batch, begun))

    def _light_end(self, batch: list[Job[Any]], begun: Begun) -> None:
        """The batch that was begun here is stored."""
        self._release(batch, begun)
        if self._waiting.go_on() is not None:
            self._light_turn()

    # ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────

    def _loop(self) -> None:
        try:
            while (order := self._orders.get()) is not None:
                self._obey(order)
            while not self._waiting.is_idle:  # stopping: what waits, and what the loop has begun
                following = self._orders.get() if self._waiting.in_hand else ANY
                if following is not None:
                    self._obey(following)
        except BaseException as error:  # noqa: BLE001 -- whatever it was, no caller may be left waiting
            log.critical("the writer has ended: %s", type(error).__name__)  # no traceback: it could hold words
            for job in self._waiting.give_up():
                job.done.set_exception(DatabaseUnavailable("the writer has ended"))
            self._tell_ended()

    def _obey(self, order: Order) -> None:
        """Commit what the loop has begun, or do the batch, or whatever waits."""
        batch, begun = order if order is not ANY else (self._waiting.take(), None)
        if not batch:
            return
        loop = None if begun is None else batch[0].light_on
        try:
            begun = begun or self._run(batch, wait=True)
            self._commit(begun)
        except BaseException as error:  # noqa: BLE001 -- whatever it was, no caller may be left waiting
            self._not_together(batch, error)
            begun = None
        self._waiting.put_down()
        if begun is not None and not (loop is not None and _call(loop, self._light_end, batch, begun)):
            self._release(batch, begun)
            loop = None
        if loop is not None and begun is not None:
            return  # the loop goes on
        following = self._waiting.go_on()
        if following is not None and not (
            following.light_on is not None and _call(following.light_on, self._light_turn)
        ):
            self._orders.put(ANY)

    def _not_together(self, batch: list[Job[Any]], error: BaseException) -> None:
        """Do each by itself, and tell those of which nothing comes; unless that would only take as long again."""
        if is_busy(error):  # each would wait as long again, and those behind them all: somebody waits for an answer
            for job in (*batch, *self._waiting.take_all()):
                self._failed_alone(job, error)
            return
        if len(batch) == 1:
            self._failed_alone(batch[0], error)
            return
        for job in batch:
            if is_busy(error):
                self._failed_alone(job, error)
                continue
            try:
                self._alone(job)
            except BaseException as alone:  # noqa: BLE001 -- as above
                self._failed_alone(job, alone)
                error = alone

    def _alone(self, job: Job[Any]) -> None:
        begun = self._run([job], wait=True)
        self._commit(begun)
        self._release([job], begun)

    def _commit(self, begun: Begun) -> None:
        self._batches.commit(begun)
        if self._refused is not None and begun.written:  # nothing to write is no proof
            log.warning("the database can be written again")
            self._refused = None

    def _release(self, batch: list[Job[Any]], begun: Begun) -> None:
        """The jobs are stored, and only now are their results told: nothing that goes wrong can make them run again."""
        if begun.lanes:
            _tell(self.on_commit, begun.lanes)
        answers: list[Answer[Any]] = []
        for job, result in zip(batch, begun.results, strict=True):
            if isinstance(job.done, Answer):
                job.done.hold(result)
                answers.append(job.done)
            else:
                job.done.set_result(result)
        tell_all(answers)

    def _run(self, batch: list[Job[Any]], *, wait: bool) -> Begun:
        return self._batches.begin(batch, wait=wait, at_once=self.at_once())

    def _failed_alone(self, job: Job[Any], error: BaseException) -> None:
        if is_unavailable(error):
            unavailable = DatabaseUnavailable(self._note_unavailable(error))
            unavailable.__cause__ = error
            job.done.set_exception(unavailable)
            return
        if job.key is None or not isinstance(error, Exception):
            if isinstance(error, StopIteration):  # asyncio cannot carry one: whoever awaits the job would wait for ever
                stopped = RuntimeError("the job raised StopIteration")
                stopped.__cause__ = error
                error = stopped
            job.done.set_exception(error)
            return
        key, reason = job.key, type(error).__name__

        def put_aside(tx: Tx, apology: Callable[[Tx], None] | None) -> HasBeenParked:
            if inbox.remember(tx, key):
                inbox.park(tx, key=key, reason=reason, kept=None if job.kept is None else job.kept(tx))
                if apology is not None:
                    apology(tx)
            return PARKED if apology is None else HasBeenParked(told=True)

        try:
            try:
                self._alone(Job(lambda tx: put_aside(tx, job.apology), None, None, None, job.done))
            except Exception as worse:
                if job.apology is None or is_unavailable(worse):
                    raise
                log.error("apology failed: %s", type(worse).__name__)  # no traceback: it could hold words
                self._alone(Job(lambda tx: put_aside(tx, None), None, None, None, job.done))
        except BaseException as worse:  # noqa: BLE001 -- as above
            lost = is_unavailable(worse)
            job.done.set_exception(DatabaseUnavailable(self._note_unavailable(worse)) if lost else worse)
            return
        _tell(self.on_parked, key, reason)

    def _note_unavailable(self, error: BaseException) -> str:
        """Why nothing can be stored just now; said in the log when it begins or changes, not with every job."""
        why = why_unavailable(error)
        if why != self._refused:
            log.error("the database cannot be written: %s; nothing is acknowledged until it can", why)
            self._refused = why
        return why


def _call(loop: asyncio.AbstractEventLoop, what: Callable[..., None], *given: object) -> bool:
    """Have it called on the loop; False when that has been closed."""
    try:
        loop.call_soon_threadsafe(what, *given)
    except RuntimeError:
        return False
    return True


def _tell(listener: Callable[..., None], *said: object) -> None:
    """Tell somebody of what is already stored; their failure is logged, for it can no longer be the job's."""
    try:
        listener(*said)
    except Exception as error:  # noqa: BLE001 -- the writer must outlive whoever listens to it
        log.error("not heard after the commit: %s", type(error).__name__)
