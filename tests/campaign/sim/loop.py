"""An event loop whose time jumps to the next thing to do, and that never leaves its thread.

Nothing is waited for in real time: when nobody has anything to do, it is at once as late as the next timer says. What
would run on another thread runs here, at the moment it is asked for.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from typing import Any


class _Jump(selectors.SelectSelector):
    """Never looks at a file: however long it is told to wait, so much later it is."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("the simulation waits for something that nothing will bring about")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """One thread, and its own time, which begins at 0 and only goes forward."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Returns the seconds since the beginning of the simulation."""
        return self._jump.now

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
        """Runs it here and now."""
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


async def later(seconds: float) -> None:
    """Returns so much later, by the time of the simulation."""
    loop = asyncio.get_running_loop()
    come = loop.create_future()
    loop.call_later(seconds, lambda: None if come.done() else come.set_result(None))
    await come


class AtOnce:
    """What the program takes for a pool of threads: each job is done when it is handed over."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def submit(self, work: Callable[..., Any], *args: Any) -> "Future[Any]":
        """Does it; the result is there."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def shutdown(self, **_: object) -> None:
        """There is nothing to end."""
