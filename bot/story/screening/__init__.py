"""Screening: what in a text looks like an identifier, and where. Pure.

Pattern screening finds numbers, not people; it does not replace the reader. Strong kinds must be changed, removed or
disputed before a story is sent; soft kinds are hints. Only kinds and counts may be kept or logged, never what matched.
Called wherever words are checked: while telling, on a card, and immediately before anything is posted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.story.screening import contacts, dates, numbers, people, places, references
from bot.story.screening.plain import CONTACT_TOKEN, Finder, Hit, make_plain


@dataclass(frozen=True, slots=True)
class Span:
    """One thing found: `text[start:end]` in code points of the text as given, and what it looks like."""

    start: int
    end: int
    kind: str


KIND_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "utr": "a tax reference",
        "nhs_number": "an NHS number",
        "nino": "a National Insurance number",
        "email": "an email address",
        "phone": "a phone number",
        "postcode": "a postcode",
        "dob": "a date of birth",
        "vehicle_plate": "a number plate",
        "upn": "a pupil number",
        "case_ref": "a case reference",
        "street_address": "an address",
        "titled_name": "a name",
        "first_name": "a first name",
        "exact_date": "an exact date",
        "age": "an age over 90",
        "link": "a link",
        "mention": "a mention",
    }
)
"""What to call each kind when talking to people: "This looks like …". Of two kinds in one place, the earlier counts."""

SOFT: Final = frozenset({"first_name", "exact_date", "age", "link", "mention"})
STRONG: Final = frozenset(KIND_WORDS) - SOFT

_STRONG_FINDERS: Final[tuple[Finder, ...]] = (
    contacts.find_emails,
    people.find_titled_names,
    contacts.find_phones,
    numbers.find_nhs_numbers,
    numbers.find_numbers,
    places.find_postcodes,
    places.find_addresses,
    dates.find_births,
    references.find_references,
)
_SOFT_FINDERS: Final[tuple[Finder, ...]] = (
    contacts.find_links,
    contacts.find_mentions,
    people.find_first_names,
    dates.find_exact_dates,
    dates.find_ages,
)
# What these find is found without a digit; a text without digits is not shown to the others.
_WITHOUT_DIGITS: Final = frozenset(
    {
        contacts.find_emails,
        contacts.find_links,
        contacts.find_mentions,
        people.find_titled_names,
        people.find_first_names,
        dates.find_births,
    }
)
_ORDER: Final = {kind: place for place, kind in enumerate(KIND_WORDS)}


def screen(text: str) -> tuple[Span, ...]:
    """Returns everything in the text that looks like an identifier, in order and without overlaps.

    Where two overlap, strong wins over soft, then the longer over the shorter. Never raises.
    """
    return _search(text, _STRONG_FINDERS + _SOFT_FINDERS)


def strong(text: str) -> tuple[Span, ...]:
    """Returns what `screen` does, of strong kinds only."""
    return _search(text, _STRONG_FINDERS)


def redact(text: str, spans: Iterable[Span], replacement: str = "[removed]") -> str:
    """Returns the text with each span replaced; a Slack token that says it twice (`<tel:…|…>`) goes as a whole.

    Spans may be in any order; what lies outside the text is ignored, and spans that overlap are replaced as one.
    """
    places = sorted((max(span.start, 0), min(span.end, len(text))) for span in spans)
    places = [(start, end) for start, end in places if start < end]
    tokens = [token.span() for token in CONTACT_TOKEN.finditer(text)] if places else []
    pieces: list[str] = []
    done = 0
    for start, end in _joined(places, tokens):
        pieces += [text[done:start], replacement]
        done = end
    return "".join([*pieces, text[done:]])


def summarise(spans: Iterable[Span]) -> Mapping[str, int]:
    """Returns how many there are of each kind, strong kinds first: all that may be kept of a screening."""
    counted = Counter(span.kind for span in spans)
    return {kind: counted[kind] for kind in sorted(counted, key=_order)}


def _search(text: str, finders: Sequence[Finder]) -> tuple[Span, ...]:
    plain = make_plain(text)
    looking = finders if plain.has_digits else [find for find in finders if find in _WITHOUT_DIGITS]
    hits = [hit for find in looking for hit in find(plain)]
    hits.sort(key=_precedence)
    taken = bytearray(len(plain.text))
    kept: list[Span] = []
    for start, end, kind in hits:
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(Span(*plain.place(start, end), kind))
    return tuple(sorted(kept, key=lambda span: span.start))


def _precedence(hit: Hit) -> tuple[bool, int, int, int]:
    start, end, kind = hit
    return kind in SOFT, start - end, _order(kind), start


def _order(kind: str) -> int:
    return _ORDER.get(kind, len(_ORDER))


def _joined(places: Iterable[tuple[int, int]], tokens: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The places in order, widened to the tokens that they touch, with overlapping ones made one."""
    joined: list[tuple[int, int]] = []
    touched = [token for token in tokens if any(start < token[1] and token[0] < end for start, end in places)]
    for start, end in sorted([*places, *touched]):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
