"""Places where somebody can be found: postcodes and street addresses. Pure.

A street is a number, a name and a word like "Road"; without its number it is a place like any other. In small letters
more is asked of it, since "2 busy road" is nobody's address.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.story.screening.plain import Hit, Plain

_AREA_LETTERS: Final = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK "
    "FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP "
    "NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W "
    "WA WC WD WF WN WR WS WV YO ZE"
)
_AREAS: Final = frozenset(_AREA_LETTERS.split())
_POSTCODE: Final = re.compile(
    r"(?<![0-9A-Za-z#])([A-Za-z]{1,2})[0-9][0-9A-Za-z]?(?: {0,2}|[.-])"
    r"([0-9][ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2})(?![0-9A-Za-z])"
)
# "the M1 2nd exit", "Band B1 2hr": ordinals and units, where they are written small.
_NOT_INWARD: Final = re.compile(r"[0-9](?:st|nd|rd|th|hr|yr|ft|gb|tb|ly|pt|pp|ph)")

_ROAD: Final = (
    r"(?:road|rd|street|st|lane|ln|avenue|ave|close|cl|court|ct|drive|dr|way|crescent|cres|place|pl|terrace|terr|gardens|"
    r"gdns|grove|square|sq|hill|park|view|walk|row|mews|green|rise|parade|gate|wharf|mount|buildings|croft|cottages|quay|"
    r"fold|heights|meadows?|vale|villas|yard|broadway|circus|approach|bank|end|side|estate|boulevard|mansions|lawn)"
)
_STREET: Final = re.compile(
    r"(?<![\w£$/.])(?<![0-9],)([0-9]{1,4}(?:[-/][0-9]{1,4})?[a-z]?),? "
    rf"((?:(?:[^\W\d_][\w'.-]{{0,24}}) ){{1,3}}?)({_ROAD})(?![\w-])(?!'s)"
)
_ROAD_AGAIN: Final = re.compile(rf" ({_ROAD})(?![\w-])")  # "Long Meadow" goes on: "Drive"
_HOUSE: Final = re.compile(
    r"(?<!\w)(?:flat|apartment|apt|room|unit) [0-9]{1,4}[a-z]?,? "
    r"((?:[^\W\d_][\w'.-]{0,24} ){1,2}?)(?:house|lodge|towers?|point|heights|court|mansions|building)(?!\w)"
)
_LIVES: Final = re.compile(
    r"(?:lives?|living|lived|at|address|address is|address was|moved to|home is|visited)[ :]{1,2}$"
)
_SAFE_SMALL: Final = frozenset(
    {"road", "rd", "street", "avenue", "ave", "crescent", "terrace", "lane", "gardens", "mews"}
)
_JOINING: Final = frozenset({"of", "the", "on", "upon", "de", "le", "la", "and", "in", "by"})
_PUBLIC: Final = """
crown county supreme magistrates magistrates' magistrate's youth appeal coroner's coroners food car business retail
science data blood world national safe theme caravan minute hour day mile
"""
_NOT_STREET: Final = frozenset(_PUBLIC.split())
# Words that stand before "road" or "street" in small letters without being its name.
_ORDINARY: Final = """
minute minutes min mins hour hours mile miles km metre metres day days week weeks month months year years people
families houses homes cars staff way lane main busy side cross more other different separate single a an in of to at
per or for from with quiet bank team teams times visits calls beds bed stars star inch foot per-cent best last first
next one two three only long short front back right left wrong rough big small bus train council private public
residential rural local whole shared our their his her my this that these those some any every each working point
"""
_NOT_STREET_SMALL: Final = frozenset(_ORDINARY.split())
_SHOPS: Final = re.compile(
    r" (?:shops?|banks|stores?|stalls|lights|names|corners|closures|works|signs|accidents|collisions|deaths)(?!\w)"
)


def find_postcodes(plain: Plain) -> Iterator[Hit]:
    """Yields whole postcodes of an area that exists; not half ones ("the SE1 team")."""
    for match in _POSTCODE.finditer(plain.text):
        if match[1].upper() not in _AREAS or _NOT_INWARD.fullmatch(match[2]):
            continue
        if "." not in match[0] or _is_dotted(match[0], match[2]):
            yield *match.span(), "postcode"


def _is_dotted(text: str, inward: str) -> bool:
    """Whether a full stop within a postcode was typed for its space: "LE1.1FZ", and neither "B1.2GB" nor "b1.5ab"."""
    return text.isupper() and not _NOT_INWARD.fullmatch(inward.casefold())


def find_addresses(plain: Plain) -> Iterator[Hit]:
    """Yields a house's number with its street, and a flat with its house."""
    for match in _STREET.finditer(plain.low):
        if _is_street(plain, match):
            longer = _ROAD_AGAIN.match(plain.low, match.end())
            end = longer.end() if longer and plain.text[longer.start(1)].isupper() else match.end()
            yield match.start(), end, "street_address"
    for match in _HOUSE.finditer(plain.low):
        words = plain.text[match.start(1) : match.end(1)].split()
        if words[0][0].isupper() and not _NOT_STREET.intersection(map(str.casefold, words)):
            yield *match.span(), "street_address"


def _is_street(plain: Plain, match: re.Match[str]) -> bool:
    words = plain.text[match.start(2) : match.end(2)].split()
    folded = [word.casefold() for word in words]
    if re.fullmatch(r"(?:19|20)[0-9]{2}", match[1]) or _NOT_STREET.intersection(folded):
        return False
    if folded[-1] == "high" and match[3] == "court":
        return False
    if all(word[0].isupper() or word in _JOINING for word in words) and words[0][0].isupper():
        road = plain.text[match.start(3) : match.end(3)]
        if all(word.isupper() for word in words) and not road.isupper():
            return False  # "3 NHS bank shifts"
        return road[0].isupper() or road in _SAFE_SMALL or _is_home(plain, match)
    if (
        any(word[0].isupper() for word in words)
        or _NOT_STREET_SMALL.intersection(folded)
        or _SHOPS.match(plain.low, match.end())
    ):
        return False
    return _is_home(plain, match) or (match[3] in _SAFE_SMALL and folded[0] not in _JOINING)


def _is_home(plain: Plain, match: re.Match[str]) -> bool:
    """Whether the words before it say that somebody is to be found there."""
    return _LIVES.search(plain.low, max(0, match.start() - 20), match.start()) is not None
