"""What the heartbeat counts: the stories of the seven days before an edition, and what waits now."""

from datetime import timedelta

from digest_house import AMIRA, FRIDAY, TUESDAY, WEEK, House

from bot.digest import loading
from storage import decisions
from storage.database import Tx
from storage.records import Story, StoryStatus, Verb

HOUR = timedelta(hours=1)


def test_the_week_is_counted_whatever_became_of_its_stories(house: House) -> None:
    """Every story sent within the seven days counts, its last moment included and its first not, in any state."""
    for at in (FRIDAY - WEEK - HOUR, FRIDAY - WEEK, FRIDAY + HOUR):
        house.now = at
        house.tell()
    for status in StoryStatus:
        house.now = TUESDAY
        house.tell(status=status)
    house.now = FRIDAY
    house.tell()
    week = house.read(lambda tx: loading.week_counts(tx, FRIDAY))
    assert week.sent == len(StoryStatus) + 1


def test_the_queue_is_as_old_as_the_story_that_has_waited_longest(house: House) -> None:
    """What waits counts however long ago it was sent; nothing waits when all is decided."""
    house.tell()
    assert house.read(lambda tx: loading.week_counts(tx, tx.now)).oldest is None
    house.now = FRIDAY - 3 * WEEK
    house.tell(status=StoryStatus.SUBMITTED)
    house.now = FRIDAY - HOUR
    house.tell(status=StoryStatus.SUBMITTED)
    house.now = FRIDAY
    week = house.read(lambda tx: loading.week_counts(tx, FRIDAY))
    assert (week.sent, week.waiting, week.oldest) == (2, 2, "21 days")


def test_an_approval_that_was_undone_is_none(house: House) -> None:
    """A story counts as what it was decided as in the end: undone it waits, and what is decided again counts once."""

    def decide(story: Story, verb: Verb) -> None:
        def work(tx: Tx) -> None:
            assert decisions.decide(tx, story.id, 1, verb, by=AMIRA) is verb
            decisions.add(tx, story.id, 1, reviewer=AMIRA, verb=verb)

        house.now += HOUR
        house.writer.submit(work).result(10)

    undone, declined, approved = house.tell(), house.tell(), house.tell()
    for story in (undone, declined, approved):
        decide(story, Verb.UNDO)
    decide(declined, Verb.DECLINE)
    decide(approved, Verb.APPROVE)
    week = house.read(lambda tx: loading.week_counts(tx, FRIDAY))
    assert (week.sent, week.approved, week.declined, week.waiting) == (3, 1, 1, 1)
