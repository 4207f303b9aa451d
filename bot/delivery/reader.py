"""Reads for delivery: whatever is asked at the same moment is read in one transaction.

What is light is read on the event loop, where nothing is handed over; the rest on threads. The counterpart of
`storage.writer`, which does the same for writing. A read that fails by itself fails alone.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, TypeVar

from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable, is_unavailable

T = TypeVar("T")

_THREADS: Final = 2
_TOGETHER: Final = 20
"""Reads of one transaction: more would let the last of them see a view that is no longer fresh."""

Job = tuple[Callable[[Tx], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]
Reading = Callable[[str, datetime], AbstractContextManager[Tx]]
Answer = tuple["asyncio.Future[Any]", Any, Exception | None]


class Reader:
    """Runs reads in small batches."""

    def __init__(self, database: Database, workspace: str, now: Callable[[], datetime]) -> None:
        self._database, self._workspace, self._now = database, workspace, now
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="delivery-reader")
        self._jobs: deque[Job] = deque()
        self._light: deque[Job] = deque()
        self._busy = 0
        self._lock = threading.Lock()

    async def read(self, work: Callable[[Tx], T], *, light: bool = False) -> T:
        """Returns what `work` reads; `light`: it takes a millisecond or so, however much there is.

        Raises its own exception, or DatabaseUnavailable.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        if light:
            if not self._light:
                loop.call_soon(self._read_here)
            self._light.append((work, result, loop))
            return await result
        with self._lock:
            self._jobs.append((work, result, loop))
            start = self._busy < _THREADS
            self._busy += start
        if start:
            self._threads.submit(self._serve)
        return await result

    def close(self) -> None:
        """Finishes what is being read and ends the threads."""
        self._threads.shutdown(wait=True)

    def _read_here(self) -> None:
        batch = [self._light.popleft() for _ in range(min(_TOGETHER, len(self._light)))]
        if self._light:
            batch[0][2].call_soon(self._read_here)
        _tell(self._together(batch, self._database.reading_often))

    # ── the threads ───────────────────────────────────────────────────────────────────────────────────────────────

    def _serve(self) -> None:
        while True:
            with self._lock:
                batch = [self._jobs.popleft() for _ in range(min(_TOGETHER, len(self._jobs)))]
                if not batch:
                    self._busy -= 1
                    return
            answers = self._together(batch, self._database.reading)
            batch[0][2].call_soon_threadsafe(_tell, answers)  # in one call: to wake a loop costs more than to tell it

    def _together(self, batch: list[Job], reading: Reading) -> list[Answer]:
        left, answers = deque(batch), list[Answer]()
        try:
            with reading(self._workspace, self._now()) as tx:
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
        return answers


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
