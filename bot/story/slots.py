"""When a digest goes out: the instant that a weekly time names in each ISO week.

Pure. A week has exactly one slot, whatever the clocks do: a local time that does not exist moves forward by the gap,
one that comes twice means the first (PEP 495, fold 0). Read by the digest, and by whoever tells a teller a date.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.weekly import WeeklyTime

MOST_STORIES: Final = 12
"""An edition carries the oldest twelve; the rest wait for the next."""

Week = tuple[int, int]
"""(ISO year, ISO week)."""

_WEEK: Final = timedelta(days=7)


def slot_of(week: Week, at: WeeklyTime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which this ISO week's digest goes out."""
    return _slot_on(date.fromisocalendar(*week, 1), at, zone)


def next_slot(after: datetime, at: WeeklyTime, zone: ZoneInfo) -> datetime:
    """The first slot that is later than this instant."""
    monday = _monday(after, zone) - _WEEK
    while (slot := _slot_on(monday, at, zone)) <= after:
        monday += _WEEK
    return slot


def latest_slot(at_or_before: datetime, at: WeeklyTime, zone: ZoneInfo) -> datetime:
    """The last slot that is not later than this instant."""
    monday = _monday(at_or_before, zone) + _WEEK
    while (slot := _slot_on(monday, at, zone)) > at_or_before:
        monday -= _WEEK
    return slot


def week_of(instant: datetime, zone: ZoneInfo) -> Week:
    """The ISO week that the instant falls in, by the calendar of the zone."""
    year, week, _ = instant.astimezone(zone).isocalendar()
    return year, week


def _monday(instant: datetime, zone: ZoneInfo) -> date:
    day = instant.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _slot_on(monday: date, at: WeeklyTime, zone: ZoneInfo) -> datetime:
    day = monday + timedelta(days=at.weekday)
    # fold=0 in a gap reads with the offset from before it, and so lands as far behind the gap as it stood inside it.
    return datetime.combine(day, time(at.hour, at.minute), zone).astimezone(UTC)
