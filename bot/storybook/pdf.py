"""The storybook as a booklet to print (PDF, A5): a title page, then each story on a page of its own.

Needs fpdf2 and a font, which come with `pip install 'altogether[pdf]'`; without them `must_have` says so. Called by
`site.py` for `--pdf`, with `write_pdf`.
"""

import logging
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.errors import NotFound
from bot.story.view import StoryView
from bot.storybook.entry import Entry
from bot.storybook.site import Source
from bot.text import day

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN: Final = 18
_INK: Final = "serif"
_MISSING: Final = "\N{WHITE SQUARE}"
"""What stands for a letter that the font does not have."""
NEEDS: Final = "A PDF needs two packages more. Type: pip install 'altogether[pdf]'"


def can_be_made() -> bool:
    """Whether what a PDF needs is installed."""
    return find_spec("fpdf") is not None and find_spec("font_source_serif_pro") is not None


def must_have() -> None:
    """Raises NotFound naming the command that helps, where what a PDF needs is not installed."""
    if not can_be_made():
        raise NotFound(NEEDS)


def write_pdf(file: Path, source: Source) -> None:
    """The file is a booklet of every story of the source. Raises OSError, NotFound."""
    must_have()
    book = _booklet()
    book.set_creation_date(datetime.combine(source.today, time(), UTC))
    _title_page(book, len(source.entries), f"{day(source.today)} {source.today.year}")
    for entry, view in source.told(sorted(source.entries)):
        _story(book, entry, view)
    book.output(str(file))


def _booklet() -> "FPDF":
    from fpdf import FPDF

    for name in ("fpdf", "fontTools"):  # they would log what they draw
        logging.getLogger(name).setLevel(logging.ERROR)
    book = FPDF(format=(148, 210))  # A5, in millimetres
    fonts = _fonts()
    book.add_font(_INK, "", fonts / "SourceSerifPro-Regular.ttf")
    book.add_font(_INK, "B", fonts / "SourceSerifPro-Bold.ttf")
    book.add_font(_INK, "I", fonts / "SourceSerifPro-It.ttf")
    book.set_margins(_MARGIN, _MARGIN, _MARGIN)
    book.set_auto_page_break(True, margin=_MARGIN)
    book.set_title("The storybook")
    book.set_lang("en-GB")
    return book


@cache
def _fonts() -> Path:
    return Path(str(resources.files("font_source_serif_pro") / "files"))


@cache
def _letters() -> frozenset[int]:
    """The characters that every cut of the font can draw."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it carries no types

    sets = []
    for cut in ("Regular", "Bold", "It"):
        with TTFont(_fonts() / f"SourceSerifPro-{cut}.ttf", lazy=True) as font:
            sets.append(frozenset(font.getBestCmap()))
    return sets[0] & sets[1] & sets[2]


def _drawable(text: str) -> str:
    """The text with a square for each letter that the font does not have."""
    letters = _letters()
    missing = _MISSING if ord(_MISSING) in letters else "?"
    return "".join(one if one == "\n" or ord(one) in letters else " " if one.isspace() else missing for one in text)


def _line(
    book: "FPDF", text: str, *, style: str = "", size: float = 10.5, height: float = 15, after: float = 0
) -> None:
    """A paragraph, points in, millimetres on paper."""
    book.set_font(_INK, style, size)
    book.multi_cell(0, height * 0.3528, _drawable(text), align="L", new_x="LMARGIN", new_y="NEXT")
    if after:
        book.ln(after * 0.3528)


def _title_page(book: "FPDF", total: int, today: str) -> None:
    book.add_page()
    book.set_y(70)
    _line(book, "The storybook", style="B", size=24, height=30, after=6)
    _line(book, f"{total:,} stories" if total >= 5 else "Stories", after=12)
    _line(book, f"Made on {today}. It may have changed since: stories can be taken back.", style="I")


def _story(book: "FPDF", entry: Entry, view: StoryView) -> None:
    book.add_page()
    book.start_section(_drawable(entry.title)[:200])
    _line(book, entry.title, style="B", size=16, height=20, after=2)
    _line(
        book, " · ".join([part for part in (view.kind, f"Story {view.number}") if part]), size=8.5, height=12, after=10
    )
    if view.lesson:
        _line(book, view.lesson, style="I", size=13, height=18, after=10)
    for label, said in view.sections:
        if book.will_page_break(60 * 0.3528):
            book.add_page()  # a heading never stands alone at the foot of a page
        _line(book, label, style="B", size=9, height=13, after=1)
        _line(book, said, after=10)
    small = [view.services, " · ".join(part for part in (view.credit, entry.month_text) if part)]
    for one in small:
        if one:
            _line(book, one, size=8.5, height=12)
