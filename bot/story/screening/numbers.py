"""Numbers that stand for one person or thing: NHS, National Insurance, pupil, tax, number plates. Pure.

Each has a shape that little else has, or is known by the words around it. NI numbers that begin with QQ and NHS numbers
that begin with 999 are nobody's, are used in examples, and count. Every quantifier is bounded.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.story.screening.plain import Hit, Plain

# ── NHS numbers, and Scotland's CHI: ten digits, the last of which checks the others (datadictionary.nhs.uk) ──────────

_TEN: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.,:/])(?<![£$€])"
    r"(?:[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{4}|[0-9]{6}[ -][0-9]{4}|[0-9]{10})(?![0-9A-Za-z%]|[.,:/][0-9]|-[0-9])"
)
# Typed digit by digit; and with other signs between its parts, which only words make one.
_TEN_APART: Final = re.compile(
    r"(?<![0-9A-Za-z£$€])(?<![0-9][ .,:/-])(?<![0-9], )"
    r"[0-9]([ -])(?:[0-9]\1){8}[0-9](?![0-9A-Za-z%]|[ .,:/-]{1,2}[0-9])"
)
_TEN_SAID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{3}([/,_.])[0-9]{3}\1[0-9]{4}(?![0-9A-Za-z]|[.,/_][0-9])")
_COUNTED: Final = frozenset({"0123456789", "9876543210"})
_LISTED: Final = re.compile(
    r"(?<!\w)(?:scor(?:es?|ed)|marks?|rat(?:ings?|ed)|counts?|counted|totals?|figures|results?|votes?|grades?|ranks?|"
    r"digits|days?|weeks?|months?|calls|visits|answers|sequence|order)"
    r"(?: (?:of|was|were|are|is|each|day|week)){0,3}[ :(-]{1,2}$"
)
_NHS_BEFORE: Final = re.compile(
    r"(?:(?<!\w)nhs|(?<!\w)chi|h ?& ?c|h and c|health and care|patient|health record)"
    r"(?:[ :.,;=#('-]{1,3}(?:number|no|num|nr|id|is|was|of|as|the|it's|its|identifier|called|says?|said|quoted)){0,5}"
    r"[ :.,;=#('\"-]{0,3}$"
)
_NHS_AFTER: Final = re.compile(
    r"[ ,(-]{1,3}(?:(?:is|was|as|the|his|her|their|my|a|an|patient's) ){0,3}(?:nhs|chi)(?!\w)"
)
_NOT_NHS_BEFORE: Final = re.compile(
    r"(?<!\w)(?:form|invoice|order|serial|ticket|ts|timestamp|batch|po|contract|tender|version|build|asset|part|barcode|"
    r"parcel|tracking|sku|charity|policy|model|meter)"
    r"(?:[ :.=#-]{1,3}(?:number|no|num|tag|code|id|is|was)){0,3}[ :.=#-]{1,3}$|#$"
)

# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────────────────

_NINO: Final = re.compile(
    r"(?<![0-9a-z])[a-z][ ]?[a-z][ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[a-d](?![0-9a-z])"
)
# Its last letter is often left out.
_NINO_SAID: Final = re.compile(
    r"(?:(?<!\w)nino|(?<!\w)ni|national insurance|nat ins)(?:[ :.,=#(-]{1,3}(?:number|no|num|nr|is|was|of|as)){0,4}"
    r"[ :.,=#(-]{1,3}([a-z]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}(?:[ ./-]?[a-z])?)(?![0-9a-z])"
)
_NINO_EXAMPLE: Final = re.compile(r"(?<![0-9a-z])qq[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}(?![0-9a-z])")

_UPN: Final = re.compile(r"(?<![0-9a-z])[a-hj-np-rt-z][ -]?[0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[0-9a-z](?![0-9a-z])")
_UPN_SAID: Final = re.compile(
    r"(?:(?<!\w)upn|unique pupil)(?:[ :.,=#(-]{1,3}(?:number|no|num|is|was|of|as)){0,4}[ :.,=#(-]{1,3}"
    r"([a-z](?:[ -]?[0-9]){11}[ -]?[0-9a-z])(?![0-9a-z])"
)
_TAX: Final = (
    r"(?:(?<!\w)s?a?utr|unique tax(?:payer)?(?:'s)? ref(?:erence)?|tax(?:payer)? ref(?:erence)?|self[ -]assessment)"
)
_UTR: Final = re.compile(
    _TAX + r"(?:[ :.,=#(-]{1,3}(?:number|no|num|ref|reference|code|is|was|of|as|utr)){0,4}[ :.,=#(-]{1,3}"
    r"([0-9](?:[ -]?[0-9]){9}(?:[ -]?[0-9]{3})?k?)(?![0-9A-Za-z])"
)
_UTR_AFTER: Final = re.compile(
    r"(?<![0-9A-Za-z])([0-9](?:[ -]?[0-9]){9})[ ,(-]{1,3}(?:(?:is|was|as|the|his|her|their|my|our|a) ){0,3}" + _TAX
)

# ── number plates (gov.uk/vehicle-registration) ───────────────────────────────────────────────────────────────────

_PLATE: Final = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}[ -]?([A-Z]{3})(?![0-9A-Za-z])")
_OLDER_PLATE: Final = re.compile(r"(?<![0-9A-Za-z])[A-HJ-NPR-TV-Y][0-9]{3}[ -]?([A-Z]{3})(?![0-9A-Za-z])")
# With a vehicle in the sentence, small letters and the short shapes of old plates count as well.
_PLATE_LIKE: Final = (
    r"[a-z]{2}[0-9]{2}[ -]?[a-z]{3}|[a-hj-npr-tv-y][0-9]{1,3}[ -]?[a-z]{3}|[a-z]{3}[ -]?[0-9]{1,3}[a-hj-npr-tv-y]|"
    r"[a-z]{3}[ -]?[0-9]{3,4}"
)
_PLATE_SAID: Final = re.compile(
    r"(?<!\w)(?:reg|registration|registered|reg'd|vrm|vrn|plates?|number plate|index|car|van|vehicle|lorry|motorbike|"
    r"moped|taxi)"
    r"(?:[ :.,=#('\"-]{1,3}(?:number|no|num|mark|plate|reg|registration|is|was|of|as|with|the|on)){0,4}"
    r"[ :.,=#('\"-]{1,3}"
    rf"({_PLATE_LIKE})(?![0-9a-z])"
)
_CAPITALS: Final = """
THE AND FOR WAS BUT NOT ALL ARE HAD HAS OUR YOU WHO HOW WHY ONE TWO NOW OLD NEW GPS NHS DWP MDT CHC SEN EHC CPN CQC
ICB ICS PCT PCN CCG LAC IRO DSL SPA MIU ANP HCA CID CEO CFO ITU ICU PDF USB VAT GMT BST
"""
_NOT_PLATE_END: Final = frozenset(_CAPITALS.split())


def find_nhs_numbers(plain: Plain) -> Iterator[Hit]:
    """Yields NHS and CHI numbers: with the right check digit, or with words that say what they are."""
    for match in _TEN.finditer(plain.text):
        start, end = match.span()
        before = plain.low[max(0, start - 60) : start]
        # Only a word right before it can say what it is; looking for one is the dear part.
        worded = before.rstrip(" :.,;=#('\"-")[-1:].isalpha() or before.endswith("#")
        said = (worded and _NHS_BEFORE.search(before)) or _NHS_AFTER.match(plain.low, end)
        if said or (_looks_like_nhs(match[0]) and not (worded and _NOT_NHS_BEFORE.search(before))):
            yield start, end, "nhs_number"

    for match in _TEN_SAID.finditer(plain.text):
        if _NHS_BEFORE.search(plain.low, max(0, match.start() - 60), match.start()):
            yield *match.span(), "nhs_number"
    for match in _TEN_APART.finditer(plain.text):
        before = plain.low[max(0, match.start() - 60) : match.start()]
        if _NHS_BEFORE.search(before) or (_is_no_list(match[0]) and not _LISTED.search(before)):
            yield *match.span(), "nhs_number"


def _is_no_list(text: str) -> bool:
    """Whether single digits are an NHS number: the last checks the others; not marks out of five or a countdown."""
    digits = "".join(filter(str.isdigit, text))
    return digits not in _COUNTED and max(digits) > "5" and _looks_like_nhs(text)


def _looks_like_nhs(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    spaced = len(text) == 12
    if spaced and digits[:3] == [9, 9, 9]:  # the range for tests, also with a wrong check digit
        return True
    if len(set(digits)) == 1 or text == "0123456789":
        return False
    total = sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False))
    return digits[9] == (11 - total % 11) % 11


def find_numbers(plain: Plain) -> Iterator[Hit]:
    """Yields National Insurance, pupil and tax numbers, and number plates."""
    for pattern in (_NINO, _NINO_EXAMPLE):
        yield from ((*match.span(), "nino") for match in pattern.finditer(plain.low))
    yield from ((*match.span(1), "nino") for match in _NINO_SAID.finditer(plain.low))
    yield from ((*match.span(), "upn") for match in _UPN.finditer(plain.low))
    if "upn" in plain.low or "unique pupil" in plain.low:
        yield from ((*match.span(1), "upn") for match in _UPN_SAID.finditer(plain.low))
    if any(word in plain.low for word in ("utr", "tax", "assessment")):
        for pattern in (_UTR, _UTR_AFTER):
            yield from ((*match.span(1), "utr") for match in pattern.finditer(plain.low))
    for pattern in (_PLATE, _OLDER_PLATE):
        for match in pattern.finditer(plain.text):
            if match[1] not in _NOT_PLATE_END:
                yield *match.span(), "vehicle_plate"
    for match in _PLATE_SAID.finditer(plain.low):
        if match[1][-3:].upper() not in _NOT_PLATE_END:
            yield *match.span(1), "vehicle_plate"
