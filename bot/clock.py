"""The only clock: what time it is, and waiting until a time comes.

Everything that people would read from a calendar (slots, nudges, expiry) asks a `Clock`; pacing, backoff and leases
use `monotonic`, which no one can set. In a rehearsal the clock follows an offset that the workspace keeps in a file.
"""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.settings import Settings

_LOOK_EVERY: Final = 0.025
"""Seconds at least between two looks at the offset; a change is to be noticed within 0.05."""

_LONGEST_OFFSET: Final = timedelta(days=366 * 50).total_seconds()
"""Beyond this an offset is a mistake; far enough within what a datetime can hold."""


def _system_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """The machine's clock.

    `wall` gives real time (aware, UTC) and `monotonic` seconds that only go forward; tests pass their own.
    """

    slice_seconds: float = 20.0
    """The longest sleep in one piece: after a suspended laptop or a corrected clock, waiting ends this late at most."""

    def __init__(
        self, *, wall: Callable[[], datetime] = _system_time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic

    def now(self) -> datetime:
        """Returns the time, aware, in UTC."""
        return self._wall()

    def monotonic(self) -> float:
        """Returns seconds from an unknown start that only go forward; unaffected by any offset."""
        return self._monotonic()

    async def sleep_until(self, instant: datetime) -> None:
        """Returns once `instant` (aware) has come by this clock; at once if it has passed. A jump of the clock counts.

        Raises ValueError for an instant without a zone.
        """
        # Nobody sets this event, so only the time can end the waiting.
        await self.wait(asyncio.Event(), until=instant)

    async def wait(self, event: asyncio.Event, *, until: datetime | None = None, seconds: float | None = None) -> bool:
        """Returns True once the event is set, False once `until` has come or `seconds` have gone by first.

        `until` is an aware instant of this clock, `seconds` are monotonic; with both, the earlier ends the waiting;
        with neither, only the event does. An event that is already set wins over a time that has already come.
        Raises ValueError for an instant without a zone.
        """
        if until is not None and until.tzinfo is None:
            raise ValueError("waiting until a time needs its zone: pass an aware datetime")
        deadline = None if seconds is None else self.monotonic() + seconds
        waiter: asyncio.Task[bool] | None = None
        try:
            while not event.is_set():
                left = self._left(until, deadline)
                if left is not None and left <= 0:
                    return False
                # One task for the whole of the waiting: a new one each slice would be churn in a rehearsal.
                waiter = waiter or asyncio.ensure_future(event.wait())
                await asyncio.wait({waiter}, timeout=left if left is None else min(left, self.slice_seconds))
                if waiter.done():
                    return waiter.result()  # also where the event has been cleared again since
            return True
        finally:
            if waiter is not None:
                waiter.cancel()

    def _left(self, until: datetime | None, deadline: float | None) -> float | None:
        """Seconds until the earlier of the two; None where there is neither."""
        lefts = []
        if until is not None:
            lefts.append((until - self.now()).total_seconds())
        if deadline is not None:
            lefts.append(deadline - self.monotonic())
        return min(lefts, default=None)


class OffsetClock(Clock):
    """The machine's clock plus an offset held in a file: one line, seconds, a decimal number, a line end.

    The file is replaced whole by whoever leads the rehearsal. While it is missing, half written or no number, the last
    offset that could be read holds (none at first). It is read at most every 25 ms, whole: so small a file costs no
    more than asking for its date, and two replacements within one tick of the file system's clock share their date.
    """

    slice_seconds = 0.02  # two of these with one look between them stay under 0.05

    def __init__(
        self,
        file: Path,
        *,
        wall: Callable[[], datetime] = _system_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(wall=wall, monotonic=monotonic)
        self.file = file
        self._offset = timedelta()
        self._looked_at: float | None = None

    def now(self) -> datetime:
        """Returns the rehearsal's time, aware, in UTC."""
        return self._wall() + self.offset

    @property
    def offset(self) -> timedelta:
        """How far the rehearsal is ahead of real time (negative: behind)."""
        moment = self._monotonic()
        if self._looked_at is None or moment - self._looked_at >= _LOOK_EVERY:
            self._looked_at = moment
            seconds = _read_offset(self.file)
            if seconds is not None:
                self._offset = timedelta(seconds=seconds)
        return self._offset


def _read_offset(file: Path) -> float | None:
    """The offset in seconds, or None where the file does not (yet) hold one."""
    try:
        text = file.read_text(encoding="ascii")
        seconds = float(text)
    except (OSError, ValueError):
        return None  # between two states, or not begun: the last good offset holds
    # Without its line end the number may be half of one: "36" of "3600.0".
    whole = text.endswith("\n") and math.isfinite(seconds) and abs(seconds) <= _LONGEST_OFFSET
    return seconds if whole else None


def make_clock(settings: "Settings") -> Clock:
    """Returns the rehearsal's clock where the settings name its file, the machine's otherwise."""
    return Clock() if settings.clock_file is None else OffsetClock(settings.clock_file)
