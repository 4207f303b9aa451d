"""The doctor's page: one line a check, aligned, printed as soon as it is known.

Nothing is looked at here. Words carry the meaning (`ok`, `FIX`, `note`), neither colour nor ticks.
"""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TextIO

from bot.redact import redact_secrets
from bot.text import count

_WIDTH: Final = 116
_STATUS: Final = 6
_ABOUT: Final = 14
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_TO_TYPE: Final = re.compile(
    r"/invite @\S+|altogether (?:run|migrate|digest \w+|doctor(?: --hello \w+)?|script check \S+)"
)


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    FIX = "FIX"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at and what is to be said of it."""

    status: Status
    about: str
    message: str


def ok(about: str, message: str) -> Line:
    """Returns a line for what is as it should be."""
    return Line(Status.OK, about, message)


def fix(about: str, message: str) -> Line:
    """Returns a line for what the keeper has to mend; the message names the click or the line that does it."""
    return Line(Status.FIX, about, message)


def note(about: str, message: str) -> Line:
    """Returns a line for what works but deserves a word, or cannot be seen."""
    return Line(Status.NOTE, about, message)


def render(line: Line) -> str:
    """Returns the line as it is printed: three columns, the third wrapped beneath itself, never a secret in it."""
    first = f"{line.status:<{_STATUS}}{line.about:<{_ABOUT}}"
    # What is to be typed stays on one line, to be copied.
    whole = _TO_TYPE.sub(lambda found: found[0].replace(" ", _NO_BREAK), redact_secrets(line.message))
    wrapped = textwrap.wrap(
        whole,
        _WIDTH - _STATUS - _ABOUT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    beneath = f"\n{'':<{_STATUS + _ABOUT}}"
    return beneath.join([first + (wrapped[0] if wrapped else ""), *wrapped[1:]]).replace(_NO_BREAK, " ")


class Report:
    """Prints lines and counts what is to be fixed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._to_fix = 0

    def add(self, lines: Iterable[Line]) -> None:
        """Print these lines now."""
        for line in lines:
            self._to_fix += line.status is Status.FIX
            print(render(line), file=self._out, flush=True)

    def close(self) -> int:
        """Print what it comes to; returns the exit code, 0 or 1."""
        print(f"{count(self._to_fix, 'thing')} to fix." if self._to_fix else "Ready.", file=self._out, flush=True)
        return 1 if self._to_fix else 0
