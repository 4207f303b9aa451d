"""Everything that passed between the workspace and the bot, in order, for inspectors and checkers.

It lives in memory only and holds whole bodies, because the people here are made up. Nothing here decides anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .clock import WorkspaceClock

Direction = Literal["to bot", "from bot"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One envelope, ack, call or answer.

    `kind` is the method or the envelope's type ("chat.postMessage", "events_api", "ack"); `outcome` a short code
    ("sent", "ok", "channel_not_found", "lost"); `body` what was said, as decoded JSON.
    """

    number: int
    at: datetime
    direction: Direction
    kind: str
    outcome: str
    body: Mapping[str, Any]


class EventLog:
    """The entries so far, and those who want to hear of each new one."""

    def __init__(self, clock: WorkspaceClock) -> None:
        self._clock = clock
        self._listeners: list[Callable[[LogEntry], None]] = []
        self.entries: list[LogEntry] = []

    def record(self, direction: Direction, kind: str, *, outcome: str, body: Mapping[str, Any]) -> LogEntry:
        """Appends an entry and tells every listener."""
        entry = LogEntry(len(self.entries) + 1, self._clock.now(), direction, kind, outcome, body)
        self.entries.append(entry)
        for listener in tuple(self._listeners):
            listener(entry)
        return entry

    def listen(self, listener: Callable[[LogEntry], None]) -> Callable[[], None]:
        """Calls `listener` with every new entry until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def of(self, kind: str, outcome: str | None = None) -> list[LogEntry]:
        """Returns the entries of one kind, in order, of one outcome if given."""
        return [e for e in self.entries if e.kind == kind and outcome in (None, e.outcome)]
