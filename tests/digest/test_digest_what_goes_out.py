"""What goes out with an edition and what is held back: by hand, through the gate, in quiet weeks, with dates told."""

from datetime import datetime, timedelta

import pytest
from digest_house import AMIRA, FRIDAY, TUESDAY, WEEK, House, at

from bot.digest import messages, service
from bot.digest.rules import Said
from bot.story import tidings
from bot.story.in_words import state
from bot.story.policy import QuietWeek
from bot.story.when import expected_slot, say_slot
from storage import outbox, stories
from storage.records import EditionState, Message, Op, Place, Story, StoryStatus

MINUTE = timedelta(minutes=1)


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_manual_post_is_that_weeks_edition(house: House) -> None:
    """The slot that follows makes no other, and a second try says when it went out."""
    house.tell()
    at(house, TUESDAY)
    posted = house.do(service.post_now, by=AMIRA)
    assert posted.sentence == "This week's digest is going out now: 1 story in #info-stories."
    house.deliver()
    assert "Tuesday 3 June · 1 minute to read" in house.went(messages.EDITION)[0].shown
    house.tell(told=FRIDAY + WEEK)
    again = house.do(service.post_now, by=AMIRA)
    assert again.sentence == (
        "This week's digest went out on Tuesday 3 June, 10am UK time. The next is on Friday 13 June, 10am UK time."
    )
    assert at(house, FRIDAY) == FRIDAY + WEEK
    (edition,) = house.editions()
    assert (edition.manual, edition.late, edition.slot_at) == (True, False, FRIDAY)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_teller_reads_the_day_it_was_posted(house: House, by_hand: bool) -> None:
    """Posted by hand on Wednesday, or made up on Monday, the digest of Friday's slot is that of the day it came out."""
    story = house.tell()
    house.do(service.tick)
    house.now = TUESDAY + timedelta(days=1) if by_hand else FRIDAY + timedelta(days=3)
    house.do(service.post_now if by_hand else service.tick)
    day = "Wednesday 4 June" if by_hand else "Monday 9 June"
    assert state(house.read(lambda tx: stories.get(tx, story.id)), house.policy.zone) == f"in the digest of {day}"


def test_after_the_slot_there_is_nothing_to_post_by_hand(house: House) -> None:
    """The week has had its digest."""
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.tell()
    assert house.do(service.post_now).said is Said.WENT_OUT
    assert len(house.editions()) == 1


def test_after_a_quiet_week_a_manual_post_says_why_it_waits(house: House) -> None:
    """It does not claim that a digest went out."""
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.tell()
    assert house.do(service.post_now).sentence == (
        "This week had no digest: no story was approved by Friday 6 June, 10am UK time. "
        "The next is on Friday 13 June, 10am UK time."
    )


def test_nothing_to_post_makes_nothing(house: House) -> None:
    """The week keeps its slot."""
    at(house, TUESDAY)
    assert house.do(service.post_now).sentence == ("There is nothing to post: no story is approved for #info-stories.")
    assert house.editions() == []
    house.tell()
    at(house, FRIDAY)
    assert len(house.editions()) == 1


def test_only_reviewers_post_by_hand(house: House) -> None:
    """The service decides, whatever the way in."""
    house.tell()
    assert house.do(service.post_now, by="U0ANYBODY").said is Said.ONLY_REVIEWERS
    assert house.editions() == []


def test_a_button_of_another_week_posts_nothing(house: House) -> None:
    """An old preview cannot post this week's digest."""
    house.tell()
    assert house.do(service.post_now, by=AMIRA, slot=FRIDAY - WEEK).said is Said.OUT_OF_DATE
    assert house.editions() == []


def test_a_digest_that_slack_refused_is_posted_by_asking_again(house: House) -> None:
    """The bot was not in the channel: once it is, nothing has been lost."""
    house.tell()
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver(park=messages.EDITION)
    assert house.went(messages.EDITION) == house.went(messages.EDITION_NOTICE) == []
    house.now = FRIDAY + timedelta(days=4)
    again = house.do(service.post_now, by=AMIRA)
    assert again.sentence == (
        "The digest of Friday 6 June, 10am UK time had not gone out. It is going out now: 2 stories in #info-stories."
    )
    house.deliver()
    assert len(house.went(messages.EDITION)) == 1
    assert len(house.went(messages.EDITION_STORY)) == 2
    assert len(house.went(messages.EDITION_NOTICE)) == 2
    assert len(house.went(messages.HEARTBEAT)) == 1
    assert len(house.editions()) == 1


def test_without_a_link_everybody_is_told_all_the_same(house: House) -> None:
    """Slack would not say where the message stands."""
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver(park=messages.EDITION_LINK)
    assert (
        house.went(messages.EDITION_NOTICE)[0]
        .shown.partition("\n")[0]
        .startswith("Story 1 is in this week's digest, in #info-stories. Thank you for telling it.")
    )
    assert len(house.went(messages.HEARTBEAT)) == 1


# ── the gate ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_story_taken_back_before_it_is_sent_is_not_sent(house: House) -> None:
    """Not its title, its thread, nor the word to its author."""
    kept, gone = house.tell(), house.tell(title="Not to be seen")
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.remove(gone)
    house.deliver()
    assert "Not to be seen" not in "".join(sent.text + sent.shown for sent in house.sent)
    assert [sent.row.story_id for sent in house.went(messages.EDITION_STORY)] == [kept.id]
    assert house.went(messages.EDITION)[0].text == "This week's story: 1 new, about 1 minute to read."


def test_when_every_story_is_taken_back_nothing_goes_out(house: House) -> None:
    """A message without stories would only puzzle."""
    only = house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.remove(only)
    house.deliver()
    assert house.went(messages.EDITION) == []
    assert house.went(messages.EDITION_STORY) == []


def test_a_posted_digest_shows_what_still_stands_when_it_is_shown_again(house: House) -> None:
    """After a withdrawal, two stories and fewer minutes."""
    gone = house.tell(title="Not to be seen")
    house.tell()
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver()
    (post,) = house.went(messages.EDITION)
    assert "Friday 6 June · 3 stories · 1 minute to read" in post.shown
    house.remove(gone)
    update = Message(messages.EDITION, post.row.recipient, op=Op.UPDATE, args=post.row.args, target=post.row.id)
    house.do(lambda tx, policy: outbox.enqueue(tx, update))
    house.deliver()
    after = house.went(messages.EDITION)[-1]
    assert "Friday 6 June · 2 stories · 1 minute to read" in after.shown
    assert "Not to be seen" not in after.shown


# ── quiet weeks ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quiet_week_is_silent_but_for_the_heartbeat(house: House) -> None:
    """Reviewers hear that nothing is wrong."""
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver()
    assert [sent.text for sent in house.sent] == ["No digest this week: no approved stories. Everything is working."]


def test_a_quiet_week_can_be_said(house: House) -> None:
    """Where the keeper wants readers to hear from it every week."""
    house.set(quiet_week=QuietWeek.SAY)
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.deliver()
    (post,) = house.went(messages.EDITION)
    assert post.text == "No new stories this week."
    assert post.shown == "No new stories this week.\nTell your story"
    assert house.went(messages.HEARTBEAT)[0].text.startswith("Digest posted Friday 6 June, 10am: no new stories. ")


def test_a_quiet_week_can_show_an_earlier_story_again(house: House) -> None:
    """One that is still permitted, in turn, and never what the channel saw last."""
    house.set(quiet_week=QuietWeek.REREAD)
    one, two = house.tell(), house.tell(title="The call that changed the plan")
    at(house, TUESDAY)
    at(house, FRIDAY)  # both
    shown = []
    for week in range(1, 6):
        at(house, FRIDAY + week * WEEK)
        house.deliver()
        edition = house.editions()[-1]
        post = house.went(messages.EDITION)[-1]
        shown.append(post.row.story_id if edition.state is EditionState.REREAD else None)
    assert shown == [None, one.id, two.id, one.id, two.id]
    post = house.went(messages.EDITION)[-1]
    assert post.text == "No new stories this week. Here is one from June."
    assert post.shown.startswith("No new stories this week. Here is one from June, \nThe call that changed the plan\n.")
    assert house.went(messages.EDITION_STORY)[-1].row.thread == post.row.id
    house.remove(one)
    at(house, FRIDAY + 6 * WEEK)
    assert house.editions()[-1].state is EditionState.QUIET
    house.deliver()
    assert house.sent[-1].text == "No digest this week: no approved stories. Everything is working."


def test_the_heartbeat_counts_the_week(house: House) -> None:
    """Sent, approved, declined, and who waits for how long."""
    house.now = TUESDAY - WEEK
    house.tell()
    house.now = TUESDAY
    house.do(service.tick)
    house.tell()
    house.now = FRIDAY - timedelta(days=2)
    house.tell(status=StoryStatus.SUBMITTED)
    at(house, FRIDAY)
    house.deliver()
    (beat,) = house.went(messages.HEARTBEAT)
    assert beat.text == (
        "Digest posted Friday 6 June, 10am: 2 stories. This week 2 sent, 1 approved, 0 declined, 1 waiting 2 days."
    )
    assert "|link>)" in beat.shown


# ── dates that are told ───────────────────────────────────────────────────────────────────────────────────────────


def test_when_a_story_is_expected(house: House) -> None:
    """Waiting ones too, as if approved now; nothing for those that are not on their way."""

    def expected(story: Story) -> datetime | None:
        return house.do(expected_slot, story.id)

    assert expected(house.tell()) == FRIDAY
    assert expected(house.tell(status=StoryStatus.SUBMITTED)) == FRIDAY
    assert expected(house.tell(status=StoryStatus.ASKED)) == FRIDAY
    assert expected(house.tell(status=StoryStatus.DECLINED)) is None
    assert expected(house.tell(places=frozenset({Place.TRAINING}))) is None
    assert house.do(expected_slot, "nobody's") is None
    posted = house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    assert expected(posted) is None
    assert expected(house.tell()) == FRIDAY + WEEK
    assert say_slot(house.policy, FRIDAY) == "Friday 6 June, 10am UK time"


def test_a_thirteenth_story_is_expected_a_week_later(house: House) -> None:
    """Also one that still waits for its reviewers."""
    for _ in range(12):
        house.tell()
    waiting = house.tell(status=StoryStatus.SUBMITTED)
    assert house.do(expected_slot, waiting.id) == FRIDAY + WEEK


def test_a_date_is_told_once(house: House) -> None:
    """Also to somebody who had heard none."""
    house.tell(told=None)
    assert house.do(service.announce_dates) == 1
    assert house.do(service.announce_dates) == 0


def test_a_date_that_no_longer_matters_is_not_told(house: House) -> None:
    """The story was undone before the message went."""
    story = house.tell(told=None)
    house.do(service.announce_dates)
    house.do(lambda tx, policy: stories.change(tx, story.id, status=StoryStatus.SUBMITTED))
    house.deliver()
    assert house.went(tidings.DATE_CHANGED) == []
