"""A real rehearsal with the real bot and its page, open for as long as the `with` lasts; no scene is played first.

It runs in a thread with a loop of its own, since the browser is driven from the test's.
"""

import asyncio
import os
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.rehearsal.staying import opened


class OpenRehearsal:
    """The page's address is `url` once the bot is connected."""

    def __init__(self, directory: Path, *, script: Path | None = None) -> None:
        self._directory, self._script = directory, script
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    def _run(self) -> None:
        try:
            asyncio.run(self._stay())
        except BaseException as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _stay(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        outer = dict(os.environ)
        async with opened(self._directory, outer=outer, script=self._script) as room:
            # A machine with much else to do may stand still for seconds; tests/rehearsal has what three seconds mean.
            room.rehearsal.hub.times = replace(room.rehearsal.hub.times, ack_deadline=10.0)
            room.rehearsal.workspace.views.trigger_life = 30.0
            await room.script.look()
            await room.minder.start()
            room.guide.begin()
            room.open_to_people()
            minding = asyncio.create_task(room.mind())
            self.url = f"{room.rehearsal.origin}/"
            self._ready.set()
            await self._stop.wait()
            minding.cancel()
