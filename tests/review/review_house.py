"""A house for the review room's tests: a real database and writer, a time set by hand, and a sender.

`deliver` stands where delivery stands in the bot: it runs the gates, renders each row at the moment of sending and
refuses what Slack would refuse. `Desk` does the same against the rehearsal workspace, with the room's listeners bound.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.outgoing import Kinds, Rendered
from bot.rehearsal.slack.workspace import BOT_USER_ID, REVIEW_CHANNEL, REVIEWERS, STORIES_CHANNEL
from bot.review.rendering import KINDS
from bot.review.rules import At
from bot.story import tidings
from bot.story.policy import Policy
from bot.weekly import WeeklyTime
from storage import drafts, outbox, permissions, stories, tellers
from storage.database import Database, Tx
from storage.records import (
    Naming,
    OutboxRow,
    OutboxState,
    Part,
    Place,
    Story,
    Version,
    VersionAnswer,
    VersionKind,
)
from storage.writer import Writer
from tests.sending import TWO_NIGHTS, Sent, checked

T = TypeVar("T")
AMIRA, JOE = REVIEWERS
SAM, RAE = "U0TELLER01", "U0READER01"
TUESDAY = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
"""Tuesday 3 June 2025, 10am UK time: the start of most tests."""

POLICY = Policy(
    team_id="T0",
    bot_user_id=BOT_USER_ID,
    reviewers=frozenset(REVIEWERS),
    review_channel=REVIEW_CHANNEL,
    digest_channel=STORIES_CHANNEL,
    digest_name="info-stories",
    digest_members=140,
    zone=ZoneInfo("Europe/London"),
    digest_at=WeeklyTime(4, 10, 0),
    names={AMIRA: "Amira Shah", JOE: "Joe Lind"},
)

UNTITLED = TWO_NIGHTS[1:]


def version_of(
    answers: Sequence[tuple[Part, str, str]] = TWO_NIGHTS,
    *,
    story_id: str = "story",
    n: int = 1,
    naming: Naming = Naming.ROLE_AND_ORGANISATION,
    credit: str | None = "Practitioner, Housing and homelessness",
    places: frozenset[Place] = frozenset({Place.DIGEST, Place.STAFF_STORYBOOK}),
    changed: tuple[str, ...] = (),
    at: datetime = TUESDAY,
) -> Version:
    """A version; prompt ids are p0, p1 and so on, in order."""
    return Version(
        story_id=story_id,
        n=n,
        kind=VersionKind.ORIGINAL if n == 1 else VersionKind.CHANGED,
        naming=naming,
        credit_line=None if naming is Naming.NONE else credit,
        script_sha="sha",
        created_at=at,
        answers=tuple(
            VersionAnswer(
                f"p{place}",
                part,
                place,
                label,
                f"{label}?",
                value,
                (value,) if part in (Part.KIND, Part.SERVICES) else (),
            )
            for place, (part, label, value) in enumerate(answers)
        ),
        places=places,
        changed_prompts=changed,
    )


class House:
    """One workspace over a file, at an instant that tests move."""

    kinds: Kinds = KINDS

    def __init__(
        self, database: Database, *, now: datetime = TUESDAY, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.database, self.now, self.policy = database, now, POLICY
        self.clock = clock or (lambda: self.now)
        with database.write_engine.begin() as connection:
            self.workspace = tellers.add_workspace(Tx(connection, "", now), "T0", None).id
        self.writer = Writer(database, self.workspace, self.clock).start()
        self.writer.submit(lambda tx: drafts.remember_script(tx, "sha", "")).result(10)
        self.sent: list[Sent] = []
        self._ts = 0

    def close(self) -> None:
        self.writer.close()

    def do(self, work: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run a service function in the writer, a second later than what was done before."""
        self.now += timedelta(seconds=1)
        return self.writer.submit(lambda tx: work(tx, self.policy, *args, **kw)).result(10)

    def read(self, work: Callable[[Tx], T]) -> T:
        with self.database.reading(self.workspace, self.clock()) as tx:
            return work(tx)

    # ── stories ───────────────────────────────────────────────────────────────────────────────────────────────────

    def tell(
        self,
        answers: Sequence[tuple[Part, str, str]] = TWO_NIGHTS,
        *,
        by: str = SAM,
        care: bool = False,
        deliver: bool = True,
        **parts: Any,
    ) -> Story:
        """A story that was sent for review; its card is out unless `deliver` is false."""

        def work(tx: Tx, policy: Policy) -> Story:
            version = version_of(answers, story_id=tx.new_id(), at=tx.now, **parts)
            story = stories.add(tx, version, care=care, notice_version=1)
            permissions.confirm(tx, story.id, 1, taken_out=not care, notice_version=1)
            tellers.set_author(tx, story.id, tellers.meet(tx, by).id, "draft")
            tidings.put_card(tx, policy, version)
            return story

        story = self.do(work)
        if deliver:
            self.deliver()
        return story

    def tell_again(self, story: Story, answers: Sequence[tuple[Part, str, str]], **parts: Any) -> Version:
        """A newer version of a story, with its card in line."""
        deliver = parts.pop("deliver", True)

        def work(tx: Tx, policy: Policy) -> Version:
            n = stories.get(tx, story.id).current_version + 1
            version = version_of(answers, story_id=story.id, n=n, at=tx.now, **parts)
            assert stories.submit_again(tx, story.id, version, notice_version=1, care=False)
            tidings.put_card(tx, policy, version)
            return version

        version = self.do(work)
        if deliver:
            self.deliver()
        return version

    def story(self, story: Story) -> Story:
        """The story as it stands."""
        return self.read(lambda tx: stories.get(tx, story.id))

    def at(self, story: Story) -> At:
        """What the buttons of its newest card name."""
        return At(story.id, self.story(story).current_version)

    def set_story(self, story: Story, **values: Any) -> None:
        """Something that other rooms do to a story."""
        self.do(lambda tx, policy: stories.change(tx, story.id, **values))

    def remove(self, story: Story) -> None:
        """Its teller takes it back: words and decisions go."""

        def work(tx: Tx, policy: Policy) -> None:
            stories.remove(tx, story.id)
            tidings.refresh_cards(tx, policy, story.id)

        self.do(work)

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def deliver(self) -> list[Sent]:
        """Send what is due, in lanes; returns what went out."""
        went: list[Sent] = []
        while batch := self.writer.submit(self.due).result(10):
            for row, rendered in batch:
                self._ts += 1
                self.settle(row, row.recipient.partition(":")[2], f"{self._ts}.000000")
                went.append(Sent(row, rendered))
        self.sent += went
        return went

    def due(self, tx: Tx) -> list[tuple[OutboxRow, Rendered]]:
        due: list[tuple[OutboxRow, Rendered]] = []
        for lane in outbox.waiting_lanes(tx):
            while (row := outbox.next_in_lane(tx, lane)) is not None:
                rendered = self._render(tx, row)
                if rendered is not None:
                    due.append((row, rendered))
                    break
        return due

    def _render(self, tx: Tx, row: OutboxRow) -> Rendered | None:
        kind = self.kinds.get(row.kind)
        if kind is None:  # another room's: here it only counts as sent
            outbox.mark_sent(tx, row)
            return None
        closed = kind.gate(tx, self.policy, row) if kind.gate else None
        assert kind.render is not None
        rendered = None if closed else kind.render(tx, self.policy, row)
        if rendered is None:
            outbox.mark_dropped(tx, row, closed or "nothing left to say")
            return None
        checked(rendered)
        return rendered

    def settle(self, row: OutboxRow, channel: str, ts: str) -> None:
        """Mark a row sent, with its hook."""

        def work(tx: Tx) -> None:
            outbox.mark_sent(tx, row, channel=channel, ts=ts)
            kind = self.kinds[row.kind]
            if kind.sent:
                kind.sent(tx, self.policy, outbox.get(tx, row.id))

        self.writer.submit(work).result(10)

    def went(self, kind: str) -> list[Sent]:
        """Everything of one kind that has gone out."""
        return [sent for sent in self.sent if sent.row.kind == kind]

    def card(self, story: Story, n: int = 1) -> Sent:
        """A version's card as it stands in the channel now."""
        return [s for s in self.went(tidings.CARD) if (s.row.story_id, s.row.version) == (story.id, n)][-1]

    def rows(self, story: Story, kind: str) -> Sequence[OutboxRow]:
        return self.read(lambda tx: outbox.of_story(tx, story.id, kind))

    def park(self, row_id: str, reason: str) -> OutboxRow:
        """A row that Slack refused for good."""

        def work(tx: Tx) -> OutboxRow:
            row = outbox.get(tx, row_id)
            assert row.state in (OutboxState.QUEUED, OutboxState.SENDING)
            outbox.mark_parked(tx, row, reason)
            return outbox.get(tx, row_id)

        return self.writer.submit(work).result(10)
