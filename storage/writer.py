"""The one door through which everything is written: a thread that commits all waiting jobs together.

No job's result is released before its commit. On any error, at a statement or at the commit, the whole batch is rolled
back and each job runs again alone, without savepoints: with them SQLite can drop a transaction when the disk is full
and let later statements commit by themselves. A job that fails alone is parked in a transaction of its own; when the
database is unavailable nothing is parked, and the caller hears DatabaseUnavailable.
"""

import asyncio
import contextlib
import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection

from storage import inbox
from storage.database import Database, Tx, random_id
from storage.errors import DatabaseUnavailable, is_busy, is_unavailable, why_unavailable

T = TypeVar("T")
log = logging.getLogger(__name__)


class AlreadyDone:
    """What a job with a key answers when that key was handled before."""


ALREADY_DONE = AlreadyDone()


class HasBeenParked:
    """What a job with a key answers when it could not be done and was put aside for the keeper."""


PARKED = HasBeenParked()


class _Answer(Generic[T]):
    """Where the result of a job goes that is awaited on an event loop: all of a batch's are told in one call."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self._told: tuple[T | None, BaseException | None] = None, None

    def set_running_or_notify_cancel(self) -> bool:
        return not self.future.cancelled()

    def set_result(self, result: T) -> None:
        self._told = result, None
        _tell_all([self])

    def set_exception(self, error: BaseException) -> None:
        self._told = None, error
        _tell_all([self])

    def hold(self, result: T) -> None:
        """Keep the result until it is told."""
        self._told = result, None

    def tell(self) -> None:
        """On the loop: whoever waits goes on."""
        result, error = self._told
        if self.future.done():
            return  # whoever asked has been cancelled
        if error is None:
            self.future.set_result(cast(T, result))
        else:
            self.future.set_exception(error)


def _tell_all(answers: list[_Answer[Any]]) -> None:
    """Tell the loops that wait for these; to wake a loop costs more than what it is told."""
    for loop in {answer.loop for answer in answers}:
        ours = [answer for answer in answers if answer.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_tell_each, ours)


def _tell_each(answers: list[_Answer[Any]]) -> None:
    for answer in answers:
        answer.tell()


@dataclass(slots=True)
class Job(Generic[T]):
    """Something to do in a transaction, and what to do should it prove impossible."""

    work: Callable[[Tx], T]
    key: str | None
    body: Mapping[str, Any] | None
    apology: Callable[[Tx], None] | None
    done: "Future[T] | _Answer[T]"


class Writer:
    """Runs jobs in batches on a thread of its own. `on_commit` hears the outbox lanes that have something new.

    `at_once` says, on that thread, whether delivery can take on more at this moment (`Tx.at_once`).
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
        self._database, self._workspace, self._now, self._new_id = database, workspace, now, new_id
        self.on_commit, self.on_parked, self._most = on_commit, on_parked, most
        self.at_once: Callable[[], bool] = lambda: True
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._connection: Connection | None = None
        self._refused: str | None = None
        """Why nothing could be stored the last time, until something is."""
        self._closed = False
        self._closing = threading.Lock()

    def start(self) -> "Writer":
        """Start the thread and return self."""
        self._thread.start()
        return self

    def submit(self, work: Callable[[Tx], T]) -> "Future[T]":
        """Queue a job; its future is resolved after the commit that holds it, or with what the job raised.

        A future that is cancelled before its turn comes is not done at all; later, cancelling changes nothing. A job
        may run twice, when its batch fails; one of its runs is stored at most. Raises DatabaseUnavailable once closed.
        """
        done: Future[T] = Future()
        self._queue(Job(work, None, None, None, done))
        return done

    async def run(self, work: Callable[[Tx], T]) -> T:
        """The same for whoever can await it."""
        done: _Answer[T] = _Answer()
        self._queue(Job(work, None, None, None, done))
        return await done.future

    async def once(
        self,
        work: Callable[[Tx], T],
        *,
        key: str,
        body: Mapping[str, Any] | None = None,
        apology: Callable[[Tx], None] | None = None,
    ) -> T | AlreadyDone | HasBeenParked:
        """Do the job unless `key` was handled before; returns after the commit.

        A job that fails by itself is parked (its `body` for a day, `apology` run beside it). Raises DatabaseUnavailable
        when nothing can be stored now: then the caller must not acknowledge.
        """
        done: _Answer[T | AlreadyDone | HasBeenParked] = _Answer()
        self._queue(Job(work, key, body, apology, done))
        return await done.future

    def _queue(self, job: "Job[Any]") -> None:
        with self._closing:
            if self._closed:
                raise DatabaseUnavailable("stopping")
            self._jobs.put(job)

    def data_version(self) -> "Future[int]":
        """A number that changes when another process has written to the database."""
        return self.submit(lambda tx: cast(int, tx.connection.exec_driver_sql("PRAGMA data_version").scalar()))

    def close(self) -> None:
        """Finish what is queued, then stop the thread."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        if self._thread.ident is not None:  # one that was never started has nothing to finish
            self._thread.join()
        self._drop_connection()

    # ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────

    def _loop(self) -> None:
        stopping = False
        while not stopping:
            batch: list[Job[Any]] = []
            job = self._jobs.get()
            while True:
                if job is None:
                    stopping = True
                elif job.done.set_running_or_notify_cancel():  # from here on nobody can cancel it half-way
                    batch.append(job)
                if len(batch) >= self._most:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._do(batch)

    def _do(self, batch: list[Job[Any]]) -> None:
        try:
            self._together(batch)
        except BaseException as error:  # noqa: BLE001 -- whatever it was, no caller may be left waiting
            if is_busy(error):  # each would wait as long again, and those behind them all: somebody waits for an answer
                for job in (*batch, *self._queued()):
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
                    self._together([job])
                except BaseException as alone:  # noqa: BLE001 -- as above
                    self._failed_alone(job, alone)
                    error = alone

    def _queued(self) -> Iterator[Job[Any]]:
        """Take what is queued just now; the word to stop stays."""
        for _ in range(self._jobs.qsize()):
            job = self._jobs.get_nowait()
            if job is None:
                self._jobs.put(None)
                return
            if job.done.set_running_or_notify_cancel():  # a cancelled one cannot be answered, and would end the thread
                yield job

    def _together(self, batch: list[Job[Any]]) -> None:
        """Run the jobs in one transaction, commit, and only then release their results."""
        results: list[Any] = []
        lanes: set[str] = set()
        at_once = self.at_once()
        connection = self._connect()
        before = _changes(connection)
        try:
            with connection.begin():
                for job in batch:
                    tx = Tx(connection, self._workspace, self._now(), self._new_id, at_once=at_once)
                    if job.key is not None and not inbox.remember(tx, job.key):
                        results.append(ALREADY_DONE)
                        continue
                    results.append(job.work(tx))
                    lanes |= tx.lanes
                    self._still_inside(connection)
        except BaseException:
            self._drop_connection()
            raise
        # The jobs are stored: nothing that goes wrong from here on may make them run again.
        if self._refused is not None and _changes(connection) > before:  # nothing to write is no proof
            log.warning("the database can be written again")
            self._refused = None
        if lanes:
            _tell(self.on_commit, lanes)
        answers: list[_Answer[Any]] = []
        for job, result in zip(batch, results, strict=True):
            if isinstance(job.done, _Answer):
                job.done.hold(result)
                answers.append(job.done)
            else:
                job.done.set_result(result)
        _tell_all(answers)

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
                body = None if job.body is None else json.dumps(job.body, ensure_ascii=True, default=repr)
                inbox.park(tx, key=key, body=body, reason=reason)
                if apology is not None:
                    apology(tx)
            return PARKED

        try:
            try:
                self._together([Job(lambda tx: put_aside(tx, job.apology), None, None, None, job.done)])
            except Exception as worse:
                if job.apology is None or is_unavailable(worse):
                    raise
                log.error("apology failed: %s", type(worse).__name__)  # no traceback: it could hold words
                self._together([Job(lambda tx: put_aside(tx, None), None, None, None, job.done)])
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

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.write_engine.connect()
        return self._connection

    def _still_inside(self, connection: Connection) -> None:
        """Refuse to commit when the database has silently ended the transaction (it does so on a full disk)."""
        raw: Any = connection.connection.dbapi_connection
        if raw is not None and hasattr(raw, "in_transaction") and not raw.in_transaction:
            raise DatabaseUnavailable("the transaction was dropped")

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # A connection that has failed is not trusted again: no half-open transaction can follow from it.
            connection.invalidate()
            connection.close()


def _changes(connection: Connection) -> int:
    """How many rows this connection has written since it was opened."""
    return int(getattr(connection.connection.dbapi_connection, "total_changes", 0))


def _tell(listener: Callable[..., None], *said: object) -> None:
    """Tell somebody of what is already stored; their failure is logged, for it can no longer be the job's."""
    try:
        listener(*said)
    except Exception as error:  # noqa: BLE001 -- the writer must outlive whoever listens to it
        log.error("not heard after the commit: %s", type(error).__name__)
