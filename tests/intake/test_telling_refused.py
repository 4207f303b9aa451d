"""A question that Slack would not take: whatever its teller does next brings it once more, and no word is lost."""

import pytest
from intake_person import DIFFERENCE, LESSON, WHAT, At, Person

from bot.intake.tidying import FOOT, QUESTION

CLOSENESS = "*Which of these is closest to your story?*"


def refused_at_start(sam: Person) -> None:
    """Sam presses Start, and the first question does not arrive."""
    sam.say("hi")
    sam.house.refused = {QUESTION}
    sam.press("Start")
    assert sam.count(CLOSENESS) == 0
    sam.house.refused = set()


@pytest.mark.parametrize("words", ["is anybody there", "help", "next", WHAT])
def test_the_first_question_comes_with_the_next_message(sam: Person, words: str) -> None:
    """Whatever is typed; and once."""
    refused_at_start(sam)
    sam.say(words)
    assert sam.count(CLOSENESS) == 1
    sam.say("hello?")
    assert sam.count(CLOSENESS) == 1


def test_what_was_typed_at_it_is_kept_and_answered(sam: Person) -> None:
    """Two messages into the silence: the first brings the question, and both are held for the second."""
    refused_at_start(sam)
    sam.say(WHAT)
    assert sam.count("I've put that with question 2.") == 1
    sam.say("and nobody rang either")
    assert sam.fragments == [("what", WHAT), ("what", "and nobody rang either")]
    sam.say("It happened late or only in part")
    assert sam.count("I have the two messages you wrote above") == 1


def test_help_is_answered(sam: Person) -> None:
    """With the question before it."""
    refused_at_start(sam)
    sam.say("help")
    assert sam.count("These words work by themselves") == 1


def test_a_picture_brings_the_question_too(sam: Person) -> None:
    """Though nothing of it is kept."""
    refused_at_start(sam)
    sam.say("", subtype="file_share", files=[{"id": "F1"}])
    assert sam.count(CLOSENESS) == 1
    assert sam.count("I can't take pictures or files") == 1


def test_an_earlier_button_brings_the_question_too(at: At) -> None:
    """The one that was left behind still stands, and whoever presses it again reads where they are."""
    sam = at("closeness")
    first = sam.last
    sam.house.refused = {QUESTION}
    sam.say("It happened late or only in part")
    sam.house.refused = set()
    assert sam.count("2 of 8") == 0
    sam.press("Next", on=first)
    assert sam.count("*What happened?*") == 1


def test_words_belong_to_the_question_that_did_not_arrive(at: At) -> None:
    """They were said after it had been put, and not to the one before it."""
    sam = at("difference")
    sam.house.refused = {QUESTION}
    sam.answer(DIFFERENCE)
    sam.house.refused = set()
    assert sam.draft.open_prompt == "services"
    sam.say("Health")
    assert sam.count("4 of 8") == 1
    assert ("difference", "Health") not in sam.fragments


def test_a_typed_question_that_did_not_arrive_is_answered_all_the_same(at: At) -> None:
    """The words are its answer, the question stands above them, and one message carries Next."""
    sam = at("enablers")
    sam.house.refused = {QUESTION}
    sam.press("Skip")
    sam.house.refused = set()
    sam.say(LESSON)
    assert sam.count("6 of 8") == 1
    assert ("lesson", LESSON) in sam.fragments
    assert len(sam.with_next) == 1
    sam.press("Next")
    assert sam.count("7 of 8") == 1


def test_it_is_refused_again_and_again(sam: Person) -> None:
    """Each message tries once more; when Slack takes it, everything that was said is there."""
    sam.say("hi")
    sam.house.refused = {QUESTION}
    sam.press("Start")
    for words in ("one", "two", "three"):
        sam.say(words)
    sam.house.refused = set()
    sam.say("four")
    assert sam.count(CLOSENESS) == 1
    assert [text for _, text in sam.fragments] == ["one", "two", "three", "four"]


def test_a_foot_that_did_not_arrive_comes_with_the_next_words(at: At) -> None:
    """The question stands, so it is not put again; the line with Next is."""
    sam = at("what")
    sam.house.refused = {FOOT}
    sam.say(WHAT)
    sam.house.refused = set()
    sam.say("and nobody rang either")
    sam.house.wait(seconds=5)
    sam.house.deliver()
    assert sam.count("2 of 8") == 1
    assert len(sam.with_next) == 1


def test_finish_later_is_said_though_the_question_is_not_there(sam: Person) -> None:
    """Saved, with the way back, and the way back brings the question."""
    refused_at_start(sam)
    sam.say("stop")
    assert sam.count("Saved.") == 1
    sam.press("Carry on")
    assert sam.count(CLOSENESS) == 1
