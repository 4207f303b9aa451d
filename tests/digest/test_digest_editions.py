"""Editions: one a week, whatever happens to the bot, the clock and the settings; and what goes out with one."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from digest_house import AMIRA, DIGEST, FRIDAY, REVIEW, TUESDAY, WEEK, House

from bot.digest import messages, service
from bot.digest.rules import Said
from bot.story import tidings
from bot.story.policy import QuietWeek
from bot.story.when import expected_slot, say_slot
from bot.weekly import WeeklyTime
from storage import outbox, stories, tellers
from storage.records import EditionState, Message, Op, Place, Story, StoryStatus

MINUTE = timedelta(minutes=1)


def alive(house: House) -> None:
    """The bot notes that it is running."""
    house.do(lambda tx, policy: tellers.set_workspace(tx, last_alive_at=tx.now))


def at(house: House, now: datetime) -> datetime:
    house.now = now
    return house.do(service.tick)


# ── on time ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_start_plans_and_makes_nothing_up(house: House) -> None:
    """A bot installed after this week's time posts next week."""
    house.tell()
    assert at(house, FRIDAY + MINUTE) == FRIDAY + WEEK
    assert house.editions() == []


def test_at_its_slot_the_edition_is_made_once(house: House) -> None:
    """Looking again, and again after a restart at the slot, changes nothing."""
    story = house.tell()
    assert at(house, TUESDAY) == FRIDAY
    assert at(house, FRIDAY - MINUTE) == FRIDAY
    for now in (FRIDAY, FRIDAY, FRIDAY + 5 * MINUTE):
        assert at(house, now) == FRIDAY + WEEK
    (edition,) = house.editions()
    assert (edition.iso_year, edition.iso_week, edition.slot_at) == (2025, 23, FRIDAY)
    assert edition.entries == ((story.id, 1),)
    assert (edition.state, edition.late, edition.manual) == (EditionState.FULL, False, False)
    assert house.story(story).status is StoryStatus.POSTED


def test_two_ticks_at_once_make_one_edition(house: House) -> None:
    """Whoever comes second finds the week claimed."""
    house.tell()
    at(house, TUESDAY)
    house.now = FRIDAY
    threads = [threading.Thread(target=house.do, args=(service.tick,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.editions()) == 1
    assert house.waiting(messages.EDITION) == 1


def test_everything_goes_out_in_order_and_to_the_right_people(house: House) -> None:
    """The message, its thread in that message, a word to each author with the link, and the heartbeat."""
    one, two = house.tell(), house.tell(title="Told five times in one day")
    at(house, TUESDAY)
    at(house, FRIDAY)
    sent = house.deliver()
    (post,) = house.went(messages.EDITION)
    threads = house.went(messages.EDITION_STORY)
    assert [sent.index(message) for message in (post, *threads)] == sorted(map(sent.index, (post, *threads)))
    assert [(message.row.story_id, message.row.thread) for message in threads] == [
        (one.id, post.row.id),
        (two.id, post.row.id),
    ]
    notices = house.went(messages.EDITION_NOTICE)
    assert {message.row.recipient for message in notices} == {f"author:{one.id}", f"author:{two.id}"}
    assert "example.slack.com" in notices[0].shown
    (beat,) = house.went(messages.HEARTBEAT)
    assert beat.row.recipient == f"channel:{REVIEW}"
    assert post.row.recipient == f"channel:{DIGEST}"
    shown = house.read(lambda tx: set(outbox.shown_in(tx, one.id)))
    assert {post.row.id, threads[0].row.id} <= shown
    assert threads[1].row.id not in shown


def test_a_card_loses_its_undo_when_its_story_is_posted(house: House) -> None:
    """The reviewers' cards are shown again."""
    story = house.tell()
    house.do(lambda tx, policy: tidings.put_card(tx, policy, stories.version(tx, story.id, 1)))
    at(house, TUESDAY)
    at(house, FRIDAY)
    rows = house.read(lambda tx: outbox.of_story(tx, story.id, tidings.CARD))
    assert [row.op for row in rows] == [Op.POST, Op.UPDATE]


@pytest.mark.parametrize(
    ("status", "places"),
    [
        (StoryStatus.SUBMITTED, frozenset({Place.DIGEST})),
        (StoryStatus.ASKED, frozenset({Place.DIGEST})),
        (StoryStatus.DECLINED, frozenset({Place.DIGEST})),
        (StoryStatus.APPROVED, frozenset({Place.STAFF_STORYBOOK})),
        (StoryStatus.APPROVED, frozenset()),
    ],
)
def test_only_what_is_approved_and_permitted_goes_out(
    house: House, status: StoryStatus, places: frozenset[Place]
) -> None:
    """Nothing else reaches the channel."""
    story = house.tell(status=status, places=places)
    at(house, TUESDAY)
    at(house, FRIDAY)
    assert house.story(story).status is status
    assert house.editions()[0].state is EditionState.QUIET
    house.deliver()
    assert [sent.row.kind for sent in house.sent] == [messages.HEARTBEAT]


def test_more_than_twelve_wait_their_turn_and_their_tellers_are_told(house: House) -> None:
    """The oldest twelve go; the rest keep their order and hear of their new day once."""
    told = []
    for number in range(27):
        house.now = TUESDAY + number * MINUTE
        told.append(house.tell(title=f"Number {number}"))
    at(house, TUESDAY + 60 * MINUTE)
    assert at(house, FRIDAY) == FRIDAY + WEEK
    house.deliver()
    first = house.editions()[0]
    assert [story_id for story_id, _ in first.entries] == [story.id for story in told[:12]]
    changes = house.went(tidings.DATE_CHANGED)
    assert {change.row.story_id for change in changes} == {story.id for story in told[12:]}
    assert house.story(told[12]).told_slot_at == FRIDAY + WEEK
    assert house.story(told[26]).told_slot_at == FRIDAY + 2 * WEEK
    at(house, FRIDAY + WEEK)
    at(house, FRIDAY + 2 * WEEK)
    assert [len(edition.entries) for edition in house.editions()] == [12, 12, 3]
    house.deliver()
    words = [sent.text for sent in house.went(tidings.DATE_CHANGED) if sent.row.story_id == told[26].id]
    assert words == ["Story 27 now goes in #info-stories on Friday 20 June, 10am UK time. Nothing is wrong with it."]


# ── away ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("missed", [1, 2, 5])
def test_after_downtime_the_latest_slot_is_made_up_once_and_says_so(house: House, missed: int) -> None:
    """However many slots went by, one late edition goes out; the next is on its usual day."""
    house.tell()
    at(house, TUESDAY)
    alive(house)
    slot = FRIDAY + (missed - 1) * WEEK
    back = slot + timedelta(days=2, hours=23, minutes=12)
    assert at(house, back) == slot + WEEK
    assert at(house, back + MINUTE) == slot + WEEK
    (edition,) = house.editions()
    assert (edition.slot_at, edition.late, edition.offline_from) == (slot, True, TUESDAY)
    at(house, slot + WEEK)
    assert len(house.editions()) == 2


def test_a_late_edition_explains_itself(house: House) -> None:
    """When it was due, how long the bot was away, and that nothing was lost."""
    house.tell()
    at(house, TUESDAY)
    alive(house)
    at(house, datetime(2025, 6, 9, 8, 12, tzinfo=UTC))
    house.deliver()
    (post,) = house.went(messages.EDITION)
    late = "Due Friday 6 June, 10am. I was offline until Monday 9 June, 9:12am; no story was lost."
    assert late in post.shown
    assert "Monday 9 June · 1 minute to read" in post.shown
    (beat,) = house.went(messages.HEARTBEAT)
    assert beat.text.startswith("Digest posted Monday 9 June, 9:12am (due Friday 6 June, 10am): 1 story. ")


def test_a_late_edition_of_a_bot_that_was_not_away_does_not_claim_so(house: House) -> None:
    """If it ran as the slot came, something else held it up."""
    house.tell()
    at(house, TUESDAY)
    house.now = FRIDAY + 20 * MINUTE
    alive(house)
    at(house, FRIDAY + 20 * MINUTE)
    house.deliver()
    assert "I was held up until Friday 6 June, 10:20am; no story was lost." in house.went(messages.EDITION)[0].shown


def test_a_restart_soon_after_the_slot_is_not_late(house: House) -> None:
    """A quarter of an hour needs no apology."""
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY + 15 * MINUTE)
    assert not house.editions()[0].late


def test_authors_are_not_told_of_a_later_day_just_before_a_missed_edition_is_made_up(house: House) -> None:
    """At start, dates are announced only once nothing is due."""
    house.tell()
    at(house, TUESDAY)
    house.now = FRIDAY + timedelta(days=1)
    assert house.do(service.announce_dates) == 0
    at(house, house.now)
    house.deliver()
    assert house.went(tidings.DATE_CHANGED) == []


def test_a_clock_that_steps_back_makes_no_second_edition(house: House) -> None:
    """The week has its edition, by whatever clock."""
    house.tell()
    at(house, TUESDAY)
    at(house, FRIDAY)
    house.tell()
    for now in (FRIDAY - timedelta(hours=1), FRIDAY, TUESDAY, FRIDAY + MINUTE):
        assert at(house, now) == FRIDAY + WEEK
    assert len(house.editions()) == 1
    at(house, FRIDAY + WEEK)
    assert len(house.editions()) == 2


def test_a_clock_that_was_years_ahead_does_not_stop_the_digest(house: House) -> None:
    """After the mistake is put right, the next real week has its edition."""
    at(house, TUESDAY)
    at(house, TUESDAY + 200 * WEEK)
    assert at(house, TUESDAY) == FRIDAY
    house.tell()
    at(house, FRIDAY)
    assert house.editions()[0].slot_at == FRIDAY


# ── a changed time ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("changed_on", [0, 2, 4, 6])
@pytest.mark.parametrize("away", [timedelta(0), timedelta(days=3)], ids=["running", "away"])
def test_a_changed_time_never_gives_a_week_two_editions(
    house: House, weekday: int, changed_on: int, away: timedelta
) -> None:
    """Any day to any day, changed on any day, running or not: at most one a week, and each next week exactly one."""
    monday = datetime(2025, 6, 2, 12, tzinfo=UTC)
    at(house, monday)
    house.tell()
    now = monday
    while now < monday + 4 * WEEK:
        if monday + timedelta(days=changed_on) <= now < monday + timedelta(days=changed_on) + away:
            now += timedelta(hours=12)
            continue
        if now >= monday + timedelta(days=changed_on):
            house.set(digest_at=WeeklyTime(weekday, 15, 0))
        at(house, now)
        now += timedelta(hours=12)
    weeks = [(edition.iso_year, edition.iso_week) for edition in house.editions()]
    assert weeks == sorted(set(weeks))
    assert {24, 25, 26} - {week for _, week in weeks} <= ({24} if changed_on + away.days > 6 else set())


def test_a_new_time_that_has_gone_by_this_week_counts_from_next_week(house: House) -> None:
    """On Tuesday the keeper moves the digest to Mondays: it goes out next Monday, and the authors hear it."""
    house.tell()
    at(house, TUESDAY)
    house.set(digest_at=WeeklyTime(0, 9, 0))
    assert at(house, TUESDAY) == datetime(2025, 6, 9, 8, tzinfo=UTC)
    house.deliver()
    assert [sent.text for sent in house.went(tidings.DATE_CHANGED)] == [
        "Story 1 now goes in #info-stories on Monday 9 June, 9am UK time. Nothing is wrong with it."
    ]
    at(house, FRIDAY + MINUTE)
    assert house.editions() == []


def test_an_earlier_day_is_told_without_reassurance(house: House) -> None:
    """Nobody thinks something is wrong when their story comes sooner."""
    house.tell()
    at(house, TUESDAY)
    house.set(digest_at=WeeklyTime(3, 10, 0))
    at(house, TUESDAY)
    house.deliver()
    assert house.went(tidings.DATE_CHANGED)[0].text == (
        "Story 1 now goes in #info-stories on Thursday 5 June, 10am UK time."
    )


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
    assert house.deliver(park=messages.EDITION) == []
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
