"""A house for the digest room's tests: a real database, the real writer, a clock that is set by hand, and a sender.

`deliver` stands where delivery stands in the bot: it renders each row at the moment of sending, runs the gates, and
refuses what Slack would refuse. No Slack here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.digest import service
from bot.digest.rendering import KINDS
from bot.story.policy import Policy
from bot.weekly import WeeklyTime
from storage import decisions, editions, outbox, stories, surfaces, tellers
from storage.database import Database, Tx
from storage.records import (
    Edition,
    Naming,
    Op,
    OutboxRow,
    OutboxState,
    Part,
    Place,
    Story,
    StoryStatus,
    Verb,
    Version,
    VersionAnswer,
    VersionKind,
)
from storage.tables import EditionRow, OutboxRowTable, ScriptRow
from storage.writer import Writer
from tests.sending import TWO_NIGHTS, Sent, checked

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
DIGEST, REVIEW = "C0DIGEST", "C0REVIEW"
JOE, AMIRA = "U0JOE", "U0AMIRA"
TUESDAY = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
"""Tuesday 3 June 2025, 10am UK time: the start of most tests."""
FRIDAY = datetime(2025, 6, 6, 9, 0, tzinfo=UTC)
"""Friday 6 June, 10am UK time: the first slot after it."""
WEEK = timedelta(days=7)

POLICY = Policy(
    team_id="T0",
    bot_user_id="U0BOT",
    reviewers=frozenset({JOE, AMIRA}),
    review_channel=REVIEW,
    digest_channel=DIGEST,
    digest_name="info-stories",
    digest_members=140,
    zone=LONDON,
    digest_at=WeeklyTime(4, 10, 0),
    names={JOE: "Joe Lind", AMIRA: "Amira Shah"},
)


class House:
    """One workspace over a file, at an instant that tests move."""

    def __init__(self, database: Database, *, now: datetime = TUESDAY, policy: Policy = POLICY) -> None:
        self.now, self.policy, self.database = now, policy, database
        with database.write_engine.begin() as connection:
            self.workspace = tellers.add_workspace(Tx(connection, "", now), "T0", None).id
            Tx(connection, self.workspace, now).insert(ScriptRow, {"sha": "sha", "toml": "", "first_used_at": now})
        self.writer = Writer(self.database, self.workspace, lambda: self.now).start()
        self.sent: list[Sent] = []
        self._ts, self._why = 0, ""

    def close(self) -> None:
        self.writer.close()

    def do(self, work: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run a service function in the writer."""
        return self.writer.submit(lambda tx: work(tx, self.policy, *args, **kw)).result(10)

    def read(self, work: Callable[[Tx], T]) -> T:
        with self.database.reading(self.workspace, self.now) as tx:
            return work(tx)

    def set(self, **changes: Any) -> None:
        """Change settings."""
        self.policy = replace(self.policy, **changes)

    # ── stories ───────────────────────────────────────────────────────────────────────────────────────────────────

    def tell(
        self,
        answers: Sequence[tuple[Part, str, str]] = TWO_NIGHTS,
        *,
        title: str | None = None,
        credit: str | None = "Practitioner, Housing and homelessness",
        places: frozenset[Place] = frozenset({Place.DIGEST}),
        status: StoryStatus = StoryStatus.APPROVED,
        told: datetime | None = FRIDAY,
    ) -> Story:
        """A story, approved by Amira unless another status is wanted, whose teller was told of `told`."""
        if title is not None:
            answers = ((Part.TITLE, "Title", title), *answers[1:])

        def work(tx: Tx) -> Story:
            version = Version(
                story_id=tx.new_id(),
                n=1,
                kind=VersionKind.ORIGINAL,
                naming=Naming.ROLE_AND_ORGANISATION if credit else Naming.NONE,
                credit_line=credit,
                script_sha="sha",
                created_at=tx.now,
                answers=tuple(
                    VersionAnswer(f"p{place}", part, place, label, f"{label}?", value)
                    for place, (part, label, value) in enumerate(answers)
                ),
                places=places,
            )
            story = stories.add(tx, version, care=False, notice_version=1)
            tellers.set_author(tx, story.id, tellers.meet(tx, f"U0TELLER{story.number}").id, "draft")
            if status is StoryStatus.APPROVED:
                assert decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
                decisions.add(tx, story.id, 1, reviewer=AMIRA, verb=Verb.APPROVE)
                stories.change(tx, story.id, told_slot_at=told)
            elif status is not StoryStatus.SUBMITTED:
                stories.change(tx, story.id, status=status)
            return stories.get(tx, story.id)

        return self.writer.submit(work).result(10)

    def remove(self, story: Story) -> None:
        """Its teller takes it back."""
        self.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.REMOVED))

    def story(self, story: Story) -> Story:
        """The story as it stands."""
        return self.read(lambda tx: stories.get(tx, story.id))

    def editions(self) -> list[Edition]:
        """Every edition, by week."""
        ids = select(EditionRow.id).order_by(EditionRow.iso_year, EditionRow.iso_week)
        return self.read(lambda tx: [editions.get(tx, one) for one in tx.connection.execute(ids).scalars()])

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def deliver(self, *, park: str | None = None, why: str = "not_in_channel") -> list[Sent]:
        """Send what is due, in lanes; `park` is the kind that Slack refuses, and `why`. Returns what went out."""
        self._why = why
        return self.writer.submit(lambda tx: self._deliver(tx, park)).result(30)

    def _deliver(self, tx: Tx, park: str | None) -> list[Sent]:
        went: list[Sent] = []
        moved = True
        while moved:
            moved = False
            for lane in outbox.waiting_lanes(tx):
                while (row := outbox.next_in_lane(tx, lane)) is not None:
                    waits = None if row.depends_on is None else outbox.get(tx, row.depends_on)
                    if waits is not None and waits.state in (OutboxState.QUEUED, OutboxState.SENDING):
                        break
                    moved = True
                    if waits is not None and waits.state is not OutboxState.SENT:
                        outbox.mark_dropped(tx, row, "dependency")
                        continue
                    sent = self._send(tx, row, park)
                    went += [sent] if sent else []
        self.sent += went
        return went

    def _send(self, tx: Tx, row: OutboxRow, park: str | None) -> Sent | None:
        kind = KINDS[row.kind]
        if row.kind == park:
            outbox.mark_parked(tx, row, self._why)
            if kind.parked:
                kind.parked(tx, self.policy, outbox.get(tx, row.id))
            return None
        if row.op is Op.PERMALINK:
            outbox.mark_sent(tx, row, permalink=f"https://example.slack.com/archives/{DIGEST}/p{row.target}?a=1&b=2")
            return None
        closed = kind.gate(tx, self.policy, row) if kind.gate else None
        assert kind.render is not None
        rendered = None if closed else kind.render(tx, self.policy, row)
        if rendered is None:
            outbox.mark_dropped(tx, row, closed or "nothing left to say")
            return None
        checked(rendered)
        self._ts += 1
        outbox.mark_sent(tx, row, channel=row.recipient.partition(":")[2], ts=f"{self._ts}.000000")
        surfaces.show(tx, row.target or row.id, rendered.shows)
        if kind.sent:
            kind.sent(tx, self.policy, outbox.get(tx, row.id))
        return Sent(row, rendered)

    def went(self, kind: str) -> list[Sent]:
        """Everything of one kind that has gone out."""
        return [sent for sent in self.sent if sent.row.kind == kind]

    def waiting(self, kind: str) -> int:
        """How many rows of one kind are still to be sent."""
        waits = OutboxRowTable.state.in_([OutboxState.QUEUED, OutboxState.SENDING])
        counted = select(func.count()).where(OutboxRowTable.kind == kind, waits)
        return self.read(lambda tx: tx.connection.execute(counted).scalar_one())


def alive(house: House) -> None:
    """The bot notes that it is running."""
    house.do(lambda tx, policy: tellers.set_workspace(tx, last_alive_at=tx.now))


def at(house: House, now: datetime) -> datetime:
    """The scheduler looks at the clock at this instant; returns when it wants to look again."""
    house.now = now
    return house.do(service.tick)
