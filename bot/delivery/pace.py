"""How fast we may speak: one message a second in a channel, a short burst in a direct message, so many edits a minute.

Numbers on monotonic seconds and nothing else: whoever wants to call books a place here and waits as long as it says.
Sources: Slack's rate-limits page (chat.postMessage, "one per second per channel, short bursts") and each method's tier.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

POST: Final = "chat.postMessage"
DIRECT_BURST: Final = 4
PER_MINUTE: Final = {
    "chat.update": 45,  # tier 3: 50
    "chat.delete": 45,  # tier 3: 50
    "conversations.open": 45,  # tier 3: 50
    "chat.postEphemeral": 90,  # tier 4: 100
}
_KEPT: Final = 1_000
"""Channels remembered before those that have long been quiet are forgotten."""

Key = tuple[str, str | None]


class Place(NamedTuple):
    """A booked place and the seconds until it comes; not `taken`: ask again after them."""

    taken: bool
    seconds: float


class Pace:
    """Every allowance of one bot in one workspace. `pace` is the seconds between posts to one channel and speeds the
    other allowances alike; 0 lifts them all, except what Slack itself has forbidden for a while."""

    def __init__(self, pace: float, monotonic: Callable[[], float]) -> None:
        self._pace, self._now = pace, monotonic
        self._free_at: dict[Key, float] = {}
        self._forbidden: dict[Key, float] = {}

    def book(self, method: str, channel: str | None, *, tidying: bool = False) -> Place:
        """Takes the next place for this call. Tidying gets only what is left over: half of what others may use."""
        key = _key(method, channel)
        interval, burst = self._allowance(method, channel)
        if interval <= 0:
            return Place(True, 0.0)
        now = self._now()
        free_at = max(now, self._free_at.get(key, now))
        if tidying and method != POST:
            spare = free_at - now - (burst // 2 - 1) * interval
            if spare > 0:
                return Place(False, spare)
        self._forget(now)
        self._free_at[key] = free_at + interval
        return Place(True, max(0.0, free_at - now - (burst - 1) * interval))

    def forbid(self, method: str, channel: str | None, seconds: float) -> None:
        """Nothing of this kind for so many seconds, as Slack has asked (chat.postMessage: in this channel)."""
        key, until = _key(method, channel), self._now() + seconds
        self._forbidden[key] = max(until, self._forbidden.get(key, until))

    def forbidden(self, method: str, channel: str | None) -> float:
        """Returns the seconds for which Slack has still forbidden this, 0 when it has not."""
        key = _key(method, channel)
        left = self._forbidden.get(key, 0.0) - self._now()
        if left <= 0:
            self._forbidden.pop(key, None)
            return 0.0
        return left

    def _allowance(self, method: str, channel: str | None) -> tuple[float, int]:
        """Seconds between two calls, and how many may come at once."""
        if method == POST:
            return self._pace, DIRECT_BURST if (channel or "").startswith("D") else 1
        minute = PER_MINUTE.get(method)
        return (0.0, 1) if minute is None else (60 / minute * self._pace, minute // 3)

    def _forget(self, now: float) -> None:
        if len(self._free_at) > _KEPT:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}


def _key(method: str, channel: str | None) -> Key:
    return (method, channel if method == POST else None)
