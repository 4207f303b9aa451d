"""Something in a story looks like an identifier: it is shown to its teller, and nothing leaves without their word."""

import pytest
from intake_house import House
from intake_person import At, Person

from bot.intake import payloads
from bot.outgoing import Rendered
from bot.rehearsal.slack.validation import check_message
from bot.story.screened import card_line
from storage import screen_hits
from storage.records import Disposition, ScreenHit, Stage

CANARY = "SW1A 2AA"
TOLD = f"A person came home from hospital to {CANARY} and nobody had told the housing team about the key."
ASIDE = {
    "no-break space": "SW1A\u00a02AA",
    "thin space": "SW1A\u20092AA",
    "full-width digits": "SW\uff11A \uff12AA",
    "zero-width inside": "SW1\u200bA 2A\u200bA",
    "bold": "*SW1A 2AA*",
    "italic": "_SW1A 2AA_",
    "code": "`SW1A 2AA`",
    "newline": "SW1A\n2AA",
    "odd dash": "07700\u2011900\u2011123",
}


def go_on(person: Person, start: str = "difference") -> None:
    """From a place of the default script to Send."""
    places = (
        "difference",
        "services",
        "enablers",
        "lesson",
        "role",
        "title",
        "_checking",
        "_naming",
        "_places",
        "_ready",
    )
    for name in places[places.index(start) :]:
        person.step(name)


def kept(house: House) -> list[ScreenHit]:
    story = house.story()
    return list(house.read(lambda tx: screen_hits.of_version(tx, story.id, story.current_version)))


def test_what_was_found_is_shown_in_its_own_words(at: At) -> None:
    """Next on an answer with a postcode shows it where it stands, with three ways out; no notification has it."""
    sam = at("what")
    sam.answer(TOLD)
    assert sam.draft.stage is Stage.SCREENING
    assert sam.last.words.startswith(
        f"This looks like a postcode: \n{CANARY}\n. A reader could use it to find someone."
    )
    assert list(sam.last.buttons) == ["Change it", "Replace with [removed]", "It isn't one"]
    assert CANARY not in sam.last.rendered.text


def test_replaced(at: At) -> None:
    """Replace rewrites the answer, says so, goes on, and leaves the words in no table and no file of the bot."""
    sam = at("what")
    sam.answer(TOLD)
    sam.press("Replace with [removed]")
    assert sam.sees("A postcode is now [removed]. It still shows in your own message above; edit or delete that if")
    assert sam.draft.open_prompt == "difference"
    assert not sam.house.file_holds(CANARY)
    go_on(sam)
    assert sam.house.words_of()["what"] == TOLD.replace(CANARY, "[removed]")
    assert kept(sam.house) == [ScreenHit("what", "postcode", Disposition.REMOVED, 1)]
    assert not sam.house.story().care
    assert not sam.house.file_holds(CANARY)
    assert card_line(sam.house.version(), kept(sam.house)) == (
        "Identifier check: 1 postcode replaced by the teller. Nothing left that looks like one."
    )


@pytest.mark.parametrize(
    ("typed", "comes"),
    [
        ("replace it", "A postcode is now [removed]."),
        ("Replace with [removed]", "A postcode is now [removed]."),
        ("It isn’t one.", "Kept as you wrote it: you say it isn't a postcode."),
        ("change it", "Back to question 2, *What happened?*"),
    ],
)
def test_the_three_can_be_typed(at: At, typed: str, comes: str) -> None:
    """What the buttons say, and the line that names the three, does the same when it is typed, and is no answer."""
    sam = at("what")
    sam.answer(TOLD)
    sam.say("next")
    assert sam.sees("Choose one of the three first: change it, replace it, or say that it isn't one.")
    sam.say(typed)
    assert sam.sees(comes)
    assert not sam.sees("Shall I add it")
    assert all(typed != words for _, words in sam.fragments)


def test_the_three_are_words_like_others_elsewhere(at: At) -> None:
    """Typed at a question, or once nothing is left to decide, they are an answer."""
    sam = at("what")
    sam.say("change it")
    assert sam.fragments == [("what", "change it")]


def test_deleting_the_message_keeps_what_was_replaced(at: At) -> None:
    """Once replaced, one's own message can be deleted or edited as suggested: the story keeps what it has."""
    sam = at("what")
    ts = sam.say(TOLD)
    sam.press("Next")
    sam.press("Replace with [removed]")
    sam.edit(ts, f"{TOLD} And more.")
    sam.delete(ts)
    assert not sam.house.file_holds(CANARY)
    go_on(sam)
    assert sam.house.words_of()["what"] == TOLD.replace(CANARY, "[removed]")


def test_kept(at: At) -> None:
    """It isn't one: the words stay, the story needs care, and what was kept is stored as a kind and a count."""
    sam = at("what")
    sam.answer(TOLD)
    sam.press("It isn't one")
    assert sam.draft.open_prompt == "difference"
    go_on(sam)
    assert sam.house.words_of()["what"] == TOLD
    assert sam.house.story().care
    assert kept(sam.house) == [ScreenHit("what", "postcode", Disposition.DISPUTED, 1)]
    assert not any(CANARY in repr(hit) for hit in kept(sam.house))


def test_kept_holds_for_exactly_that_text(at: At) -> None:
    """An answer that was edited after It isn't one is screened anew before the story goes on."""
    sam = at("what")
    ts = sam.say(TOLD)
    sam.press("Next")
    sam.press("It isn't one")
    sam.edit(ts, f"{TOLD} And more.")
    for name in ("difference", "services", "enablers", "lesson", "role", "title"):
        sam.step(name)
    sam.press("Carry on")
    assert sam.draft.stage is Stage.SCREENING


def test_changed(at: At) -> None:
    """Change it opens the answer's form; saved without the postcode, the conversation goes on."""
    sam = at("what")
    sam.answer(TOLD)
    assert sam.open_form("Change it")["callback_id"]
    assert sam.save_form("what", what=TOLD.replace(CANARY, "a flat")) is None
    assert sam.draft.open_prompt == "difference"
    assert not sam.house.file_holds(CANARY)
    go_on(sam)
    assert kept(sam.house) == []


def test_editing_the_message_is_changing_it_too(at: At) -> None:
    """An edit in Slack takes it out: the message says so and Next goes on."""
    sam = at("what")
    ts = sam.say(TOLD)
    sam.press("Next")
    sam.edit(ts, TOLD.replace(CANARY, "a flat"))
    assert sam.last.words.startswith("Nothing here looks like that any more.")
    sam.press("Next")
    assert sam.draft.open_prompt == "difference"


def test_a_form_is_screened_when_it_is_saved(at: At) -> None:
    """A postcode that comes in by the form at the check is shown at once, and the check comes back after that."""
    sam = at("_checking")
    assert sam.save_form("what", what=TOLD) is None
    assert sam.draft.stage is Stage.SCREENING
    sam.press("Replace with [removed]")
    assert sam.draft.stage is Stage.CHECKING
    assert sam.last.words.count(CANARY) == 0
    assert sam.sees("Identifier check: 1 postcode replaced, nothing else found.")


@pytest.mark.parametrize(
    ("place", "how"),
    [
        ("difference", "You can change it where you check your story, before you send it."),
        ("_naming", "To change it, press Change beside it where you checked your story."),
    ],
)
def test_an_edit_after_replacing(at: At, place: str, how: str) -> None:
    """Whoever edits a message whose words were replaced hears what their story has, and how to change it from here."""
    sam = at("what")
    ts = sam.say(TOLD)
    sam.press("Next")
    sam.press("Replace with [removed]")
    for name in ("difference", "services", "enablers", "lesson", "role", "title", "_checking") * (place == "_naming"):
        sam.step(name)
    sam.edit(ts, "It was in another town.")
    assert sam.last.words == f"Something in question 2 is replaced, so your story keeps it as it stands. {how}"


def test_what_is_replaced_goes_from_older_messages_too(at: At) -> None:
    """Once something is replaced it stands in no message of the bot's: no credit line, no check of the story."""
    sam = at("_naming")
    sam.choose("My name and role")
    number = "07700 900123"
    for _ in range(2):
        sam.say(f"Sam Okoro, {number}")
        assert sam.sees("This looks like a phone number:")
        sam.press("Change it")
    sam.press("Back")
    assert sam.save_form("what", what=TOLD) is None
    for _ in range(2):
        assert sam.sees(CANARY) or sam.sees(number)
        sam.press("Replace with [removed]")
        if sam.draft.stage is Stage.CHECKING:
            sam.press("Carry on")
            sam.press("Next")
            sam.press("Next")
    assert not sam.sees(CANARY) and not sam.sees(number)


def test_words_for_something_else_that_are_replaced(at: At) -> None:
    """The list that was answered with them shows them no longer."""
    sam = at("enablers")
    sam.tick("What helped", "Something else")
    sam.say(f"A lunch at {CANARY}")
    sam.press("Next")
    sam.press("Replace with [removed]")
    assert sam.sees("A lunch at [removed]") and not sam.sees(CANARY)


def test_an_edit_at_the_last_step_is_found_on_sending(at: At) -> None:
    """Send for review sends nothing while an edit has brought something in."""
    sam = at("_ready")
    ts = next(ts for ts, message in sam.messages.items() if message["text"].startswith("A person came home"))
    sam.edit(ts, TOLD)
    sam.press("Send for review")
    assert sam.draft.stage is Stage.SCREENING


def test_title_and_credit_line(at: At) -> None:
    """The title and the credit line are screened; a name in the credit line is what was asked for."""
    sam = at("title")
    sam.say(f"The night at {CANARY}")
    sam.press("Replace with [removed]")
    sam.press("Carry on")
    sam.choose("My name and role")
    sam.say("Dr Sam Okoro, 07700 900123")
    assert sam.sees("This looks like a phone number:")
    sam.press("Change it")
    sam.say("Dr Sam Okoro, practitioner")
    assert sam.draft.stage is Stage.PLACES


def test_a_press_on_words_that_have_changed_counts_for_nothing(at: At) -> None:
    """Two buttons pressed one after the other: the second speaks of a text that is no longer there."""
    sam = at("what")
    sam.answer(f"{TOLD} Then 07700 900123 was rung.")
    stale = sam.last.buttons["It isn't one"]
    sam.press("Replace with [removed]")
    assert sam.draft.stage is Stage.SCREENING
    sam.press_raw(stale["action_id"], stale["value"])
    assert sam.draft.stage is Stage.SCREENING
    sam.press("Replace with [removed]")
    go_on(sam)
    assert not sam.house.story().care


@pytest.mark.parametrize("disguise", ASIDE)
def test_disguises(at: At, disguise: str) -> None:
    """A postcode or a phone number is found in the conversation however it is dressed, and Replace leaves nothing."""
    sam = at("what")
    sam.answer(f"A person came home from hospital to {ASIDE[disguise]} and nobody had told housing about the key.")
    assert sam.draft.stage is Stage.SCREENING
    sam.press("Replace with [removed]")
    assert sam.draft.open_prompt == "difference"
    assert not sam.house.file_holds(ASIDE[disguise])


def test_hostile_words_around_what_was_found(at: At) -> None:
    """Whatever stands around it, the message is one that Slack takes."""
    sam = at("what")
    sam.answer(f"{'<&*`_~>' * 90} {CANARY} {'&amp;<!channel>' * 40}")
    rendered: Rendered = sam.last.rendered
    assert sam.draft.stage is Stage.SCREENING
    assert check_message({"text": rendered.text, "blocks": list(rendered.blocks)}) == []


def test_hints(at: At) -> None:
    """Soft kinds are pointed out where the story is read back, and stop nothing."""
    sam = at("what")
    sam.answer("Kayleigh came home on 14 March 2024 and nobody had told the housing team about the key.")
    assert sam.draft.open_prompt == "difference"
    go_on(sam)
    assert {hit.disposition for hit in kept(sam.house)} == {Disposition.HINT}


def test_a_mention_in_a_form_names_nobody() -> None:
    """A mention that is pasted into a form becomes a colleague or a channel."""
    assert payloads.from_slack_field("ask <@U0AMIRA> in <#C0STORIES|info>") == "ask [a colleague] in [a channel]"


def test_a_changed_story_keeps_what_was_kept(at: At) -> None:
    """A story that is changed later does not ask again about answers that stay as they were."""
    sam = at("what")
    sam.answer(TOLD)
    sam.press("It isn't one")
    go_on(sam)
    sam.press("Change story 1")
    sam.press("Carry on")
    assert sam.draft.stage is Stage.NAMING
