"""Answering: one foot for a burst, and every message with the question that was open when it was written."""

from datetime import timedelta

import pytest
from intake_person import DIFFERENCE, WHAT, At, Person

from storage import outbox


def feet(person: Person) -> list[str]:
    """The words of every foot on the screen."""
    return [one.words.partition("\n")[0] for one in person.screen if one.row.kind == "foot"]


def test_the_first_message(at: At) -> None:
    """The first message is answered by a foot that carries Next, and the question loses its own buttons."""
    sam = at("what")
    sam.say(WHAT)
    assert feet(sam) == ["Got that. Keep typing if there's more. Press Next when you're done."]
    assert list(sam.last.buttons) == ["Next", "Back", "Finish later"]
    assert sam.find("2 of 8").buttons == {}
    assert WHAT not in sam.last.words


def test_a_burst(at: At) -> None:
    """More messages move the one foot below them, once, when the burst is quiet."""
    sam = at("what")
    for words in ("one", "two", "three", "four", "five"):
        sam.say(words)
    assert feet(sam) == ["Got that. Keep typing if there's more. Press Next when you're done."]
    before = len(sam.house.log)
    sam.house.wait(seconds=2)
    assert feet(sam) == ["Got all five. Press Next when you're done."]
    assert len(sam.house.log) == before + 1
    assert sam.last.row.kind == "foot"


def test_a_burst_that_never_ends(at: At) -> None:
    """A burst holds the foot back for eight seconds at most."""
    sam = at("what")
    for n in range(14):
        sam.say(f"message {n}")
    assert any(one.startswith("Got all ") for one in feet(sam))


def test_two(at: At) -> None:
    """Two messages are "both"."""
    sam = at("difference")
    sam.say("one")
    sam.say("two")
    sam.house.wait(seconds=2)
    assert feet(sam) == ["Got both. Press Next when you're done."]


def test_next_goes_on(at: At) -> None:
    """Next takes the foot away and puts the next question as a new message."""
    sam = at("what")
    sam.answer(WHAT)
    assert feet(sam) == []
    assert sam.last.row.kind == "question" and sam.last.changes == 0
    assert "3 of 8" in sam.last.words


def test_next_too_early(at: At) -> None:
    """A Next that cannot be taken changes the message that was pressed, with one line that says what to do."""
    sam = at("difference")
    count = len(sam.screen)
    sam.press("Next")
    assert "I do need this one. One sentence is enough." in sam.last.words
    sam.say("bad")
    sam.press("Next")
    assert sam.last.words.startswith("A little more, please: one sentence, so a reader can see what changed.")
    assert len(sam.screen) == count + 1
    sam.say(DIFFERENCE)
    sam.house.wait(seconds=2)
    assert feet(sam) == ["Got both. Press Next when you're done."]
    sam.press("Next")
    assert "4 of 8" in sam.last.words


def test_too_long(at: At) -> None:
    """An answer that is too long is kept whole, and Next says by how much it is over."""
    sam = at("difference")
    sam.answer("word " * 200)
    assert "That is 999 characters, and readers get 800." in sam.last.words
    assert sam.fragments[-1] == ("difference", ("word " * 200).strip())


def test_next_in_the_middle_of_a_burst(at: At) -> None:
    """A Next that is refused while the foot is on its way is answered with what to do, not with "Got both"."""
    sam = at("difference")
    sam.say("bad")
    old = sam.last
    sam.say("sad")
    sam.press("Next", on=old)
    sam.house.wait(seconds=2)
    assert len(feet(sam)) == 1
    assert feet(sam)[0].startswith("A little more, please")


def test_a_foot_that_is_overtaken_leaves_no_other_behind(at: At) -> None:
    """Next pressed at the very moment when delivery has taken up a newer foot: no foot stays with its buttons."""
    sam = at("difference")
    sam.say(DIFFERENCE)
    old, house = sam.last, sam.house
    house.asleep = True
    sam.say("and it rained")
    house.now += timedelta(seconds=2)
    newer = str(sam.draft.carrier_id)
    assert house.writer.submit(lambda tx: outbox.claim(tx, newer)).result(10)
    sam.press("Next", on=old)
    house.asleep = False
    house.wait(seconds=2)
    assert feet(sam) == []
    assert "4 of 8" in sam.last.words


def test_a_late_message(at: At) -> None:
    """A message that was written before the open question was asked is added to the earlier one, and says so."""
    sam = at("what")
    late = sam.write("and it was raining")
    sam.answer(WHAT)
    sam.hand_over(late)
    assert sam.last.words == "Added to question 2."
    assert sam.fragments == [("what", "and it was raining"), ("what", WHAT)]


def test_a_quick_message_waits_for_the_questions_place(at: At) -> None:
    """While nobody knows where the question stands in Slack, a message waits; then it is that question's answer."""
    sam = at("what")
    sam.say(WHAT)
    sam.house.asleep = True
    sam.press("Next")
    before = sam.write("written before the question came")
    sam.hand_over(before)
    assert sam.fragments[-1] == (None, "written before the question came")
    sam.house.asleep = False
    sam.house.deliver()
    assert sam.fragments[-1] == ("what", "written before the question came")
    assert sam.last.words == "Added to question 2."
    sam.say("and this is after")
    assert sam.fragments[-1] == ("difference", "and this is after")


def test_several_quick_messages(at: At) -> None:
    """Messages that waited are taken in the order they were written, whatever order they came in."""
    sam = at("what")
    sam.say(WHAT)
    sam.house.asleep = True
    sam.press("Next")
    first, second, word = sam.write("first"), sam.write("second"), sam.write("help")
    for message in (second, word, first, second):
        sam.hand_over(message)
    sam.house.asleep = False
    sam.house.deliver()
    assert sam.fragments == [("what", WHAT), ("what", "first"), ("what", "second")]
    assert sam.count("Added to question 2.") == 2
    assert sam.sees("These words work by themselves")


def test_two_messages_in_the_wrong_order(at: At) -> None:
    """An answer reads in the order it was written, not the order it arrived."""
    sam = at("what")
    first, second = sam.write("first"), sam.write("second")
    sam.hand_over(second)
    sam.hand_over(first)
    assert sam.fragments == [("what", "first"), ("what", "second")]


def test_a_message_that_comes_twice(at: At) -> None:
    """A message that is delivered twice counts once; so does the same gesture under two times."""
    sam = at("what")
    message = sam.write("once", client_msg_id="gesture")
    sam.hand_over(message)
    sam.hand_over(message)
    sam.say("once", client_msg_id="gesture")
    assert sam.fragments == [("what", "once")]


def test_a_gesture_under_two_times_while_the_question_is_on_its_way(at: At) -> None:
    """It counts once too where its first message waited for the question to stand in Slack, and the second did not."""
    sam = at("what")
    sam.say(WHAT)
    sam.house.asleep = True
    sam.press("Next")
    sam.say("one thing after the other", client_msg_id="gesture")
    sam.house.asleep = False
    sam.house.wait(seconds=1)
    sam.say("one thing after the other", client_msg_id="gesture")
    assert [text for _, text in sam.fragments] == [WHAT, "one thing after the other"]


def test_a_reply_in_a_questions_thread(at: At) -> None:
    """A reply in a question's thread belongs to that question, whenever it is written."""
    sam = at("lesson")
    sam.say("it was raining", thread_ts=sam.find("2 of 8").ts)
    assert sam.fragments[-1] == ("what", "it was raining")
    assert sam.last.words == "Added to question 2."
    sam.say("ring first", thread_ts=sam.find("6 of 8").ts)
    assert sam.fragments[-1] == ("lesson", "ring first")


def test_a_thread_under_something_else(at: At) -> None:
    """A reply in any other thread of the chat counts for the question that is open."""
    sam = at("difference")
    sam.say("One call would have done", thread_ts="1748941200.000001")
    assert sam.fragments[-1] == ("difference", "One call would have done")


@pytest.mark.parametrize(
    "text", ["help the next person by ringing twice", "next!ly", "stop it", "go back", "delete that"]
)
def test_control_words_in_a_sentence(at: At, text: str) -> None:
    """A control word inside a sentence is part of the answer."""
    sam = at("what")
    sam.say(text)
    assert sam.fragments == [("what", text)]


def test_files(at: At) -> None:
    """Pictures and files are not taken; the words put with them are."""
    sam = at("what")
    sam.say("this is the door", files=[{"id": "F1"}])
    assert sam.sees("I've kept the words you put with it.")
    assert sam.fragments == [("what", "this is the door")]
    sam.say("", files=[{"id": "F2"}])
    assert sam.last.words == "I can't take pictures or files: they can show more than we mean."


@pytest.mark.parametrize("place", ["closeness", "_checking", "_naming", "_places", "_ready"])
def test_files_where_nothing_is_typed(at: At, place: str) -> None:
    """A picture with words is answered wherever we are."""
    sam = at(place)
    sam.say("this is the door", files=[{"id": "F1"}])
    assert sam.sees("I can't take pictures or files")
    assert sam.fragments[-1][1] == "this is the door"


def test_a_file_called_next(at: At) -> None:
    """A picture that is called "next" is not a press of Next."""
    sam = at("what")
    sam.say("next", files=[{"id": "F1"}])
    assert sam.fragments == [("what", "next")]


def test_mentions_and_links(at: At) -> None:
    """Mentions lose their power at the door, and a link shows where it goes."""
    sam = at("what")
    sam.say("<@U123> told <!channel> about <https://example.org|the form> &amp; left")
    assert sam.fragments == [("what", "[a colleague] told [everyone] about the form (https://example.org) & left")]


def test_a_title_is_one_message(at: At) -> None:
    """One message answers a title, and we go on at once; an earlier one is replaced."""
    sam = at("title")
    sam.say("Two nights")
    assert sam.sees("Check your story.")
    sam.press("Finish later")
    sam.say("back")
    assert "Back to question 8" in sam.last.words
    sam.say("Two nights, one call")
    assert [one for one in sam.fragments if one[0] == "title"] == [("title", "Two nights, one call")]


def test_a_title_that_is_too_long(at: At) -> None:
    """A title that is too long is handed back with the limit, and the question stays open."""
    sam = at("title")
    sam.say("x" * 61)
    assert sam.last.words == "That is too long for this one: it takes 60 characters. Type it again, shorter."
    assert sam.draft.open_prompt == "title"


def test_a_title_is_edited_into_shape(at: At) -> None:
    """A title that was too long and is edited to fit is taken."""
    sam = at("title")
    ts = sam.say("x" * 61)
    sam.edit(ts, "Two nights")
    assert ("title", "Two nights") in sam.fragments
    assert sam.draft.stage == "checking"
