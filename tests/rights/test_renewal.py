"""Two years on: a teller is asked whether a story may stay, and without an answer it is shown nowhere."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.digest import service as digest
from bot.rehearsal.slack.validation import check_message
from bot.rights import renewal, renewal_blocks, retention
from bot.rights.retention import Kind
from bot.story.taking_back import NOT_YOURS
from storage import audit, permissions, stories
from storage.database import Database
from storage.records import Place, Story, StoryStatus
from tests.digest.digest_house import FRIDAY
from tests.rights.permission_house import NOTICE, House
from tests.sending import Sent

WORDS = "Two nights"
TWO_YEARS = FRIDAY.replace(year=2027)


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


def published(house: House, **how: object) -> Story:
    """A story that went out on Friday 6 June 2025."""
    story = house.tell(**how)  # type: ignore[arg-type]  # whatever `tell` takes
    house.now = FRIDAY
    house.do(digest.tick)
    house.deliver()
    return story


def look(house: House, at: datetime) -> list[Sent]:
    """What goes out once the chore has looked at this instant."""
    house.now = at
    assert house.do(renewal.check) == at + renewal.EVERY
    went = house.deliver()
    for one in went:
        assert check_message({"text": one.text, "blocks": list(one.rendered.blocks)}) == []
    return [one for one in went if one.row.kind.startswith("renewal")]


def press(house: House, story: Story, by: str | None = None) -> str | None:
    """Its teller (or `by`) presses *Yes, it may stay*."""
    who = by or house.teller_of(story)
    return house.do(lambda tx, policy: renewal.keep(tx, by=who, value=story.id, notice_version=NOTICE))


def reasons(house: House, story: Story) -> list[str | None]:
    return [one.reason for one in house.read(lambda tx: audit.of_story(tx, story.id)) if one.verb == renewal.VERB]


def counted(house: House) -> tuple[int, int | None]:
    lines = house.read(lambda tx: retention.table(tx, house.policy))
    return next((line.would_go, line.gone) for line in lines if line.kind is Kind.PUBLISHED)


def test_a_teller_is_asked_once_after_two_years(house: House) -> None:
    """Not a second before; then once, with the day by which an answer is needed."""
    story = published(house)
    assert look(house, TWO_YEARS) == []
    [asked] = look(house, TWO_YEARS + timedelta(seconds=1))
    assert asked.text == "Story 1 has been shown since June 2025. May it stay?"
    assert "by Thursday 5 August" in asked.shown and "Take it back" in asked.shown
    assert asked.row.recipient == f"author:{story.id}"
    assert look(house, TWO_YEARS + timedelta(days=59)) == []
    assert WORDS in house.seen()


def test_a_yes_keeps_it_for_as_long_again(house: House) -> None:
    """The answer is recorded under the notice of the day, and the question comes back two years later."""
    story = published(house)
    look(house, TWO_YEARS + timedelta(seconds=1))
    assert press(house, story) is None
    assert press(house, story) == renewal_blocks.TOO_LATE
    house.deliver()
    assert "Story 1 may stay where it is." in house.seen() and "May it stay?" not in house.seen()
    assert look(house, TWO_YEARS + timedelta(days=61)) == []
    noted = house.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT place, given, notice_version FROM permission_change").all()
    )
    assert [tuple(row) for row in noted] == [("digest", 1, NOTICE)]
    assert [one.row.kind for one in look(house, TWO_YEARS.replace(year=2029) + timedelta(days=1))] == ["renewal"]
    assert reasons(house, story) == ["asked", "kept", "asked"]


def test_without_an_answer_it_is_shown_nowhere(house: House) -> None:
    """After sixty days its permission lapses, its digest stands without it, and its teller hears what they can do."""
    places = frozenset({Place.DIGEST, Place.STAFF_STORYBOOK})
    story = published(house, places=places)
    look(house, TWO_YEARS + timedelta(seconds=1))
    late = TWO_YEARS + timedelta(days=60, seconds=1)
    house.now = late
    assert counted(house) == (1, 0)
    told = look(house, late)
    assert WORDS not in house.seen()
    assert any("shown nowhere any more. To allow it again" in one.shown for one in told)
    assert all(one.revoked_at == late for one in house.read(lambda tx: permissions.of_story(tx, story.id)))
    assert counted(house) == (0, 1)
    assert house.story(story).status is StoryStatus.POSTED, "its words stay its teller's"
    assert press(house, story) == renewal_blocks.TOO_LATE
    assert reasons(house, story) == ["asked", "lapsed"]
    house.change(story, places=frozenset({Place.STAFF_STORYBOOK}))
    assert look(house, late + timedelta(days=1)) == [], "allowed again, it is not asked about for two years"
    assert house.read(audit.check) is None


def test_any_change_of_permission_is_an_answer(house: House) -> None:
    """A teller who takes one place away has answered for the others."""
    story = published(house, places=frozenset({Place.DIGEST, Place.STAFF_STORYBOOK}))
    look(house, TWO_YEARS + timedelta(seconds=1))
    house.change(story, places=frozenset({Place.DIGEST}))
    house.now = TWO_YEARS + timedelta(days=61)
    assert counted(house) == (0, 0)
    look(house, house.now)
    assert WORDS in house.seen() and reasons(house, story) == ["asked", "kept"]


def test_where_nobody_is_known_reviewers_hear_of_it(house: House) -> None:
    """A no-name story whose link was cut after a year: nobody can be asked, it lapses, and reviewers are told when."""
    story = published(house, credit=None)
    house.now = FRIDAY.replace(year=2026) + timedelta(days=1)
    house.do(retention.purge)
    [told] = look(house, TWO_YEARS + timedelta(seconds=1))
    assert told.row.kind == renewal.NOBODY and "nobody can be asked" in told.text
    look(house, TWO_YEARS + timedelta(days=61))
    assert WORDS not in house.seen() and reasons(house, story) == ["nobody_to_ask", "lapsed"]


def test_what_is_only_in_the_storybook_is_reviewed_too(house: House) -> None:
    """A story that is approved for a storybook and stands in no digest counts from its approval."""
    story = house.tell(places=frozenset({Place.STAFF_STORYBOOK}))
    assert look(house, house.now + timedelta(days=729)) == []
    assert [one.row.kind for one in look(house, house.now + timedelta(days=2))] == ["renewal"]
    look(house, house.now + timedelta(days=61))
    assert house.read(lambda tx: stories.version(tx, story.id, 1)).places == frozenset()


def test_nobody_but_its_teller_answers(house: House) -> None:
    """Another's press, or a forged value, changes nothing and is recorded without a name."""
    story = published(house)
    look(house, TWO_YEARS + timedelta(seconds=1))
    assert press(house, story, by="U0OTHER") == NOT_YOURS
    look(house, TWO_YEARS + timedelta(days=61))
    assert WORDS not in house.seen()


def test_the_settings_decide_when(house: House) -> None:
    """Both times are settings."""
    published(house)
    house.set(renew_months=1, renew_days=7)
    assert look(house, FRIDAY + timedelta(days=31))
    look(house, FRIDAY + timedelta(days=38))
    assert WORDS not in house.seen()
