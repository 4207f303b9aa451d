"""Decisions, versions and editions: who was first, what was approved, and what one week carries."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from storage import decisions, drafts, editions, stories, tellers
from storage.records import DeclineReason, EditionState, Fragment, Place, StoryStatus, Verb, Version
from storage.tables import StoryRow

Make = Callable[..., Any]


def test_one_decision_wins(begin: Any, a_story: Make) -> None:
    """Of two decisions on the same version one is made; the other finds the story moved on and changes nothing."""
    with begin() as tx:
        story = a_story(tx)
        assert decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
        assert not decisions.decide(tx, story.id, 1, Verb.DECLINE, by="U1")
        assert not decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
        after = stories.get(tx, story.id)
    assert (after.status, after.approved_version) == (StoryStatus.APPROVED, 1)


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.ASK, Verb.DECLINE])
def test_a_decision_is_about_the_version_that_was_seen(begin: Any, a_story: Make, a_version: Make, verb: Verb) -> None:
    """A decision on words that have since changed is not made."""
    with begin() as tx:
        story = a_story(tx)
        assert stories.submit_again(tx, story.id, a_version(story.id, tx.now, n=2), notice_version=1, care=False)
        assert not decisions.decide(tx, story.id, 1, verb, by="U1")
        assert decisions.decide(tx, story.id, 2, verb, by="U1")


def test_an_approval_is_undone_until_the_story_is_posted(begin: Any, a_story: Make) -> None:
    """Undoing returns the story to the queue with nothing approved; after posting it is too late."""
    with begin() as tx:
        story = a_story(tx)
        assert not decisions.decide(tx, story.id, 1, Verb.UNDO, by="U1")
        decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
        assert decisions.decide(tx, story.id, 1, Verb.UNDO, by="U1")
        assert stories.get(tx, story.id) == story
        decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
        stories.change(tx, story.id, status=StoryStatus.POSTED)
        assert not decisions.decide(tx, story.id, 1, Verb.UNDO, by="U1")


@pytest.mark.parametrize("gone", [StoryStatus.POSTED, StoryStatus.REMOVED])
def test_a_story_that_is_out_or_gone_is_not_sent_again(
    begin: Any, a_story: Make, a_version: Make, gone: StoryStatus
) -> None:
    """A change that comes after posting, or after removal, brings nothing back into the queue and keeps no words."""
    with begin() as tx:
        story = a_story(tx)
        stories.change(tx, story.id, status=gone)
        assert not stories.submit_again(tx, story.id, a_version(story.id, tx.now, n=2), notice_version=1, care=False)
        assert stories.get(tx, story.id).status is gone
        with pytest.raises(LookupError):
            stories.version(tx, story.id, 2)


def test_what_was_decided_is_kept(begin: Any, a_story: Make) -> None:
    """Each decision comes back as it was made, the latest last."""
    with begin() as tx:
        story = a_story(tx)
        first = decisions.add(tx, story.id, 1, reviewer="U9", verb=Verb.HOLD)
        second = decisions.add(
            tx,
            story.id,
            1,
            reviewer="U9",
            verb=Verb.DECLINE,
            reason=DeclineReason.IDENTIFIES,
            comment="The ward is named.",
        )
        assert decisions.of_story(tx, story.id) == [first, second]
        assert decisions.of_story(tx, story.id)[-1] == second
        assert decisions.get(tx, first.id) == first
        assert decisions.count_since(tx, Verb.HOLD, tx.now) == 1


def test_a_question_is_answered_once(begin: Any, a_story: Make) -> None:
    """A relayed question is found by its message, and only the first answer counts."""
    with begin() as tx:
        story = a_story(tx)
        ask = decisions.add_ask(tx, story.id, 1, prompt_id="moment", question="Which month?", reviewer="U9")
        decisions.set_ask_message(tx, ask.id, "row1")
        found = decisions.find_ask_by_message(tx, "row1")
        assert found is not None and found.id == ask.id and found.question == "Which month?"
        assert decisions.answer_ask(tx, ask.id)
        assert not decisions.answer_ask(tx, ask.id)


def test_a_version_comes_back_whole(begin: Any, a_story: Make, a_version: Make) -> None:
    """Words, order, choices and places of a version are what was sent; a second version leaves the first as it was."""
    with begin() as tx:
        story = a_story(tx)
        first: Version = stories.version(tx, story.id, 1)
        assert first == a_version(story.id, tx.now)
        stories.submit_again(tx, story.id, a_version(story.id, tx.now, n=2, words="New."), notice_version=1, care=True)
        assert stories.version(tx, story.id, 1) == first
        assert stories.version(tx, story.id, 2).answers[1].value == "New."
        assert stories.title_of(tx, stories.get(tx, story.id)) == "The call"
        assert stories.may_go_to(tx, story.id, 2, Place.DIGEST)
        assert not stories.may_go_to(tx, story.id, 2, Place.PUBLIC_STORYBOOK)


def test_stories_are_numbered_from_one(begin: Any, a_story: Make) -> None:
    """People's numbers count up from 1 in each workspace."""
    for name in ("w1", "w2"):
        with begin(in_workspace=name) as tx:
            assert [a_story(tx).number for _ in range(3)] == [1, 2, 3]


def test_a_week_has_one_edition_and_a_story_goes_out_once(begin: Any, a_story: Make, now: datetime) -> None:
    """A week's second edition is refused; a story that a channel has carried is not ready for it again."""
    with begin() as tx:
        story = a_story(tx)
        decisions.decide(tx, story.id, 1, Verb.APPROVE, by="U1")
        assert [ready.id for ready in stories.ready_for_digest(tx, "C1")] == [story.id]
        made = editions.add(
            tx, channel="C1", iso_week=(2025, 23), slot_at=now, state=EditionState.FULL, entries=[(story.id, 1)]
        )
        again = editions.add(tx, channel="C1", iso_week=(2025, 23), slot_at=now, state=EditionState.QUIET, entries=[])
        assert made is not None and again is None
        assert editions.find(tx, "C1", (2025, 23)) == editions.of_story(tx, story.id) == made
        assert stories.ready_for_digest(tx, "C1") == []
    with pytest.raises(sqlite3.IntegrityError), begin() as tx:
        editions.add(
            tx, channel="C1", iso_week=(2025, 24), slot_at=now, state=EditionState.FULL, entries=[(story.id, 1)]
        )
    with begin() as tx:
        assert editions.find(tx, "C1", (2025, 24)) is None
        two = editions.add(
            tx, channel="C2", iso_week=(2025, 24), slot_at=now, state=EditionState.FULL, entries=[(story.id, 1)]
        )
        assert two is not None and editions.of_story(tx, story.id) is not None


def test_removing_a_story_removes_all_that_hangs_on_it(begin: Any, a_story: Make, plain: Any) -> None:
    """Deleting a story takes its words, permissions, decisions and its link to a person with it."""
    with begin() as tx:
        story = a_story(tx)
        teller = tellers.meet(tx, "U1")
        tellers.set_author(tx, story.id, teller.id, "draft1")
        assert tellers.is_author(tx, story.id, "U1") and not tellers.is_author(tx, story.id, "U2")
        decisions.add(tx, story.id, 1, reviewer="U9", verb=Verb.APPROVE)
        tx.connection.execute(delete(StoryRow))
    for table in ("story_version", "version_answer", "permission", "decision", "author"):
        assert plain.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_of_what_is_on_its_way_it_is_known_where_it_was_told(begin: Any, a_story: Make, a_draft: Make) -> None:
    """The latest come first, so many and no more; none in a digest, declined, or whose teller is not known."""
    days = [datetime(2025, 6, day, 12, tzinfo=UTC) for day in range(2, 8)]
    for n, day in enumerate(days):
        with begin(at=day) as tx:
            story, draft = a_story(tx), a_draft(tx, f"U{n}")
            if n != 3:
                tellers.set_author(tx, story.id, draft.teller_id, draft.id)
            for ts in ("1748955843.000300", "1748955843.000200"):
                drafts.add_fragment(tx, Fragment(f"D-U{n}", f"{ts}{n}", draft.id, "moment", "words"))
            drafts.forget_words(tx, draft.id)
            if n in (1, 2):
                stories.change(tx, story.id, status=(StoryStatus.POSTED, StoryStatus.DECLINED)[n - 1])
    with begin() as tx:
        told = tellers.on_their_way(tx, most=4)
    assert [(one.slack_user_id, one.channel, one.oldest) for one in told] == [
        (f"U{n}", f"D-U{n}", f"1748955843.000200{n}") for n in (5, 4, 0)
    ]
    assert [one.sent_at for one in told] == [days[5], days[4], days[0]]
