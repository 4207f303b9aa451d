"""Reads for delivery: whatever is asked at the same moment is read in one transaction, on a thread of its own.

The counterpart of `storage.writer`, which does the same for writing. A read that fails by itself fails alone.
"""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable, is_unavailable

T = TypeVar("T")

_TOGETHER: Final = 20
"""Reads of one transaction: more would let the last of them see a view that is no longer fresh."""

Job = tuple[Callable[[Tx], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]
Answer = tuple["asyncio.Future[Any]", Any, Exception | None]


class Reader:
    """Runs reads in small batches."""

    def __init__(self, database: Database, workspace: str, now: Callable[[], datetime]) -> None:
        self._database, self._workspace, self._now = database, workspace, now
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Returns what `work` reads. Raises its own exception, or DatabaseUnavailable."""
        if self._closed:
            raise DatabaseUnavailable("stopping")
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="delivery-reader", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._jobs.put((work, result, loop))
        return await result

    def close(self) -> None:
        """Finishes what is being read and ends the thread."""
        self._closed = True
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()

    # ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch: deque[Job] = deque([job])
            while len(batch) < _TOGETHER:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    self._jobs.put(None)  # the word to stop is for the next round
                    break
                batch.append(job)
            self._together(batch)

    def _together(self, left: deque[Job]) -> None:
        loop, answers = left[0][2], list[Answer]()
        try:
            with self._database.reading(self._workspace, self._now()) as tx:
                while left:
                    work, result, _ = left[0]
                    try:
                        answers.append((result, work(tx), None))
                    except Exception as error:
                        if is_unavailable(error):
                            raise
                        answers.append((result, None, error))
                    left.popleft()
        except Exception as error:  # noqa: BLE001 -- whatever it was, no caller may be left waiting
            unavailable = error if isinstance(error, DatabaseUnavailable) else _named(error)
            answers += [(result, None, unavailable) for _, result, _ in left]
        loop.call_soon_threadsafe(_tell, answers)  # to wake a loop costs more than what it is told


def _named(error: Exception) -> Exception:
    return DatabaseUnavailable(type(error).__name__) if is_unavailable(error) else error


def _tell(answers: list[Answer]) -> None:
    for result, value, error in answers:
        if result.done():
            continue  # whoever asked has been cancelled
        if error is None:
            result.set_result(value)
        else:
            result.set_exception(error)
