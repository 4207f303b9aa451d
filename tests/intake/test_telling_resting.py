"""Finishing later: resting, waking, one reminder, and what time deletes."""

from datetime import UTC, datetime

import pytest
from intake_person import DIFFERENCE, LESSON, WHAT, At

from bot.intake import waking
from storage.records import DraftState

# ── finish later ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_finish_later(at: At) -> None:
    """Finish later turns the message that was pressed into a line that says where we are, with the way back."""
    sam = at("difference")
    count = len(sam.screen)
    sam.press("Finish later")
    assert sam.last.words.startswith("Saved. We're on question 3 of 8. Type or press Carry on when you're ready.")
    assert list(sam.last.buttons) == ["Carry on", "Delete"]
    assert len(sam.screen) == count


def test_stop_is_finish_later(at: At) -> None:
    """Typing stop is Finish later; the answer comes below, and the question loses its buttons."""
    sam = at("difference")
    sam.say("Stop.")
    assert sam.last.words.startswith("Saved. We're on question 3 of 8.")
    assert sam.with_next == []
    assert sam.find("3 of 8 ·").buttons == {}


def test_carry_on(at: At) -> None:
    """Carry on puts the question again, as a new message."""
    sam = at("difference")
    sam.press("Finish later")
    sam.press("Carry on")
    assert "3 of 8" in sam.last.words and sam.last.changes == 0
    assert len(sam.with_next) == 1
    assert not sam.draft.paused


def test_typing_wakes(at: At) -> None:
    """Typing wakes a resting draft: the words are kept, and it is said where they went."""
    sam = at("difference")
    sam.press("Finish later")
    ts = sam.say("she'd lost her key worker too")
    assert sam.last.words.startswith("Welcome back. I've put that in question 3, *What difference")
    assert list(sam.last.buttons) == ["Next", "Take that out", "Back", "Finish later"]
    assert sam.fragments[-1] == ("difference", "she'd lost her key worker too")
    assert sam.last.buttons["Take that out"]["value"].endswith(ts)


def test_take_that_out(at: At) -> None:
    """Take that out takes the message out again, and says so."""
    sam = at("difference")
    sam.press("Finish later")
    sam.say("wrong window, sorry")
    sam.press("Take that out")
    assert sam.fragments == [("what", WHAT)]
    assert sam.last.words.startswith("Nothing left. The one you deleted is out of your story.")
    assert "Take that out" not in sam.last.buttons and "Next" in sam.last.buttons


def test_a_refused_next_after_waking(at: At) -> None:
    """After the welcome, a Next that cannot be taken says why."""
    sam = at("difference")
    sam.press("Finish later")
    sam.say("bad")
    sam.press("Next")
    assert sam.last.words.startswith("A little more, please")


def test_typing_wakes_at_a_list(at: At) -> None:
    """At a list, words that wake the draft are held, and the list is put again."""
    sam = at("services")
    sam.press("Finish later")
    sam.say("the ward was closed")
    note = "Welcome back. I've put that with question 6. First, choose from the list below, then press Next."
    assert sam.screen[-2].words == note
    assert "4 of 8" in sam.last.words and "Next" in sam.last.buttons
    sam.say("and nobody knew")
    assert sam.count(note) == 1 and not sam.sees("above, then press Next")
    sam.choose("Health")
    assert not sam.sees("Welcome back.")


@pytest.mark.parametrize("place", ["_checking", "_naming", "_places"])
def test_finish_later_at_the_end(at: At, place: str) -> None:
    """The last steps can rest too."""
    sam = at(place)
    sam.press("Finish later")
    assert "Saved. We're at" in sam.last.words
    sam.press("Carry on")
    assert sam.draft.stage == place[1:]
    assert len(sam.with_next) + sum("Carry on" in one.buttons for one in sam.screen) >= 1


def test_finish_later_in_the_middle_of_a_burst(at: At) -> None:
    """Finish later while the foot is on its way is answered, and leaves one message with buttons."""
    sam = at("what")
    sam.say("one")
    old = sam.last
    sam.say("two")
    sam.press("Finish later", on=old)
    sam.house.wait(seconds=10)
    assert sam.last.words.startswith("Saved. We're on question 2 of 8.")
    assert [one.ts for one in sam.screen if one.buttons] == [sam.last.ts]


def test_next_in_the_middle_of_a_burst(at: At) -> None:
    """Next while the foot is on its way leaves no old foot behind."""
    sam = at("what")
    sam.say(WHAT)
    old = sam.last
    sam.say("two")
    sam.press("Next", on=old)
    sam.house.wait(seconds=10)
    assert [one.ts for one in sam.with_next] == [sam.last.ts]
    assert "3 of 8" in sam.last.words


def test_finish_later_before_the_question_is_sent(at: At) -> None:
    """Finish later while the next question is on its way is answered, and typing then still wakes the draft."""
    sam = at("what")
    sam.say(WHAT)
    foot = sam.last
    sam.house.asleep = True
    sam.press("Next")
    sam.press("Finish later", on=foot)
    sam.house.asleep = False
    sam.house.deliver()
    assert sam.last.words.startswith("Saved. We're on question 3 of 8.")
    sam.say("She waited two nights.")
    assert sam.fragments[-1] == ("difference", "She waited two nights.")
    assert "Welcome back." in sam.last.words


def test_typing_after_a_question_that_was_never_sent(at: At) -> None:
    """When a question could not be put, what is typed is kept with the one on the screen, not left waiting for ever."""
    sam = at("what")
    sam.say(WHAT)
    sam.house.asleep = True
    sam.press("Next")
    sam.say("stop", thread_ts=sam.find("2 of 8").ts)
    sam.house.asleep = False
    sam.house.deliver()
    sam.say("She waited two nights.")
    assert sam.fragments[-1][0] is not None


# ── one reminder, then the end ────────────────────────────────────────────────────────────────────────────────────


def test_the_reminder(at: At) -> None:
    """A week after the last sign of life, at 10am, there is one reminder with two doors; the old buttons go."""
    sam = at("difference")
    sam.say("bad")
    sam.house.wait(seconds=2)
    assert sam.draft.nudge_at == datetime(2025, 6, 10, 9, 0, tzinfo=UTC)
    sam.house.wait(days=7)
    sam.house.wake()
    assert sam.last.words.startswith(
        "You began a story on 3 June and we're on question 3 of 8. Carry on, or delete it? "
        "I won't ask again; it goes on 17 June."
    )
    assert [one.ts for one in sam.screen if one.buttons] == [sam.last.ts]
    assert list(sam.last.buttons) == ["Carry on", "Delete it"]
    for _ in range(3):
        sam.house.wait(days=1)
        sam.house.wake()
    assert sam.count("You began a story on 3 June") == 1


def test_writing_after_the_reminder(at: At) -> None:
    """Whoever writes after the reminder goes on where they were, has a fortnight again, and is not reminded again."""
    sam = at("difference")
    sam.house.wait(days=8)
    sam.house.wake()
    sam.say("She waited two nights.")
    assert "Welcome back." in sam.last.words
    assert sam.find("You began a story").buttons == {}
    assert sam.draft.nudge_at is None
    assert sam.draft.expires_at == datetime(2025, 6, 25, 9, 0, tzinfo=UTC)


def test_the_end(at: At) -> None:
    """A fortnight after the last sign of life the draft is deleted, as announced; the reminder loses its buttons."""
    sam = at("_checking")
    draft = sam.draft.id
    sam.house.wait(days=7, hours=1)
    sam.house.wake()
    sam.house.wait(days=7)
    sam.house.wake()
    assert sam.last.words.startswith("Your unfinished story is deleted, as I said.")
    assert list(sam.last.buttons) == ["Tell a story"]
    assert sam.house.state_of(draft) is DraftState.EXPIRED
    assert not sam.sees("Check your story.")
    assert sam.find("You began a story").buttons == {}


def test_the_words_are_gone(at: At) -> None:
    """When a draft has expired, nothing of it stands in any column, nor anywhere in the file."""
    sam = at("_naming")
    sam.choose("My name and role")
    sam.say("Sam Okoro, practitioner")
    for ts, message in list(sam.messages.items()):
        if message["text"] == LESSON:
            sam.edit(ts, "Ring the door, twice.")
    sam.save_form("difference", difference="Saved in a form, this one.")
    typed = [
        WHAT,
        DIFFERENCE,
        LESSON,
        "Sam Okoro",
        "Ring the door, twice.",
        "Saved in a form",
        "Two nights for one phone",
    ]
    assert all(sam.house.file_holds(words) for words in ("Sam Okoro", "Saved in a form", WHAT))
    sam.house.wait(days=15)
    sam.house.wake()
    assert sam.house.words_kept() == []
    for words in typed:
        assert not sam.house.file_holds(words), words


def test_expiry_says_when_to_look_next(at: At) -> None:
    """Each look says when the next one is due; with no draft left there is none."""
    sam = at("what")
    assert sam.house.do(waking.wake) == sam.draft.nudge_at
    sam.house.wait(days=15)
    assert sam.house.do(waking.wake) is None


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("difference", "on question 3 of 8"),
        ("_checking", "at the check of your story"),
        ("_naming", "at the permission questions"),
        ("_places", "at the permission questions"),
        ("_ready", "at the last step, ready to send"),
    ],
)
def test_where_we_are_is_said_in_whole_sentences(at: At, place: str, where: str) -> None:
    """Wherever somebody rests, asks for help or thinks again, the step's name fits the sentence that it stands in."""
    sam = at(place)
    sam.say("delete")
    sam.press("Keep it")
    assert sam.last.words == f"Kept. We're {where}."
    sam.say("help")
    assert f"We're {where}. Type your answer" in sam.last.words
    sam.say("stop")
    assert sam.last.words.startswith(f"Saved. We're {where}. Type or press Carry on")
