"""A teller is asked once, some weeks later, whether anything changed: never twice, never at night, never in vain."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.digest import service as digest
from bot.rights import retention
from bot.sequel import asking
from bot.sequel.rules import What
from storage import sequels, stories
from storage.database import Database
from storage.records import Place
from storage.told_next import SequelAnswer
from tests.digest.digest_house import FRIDAY
from tests.sequel.sequel_house import DUE, WEEKS, House

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ASKED = "Story 1 has been out since June 2025. Has anything changed because of it?"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


def test_a_teller_is_asked_once_after_eight_weeks(house: House) -> None:
    """Not a moment before; then once, however often and whenever the chore looks, and never again without an answer."""
    story = house.publish()
    assert house.look(FRIDAY + WEEKS) == []
    assert house.look(DUE) == [ASKED]
    for later in (DUE, DUE + HOUR, DUE - 3 * DAY, DUE + 10 * WEEKS, DUE):
        assert house.look(later) == []
    [asked] = house.went("sequel_question")
    assert asked.row.recipient == f"author:{story.id}" and "Two nights for one phone call" in asked.shown
    assert "Please don't ask" in asked.shown
    assert house.verbs() == [("sequel_ask", None)]


def test_nobody_is_asked_at_night_or_at_the_weekend(house: House) -> None:
    """What is due on a Friday evening is asked on the Monday; a slot that was missed is made up for."""
    house.publish()
    for at in (DUE + 7 * HOUR, DUE + DAY, DUE + 2 * DAY, DUE + 3 * DAY - 3 * HOUR):
        assert house.look(at) == []
    assert house.look(DUE + 3 * DAY) == [ASKED]


def test_nothing_yet_is_asked_about_once_more(house: House) -> None:
    """Eight weeks after that answer the question comes a last time; a second "nothing yet" is the end of it."""
    story = house.publish()
    house.look(DUE)
    assert house.say(story, SequelAnswer.NOTHING_YET) is What.DONE
    assert house.say(story, SequelAnswer.NOTHING_YET) is What.OVER
    house.deliver()
    assert "I'll ask about story 1 once more, in 8 weeks." in house.seen() and ASKED not in house.seen()
    assert house.look(DUE + WEEKS) == []
    assert house.look(DUE + WEEKS + HOUR) == [ASKED]
    assert "I won't ask again." in house.seen()
    assert house.say(story, SequelAnswer.NOTHING_YET) is What.DONE
    house.deliver()
    assert "I won't ask about story 1 again. You can tell it at any time." in house.seen()
    assert house.look(DUE + 4 * WEEKS) == []


def test_please_dont_ask_is_final(house: House) -> None:
    """Whoever does not want to be asked is not, also where they had said "nothing yet" before."""
    story = house.publish()
    house.look(DUE)
    house.say(story, SequelAnswer.NOTHING_YET)
    assert house.say(story, SequelAnswer.NEVER) is What.DONE
    assert house.say(story, SequelAnswer.NOTHING_YET) is What.OVER
    house.deliver()
    assert "I won't ask about story 1 again." in house.seen()
    assert house.look(DUE + 2 * WEEKS) == []


def test_only_its_teller_answers(house: House) -> None:
    """Another's press, or a forged value, changes nothing and is recorded without a name."""
    story = house.publish()
    house.look(DUE)
    assert house.say(story, SequelAnswer.NEVER, by="U0OTHER") is What.NOT_YOURS
    assert house.look(DUE + WEEKS) == [] and ASKED in house.seen()
    assert house.verbs()[-1] == ("sequel_answer", "not_theirs")


@pytest.mark.parametrize("gone", ["withdrawn", "lapsed", "held", "unlinked", "told", "never"])
def test_nobody_is_asked_about_what_is_not_shown(house: House, gone: str) -> None:
    """Nor whoever is not known any more, nor whoever has told it, nor anybody where the setting is 0."""
    if gone == "held":
        story = house.tell(places=frozenset({Place.STAFF_STORYBOOK}))
        house.do(lambda tx, policy: stories.change(tx, story.id, held=True))
    elif gone == "unlinked":
        house.publish(credit=None)
        house.now = FRIDAY.replace(year=2026) + DAY
        house.do(retention.purge)
    else:
        story = house.publish()
    if gone == "withdrawn":
        house.withdraw(story)
    elif gone == "lapsed":
        house.change(story, places=frozenset())
    elif gone == "told":
        assert house.send(story).what is What.DONE
    elif gone == "never":
        house.set(follow_up_weeks=0)
    assert house.look(DUE + (52 * 7 * DAY if gone == "unlinked" else 0 * DAY)) == []


def test_what_is_withdrawn_between_asking_and_sending_is_not_asked_about(house: House) -> None:
    """The question is looked at once more at the moment of sending."""
    story = house.publish()
    house.now = DUE
    house.do(asking.check)
    house.withdraw(story)
    assert house.went("sequel_question") == []


def test_a_story_that_names_nobody_is_asked_about_through_the_bot(house: House) -> None:
    """Its teller is asked as everybody is: only the bot knows who that is."""
    house.publish(credit=None)
    assert house.look(DUE) == [ASKED]


def test_a_bot_with_years_of_stories_asks_a_few_an_hour(house: House) -> None:
    """Where the setting is new, the tellers of all earlier stories are not asked in the same minute."""
    for _ in range(27):
        house.tell(places=frozenset({Place.STAFF_STORYBOOK}))
    assert len(house.look(DUE)) == 25
    assert len(house.look(DUE + HOUR)) == 2
    assert house.look(DUE + 2 * HOUR) == []


def test_among_very_many_stories_each_has_its_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hour looks at a part of them; before long every teller has been asked, and once."""
    monkeypatch.setattr(sequels, "LOOKED_AT", 2)
    told = [house.publish().number for _ in range(5)]
    asked = [len(house.look(DUE + 3 * DAY + day * DAY + hour * HOUR)) for day in range(4) for hour in range(5)]
    assert sum(asked) == len(told)
    assert max(asked) <= 2
