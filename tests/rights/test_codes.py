"""Withdrawal codes that are guessed at: recorded, counted for their story whoever tries, and after ten it must wait."""

import io
from collections.abc import Iterator
from datetime import timedelta

import click
import pytest

from bot.keeper.withdrawing import read_code
from bot.rights import service
from bot.rights.rules import CODE, MOST_GUESSES, What
from bot.story import codes
from storage import audit, guesses, removals
from storage.audit import Surface
from storage.database import Database
from storage.records import Story, StoryStatus
from tests.rights.permission_house import House

KEY = codes.key_of("a secret of the tests")


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    yield made
    made.close()


def coded(house: House) -> tuple[Story, str]:
    """A story and the code that its teller was given."""
    story = house.tell(status=StoryStatus.SUBMITTED)
    code = codes.code_of(KEY, story.id, story.number)
    house.do(lambda tx, policy: removals.set_code(tx, story.id, codes.hash_of(story.id, code)))
    return story, code


def tried(house: House, code: str, surface: Surface = Surface.COMMAND) -> str:
    """What comes of a code."""
    found = house.do(lambda tx, policy: service.by_code(tx, code, surface=surface))
    return found.value if isinstance(found, What) else "found"


def test_ten_wrong_codes_and_even_the_right_one_must_wait_an_hour(house: House) -> None:
    """Whichever way each was tried, they count together; an hour later the right one works again."""
    story, code = coded(house)
    wrong = f"abbey-abbey-abbey-{story.number}"
    ways = (Surface.COMMAND, Surface.TERMINAL)
    for turn in range(MOST_GUESSES - 1):
        assert tried(house, wrong, ways[turn % 2]) == What.BAD_CODE
    assert tried(house, code) == "found"
    pressed = house.do(service.take_back, user_id="U0ANYBODY", value=f"{CODE}{wrong}")
    assert pressed is What.BAD_CODE
    for way in ways:
        assert tried(house, code, way) == What.TOO_MANY
    assert house.do(service.take_back, user_id="U0ANYBODY", value=f"{CODE}{code}") is What.TOO_MANY
    assert house.story(story).status is StoryStatus.SUBMITTED
    other, its_code = coded(house)
    assert tried(house, its_code) == "found", f"story {other.number} is not made to wait"
    house.now += timedelta(hours=1)
    assert tried(house, code) == "found"
    house.do(lambda tx, policy: guesses.note(tx, 99))
    assert house.read(lambda tx: tx.connection.exec_driver_sql("SELECT number FROM wrong_code").scalars().all()) == [99]


def test_every_wrong_code_is_in_the_trail_and_none_of_its_words(house: House) -> None:
    """A refusal says that it was tried, of which story, and why it was refused; never who tried, nor what."""
    story, code = coded(house)
    for _ in range(MOST_GUESSES + 1):
        tried(house, f"abbey-abbey-abbey-{story.number}")
    tried(house, "abbey-abbey-abbey-77")
    tried(house, "let me in")
    rows = house.read(lambda tx: audit.of_story(tx, story.id))
    assert [row.reason for row in rows] == ["wrong_code"] * MOST_GUESSES + ["too_many_codes"]
    assert {(row.actor, row.actor_id, row.outcome) for row in rows} == {("other", None, "denied")}
    assert house.read(lambda tx: len(audit.reasons(tx, "withdraw"))) == MOST_GUESSES + 3
    stored = b"".join(path.read_bytes() for path in house.database.path.parent.glob(f"{house.database.path.name}*"))
    assert b"abbey" not in stored and b"let me in" not in stored and code.encode() not in stored


def test_a_number_that_is_no_story_answers_like_one_that_is(house: House) -> None:
    """Nobody learns from a refusal whether a story exists."""
    for _ in range(MOST_GUESSES):
        assert tried(house, "abbey-abbey-abbey-77") == What.BAD_CODE
    assert tried(house, "abbey-abbey-abbey-77") == What.TOO_MANY


def test_no_code_is_no_code() -> None:
    """An empty line is a mistake of typing: nothing is tried, and it is said."""
    assert read_code(io.StringIO("maple-grape-stone-31\nmore\n")) == "maple-grape-stone-31\n"
    with pytest.raises(click.UsageError, match="no code"):
        read_code(io.StringIO("\n"))


def test_a_code_that_was_pasted_with_what_stood_around_it() -> None:
    """Quotation marks of any kind, dashes of any kind and capitals make no other code of it."""
    for pasted in (
        "“maple-grape-stone-31”",
        "‘Maple-Grape-Stone-31’",
        "`maple–grape–stone–31`",
        "maple\u00a0grape stone 31.",
    ):
        assert codes.tidied(pasted) == "maple-grape-stone-31"
