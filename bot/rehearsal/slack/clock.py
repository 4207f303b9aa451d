"""The workspace's time: real time plus an offset that scenes and tests may change.

The offset is written to a file that the bot reads through `ALTOGETHER_CLOCK`, so both live in the same moment. Only
what people would read from a calendar follows this clock; acks, pacing and waiting stay on monotonic time.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class WorkspaceClock:
    """What time it is in the workspace, and the file through which the bot knows it too."""

    def __init__(self, file: Path | None = None, *, start: datetime | None = None) -> None:
        self.file = file
        self._offset = timedelta()
        if start is None:
            self._write()
        else:
            self.set(start)

    @property
    def offset(self) -> timedelta:
        """How far the workspace is ahead of real time (negative: behind)."""
        return self._offset

    def now(self) -> datetime:
        """Returns the workspace's time, aware, in UTC."""
        return _real_now() + self._offset

    def set(self, moment: datetime) -> None:
        """Makes it `moment` (aware) from now on; time goes on from there."""
        if moment.tzinfo is None:
            raise ValueError("the workspace's time needs a zone: pass an aware datetime")
        self._offset = moment.astimezone(UTC) - _real_now()
        self._write()

    def advance(self, by: timedelta) -> None:
        """Moves the workspace's time by `by` (negative: back)."""
        self._offset += by
        self._write()

    def _write(self) -> None:
        """Replaces the file in one step, so a reader never sees half a number."""
        if self.file is None:
            return
        fresh = self.file.with_name(self.file.name + ".new")
        fresh.write_text(f"{self._offset.total_seconds()}\n", encoding="ascii")
        os.replace(fresh, self.file)  # noqa: PTH105 -- Path.replace is the same call; this one is known to be atomic


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the workspace's clock is this room's only source of time
