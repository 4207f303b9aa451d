"""The pictures of what the stories say together, as inline SVG: labels on the marks, no legend, no hover.

Pure. Drawn 360 wide, so that letters can be read on a phone. Colours come from the style sheet by class; barriers are
hatched as well as coloured. Each picture has its numbers in a table beneath it, which the page adds.
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from bot.storybook.counting import Cell, Pillar, Summary, month_text
from bot.text import cut

WIDTH: Final = 360
_MIDDLE: Final = 180
_LONGEST: Final = 140
_CELL: Final = 25


def _text(x: float, y: float, said: str, *, anchor: str = "start", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(said)}</text>'


def _bar(x: float, y: float, width: float, height: float, kind: str, fill: str | None = None) -> str:
    painted = "" if fill is None else f' fill="{fill}"'
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{painted}/>'


def _svg(name: str, title: str, said: str, height: float, marks: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(said)}</desc>{"".join(marks)}</svg>'
    )


def _said(cells: Sequence[Cell]) -> str:
    return "; ".join(f"{one.label}: {one.said}" for one in cells)


def _largest(cells: Sequence[Cell]) -> int:
    return max((one.shown or 0 for one in cells), default=0) or 1


def pillars_chart(summary: Summary, title: str, name: str = "pillars") -> str:
    """What got in the way to the left of one axis, and what helped to its right, by pillar."""
    largest = _largest([one for pillar in summary.pillars for one in (pillar.barriers, pillar.enablers)])
    marks = ["<defs>", *(_hatch(name, n) for n in range(len(summary.pillars))), "</defs>"]
    marks += [
        _text(_MIDDLE - 8, 12, "got in the way", anchor="end", kind="head"),
        _text(_MIDDLE + 8, 12, "helped", kind="head"),
    ]
    height = 30 + len(summary.pillars) * 52
    marks.append(f'<path class="axis" d="M{_MIDDLE} 18V{height - 6}"/>')
    for n, pillar in enumerate(summary.pillars):
        marks += _pillar_row(name, n, pillar, 30 + n * 52, _LONGEST / largest)
    said = "; ".join(
        f"{pillar.name}: got in the way in {pillar.barriers.said}, helped in {pillar.enablers.said}"
        for pillar in summary.pillars
    )
    return _svg(name, title, said, height, marks)


def _pillar_row(name: str, n: int, pillar: Pillar, y: float, scale: float) -> list[str]:
    left = (pillar.barriers.shown or 0) * scale
    right = (pillar.enablers.shown or 0) * scale
    colour = n % 3
    return [
        _text(_MIDDLE, y + 10, pillar.name, anchor="middle", kind=f"name on n{colour}"),
        _bar(_MIDDLE - left, y + 17, left, 20, f"edge e{colour}", f"url(#{name}-h{n})"),
        _bar(_MIDDLE, y + 17, right, 20, f"solid f{colour}"),
        _text(_MIDDLE - left - 5, y + 31, pillar.barriers.said, anchor="end"),
        _text(_MIDDLE + right + 5, y + 31, pillar.enablers.said),
    ]


def _hatch(name: str, n: int) -> str:
    return (
        f'<pattern id="{name}-h{n}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect class="ground" width="6" height="6"/><path class="stroke s{n % 3}" d="M1.5 0V6"/></pattern>'
    )


def bars_chart(cells: Sequence[Cell], title: str, name: str) -> str:
    """One bar a count, its words above it and its number at its end."""
    largest = _largest(cells)
    marks = []
    for n, one in enumerate(cells):
        y, width = n * 42, (one.shown or 0) / largest * 270
        marks += [
            _text(0, y + 13, one.label),
            _bar(0, y + 19, width, 14, "solid plain"),
            _text(width + (5 if width else 0), y + 31, one.said, kind="label number"),
        ]
    return _svg(name, title, _said(cells), len(cells) * 42, marks)


def months_chart(cells: Sequence[Cell], title: str, name: str = "months") -> str:
    """One column a month; numbers stand on the columns where there is room for them."""
    largest, wide = _largest(cells), WIDTH / max(len(cells), 6)
    marks = [f'<path class="axis" d="M0 130H{WIDTH}"/>']
    for n, one in enumerate(cells):
        height = (one.shown or 0) / largest * 105
        marks.append(_bar(n * wide + wide * 0.12, 130 - height, wide * 0.76, height, "solid plain"))
        if one.shown is None:
            marks.append(
                _text(
                    (n + 0.5) * wide, 126, "<5" if one.said.startswith("fewer") else "–", anchor="middle", kind="small"
                )
            )
        elif one.shown and (len(cells) <= 14 or one.shown == largest):
            marks.append(_text((n + 0.5) * wide, 126 - height, one.said, anchor="middle", kind="small"))
    if cells:
        marks.append(_text(0, 146, _month(cells[0]), kind="small"))
    if len(cells) > 1:
        marks.append(
            _text(wide * len(cells), 146, _month(cells[-1]), anchor="end" if len(cells) > 5 else "middle", kind="small")
        )
    return _svg(name, title, _said([*cells]), 152, marks)


def _month(one: Cell) -> str:
    return month_text(one.label) if "/" in one.label else one.label


def services_chart(summary: Summary, title: str, name: str = "services") -> str:
    """Half a matrix: in the row of one service and the column of another, the stories in which they meet."""
    services = summary.services
    largest = _largest(list(summary.pairs.values()))
    step = min(_CELL, (WIDTH - 22) / max(len(services), 1))
    marks = []
    for row in range(len(services)):
        y = row * step
        marks.append(_text(14, y + step * 0.66, str(row + 1), anchor="end", kind="small"))
        marks.append(_text(22 + row * step + 4, y + step * 0.66, str(row + 1), kind="small number"))
        for column in range(row):
            marks += _meeting(summary.pairs[column, row], 22 + column * step, y, step, largest)
    said = _said([one for one in summary.pairs.values() if one.shown]) or "no two services meet in five stories or more"
    return _svg(name, title, said, len(services) * step + 4, marks)


def _meeting(one: Cell, x: float, y: float, step: float, largest: int) -> list[str]:
    level = 0 if not one.shown else 1 + min(3, one.shown * 4 // (largest + 1))
    box = _bar(x + 1, y + 1, step - 2, step - 2, f"meet m{level}")
    number = "<5" if one.shown is None else f"{one.shown}" if one.shown else ""
    return (
        [box, _text(x + step / 2, y + step * 0.66, number, anchor="middle", kind=f"small t{level}")]
        if number
        else [box]
    )


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The numbers of a picture, opened from beneath it."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(one)}</td>" for one in row[1:])}</tr>'
        for row in rows
    )
    return (
        f"<details><summary>The numbers</summary><table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )


def pillar_rows(summary: Summary) -> list[Sequence[str]]:
    """Each pillar, and under it each of its themes."""
    rows: list[Sequence[str]] = []
    for pillar in summary.pillars:
        rows.append((pillar.name, pillar.barriers.said, pillar.enablers.said))
        rows += [(cut(one.label, 80), one.said, "") for one in pillar.barrier_themes]
        rows += [(cut(one.label, 80), "", one.said) for one in pillar.enabler_themes]
    return rows


def cell_rows(cells: Sequence[Cell], name: Callable[[Cell], str] = lambda one: one.label) -> list[Sequence[str]]:
    """A row for each count."""
    return [(name(one), one.said) for one in cells]


def month_rows(cells: Sequence[Cell]) -> list[Sequence[str]]:
    """A row for each month, in words."""
    return cell_rows(cells, _month)
