"""When a digest is due: every week has one slot, and what has been missed is made up once."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.digest.rules import due_slot, is_late, preview_at, story_to_reread
from bot.story.slots import latest_slot, next_slot, slot_of, week_of
from bot.weekly import WeeklyTime

LONDON = ZoneInfo("Europe/London")
ZONES = (
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Atlantic/Azores",
    "UTC",
)
TIMES = [
    WeeklyTime(4, 10, 0),
    WeeklyTime(6, 1, 30),  # inside London's gap in March, twice in October
    WeeklyTime(6, 2, 15),  # the same for New York
    WeeklyTime(6, 0, 0),  # Santiago, Beirut
    WeeklyTime(4, 0, 30),  # Cairo
    WeeklyTime(5, 23, 30),  # Nuuk
    WeeklyTime(6, 23, 59),
    WeeklyTime(0, 0, 0),
]
FIRST, LAST = date(2023, 12, 18), date(2041, 1, 14)
WEEKS = [(FIRST + timedelta(weeks=n)).isocalendar()[:2] for n in range((LAST - FIRST).days // 7)]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=str)
def test_every_week_from_2024_to_2040_has_one_slot_at_its_local_time(zone: ZoneInfo) -> None:
    """Clocks that change neither drop, double nor move a week's digest, except out of an hour that does not exist."""
    moved = 0
    for at in TIMES:
        slots = [slot_of(week, at, zone) for week in WEEKS]
        assert all(later > earlier for earlier, later in pairwise(slots))
        for week, slot in zip(WEEKS, slots, strict=True):
            assert week_of(slot, zone) == week
            local = slot.astimezone(zone)
            if (local.weekday(), local.hour, local.minute) == (at.weekday, at.hour, at.minute):
                assert local.fold == 0, "of a time that comes twice, the first"
                continue
            moved += 1
            wanted = datetime.combine(date.fromisocalendar(*week, at.weekday + 1), datetime.min.time())
            wanted += timedelta(hours=at.hour, minutes=at.minute)
            before, after = (slot + step for step in (timedelta(hours=-3), timedelta(hours=3)))
            gap = after.astimezone(zone).utcoffset() - before.astimezone(zone).utcoffset()  # type: ignore[operator]
            assert gap > timedelta(0)
            assert local.replace(tzinfo=None) - wanted == gap
    assert moved <= 2 * 18, "at most once a year and time"


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES[:8]], ids=str)
def test_next_and_latest_walk_the_same_weeks(zone: ZoneInfo) -> None:
    """Going forward from slot to slot, or back, meets each week of seventeen years once."""
    for at in TIMES[:3]:
        slots = [slot_of(week, at, zone) for week in WEEKS]
        second = timedelta(seconds=1)
        for earlier, later in pairwise(slots):
            assert next_slot(earlier, at, zone) == later
            assert next_slot(earlier - second, at, zone) == earlier
            assert latest_slot(later, at, zone) == later
            assert latest_slot(later - second, at, zone) == earlier


def test_a_time_that_does_not_exist_moves_forward_and_one_that_comes_twice_is_the_first() -> None:
    """The last Sundays of March and October 2025 in London, half past one."""
    at = WeeklyTime(6, 1, 30)
    assert slot_of((2025, 13), at, LONDON) == utc(2025, 3, 30, 1, 30)
    assert slot_of((2025, 13), at, LONDON).astimezone(LONDON).hour == 2
    assert slot_of((2025, 43), at, LONDON) == utc(2025, 10, 26, 0, 30)


def test_a_year_ends_in_the_middle_of_a_week() -> None:
    """Week 53 of 2026 and week 1 of 2025 belong to the year that has their Thursday."""
    assert slot_of((2026, 53), WeeklyTime(4, 10, 0), LONDON) == utc(2027, 1, 1, 10)
    assert week_of(utc(2027, 1, 1, 10), LONDON) == (2026, 53)
    assert next_slot(utc(2027, 1, 1, 10), WeeklyTime(4, 10, 0), LONDON) == utc(2027, 1, 8, 10)
    assert slot_of((2025, 1), WeeklyTime(0, 10, 0), LONDON) == utc(2024, 12, 30, 10)


def test_the_preview_is_at_ten_the_day_before() -> None:
    """Also where the clocks change in between, and for a slot at midnight."""
    assert preview_at(utc(2025, 6, 6, 9), LONDON) == utc(2025, 6, 5, 9)
    assert preview_at(utc(2025, 3, 30, 9), LONDON) == utc(2025, 3, 29, 10)
    assert preview_at(utc(2025, 6, 5, 23), LONDON) == utc(2025, 6, 5, 9)


FRI = WeeklyTime(4, 10, 0)
MON = WeeklyTime(0, 9, 0)
W23 = utc(2025, 6, 6, 9)  # Friday of week 23, 10am in London


@pytest.mark.parametrize(
    ("now", "planned", "at", "due"),
    [
        (utc(2025, 6, 6, 8, 59), W23, FRI, None),
        (W23, W23, FRI, W23),
        (utc(2025, 6, 6, 9, 14), W23, FRI, W23),
        (utc(2025, 6, 9, 8), W23, FRI, W23),
        (utc(2025, 6, 13, 9), W23, FRI, utc(2025, 6, 13, 9)),
        (utc(2025, 7, 9, 8), W23, FRI, utc(2025, 7, 4, 9)),
        (W23, None, FRI, None),
        # The time was changed. Unplanned slots of the new one do not count …
        (utc(2025, 6, 4, 9), W23, MON, None),
        (utc(2025, 6, 9, 12), W23, MON, W23),
        (utc(2025, 6, 16, 12), W23, MON, utc(2025, 6, 13, 9)),
        # … and a week whose new slot is still to come has missed nothing.
        (utc(2025, 6, 10, 9), utc(2025, 6, 9, 8), FRI, None),
        (utc(2025, 6, 14, 9), utc(2025, 6, 9, 8), FRI, utc(2025, 6, 9, 8)),
    ],
)
def test_what_is_due(now: datetime, planned: datetime | None, at: WeeklyTime, due: datetime | None) -> None:
    """Only a slot that was planned can be missed, and of several the latest is made up."""
    assert due_slot(now, planned, at, LONDON) == due


def test_a_quarter_of_an_hour_is_not_late() -> None:
    """A restart at the slot need not be apologised for."""
    assert not is_late(W23, W23 + timedelta(minutes=15))
    assert is_late(W23, W23 + timedelta(minutes=15, seconds=1))


def test_what_is_read_again() -> None:
    """Stories never shown again first, then the longest ago; never what the channel saw last."""
    at = {"a": utc(2025, 1, 1), "b": utc(2025, 2, 1)}
    none: frozenset[str] = frozenset()
    assert story_to_reread(["a", "b", "c"], at, last_carried=none) == "c"
    assert story_to_reread(["a", "b"], at, last_carried=none) == "a"
    assert story_to_reread(["b"], at, last_carried=none) is None
    assert story_to_reread(["c"], at, last_carried=frozenset({"c"})) is None
    assert story_to_reread([], {}, last_carried=none) is None
