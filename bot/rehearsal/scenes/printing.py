"""How a transcript looks on paper or in a terminal: headings, a column of names, words wrapped beside it.

Words carry the meaning; a terminal gets bold and dim on top of them. It knows nothing of the workspace:
`transcript.py` says what is printed, `stage.py` what stands before and after.
"""

import re
import textwrap
from collections.abc import Iterable
from typing import Literal, Protocol, TextIO

NAMES = 12
WORDS = 66
MOST_WORDS = 72
FEWEST_WORDS = 36

Weight = Literal["plain", "bold", "dim"]

_BUTTON = re.compile(r"\[[^\[\]\n]{1,60}\]")
_STIFF = "\N{NO-BREAK SPACE}"
_CHOICES = ("○ ", "◉ ", "☐ ", "☑ ")
_HANGING = {"• ": "  ", "│ ": "│ "}


class Terminal(Protocol):
    """What can print with style: a console of rich."""

    @property
    def width(self) -> int:
        """How many columns there are."""

    def print(self, text: str, /, *, style: str | None, markup: bool, highlight: bool, soft_wrap: bool) -> None:
        """Prints one line."""


class Printer:
    """Prints to a file or a terminal, and remembers under which heading it stands."""

    def __init__(self, out: TextIO, terminal: Terminal | None = None) -> None:
        self._out, self._terminal = out, terminal
        self._heading = ""
        self.words = WORDS
        if self._terminal is not None:
            self.words = max(FEWEST_WORDS, min(MOST_WORDS, self._terminal.width - NAMES - 1))

    def line(self, text: str = "", *, weight: Weight = "plain") -> None:
        """Prints one line as it is."""
        if self._terminal is None:
            print(text, file=self._out, flush=True)
        else:
            style = None if weight == "plain" else weight
            self._terminal.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def aside(self, text: str) -> None:
        """Prints a sentence about the play, between two empty lines of its own."""
        self.line()
        for row in textwrap.wrap(text, NAMES + self.words):
            self.line(row)
        self._heading = ""

    def heading(self, text: str) -> None:
        """Prints when and where, unless that stands above already."""
        if text != self._heading:
            self._heading = text
            self.line()
            self.line(text, weight="bold")

    def say(self, who: str, lines: Iterable[str], *, mark: str = "") -> None:
        """Prints what somebody says or does, under the heading; `mark` stands before its first line."""
        rows = [row for line in lines for row in self._wrapped(line, self.words - len(mark))]
        name = who
        for row in rows:
            weight: Weight = "dim" if _is_buttons(row) and not name else "plain"
            self.line(f"{name:<{NAMES}}{mark}{row}".rstrip(), weight=weight)
            name, mark = "", " " * len(mark)

    def _wrapped(self, line: str, width: int) -> list[str]:
        """Wraps one line; buttons and choices stay whole, a point of a list hangs."""
        stiff = _BUTTON.sub(lambda found: found[0].replace(" ", _STIFF), line)
        if line.startswith(_CHOICES):
            choices = stiff.split("  ")
            stiff = "  ".join(one.replace(" ", _STIFF) if len(one) <= width else one for one in choices)
        hang = next((after for before, after in _HANGING.items() if line.startswith(before)), "")
        rows = textwrap.wrap(stiff, width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
        return [row.replace(_STIFF, " ").rstrip() for row in rows] or [""]


def _is_buttons(row: str) -> bool:
    return row.strip().startswith("[") and row.strip().endswith("]")
