"""Before Start: one notice, one offer, and nothing kept."""

from dataclasses import replace

import pytest
from intake_house import House
from intake_person import At, Person

from bot.intake import missed, payloads
from bot.intake.greeting import Standing
from bot.intake.heard import Said

LONG = "It was when a tenant came home from hospital and nobody had told us"


def wrote(person: Person, *timestamps: str) -> list[Said]:
    """Messages as they are read back from the direct message."""
    return [payloads.said(person.messages[ts], channel=person.channel) for ts in timestamps]


def test_the_notice(sam: Person) -> None:
    """Hello is answered with the notice, which ends by saying that nothing is kept before Start."""
    sam.say("hi")
    assert [one.row.kind for one in sam.screen] == ["notice"]
    assert "8 short questions" in sam.last.words
    assert "it is deleted after 14 days" in sam.last.words
    assert "Nothing you type is kept until you press Start." in sam.last.words
    assert list(sam.last.buttons) == ["Start", "Not now", "How we use stories"]


def test_the_second_message_is_offered_to_be_picked_up(sam: Person) -> None:
    """A second message before Start is not kept but offered, and the notice hands its buttons to the offer."""
    sam.say("hi")
    sam.say(LONG)
    notice, offer = sam.screen
    assert notice.buttons == {}
    assert "I haven't kept that yet. I can pick it up from this chat if you start." in offer.words
    assert list(offer.buttons) == ["Start with what I wrote", "Start afresh", "Not now"]


def test_more_messages_change_the_offer(sam: Person) -> None:
    """A third message, and any after it, changes the offer in place; the offer still begins with the first."""
    sam.say("hi")
    first = sam.say(LONG)
    for words in ("and then", "and then again"):
        sam.say(words)
    assert [one.row.kind for one in sam.screen] == ["notice", "offer"]
    assert "I haven't kept those yet." in sam.last.words
    assert sam.last.changes == 1
    assert sam.last.buttons["Start with what I wrote"]["value"] == first


def test_no_second_notice_within_a_day(house: House, sam: Person) -> None:
    """Within 24 hours there is one notice, however much is written; after that there may be another."""
    sam.say("hi")
    house.wait(hours=23)
    sam.say("hello?")
    sam.say("anybody there")
    assert sam.count("Nothing you type is kept") == 1
    house.wait(hours=2)
    sam.say("hi again")
    assert sam.count("Nothing you type is kept") == 2


def test_a_long_first_message(sam: Person) -> None:
    """A long first message gets the notice and the offer in one."""
    first = sam.say(LONG)
    assert [one.row.kind for one in sam.screen] == ["notice"]
    assert "I can pick it up from this chat if you start." in sam.last.words
    assert sam.last.buttons["Start with what I wrote"]["value"] == first
    sam.say("and there is more")
    assert [one.row.kind for one in sam.screen] == ["notice"]


def test_nothing_typed_before_start_is_in_the_file(house: House, sam: Person) -> None:
    """Nothing that is typed before Start is in the database file, pressing Start included."""
    sam.say("blackbird")
    sam.say("nightingale " * 5)
    edited = sam.say("wren")
    sam.edit(edited, "goldcrest")
    sam.delete(edited)
    sam.press("Start afresh")
    for word in ("blackbird", "nightingale", "wren", "goldcrest"):
        assert not house.file_holds(word)


def test_start_begins(house: House, sam: Person) -> None:
    """Start turns the notice into a line that says which notice was read, and asks the first question."""
    sam.say("hi")
    sam.press("Start")
    assert next(one.words for one in sam.screen) == "Started Tuesday 3 June, after reading notice 5."
    assert "1 of 8 · *Which of these is closest to your story?*" in sam.last.words
    assert list(sam.last.buttons) == ["Next", "Finish later"]
    assert sam.draft.notice_version == 5


def test_what_was_still_to_be_changed_does_not_undo_start(house: House, sam: Person) -> None:
    """A change of the offer that is sent after Start was pressed is no longer made: its buttons would stand again."""
    sam.say("hi")
    sam.say(LONG)
    house.asleep = True
    sam.say("and then")
    sam.press("Start afresh")
    house.asleep = False
    house.deliver()
    _, offer, question = sam.screen
    assert offer.words == "Started Tuesday 3 June, after reading notice 5."
    assert "1 of 8" in question.words


def test_start_twice(sam: Person) -> None:
    """A second press of Start begins nothing and says where we are."""
    sam.say("hi")
    notice = sam.last
    sam.press("Start")
    draft = sam.draft.id
    sam.press("Start", on=notice)
    assert sam.draft.id == draft
    assert sam.last.whisper and sam.last.words == "You've already started. We're on question 1 of 8."


def test_not_now(house: House, sam: Person) -> None:
    """Not now keeps nothing and says how to begin another day; what is written after it is still only offered."""
    sam.say("hi")
    sam.press("Not now")
    assert sam.last.words == "That's fine. Nothing was kept. Type /story whenever you'd like to tell one."
    sam.say("well, there was one thing")
    assert sam.last.row.kind == "offer"
    assert house.draft(sam.id) is None


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.STRANGER])
def test_guests(house: House, standing: Standing) -> None:
    """Guests hear once a day that their words are not kept, and have no Start to press."""
    guest = Person(house, "Guest", standing=standing)
    guest.say("hi")
    guest.say("hello?")
    assert [one.buttons for one in guest.screen] == [{}]
    assert "I can only take stories from our own staff here" in guest.last.words
    guest.press_raw("start", "start")
    assert house.draft(guest.id) is None


def test_nobody(house: House) -> None:
    """A bot, or somebody who has left, is not answered."""
    gone = Person(house, "Gone", standing=Standing.NOBODY)
    gone.say("hi")
    assert gone.screen == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("delete", "No story is open, so there is nothing to delete. To take back one that you have sent, type /story"),
        ("Stop!", "No story is open, so there is nothing to stop."),
        ("skip", "No question is open at the moment."),
        ("back", "No question is open at the moment."),
        ("carry on", "No question is open at the moment."),
        ("HELP", "I collect stories about sharing information."),
    ],
)
def test_a_control_word_with_nothing_open_is_answered_each_time(sam: Person, word: str, said: str) -> None:
    """It is not taken for the beginning of a story, and however often it is typed the bot is never silent."""
    sam.say("hi")
    for again in range(1, 5):
        sam.say(word)
        assert said in sam.last.words and sam.count(said) == again
        assert "Tell a story" in sam.last.buttons
    assert sam.count("I haven't kept") == 0
    sam.say(LONG)
    assert "I haven't kept that yet." in sam.last.words


def test_help_is_answered_before_hello(house: House, sam: Person) -> None:
    """It is the help, with the verbs of reviewers for those who are; the notice comes with the first other word."""
    sam.say("help")
    assert [one.row.kind for one in sam.screen] == ["nothing_open"]
    assert "approve 31" not in sam.last.words and "How we use stories" in sam.last.buttons
    sam.say("hi")
    assert sam.last.row.kind == "notice"
    house.policy = replace(house.policy, reviewers=frozenset({sam.id}))
    sam.say("help")
    assert "approve 31" in sam.last.words


def test_one_greeting_at_a_time_can_be_pressed(sam: Person) -> None:
    """`/story` after a notice, and after an offer, takes the buttons from both, and offers the same words again."""
    sam.say("hi")
    sam.story()
    assert [len(one.buttons) for one in sam.screen] == [0, 3]
    first = sam.say(LONG)
    sam.story()
    assert [len(one.buttons) for one in sam.screen] == [0, 0, 0, 3]
    assert "I haven't kept that." in sam.screen[2].words
    assert sam.last.buttons["Start with what I wrote"]["value"] == first
    assert "I can pick it up" in sam.last.words
    sam.story()
    assert [len(one.buttons) for one in sam.screen] == [0, 0, 0, 0, 3]
    assert "I can pick it up" not in sam.screen[3].words
    sam.press("Start with what I wrote")
    assert sam.draft.recover_from == first


# ── starting with what was written ────────────────────────────────────────────────────────────────────────────────


def test_pick_up(house: House, sam: Person) -> None:
    """Start with what I wrote reads the stretch back and puts it with the first typed question."""
    sam.say("hi")
    first, second = sam.say(LONG), sam.say("there's a bit more to it")
    sam.press("Start with what I wrote")
    draft = sam.draft
    assert (draft.recover_from, draft.recover_prompt) == (first, "what")
    assert house.recover(draft.id, wrote(sam, first, second)) == 2
    assert sam.fragments == [("what", LONG), ("what", "there's a bit more to it")]
    sam.choose("A mix")
    assert "I have the two messages you wrote above. Add to them, or press Next." in sam.last.words
    sam.press("Next")
    assert "3 of 8" in sam.last.words


def test_pick_up_while_its_question_is_open(house: House, sam: Person) -> None:
    """What is picked up late shows in the question that stands open already."""
    first = sam.say(LONG)
    sam.press("Start with what I wrote")
    sam.choose("A mix")
    assert "I have" not in sam.last.words
    house.recover(sam.draft.id, wrote(sam, first))
    assert "I have the message you wrote above." in sam.last.words


def test_pick_up_takes_no_control_words(house: House, sam: Person) -> None:
    """Words like help and stop, written before Start, are not part of the story."""
    first, word = sam.say(LONG), sam.say("help")
    sam.press("Start with what I wrote")
    house.recover(sam.draft.id, wrote(sam, first, word))
    assert sam.fragments == [("what", LONG)]


def test_pick_up_fails(house: House, sam: Person) -> None:
    """Where the chat cannot be read back, the teller is asked to copy it in."""
    sam.say(LONG)
    sam.press("Start with what I wrote")
    house.do(missed.give_up_recovering, house.shelf, sam.draft.id)
    assert sam.last.words == "I couldn't pick that up. Please copy it in at question 2."
    assert sam.draft.recover_from is None


def test_pick_up_finds_nothing(house: House, sam: Person) -> None:
    """Where nothing is there any more, the teller is told the same."""
    sam.say(LONG)
    sam.press("Start with what I wrote")
    assert house.recover(sam.draft.id, []) == 0
    assert sam.last.words == "I couldn't pick that up. Please copy it in at question 2."


def test_start_afresh_picks_nothing_up(sam: Person) -> None:
    """Start afresh leaves what was written where it is; a late copy of it is not taken either."""
    sam.say("hi")
    late = sam.write(LONG)
    sam.say("well")
    sam.press("Start afresh")
    sam.hand_over(late)
    assert sam.draft.recover_from is None
    assert sam.fragments == []


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_begins(house: House, sam: Person) -> None:
    """`/story` sends the notice to somebody who is not telling one."""
    sam.say("hi")
    sam.story()
    assert sam.last.row.kind == "notice" and "Start" in sam.last.buttons


def test_story_resumes(at: At) -> None:
    """`/story` in the middle puts the open question again, below, and the old one loses its buttons."""
    sam = at("difference")
    sam.story()
    assert "3 of 8" in sam.last.words and "Next" in sam.last.buttons
    assert [one.ts for one in sam.with_next] == [sam.last.ts]
    sam.answer("They waited two nights in a hotel.")
    assert "4 of 8" in sam.last.words


def test_story_resumes_after_resting(at: At) -> None:
    """`/story` wakes a draft that was resting."""
    sam = at("difference")
    sam.press("Finish later")
    sam.story()
    assert not sam.draft.paused
    assert [one.ts for one in sam.with_next] == [sam.last.ts]


def test_the_next_story_is_greeted_anew(at: At) -> None:
    """Somebody whose story is sent and who writes again gets the notice again."""
    sam = at("sent")
    sam.say("I have another one")
    assert sam.last.row.kind == "notice"


def test_a_code_is_no_story(house: House, sam: Person) -> None:
    """Somebody who pastes a story's code hears what it is for, each time, and no opening notice; it is kept nowhere."""
    for code in ("maple-grape-stone-31", "Maple-Grape-Stone-31"):
        sam.say(code)
        told = "To take the story back with it, type /story withdraw and then the code."
        assert told in sam.last.words
    assert len(sam.screen) == 2 and not house.file_holds("maple-grape-stone")
