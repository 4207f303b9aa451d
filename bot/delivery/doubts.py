"""Messages of which nobody knows whether they were posted, and what is to be done about each.

What is found is adopted; what is absent twice is sent; what cannot be known is sent once more to one person, and parked
where many would read it twice. Looking is in `reconcile.py`; the doing in `sending.py`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from bot.delivery.errands import Errand
from bot.delivery.line import Line, Pause
from bot.delivery.outcomes import Verdict
from bot.delivery.patience import Patience
from bot.delivery.reconcile import Absent, Found, NotNow, Search, Unreadable

log = logging.getLogger(__name__)


class Step(Enum):
    """What follows for a message in doubt, unless its `ts` was found or there is something to wait for."""

    SEND = auto()
    PARK = auto()


@dataclass(slots=True)
class _Doubt:
    absent_at: float | None = None
    """When a history was first read that did not show the message: it may have been stale."""
    limited_at: float | None = None
    """Since when Slack has answered "too many requests" to every look."""


class Doubts:
    """Every message in doubt, by outbox id."""

    def __init__(self, search: Search, line: Line, *, patience: Patience, monotonic: Callable[[], float]) -> None:
        self._search, self._line, self._patience, self._now = search, line, patience, monotonic
        self._doubts: dict[str, _Doubt] = {}
        self._sent_again: set[str] = set()

    def __contains__(self, outbox_id: str) -> bool:
        return outbox_id in self._doubts

    def arise(self, outbox_id: str) -> None:
        """From now on it is unknown whether this was done."""
        self._doubts[outbox_id] = _Doubt()

    def settled(self, outbox_id: str) -> None:
        """It is known, or no longer matters."""
        self._doubts.pop(outbox_id, None)
        self._sent_again.discard(outbox_id)

    async def look(self, errand: Errand) -> str | Step | Pause:
        """Returns the `ts` of the message where it was posted, else what to do or to wait for."""
        doubt = self._doubts[errand.row.id]
        method = "conversations.replies" if errand.thread_ts else "conversations.history"
        pause = self._line.refused(method)
        if pause is not None:
            return pause
        forbidden = self._line.forbidden(method)
        if forbidden is not None:
            return self._limited(errand, doubt, forbidden)
        finding = await self._search.look(errand)
        if isinstance(finding, NotNow) and finding.outcome.verdict is Verdict.LIMITED:
            return self._limited(errand, doubt, self._line.forbidden(method) or Pause(self._patience.limited))
        doubt.limited_at = None
        match finding:
            case Found(ts):
                return ts
            case Unreadable(code):
                return self._unknown(errand, code)
            case NotNow(outcome) if outcome.verdict is Verdict.OURS:
                return self._line.refuse(method, outcome.code)
            case NotNow(outcome) if (
                outcome.verdict is Verdict.STRANGE and errand.row.attempts >= self._patience.strange
            ):
                return self._unknown(errand, outcome.code)
            case NotNow(outcome):
                seconds = self._patience.before_try(errand.row.attempts)
                return Pause(seconds, failure=f"history_{outcome.code}")
            case Absent():
                return self._absent(errand.row.id, doubt)
            case _:
                assert_never(finding)

    def _absent(self, outbox_id: str, doubt: _Doubt) -> Step | Pause:
        now = self._now()
        if doubt.absent_at is None:
            doubt.absent_at = now
        left = doubt.absent_at + self._patience.look_again - now
        if left > 0:
            return Pause(left)
        del self._doubts[outbox_id]
        return Step.SEND

    def _unknown(self, errand: Errand, code: str) -> Step:
        row = errand.row
        log.warning("history cannot be read kind=%s id=%s reason=%s", row.kind, row.id, code)
        if not errand.is_direct or row.id in self._sent_again:
            return Step.PARK
        self._sent_again.add(row.id)
        del self._doubts[row.id]
        return Step.SEND

    def _limited(self, errand: Errand, doubt: _Doubt, pause: Pause) -> Step | Pause:
        """Waits as Slack asks; but one person is asked twice rather than left without a question for long."""
        now = self._now()
        if doubt.limited_at is None:
            doubt.limited_at = now
        if not errand.is_direct:
            return pause
        left = doubt.limited_at + self._patience.history - now
        return Pause(min(pause.seconds, left)) if left > 0 else self._unknown(errand, "history_limited")
