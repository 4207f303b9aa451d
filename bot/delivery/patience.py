"""How long delivery waits, for what. All of it is monotonic time: nobody can move these waits by setting a clock.

One record, so that a test (or a rehearsal at ten times the speed) can be impatient in one place.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, each named for what is waited for."""

    first: float = 0.5
    """Before the second try of a call; doubles with every further one."""
    longest: float = 60.0
    """Between two tries, however many there were."""
    look_again: float = 1.0
    """Between two looks at a history that did not show the message: it may have been stale."""
    history: float = 120.0
    """How long a direct message waits for a history that is not to be had: a doubled question beats silence."""
    strange: int = 8
    """Tries of what is refused with an unknown word: two minutes or so, with the waits above."""
    strange_aside: int = 3
    """The same of a private line, a few seconds: those for others in that channel wait behind it."""
    held_first: float = 2.0
    """Before trying again after Slack refused the token or a scope; doubles with every further refusal."""
    held_longest: float = 30.0
    limited: float = 1.0
    """After "too many requests" without a Retry-After."""
    poll: float = 1.0
    """Between two looks whether another process has written to the database."""
    stop: float = 4.0
    """For calls in flight when stopping."""

    def before_try(self, failures: int) -> float:
        """Returns the seconds before the next try after so many failures in a row, with jitter."""
        whole = min(self.longest, self.first * 2.0 ** min(failures, 16))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 -- spreads tries out; nothing secret hangs on it

    def before_release(self, refusals: int) -> float:
        """Returns the seconds for which everything is held after so many refusals in a row."""
        return min(self.held_longest, self.held_first * 2.0 ** min(refusals, 16))
