"""Care in proportion: what needs two different reviewers is never approved by one, in any order of anything."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_desk import Desk
from review_house import AMIRA, JOE, POLICY, UNTITLED, House

from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from bot.review import rendering, rules, service
from bot.review.rules import Outcome, What
from bot.story import tidings
from storage import audit, decisions, stories
from storage.records import Place, Story, StoryStatus, Verb
from tests.sending import TWO_NIGHTS, texts

HERE = REVIEW_CHANNEL
NIA = "U0THIRD001"
THREE = replace(POLICY, reviewers=frozenset({AMIRA, JOE, NIA}), names={**POLICY.names, NIA: "Nia Rees"})


@pytest.fixture
def trio(house: House) -> House:
    """A house with three reviewers."""
    house.policy = THREE
    return house


def told(house: House, outcome: Outcome, reader: str) -> str:
    return house.read(lambda tx: rendering.answer(tx, house.policy, outcome, reader)).text


def approve(house: House, by: str, story: Story) -> Outcome:
    return house.do(service.approve, by=by, target=house.at(story))


def undo(house: House, by: str, story: Story) -> Outcome:
    return house.do(service.undo, by=by, target=house.at(story))


def stands(house: House, story: Story) -> tuple[StoryStatus, str | None]:
    now = house.story(story)
    return now.status, now.first_approver


# ── one, then another ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_approval_waits_for_a_second(house: House) -> None:
    """One of two: card and list say so and the teller hears nothing; then the second completes it."""
    story = house.tell(care=True)
    assert "needs 2 reviewers" in house.card(story).shown
    once = approve(house, AMIRA, story)
    assert told(house, once, AMIRA) == (
        'Your approval of story 1, "Two nights for one phone call", is noted. One more reviewer needed.'
    )
    house.deliver()
    shown = house.card(story).shown
    assert "needs 1 more reviewer" in shown
    assert "Approved by Amira Shah. One more reviewer needed." in shown
    assert shown.splitlines()[-5:] == ["Ask the teller", "Decline", "Redact", "Suggest words", "Undo"]
    listed = house.read(lambda tx: rendering.waiting_list(tx, house.policy, shown=10))
    assert "needs 2, has 1" in "".join(texts(list(listed.blocks)))
    assert stands(house, story) == (StoryStatus.SUBMITTED, AMIRA)
    assert house.rows(story, tidings.OUTCOME) == []

    assert approve(house, JOE, story).what is What.DONE
    house.deliver()
    assert house.story(story).status is StoryStatus.APPROVED
    assert "Approved by Amira Shah and Joe Lind, Tuesday 3 June · digest Friday 6 June" in house.card(story).shown
    assert len(house.rows(story, tidings.OUTCOME)) == 1


def test_both_who_approved_are_named(house: House) -> None:
    """Whoever comes after two have approved hears of both; either of the two hears of the other."""
    story = house.tell(care=True)
    approve(house, AMIRA, story)
    approve(house, JOE, story)
    for by, both in ((AMIRA, "You and Joe Lind"), (JOE, "You and Amira Shah")):
        again = house.do(service.approve, by=by, target=story.number)
        assert told(house, again, by) == f"{both} have approved story 1. Nothing changed."
        late = house.do(service.decline, by=by, target=story.number, comment="Too near.")
        who = both.replace("You", "you")
        assert told(house, late, by) == f"Story 1 was approved by {who} on Tuesday 3 June. Nothing changed."
        late = house.do(service.decline, by=by, target=house.at(story), comment="Too near.")
        assert told(house, late, by).startswith(f"{both} approved story 1 at ")


@pytest.mark.parametrize("typed", [False, True])
def test_the_same_person_cannot_give_both(house: House, typed: bool) -> None:
    """A second press, or the command after the press, is told that somebody else needs to."""
    story = house.tell(care=True)
    approve(house, AMIRA, story)
    again = house.do(service.approve, by=AMIRA, target=story.number if typed else house.at(story))
    assert again.what is What.TWICE
    assert told(house, again, AMIRA) == "You have approved story 1. Someone else needs to, too."
    assert stands(house, story) == (StoryStatus.SUBMITTED, AMIRA)


def test_an_undo_takes_back_ones_own(trio: House) -> None:
    """Of the first approval, only its giver's; of two, one's own goes and the other stands; a third undoes both."""
    story = trio.tell(care=True)
    approve(trio, AMIRA, story)
    assert undo(trio, JOE, story).what is What.NOT_YOURS
    assert undo(trio, AMIRA, story).what is What.TAKEN_BACK
    assert stands(trio, story) == (StoryStatus.SUBMITTED, None)
    for leaver, left in ((AMIRA, JOE), (JOE, AMIRA), (NIA, None)):
        for one in (AMIRA, JOE):
            approve(trio, one, story)
        assert trio.story(story).status is StoryStatus.APPROVED
        assert undo(trio, leaver, story).what is What.DONE
        assert stands(trio, story) == (StoryStatus.SUBMITTED, left)
        if left is not None:
            undo(trio, left, story)
    trio.deliver()
    assert "needs 2 reviewers" in trio.card(story).shown


def test_a_new_version_needs_both_again(house: House) -> None:
    """What was approved is the version; its successor has no approval, and still needs two when nobody asked again."""
    story = house.tell(care=True)
    approve(house, AMIRA, story)
    house.tell_again(story, UNTITLED)
    assert house.story(story).care
    assert stands(house, story) == (StoryStatus.SUBMITTED, None)
    assert approve(house, JOE, story).what is What.ONCE
    assert approve(house, JOE, story).what is What.TWICE


@pytest.mark.parametrize("verb", ["ask", "decline"])
def test_anyone_may_still_ask_or_decline(house: House, verb: str) -> None:
    """A half-approved story is asked about or declined by either, and the approval goes with that."""
    for by in (AMIRA, JOE):
        story = house.tell(care=True)
        approve(house, AMIRA, story)
        words = {"question": "Who?"} if verb == "ask" else {"comment": "Too near."}
        assert house.do(getattr(service, verb), by=by, target=house.at(story), **words).what is What.DONE
        assert house.story(story).first_approver is None


def test_the_author_is_neither_of_the_two(house: House) -> None:
    """A reviewer's own story is not half approved by its teller."""
    story = house.tell(care=True, by=JOE)
    approve(house, AMIRA, story)
    assert approve(house, JOE, story).what is What.OWN_STORY
    assert stands(house, story) == (StoryStatus.SUBMITTED, AMIRA)


# ── a reviewer says so ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reviewer_marks_a_story(house: House) -> None:
    """From then on it needs two; the card says who said so, and one more mark changes nothing."""
    story = house.tell()
    marked = house.do(service.mark_sensitive, by=AMIRA, target=house.at(story))
    assert told(house, marked, AMIRA) == "Story 1 needs two different reviewers from now on."
    house.deliver()
    assert "Needs 2 different reviewers: Amira Shah marked it as sensitive." in house.card(story).shown
    again = house.do(service.mark_sensitive, by=JOE, target=house.at(story))
    assert told(house, again, JOE) == "Story 1 needs two different reviewers already. Nothing changed."
    assert approve(house, AMIRA, story).what is What.ONCE
    assert approve(house, JOE, story).what is What.DONE


def test_an_approved_story_is_not_marked(house: House) -> None:
    """The mark comes too late for what was approved: undo first, then mark."""
    story = house.tell()
    approve(house, JOE, story)
    late = house.do(service.mark_sensitive, by=AMIRA, target=house.at(story))
    assert late.what is What.ALREADY
    assert not house.story(story).care
    undo(house, AMIRA, story)
    assert house.do(service.mark_sensitive, by=AMIRA, target=house.at(story)).what is What.DONE


# ── any order of anything ─────────────────────────────────────────────────────────────────────────────────────────

ACTS: dict[str, Callable[[House, str, Story], Outcome]] = {
    "approve": approve,
    "command": lambda house, by, story: house.do(service.approve, by=by, target=story.number),
    "undo": undo,
    "mark": lambda house, by, story: house.do(service.mark_sensitive, by=by, target=house.at(story)),
    "ask": lambda house, by, story: house.do(service.ask, by=by, target=house.at(story), question="Who?"),
    "old card": lambda house, by, story: house.do(service.approve, by=by, target=rules.At(story.id, 1)),
    "redact": lambda house, by, story: house.do(
        service.redact, by=by, target=house.at(story), words={"p4": "She waited [removed]."}
    ),
}
STEP = st.tuples(st.sampled_from([*ACTS, "change"]), st.sampled_from([AMIRA, JOE]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=9), asked=st.booleans())
def test_no_order_lets_one_publish(house: House, steps: list[tuple[str, str]], asked: bool) -> None:
    """However two people press and type: what needed two is approved only while both have approved that version."""
    story = house.tell(care=asked)
    for name, by in steps:
        if name == "change":
            if house.story(story).status is not StoryStatus.POSTED:
                house.tell_again(story, TWO_NIGHTS)
        else:
            ACTS[name](house, by, story)
        now = house.story(story)
        made = house.read(lambda tx: decisions.of_story(tx, story.id))
        stand = set(rules.approvers(made, now.current_version))
        if now.status is StoryStatus.APPROVED:
            assert len(stand) >= (2 if now.care else 1)
            assert now.approved_version == now.current_version
        else:
            assert now.first_approver == (next(iter(stand)) if stand else None)
        ready = house.read(lambda tx: [one.id for one in stories.ready_for_digest(tx, POLICY.digest_channel)])
        assert (story.id in ready) == (now.status is StoryStatus.APPROVED)


@pytest.mark.parametrize(("first", "second"), list(product((AMIRA, JOE), repeat=2)))
def test_both_approvals_at_one_moment(house: House, first: str, second: str) -> None:
    """Two presses before any card has changed: two people complete it, one person does not."""
    story = house.tell(care=True)
    at = house.at(story)
    pending = [
        house.writer.submit(lambda tx, by=by: service.approve(tx, house.policy, by=by, target=at))
        for by in (first, second)
    ]
    whats = [one.result(10).what for one in pending]
    assert whats == [What.ONCE, What.TWICE if first == second else What.DONE]


def test_the_digest_does_not_carry_half_an_approval(house: House) -> None:
    """A half-approved story is in no plan for the digest and is not marked posted."""
    story = house.tell(care=True, places=frozenset({Place.DIGEST}))
    approve(house, AMIRA, story)
    assert not house.do(lambda tx, policy: stories.post(tx, story.id, 1))
    assert house.read(lambda tx: stories.ready_for_digest(tx, POLICY.digest_channel)) == []


def test_what_stands_is_read_from_what_was_done() -> None:
    """Approvals of other versions do not count, and who gave none undoes all."""
    assert rules.approvers([], 1) == ()
    assert Verb.FIRST_APPROVE not in rules.DECIDES


# ── at the screen ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_people_at_their_screens(desk: Desk) -> None:
    """Mark, approve, approve again, undo somebody else's, complete: every press is answered where it was made."""
    story = await desk.tell()
    await desk.joe.press("Needs two")
    assert "domestic abuse" in desk.joe.confirmed[-1]
    await desk.send()
    await desk.amira.press("Approve")
    assert "Could two stories together?" in desk.amira.confirmed[-1]
    await desk.send()
    await desk.joe.hear("Approved by Amira Shah. One more reviewer needed.", channel=HERE)
    assert not [message for message in desk.amira.messages(HERE) if message.ephemeral]
    await desk.amira.press("Approve")
    await desk.joe.press("Undo")
    await desk.send()
    await desk.amira.hear("You have approved story 1. Someone else needs to, too.", channel=HERE)
    await desk.joe.hear("Only the reviewer who approved story 1 can take that back.", channel=HERE)
    answer = await desk.joe.command("/story approve 1", channel=HERE)
    assert "is approved for Friday 6 June" in answer.shown
    assert desk.house.story(story).status is StoryStatus.APPROVED


async def test_the_mark_by_command(desk: Desk) -> None:
    """`/story sensitive 1` does what the button does."""
    story = await desk.tell()
    answer = await desk.amira.command("/story sensitive 1", channel=HERE)
    assert answer.shown == "Story 1 needs two different reviewers from now on."
    assert desk.house.story(story).care
    assert (await desk.amira.command("/story sensitive", channel=HERE)).shown == "Which story? Try: /story sensitive 31"
    answer = await desk.amira.command("/story approve 1", channel=HERE)
    assert "[Undo]" in answer.shown
    await desk.amira.press("Undo", ts=answer.ts)
    await desk.send()
    await desk.amira.hear("Your approval of story 1 is taken back.", channel=HERE)
    assert desk.house.story(story).first_approver is None


# ── a reviewer who reviews no longer ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", [False, True])
def test_the_approval_of_a_former_reviewer_no_longer_counts(trio: House, typed: bool) -> None:
    """Both are reviewers at the moment of the second: a first approval goes with its giver, and that is recorded."""
    story = trio.tell(care=True)
    approve(trio, NIA, story)
    trio.policy = POLICY
    trio.deliver()
    listed = trio.read(lambda tx: rendering.waiting_list(tx, trio.policy, shown=10))
    assert "needs 2, has" not in "".join(texts(list(listed.blocks)))
    second = trio.do(service.approve, by=AMIRA, target=story.number if typed else trio.at(story))
    assert second.what is What.ONCE
    assert stands(trio, story) == (StoryStatus.SUBMITTED, AMIRA)
    trio.deliver()
    assert "Approved by Amira Shah. One more reviewer needed." in trio.card(story).shown
    assert approve(trio, AMIRA, story).what is What.TWICE
    assert approve(trio, JOE, story).what is What.DONE
    rows = trio.read(lambda tx: audit.of_story(tx, story.id))
    assert [(row.actor, row.verb, row.reason) for row in rows] == [
        ("reviewer", "approve", "once"),
        ("system", "undo_first", "not_reviewer"),
        ("reviewer", "approve", "once"),
        ("reviewer", "approve", "twice"),
        ("reviewer", "approve", None),
    ]


def test_what_was_approved_stays_approved_when_a_reviewer_leaves(trio: House) -> None:
    """The moment of the second approval decides; who comes back before it has their first approval still."""
    story = trio.tell(care=True)
    approve(trio, NIA, story)
    trio.policy = POLICY
    trio.policy = THREE
    assert approve(trio, AMIRA, story).what is What.DONE
    trio.policy = POLICY
    assert trio.story(story).status is StoryStatus.APPROVED
    trio.deliver()
    assert " and Amira Shah, Tuesday 3 June" in trio.card(story).shown
