"""How envelopes travel to the program: twice, late, out of order, not at all at first, and sometimes long after.

In place of the rehearsal's hub, for the same people and the same courier. Events that nobody acknowledges come again
as Slack sends them; a press or a command that nobody answers is an error on the screen.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any

from bot.rehearsal.slack.socket_mode import Delivery, Unanswered

from .loop import later
from .trouble import INBOUND, Trouble

Json = dict[str, Any]
RETRIES = (0.0, 60.0, 300.0)
LATER = {"5 min": timedelta(minutes=5), "1 h": timedelta(hours=1), "24 h": timedelta(hours=24)}
CHANCE = 0.3
Handle = Callable[[Json], "asyncio.Task[Json]"]


class Hub:
    """The way in. `acknowledged` has the `event_id` of every event that the program has said it has."""

    def __init__(self, trouble: Trouble, now: Callable[[], datetime]) -> None:
        self.trouble, self._now = trouble, now
        self.handle: Handle | None = None
        self.connected = asyncio.Event()
        self.acknowledged: set[str] = set()
        self.delivered = 0
        self.failed: Counter[str] = Counter()
        self.later: list[tuple[datetime, Json]] = []
        """Copies that come long after the first, by the calendar."""
        self.tasks = dict[asyncio.Task[None], None]()
        self._outside = copy_context()

    def open(self, handle: "Handle | None") -> None:
        """The program is there, or (None) it is not."""
        self.handle = handle
        (self.connected.clear if handle is None else self.connected.set)()

    # ── as the rehearsal's hub ────────────────────────────────────────────────────────────────────────────────────

    def send_event(self, body: Json) -> Delivery:
        """Sets an event on its way."""
        delivery = Delivery(body)
        self._start(self._deliver(delivery))
        return delivery

    async def send_interactive(self, body: Json, *, accepts_payload: bool = False) -> Json:
        """Delivers a press or a modal. Raises Unanswered."""
        return await self._ask(body)

    async def send_command(self, body: Json) -> Json:
        """Delivers a command. Raises Unanswered."""
        return await self._ask(body)

    # ── how ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _deliver(self, delivery: Delivery) -> None:
        await later(0.01)
        fault = self.trouble.one_of(INBOUND, CHANCE)
        if fault == "delivered twice":
            self._start(self._again(delivery.body, self.trouble.random.choice((0.0, 0.01, 0.5))))
        elif fault is not None and fault.startswith("delivered again"):
            self.later.append((self._now() + LATER[fault.removeprefix("delivered again after ")], delivery.body))
        elif fault == "delivered late":
            await later(self.trouble.random.choice((0.2, 1.0, 5.0)))
        lost = fault == "first copy lost"
        for attempt, pause in enumerate((0.0, *RETRIES)):
            if attempt and pause > 3.0:
                delivery.let_go()
            await later(pause)
            if not self.connected.is_set():
                delivery.let_go()
                await self.connected.wait()
            if lost:
                lost = False
                delivery.let_go()
                await later(3.0)
                continue
            acked = await self._attempt(delivery.body) is not None
            if acked and fault == "acknowledgement lost":
                fault = None
                await later(3.0)
            elif acked:
                delivery.finish("acknowledged")
                return
        delivery.finish("dropped")

    async def _again(self, body: Json, pause: float) -> None:
        await later(pause)
        if self.connected.is_set():
            await self._attempt(body)

    async def deliver_later(self, *, everything: bool = False) -> None:
        """Delivers the copies whose time has come by the calendar."""
        due = [one for one in self.later if everything or one[0] <= self._now()]
        self.later = [one for one in self.later if one not in due]
        for _, body in due:
            if self.connected.is_set():
                await self._attempt(body)

    async def _ask(self, body: Json) -> Json:
        if not self.connected.is_set():
            raise Unanswered("dispatch_failed")
        if self.trouble.strikes("press or command never arrives", 0.02):
            raise Unanswered("operation_timeout")
        if self.trouble.strikes("press or command replayed", 0.05):
            self.later.append((self._now() + timedelta(minutes=10), body))
        answer = await self._attempt(body)
        if answer is None or self.trouble.strikes("acknowledgement of a press lost", 0.03):
            raise Unanswered("operation_timeout")
        return answer

    async def _attempt(self, body: Json) -> Json | None:
        """Hands it to the program; None where nothing was acknowledged in three seconds, or the program died first."""
        if self.handle is None:
            return None
        self.delivered += 1
        handling = self.handle(body)
        await asyncio.wait({handling}, timeout=3.0)
        if not handling.done():
            handling.add_done_callback(_heard)
            return None
        if handling.cancelled() or ((error := handling.exception()) is not None and self._note(error)):
            return None
        if event_id := body.get("event_id"):
            self.acknowledged.add(event_id)
        return handling.result()

    def _note(self, error: BaseException) -> bool:
        self.failed[f"not acknowledged: {type(error).__name__}"] += 1
        return True

    def _start(self, work: Any) -> None:
        # What the program posts comes back as an event: that one is Slack's, and must not die with the program.
        task = asyncio.get_running_loop().create_task(work, context=self._outside.copy())
        self.tasks[task] = None
        task.add_done_callback(self.tasks.pop)


def _heard(task: "asyncio.Task[Json]") -> None:
    """Nobody waits for it any more; what it raised has been logged by the program."""
    if not task.cancelled():
        task.exception()
