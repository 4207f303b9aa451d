"""What happens when its time has come: chores that run in a transaction and say when they want to run next.

The rooms provide the chores, `app.py` starts the scheduler. Nothing here knows what a chore does, and nothing is kept:
whatever must outlive a restart (a slot, a nudge, an expiry) is in the database, where the chore reads it at start.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.story.policy import Policy
from storage.database import Tx
from storage.writer import Writer

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 30.0
"""Seconds at most between two looks at what is due."""
JUMP: Final = 5.0
"""Seconds by which the clock must have been moved for every chore to look again."""
_LONGEST: Final = 60.0
_AT_ONCE_AGAIN: Final = 0.2
"""A chore that is due again the moment it has run waits so long, so that it cannot spin."""


@dataclass(frozen=True, slots=True)
class Chore:
    """`run` does what is due at `tx.now` and returns when to run next; None: at the next look."""

    name: str
    run: Callable[[Tx, Policy], datetime | None]


@dataclass(slots=True)
class _Plan:
    chore: Chore
    at: datetime | None = None
    not_before: float = 0.0
    failures: int = 0


class Scheduler:
    """Runs each chore at start and then when it asks to be run; a failing one is tried again while others go on."""

    def __init__(
        self,
        chores: Sequence[Chore],
        writer: Writer,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        look_every: float = LOOK_EVERY,
        first_retry: float = 1.0,
    ) -> None:
        self._plans = [_Plan(chore) for chore in chores]
        self._writer, self._clock, self._policy = writer, clock, policy
        self._look_every, self._first_retry = look_every, first_retry
        self._stopping, self._ended = asyncio.Event(), asyncio.Event()
        self._running = False

    async def run(self) -> None:
        """Runs chores until `stop`."""
        self._running = True
        looked = self._clock.now(), self._clock.monotonic()
        try:
            while not self._stopping.is_set():
                now, mono = self._clock.now(), self._clock.monotonic()
                moved = abs((now - looked[0]).total_seconds() - (mono - looked[1])) > JUMP
                looked = now, mono
                for plan in self._plans:
                    if self._stopping.is_set():
                        break
                    if mono >= plan.not_before and (moved or plan.at is None or plan.at <= now):
                        await self._do(plan)
                await self._clock.wait(self._stopping, until=self._next_instant(), seconds=self._next_look())
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Lets the chore that is running finish, then returns."""
        self._stopping.set()
        if self._running:
            await self._ended.wait()

    async def _do(self, plan: _Plan) -> None:
        policy = self._policy()
        try:
            plan.at = await self._writer.run(lambda tx: plan.chore.run(tx, policy))
        except Exception as error:  # one chore's failure must not keep the others from running
            plan.failures += 1
            wait = min(_LONGEST, self._first_retry * 2.0 ** min(plan.failures - 1, 16))
            log.error(
                "chore %s failed (%d in a row), again in %.0f s", plan.chore.name, plan.failures, wait, exc_info=error
            )
            plan.at, plan.not_before = None, self._clock.monotonic() + wait
            return
        if plan.failures:
            log.info("chore %s works again", plan.chore.name)
        plan.failures, plan.not_before = 0, 0.0
        if plan.at is not None and plan.at <= self._clock.now():
            plan.not_before = self._clock.monotonic() + _AT_ONCE_AGAIN

    def _next_instant(self) -> datetime | None:
        """The earliest time that a chore has asked for."""
        now = self._clock.monotonic()
        return min((plan.at for plan in self._plans if plan.at is not None and plan.not_before <= now), default=None)

    def _next_look(self) -> float:
        """Monotonic seconds until the next look, whatever the calendar says."""
        now = self._clock.monotonic()
        return min([self._look_every, *(plan.not_before - now for plan in self._plans if plan.not_before > now)])
