"""A job for the writer and where its answer goes: to a thread that waits for a future, or to an event loop.

Only `writer.py` makes jobs; whoever asks for something to be written sees what they answer. What delivery reads is
answered in the same way.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from storage.database import Tx
from storage.inbox import Kept

T = TypeVar("T")


class AlreadyDone:
    """What a job with a key answers when that key was handled before."""


ALREADY_DONE = AlreadyDone()


@dataclass(frozen=True, slots=True)
class HasBeenParked:
    """What a job with a key answers when it could not be done and was put aside for the keeper."""

    told: bool = False
    """Whether it was apologised for: the apology was stored with it."""


PARKED = HasBeenParked()


class Answer(Generic[T]):
    """Where the result of a job goes that is awaited on an event loop. Made on that loop."""

    __slots__ = ("_told", "future", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self._told: tuple[T | None, BaseException | None] = None, None

    def set_running_or_notify_cancel(self) -> bool:
        """Whether somebody still waits for it."""
        return not self.future.cancelled()

    def set_result(self, result: T) -> None:
        """Tell it from any thread."""
        self.hold(result)
        tell_all([self])

    def set_exception(self, error: BaseException) -> None:
        """Tell it from any thread."""
        self.hold_error(error)
        tell_all([self])

    def hold(self, result: T) -> None:
        """Keep the result until it is told."""
        self._told = result, None

    def hold_error(self, error: BaseException) -> None:
        """Keep the error until it is told."""
        self._told = None, error

    def tell(self) -> None:
        """On the loop: whoever waits goes on."""
        result, error = self._told
        if self.future.done():
            return  # whoever asked has been cancelled
        if error is None:
            self.future.set_result(cast(T, result))
        else:
            self.future.set_exception(error)


def tell_all(answers: Iterable[Answer[Any]]) -> None:
    """Tell the loops that wait for these; to wake a loop costs more than what it is told."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Answer[Any]]] = {}
    for answer in answers:
        by_loop.setdefault(answer.loop, []).append(answer)
    here = _running()
    for loop, theirs in by_loop.items():
        if loop is here:
            _tell_each(theirs)
            continue
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_tell_each, theirs)


def _running() -> asyncio.AbstractEventLoop | None:
    """The loop that this thread runs, if it runs one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _tell_each(answers: list[Answer[Any]]) -> None:
    for answer in answers:
        answer.tell()


@dataclass(slots=True)
class Job(Generic[T]):
    """Something to do in a transaction, and what to do should it prove impossible."""

    work: Callable[[Tx], T]
    key: str | None
    kept: Callable[[Tx], Kept] | None
    apology: Callable[[Tx], None] | None
    done: "Future[T] | Answer[T]"
    light_on: asyncio.AbstractEventLoop | None = None
    """The loop that it may be done on: it is known to take a millisecond or so."""

    can_wait: bool = False
    """Whether it is done with what comes next, if that is soon, rather than at once: it needs no commit of its own."""
