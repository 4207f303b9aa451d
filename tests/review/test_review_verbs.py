"""What each decision does, what its author hears of it, and what stays out of rows and logs."""

import logging
from itertools import product

import pytest
from review_acts import ACTS, FRIDAY, approve, undo
from review_house import AMIRA, JOE, SAM, UNTITLED, House

from bot.review import rendering, service
from bot.review.rules import Outcome, What
from bot.story import tidings
from bot.story.policy import Policy
from storage import decisions, outbox
from storage.database import Tx
from storage.records import DeclineReason, OutboxState, Part, Place, StoryStatus, Verb
from tests.sending import TWO_NIGHTS


def test_approving_says_and_keeps_the_date(house: House) -> None:
    """The reviewer hears the slot, and the story remembers what its teller was told."""
    story = house.tell()
    outcome = house.do(approve, AMIRA, story.number)
    assert house.story(story).told_slot_at == FRIDAY
    answer = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA))
    said = 'Story 1, "Two nights for one phone call", is approved for Friday 6 June, 10am UK time.'
    assert answer.text == said
    assert answer.blocks[1]["elements"][0]["text"]["text"] == "Undo"


def test_approving_what_is_not_for_the_digest(house: House) -> None:
    """Without the teller's permission for the digest there is no date to tell."""
    story = house.tell(UNTITLED, places=frozenset({Place.TRAINING}))
    outcome = house.do(approve, AMIRA, story.number)
    assert house.story(story).told_slot_at is None
    said = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA)).text
    assert said == "Story 1 is approved. It isn't for the digest, as its teller chose."


def test_undoing_puts_the_story_back(house: House) -> None:
    """After an undo the story waits again, can be approved again, and no date stands."""
    story = house.tell()
    house.do(approve, AMIRA, house.at(story))
    assert house.do(undo, JOE, house.at(story)).what is What.DONE
    after = house.story(story)
    assert (after.status, after.approved_version, after.told_slot_at) == (StoryStatus.SUBMITTED, None, None)
    again = house.do(undo, AMIRA, house.at(story))
    assert again.what is What.ALREADY
    assert "Joe Lind undid the approval of story 1" in house.read(
        lambda tx: rendering.answer(tx, house.policy, again, AMIRA).text
    )
    assert house.do(approve, JOE, house.at(story)).what is What.DONE


def test_asking_relays_the_question(house: House) -> None:
    """The question is kept with the answer it is about and goes to the author, whoever that is; mentions are plain."""
    story = house.tell()
    question = f"Did <@{SAM}> &amp; <!channel> know?"
    outcome = house.do(service.ask, by=AMIRA, target=story.number, question=question)
    assert outcome.what is What.DONE
    made = house.read(lambda tx: decisions.last_ask(tx, story.id))
    assert made is not None
    assert (made.question, made.prompt_id, made.version) == ("Did [a colleague] & [everyone] know?", "p3", 1)
    row = house.rows(story, tidings.RELAYED_QUESTION)[0]
    assert (row.recipient, dict(row.args), made.outbox_id) == (f"author:{story.id}", {"ask": made.id}, row.id)


def test_a_question_may_be_about_another_answer(house: House) -> None:
    """The answer chosen in the form is the one asked about; one that cannot be asked about falls back to the first."""
    for prompt, about in (("p4", "p4"), ("p5", "p5"), ("p2", "p3"), ("nonsense", "p3")):
        story = house.tell()
        house.do(service.ask, by=AMIRA, target=house.at(story), question="Why?", prompt_id=prompt)
        made = house.read(lambda tx, s=story: decisions.last_ask(tx, s.id))
        assert made is not None
        assert made.prompt_id == about


@pytest.mark.parametrize("words", ["", "  \n ", "\u202e", "\x00"])
def test_a_question_or_a_reason_needs_words(house: House, words: str) -> None:
    """Nothing is asked or declined without a word; the story stays where it was."""
    story = house.tell()
    asked = house.do(service.ask, by=AMIRA, target=house.at(story), question=words)
    declined = house.do(service.decline, by=AMIRA, target=house.at(story), comment=words)
    assert (asked.what, declined.what) == (What.NO_WORDS, What.NO_WORDS)
    assert house.story(story).status is StoryStatus.SUBMITTED


def test_long_words_are_handed_back(house: House) -> None:
    """300 characters may be asked and 500 given as a reason; one more is refused, not cut."""
    story = house.tell()
    at = house.at(story)
    assert house.do(service.ask, by=AMIRA, target=at, question="é" * 301).what is What.TOO_LONG
    assert house.do(service.decline, by=AMIRA, target=at, comment="é" * 501).what is What.TOO_LONG
    assert house.do(service.ask, by=AMIRA, target=at, question="é" * 300).what is What.DONE


def test_declining_keeps_the_reason(house: House) -> None:
    """Reason and comment stand with the decision; by command the reason is "other"."""
    story, other = house.tell(), house.tell()
    reason = DeclineReason.IDENTIFIES
    house.do(service.decline, by=AMIRA, target=house.at(story), comment="Which street?", reason=reason)
    house.do(service.decline, by=AMIRA, target=other.number, comment="Which street?")
    for one, wanted in ((story, reason), (other, DeclineReason.OTHER)):
        made = house.read(lambda tx, s=one: decisions.of_story(tx, s.id)[-1])
        assert made is not None
        assert (made.reason, made.comment) == (wanted, "Which street?")


@pytest.mark.parametrize("verb", ["approve", "decline", "undo"])
def test_the_author_hears_of_it_once(house: House, verb: str) -> None:
    """Each decision puts one letter in line for the author, found by the story alone."""
    story = house.tell()
    if verb == "undo":
        house.do(approve, JOE, house.at(story))
    before = len(house.rows(story, tidings.OUTCOME))
    house.do(ACTS[verb], AMIRA, house.at(story))
    house.do(ACTS[verb], AMIRA, house.at(story))
    rows = house.rows(story, tidings.OUTCOME)[before:]
    assert [row.recipient for row in rows] == [f"author:{story.id}"]


def test_words_stay_out_of_rows_and_logs(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Questions and reasons stand in their own tables; the outbox and the log hold ids."""
    with caplog.at_level(logging.DEBUG):
        story, other = house.tell(), house.tell(TWO_NIGHTS)
        house.do(service.ask, by=AMIRA, target=house.at(story), question="canary one")
        house.do(service.decline, by=AMIRA, target=house.at(other), comment="canary two")
    rows = [
        row
        for s in (story, other)
        for kind in (tidings.RELAYED_QUESTION, tidings.OUTCOME)
        for row in house.rows(s, kind)
    ]
    assert len(rows) == 2
    assert "canary" not in f"{rows}{caplog.text}"


@pytest.mark.parametrize("removed", [False, True])
def test_every_outcome_has_words(house: House, removed: bool) -> None:
    """Whatever comes of whichever verb, typed or pressed, there is a sentence; also once the story is gone."""
    story = house.tell()
    decision = house.do(approve, JOE, house.at(story)).decision_id
    if removed:
        house.remove(story)
    about = {"number": 1, "story_id": story.id, "version": 1, "decision_id": decision}
    nothing = dict.fromkeys(about)

    def tell_all(tx: Tx, policy: Policy) -> None:
        verbs = (Verb.APPROVE, Verb.ASK, Verb.DECLINE, Verb.UNDO)
        for what, verb, typed, known in product(What, verbs, (False, True), (about, nothing)):
            service.tell(
                tx, policy, Outcome(what, verb, typed=typed, **known), person=AMIRA, channel=policy.review_channel
            )

    house.do(tell_all)
    lines = [sent for sent in house.deliver() if sent.row.kind == service.ANSWER]
    assert len(lines) == len(What) * 16
    assert not any("{" in sent.text for sent in lines)


def test_looking_changes_nothing(house: House) -> None:
    """Asking what would come of it says so and leaves everything as it was."""
    story = house.tell()
    before = house.story(story)
    looks = [
        house.read(lambda tx, v=verb: service.look(tx, house.policy, v, by=AMIRA, target=house.at(story)))
        for verb in (Verb.ASK, Verb.DECLINE, None)
    ]
    assert [look.what for look in looks] == [What.DONE] * 3
    assert house.story(story) == before


def test_a_whisper_goes_where_the_bot_is(house: House) -> None:
    """A press is answered where it was made if the bot is there too, else in the reviewers' channel."""
    for channel, wanted in (
        (house.policy.review_channel, house.policy.review_channel),
        (house.policy.digest_channel, house.policy.digest_channel),
        ("C0RANDOM", house.policy.review_channel),
        ("D0OTHERS", house.policy.review_channel),
        ("", house.policy.review_channel),
    ):
        assert house.read(lambda tx, c=channel: service.whisper_channel(tx, house.policy, AMIRA, c)) == wanted


def test_a_story_already_in_line_keeps_its_place(house: House) -> None:
    """A card that is still in line when the story is decided comes out decided, once."""
    story = house.tell(deliver=False)
    house.do(approve, AMIRA, house.at(story))
    house.deliver()
    assert "Approved by Amira Shah" in house.card(story).shown
    waiting = house.read(lambda tx: outbox.waiting(tx))
    assert waiting == 0
    assert {row.state for row in house.rows(story, tidings.CARD)} == {OutboxState.SENT}


def test_an_approval_of_what_the_screen_keeps_back_promises_no_day(house: House) -> None:
    """Reviewer and teller are told what keeps it out of the digest; nobody is told that it wasn't wanted there."""
    body = next(n for n, (part, _, _) in enumerate(TWO_NIGHTS) if part is Part.BODY)
    answers = [*TWO_NIGHTS]
    answers[body] = (Part.BODY, answers[body][1], "She came home to LE1 1AA at night.")
    story = house.tell(tuple(answers))
    done = house.do(service.approve, by=AMIRA, target=house.at(story))
    said = house.read(lambda tx: rendering.answer(tx, house.policy, done, AMIRA)).text
    why = "the screen finds 1 postcode that its teller was not asked about."
    assert said.endswith(f"is approved, but can't go out like this: {why}")
    house.deliver()
    letter = house.went(tidings.OUTCOME)[-1]
    assert "It can't go in the digest yet: the identifier check finds 1 postcode" in letter.shown
    assert "Change story 1" in letter.shown and "as you chose" not in letter.shown
    assert "left out of the digest: 1 postcode found" in house.card(story).shown
    assert house.story(story).told_slot_at is None
