"""What the stories say together: right, and silent about groups that are small."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from shelf import SCRIPT, tales

from bot.storybook import charts, counting
from bot.storybook.counting import FEWEST, cells_of_whole, summary_of
from bot.storybook.entry import Entry, neighbours
from bot.storybook.explained import PILLARS, THEMES
from bot.storybook.groups import Group, pages_of
from bot.storybook.vocabulary import vocabulary_of

WORDS = vocabulary_of([SCRIPT])


def entry(number: int, **how: object) -> Entry:
    given_values = {"kind": "helped", "services": (), "enablers": (), "barriers": (), "month": "2025-06"} | how
    words = dict.fromkeys(("kind_text", "opening", "lesson", "credit", "words"), "")
    return Entry(number=number, version=1, title="T", day="2025-06-06", **words, **given_values)  # type: ignore[arg-type]


def told(number: int) -> list[Entry]:
    sides = ("kind", "services", "enablers", "barriers")
    return [entry(n + 1, **{side: getattr(one, side) for side in sides}) for n, one in enumerate(tales(number))]


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 12), max_size=5))
def test_no_small_group_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whoever knows the total and what is shown cannot work out a count under five."""
    cells = {cell.label: cell for cell in cells_of_whole(counts)}
    small = [label for label, number in counts.items() if 0 < number < FEWEST]
    assert all(cells[label].shown is None for label in small)
    hidden = [label for label, cell in cells.items() if cell.shown is None]
    assert not hidden or small
    if all(cells[label].said == counting.KEPT_BACK for label in hidden):
        return  # nothing is said even of which are small
    left = sum(counts[label] for label in hidden)
    ranges = [range(1, FEWEST) if cells[one].said == counting.HIDDEN else range(FEWEST, left + 1) for one in hidden]
    possible: list[set[int]] = [set() for _ in hidden]
    for guess in product(*ranges):
        if sum(guess) == left:
            for found, number in zip(possible, guess, strict=True):
                found.add(number)
    assert all(len(possible[hidden.index(label)]) > 1 for label in small)


def test_counts_are_right() -> None:
    """Pillars count stories, not themes; services that meet are counted in pairs; findings name what is largest."""
    summary = summary_of(told(80), WORDS)
    by_name = {pillar.name: (pillar.barriers.shown, pillar.enablers.shown) for pillar in summary.pillars}
    assert by_name == {"Technology": (20, 0), "Information governance": (40, 30), "Culture": (70, 30)}
    assert {cell.label: cell.shown for cell in summary.kinds} == {
        "Sharing helped": 30,
        "Sharing did not happen and should have": 20,
        "It happened late or only in part": 20,
        "We shared too much or the wrong thing": 10,
        "A mix": 0,
    }
    assert counting.pillars_finding(summary) == "Culture gets in the way most often"
    assert counting.kinds_finding(summary) == "Most often: sharing helped"
    assert sum(cell.shown or 0 for cell in summary.months) == 80
    meet = {cell.label: cell.shown for cell in summary.pairs.values() if cell.shown}
    assert meet["Health and Housing and homelessness"] == 10


def test_small_groups_are_not_drawn() -> None:
    """Under five, neither a picture nor its table holds the number; under five in all there is no picture."""
    few = [entry(100 + n, kind="mixed", services=("police", "central-government")) for n in range(3)]
    entries = [*told(16), *few]
    summary = summary_of(entries, WORDS)
    for drawn in (
        charts.bars_chart(summary.kinds, "t", "kinds"),
        charts.table("t", ("", ""), charts.cell_rows(list(summary.pairs.values()))),
    ):
        assert ">3<" not in drawn and ": 3" not in drawn
    assert "Police and Central government" not in charts.services_chart(summary, "t")
    assert not summary_of(told(4), WORDS).enough
    assert Group("g", "g", tuple(told(3))).counted == "fewer than 5 stories"


def test_every_term_is_explained() -> None:
    """Each pillar and each theme of the built-in script has its sentence, and no sentence is left over."""
    assert set(PILLARS) == set(WORDS.pillars)
    assert set(THEMES) == {*WORDS.enablers, *WORDS.barriers}


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_whoever_reads_on_sees_another_kind(kinds: list[str]) -> None:
    """The next story differs in kind wherever a later one does, and is never left out where there is one."""
    entries = [entry(n + 1, kind=kind) for n, kind in enumerate(kinds)]
    for number, beside in neighbours(entries).items():
        later = entries[number:]
        other = [one for one in later if one.kind != entries[number - 1].kind]
        assert beside.after == (other or later or [None])[0]


@given(st.sets(st.integers(1, 4000), min_size=1, max_size=300))
def test_lists_are_cut_into_pages(numbers: set[int]) -> None:
    """Each story stands on one page of its list, the newest first, and the pages lead to each other."""
    group = Group("all", "All", tuple(entry(number) for number in sorted(numbers)))
    pages = pages_of(group)
    assert [one.number for page in pages for one in page.entries] == sorted(numbers, reverse=True)
    assert pages[0].file == "all.html" and pages[0].newer is None and pages[-1].older is None
    assert [page.older for page in pages[:-1]] == [page.file for page in pages[1:]]
    assert len({page.file for page in pages}) == len(pages)
