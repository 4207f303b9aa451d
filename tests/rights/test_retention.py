"""What goes when its time has come, what stays until then, and what is said of it: kinds and counts."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.digest import service as digest
from bot.review import service as review
from bot.review.rules import At
from bot.rights import retention
from bot.rights.months import months_before
from bot.rights.retention import Kind
from bot.story import tidings
from storage import audit, inbox, outbox, stories, tellers
from storage.database import Database
from storage.records import Message, OutboxState, Story, StoryStatus
from tests.digest.digest_house import AMIRA, FRIDAY
from tests.rights.permission_house import House

WORDS = "Two nights"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, whose digest goes out on Fridays at 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


def told(house: House) -> dict[Kind, tuple[int, int | None]]:
    """What would go now and what has gone, by kind."""
    return {line.kind: (line.would_go, line.gone) for line in house.read(lambda tx: retention.table(tx, house.policy))}


def test_a_declined_story_goes_with_its_words(house: House) -> None:
    """Thirty days after a story was declined none of its words is left, in the database or in what the bot posted."""
    story = house.tell(status=StoryStatus.SUBMITTED)
    house.do(lambda tx, policy: tidings.put_card(tx, policy, stories.version(tx, story.id, 1)))
    house.deliver()
    house.do(review.decline, by=AMIRA, target=At(story.id, 1), comment="Too little.")
    house.deliver()
    assert WORDS in house.seen()
    house.now += timedelta(days=30)
    house.do(retention.purge)
    assert house.story(story).status is StoryStatus.DECLINED
    house.now += timedelta(seconds=1)
    assert told(house)[Kind.DECLINED] == (1, 0)
    house.do(retention.purge)
    house.deliver()
    assert house.story(story).status is StoryStatus.REMOVED
    assert WORDS not in house.seen() and "Too little" not in house.seen()
    assert house.read(lambda tx: stories.find_version(tx, story.id, 1)) is None
    assert told(house)[Kind.DECLINED] == (0, 1)


def test_a_declined_story_that_is_being_changed_stays(house: House) -> None:
    """What its teller is working on is not taken from under them."""
    story = house.tell(status=StoryStatus.DECLINED)
    house.do(lambda tx, policy: tellers.set_change_draft(tx, story.id, "draft2"))
    house.now += timedelta(days=40)
    house.do(retention.purge)
    assert house.story(story).status is StoryStatus.DECLINED


@pytest.mark.parametrize(("credit", "unlinked"), [(None, True), ("A nurse", False)])
def test_who_told_a_no_name_story_is_forgotten_after_a_year(house: House, credit: str | None, unlinked: bool) -> None:
    """Twelve months after its digest nothing says who told a story that names nobody; others stay linked."""
    story = house.tell(credit=credit)
    house.now = FRIDAY
    house.do(digest.tick)
    house.deliver()
    house.now = FRIDAY.replace(year=2026) - timedelta(seconds=1)
    house.do(retention.purge)
    assert house.read(lambda tx: tellers.find_author(tx, story.id)) is not None
    house.now += timedelta(seconds=2)
    house.do(retention.purge)
    assert (house.read(lambda tx: tellers.find_author(tx, story.id)) is None) is unlinked
    assert house.story(story).status is StoryStatus.POSTED
    assert told(house)[Kind.LINKS] == (0, int(unlinked))


def test_the_link_stays_while_something_is_being_said(house: House) -> None:
    """While a message to its teller is on its way the link is not cut; what only waits is not said any more."""
    story = house.tell(credit=None)
    house.now = FRIDAY
    house.do(digest.tick)
    house.deliver()
    house.now = FRIDAY.replace(year=2026) + timedelta(days=1)
    for kind in ("first", "second"):
        told = Message(kind, tidings.author(story.id), story_id=story.id, key=kind)
        house.do(lambda tx, policy, told=told: outbox.enqueue(tx, told))
    house.do(retention.purge)
    assert house.read(lambda tx: tellers.find_author(tx, story.id)) is not None
    first = house.read(lambda tx: outbox.find_by_key(tx, "first"))
    assert first is not None and first.state is OutboxState.SENDING
    house.do(lambda tx, policy: outbox.mark_parked(tx, first, "no_author"))
    second = house.read(lambda tx: outbox.find_by_key(tx, "second"))
    assert second is not None and second.state is OutboxState.SENDING, "the turn is handed on"
    house.do(lambda tx, policy: outbox.mark_dropped(tx, second, "superseded"))
    later = Message("third", tidings.author(story.id), story_id=story.id, due_at=house.now + timedelta(days=1))
    house.do(lambda tx, policy: outbox.enqueue(tx, later))
    house.do(retention.purge)
    assert house.read(lambda tx: tellers.find_author(tx, story.id)) is None
    assert not house.read(lambda tx: outbox.waiting_lanes(tx))
    assert told_of(house, story) == []


def told_of(house: House, story: Story) -> list[str]:
    """Kinds of the rows that are addressed to whoever told the story."""
    statement = "SELECT kind FROM outbox WHERE recipient = ?"
    return house.read(
        lambda tx: [row[0] for row in tx.connection.exec_driver_sql(statement, (tidings.author(story.id),))]
    )


def test_keys_and_bodies_go(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Keys go after 30 days, bodies after 24 hours; the log says how many and nothing of what they were."""
    house.do(lambda tx, policy: inbox.remember(tx, "event:Ev0CANARY"))
    house.do(
        lambda tx, policy: inbox.park(tx, key="event:Ev1CANARY", reason="ValueError", kept=inbox.Kept("U1", "CANARY"))
    )
    house.now += timedelta(hours=25)
    assert told(house)[Kind.BODIES] == (1, 0)
    with caplog.at_level(logging.DEBUG):
        house.do(retention.purge)
        assert told(house)[Kind.KEYS] == (0, 0) and told(house)[Kind.BODIES] == (0, 1)
        house.now += timedelta(days=31)
        house.do(retention.purge)
    assert told(house)[Kind.KEYS] == (0, 1)
    said = [record.getMessage() for record in caplog.records if record.name == retention.__name__]
    assert said == ["purged kind=parked_bodies count=1", "purged kind=inbox_keys count=1"]


def test_the_settings_decide(house: House) -> None:
    """Each time is a setting: a shorter one takes effect at the next look."""
    house.do(lambda tx, policy: inbox.remember(tx, "event:Ev0"))
    house.now += timedelta(days=3)
    house.set(inbox_days=1)
    assert told(house)[Kind.KEYS] == (1, 0)


def test_whole_months_of_the_trail_go(house: House) -> None:
    """After 24 months the oldest whole month of the trail goes, and what is left still verifies."""
    story = house.tell(status=StoryStatus.SUBMITTED)

    def put() -> None:
        house.do(
            lambda tx, policy: audit.record(
                tx, actor=audit.SYSTEM, verb="look", story=story.id, surface=audit.Surface.SCHEDULER
            )
        )

    put()
    house.now = datetime(2027, 6, 30, 23, tzinfo=UTC)
    house.do(retention.purge)
    assert [entry.verb for entry in house.read(lambda tx: audit.of_story(tx, story.id))] == ["look"]
    house.now = datetime(2027, 7, 1, 0, tzinfo=UTC)
    assert told(house)[Kind.AUDIT] == (1, 0)
    house.do(retention.purge)
    assert house.read(lambda tx: audit.of_story(tx, story.id)) == []
    assert house.read(audit.check) is None
    assert told(house)[Kind.AUDIT] == (0, 1)


@pytest.mark.parametrize(
    ("months", "before"),
    [(1, datetime(2025, 4, 30, tzinfo=UTC)), (3, datetime(2025, 2, 28, tzinfo=UTC)),
     (12, datetime(2024, 5, 31, tzinfo=UTC)), (15, datetime(2024, 2, 29, tzinfo=UTC))],
)  # fmt: skip
def test_months_are_the_calendars(months: int, before: datetime) -> None:
    """So many months before 31 May is the same day, or the last of a shorter month."""
    assert months_before(datetime(2025, 5, 31, tzinfo=UTC), months) == before


def test_a_quiet_hour_leaves_nothing(house: House) -> None:
    """When nothing has come to its time, nothing is recorded and nothing changes."""
    before = house.read(audit.head)
    assert house.do(retention.purge) == house.now + retention.EVERY
    assert house.read(audit.head) == before
