"""A time that comes round every week: "fri 10:00".

Pure. Which instant that is, in which zone, is worked out where editions are planned; here it is only read and said.
"""

import re
from dataclasses import dataclass
from typing import Final

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT: Final = tuple(day[:3].lower() for day in DAYS)
_DAY_NAMES: Final[dict[str, int]] = {
    **{short: number for number, short in enumerate(_SHORT)},
    **{day.lower(): number for number, day in enumerate(DAYS)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
_SHAPE: Final = re.compile(r"([a-z]+)\s+([0-9]{1,2}):([0-9]{2})")
_DAY: Final = re.compile(r"\b[a-z]+\b")
_HOUR: Final = re.compile(r"\b([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*(am|pm)?\b")
_EXAMPLE: Final = "fri 10:00"


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """A weekday (0 is Monday) and a time of day on the 24-hour clock, in whatever zone the keeper chose."""

    weekday: int
    hour: int
    minute: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday <= 6 and 0 <= self.hour <= 23 and 0 <= self.minute <= 59):
            raise ValueError("a weekly time has a weekday 0-6, an hour 0-23 and a minute 0-59")

    @classmethod
    def parse(cls, text: str) -> "WeeklyTime":
        """Returns the time that "fri 10:00" or "Friday 10:00" names; case and spaces do not matter.

        Raises ValueError with a sentence that names what would have worked, as near to what was meant as can be told.
        """
        found = _SHAPE.fullmatch(text.strip().lower())
        if found is not None and found[1] in _DAY_NAMES and int(found[2]) <= 23 and int(found[3]) <= 59:
            return cls(_DAY_NAMES[found[1]], int(found[2]), int(found[3]))
        raise ValueError(f'"{text}" is not a time. Use: {_suggestion(text.lower())}')

    def __str__(self) -> str:
        """As it is written in the settings: "fri 10:00"."""
        return f"{_SHORT[self.weekday]} {self.hour:02}:{self.minute:02}"

    @property
    def words(self) -> str:
        """As people read it: "Friday 10am", "Friday 2:30pm", "Friday midday"."""
        return f"{DAYS[self.weekday]} {self._time_words}"

    @property
    def _time_words(self) -> str:
        if (self.hour, self.minute) == (12, 0):
            return "midday"
        if (self.hour, self.minute) == (0, 0):
            return "00:00"  # "midnight" and "12am" leave people asking which end of the day is meant
        half = "am" if self.hour < 12 else "pm"
        hour = self.hour % 12 or 12
        return f"{hour}{half}" if self.minute == 0 else f"{hour}:{self.minute:02}{half}"


def _suggestion(text: str) -> str:
    """The nearest thing that would have worked; the general example where the day or the hour cannot be told."""
    days = [word for word in _DAY.findall(text) if word in _DAY_NAMES]
    hour = _HOUR.search(text)
    if len(days) != 1 or hour is None:
        return _EXAMPLE
    at, minute = int(hour[1]), int(hour[2] or 0)
    if hour[3] is not None:
        if not 1 <= at <= 12:
            return _EXAMPLE
        at = at % 12 + (12 if hour[3] == "pm" else 0)
    return str(WeeklyTime(_DAY_NAMES[days[0]], at, minute)) if at <= 23 and minute <= 59 else _EXAMPLE
