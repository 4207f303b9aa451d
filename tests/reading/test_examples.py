"""Show me one: how somebody answered the open question, whose answers may be shown, and what that leaves behind."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.reading import example_blocks
from bot.rehearsal.slack.validation import check_view
from bot.story import examples
from bot.story.view import Example
from storage import stories, tellers
from storage.database import Database, Tx
from storage.records import Part, Place, Story, StoryStatus
from tests.digest.digest_house import TWO_NIGHTS, House
from tests.rights.withdrawal_house import CANARY, TITLE, canary_story, take_back, until
from tests.whole.conftest import Play
from tests.whole.conftest import play as play
from tests.whole.telling import DIFFERENCE, DIGEST, begin

STAFF = Place.STAFF_STORYBOOK
WHAT = "p3"
"""The prompt of *What happened* in the house's stories."""


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    yield made
    made.close()


def tell(house: House, words: str = "They waited.", **how: Any) -> Story:
    """A story for the staff storybook, with these words for what happened."""
    answers = (*TWO_NIGHTS[:3], (Part.BODY, "What happened", words), *TWO_NIGHTS[4:])
    return house.tell(answers, **{"places": frozenset({STAFF}), **how})


def shown(house: House, *, to: Story | None = None, below: int | None = None) -> int | None:
    """The number of the story whose answer is shown to somebody, or to whoever told `to`."""

    def look(tx: Tx) -> Example | None:
        teller = None if to is None else tellers.find_author(tx, to.id)
        return examples.find(tx, WHAT, teller_id=None if teller is None else teller.id, below=below)

    found = house.read(look)
    return None if found is None else found.number


def test_only_what_colleagues_may_read_is_shown(house: House) -> None:
    """Unpublished, held, not permitted, or with something the screen finds: none of these answers is an example."""
    assert shown(house) is None
    for status in StoryStatus:
        if status not in (StoryStatus.APPROVED, StoryStatus.POSTED):
            tell(house, status=status)
    for place in Place:
        if place is not STAFF:
            tell(house, places=frozenset({place}))
    tell(house, "Ring her on 01632 960 983, she said.")
    held = tell(house)
    house.do(lambda tx, _: stories.change(tx, held.id, held=True))
    tell(house, "")
    assert shown(house) is None
    good = tell(house)
    assert shown(house) == good.number


def test_nobody_is_shown_their_own_answer(house: House) -> None:
    """Whoever told a story sees the others'."""
    first, second = tell(house), tell(house)
    assert shown(house) == shown(house, to=first) == second.number
    assert shown(house, to=second) == first.number


def test_pressing_again_shows_another_and_then_begins_again(house: House) -> None:
    """From the latest to the first, and round."""
    numbers = [tell(house).number for _ in range(3)]
    seen, after = [], 0
    for _ in range(4):
        one = house.read(lambda tx, after=after: examples.another(tx, WHAT, teller_id=None, after=after))
        assert one is not None
        after = one.number
        seen.append(after)
    assert seen == [*reversed(numbers), numbers[-1]]


def test_a_page_is_harmless_whatever_was_written() -> None:
    """Mentions, links and 3,000 characters stand in plain text, within Slack's limits."""
    hostile = "<!channel> <https://evil.example|here> *b* & " + "x" * 3000
    page = example_blocks.page(Example(WHAT, 31, hostile, "What happened?", hostile))
    assert check_view(page, surface="modal") == []
    assert {block["type"] for block in page["blocks"]} == {"rich_text", "context", "actions"}
    assert check_view(example_blocks.none_page(), surface="modal") == []


# ── with the real bot ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_in_a_new_workspace_there_is_nothing_to_show(play: Play) -> None:
    """No button stands anywhere, and the typed words are answered; they are no part of the story."""
    sam = play.person("sam")
    await begin(sam)
    await sam.say("example")
    await sam.hear("answered from a list")
    await sam.choose("Sharing helped")
    await sam.press("Next")
    asked = await sam.hear("2 of 8")
    assert "Show me one" not in asked.shown
    await sam.say("Show me one.")
    await sam.hear("Nobody has answered this one in the storybook yet.")
    assert play.count("SELECT count(*) FROM fragment WHERE text != ''") == 0


async def test_a_teller_sees_how_somebody_answered_and_goes_on(play: Play) -> None:
    """The button opens a page; neither it nor the words change the draft; what is taken back is shown no more."""
    priya = play.person("priya")
    await canary_story(play, places=(DIGEST, "Storybook for staff"))
    await begin(priya)
    assert "Show me one" not in (await priya.hear("1 of 8")).shown
    await priya.choose("Sharing helped")
    await priya.press("Next")
    assert "Show me one" in (await priya.hear("2 of 8")).shown
    drafts = "SELECT stage, open_prompt, state, active_at FROM draft WHERE state = 'open'"
    before = play.rows(drafts)
    await priya.press("Show me one")
    page = await priya.see_view(CANARY)
    assert "story 1" in page.shown and TITLE in page.shown and DIFFERENCE not in page.shown
    await priya.press("Show me another")
    await priya.see_view(CANARY)
    await priya.press("Read in full")
    await priya.see_view(DIFFERENCE)
    await priya.close_view(everything=True)
    assert play.rows(drafts) == before
    await priya.say("for example")
    assert CANARY not in (await priya.hear("Here is how somebody answered this one")).shown
    assert play.rows("SELECT text FROM fragment WHERE text != ''") == []

    await take_back(play.person("sam"))
    await until(lambda: play.count("SELECT count(*) FROM version_answer") == 0)
    await priya.press("Show me one")
    gone = await priya.see_view("Nobody has answered this one")
    assert CANARY not in gone.shown
    await priya.close_view(everything=True)
    await priya.say("It was a good day for everybody who had waited so long for a key.")
    await priya.hear("Got that")
