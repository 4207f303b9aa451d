"""A house for the intake room's tests: a real database and writer, a time set by hand, a chat that shows what was sent.

`deliver` stands where delivery stands in the bot: it asks delivery's own rules what is next in each lane, refuses what
Slack would refuse, and runs the hooks of what was sent. `Person` in `intake_person.py` types and presses.
"""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from bot.delivery.errands import Errand, next_errand
from bot.intake import missed, rendering, waking
from bot.intake.script import Script
from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.outgoing import Rendered
from bot.rehearsal.slack.validation import check_message
from bot.story.policy import Policy
from bot.weekly import WeeklyTime
from storage import drafts, outbox, stories, tellers
from storage.database import Database, Tx
from storage.records import Draft, DraftState, Op, OutboxRow, OutboxState, Story, Version
from storage.tables import Base
from storage.types import Words
from storage.writer import Writer
from tests.sending import texts

T = TypeVar("T")
DEFAULT = load_script(None)
TUESDAY = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
"""Tuesday 3 June 2025, 10am UK time: the start of every test."""

POLICY = Policy(
    team_id="T0TEAM",
    bot_user_id="U0BOT",
    reviewers=frozenset({"U0AMIRA"}),
    review_channel="C0REVIEW",
    digest_channel="C0STORIES",
    digest_name="info-stories",
    digest_members=140,
    zone=ZoneInfo("Europe/London"),
    digest_at=WeeklyTime(4, 10, 0),
)


@dataclass
class Shown:
    """A message as it stands in the chat."""

    row: OutboxRow
    channel: str
    ts: str
    rendered: Rendered
    thread_ts: str | None
    whisper: bool = False
    changes: int = 0
    ticked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What its reader has ticked since it was rendered, by action id."""

    @property
    def words(self) -> str:
        """Every text of its blocks, in order; buttons too."""
        return "\n".join(texts(list(self.rendered.blocks)))

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Its buttons by what they say; a label that stands there twice is kept for the first."""
        found: dict[str, dict[str, Any]] = {}
        for element in elements(list(self.rendered.blocks)):
            if element["type"] == "button":
                found.setdefault(element["text"]["text"], element)
        return found


def elements(blocks: list[Any]) -> list[dict[str, Any]]:
    """Every element that can be pressed or ticked, in order."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block[key] for key in ("accessory", "element") if key in block]
    return found


@dataclass(frozen=True)
class Moment:
    """A house at one instant: its database file, its chat, its time."""

    file: Path
    now: datetime
    chat: dict[tuple[str, str], Shown]
    count: int


class Benches:
    """Databases that serve one test after another, each from a file of its own choosing.

    They stay open because what takes time is not the copying but SQLAlchemy's learning of every statement anew.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._benches: list[Database] = []
        self._used = 0

    def next(self, file: Path) -> Database:
        """A database with what is in this file."""
        if self._used == len(self._benches):
            self._benches.append(self._made(self._directory / f"bench{self._used}.db"))
        database = self._benches[self._used]
        self._used += 1
        for end in ("-wal", "-shm"):
            database.path.with_name(database.path.name + end).unlink(missing_ok=True)
        shutil.copy(file, database.path)
        return database

    def clear(self) -> None:
        """Every bench is free for the next test."""
        self._used = 0
        for database in self._benches:
            database.close()

    @staticmethod
    def _made(path: Path) -> Database:
        database = Database(f"sqlite:///{path}", busy_seconds=2.0)

        @event.listens_for(database.write_engine, "connect")
        def in_a_hurry(raw: Any, _record: Any) -> None:
            raw.execute("PRAGMA synchronous=OFF")  # no test here pulls the plug, and waiting for the disk takes minutes

        return database


class House:
    """One workspace over a file, at an instant that tests move."""

    def __init__(self, database: Database, *, script: Script | None = None, begun: "Moment | None" = None) -> None:
        self.database, self.now, self.policy = database, TUESDAY if begun is None else begun.now, POLICY
        with database.write_engine.begin() as connection:
            self.workspace = tellers.add_workspace(Tx(connection, "", self.now), "T0TEAM", None).id
        self.writer = Writer(database, self.workspace, lambda: self.now).start()
        self.shelf = Shelf(script or DEFAULT)
        self.kinds = rendering.kinds(self.shelf)
        self.chat: dict[tuple[str, str], Shown] = {}
        self.log: list[Shown] = []
        """Every rendering in the order it went out."""
        self.asleep = False
        """Slack answers nothing: what is to be sent waits."""
        self.refused: set[str] = set()
        """Kinds of message that Slack will not post."""
        self._count = 0
        if begun is not None:
            self.chat, self._count = deepcopy(begun.chat), begun.count

    def close(self) -> None:
        self.writer.close()

    def moment(self, directory: Path) -> "Moment":
        """Everything as it stands now, to go on from again and again."""
        self.checkpoint()
        copy = directory / f"{len(list(directory.iterdir()))}.db"
        shutil.copy(self.database.path, copy)
        return Moment(copy, self.now, deepcopy(self.chat), self._count)

    def do(self, work: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run a service function in the writer, a moment later than what was done before; then send what is due."""
        self.now += timedelta(milliseconds=100)
        done = self.writer.submit(lambda tx: work(tx, self.policy, *args, **kw)).result(10)
        self.deliver()
        return done

    def read(self, work: Callable[[Tx], T]) -> T:
        with self.database.reading(self.workspace, self.now) as tx:
            return work(tx)

    def next_ts(self) -> str:
        """A `ts` of this moment, later than every one before."""
        self._count += 1
        return f"{int(self.now.timestamp())}.{self._count:06d}"

    def wait(self, **span: float) -> None:
        """Let time pass, and send what has become due."""
        self.now += timedelta(**span)
        self.deliver()

    def wake(self) -> None:
        """What the scheduler does when something is due for a draft."""
        self.do(waking.wake)

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def deliver(self) -> None:
        """Send what is due, lane by lane."""
        while not self.asleep and self.writer.submit(self._round).result(10):
            self.now += timedelta(milliseconds=10)

    def _round(self, tx: Tx) -> int:
        lanes = sorted(outbox.waiting_lanes(tx), key=lambda lane: lane.startswith("tidy:"))
        return sum(self._turn(tx, lane) for lane in lanes)

    def _turn(self, tx: Tx, lane: str) -> bool:
        errand = next_errand(tx, self.policy, kinds=self.kinds, lane=lane)
        if not isinstance(errand, Errand):
            return False
        row = errand.row
        if row.kind not in self.kinds:  # another room's: here it only counts as sent
            return outbox.mark_sent(tx, row, channel="C0REVIEW", ts=self.next_ts()) is not None
        assert errand.impossible is None, (row.kind, row.args, errand.impossible)
        if errand.closed is not None:
            return outbox.mark_dropped(tx, row, errand.closed) is not None
        if row.op is Op.POST and row.kind in self.refused:
            return outbox.mark_parked(tx, row, "restricted_action") is not None
        ts = self._in_chat(errand)
        settled = outbox.mark_sent(tx, row, channel=errand.channel, ts=ts)
        sent = self.kinds[row.kind].sent
        if sent is not None and settled is not None:
            assert settled.row == outbox.get(tx, row.id)
            sent(tx, self.policy, settled.row)
        return True

    def _in_chat(self, errand: Errand) -> str | None:
        """What Slack makes of the call; returns the new message's `ts`."""
        row, channel = errand.row, errand.channel or "D0SOMEBODY"
        if row.op is Op.DELETE:
            self.chat.pop((channel, errand.target_ts or ""), None)  # gone already is as good
            return None
        rendered = errand.rendered
        assert rendered is not None
        problems = check_message({"text": rendered.text, "blocks": list(rendered.blocks)})
        assert problems == [] and rendered.text and len(rendered.text) <= 4000, problems
        if row.op is Op.UPDATE:
            old = self.chat[channel, errand.target_ts or ""]
            new = replace(old, row=row, rendered=rendered, changes=old.changes + 1, ticked={})
        else:
            whisper = row.op is Op.WHISPER
            new = Shown(row, channel, self.next_ts(), rendered, errand.thread_ts, whisper)
        self.chat[channel, new.ts] = new
        self.log.append(new)
        return new.ts if row.op is Op.POST else None

    # ── what is on the screen ─────────────────────────────────────────────────────────────────────────────────────

    def screen(self, channel: str) -> list[Shown]:
        """The messages that stand in a conversation, oldest first."""
        return [shown for (place, _), shown in sorted(self.chat.items()) if place == channel]

    # ── what is in the database ───────────────────────────────────────────────────────────────────────────────────

    def story(self, number: int = 1) -> Story:
        story = self.read(lambda tx: stories.find_by_number(tx, number))
        assert story is not None
        return story

    def version(self, number: int = 1) -> Version:
        """The story's current version."""
        story = self.story(number)
        return self.read(lambda tx: stories.version(tx, story.id, story.current_version))

    def words_of(self, number: int = 1) -> dict[str, str]:
        """The story's words by prompt."""
        return {answer.prompt_id: answer.value for answer in self.version(number).answers}

    def file_holds(self, words: str) -> bool:
        """Whether these words stand anywhere in the database file, or in the log beside it."""
        self.checkpoint()
        beside = [self.database.path.with_name(self.database.path.name + end) for end in ("", "-wal", "-shm")]
        return any(words.encode() in path.read_bytes() for path in beside if path.exists())

    def words_kept(self) -> list[str]:
        """Everything in every column that holds what people wrote."""
        kept = [column for table in Base.metadata.sorted_tables for column in table.columns]
        kept = [column for column in kept if isinstance(column.type, Words)]

        def read(tx: Tx) -> list[str]:
            return [one for column in kept for one in tx.connection.execute(select(column)).scalars() if one]

        return self.read(read)

    def state_of(self, draft_id: str) -> DraftState:
        return self.read(lambda tx: drafts.get(tx, draft_id)).state

    def checkpoint(self) -> None:
        """Bring everything that was committed into the one file."""
        self.writer.submit(lambda tx: None).result(10)
        with self.database.write_engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def draft(self, user_id: str) -> Draft | None:
        """The draft that hears what this person types."""

        def find(tx: Tx) -> Draft | None:
            teller = tellers.find_teller(tx, user_id)
            return None if teller is None else drafts.find_open(tx, teller.id)

        return self.read(find)

    def fragments(self, draft_id: str) -> list[tuple[str | None, str]]:
        """The prompt and words of every message that counts, in order."""
        return [(one.prompt_id, one.text) for one in self.read(lambda tx: drafts.fragments(tx, draft_id))]

    def waiting(self) -> int:
        """How many messages are still to be sent."""
        return self.read(outbox.waiting)

    def rows(self, state: OutboxState) -> list[OutboxRow]:
        return [row for lane in self.read(outbox.waiting_lanes) if (row := self._head(lane)) and row.state is state]

    def _head(self, lane: str) -> OutboxRow | None:
        return self.read(lambda tx: outbox.next_in_lane(tx, lane))

    def recover(self, draft_id: str, messages: list[Any], **how: Any) -> int:
        """Hand over what was read back from Slack."""
        how.setdefault("away", None)
        return self.do(missed.take_recovered, self.shelf, draft_id, messages, **how)
