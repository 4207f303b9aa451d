"""A reviewer's question is answered in its thread or in a form, and never takes over an open draft."""

import pytest
from intake_person import DIFFERENCE, WHAT, At, Person

from bot.intake import answering, waking
from bot.story import tidings
from storage import decisions, drafts, outbox, tellers
from storage.database import Tx
from storage.records import Ask, Message, OutboxState, StoryStatus, Verb, VersionKind

QUESTION = "Who could have told housing first? <!channel>"


def asked(person: Person, prompt_id: str = "what", *, number: int = 1) -> Ask:
    """A reviewer's question, relayed as the review room relays it."""
    story = person.house.story(number)

    def work(tx: Tx, policy: object) -> Ask:
        assert decisions.decide(tx, story.id, story.current_version, Verb.ASK, by="U1")
        ask = decisions.add_ask(
            tx, story.id, story.current_version, prompt_id=prompt_id, question=QUESTION, reviewer="U0AMIRA"
        )
        row = outbox.enqueue(
            tx, Message(tidings.RELAYED_QUESTION, tidings.author(story.id), args={"ask": ask.id}, story_id=story.id)
        )
        decisions.set_ask_message(tx, ask.id, row)
        return ask

    return person.house.do(work)


def by_form(person: Person, ask: Ask, words: str) -> str | None:
    """Send the form."""
    return person.house.do(answering.answer, person.house.shelf, person.id, ask.id, words)


def test_the_question(at: At) -> None:
    """The question comes with a neutral first sentence, in the reviewer's plain words, with two ways to answer."""
    sam = at("sent")
    asked(sam)
    assert sam.last.rendered.text == "A reviewer has a question about story 1."
    assert QUESTION in sam.last.words
    assert "Reply in this message's thread, or press Answer." in sam.last.words
    assert list(sam.last.buttons) == ["Answer"]


def test_in_the_thread(at: At) -> None:
    """Replies in the thread are kept until Send back, then added to the answer; the story is back as version 2."""
    sam = at("sent")
    asked(sam)
    question = sam.last
    for words in ("The ward could.", "They had the form.", "It was signed."):
        sam.say(words, thread_ts=question.ts)
    feet = [one for one in sam.screen if one.row.kind == "answer_foot"]
    assert [one.words for one in feet] == ["Got all 3. Press Send back when you're done.\nSend back"]
    assert feet[0].thread_ts == question.ts
    sam.press("Send back")
    version = sam.house.version()
    assert sam.house.words_of()["what"] == f"{WHAT}\nThe ward could.\nThey had the form.\nIt was signed."
    assert (version.n, version.kind, version.changed_prompts) == (2, VersionKind.ANSWERED, ("what",))
    assert sam.house.story().status is StoryStatus.SUBMITTED
    assert sam.find("You answered on").words == "You answered on Tuesday 3 June. Story 1 is back with the reviewers."
    assert not any(one.row.kind == "answer_foot" for one in sam.screen)
    assert sam.house.words_of()["difference"] == DIFFERENCE


def test_in_a_thread_that_is_not_known_yet(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question was posted, and the bot does not know where (Slack's answer was lost): what is written in its thread
    is an answer to it all the same, and not a part of the story that the teller is on by now."""
    sam = at("sent")
    sam.say("hello")
    sam.press("Start")
    sam.house.asleep = True
    ask = asked(sam)
    posted = sam.house.next_ts()
    mine = sam.say("I am on another story now.")
    sam.say("The ward could.", thread_ts=posted)
    sam.say("And this is about my own message.", thread_ts=mine)
    with monkeypatch.context() as found:  # now it is found where it was posted
        found.setattr(sam.house, "next_ts", lambda: posted)
        sam.house.writer.submit(lambda tx: sam.house._turn(tx, tidings.author(ask.story_id))).result(10)
    sam.house.asleep = False
    sam.house.deliver()
    sam.press("Send back", on=next(one for one in sam.screen if one.row.kind == "answer_foot"))
    assert sam.house.words_of()["what"] == f"{WHAT}\nThe ward could."
    draft = sam.house.read(lambda tx: drafts.find_open(tx, tellers.find_teller(tx, sam.id).id))  # type: ignore[union-attr]
    kept = sam.house.read(lambda tx: [one.text for one in drafts.fragments(tx, draft.id)])  # type: ignore[union-attr]
    assert "The ward could." not in kept


def test_in_the_form(at: At) -> None:
    """The form has the question and the answer filled in, and sends at once."""
    sam = at("sent")
    ask = asked(sam)
    form = sam.answer_form(ask.id)
    assert isinstance(form, dict)
    assert form["blocks"][1]["element"]["initial_value"] == WHAT
    assert by_form(sam, ask, f"{WHAT} The ward could.") is None
    assert sam.house.words_of()["what"] == f"{WHAT} The ward could."
    assert sam.answer_form(ask.id) == "over"


def test_the_form_has_what_was_written_in_the_thread(at: At) -> None:
    """Words of the thread that were not sent back stand in the form beneath the answer: it sends them, or cuts them."""
    sam = at("sent")
    ask = asked(sam)
    thread = sam.last.ts
    sam.say("The ward could.", thread_ts=thread)
    sam.say("x" * 1500, thread_ts=thread)
    form = sam.answer_form(ask.id)
    assert isinstance(form, dict)
    box = form["blocks"][1]["element"]
    assert box["initial_value"] == f"{WHAT}\nThe ward could.\n{'x' * 1500}"
    assert box["max_length"] == len(box["initial_value"])
    more = sam.say("y" * 1500, thread_ts=thread)
    assert sam.answer_form(ask.id) == "answer_too_long", "it fits no box: it can be cut in the thread"
    sam.delete(more)
    assert (by_form(sam, ask, box["initial_value"]) or "").startswith("A little shorter")
    assert by_form(sam, ask, f"{WHAT}\nThe ward could.") is None
    assert sam.house.words_of()["what"] == f"{WHAT}\nThe ward could."


@pytest.mark.parametrize(("words", "problem"), [(" ", "Write an answer first."), ("x" * 1501, "A little shorter")])
def test_what_the_form_refuses(at: At, words: str, problem: str) -> None:
    """An empty or overlong answer is refused in the form, and the question still waits."""
    sam = at("sent")
    ask = asked(sam)
    assert (by_form(sam, ask, words) or "").startswith(problem)
    assert sam.house.story().status is StoryStatus.ASKED


def test_both_ways(at: At) -> None:
    """After one way the other is closed, and nothing that comes later changes the story."""
    sam = at("sent")
    ask = asked(sam)
    thread = sam.last.ts
    sam.say("The ward could.", thread_ts=thread)
    foot = sam.last
    assert by_form(sam, ask, "The ward could have, by phone, on the day itself.") is None
    sam.press("Send back", on=foot)
    assert sam.last.words.startswith("There is nothing to send back yet.")
    sam.say("and more", thread_ts=thread)
    assert sam.last.words == "That question is closed, so I haven't added this to the story."
    sam.say("and more still", thread_ts=thread)
    assert sam.count("That question is closed") == 1
    assert (
        by_form(sam, ask, "again") == "This question has been answered, or the story has moved on. Nothing was changed."
    )
    assert sam.house.version().n == 2


def test_send_back_twice(at: At) -> None:
    """A second press of Send back sends nothing."""
    sam = at("sent")
    asked(sam)
    sam.say("The ward could.", thread_ts=sam.last.ts)
    foot = sam.last
    sam.press("Send back", on=foot)
    sam.press("Send back", on=foot)
    assert sam.house.version().n == 2


def test_nothing_to_send_back(at: At) -> None:
    """Send back with nothing written says so."""
    sam = at("sent")
    ask = asked(sam)
    ts = sam.say("oops", thread_ts=sam.last.ts)
    sam.delete(ts)
    sam.press_raw("send_back", ask.id, sam.last)
    assert sam.last.words == "There is nothing to send back yet. Write your answer in this thread first."


def test_too_much_to_send_back(at: At) -> None:
    """An answer that would be longer than readers get is not sent but handed back, and can be cut in the thread."""
    sam = at("sent")
    asked(sam)
    thread = sam.last.ts
    sam.say("The ward could.", thread_ts=thread)
    long = sam.say("x" * 1500, thread_ts=thread)
    sam.press("Send back")
    assert sam.last.words.startswith("That makes the answer longer than readers get.")
    assert sam.house.version().n == 1
    sam.delete(long)
    sam.press("Send back")
    assert sam.house.words_of()["what"] == f"{WHAT}\nThe ward could."


def test_a_refusal_stands_in_the_thread(at: At) -> None:
    """What is refused by Send back is said where the button was pressed, and the button that helps by its name."""
    sam = at("sent")
    asked(sam)
    thread = sam.last.ts
    sam.say("It was near LE1 1AA.", thread_ts=thread)
    sam.press("Send back")
    assert sam.last.whisper and sam.last.thread_ts == thread
    assert "If it isn't one, press Change story 1 on its receipt: there you can say so." in sam.last.words
    sam.press_raw("change_story", "nonsense", sam.find("This is story 1."))
    assert sam.last.whisper and sam.last.thread_ts is None


def test_a_reply_that_comes_twice_and_out_of_order(at: At) -> None:
    """Replies count once and read in the order they were written; their edits are followed."""
    sam = at("sent")
    asked(sam)
    thread = sam.last.ts
    first, second = sam.write("first", thread_ts=thread), sam.write("second", thread_ts=thread)
    for message in (second, first, second):
        sam.hand_over(message)
    sam.edit(second["ts"], "the second")
    sam.press("Send back")
    assert sam.house.words_of()["what"] == f"{WHAT}\nfirst\nthe second"


def test_an_open_draft_is_left_alone(at: At) -> None:
    """A question about one story does not touch the draft of another: threads go to the one, typing to the other."""
    sam = at("sent")
    sam.begin()
    sam.choose("A mix")
    draft = sam.draft
    asked(sam)
    question = sam.last
    sam.say("A new story, about a school.")
    sam.say("The ward could.", thread_ts=question.ts)
    assert sam.draft.id == draft.id
    assert sam.fragments == [("what", "A new story, about a school.")]
    sam.press("Send back")
    assert sam.house.words_of(1)["what"] == f"{WHAT}\nThe ward could."


def test_a_question_while_the_story_is_being_changed(at: At) -> None:
    """A reply in a question's thread does not cut off a change of the same story: that can still be sent."""
    sam = at("sent")
    sam.press("Change story 1")
    asked(sam)
    sam.say("The ward could.", thread_ts=sam.last.ts)
    sam.save_form("difference", difference="She waited three whole nights.")
    for label in ("Carry on", "Next", "Next", "Send for review"):
        sam.press(label)
    assert sam.house.words_of()["difference"] == "She waited three whole nights."
    assert not sam.sees("Your story has gone into the digest meanwhile")


def test_an_answer_given_while_the_story_is_being_changed(at: At) -> None:
    """An answer that was sent back meanwhile is not undone by a change that was begun before it."""
    sam = at("sent")
    sam.press("Change story 1")
    ask = asked(sam)
    assert by_form(sam, ask, f"{WHAT} The ward could.") is None
    sam.save_form("difference", difference="She waited three whole nights.")
    for label in ("Carry on", "Next", "Next", "Send for review"):
        sam.press(label)
    assert sam.house.version().n == 3
    assert sam.house.words_of()["what"] == f"{WHAT} The ward could."
    assert sam.house.words_of()["difference"] == "She waited three whole nights."


def test_somebody_else(at: At) -> None:
    """Nobody but its teller can answer."""
    sam = at("sent")
    ask = asked(sam)
    rae = Person(sam.house, "Rae")
    rae.say("hi")
    assert rae.answer_form(ask.id) == "over"
    assert by_form(rae, ask, "I was there") is not None
    rae.press_raw("send_back", ask.id, rae.last)
    assert sam.house.version().n == 1


def test_an_answer_that_is_never_sent(at: At) -> None:
    """Replies that are never sent back are deleted in a fortnight, silently; the question still waits."""
    sam = at("sent")
    asked(sam)
    sam.say("Marigold", thread_ts=sam.last.ts)
    shown = len(sam.house.log)
    sam.house.wait(days=15)
    sam.house.do(waking.wake)
    assert not sam.house.file_holds("Marigold")
    assert len(sam.house.log) == shown
    assert sam.house.story().status is StoryStatus.ASKED


def test_the_answers_draft_keeps_no_words(at: At) -> None:
    """Once sent back, the replies stand in the version only."""
    sam = at("sent")
    asked(sam)
    sam.say("The ward could.", thread_ts=sam.last.ts)
    teller = sam.teller_id
    draft = sam.house.read(lambda tx: drafts.find_answer(tx, teller, sam.screen[-1].thread_ts or ""))
    assert draft is not None
    sam.press("Send back")
    assert sam.house.fragments(draft.id) == []
    assert sam.house.read(lambda tx: tellers.change_draft_of(tx, sam.house.story().id)) is None
    assert sam.house.rows(OutboxState.QUEUED) == []


def test_an_answer_with_something_that_is_none(at: At) -> None:
    """What looks like an identifier does not go back by the question; by *Change* they can say that it is none."""
    sam = at("sent")
    receipt, ask = sam.find("This is story 1."), asked(sam)
    words = f"{WHAT} It was near LE1 1AA, which is a ward."
    refused = by_form(sam, ask, words)
    assert refused is not None and "press Change story 1 on its receipt: there you can say so" in refused
    assert sam.house.story().status is StoryStatus.ASKED and sam.house.words_of()["what"] == WHAT
    sam.press("Change story 1", on=receipt)
    sam.save_form("what", what=words)
    sam.press("It isn't one")
    for label in ("Carry on", "Next", "Next", "Send for review"):
        sam.press(label)
    assert sam.house.words_of()["what"] == words
    assert sam.house.story().status is StoryStatus.SUBMITTED and sam.house.story().care
    assert by_form(sam, ask, "again") is not None and sam.house.version().n == 2
