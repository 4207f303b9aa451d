"""Deciding binds to a version that a card has shown: an older one, or one still in line, decides nothing."""

from datetime import UTC, datetime

import pytest
from review_acts import ACTS, approve
from review_house import AMIRA, UNTITLED, House

from bot.review import rendering
from bot.review.rules import What
from storage.records import Naming, StoryStatus


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_an_old_card_decides_nothing(house: House, verb: str) -> None:
    """A press on a version that has been replaced says so and offers the new one."""
    story = house.tell()
    old = house.at(story)
    house.now = datetime(2025, 6, 4, 9, 41, 59, tzinfo=UTC)
    house.tell_again(story, UNTITLED)
    outcome = house.do(ACTS[verb], AMIRA, old)
    assert outcome.what is What.CHANGED
    answer = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA))
    assert answer.text == f"Story 1 changed on Wednesday 4 June. Read the new card, then {verb}."
    assert answer.blocks[1]["elements"][0]["value"] == f"{story.id}:2"
    assert house.story(story).status is StoryStatus.SUBMITTED


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_a_command_decides_only_what_a_card_has_shown(house: House, verb: str) -> None:
    """A number names no version, so a command waits until the current one is in the channel."""
    story = house.tell(deliver=False)
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.UNSHOWN
    house.deliver()
    house.tell_again(story, UNTITLED, deliver=False)
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.CHANGED
    house.deliver()
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.DONE


def test_a_no_name_story_is_not_decided_before_its_round(house: House) -> None:
    """Until its card's round a story with no name is out of reach, and nothing tells when it came."""
    house.now = datetime(2025, 6, 4, 9, 41, 59, tzinfo=UTC)
    story = house.tell(naming=Naming.NONE)
    for target in (story.number, house.at(story)):
        outcome = house.do(approve, AMIRA, target)
        assert outcome.what is What.UNSHOWN
        said = house.read(lambda tx, o=outcome: rendering.answer(tx, house.policy, o, AMIRA)).text
        assert said == "The card of story 1 comes on Wednesday 4 June, 1pm UK time. Read it, then approve."
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    assert house.do(approve, AMIRA, story.number).what is What.DONE


def test_a_changed_no_name_story_tells_the_day_only(house: House) -> None:
    """Once its new card is out, the answer to an old press names the day it changed and no time."""
    story = house.tell(naming=Naming.NONE)
    old = house.at(story)
    house.now = datetime(2025, 6, 4, 9, 41, tzinfo=UTC)
    house.deliver()
    house.tell_again(story, UNTITLED, naming=Naming.NONE)
    pending = house.do(approve, AMIRA, old)
    assert house.read(lambda tx: rendering.answer(tx, house.policy, pending, AMIRA)).text == (
        "Story 1 has changed. Its new card comes on Wednesday 4 June, 1pm UK time. Read it, then approve."
    )
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    outcome = house.do(approve, AMIRA, old)
    said = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA)).text
    assert said == "Story 1 changed on Wednesday 4 June. Read the new card, then approve."
