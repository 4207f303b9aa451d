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
from typing import Any, Final, NamedTuple, TypeVar

from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable, is_unavailable
from storage.jobs import Answer, tell_all

T = TypeVar("T")

_THREADS: Final = 2
_TOGETHER: Final = 20
"""Reads of one transaction: more would let the last of them see a view that is no longer fresh."""

Reading = Callable[[str, datetime], AbstractContextManager[Tx]]


class _Read(NamedTuple):
    """What is to be read, and where that goes."""

    work: Callable[[Tx], Any]
    answer: Answer[Any]


class Reader:
    """Runs reads in small batches."""

    def __init__(self, database: Database, workspace: str, now: Callable[[], datetime]) -> None:
        self._database, self._workspace, self._now = database, workspace, now
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="delivery-reader")
        self._waiting: deque[_Read] = deque()
        self._light: deque[_Read] = deque()
        self._busy = 0
        self._lock = threading.Lock()

    async def read(self, work: Callable[[Tx], T], *, light: bool = False) -> T:
        """Returns what `work` reads; `light`: it takes a millisecond or so, however much there is.

        Raises its own exception, or DatabaseUnavailable.
        """
        answer = Answer[T]()
        if light:
            if not self._light:
                answer.loop.call_soon(self._read_here)
            self._light.append(_Read(work, answer))
            return await answer.future
        with self._lock:
            self._waiting.append(_Read(work, answer))
            start = self._busy < _THREADS
            self._busy += start
        if start:
            self._threads.submit(self._serve)
        return await answer.future

    def close(self) -> None:
        """Finishes what is being read and ends the threads."""
        self._threads.shutdown(wait=True)

    def _read_here(self) -> None:
        batch = [self._light.popleft() for _ in range(min(_TOGETHER, len(self._light)))]
        if self._light:
            asyncio.get_running_loop().call_soon(self._read_here)
        self._together(batch, self._database.reading_often)

    # ── the threads ───────────────────────────────────────────────────────────────────────────────────────────────

    def _serve(self) -> None:
        while True:
            with self._lock:
                batch = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
                if not batch:
                    self._busy -= 1
                    return
            self._together(batch, self._database.reading)

    def _together(self, batch: list[_Read], reading: Reading) -> None:
        left = deque(batch)
        try:
            with reading(self._workspace, self._now()) as tx:
                while left:
                    work, answer = left[0]
                    try:
                        answer.hold(work(tx))
                    except Exception as error:
                        if is_unavailable(error):
                            raise
                        answer.hold_error(error)
                    left.popleft()
        except Exception as error:  # noqa: BLE001 -- whatever it was, no caller may be left waiting
            unavailable = error if isinstance(error, DatabaseUnavailable) else _named(error)
            for one in left:
                one.answer.hold_error(unavailable)
        tell_all(one.answer for one in batch)


def _named(error: Exception) -> Exception:
    return DatabaseUnavailable(type(error).__name__) if is_unavailable(error) else error
