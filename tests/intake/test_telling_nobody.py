"""Not telling it after all: deleting the story, or keeping it private."""

import pytest
from intake_house import Shown
from intake_person import WHAT, At, Person

from bot.intake import typed
from storage import drafts, stories
from storage.records import DraftState, OutboxState, StoryStatus

# ── deleting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_delete_asks_once(at: At) -> None:
    """Delete asks first; Keep it keeps everything."""
    sam = at("difference")
    sam.say("delete")
    assert sam.last.words.startswith("Delete this story? Everything you've told me in it goes")
    sam.press("Keep it")
    assert sam.last.words == "Kept. We're on question 3 of 8."
    assert sam.fragments == [("what", WHAT)]


@pytest.mark.parametrize("place", ["difference", "_checking", "_ready"])
def test_delete(at: At, place: str) -> None:
    """Delete it takes every word, also from the screen, and says whose words stay."""
    sam = at(place)
    draft = sam.draft.id
    sam.say("delete")
    sam.press("Delete it")
    assert sam.last.words.startswith("Your story is deleted. Nobody else read it; your own messages stay in this chat")
    assert sam.house.state_of(draft) is DraftState.DELETED
    assert sam.house.words_kept() == [] and not sam.house.file_holds(WHAT)
    assert not any(WHAT in one.words for one in sam.screen)


def test_delete_after_reading_it_back_twice(at: At) -> None:
    """However often the story was read back, deleting it takes it from the screen."""
    sam = at("_naming")
    sam.press("Back")
    sam.press("Carry on")
    sam.say("delete")
    sam.press("Delete it")
    assert not any(WHAT in one.words for one in sam.screen)


def test_delete_twice(at: At) -> None:
    """A second press says that it is over."""
    sam = at("difference")
    sam.say("delete")
    ask = sam.last
    sam.press("Delete it", on=ask)
    sam.press("Delete it", on=ask)
    assert sam.last.words == "That story is no longer being written. To begin another, type /story"


def test_an_ask_is_used_up_by_its_answer(at: At) -> None:
    """Keep it changes the ask itself; Delete it, pressed there all the same, asks again and deletes nothing."""
    sam = at("difference")
    sam.say("delete")
    ask = sam.last
    sam.press("Keep it", on=ask)
    assert sam.house.chat[ask.channel, ask.ts].words == "Kept. We're on question 3 of 8."
    sam.press("Delete it", on=ask)
    assert sam.fragments == [("what", WHAT)]
    assert sam.last.ts != ask.ts and sam.last.words.startswith("Delete this story?")
    sam.press("Delete it")
    assert sam.last.words.startswith("Your story is deleted.")


def test_an_ask_is_answered_by_typing_the_words_of_its_buttons(at: At) -> None:
    """Keep it, typed, keeps it and takes the buttons away; after the next ask, Delete it deletes it."""
    sam = at("difference")
    sam.say("delete")
    ask = sam.last
    sam.say("keep it.")
    assert sam.last.words == "Kept. We're on question 3 of 8."
    assert not sam.house.chat[ask.channel, ask.ts].buttons
    sam.say("delete")
    sam.say("Delete it!")
    assert sam.last.words.startswith("Your story is deleted.")
    assert sam.house.words_kept() == []


def test_where_nothing_was_asked_the_same_words_are_an_answer(at: At) -> None:
    """A story may well hold them."""
    sam = at("difference")
    sam.say("Delete it")
    assert sam.fragments == [("what", WHAT), ("difference", "Delete it")]
    sam.say("delete")
    sam.press("Keep it")
    sam.say("keep it")
    assert sam.fragments[-1] == ("difference", "keep it")


def test_only_the_last_ask_counts(at: At) -> None:
    """Asked twice, the first ask loses its buttons, and a press that comes from it all the same deletes nothing."""
    sam = at("difference")
    sam.say("delete")
    first = sam.last
    sam.say("delete")
    assert [one.words for one in sam.screen if "Delete it" in one.buttons] == [sam.last.words]
    sam.press("Delete it", on=first)
    sam.press("Delete it", on=first)
    assert sam.fragments == [("what", WHAT)]
    sam.press("Delete it")
    assert sam.house.words_kept() == []


def test_the_ask_says_what_came_of_it(at: At) -> None:
    """Delete it changes the ask into the word that it is done: nothing is left there to press."""
    sam = at("difference")
    sam.say("delete")
    ask = sam.last
    sam.press("Delete it")
    assert sam.house.chat[ask.channel, ask.ts].words.startswith("Your story is deleted.")


# ── keeping it private ────────────────────────────────────────────────────────────────────────────────────────────


def test_keep_it_to_myself(at: At) -> None:
    """Keep it to myself keeps it for 30 days, for nobody else, and the way back is there."""
    sam = at("_places")
    draft = sam.draft.id
    sam.press("Keep it to myself")
    assert sam.last.words.startswith(
        "Kept to yourself. Nobody else has read it or will. It is deleted on Thursday 3 July unless you carry on"
    )
    assert sam.house.state_of(draft) is DraftState.KEPT
    assert sam.house.draft(sam.id) is None
    sam.house.wait(days=20)
    sam.house.wake()
    sam.press("Carry on")
    assert sam.draft.id == draft
    assert "Permission, 2 of 2" in sam.last.words
    sam.choose("Weekly digest")
    sam.press("Send for review")
    assert sam.house.words_of()["what"] == WHAT


def test_a_private_story_ends(at: At) -> None:
    """After its 30 days it is deleted, words and all."""
    sam = at("_places")
    sam.press("Keep it to myself")
    sam.house.wait(days=31)
    sam.house.wake()
    assert sam.last.words.startswith("Your unfinished story is deleted, as I said.")
    assert sam.house.words_kept() == []


def test_a_private_story_waits_for_another(at: At) -> None:
    """While another story is being told, a private one cannot be taken up; nothing of it is lost."""
    sam = at("_places")
    sam.press("Keep it to myself")
    kept = sam.last
    sam.begin()
    sam.press("Carry on", on=kept)
    assert sam.last.words.startswith("You're in the middle of another story.")
    assert sam.draft.open_prompt == "closeness"


def test_delete_a_private_story(at: At) -> None:
    """A private story can be deleted; that asks once too."""
    sam = at("_places")
    draft = sam.draft.id
    sam.press("Keep it to myself")
    sam.press("Delete")
    sam.press("Delete it")
    assert sam.house.state_of(draft) is DraftState.DELETED
    assert sam.house.words_kept() == []
    assert sam.house.rows(OutboxState.SENDING) == []


def test_think_again_about_a_private_story(at: At) -> None:
    """Asked about and kept, a private story is as private as it was, for as long, also beside another story."""
    sam = at("_places")
    draft = sam.draft.id
    sam.press("Keep it to myself")
    kept, until = sam.last, sam.house.read(lambda tx: drafts.get(tx, draft)).expires_at
    sam.house.wait(days=1)
    sam.begin()
    sam.press("Delete", on=kept)
    sam.press("Keep it")
    assert sam.sees("Still kept to yourself, as it was.")
    assert sam.house.state_of(draft) is DraftState.KEPT
    assert sam.house.read(lambda tx: drafts.get(tx, draft)).expires_at == until


# ── one's own stories ─────────────────────────────────────────────────────────────────────────────────────────────


def mine(person: Person) -> Shown:
    """What `/story mine` answers."""
    said = person.house.read(lambda tx: typed.own_stories(tx, person.house.policy, person.id))
    return Shown(person.last.row, person.channel, "", said, None)


def test_what_is_kept_to_oneself_is_listed(at: At) -> None:
    """/story mine lists it with how long it stays, and the way back from there works."""
    sam = at("_places")
    draft = sam.draft.id
    sam.press("Keep it to myself")
    listed = mine(sam)
    assert "Kept to yourself, begun 3 June · deleted on Thursday 3 July" in listed.words
    assert list(listed.buttons) == ["Carry on", "Delete"]
    sam.press("Carry on", on=listed)
    assert sam.draft.id == draft and "Permission, 2 of 2" in sam.last.words
    assert "You're in the middle of a story." in mine(sam).words


@pytest.mark.parametrize("status", [StoryStatus.REMOVED, StoryStatus.WITHDRAWN])
def test_what_is_gone_cannot_be_opened(at: At, status: StoryStatus) -> None:
    """A story that was deleted is listed no more; one that was taken back is, without a way to see it."""
    sam = at("sent")
    story = sam.house.story()
    sam.house.do(lambda tx, policy: stories.change(tx, story.id, status=status))
    listed = mine(sam)
    assert "See" not in listed.buttons
    assert ("taken back" in listed.words) is (status is StoryStatus.WITHDRAWN) and "deleted" not in listed.words
