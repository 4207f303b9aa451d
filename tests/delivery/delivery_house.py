"""A house for delivery's tests: a rehearsed Slack, a real database and writer, and kinds that say what they are told.

A message of kind "note" says its `say`; `closed` shuts the gate on some, `render_fails` and
`hook_fails` are a room's own mistakes. Nothing here stands in for delivery or for Slack.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import aiohttp

from bot.clock import OffsetClock
from bot.delivery.client import make_client
from bot.delivery.outbox import Delivery, Identity, Patience
from bot.outgoing import File, Kind, Rendered
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import APP_ID, BOT_ID, BOT_USER_ID, REVIEW_CHANNEL, STORIES_CHANNEL
from bot.story.policy import Policy
from bot.weekly import WeeklyTime
from storage import outbox, tellers
from storage.database import Database, Tx
from storage.records import Message, OutboxRow, OutboxState
from storage.writer import Writer

T = TypeVar("T")

STORIES, REVIEW, SAM = f"channel:{STORIES_CHANNEL}", f"channel:{REVIEW_CHANNEL}", "U0SAM00001"
HASTY = Patience(
    first=0.02, longest=0.1, look_again=0.05, held_first=0.05, held_longest=0.1, limited=0.05, poll=0.05, stop=1.0
)
POLICY = Policy(
    team_id="T0",
    bot_user_id=BOT_USER_ID,
    reviewers=frozenset(),
    review_channel=REVIEW_CHANNEL,
    digest_channel=STORIES_CHANNEL,
    digest_name="info-stories",
    digest_members=None,
    zone=ZoneInfo("Europe/London"),
    digest_at=WeeklyTime(4, 10, 0),
)


async def until(condition: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Return once the condition holds; raise TimeoutError when it does not come to hold."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


class House:
    """One workspace, one database, and one delivery at a time."""

    def __init__(self, rehearsal: Rehearsal, database: Database, session: aiohttp.ClientSession) -> None:
        self.rehearsal, self.slack, self.faults = rehearsal, rehearsal.workspace, rehearsal.faults
        self.database, self.session = Database(database.url, busy_seconds=0.3), session
        if rehearsal.clock.file is None:
            raise ValueError("the bot reads the workspace's time from a file")
        self.clock = OffsetClock(rehearsal.clock.file)
        self.writer = Writer(self.database, "ws", self.clock.now, on_commit=self._on_commit).start()
        self.closed: dict[str, str] = {}
        self.hooked: list[tuple[str, str, str | None]] = []
        self.parked: list[tuple[str, str | None]] = []
        self.delivery: Delivery | None = None
        self._running: list[asyncio.Task[None]] = []
        say = Kind(render=self._render, gate=self._gate, sent=self._hook("sent"), parked=self._hook("parked"))
        self.kinds = {
            "note": say,
            "permalink": Kind(sent=self._hook("linked")),
            "file": Kind(render=self._file, sent=self._hook("sent"), instead=self._hook("instead")),
        }

    # ── the room that these messages belong to ────────────────────────────────────────────────────────────────────

    def _render(self, tx: Tx, _policy: Policy, row: OutboxRow) -> Rendered | None:
        if row.args.get("render_fails"):
            raise KeyError("a room's own mistake")
        say = row.args.get("say")
        if say is None:
            return None
        blocks = ({"type": "section", "text": {"type": "plain_text", "text": str(say)}},) if row.args.get("big") else ()
        return Rendered(str(say), blocks)

    def _file(self, tx: Tx, _policy: Policy, row: OutboxRow) -> Rendered | None:
        said = str(row.args["say"])
        return Rendered("Every word of it:", file=File("words.json", "Words", said.encode()))

    def _gate(self, tx: Tx, _policy: Policy, row: OutboxRow) -> str | None:
        return self.closed.get(row.id)

    def _hook(self, name: str) -> Callable[[Tx, Policy, OutboxRow], None]:
        def hook(tx: Tx, _policy: Policy, row: OutboxRow) -> None:
            self.hooked.append((name, row.id, row.ts))
            if row.args.get("hook_fails"):
                raise KeyError("a room's own mistake")

        return hook

    # ── starting and ending ───────────────────────────────────────────────────────────────────────────────────────

    def start(self, **settings: Any) -> Delivery:
        """Start a delivery over the database, as a bot that has just been started does; one at a time."""
        return self.run(self.make(**settings))

    def make(
        self,
        *,
        pace: float = 0.0,
        patience: Patience = HASTY,
        identity: Identity | None = None,
        api_url: str | None = None,
    ) -> Delivery:
        """Make a delivery that does not run yet."""
        if self.delivery is not None:
            raise ValueError("one bot per database")
        self.delivery = Delivery(
            database=self.database,
            writer=self.writer,
            workspace="ws",
            clock=self.clock,
            policy=lambda: POLICY,
            kinds=self.kinds,
            client=make_client(self.slack.bot_token, api_url or self.rehearsal.api_url, self.session),
            identity=identity or Identity(BOT_USER_ID, BOT_ID, APP_ID),
            pace=pace,
            on_parked=lambda tx, row: self.parked.append((row.id, row.reason)),
            patience=patience,
        )
        return self.delivery

    def run(self, delivery: Delivery) -> Delivery:
        """Let it run."""
        self._running.append(asyncio.create_task(delivery.run()))
        return delivery

    async def kill(self) -> None:
        """End the delivery without letting it conclude anything."""
        self.delivery = None
        for lane in [task for task in asyncio.all_tasks() if task.get_name() in ("lane", "begin", "alarm", "poll")]:
            lane.cancel()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def stop(self) -> None:
        """Stop the delivery as a bot does that is told to."""
        if self.delivery is not None:
            await self.delivery.stop()
        self.delivery = None
        await asyncio.gather(*self._running, return_exceptions=True)

    async def close(self) -> None:
        await self.stop()
        self.writer.close()
        self.database.close()

    def _on_commit(self, lanes: set[str]) -> None:
        if self.delivery is not None:
            self.delivery.nudge(lanes)

    # ── what tests do and see ─────────────────────────────────────────────────────────────────────────────────────

    async def do(self, work: Callable[[Tx], T]) -> T:
        return await self.writer.run(work)

    async def put(self, say: str | None = "Hello.", recipient: str = STORIES, **fields: Any) -> str:
        """Put a message in the outbox; returns its id."""
        return await self.do(self.enqueueing(say, recipient, **fields))

    def enqueueing(self, say: str | None, recipient: str = STORIES, **fields: Any) -> Callable[[Tx], str]:
        """The work that puts a message in the outbox."""
        args = {"say": say, **fields.pop("args", {})}
        message = Message(fields.pop("kind", "note"), recipient, args=args, **fields)
        return lambda tx: outbox.enqueue(tx, message)

    def another_writer(self) -> Writer:
        """A writer over connections of its own, as another process has."""
        return Writer(Database(self.database.url), "ws", self.clock.now).start()

    async def teller_of(self, slack_user_id: str) -> str:
        """The recipient that is somebody the bot has never written to."""
        met = await self.do(lambda tx: tellers.meet(tx, slack_user_id))
        return f"teller:{met.id}"

    async def teller(self, slack_user_id: str = SAM, *, known: bool = True) -> str:
        """The recipient that is this person, whose direct message is known or still to be opened."""
        channel = self.slack.direct_message(slack_user_id).id if known else None
        met = await self.do(lambda tx: tellers.meet(tx, slack_user_id, dm_channel=channel))
        return f"teller:{met.id}"

    def row(self, outbox_id: str) -> OutboxRow:
        with self.database.reading("ws", self.clock.now()) as tx:
            return outbox.get(tx, outbox_id)

    def outcome(self, outbox_id: str) -> tuple[str, str | None]:
        """What has become of a message: its state and the reason."""
        row = self.row(outbox_id)
        return row.state.value, row.reason

    async def settled(self, *ids: str, seconds: float = 30.0) -> None:
        """Return once none of these waits any longer."""
        waiting = (OutboxState.QUEUED, OutboxState.SENDING)
        await until(lambda: all(self.row(each).state not in waiting for each in ids), seconds=seconds)

    async def drained(self, *, seconds: float = 30.0) -> None:
        if self.delivery is None:
            raise ValueError("nothing is being delivered")
        async with asyncio.timeout(seconds):
            await self.delivery.drained()

    def posts(self, channel: str = STORIES_CHANNEL) -> list[Post]:
        return list(self.slack.conversations[channel].posts.values())

    def texts(self, channel: str = STORIES_CHANNEL) -> list[str]:
        return [post.text for post in self.posts(channel)]

    def direct(self, slack_user_id: str = SAM) -> list[str]:
        return self.texts(self.slack.direct_message(slack_user_id).id)

    def calls(self, method: str) -> int:
        """How often a method was called."""
        return len(self.rehearsal.log.of(method, "called"))

    def later(self, **by: Any) -> datetime:
        """A time after now."""
        return self.clock.now() + timedelta(**by)
