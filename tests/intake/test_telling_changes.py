"""A story that was sent is changed, refused or handed back; and what others press or make up changes nothing."""

import pytest
from intake_house import House
from intake_person import DIFFERENCE, LESSON, WHAT, At, Person

from bot.intake import sending, service
from bot.intake.greeting import Standing
from bot.story.taking_back import NOT_YOURS
from storage import drafts, stories
from storage.records import DraftState, Naming, Place, Purpose, StoryStatus, VersionKind

THROUGH = ("Carry on", "Next", "Next", "Send for review")


def test_change(at: At) -> None:
    """Change begins with the story's own words, at the check; sending makes version 2, back with the reviewers."""
    sam = at("sent")
    sam.press("Change story 1")
    assert sam.draft.purpose is Purpose.CHANGE
    assert all(words in sam.last.words for words in (WHAT, DIFFERENCE, LESSON, "Health", "Practitioner"))
    sam.save_form("difference", difference="She waited three whole nights.")
    for label in THROUGH:
        sam.press(label)
    version = sam.house.version()
    assert (version.n, version.kind, version.changed_prompts) == (2, VersionKind.CHANGED, ("difference",))
    assert (version.naming, version.places) == (Naming.ROLE, frozenset({Place.DIGEST}))
    assert sam.house.words_of()["what"] == WHAT
    assert "*Story 1 is back with the reviewers.*" in sam.last.words


def test_change_without_a_change(at: At) -> None:
    """A version that was sent again as it was holds the same words."""
    sam = at("sent")
    before = sam.house.words_of()
    sam.press("Change story 1")
    for label in THROUGH:
        sam.press(label)
    assert sam.house.words_of() == before
    assert sam.house.version().changed_prompts == ()


def test_typing_in_a_change(at: At) -> None:
    """At the check of a change, words in a question's old thread have no place; they are kept beside, with an offer."""
    sam = at("sent")
    sam.press("Change story 1")
    sam.say("Ring twice.")
    assert "Shall I add it to question 6?" in sam.last.words
    sam.press("Add to question 6")
    for label in THROUGH:
        sam.press(label)
    assert sam.house.words_of()["lesson"] == f"{LESSON}\nRing twice."


def test_a_change_cannot_be_kept_private(at: At) -> None:
    """What was sent cannot be kept to oneself from here; the button is not offered."""
    sam = at("sent")
    sam.press("Change story 1")
    for label in ("Carry on", "Next"):
        sam.press(label)
    assert "Keep it to myself" not in sam.last.buttons
    sam.press_raw("keep_private", f"{sam.draft.id}:_places", sam.last)
    assert "can't be kept to yourself from here" in sam.last.words


def test_a_change_thrown_away(at: At) -> None:
    """Deleting a change leaves the story as it was last sent."""
    sam = at("sent")
    sam.press("Change story 1")
    sam.say("delete")
    assert sam.last.words.startswith("Throw away these changes? Your story stays as you last sent it.")
    assert list(sam.last.buttons) == ["Throw them away", "Keep them"]
    sam.press("Throw them away")
    assert sam.last.words == "Thrown away. Your story stays as you last sent it."
    assert sam.house.version().n == 1
    sam.press("Change story 1")
    assert sam.draft.purpose is Purpose.CHANGE


def test_once_posted(at: At) -> None:
    """Once it is in a digest a story cannot be changed, and that is said; a change begun before is not sent either."""
    sam = at("sent")
    receipt = sam.last
    sam.press("Change story 1")
    for label in THROUGH[:-1]:
        sam.press(label)
    story = sam.house.story()
    sam.house.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.POSTED))
    sam.press("Send for review")
    assert sam.last.words.startswith("Your story has gone into the digest meanwhile")
    assert sam.house.version().n == 1
    assert sam.draft.purpose is Purpose.CHANGE
    sam.say("delete")
    sam.press("Throw them away")
    sam.press("Change story 1", on=receipt)
    assert sam.last.words == "That story is in a digest already, so it can't be changed now."


def test_an_edit_once_posted(at: At) -> None:
    """An edit of a story in a digest is answered without a way to change it."""
    sam = at("sent")
    story = sam.house.story()
    sam.house.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.POSTED))
    sam.edit(next(ts for ts, one in sam.messages.items() if one["text"] == WHAT), "Something else.")
    assert sam.last.words == "Story 1 has been sent, so that edit didn't change it."


def test_change_while_telling_another(at: At) -> None:
    """In the middle of another story a change has to wait."""
    sam = at("sent")
    receipt = sam.last
    sam.begin()
    sam.press("Change story 1", on=receipt)
    assert sam.last.whisper
    assert sam.last.words.startswith("You're in the middle of another story.")
    assert sam.draft.purpose is Purpose.NEW


def test_a_story_that_was_handed_back(at: At) -> None:
    """A declined story can be deleted by its teller, every version of it; nobody else's can."""
    sam = at("sent")
    receipt, story = sam.last, sam.house.story()
    sam.press_raw("delete_story", story.id, receipt)
    assert sam.house.story().status is StoryStatus.SUBMITTED
    sam.house.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.DECLINED))
    sam.press_raw("delete_story", story.id, receipt)
    assert sam.house.story().status is StoryStatus.REMOVED
    assert not sam.house.file_holds(WHAT)


# ── what is made up, comes twice, or belongs to somebody else ─────────────────────────────────────────────────────


def test_somebody_elses_draft(at: At) -> None:
    """A press that names somebody else's draft does nothing; its form is not shown, and saves nothing."""
    sam = at("_ready")
    rae = Person(sam.house, "Rae")
    rae.say("hi")
    draft = sam.draft
    for action_id in ("send", "next", "delete", "delete_yes", "keep_private", "carry_on", "finish_later"):
        rae.press_raw(action_id, f"{draft.id}:_ready", rae.last)
    rae.press_raw("take_out", f"{draft.id}:1.0", rae.last)
    rae.press_raw("add_to", f"{draft.id}:1.0:lesson", rae.last)
    assert sam.draft == draft
    assert rae.open_form("Start", value=f"{draft.id}:what") == "over"
    assert rae.save_form("what", draft, what="x" * 50) == {
        "what": "This story is no longer being written, so nothing was changed."
    }
    assert sam.fragments[0] == ("what", WHAT)


def test_somebody_elses_story(at: At) -> None:
    """Somebody else's story cannot be changed, read, left or deleted."""
    sam = at("sent")
    rae = Person(sam.house, "Rae")
    rae.say("hi")
    story = sam.house.story()
    rae.press_raw("change_story", story.id, rae.last)
    assert rae.last.words == NOT_YOURS
    rae.press_raw("leave_it", story.id, rae.last)
    rae.press_raw("delete_story", story.id, rae.last)
    assert sam.house.read(lambda tx: sending.own_story(tx, rae.id, story.id)) is None
    assert sam.house.story() == story


@pytest.mark.parametrize("value", ["", "nonsense", "nonsense:what", ":", "::"])
def test_values_that_name_nothing(at: At, value: str) -> None:
    """A press whose value names nothing does nothing."""
    sam = at("difference")
    before = sam.draft
    for action_id in ("next", "send", "take_out", "add_to", "change_story", "delete_story", "leave_it", "send_back"):
        sam.press_raw(action_id, value, sam.last)
    assert sam.draft == before


def test_a_place_that_is_not(at: At) -> None:
    """A press or a form that names an unknown place is answered, and changes nothing."""
    sam = at("_checking")
    draft, words = sam.draft, sam.last.words
    check = sam.last
    sam.press_raw("next", f"{draft.id}:no-such-place", sam.last)
    assert sam.last.whisper
    assert sam.open_form(value=f"{draft.id}:no-such-place", on=check) == "over"
    assert list((sam.save_form("no-such-place", what="x") or {}).values()) == [
        "This story is no longer being written, so nothing was changed."
    ]
    assert sam.find("Check your story.").words == words


def test_choices_that_are_not_offered(at: At) -> None:
    """Choices that nobody was offered are not held, at questions, naming and places alike."""
    sam = at("services")
    sam.tick_raw(sam.last, "choose:services", ("made-up", "health"))
    sam.tick_raw(sam.last, "choose:what", ("made-up",))
    sam.tick_raw(sam.last, "choose:no-such-prompt", ("made-up",))
    answers = sam.house.read(lambda tx: drafts.answers(tx, sam.draft.id))
    assert answers["services"].choices == ("health",)
    sam = at("_naming")
    sam.tick_raw(sam.last, "name_as", ("made-up",), many=False)
    sam.press("Next")
    assert "Choose one first" in sam.last.words
    sam = at("_places")
    sam.tick_raw(sam.last, "places", ("the-moon",))
    sam.press("Next")
    assert "Tick a place" in sam.last.words


def test_an_old_button(at: At) -> None:
    """A press on an old button is answered privately with where we are, and does nothing."""
    sam = at("what")
    sam.say(WHAT)
    foot = sam.last
    sam.press("Next", on=foot)
    for label in ("Next", "Back"):
        sam.press(label, on=foot)
        assert sam.last.whisper
        assert sam.last.words == "That question is answered. We're on question 3 of 8."
    assert sam.draft.open_prompt == "difference"


def test_an_old_offer(at: At) -> None:
    """An offer that is pressed when the story has been sent says that it is over."""
    sam = at("_ready")
    sam.say("Marigold")
    offer = sam.last
    sam.press("Send for review")
    assert "Marigold" not in "".join(sam.house.words_of().values())
    sam.press("Add to question 6", on=offer)
    assert sam.last.words.startswith("That story is no longer being written.")
    assert not sam.house.file_holds("Marigold")


def test_not_a_kind_of_message(at: At) -> None:
    """A `/me` message is answered, and is no part of the story; without a story it is left alone."""
    sam = at("difference")
    draft = sam.draft
    said = service.Said(sam.id, sam.channel, sam.house.next_ts(), "waves")
    sam.house.do(service.refuse_kind, sam.house.shelf, said)
    assert sam.last.words == "I can't keep that kind of message. Please type it as an ordinary one."
    assert sam.fragments == [("what", WHAT)] and sam.draft == draft


def test_presses_of_somebody_unknown(house: House) -> None:
    """A press by somebody who has never written does nothing, but Start, which begins."""
    rae = Person(house, "Rae", standing=Standing.MEMBER)
    rae.press_raw("next", "x:y")
    assert rae.screen == []
    rae.press_raw("start", "start")
    assert rae.draft.state is DraftState.OPEN
