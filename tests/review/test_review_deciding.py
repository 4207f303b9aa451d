"""Deciding, by every way there is: one wins, the others hear who, and nothing else changes anything."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from review_house import AMIRA, JOE, RAE, SAM, UNTITLED, House

from bot.review import rendering, service
from bot.review.rules import At, Outcome, Target, What, at_of
from bot.story import tidings
from bot.story.policy import Policy
from storage import decisions, outbox
from storage.database import Tx
from storage.records import DeclineReason, Naming, OutboxState, Part, Place, Story, StoryStatus, Verb
from tests.sending import TWO_NIGHTS

Act = Callable[..., Outcome]
FRIDAY = datetime(2025, 6, 6, 9, tzinfo=UTC)


def approve(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.approve(tx, policy, by=by, target=target)


def ask(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.ask(tx, policy, by=by, target=target, question="Who could have told housing first?")


def decline(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.decline(tx, policy, by=by, target=target, comment="Take out the street.")


def undo(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.undo(tx, policy, by=by, target=target)


ACTS: dict[str, Act] = {"approve": approve, "ask": ask, "decline": decline, "undo": undo}
AFTER = {
    "approve": StoryStatus.APPROVED,
    "ask": StoryStatus.ASKED,
    "decline": StoryStatus.DECLINED,
    "undo": StoryStatus.SUBMITTED,
}


def put(house: House, state: str) -> Story:
    """A story in this state, by Joe's doing."""
    story = house.tell()
    if state in ("approved", "posted"):
        house.do(approve, JOE, house.at(story))
    if state == "asked":
        house.do(ask, JOE, house.at(story))
    if state == "declined":
        house.do(decline, JOE, house.at(story))
    if state == "posted":
        house.set_story(story, status=StoryStatus.POSTED)
    if state == "removed":
        house.remove(story)
    house.deliver()
    return story


# ── who may do what, from where, to what ──────────────────────────────────────────────────────────────────────────

STATES = ("submitted", "asked", "approved", "declined", "posted", "removed")
DECIDED = What.ALREADY
TABLE: dict[str, dict[str, What]] = {
    # of a reviewer     approve        ask            decline        undo
    "submitted": {"approve": What.DONE, "ask": What.DONE, "decline": What.DONE, "undo": What.NOT_APPROVED},
    "asked": {"approve": DECIDED, "ask": DECIDED, "decline": DECIDED, "undo": What.NOT_APPROVED},
    "approved": {"approve": DECIDED, "ask": DECIDED, "decline": DECIDED, "undo": What.DONE},
    "declined": {"approve": DECIDED, "ask": DECIDED, "decline": DECIDED, "undo": What.NOT_APPROVED},
    "posted": {"approve": DECIDED, "ask": DECIDED, "decline": DECIDED, "undo": What.POSTED},
    "removed": dict.fromkeys(ACTS, What.REMOVED),
}


@pytest.mark.parametrize(("state", "verb", "typed"), list(product(STATES, ACTS, (False, True))))
def test_a_reviewer_decides_what_waits_and_nothing_else(house: House, state: str, verb: str, typed: bool) -> None:
    """Only a story in the queue can be decided, and only an approved one that is not posted can be undone."""
    story = put(house, state)
    before = house.story(story)
    outcome = house.do(ACTS[verb], AMIRA, story.number if typed else house.at(story))
    assert outcome.what is TABLE[state][verb]
    assert outcome.number == story.number
    after = house.story(story)
    if outcome.what is What.DONE:
        assert after.status is AFTER[verb]
        assert after.approved_version == (1 if verb == "approve" else None)
    else:
        assert after == before


@pytest.mark.parametrize(("state", "verb", "typed"), list(product(STATES, ACTS, (False, True))))
def test_others_decide_nothing(house: House, state: str, verb: str, typed: bool) -> None:
    """Who does not review changes nothing, whatever they point at and however."""
    story = put(house, state)
    before = house.story(story)
    outcome = house.do(ACTS[verb], RAE, story.number if typed else house.at(story))
    assert outcome.what is What.NOT_REVIEWER
    assert house.story(story) == before


@pytest.mark.parametrize(("state", "verb", "typed"), list(product(("submitted", "approved"), ACTS, (False, True))))
def test_nobody_decides_their_own_story(
    house: House, state: str, verb: str, typed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A reviewer who told the story is refused on every path, and the log does not say who that was."""
    story = house.tell(by=AMIRA)
    if state == "approved":
        house.do(approve, JOE, house.at(story))
    before = house.story(story)
    with caplog.at_level(logging.INFO):
        outcome = house.do(ACTS[verb], AMIRA, story.number if typed else house.at(story))
    assert outcome.what is What.OWN_STORY
    assert house.story(story) == before
    assert "own_story" in caplog.text
    assert AMIRA not in caplog.text
    said = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA)).text
    assert said == "Story 1 can't be decided by the person who told it. Another reviewer needs to."


def test_a_former_reviewer_is_refused_at_the_press(house: House) -> None:
    """Rights are looked at when the button is pressed, not when it was drawn."""
    story = house.tell()
    house.policy = replace(house.policy, reviewers=frozenset({JOE}))
    assert house.do(approve, AMIRA, house.at(story)).what is What.NOT_REVIEWER


@pytest.mark.parametrize("verb", ACTS)
@pytest.mark.parametrize(
    "value",
    ["", "nonsense", "story", ":", "story:", ":1", "story:one", "story:-1", "story:1:1", "a b:1", "story:٣", "x" * 99],
)
def test_a_malformed_button_changes_nothing(house: House, verb: str, value: str) -> None:
    """What no button of ours carries is not even looked up."""
    house.tell()
    assert at_of(value) is None
    assert house.do(ACTS[verb], AMIRA, at_of(value)).what is What.MALFORMED


@pytest.mark.parametrize("verb", ACTS)
def test_a_forged_button_changes_nothing(house: House, verb: str) -> None:
    """An unknown story, a version that is not there, another workspace's id: nothing moves."""
    story = house.tell()
    before = house.story(story)
    assert house.do(ACTS[verb], AMIRA, At("0000000000000000", 1)).what is What.NO_STORY
    assert house.do(ACTS[verb], AMIRA, At(story.id, 0)).what is What.MALFORMED
    assert house.do(ACTS[verb], AMIRA, At(story.id, 7)).what is What.MALFORMED
    assert house.do(ACTS[verb], AMIRA, 99).what is What.NO_STORY
    assert house.story(story) == before


# ── being first ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "second"), list(product(("approve", "ask", "decline"), repeat=2)))
def test_two_reviewers_at_once(house: House, first: str, second: str) -> None:
    """Of two decisions at the same moment one counts, and the other names who was first."""
    story = house.tell()
    at = house.at(story)
    start = threading.Barrier(2)
    outcomes: dict[str, Outcome] = {}

    def press(by: str, act: Act) -> None:
        start.wait(5)
        outcomes[by] = house.writer.submit(lambda tx: act(tx, house.policy, by, at)).result(10)

    threads = [threading.Thread(target=press, args=(by, ACTS[verb])) for by, verb in ((AMIRA, first), (JOE, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    whats = sorted(outcome.what for outcome in outcomes.values())
    assert whats == sorted([What.DONE, What.ALREADY])
    made = house.read(lambda tx: decisions.of_story(tx, story.id))
    assert len(made) == 1
    loser = next(by for by, outcome in outcomes.items() if outcome.what is What.ALREADY)
    winner = made[0].reviewer
    said = house.read(lambda tx: rendering.answer(tx, house.policy, outcomes[loser], loser)).text
    assert said.startswith(house.policy.name_of(winner))
    assert "was not used" in said


def test_the_slower_one_is_told_to_the_second(house: House) -> None:
    """Within a minute the first decision's second is named, later its minute, on another day its day."""
    house.now = datetime(2025, 6, 5, 9, 42, 6, tzinfo=UTC)
    story = house.tell()
    house.now = datetime(2025, 6, 5, 9, 42, 6, tzinfo=UTC)
    house.do(approve, JOE, house.at(story))

    def told(after: timedelta) -> str:
        house.now = datetime(2025, 6, 5, 9, 42, 7, tzinfo=UTC) + after - timedelta(seconds=1)
        outcome = house.do(decline, AMIRA, house.at(story))
        return house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA)).text

    assert told(timedelta(seconds=3)) == "Joe Lind approved story 1 at 10:42:07am. Your decline was not used."
    assert told(timedelta(minutes=5)) == "Joe Lind approved story 1 at 10:42am. Your decline was not used."
    later = "Joe Lind approved story 1 on Thursday 5 June at 10:42am. Your decline was not used."
    assert told(timedelta(days=1)) == later


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("approve", "You have already approved story 1. Nothing changed."),
        ("ask", "You have already asked the teller about story 1. Nothing changed."),
        ("decline", "You have already declined story 1. Nothing changed."),
    ],
)
def test_a_decision_repeated_is_already_done_by_you(house: House, verb: str, said: str) -> None:
    """The same wish twice is done once, and the person hears that it was they."""
    story = house.tell()
    house.do(ACTS[verb], JOE, house.at(story))
    for target in (house.at(story), story.number):
        outcome = house.do(ACTS[verb], JOE, target)
        assert outcome.what is What.ALREADY
        assert house.read(lambda tx, o=outcome: rendering.answer(tx, house.policy, o, JOE)).text == said
    assert len(house.read(lambda tx: decisions.of_story(tx, story.id))) == 1


# ── versions and cards ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_an_old_card_decides_nothing(house: House, verb: str) -> None:
    """A press on a version that has been replaced says so and offers the new one."""
    story = house.tell()
    old = house.at(story)
    house.now = datetime(2025, 6, 4, 9, 41, 59, tzinfo=UTC)
    house.tell_again(story, UNTITLED)
    outcome = house.do(ACTS[verb], AMIRA, old)
    assert outcome.what is What.CHANGED
    answer = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA))
    assert answer.text == f"Story 1 changed on Wednesday 4 June. Read the new card, then {verb}."
    assert answer.blocks[1]["elements"][0]["value"] == f"{story.id}:2"
    assert house.story(story).status is StoryStatus.SUBMITTED


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_a_command_decides_only_what_a_card_has_shown(house: House, verb: str) -> None:
    """A number names no version, so a command waits until the current one is in the channel."""
    story = house.tell(deliver=False)
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.UNSHOWN
    house.deliver()
    house.tell_again(story, UNTITLED, deliver=False)
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.CHANGED
    house.deliver()
    assert house.do(ACTS[verb], AMIRA, story.number).what is What.DONE


def test_a_no_name_story_is_not_decided_before_its_round(house: House) -> None:
    """Until its card's round a story with no name is out of reach, and nothing tells when it came."""
    house.now = datetime(2025, 6, 4, 9, 41, 59, tzinfo=UTC)
    story = house.tell(naming=Naming.NONE)
    for target in (story.number, house.at(story)):
        outcome = house.do(approve, AMIRA, target)
        assert outcome.what is What.UNSHOWN
        said = house.read(lambda tx, o=outcome: rendering.answer(tx, house.policy, o, AMIRA)).text
        assert said == "The card of story 1 comes on Wednesday 4 June, 1pm UK time. Read it, then approve."
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    assert house.do(approve, AMIRA, story.number).what is What.DONE


def test_a_changed_no_name_story_tells_the_day_only(house: House) -> None:
    """Once its new card is out, the answer to an old press names the day it changed and no time."""
    story = house.tell(naming=Naming.NONE)
    old = house.at(story)
    house.now = datetime(2025, 6, 4, 9, 41, tzinfo=UTC)
    house.deliver()
    house.tell_again(story, UNTITLED, naming=Naming.NONE)
    pending = house.do(approve, AMIRA, old)
    assert house.read(lambda tx: rendering.answer(tx, house.policy, pending, AMIRA)).text == (
        "Story 1 has changed. Its new card comes on Wednesday 4 June, 1pm UK time. Read it, then approve."
    )
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    outcome = house.do(approve, AMIRA, old)
    said = house.read(lambda tx: rendering.answer(tx, house.policy, outcome, AMIRA)).text
    assert said == "Story 1 changed on Wednesday 4 June. Read the new card, then approve."


# ── what each verb does ───────────────────────────────────────────────────────────────────────────────────────────


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
    for what, verb, typed in product(What, (Verb.APPROVE, Verb.ASK, Verb.DECLINE, Verb.UNDO), (False, True)):
        for known in (True, False):
            outcome = Outcome(
                what,
                verb,
                number=1 if known else None,
                story_id=story.id if known else None,
                version=1 if known else None,
                decision_id=decision if known else None,
                typed=typed,
            )
            house.do(service.tell, outcome, person=AMIRA, channel=house.policy.review_channel)
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
