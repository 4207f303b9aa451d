"""A version under the screen: what is left in it that nobody has spoken of, and how that is said.

Pure. Only kinds and counts come out of here. The card says them to reviewers; `clearing.py` asks immediately before a
story is shown to readers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.story import screening
from bot.story.screening import KIND_WORDS, Span
from bot.text import count, join
from storage.records import Disposition, Naming, ScreenHit, Version

CREDIT: Final = "_credit"
"""The prompt id under which hits in the credit line are kept."""
NAMES: Final = frozenset({"titled_name", "first_name"})
"""What the credit line is asked for: a teller who chose to be named may write their own."""
REMOVED: Final = "[removed]"
"""Stands in the place of what was taken out."""
OTHER: Final = "other"
"""The choice for which a teller typed words of their own."""

_PLURALS: Final = {
    "address": "addresses",
    "email address": "email addresses",
    "date of birth": "dates of birth",
    "age over 90": "ages over 90",
}


def noun(kind: str, number: int) -> str:
    """ "1 phone number", "2 dates of birth"."""
    one = KIND_WORDS.get(kind, "a thing it could not read").partition(" ")[2]
    return count(number, one, _PLURALS.get(one))


def nouns(kinds: Mapping[str, int]) -> str:
    """ "1 phone number and 2 postcodes"."""
    return join([noun(kind, number) for kind, number in kinds.items()])


def typed(version: Version) -> Iterator[tuple[str, str]]:
    """Prompt id and words of everything that the teller typed and readers see."""
    for answer in version.answers:
        if answer.value and (not answer.choices or OTHER in answer.choices):
            yield answer.prompt_id, answer.value
    if version.naming is Naming.NAME and version.credit_line:
        yield CREDIT, version.credit_line


def undisputed(
    version: Version, hits: Iterable[ScreenHit], find: Callable[[str], Sequence[Span]] = screening.strong
) -> Mapping[str, int]:
    """How many of each strong kind stand in this version without its teller having said that they are none."""
    spoken_of: Counter[tuple[str, str]] = Counter()
    for hit in hits:
        if hit.disposition is Disposition.DISPUTED:
            spoken_of[hit.prompt_id, hit.kind] += hit.count
    left: Counter[str] = Counter()
    for prompt_id, words in typed(version):
        for kind, number in Counter(span.kind for span in find(words)).items():
            if prompt_id != CREDIT or kind not in NAMES:
                left[kind] += max(0, number - spoken_of[prompt_id, kind])
    return {kind: number for kind, number in left.items() if number}


def borne_out(
    version: Version, hits: Iterable[ScreenHit], find: Callable[[str], Sequence[Span]] = screening.strong
) -> list[ScreenHit]:
    """What was decided about these words, as far as they still hold it: a redaction or a change may have taken it out.

    No more of a kind was kept than stands there, and no more was replaced than there are [removed]s.
    """
    words = dict(typed(version))
    still: list[ScreenHit] = []
    gaps = {prompt_id: text.count(REMOVED) for prompt_id, text in words.items()}
    for hit in hits:
        text, number = words.get(hit.prompt_id, ""), hit.count
        if hit.disposition is Disposition.DISPUTED:
            number = min(number, sum(span.kind == hit.kind for span in find(text)))
        elif hit.disposition is Disposition.REMOVED:
            number = min(number, gaps.get(hit.prompt_id, 0))
            gaps[hit.prompt_id] = gaps.get(hit.prompt_id, 0) - number
        if number:
            still.append(replace(hit, count=number))
    return still


def why_kept_back(kinds: Mapping[str, int]) -> str:
    """To a teller: what keeps their story from readers. `kinds` as `clearing.left` has them."""
    if any(kind not in KIND_WORDS for kind in kinds):
        return "the identifier check could not read it"
    return f"the identifier check finds {nouns(kinds)} that you haven't been asked about"


def kept_words(kinds: Mapping[str, int]) -> str:
    """To reviewers: what was found and stands there all the same."""
    denied = "it is not one" if sum(kinds.values()) == 1 else "they are not"
    return f"{nouns(kinds)} kept: the teller says {denied}."


def card_line(version: Version, hits: Sequence[ScreenHit]) -> str:
    """What reviewers are told of the screen, in one line. `hits` as far as the words bear them out."""
    counted: dict[Disposition, Counter[str]] = {one: Counter() for one in Disposition}
    for hit in hits:
        counted[hit.disposition][hit.kind] += hit.count
    removed, disputed = counted[Disposition.REMOVED], counted[Disposition.DISPUTED]
    left = undisputed(version, hits)
    said = [f"{nouns(removed)} replaced by the teller."] if removed else []
    if disputed:
        said.append(kept_words(disputed))
    if left:
        said.append(f"{nouns(left)} found that the teller has not been asked about: it can't go out like this.")
    elif removed and not disputed:
        said.append("Nothing left that looks like one.")
    elif not removed and not disputed:
        said.append("nothing found.")
    return f"Identifier check: {' '.join(said)}"
