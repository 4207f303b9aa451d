"""Stories as a file for other programs: CSV, JSON lines or Markdown, for one audience, screened once more.

Text is made harmless for where it goes: no cell is a formula, no line is markup, and every word can still be read.
Called by `work.py`, which notes in the removal ledger what the file holds.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.story.next_told import mark_of, readable
from bot.story.screening import Span
from bot.story.view import WHAT_NEXT, StoryView, view_of
from bot.storybook.site import BATCH, Reading, checked
from bot.text import month_and_year
from storage import published
from storage.books import Audience
from storage.published import Published, Standing
from storage.records import Part

_STARTS_A_FORMULA: Final = frozenset("=+-@|%\t\r")
_NOTHING_SEEN: Final = frozenset({"Cf", "Cc", "Mn", "Me"})
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that only look like nothing."""
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|~&])")
_MARKUP_AT_START: Final = re.compile(r"^(\s*)(#|[-+=]|\d{1,9}(?=[.)]))", re.MULTILINE)


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Exported:
    """What the file holds, and what was left out: by number, how many of each kind the screen found."""

    stories: tuple[Standing, ...]
    left_out: dict[int, dict[str, int]]


def export(
    write: Callable[[str], object],
    kind: Format,
    audience: Audience,
    reading: Reading,
    standing: Sequence[Standing],
    *,
    find: Callable[[str], Sequence[Span]],
) -> Exported:
    """Writes every one of these stories that may still be read and is clean, lowest number first."""
    put = _WRITERS[kind]
    held: list[Standing] = []
    left: dict[int, dict[str, int]] = {}
    columns = _columns(audience, reading, standing) if kind is Format.CSV else ()
    if columns:
        write("\ufeff" + _row([label for _, label in columns]))  # with the mark, spreadsheets read it as UTF-8
    for one in _batches(audience, reading, standing):
        if kinds := checked(one, find):
            left[one.number] = kinds
            continue
        write(put(one, columns))
        held.append(Standing(one.number, one.story_id, one.version.n, mark_of(one.sequel)))
    return Exported(tuple(held), left)


def _batches(audience: Audience, reading: Reading, standing: Sequence[Standing]) -> Iterator[Published]:
    numbers = [one.number for one in standing]
    for first in range(0, len(numbers), BATCH):
        with reading() as tx:
            found = published.of_numbers(tx, audience, numbers[first : first + BATCH])
        yield from found


def _view(one: Published) -> StoryView:
    return view_of(one.number, one.version, readable(one.sequel))


Columns = Sequence[tuple[str, str]]
"""(key, heading)."""
_BEFORE: Final = (
    ("number", "Story"),
    ("month", "Told"),
    ("title", "Title"),
    ("kind", "How it went"),
    ("services", "Services"),
)
_AFTER: Final = (("next", WHAT_NEXT), ("lesson", "One thing to tell others"), ("credit", "Told by"))


def _columns(audience: Audience, reading: Reading, standing: Sequence[Standing]) -> Columns:
    """The columns of everything that these stories answer, in the order in which it was asked."""
    asked: dict[str, str] = {}
    for one in _batches(audience, reading, standing):
        asked |= {a.prompt_id: a.label for a in one.version.answers if a.part is Part.BODY and a.prompt_id not in asked}
    return (*_BEFORE, *((f"answer:{prompt_id}", label) for prompt_id, label in asked.items()), *_AFTER)


def _plain_values(one: Published) -> dict[str, str]:
    view = _view(one)
    return {
        "number": str(one.number),
        "month": month_and_year(one.told_on),
        "title": view.title or "",
        "kind": view.kind or "",
        "services": view.services or "",
        "lesson": view.lesson or "",
        "credit": view.credit or "",
        "next": readable(one.sequel) or "",
        **{f"answer:{a.prompt_id}": a.value for a in one.version.answers if a.part is Part.BODY},
    }


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _csv(one: Published, columns: Columns) -> str:
    values = _plain_values(one)
    return _row([values.get(key, "") for key, _ in columns])


def _row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()


def safe_cell(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet could take for a formula, also behind what is unseen."""
    for character in text:  # one by one: an equals sign with a stroke through it is still the start of a formula
        if unicodedata.normalize("NFKC", character)[0] in _STARTS_A_FORMULA:
            return f"'{text}"
        unseen = character.isspace() or character in _BLANK or unicodedata.category(character) in _NOTHING_SEEN
        if not unseen:
            break
    return text


# ── JSON lines ────────────────────────────────────────────────────────────────────────────────────────────────────


def _jsonl(one: Published, _: Columns) -> str:
    view = _view(one)
    said = {
        "number": one.number,
        "told": f"{one.told_on:%Y-%m}",
        "title": view.title,
        "kind": view.kind,
        "services": view.services,
        "answers": [{"label": label, "text": text} for label, text in view.sections],
        "lesson": view.lesson,
        "credit": view.credit,
    }
    # Some readers take these two for the end of a line.
    return json.dumps(said, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _markdown(one: Published, _: Columns) -> str:
    view = _view(one)
    facts = " · ".join(part for part in (view.kind, f"Story {one.number}") if part)
    parts = [f"## {safe_markdown(' '.join(view.heading.split()))}", safe_markdown(facts)]
    if view.lesson:
        parts.append("\n".join(f"> {line}" for line in safe_markdown(view.lesson).split("\n")))
    for label, text in view.sections:
        parts += [f"### {safe_markdown(label)}", safe_markdown(text)]
    ending = " · ".join(part for part in (view.credit, month_and_year(one.told_on)) if part)
    return "\n\n".join([*parts, safe_markdown(ending)]) + "\n\n"


def safe_markdown(text: str) -> str:
    """The text in which nothing is markup: no link, no heading, no list, no HTML. Line breaks stay."""
    lines = [line.strip() for line in text.split("\n")]
    escaped = _MARKUP.sub(r"\\\1", "\n".join(lines))
    return _MARKUP_AT_START.sub(_held, escaped).replace("\n", "  \n")


def _held(start: re.Match[str]) -> str:
    mark = start[2]
    if mark.isdigit():  # "1." begins a list: its full stop is what has to be held
        return f"{start[1]}{mark}\\"
    return f"{start[1]}\\{mark}"


_WRITERS: Final[dict[Format, Callable[[Published, Columns], str]]] = {
    Format.CSV: _csv,
    Format.JSONL: _jsonl,
    Format.MARKDOWN: _markdown,
}
