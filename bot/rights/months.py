"""Months back by the calendar, for everything that is kept for so many months.

Pure. Used by retention and by the review of published stories.
"""

from datetime import datetime, timedelta


def months_before(instant: datetime, months: int) -> datetime:
    """The same day and time so many months earlier; the month's last day where that month is shorter."""
    year, month = divmod(instant.year * 12 + instant.month - 1 - months, 12)
    first = instant.replace(year=year, month=month + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(instant.day, last.day))
