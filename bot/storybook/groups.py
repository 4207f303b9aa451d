"""The lists of a site: all stories, and those of one kind, service, theme or pillar, cut into pages.

Pure. Pages are cut by number, not by position: a story that comes or goes changes the page it stands on and no other,
so a large book is brought up to date by writing a few files.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.storybook.counting import cell
from bot.storybook.entry import Entry
from bot.storybook.explained import PILLARS, THEMES
from bot.storybook.vocabulary import Term, Vocabulary, slug

_ABOUT: Final = 40
"""Stories on a page, about."""


@dataclass(frozen=True, slots=True)
class Group:
    """Stories that belong together, lowest number first; `name` begins the names of its files."""

    name: str
    text: str
    entries: tuple[Entry, ...]
    explained: str = ""

    @property
    def counted(self) -> str:
        """How many there are, where that may be said."""
        said = cell(self.text, len(self.entries)).said
        return f"{said} stories" if len(self.entries) else "no story yet"


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a group, the newest story first, and the pages beside it."""

    file: str
    entries: tuple[Entry, ...]
    newer: str | None
    older: str | None

    @property
    def span(self) -> str:
        """ "Stories 1 to 40"."""
        first, last = self.entries[-1].number, self.entries[0].number
        return f"Story {first}" if first == last else f"Stories {first} to {last}"


@dataclass(frozen=True, slots=True)
class PillarGroup:
    """A pillar with the themes that stories name."""

    group: Group
    enablers: tuple[Group, ...]
    barriers: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Shelves:
    """Every list of a site."""

    everything: Group
    kinds: tuple[Group, ...]
    services: tuple[Group, ...]
    pillars: tuple[PillarGroup, ...]

    def all(self) -> Iterable[Group]:
        """Every group that has a story."""
        of_pillars = [group for one in self.pillars for group in (one.group, *one.enablers, *one.barriers)]
        return [group for group in (self.everything, *self.kinds, *self.services, *of_pillars) if group.entries]


def shelves_of(entries: Sequence[Entry], vocabulary: Vocabulary) -> Shelves:
    """The lists of these stories. A theme that no story names is not listed."""
    return Shelves(
        Group("all", "All stories", tuple(entries)),
        _terms("kind", vocabulary.kinds.values(), entries, lambda entry: (entry.kind,)),
        _terms("service", vocabulary.services.values(), entries, lambda entry: entry.services),
        tuple(_pillar(name, entries, vocabulary) for name in vocabulary.pillars),
    )


def _terms(
    side: str, terms: Iterable[Term], entries: Sequence[Entry], ids: Callable[[Entry], Sequence[str]]
) -> tuple[Group, ...]:
    by_id: dict[str, list[Entry]] = {}
    for entry in entries:
        for one in ids(entry):
            by_id.setdefault(one, []).append(entry)
    return tuple(
        Group(f"{side}-{term.id}", term.text, tuple(by_id[term.id]), THEMES.get(term.id, ""))
        for term in terms
        if term.id in by_id
    )


def _pillar(name: str, entries: Sequence[Entry], vocabulary: Vocabulary) -> PillarGroup:
    helped = [term for term in vocabulary.enablers.values() if term.pillar == name]
    hindered = [term for term in vocabulary.barriers.values() if term.pillar == name]
    ids = {term.id for term in helped}, {term.id for term in hindered}
    within = tuple(e for e in entries if not (ids[0].isdisjoint(e.enablers) and ids[1].isdisjoint(e.barriers)))
    return PillarGroup(
        Group(f"pillar-{slug(name) or 'pillar'}", name, within, PILLARS.get(name, "")),
        _terms("helped", helped, entries, lambda entry: entry.enablers),
        _terms("hindered", hindered, entries, lambda entry: entry.barriers),
    )


def pages_of(group: Group) -> list[ListPage]:
    """The pages of a group, the newest first: that one has the group's own name, the others begin at a number."""
    wide = _ABOUT
    while wide * len(group.entries) < _ABOUT // 2 * group.entries[-1].number:
        wide *= 2
    buckets: dict[int, list[Entry]] = {}
    for entry in group.entries:
        buckets.setdefault((entry.number - 1) // wide, []).append(entry)
    starts = sorted(buckets, reverse=True)
    if len(starts) > 1:  # the newest page is never a thin one
        buckets[starts[0]] = buckets[starts[1]] + buckets[starts[0]]
        del starts[1]
    files = [f"{group.name}.html", *(f"{group.name}-{start * wide + 1}.html" for start in starts[1:])]
    return [
        ListPage(
            files[n],
            tuple(buckets[start][::-1]),
            files[n - 1] if n else None,
            files[n + 1] if n + 1 < len(files) else None,
        )
        for n, start in enumerate(starts)
    ]
