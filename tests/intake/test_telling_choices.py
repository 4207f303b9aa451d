"""Choosing: by ticking, by typing an option, and what becomes of other words at a list."""

import pytest
from intake_house import House
from intake_person import LESSON, At, Person
from small_scripts import SMALL

from bot.intake import rendering
from bot.intake.shelf import Shelf
from storage import drafts, outbox
from storage.records import Answer, Op, Stage


def answer(person: Person, prompt_id: str) -> Answer:
    """What is held for a prompt."""
    draft = person.draft
    return person.house.read(lambda tx: drafts.answers(tx, draft.id)).get(prompt_id, Answer(prompt_id))


def with_script(house: House, name: str) -> Person:
    """Somebody at the first question of a small script."""
    house.shelf = Shelf(SMALL[name])
    house.kinds = rendering.kinds(house.shelf)
    person = Person(house, "Sam")
    person.begin()
    return person


# ── ticking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_choice(at: At) -> None:
    """A choice that is left behind shrinks to question and answer."""
    sam = at("closeness")
    sam.choose("It happened late or only in part")
    old = sam.find("1 of 8")
    assert old.words == "1 of 8 · Which of these is closest to your story?  \nIt happened late or only in part"
    assert "2 of 8" in sam.last.words


def test_the_next_question_waits_for_no_change(at: At) -> None:
    """The question that follows is on its way at once, beside the change of the one that was left."""
    sam = at("closeness")
    sam.house.asleep = True
    sam.choose("It happened late or only in part")
    rows = sam.house.read(outbox.being_sent)
    assert sorted(row.op for row in rows) == [Op.POST, Op.UPDATE]


def test_ticking_says_nothing(at: At) -> None:
    """Ticking is held without a word; the screen shows it already."""
    sam = at("services")
    shown = len(sam.house.log)
    sam.tick("", "Health", "Police")
    assert len(sam.house.log) == shown
    assert answer(sam, "services").choices == ("health", "police")


def test_next_without_a_choice(at: At) -> None:
    """Next with nothing chosen changes the question, which says what to do."""
    sam = at("closeness")
    sam.press("Next")
    assert "Choose one first, then press Next." in sam.last.words
    assert sam.last.changes == 1
    sam.choose("A mix")
    assert "2 of 8" in sam.last.words


def test_what_stands_ticked_counts_even_if_the_tick_was_lost(at: At) -> None:
    """Next takes what stands ticked on the screen, should the tick itself never have arrived."""
    sam = at("services")
    sam.last.ticked["choose:services"] = ("police",)
    sam.press("Next")
    assert answer(sam, "services").choices == ("police",)
    assert "5 of 8" in sam.last.words


def test_skip_does_not_throw_a_tick_away(at: At) -> None:
    """Skip beside something ticked keeps it: they have answered."""
    sam = at("enablers")
    sam.last.ticked["choose:barriers"] = ("fear",)
    sam.press("Skip")
    assert answer(sam, "barriers").choices == ("fear",)
    assert "Fear of getting it wrong" in sam.find("5 of 8").words


def test_skip(at: At) -> None:
    """An optional question that is skipped says that it can be added, and nothing nags."""
    sam = at("enablers")
    sam.say("skip")
    assert "Skipped. You can add it before you send." in sam.find("5 of 8").words
    assert "6 of 8" in sam.last.words


def test_skip_where_it_is_needed(at: At) -> None:
    """Skip at a question that is needed says why."""
    sam = at("lesson")
    sam.say("skip")
    assert sam.last.words.startswith("I do need this one: it is the line readers remember. One sentence is enough.")
    assert len(sam.with_next) == 1


# ── typing at a list ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["a mix", "A  MIX", " A mix "])
def test_an_option_that_is_typed(at: At, text: str) -> None:
    """Typing an option's whole text chooses it and goes on."""
    sam = at("closeness")
    sam.say(text)
    assert answer(sam, "closeness").choices == ("mixed",)
    assert "2 of 8" in sam.last.words
    assert sam.fragments == []


@pytest.mark.parametrize("text", ["health, police", "Health,Police", " HEALTH ,  police, health"])
def test_options_with_commas_between(at: At, text: str) -> None:
    """Options of a list with commas between them, and nothing else, are chosen together."""
    sam = at("services")
    sam.say(text)
    assert answer(sam, "services").choices == ("health", "police")
    assert "Got that. Choose more, or press Next." in sam.last.words
    assert sam.fragments[-1][0] != "lesson"


def test_an_option_that_has_a_comma(at: At) -> None:
    """An option with a comma in it is one option, also beside another, of whichever of the lists."""
    sam = at("enablers")
    sam.say("poor data quality, no shared identifier, no time, joint training")
    assert answer(sam, "barriers").choices == ("poor-data", "no-time")
    assert answer(sam, "enablers").choices == ("joint-training",)


@pytest.mark.parametrize("text", ["health, police and a vet", "health,", "A mix, sharing helped"])
def test_options_among_other_words(at: At, text: str) -> None:
    """Words among which options stand, or two where one can be chosen, are an answer like any other words."""
    sam = at("closeness" if "mix" in text else "services")
    sam.say(text)
    assert answer(sam, "services").choices == () and answer(sam, "closeness").choices != ("mixed", "helped")
    assert sam.fragments[-1][1] == text.strip()


def test_several_options_that_are_typed(at: At) -> None:
    """Options of a list that takes several add up, up to as many as it takes."""
    sam = at("services")
    six = ["Health", "Police", "Fire and rescue", "Jobcentre and benefits", "Central government", "Other"]
    for text in six:
        sam.say(text)
    assert len(answer(sam, "services").choices) == 6
    sam.say("Probation and justice")
    assert len(answer(sam, "services").choices) == 6
    assert "That is more than I can take. Untick some, then press Next." in sam.last.words
    sam.press("Next")
    assert "5 of 8" in sam.last.words


def test_words_at_a_list_are_held(at: At) -> None:
    """Other words at a list are put with the next typed question, which says so when it comes."""
    sam = at("closeness")
    sam.say("there's a bit more to it")
    assert sam.last.words == "I've put that with question 2. First, choose one of the five above."
    sam.choose("A mix")
    assert not sam.sees("I've put that with question 2")
    assert "I have the message you wrote above. Add to it, or press Next." in sam.last.words
    assert sam.fragments == [("what", "there's a bit more to it")]


def test_more_words_at_a_list(at: At) -> None:
    """A second message at the same list is held too, without a second note."""
    sam = at("closeness")
    sam.say("there's a bit more to it")
    sam.say("and more")
    assert sam.count("I've put that with question 2.") == 1
    assert len(sam.fragments) == 2


def test_words_at_a_list_come_back_to(at: At) -> None:
    """Words at a list that was gone back to are answered again."""
    sam = at("services")
    sam.say("the ward was closed")
    sam.choose("Health")
    sam.press("Back")
    sam.say("and locked")
    assert "I've put that with question 6." in sam.last.words
    assert [words for _, words in sam.fragments[-2:]] == ["the ward was closed", "and locked"]


def test_held_words_are_edited(at: At) -> None:
    """Held words follow their edit, and it is said."""
    sam = at("closeness")
    ts = sam.say("teh ward")
    sam.edit(ts, "the ward")
    assert sam.fragments == [("what", "the ward")]
    assert sam.last.words == "Updated question 2."


def test_no_typed_question_left(at: At) -> None:
    """Where no typed question follows, the words are kept beside the story and a button adds them to the last one."""
    sam = at("role")
    sam.say("she was fine in the end")
    assert "Shall I add it to question 6?" in sam.last.words
    assert list(sam.last.buttons) == ["Add to question 6"]
    offer = sam.last
    sam.press("Add to question 6")
    assert sam.find("Added to question 6.").ts == offer.ts
    assert [one for one in sam.fragments if one[0] == "lesson"] == [
        ("lesson", LESSON),
        ("lesson", "she was fine in the end"),
    ]


def test_an_offer_pressed_twice(at: At) -> None:
    """Adding twice adds once."""
    sam = at("role")
    sam.say("she was fine in the end")
    offer = sam.last
    sam.press("Add to question 6", on=offer)
    sam.press_raw("add_to", offer.buttons["Add to question 6"]["value"], offer)
    assert sum(words == "she was fine in the end" for _, words in sam.fragments) == 1


def test_an_offer_after_the_form(at: At) -> None:
    """An offer that is taken after the form was saved adds its words below those of the form."""
    sam = at("_checking")
    sam.save_form("lesson", lesson="Ring whoever is at the door.")
    sam.say("and say it aloud")
    sam.press("Add to question 6")
    assert answer(sam, "lesson").form_text == "Ring whoever is at the door.\nand say it aloud"
    assert "and say it aloud" in sam.find("Check your story.").words


def test_a_script_of_lists(house: House) -> None:
    """Where every question is a list, words cannot be used, and that is said."""
    sam = with_script(house, "only choices")
    sam.say("but it rained")
    assert "I can't put that in your story: its questions are all answered from lists." in sam.last.words


# ── something else ────────────────────────────────────────────────────────────────────────────────────────────────


def test_something_else(at: At) -> None:
    """Something else asks for words, and the next message is those words."""
    sam = at("enablers")
    sam.tick("What helped", "Something else")
    assert "Type what the something else was, in up to 200 characters, or untick it." in sam.last.words
    sam.say("A shared lunch")
    assert answer(sam, "enablers").other == "A shared lunch"
    assert sam.sees("Got that. Press Next when you're done.")
    sam.press("Next")
    assert "A shared lunch" in sam.find("5 of 8").words
    assert sam.fragments[-1][0] != "lesson"


@pytest.mark.parametrize("menu", ["What helped", "What got in the way"])
def test_something_else_at_too_great_a_length(at: At, menu: str) -> None:
    """Words for Something else that are too long are handed back."""
    sam = at("enablers")
    sam.tick(menu, "Something else")
    sam.say("x" * 201)
    assert sam.last.words == "That is over 200 characters. Type the something else again, a little shorter."
    sam.press("Next")
    assert sam.draft.open_prompt == "enablers"
    assert sam.sees("Type what the something else was")


def test_something_else_unticked(at: At) -> None:
    """Unticking Something else takes its line away, and Next goes on."""
    sam = at("enablers")
    sam.tick("What helped", "Something else")
    sam.tick("What helped")
    assert not sam.sees("Type what the something else was")
    sam.press("Next")
    assert "6 of 8" in sam.last.words


def test_what_depends_on_a_choice(house: House) -> None:
    """A question counts once the choices call for it; the total never goes down."""
    sam = with_script(house, "when")
    assert sam.last.words.startswith("1 of 2")
    sam.choose("Yes")
    assert sam.last.words.startswith("2 of 3")
    sam.press("Back")
    sam.choose("No")
    assert sam.draft.open_prompt == "after"
    assert "2 of 3, optional" in sam.last.words


def test_a_line_that_is_too_short(house: House) -> None:
    """A line under its least length is handed back, and the question stays open."""
    sam = with_script(house, "one question")
    sam.say("ab")
    assert "A little more, please" in sam.last.words
    assert sam.draft.stage is Stage.ASKING
    sam.say("abcd")
    assert sam.draft.stage is Stage.CHECKING
