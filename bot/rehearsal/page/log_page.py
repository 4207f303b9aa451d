"""The log as the inspector shows it: what passed, in a word that means something, and how long the answer took.

Summaries for the stream, whole entries for whoever opens one. An ack is timed from its envelope, an answer from its
call, on monotonic time.
"""

from collections import deque
from time import monotonic
from typing import Any

from bot.rehearsal.scenes.play import ZONE
from bot.rehearsal.slack.log import EventLog, LogEntry

Json = dict[str, Any]

WAITING = 200
"""Envelopes and calls that may be without an answer at once; the oldest are given up."""


class LogPage:
    """What is said of each entry."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._took: dict[int, float] = {}
        self._sent: dict[str, float] = {}
        self._called: dict[str, deque[float]] = {}
        for entry in log.entries:
            self.note(entry)

    def note(self, entry: LogEntry) -> Json:
        """Times an entry as it comes in, and returns its summary."""
        took = self._time(entry, monotonic())
        if took is not None:
            self._took[entry.number] = round(took * 1000, 1)
        return self.summary(entry)

    def summary(self, entry: LogEntry) -> Json:
        """Returns an entry without its body."""
        return {
            "n": entry.number,
            "at": entry.at.astimezone(ZONE).isoformat(timespec="milliseconds"),
            "direction": entry.direction,
            "kind": kind_of(entry),
            "outcome": entry.outcome,
            "took_ms": self._took.get(entry.number),
        }

    def after(self, number: int, limit: int) -> list[Json]:
        """Returns up to `limit` entries after this number, whole."""
        start = max(0, number)
        return [self.summary(one) | {"body": one.body} for one in self._log.entries[start : start + limit]]

    def _time(self, entry: LogEntry, now: float) -> float | None:
        envelope = str(entry.body.get("envelope_id", ""))
        if entry.kind == "ack":
            began = self._sent.pop(envelope, None)
            return None if began is None else now - began
        if envelope:
            self._sent[envelope] = now
            while len(self._sent) > WAITING:
                del self._sent[next(iter(self._sent))]
            return None
        if entry.outcome == "called":
            self._called.setdefault(entry.kind, deque(maxlen=WAITING)).append(now)
            return None
        if entry.outcome == "hang":
            return None  # the answer is still to come
        calls = self._called.get(entry.kind)
        return now - calls.popleft() if calls and entry.direction == "to bot" else None


def kind_of(entry: LogEntry) -> str:
    """Returns the method, or what an envelope carries: "message.im", "block_actions", "/story"."""
    if entry.kind not in ("events_api", "interactive", "slash_commands"):
        return entry.kind
    payload = entry.body.get("payload", entry.body)  # what could not be sent stands there without its envelope
    if entry.kind == "slash_commands":
        return str(payload.get("command", entry.kind))
    if entry.kind != "events_api":
        return str(payload.get("type", entry.kind))
    event = payload["event"]
    place = event.get("channel_type") if event["type"] == "message" else None
    return f"message.{place}" if place else str(event["type"])
