"""Check, naming, places, send: what is agreed to is what is sent."""

from dataclasses import replace

import pytest
from intake_person import DIFFERENCE, LESSON, WHAT, At

from bot.story import codes
from bot.text import normalise
from storage import drafts, outbox, removals, stories
from storage.records import Naming, Place, Stage, StoryStatus


def test_the_check(at: At) -> None:
    """The story is read back as readers will see it, title first, each answer with a way to change it."""
    sam = at("_checking")
    rows = sam.last.words
    assert rows.startswith("*Check your story.* This is what readers will see. Nothing is sent yet.")
    in_order = [
        "Two nights for one phone call",
        "A mix",
        f"What happened — {WHAT}",
        f"What difference it made — {DIFFERENCE}",
        "Services — Health",
        "Not answered",
        f"One thing to tell others — {LESSON}",
        "Your work — Practitioner",
    ]
    places = [rows.index(one) for one in in_order]
    assert places == sorted(places)
    assert list(sam.last.buttons) == ["Change", "Add", "Carry on", "Finish later", "Delete"]


def test_change_in_the_form(at: At) -> None:
    """A change in the form stands in the check at once, marked as new."""
    sam = at("_checking")
    form = sam.open_form(value=f"{sam.draft.id}:difference")
    assert form["blocks"][0]["element"]["initial_value"] == DIFFERENCE
    assert sam.save_form("difference", difference="  She waited two nights.  ") is None
    assert "What difference it made — She waited two nights. · Changed just now" in sam.last.words
    assert DIFFERENCE not in sam.last.words


@pytest.mark.parametrize(
    ("prompt", "words", "problem"),
    [
        ("difference", "bad", "A little more, please: at least 20 characters."),
        ("difference", "x" * 801, "A little shorter, please: 800 characters at most."),
        ("difference", " ", "This one is needed. One sentence is enough."),
        ("services", (), "Choose at least one."),
        ("services", ("health", "police", "other", "made-up") * 3, None),
    ],
)
def test_what_a_form_refuses(at: At, prompt: str, words: str | tuple[str, ...], problem: str | None) -> None:
    """A form that cannot be taken says why below the field, and nothing is changed; made-up choices are left out."""
    sam = at("_checking")
    before = sam.last.words
    assert sam.save_form(prompt, **{prompt: words}) == (None if problem is None else {prompt: problem})
    assert problem is None or sam.last.words == before


def test_add_in_the_form(at: At) -> None:
    """An answer that was skipped can be added in the form; words for Something else tick it."""
    sam = at("_checking")
    given = {"enablers": ("shared-view",), "enablers__other": "A shared lunch", "barriers": ()}
    assert sam.save_form("enablers", **given) is None
    assert "A shared view, A shared lunch" in sam.last.words


def test_a_title_is_one_line(at: At) -> None:
    """A title that was typed in two lines is read back, and sent, as readers see it: in one."""
    sam = at("title")
    sam.say("Two nights\nfor one  phone call")
    assert "Two nights for one phone call" in sam.last.words
    sam.press("Carry on")
    sam.step("_naming")
    sam.step("_places")
    sam.press("Send for review")
    assert sam.house.words_of()["title"] == "Two nights for one phone call"


def test_an_answer_cleared_in_the_form(at: At) -> None:
    """An optional answer that is cleared in the form is gone; what is typed for it later stands alone."""
    sam = at("_checking")
    assert sam.save_form("title", title="") is None
    assert "Two nights for one phone call" not in sam.last.words
    sam.press("Carry on")
    sam.choose("No name or role")
    sam.choose("Weekly digest")
    sam.press("Send for review")
    assert "title" not in sam.house.words_of()


def test_typing_after_the_form_was_cleared(at: At) -> None:
    """Words typed for an answer that was saved in the form are added below it, without an empty line in front."""
    sam = at("_checking")
    sam.save_form("difference", difference="She waited two nights in the cold.")
    thread = sam.find("3 of 8").ts
    sam.say("And one more.", thread_ts=thread)
    answers = sam.house.read(lambda tx: drafts.answers(tx, sam.draft.id))
    assert answers["difference"].form_text == "She waited two nights in the cold.\nAnd one more."
    sam.house.do(lambda tx, policy: drafts.set_answer(tx, sam.draft.id, replace(answers["difference"], form_text="")))
    sam.say("Alone.", thread_ts=thread)
    answers = sam.house.read(lambda tx: drafts.answers(tx, sam.draft.id))
    assert answers["difference"].form_text == "Alone."


def test_a_foot_after_the_form(at: At) -> None:
    """At a question that was saved in the form, more words are added, and the foot says so."""
    sam = at("lesson")
    sam.save_form("lesson", lesson="Ring whoever is at the door.")
    sam.say("Twice.")
    assert sam.last.words.startswith("Added to what you saved in the form.")


def test_carry_on_goes_to_what_is_lacking(at: At) -> None:
    """Carry on leads back to an answer that has become too short since."""
    sam = at("_checking")
    sam.delete(next(ts for ts, message in sam.messages.items() if message["text"] == DIFFERENCE))
    sam.press("Carry on")
    assert sam.last.words.startswith("3 of 8")
    sam.answer("She waited two long nights.")
    assert sam.draft.open_prompt == "services"


# ── naming ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_namings_that_the_answers_allow(at: At) -> None:
    """Only descriptions that the answers allow are offered; what would add one is said."""
    sam = at("_naming")
    assert [word for word in ("My role only", "My role and type of organisation") if word in sam.last.words] == [
        "My role only"
    ]
    sam.save_form("role", role=("practitioner",), organisation=("health",))
    sam.story()
    assert "My role and type of organisation" in sam.last.words
    sam.save_form("role", role=("prefer-not-to-say",), organisation=("health",))
    sam.story()
    assert "My role" not in sam.last.words.replace("My name and role", "")
    assert "To be shown by your role, go back and say what kind of work you do." in sam.last.words


def test_by_name(at: At) -> None:
    """Whoever wants their name shown types it as it should appear."""
    sam = at("_naming")
    sam.choose("My name and role")
    assert "Type it as it should appear." in sam.last.words
    sam.say("x" * 101)
    assert "Type it again in up to 100 characters." in sam.last.words
    sam.say(" Sam  Okoro,\npractitioner ")
    assert "Permission, 2 of 2" in sam.last.words
    assert "Sam Okoro, practitioner" in sam.find("Shown as").words
    sam.choose("Weekly digest")
    sam.press("Send for review")
    assert sam.house.version().credit_line == "Sam Okoro, practitioner"


def test_the_code_counts_once_the_receipt_stands(at: At) -> None:
    """The code that the receipt shows is kept as a hash when it is posted: before that nobody has it."""
    sam = at("_ready")
    sam.house.asleep = True
    sam.press("Send for review")
    story = sam.house.story()
    assert sam.house.read(lambda tx: removals.code_hash(tx, story.id)) is None
    sam.house.asleep = False
    sam.house.deliver()
    code = codes.code_of(sam.house.policy.code_key, story.id, story.number)
    assert code in sam.last.words
    assert sam.house.read(lambda tx: removals.code_hash(tx, story.id)) == codes.hash_of(story.id, code)


def test_a_receipt_that_is_overtaken_by_a_withdrawal_leaves_no_code(at: At) -> None:
    """A story that was taken back while its receipt was on its way has nothing that a code could take back."""
    sam = at("_ready")
    sam.house.asleep = True
    sam.press("Send for review")
    story = sam.house.story()
    sam.house.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.WITHDRAWN))
    sam.house.asleep = False
    sam.house.deliver()
    assert sam.house.read(lambda tx: removals.code_hash(tx, story.id)) is None


def test_no_name(at: At) -> None:
    """No name or role leaves no credit line."""
    sam = at("_naming")
    sam.choose("No name or role")
    sam.choose("Weekly digest")
    assert "Ready to send" in sam.last.words and "with no name or role" in sam.last.words
    sam.press("Send for review")
    assert (sam.house.version().naming, sam.house.version().credit_line) == (Naming.NONE, None)


def test_a_role_that_changes_at_the_end(at: At) -> None:
    """A role changed in the form when all was ready changes what Ready to send says."""
    sam = at("_ready")
    assert 'as "Practitioner"' in sam.last.words
    sam.save_form("role", role=("manager",), organisation=())
    assert 'as "Manager"' in sam.find("Ready to send").words
    sam.save_form("role", role=("prefer-not-to-say",), organisation=())
    assert "with no name or role" in sam.find("Ready to send").words
    sam.press("Send for review")
    assert (sam.house.version().naming, sam.house.version().credit_line) == (Naming.NONE, None)


def test_words_at_the_last_steps(at: At) -> None:
    """Words at a step that asks for none are kept beside the story until their teller says where they belong."""
    sam = at("_naming")
    sam.say("Oh, and it was raining.")
    assert "Shall I add it to question 6?" in sam.last.words
    sam.press("Add to question 6")
    assert sam.last.words == "Added to question 6."
    assert "Oh, and it was raining." in sam.find("Check your story.").words


def test_back_from_the_last_steps(at: At) -> None:
    """Back leads through every step, and keeps what was chosen."""
    sam = at("_ready")
    for stage in (Stage.PLACES, Stage.NAMING, Stage.CHECKING):
        sam.press("Back")
        assert sam.draft.stage is stage
    sam.say("back")
    assert sam.draft.open_prompt == "title"
    assert "Back to question 8, *Give it a short title.* Type it again, or press Next." in sam.last.words
    for label in ("Next", "Carry on", "Next", "Next", "Send for review"):
        sam.press(label)
    assert sam.house.version().places == frozenset({Place.DIGEST})


# ── places and sending ────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_ticked(at: At) -> None:
    """Nothing ticked is refused kindly, in place."""
    sam = at("_places")
    assert "Weekly digest in #info-stories (about 140 people)" in sam.last.words
    sam.press("Next")
    assert "Tick a place, or press Keep it to myself." in sam.last.words
    assert sam.last.changes == 1


def test_send(at: At) -> None:
    """Sending shrinks the last step, and the receipt says the number, who reads it, by when, and where it goes."""
    sam = at("_ready")
    sam.press("Send for review")
    assert sam.sees("Sent Tuesday 3 June.")
    assert sam.last.words.startswith(
        "*This is story 1.* A reviewer will read it, usually within 2 working days, and I'll tell you here.\n"
        "If approved, it goes in #info-stories on Friday 6 June, 10am UK time."
    )
    assert sam.sees("This is what you sent as story 1.")
    assert not any("Change" in one.buttons for one in sam.screen)
    cards = sam.house.read(lambda tx: outbox.of_story(tx, sam.house.story().id, "card"))
    assert len(cards) == 1


def test_the_draft_keeps_no_words(at: At) -> None:
    """Once sent, the words stand in the version and nowhere else."""
    sam = at("_ready")
    draft = sam.draft.id
    sam.press("Send for review")
    assert sam.house.fragments(draft) == []
    assert sam.house.read(lambda tx: drafts.answers(tx, draft)) == {}


def test_send_twice(at: At) -> None:
    """A second press sends nothing, and says that it is over."""
    sam = at("_ready")
    ready = sam.last
    sam.press("Send for review", on=ready)
    sam.press("Send for review", on=ready)
    assert sam.house.read(lambda tx: len(outbox.of_story(tx, sam.house.story().id, "card"))) == 1
    assert sam.last.whisper


def test_with_care(at: At) -> None:
    """I'm not sure sends it with a flag for the reviewers; without it there is none."""
    sam, rae = at("_ready"), at("_ready")
    sam.press("I'm not sure, so check it twice")
    rae.press("Send for review")
    assert (sam.house.story().care, rae.house.story().care) == (True, False)


def test_the_words_byte_for_byte(at: At) -> None:
    """A version holds exactly what was typed, once normalised: order, spaces, line breaks, scripts and all."""
    sam = at("what")
    typed = [
        "  First   line\n\nthird – “quoted” ",
        "naïve café",
        "العربية ‎ 日本語",
        "a\u0000b",
        "👩‍👩‍👧 *bold* _it_ `code` > q",
    ]
    for text in typed:
        sam.say(text)
    sam.press("Next")
    for place in (
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
    ):
        sam.step(place)
    assert sam.house.words_of()["what"] == "\n".join(normalise(text).strip() for text in typed)


def test_a_story_for_no_digest(at: At) -> None:
    """A story that may not go in the digest is promised for none."""
    sam = at("_places")
    sam.choose("Storybook for staff")
    sam.press("Send for review")
    assert "goes in #info-stories" not in sam.last.words


def test_an_offer_ends_with_the_story(at: At) -> None:
    """What was offered to be added cannot be any more once the story is sent: the button goes, not the sentence."""
    sam = at("_ready")
    sam.say("one more thing")
    offer = sam.find("Shall I add it to question 6?")
    sam.press("Send for review")
    stands = sam.house.chat[offer.channel, offer.ts]
    assert stands.words == "I haven't put that in your story: there was no question open for it."
    assert not sam.house.file_holds("one more thing")


@pytest.mark.parametrize("place", ["Weekly digest", "Storybook on the public web"])
def test_the_receipt_speaks_of_a_digest_where_there_is_one(at: At, place: str) -> None:
    """A story that goes in no digest can be changed without a word about one."""
    sam = at("_places")
    sam.choose(place)
    sam.press("Send for review")
    said = sam.find("This is story 1.").words
    assert ("Until it is in a digest you can still change it." in said) is (place == "Weekly digest")
    assert "ou can still change it." in said
