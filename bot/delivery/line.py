"""The line to Slack: a call is made when neither a hold, nor a Retry-After, nor our own pace stands against it.

It never waits by itself: what stands in the way is said as a `Pause`, so that whoever waits can read its row afresh
afterwards. What an outcome means for the message is the business of `sending.py` and `doubts.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.delivery.calls import Request
from bot.delivery.holds import Holds
from bot.delivery.outcomes import Outcome, Verdict
from bot.delivery.pace import Pace
from bot.delivery.patience import Patience


@dataclass(frozen=True, slots=True)
class Pause:
    """Something is to be waited for (so many seconds, or a hold on a method), and then the row is read again."""

    seconds: float = 0.0
    held: str | None = None
    failure: str | None = None
    """The try that failed, where that has not been written down yet."""

    @property
    def at_once(self) -> bool:
        """Whether there is nothing to wait for but a fresh look."""
        return self.held is None and self.seconds <= 0


@dataclass(slots=True)
class Ticket:
    """What one row has used up so far: places that it has booked, its response_url, reads that failed."""

    booked: set[tuple[str, str]] = field(default_factory=set)
    response_url_failed: bool = False
    unread: int = 0


class Line:
    """Makes calls and learns from them when the next may be made."""

    def __init__(
        self, make: Callable[[Request], Awaitable[Outcome]], *, holds: Holds, pace: Pace, patience: Patience
    ) -> None:
        self._make, self._holds, self._pace, self._patience = make, holds, pace, patience

    def blocked(self, request: Request, outbox_id: str, ticket: Ticket, *, tidying: bool = False) -> Pause | None:
        """Returns what stands in the way of this call at this moment, if anything does; books its place."""
        pause = self.refused(request.method) or self.forbidden(request.method, request.channel)
        if pause is not None or (outbox_id, request.method) in ticket.booked:
            return pause
        place = self._pace.book(request.method, request.channel, tidying=tidying)
        if place.taken:
            ticket.booked.add((outbox_id, request.method))
        return Pause(place.seconds) if place.seconds > 0 else None

    def refused(self, method: str) -> Pause | None:
        """Returns the hold on this method, if there is one."""
        return None if self._holds.is_clear(method) else Pause(held=method)

    def forbidden(self, method: str, channel: str | None = None) -> Pause | None:
        """Returns how long Slack still asks us to leave this method alone, if it does."""
        seconds = self._pace.forbidden(method, channel)
        return Pause(seconds) if seconds > 0 else None

    def refuse(self, method: str, code: str) -> Pause:
        """Holds what Slack refuses for our own sake."""
        self._holds.refuse(method, code)
        return Pause(held=method)

    async def call(self, request: Request) -> Outcome:
        """Makes the call and returns what became of it."""
        outcome = await self._make(request)
        if outcome.verdict is Verdict.OK:
            self._holds.worked(request.method)
        elif outcome.verdict is Verdict.LIMITED:
            self._pace.forbid(request.method, request.channel, outcome.after or self._patience.limited)
        return outcome
