"""Deciding, by every way there is: one wins, the others hear who, and nothing else changes anything."""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from review_acts import ACTS, AFTER, Act, approve, decline, put
from review_house import AMIRA, JOE, RAE, House

from bot.review import rendering
from bot.review.rules import At, Outcome, What, at_of
from storage import decisions

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
