"""The line to Slack: a call is made when neither a hold, nor a Retry-After, nor our own pace stands against it.

It never waits by itself: what stands in the way is said as a `Pause`, so that whoever waits can read its row afresh
afterwards. What an outcome means for the message is the business of `sending.py` and `doubts.py`.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bot.delivery.calls import Request
from bot.delivery.holds import Holds
from bot.delivery.outcomes import Outcome, Verdict
from bot.delivery.pace import Pace
from bot.delivery.patience import Patience

MOST_FAILURES: Final = 20
"""Tries of one message, a quarter of an hour, before it is asked whether it is the message that Slack cannot take."""
ENOUGH_OTHERS: Final = 10
"""Calls of the same method that worked meanwhile: it is."""


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
    """What one row has used up so far: places that it has booked, its response_url, reads and calls that failed."""

    booked: set[tuple[str, str]] = field(default_factory=set)
    response_url_failed: bool = False
    unread: int = 0
    failures: int = 0
    looked: bool = False
    """Whether it was looked for, where it had been put aside in doubt before."""
    no_file: str | None = None
    """Why it goes as messages instead, where it was to be a file."""
    worked_before: int = 0
    """How many calls had worked when the first of its own failed."""


class Line:
    """Makes calls and learns from them when the next may be made."""

    def __init__(
        self, make: Callable[[Request], Awaitable[Outcome]], *, holds: Holds, pace: Pace, patience: Patience
    ) -> None:
        self._make, self._holds, self._pace, self._patience = make, holds, pace, patience
        self._worked = Counter[str]()

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

    def failed(self, method: str, ticket: Ticket) -> None:
        """Notes on the row's ticket that one more of its calls has failed."""
        if ticket.failures == 0:
            ticket.worked_before = self._worked[method]
        ticket.failures += 1

    def is_hopeless(self, method: str, ticket: Ticket) -> bool:
        """Whether this row alone keeps failing: Slack takes the like of it from others meanwhile."""
        return ticket.failures >= MOST_FAILURES and self._worked[method] - ticket.worked_before >= ENOUGH_OTHERS

    async def call(self, request: Request) -> Outcome:
        """Makes the call and returns what became of it."""
        outcome = await self._make(request)
        if outcome.verdict is Verdict.OK:
            self._worked[request.method] += 1
            self._holds.worked(request.method)
        elif outcome.verdict is Verdict.LIMITED:
            self._pace.forbid(request.method, request.channel, outcome.after or self._patience.limited)
        return outcome
