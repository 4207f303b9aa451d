"""When nothing may be called: while stopping, while the app is uninstalled, and while Slack refuses our token or scope.

What is refused for our own sake is no message's fault: the calls concerned are held, tried again after a while, and go
on by themselves once the keeper has put it right. Every wait of the delivery loop goes through here, so that stopping
ends them all.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.delivery.patience import Patience

log = logging.getLogger(__name__)

EVERYTHING: Final = "*"
_ONE_METHOD: Final = frozenset({"missing_scope"})
"""Refusals that say nothing of other methods."""


class Stopped(Exception):
    """The bot is stopping; whatever was not begun is left for the next start."""


@dataclass(slots=True)
class _Hold:
    reason: str
    until: float
    refusals: int = 0


class Holds:
    """The one place that says whether a call may be made now."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock, self._patience = clock, patience
        self._holds: dict[str, _Hold] = {}
        self._stopping, self._paused = asyncio.Event(), False

    @property
    def stopping(self) -> asyncio.Event:
        """Set from the moment when no new call may be made."""
        return self._stopping

    async def rest(self, seconds: float) -> None:
        """Returns after so many seconds. Raises Stopped as soon as the bot stops."""
        if self._stopping.is_set() or await self._clock.wait(self._stopping, seconds=max(0.0, seconds)):
            raise Stopped

    async def until_clear(self, method: str) -> None:
        """Returns when nothing holds this method any more. Raises Stopped."""
        while not self.is_clear(method):
            if self._paused:
                await self._stopping.wait()
                raise Stopped
            now = self._clock.monotonic()
            await self.rest(max(hold.until for hold in self._of(method)) - now)
        if self._stopping.is_set():
            raise Stopped

    def is_clear(self, method: str) -> bool:
        """Whether the method may be called at this moment (stopping aside)."""
        now = self._clock.monotonic()
        return not self._paused and all(hold.until <= now for hold in self._of(method))

    def refuse(self, method: str, reason: str) -> None:
        """Slack refuses the token, the app or a scope: hold everything, or this method, and say so once."""
        name = method if reason in _ONE_METHOD else EVERYTHING
        now = self._clock.monotonic()
        hold = self._holds.get(name)
        if hold is None or hold.reason != reason:
            log.error(
                "delivery held: %s refused with %s; nothing is lost, run `altogether doctor` for the fix",
                method,
                reason,
            )
            hold = self._holds[name] = _Hold(reason, now)
        if hold.until <= now:  # several calls of one moment are one refusal
            hold.until = now + self._patience.before_release(hold.refusals)
            hold.refusals += 1

    def worked(self, method: str) -> None:
        """A call was taken: what held it is over."""
        if not self._holds:
            return
        for name in (method, EVERYTHING):
            hold = self._holds.pop(name, None)
            if hold is not None:
                log.info("delivery goes on: %s works again after %s", method, hold.reason)

    def pause(self) -> None:
        """Nothing is called any more; nothing is lost."""
        log.warning("delivery paused: the app was uninstalled or its token revoked")
        self._paused = True

    def _of(self, method: str) -> list[_Hold]:
        return [hold for name in (method, EVERYTHING) if (hold := self._holds.get(name)) is not None]
