"""How often each method may be called: a bucket per method, and one per channel for posting.

On monotonic time, whatever the workspace's clock says. `pace` is the seconds between posts to one channel (Slack: 1)
and speeds every other allowance alike; 0 lifts them all. Sources: Slack's rate-limits page and each method's tier.
"""

from collections.abc import Callable
from time import monotonic

POST_BURST = 4  # Slack: one a second per channel, short bursts allowed
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute


class Bucket:
    """A token bucket: `capacity` at once, then one every `refill` seconds."""

    def __init__(self, capacity: int, refill: float, *, now: float) -> None:
        self.capacity, self.refill = capacity, refill
        self._left, self._at = float(capacity), now

    def take(self, now: float) -> float:
        """Takes one and returns 0, or takes none and returns the seconds until there is one."""
        self._left = min(self.capacity, self._left + (now - self._at) / self.refill)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) * self.refill


class Allowances:
    """Every bucket of one app in one workspace."""

    def __init__(self, *, pace: float = 1.0, burst: int = POST_BURST, now: Callable[[], float] = monotonic) -> None:
        self.pace, self.burst = pace, burst
        self._now = now
        self._buckets: dict[str, Bucket] = {}

    def call(self, method: str, tier: int) -> float:
        """Counts a call; returns 0, or the seconds to wait because the minute's calls are used up."""
        return self._take(method, TIERS[tier], 60 / TIERS[tier] * self.pace)

    def post(self, channel: str) -> float:
        """Counts a post to a channel; returns 0, or the seconds to wait."""
        return self._take(f"post {channel}", self.burst, self.pace)

    def _take(self, name: str, capacity: int, refill: float) -> float:
        if self.pace <= 0:
            return 0.0
        bucket = self._buckets.get(name)
        if bucket is None or (bucket.capacity, bucket.refill) != (capacity, refill):
            bucket = self._buckets[name] = Bucket(capacity, refill, now=self._now())
        return bucket.take(self._now())
