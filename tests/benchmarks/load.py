"""The load: tellers in a closed loop, each answering as soon as asked, or messages at a fixed rate; and what was seen.

A *message* is an envelope that earns a reply (something typed, or a button pressed); its *reply* is the next post in
that direct message, counted once Slack has answered the call. Ticks are sent, acknowledged and not counted. The *ack*
is timed for all of them. Times are seconds of the event loop's clock.
"""

import asyncio
import random
import resource
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from .children import Child
from .slack import LeanSlack
from .tellers import Act, Lost, Teller, read_post


@dataclass(slots=True)
class Seen:
    """What one case did in one round. Latencies in seconds, processor time in seconds, memory in bytes."""

    seconds: float
    replies: int
    inbound: int
    stories: int
    cpu: float
    driver_share: float
    """Of one core."""
    resident: int
    reply_latencies: list[float] = field(repr=False, default_factory=list)
    ack_latencies: list[float] = field(repr=False, default_factory=list)
    late: int = 0
    """Messages that a fixed rate wanted sent when nobody was free to send one."""


AT_A_TIME = 100
WARM_EACH, WARM_MOST, WARM_SECONDS = 20, 2_000, 12.0
"""Before anything is counted: so many replies each, so many in all at most, and so long at most."""


class Load:
    """Drives one connected child."""

    def __init__(self, slack: LeanSlack, tellers: int) -> None:
        self._slack, self._loop = slack, asyncio.get_running_loop()
        self._tellers = {one.channel: one for one in (Teller(n, slack.response_url) for n in range(tellers))}
        self._acts: dict[str, deque[Act]] = {}
        self._waiting: dict[str, float] = {}
        """By channel, since when a reply is awaited."""
        self._sent: dict[str, tuple[float, str]] = {}
        """By envelope, when it was sent and for which channel."""
        self._idle: list[str] | None = None
        """With a fixed rate: channels with something to send."""
        self._dice = random.Random(7)
        self._measuring, self._over, self._replies = False, False, 0
        self._lost: Lost | None = None
        self._seen = Seen(0, 0, 0, 0, 0, 0, 0)
        self._wanted: tuple[int, asyncio.Event] | None = None
        slack.on_post, slack.on_ack = self._on_post, self._on_ack

    # ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def closed(self, child: Child, *, warm_up: float, seconds: float) -> Seen:
        """Everybody writes as soon as they are asked; what happens after `warm_up` is counted for `seconds`."""
        await self._begin_by_and_by()
        await self._warm(child, warm_up)
        return await self._measure(child, seconds)

    async def at_rate(self, child: Child, *, rate: float, warm_up: float, seconds: float) -> Seen:
        """So many messages a second, whoever is free to write one; latency counts from when each was to be sent."""
        self._idle = []
        self._begin_all()
        clock = asyncio.create_task(self._keep_rate(rate))
        try:
            await self._warm(child, warm_up)
            return await self._measure(child, seconds)
        finally:
            clock.cancel()

    async def some(self, child: Child, replies: int) -> Seen:
        """Drive until so many replies have come; for tests, which count and do not time."""
        done = asyncio.Event()
        waiting = asyncio.ensure_future(done.wait())
        self._wanted = (replies, done)
        self._measuring = True
        self._begin_all()
        while not done.is_set():
            child.must_run()
            if self._lost is not None:
                raise self._lost
            await asyncio.wait([waiting], timeout=0.25)
        return self._seen

    def _begin_all(self) -> None:
        for channel in self._tellers:
            self._begin(channel)

    async def _begin_by_and_by(self) -> None:
        """A thousand at once would be more than the SDK's own client can read, and in step with each other."""
        for number, channel in enumerate(self._tellers, 1):
            self._begin(channel)
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0.1)

    def _begin(self, channel: str) -> None:
        self._acts[channel] = self._tellers[channel].begin(self._slack.ts())
        self._go_on(channel)

    async def _warm(self, child: Child, seconds: float) -> None:
        """Let everything happen that happens the first time only: most of a story for most of the tellers."""
        wanted, began = min(WARM_EACH * len(self._tellers), WARM_MOST), self._loop.time()
        while self._replies < wanted and self._loop.time() - began < WARM_SECONDS:
            await self._running(child, seconds)

    async def _running(self, child: Child, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.5))):
            await asyncio.sleep(min(0.5, seconds))
            child.must_run()
            if self._lost is not None:
                raise self._lost

    async def _measure(self, child: Child, seconds: float) -> Seen:
        stories = self._stories()
        began, cpu, own = self._loop.time(), child.cpu(), _own_cpu()
        self._measuring = True
        await self._running(child, seconds)
        self._measuring, self._over = False, True
        seen, took = self._seen, self._loop.time() - began
        seen.seconds, seen.cpu = took, child.cpu() - cpu
        seen.driver_share = (_own_cpu() - own) / took
        seen.resident, seen.stories = child.resident(), self._stories() - stories
        return seen

    def _stories(self) -> int:
        return sum(teller.stories for teller in self._tellers.values())

    async def _keep_rate(self, rate: float) -> None:
        assert self._idle is not None
        began, number = self._loop.time(), 0
        while True:
            number += 1
            due = began + number / rate
            if (wait := due - self._loop.time()) > 0:
                await asyncio.sleep(wait)
            if self._over:
                return
            if self._idle:
                # Whoever it is: in turns, all would tell in step, and send their stories in the same second.
                self._send(self._idle.pop(self._dice.randrange(len(self._idle))), due)
            elif self._measuring:
                self._seen.late += 1

    # ── one teller's next step ────────────────────────────────────────────────────────────────────────────────────

    def _go_on(self, channel: str) -> None:
        """Send the next act, a tick at once; with a fixed rate, what earns a reply waits for its turn."""
        if self._idle is not None and self._acts[channel][0].kind != "tick":
            self._idle.append(channel)
        else:
            self._send(channel, self._loop.time())

    def _send(self, channel: str, since: float) -> None:
        act = self._acts[channel].popleft()
        self._sent[act.number] = (since, channel if act.kind == "tick" else "")
        if act.kind != "tick":
            self._waiting[channel] = since
        if self._measuring:
            self._seen.inbound += 1
        self._slack.send(act.envelope)

    def _on_ack(self, number: str) -> None:
        since, channel = self._sent.pop(number, (None, ""))
        if since is not None and self._measuring:
            self._seen.ack_latencies.append(self._loop.time() - since)
        if channel and not self._over:
            self._go_on(channel)  # ticked: now the next, or the button

    def _on_post(self, channel: str, ts: str, body: dict[str, Any]) -> None:
        since = self._waiting.pop(channel, None)
        if since is None:
            return  # a card, a digest, or something said beside the conversation
        self._replies += 1
        if self._measuring:
            self._seen.replies += 1
            self._seen.reply_latencies.append(self._loop.time() - since)
            if self._wanted is not None and self._seen.replies == self._wanted[0]:
                self._measuring, self._over = False, True
                self._seen.stories = self._stories()
                self._wanted[1].set()
        try:
            self._acts[channel] = self._tellers[channel].next(read_post(ts, body), self._slack.ts())
        except Lost as error:
            self._lost = error
            return
        if not self._over:
            self._go_on(channel)


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
