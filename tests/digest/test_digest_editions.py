"""Editions: one a week, whatever happens to the bot, the clock and the settings."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from digest_house import DIGEST, FRIDAY, REVIEW, TUESDAY, WEEK, House, alive, at

from bot.digest import messages, service
from bot.story import tidings
from bot.weekly import WeeklyTime
from storage import outbox, stories, surfaces
from storage.records import EditionState, Op, Place, StoryStatus

MINUTE = timedelta(minutes=1)


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
    shown = house.read(lambda tx: set(surfaces.showing(tx, one.id)))
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
