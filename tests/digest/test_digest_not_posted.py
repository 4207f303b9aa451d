"""A digest that could not be posted: no story is lost with it, nothing says that it went out, and none goes twice."""

from datetime import timedelta

import pytest
from digest_house import AMIRA, FRIDAY, TUESDAY, WEEK, House, at

from bot.digest import holding, messages, service
from bot.digest.rules import Said
from bot.pressed import Press
from bot.story import in_words, tidings
from storage import audit, editions, outbox, stories
from storage.records import EditionState, Op, OutboxRow, OutboxState, StoryStatus

HOUR = timedelta(hours=1)
DOUBT = "in_doubt"


def carried(house: House) -> list[list[str]]:
    """Story ids of every edition, by week."""
    return [[story_id for story_id, _ in edition.entries] for edition in house.editions()]


def refused(house: House, why: str = "not_in_channel") -> None:
    """This Friday's digest is made, and Slack does not take its message."""
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver(park=messages.EDITION, why=why)


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "why", ["not_in_channel", "is_archived", "something_new", "keeps_failing", "rendering_KeyError"]
)
def test_its_stories_go_in_the_next_one(house: House, why: str) -> None:
    """Whatever the reason: the next edition carries them beside its own, and each goes out once."""
    lost = house.tell()
    refused(house, why)
    house.now += HOUR
    new = house.tell(title="Second")
    at(house, FRIDAY + WEEK)
    house.deliver()
    assert carried(house) == [[], [lost.id, new.id]]
    assert len(house.went(messages.EDITION)) == 1
    assert len(house.went(messages.EDITION_STORY)) == 2
    assert {sent.row.story_id for sent in house.went(messages.EDITION_NOTICE)} == {lost.id, new.id}


def test_nothing_says_that_it_went_out(house: House) -> None:
    """Card, list and letter: the story is approved as before, and its teller hears of the other day."""
    story = house.tell()
    refused(house)
    stands = house.story(story)
    assert (stands.status, stands.told_slot_at) == (StoryStatus.APPROVED, FRIDAY + WEEK)
    assert in_words.state(stands, house.policy.zone) == "approved, Friday 13 June"
    house.deliver()
    assert house.went(tidings.DATE_CHANGED)[-1].text == (
        "Story 1 now goes in #info-stories on Friday 13 June, 10am UK time. Nothing is wrong with it."
    )
    assert house.went(messages.EDITION_NOTICE) == []
    assert house.went(messages.HEARTBEAT) == []


def test_its_cards_are_shown_as_they_stand(house: House) -> None:
    """The card that said "in the digest" is rendered again, with its Undo."""
    story = house.tell()
    card = house.do(lambda tx, policy: tidings.put_card(tx, policy, stories.version(tx, story.id, 1)))
    house.do(lambda tx, policy: outbox.mark_sent(tx, outbox.get(tx, card), channel="C0REVIEW", ts="1.1"))
    at(house, TUESDAY)
    at(house, FRIDAY)
    (edition,) = house.editions()
    shown = len(_refreshed(house, story.id))
    house.do(lambda tx, policy: outbox.mark_parked(tx, outbox.get(tx, str(edition.outbox_id)), "not_in_channel"))
    house.do(service.was_refused)
    assert len(_refreshed(house, story.id)) > shown


def _refreshed(house: House, story_id: str) -> list[OutboxRow]:
    rows = house.read(lambda tx: outbox.of_story(tx, story_id, tidings.CARD))
    return [row for row in rows if row.op is Op.UPDATE]


def test_the_trail_tells_both(house: House) -> None:
    """Approved, posted, approved: each step has its row."""
    story = house.tell()
    refused(house)
    rows = house.read(lambda tx: audit.of_story(tx, story.id))
    assert [(row.verb, row.before, row.after, row.reason) for row in rows] == [
        ("post", "approved", "posted", None),
        ("not_posted", "posted", "approved", "not_in_channel"),
    ]


def test_several_weeks_that_could_not_be_posted(house: House) -> None:
    """Nobody invites the bot for three weeks: then all of it goes out together, the oldest first."""
    told = [house.tell(title="First")]
    refused(house)
    for week in (1, 2):
        house.now += HOUR
        told.append(house.tell(title=f"After {week}"))
        at(house, FRIDAY + week * WEEK)
        house.deliver(park=messages.EDITION)
    at(house, FRIDAY + 3 * WEEK)
    house.deliver()
    assert carried(house) == [[], [], [], [story.id for story in told]]
    assert len(house.went(messages.EDITION)) == 1


def test_a_quiet_week_buries_nothing(house: House) -> None:
    """The story is held for a week after its digest failed: that week is quiet, and the one after carries it."""
    story = house.tell()
    refused(house)
    press = Press(AMIRA, value=f"{story.id}:1", channel="C0ELSE", message_ts="9.9")
    assert house.do(holding.hold, press) is Said.HELD
    at(house, FRIDAY + WEEK)
    house.deliver()
    at(house, FRIDAY + 2 * WEEK)
    house.deliver()
    assert carried(house) == [[], [], [story.id]]
    assert [edition.state for edition in house.editions()][1:] == [EditionState.QUIET, EditionState.FULL]


def test_a_story_taken_back_while_it_waits_again(house: House) -> None:
    """It is in no later digest; the other one is."""
    gone, kept = house.tell(title="Gone"), house.tell()
    refused(house)
    house.remove(gone)
    at(house, FRIDAY + WEEK)
    house.deliver()
    assert carried(house)[-1] == [kept.id]


def test_what_a_database_holds_from_before_is_let_go_at_start(house: House) -> None:
    """An edition that was parked by an earlier release keeps no story either."""
    story = house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    (edition,) = house.editions()
    house.do(lambda tx, policy: outbox.mark_parked(tx, outbox.get(tx, str(edition.outbox_id)), "not_in_channel"))
    at(house, FRIDAY + HOUR)
    assert house.story(story).status is StoryStatus.APPROVED
    at(house, FRIDAY + WEEK)
    assert carried(house) == [[], [story.id]]


# ── posted again ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_posting_by_hand_makes_the_same_edition_again(house: House) -> None:
    """With the stories it had, not with what was approved since; it says that it is late, and takes no other week."""
    story = house.tell()
    refused(house)
    house.now = FRIDAY + timedelta(days=4)
    later = house.tell(title="Approved since", told=FRIDAY + WEEK)
    posted = house.do(service.post_now, by=AMIRA)
    assert posted.said is Said.POSTING_AGAIN
    assert posted.sentence == (
        "The digest of Friday 6 June, 10am UK time had not gone out. It is going out now: 1 story in #info-stories."
    )
    house.deliver()
    (sent,) = house.went(messages.EDITION)
    assert "Due Friday 6 June, 10am. I was held up until Tuesday 10 June, 10am; no story was lost." in sent.shown
    at(house, FRIDAY + WEEK)
    assert carried(house) == [[story.id], [later.id]]


def test_a_hold_is_not_ended_by_posting_again(house: House) -> None:
    """What was held for a later week is not in the week that is made again, and the next preview's hold stands."""
    story, held = house.tell(), house.tell(title="Held")
    at(house, TUESDAY)
    press = Press(AMIRA, value=f"{held.id}:1", channel="C0ELSE", message_ts="9.9")
    house.do(holding.hold, press)
    refused(house)
    house.do(holding.hold, press)
    house.now += HOUR
    house.do(service.post_now, by=AMIRA)
    assert carried(house) == [[story.id]]
    assert house.story(held).held


def test_it_is_posted_again_once(house: House) -> None:
    """Asking twice makes no second digest."""
    house.tell()
    refused(house)
    assert house.do(service.post_now, by=AMIRA).said is Said.POSTING_AGAIN
    assert house.do(service.post_now, by=AMIRA).said is Said.WENT_OUT
    house.deliver()
    assert house.do(service.post_now, by=AMIRA).said is Said.WENT_OUT
    assert len(house.went(messages.EDITION)) == 1


def test_nothing_is_left_to_post_again(house: House) -> None:
    """All of it was taken back meanwhile: nothing is posted, and nobody is told that it went out."""
    story = house.tell()
    refused(house)
    house.remove(story)
    assert house.do(service.post_now, by=AMIRA).said is Said.NOTHING_TO_POST
    new = house.tell(title="Approved since")
    assert house.do(service.post_now, by=AMIRA).said is Said.POSTING_AGAIN
    assert carried(house) == [[new.id]]


def test_a_digest_posted_early_that_was_refused_goes_out_at_its_slot(house: House) -> None:
    """The week is not lost with the attempt."""
    story = house.tell()
    at(house, TUESDAY)
    house.do(service.post_now, by=AMIRA)
    house.deliver(park=messages.EDITION)
    assert house.story(story).told_slot_at == FRIDAY
    assert at(house, TUESDAY + HOUR) == FRIDAY
    at(house, FRIDAY)
    house.deliver()
    assert carried(house) == [[story.id]]
    assert len(house.went(messages.EDITION)) == 1


def test_the_preview_of_that_week_says_so(house: House) -> None:
    """Reviewers do not read that it has been made."""
    house.tell()
    refused(house)
    shown = house.read(lambda tx: service.loading.preview(tx, house.policy, FRIDAY))
    assert (shown.made, shown.missed) == (None, True)


# ── in doubt ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_may_stand_keeps_its_stories(house: House) -> None:
    """Nobody knows whether it was posted: no other edition may carry them."""
    story = house.tell()
    refused(house, DOUBT)
    assert house.story(story).status is StoryStatus.POSTED
    new = house.tell(title="Second")
    at(house, FRIDAY + WEEK)
    assert carried(house) == [[story.id], [new.id]]


def test_posting_by_hand_looks_for_it_first(house: House) -> None:
    """The same message waits again and is in doubt still, so that delivery looks for it before it sends it."""
    house.tell()
    refused(house, DOUBT)
    (edition,) = house.editions()
    house.now += HOUR
    posted = house.do(service.post_now, by=AMIRA)
    assert posted.said is Said.LOOKING
    assert posted.sentence == (
        "I couldn't tell whether the digest of Friday 6 June, 10am UK time reached #info-stories, so I am looking "
        "there now. If it isn't there, it goes out."
    )
    (again,) = house.editions()
    assert again.outbox_id == edition.outbox_id
    row = house.read(lambda tx: outbox.get(tx, str(again.outbox_id)))
    assert (row.state, row.reason) == (OutboxState.QUEUED, DOUBT)
    house.deliver()
    assert len(house.went(messages.EDITION)) == 1
    assert len(house.went(messages.EDITION_STORY)) == 1
    assert len(house.went(messages.EDITION_NOTICE)) == 1
    assert house.do(service.post_now, by=AMIRA).said is Said.WENT_OUT


def test_a_later_week_posts_its_own_digest_too(house: House) -> None:
    """One that is in doubt does not stand in the way of the next: that slot looks for it, and posts what is new."""
    story = house.tell()
    refused(house, DOUBT)
    house.now += HOUR
    new = house.tell(title="Second")
    at(house, FRIDAY + WEEK)
    first, second = house.editions()
    assert house.read(lambda tx: outbox.get(tx, str(first.outbox_id))).state is OutboxState.QUEUED
    house.deliver(park=messages.EDITION, why=DOUBT)
    assert carried(house) == [[story.id], [new.id]]
    assert not house.read(lambda tx: editions.failed(tx, second))
