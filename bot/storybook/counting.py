"""What the stories say together: how many of each, with small groups hidden.

Pure. A count under five is hidden, and so is a second one where the total would give the first away: few stories of a
kind could lead to who told them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

from bot.storybook.entry import Entry
from bot.storybook.vocabulary import Term, Vocabulary
from bot.text import join, month_and_year

FEWEST: Final = 5
"""The smallest group that is counted aloud."""
HIDDEN: Final = "fewer than 5"
KEPT_BACK: Final = "not shown"
"""What stands in a cell that is hidden only so that a smaller one stays hidden."""
MONTHS: Final = 24
"""As many columns as a phone can show."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One count as readers get it: `shown` is None where it is hidden, and `said` is what stands there instead."""

    label: str
    shown: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Pillar:
    """One pillar: the stories it got in the way of, those it helped, and its themes."""

    name: str
    barriers: Cell
    enablers: Cell
    barrier_themes: tuple[Cell, ...]
    enabler_themes: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the charts and their tables show."""

    total: int
    pillars: tuple[Pillar, ...]
    kinds: tuple[Cell, ...]
    services: tuple[Cell, ...]
    pairs: Mapping[tuple[int, int], Cell]
    """By the positions of two services in `services`, the smaller first."""
    months: tuple[Cell, ...]

    @property
    def enough(self) -> bool:
        """Whether there are enough stories to be counted at all."""
        return self.total >= FEWEST


def cell(label: str, number: int) -> Cell:
    """A count of its own, which no total speaks of."""
    if 0 < number < FEWEST:
        return Cell(label, None, HIDDEN)
    return Cell(label, number, f"{number:,}" if number else "none")


def cells_of_whole(counts: Mapping[str, int]) -> tuple[Cell, ...]:
    """Counts that make up a known total: as many are hidden as it takes to keep the small ones unknown."""
    small = {label for label, number in counts.items() if 0 < number < FEWEST}
    kept_back: set[str] = set()
    rest = sorted((number, label) for label, number in counts.items() if number >= FEWEST)
    while rest and _can_be_worked_out(counts, small, kept_back):
        kept_back.add(rest.pop(0)[1])
    if _can_be_worked_out(counts, small, kept_back):  # there is nothing left to hide behind: not even which are small
        kept_back, small = kept_back | small, set()
    said = dict.fromkeys(small, HIDDEN) | dict.fromkeys(kept_back, KEPT_BACK)
    return tuple(
        Cell(label, None, said[label]) if label in said else cell(label, number) for label, number in counts.items()
    )


def _can_be_worked_out(counts: Mapping[str, int], small: set[str], kept_back: set[str]) -> bool:
    """Whether the total, less all that is shown, leaves one possible number for a small count."""
    left = sum(counts[label] for label in small | kept_back)
    least = left - (len(small) - 1) - FEWEST * len(kept_back)
    most_of_others = (FEWEST - 1) * (len(small) - 1)
    lowest = 1 if kept_back else left - most_of_others
    return bool(small) and min(least, FEWEST - 1) <= max(lowest, 1)


def summary_of(entries: Sequence[Entry], vocabulary: Vocabulary) -> Summary:
    """What these stories say together."""
    services = [term for term in vocabulary.services.values() if any(term.id in e.services for e in entries)]
    met = Counter(pair for entry in entries for pair in combinations(sorted(set(entry.services)), 2))
    pairs = {
        (a, b): cell(f"{services[a].text} and {services[b].text}", met[_pair(services[a].id, services[b].id)])
        for a, b in combinations(range(len(services)), 2)
    }
    return Summary(
        total=len(entries),
        pillars=tuple(_pillar(name, entries, vocabulary) for name in vocabulary.pillars),
        kinds=cells_of_whole(
            {term.text: sum(e.kind == term.id for e in entries) for term in vocabulary.kinds.values()}
        ),
        services=tuple(cell(term.text, sum(term.id in e.services for e in entries)) for term in services),
        pairs=pairs,
        months=cells_of_whole(_by_month(entries)),
    )


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _pillar(name: str, entries: Sequence[Entry], vocabulary: Vocabulary) -> Pillar:
    barriers = [term for term in vocabulary.barriers.values() if term.pillar == name]
    enablers = [term for term in vocabulary.enablers.values() if term.pillar == name]
    return Pillar(
        name,
        cell(name, _any(entries, "barriers", barriers)),
        cell(name, _any(entries, "enablers", enablers)),
        tuple(cell(term.text, _any(entries, "barriers", [term])) for term in barriers),
        tuple(cell(term.text, _any(entries, "enablers", [term])) for term in enablers),
    )


def _any(entries: Sequence[Entry], side: str, terms: Sequence[Term]) -> int:
    ids = {term.id for term in terms}
    return sum(not ids.isdisjoint(getattr(entry, side)) for entry in entries)


def _by_month(entries: Sequence[Entry]) -> dict[str, int]:
    """Stories by month without a gap, the latest months one by one and all before them together."""
    counted = Counter(entry.month for entry in entries)
    if not counted:
        return {}
    year, month = map(int, min(counted).split("-"))
    names: list[tuple[str, str]] = []
    while (key := f"{year}-{month:02}") <= max(counted):
        names.append((key, f"{month:02}/{year}"))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    early, late = names[:-MONTHS], names[-MONTHS:]
    before = {"Before": sum(counted[key] for key, _ in early)} if early else {}
    return before | {label: counted[key] for key, label in late}


# ── findings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def most(cells: Sequence[Cell]) -> list[str]:
    """The labels of the largest count that is shown; empty where nothing is, or nothing stands out."""
    best = max((one.shown for one in cells if one.shown), default=0)
    found = [one.label for one in cells if best and one.shown == best]
    return found if len(found) < max(2, len(cells)) else []


def pillars_finding(summary: Summary) -> str:
    """ "Culture gets in the way most often"."""
    top = most([pillar.barriers for pillar in summary.pillars])
    if not top:
        return "What helped, and what got in the way"
    return f"{join(top)} {'gets' if len(top) == 1 else 'get'} in the way most often"


def kinds_finding(summary: Summary) -> str:
    """What most stories are about."""
    top = most(summary.kinds)
    return f"Most often: {top[0][0].lower()}{top[0][1:]}" if len(top) == 1 else "How the stories went"


def services_finding(summary: Summary) -> str:
    """Which two services meet most often."""
    top = most(list(summary.pairs.values()))
    return f"{top[0]} meet most often" if len(top) == 1 else "Which services meet in stories"


def months_finding(summary: Summary) -> str:
    """How many stories there are, and since when."""
    first = summary.months[0].label if summary.months else ""
    if "/" not in first:
        return f"{summary.total:,} stories so far"
    return f"{summary.total:,} stories since {month_text(first)}"


def month_text(label: str) -> str:
    """ "06/2025" as people say it: "June 2025"."""
    month, _, year = label.partition("/")
    return month_and_year(date(int(year), int(month), 1)) if year else label
