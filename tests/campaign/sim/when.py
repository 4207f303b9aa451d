"""When a run begins: every change of the clocks from 2024 to 2040 is lived through, and every week numbered 53."""

import random
from datetime import UTC, date, datetime, timedelta

YEARS = range(2024, 2041)


def changes() -> list[date]:
    """The Sundays on which clocks change in London, 2024 to 2040."""
    found = []
    for year in YEARS:
        for month in (3, 10):
            last = date(year, month, 31)
            found.append(last - timedelta(days=(last.weekday() + 1) % 7))
    return found


def beginning(seed: int) -> datetime:
    """When a run begins: every second one a few days before the clocks change, some before a week 53."""
    if seed % 2 == 0:
        sunday = changes()[seed // 2 % len(changes())]
        return datetime(sunday.year, sunday.month, sunday.day, 10, tzinfo=UTC) - timedelta(days=4)
    roll = random.Random(f"{seed}:beginning")
    if seed % 10 == 1:
        return datetime(roll.choice((2026, 2032, 2037)), 12, 27, 10, tzinfo=UTC)
    return datetime(roll.choice(YEARS), 1, 1, roll.randrange(24), tzinfo=UTC) + timedelta(days=roll.randrange(350))
