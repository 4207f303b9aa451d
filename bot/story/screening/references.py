"""References to a case, a crime, a record: whatever follows the words that announce one. Pure.

A reference has no shape of its own, so it needs at least three digits and its words: "case ref SC-0048213". Years,
dates and measures are not references.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.story.screening.plain import Hit, Plain

_THING: Final = (
    r"(?:case|crime|incident|log|cad|file|record|referral|hospital|patient|client|customer|claim|claimant|complaint|"
    r"tenancy|tenant|housing|application|account|court|custody|prison|prisoner|passport|licen[cs]e|safeguarding|"
    r"enquiry|police|care|social care|service user|datix|mosaic|liquidlogic|systmone|emis|rio|niche|pnc|nomis|"
    r"delius|marac|mash|job|run|unit|member|membership|benefit|council tax|rent|student|pupil|visa|home office|"
    r"asylum|warrant|arrest|occurrence|storm|payroll|staff|employee|nmc|gmc|collision|call|call-out|episode|"
    r"concern|homelessness|repair|repairs|child|family)"
)
_NUMBERED: Final = (
    rf"(?:{_THING}(?:'s)?[ -](?:number|no|num|nr|id|identifier|code)|(?<!cross-)(?<!cross )(?<!for )ref(?:erence)?"
    r"(?: (?:number|no|num|nr|code|id))?|mrn|urn|crn|nomis|sort code|(?:police|ambulance|fire) log)"
)
_FILL: Final = (
    r"(?:[ :.,=#('\"-]{1,3}(?:is|was|number|no|num|of|as|given|quoted|it's|its|still|the same)(?![0-9a-z])){0,4}"
    r"[ :.,=#('\"-]{1,3}"
)
_ANNOUNCED: Final = re.compile(rf"(?<!\w){_NUMBERED}{_FILL}(?=[0-9a-z])")
_BARE: Final = re.compile(
    r"(?<!\w)(?:case|incident|crime|log|claim|complaint|referral|concern|file|record|account|application|prisoner|"
    r"tenancy|client|patient|custody|enquiry|licence|passport)(?: ?# ?|:? )(?=[0-9a-z])"
)
_TOKEN: Final = re.compile(
    r"(?:(?:[A-Z]{1,6}|cad|crn|urn|sc) (?=[0-9]))?(?=[A-Za-z/_-]{0,12}[0-9])"
    r"[A-Za-z0-9]{1,16}(?:[/_-][A-Za-z0-9]{1,16}){0,5}"
    r"(?: [0-9]{3,8}){0,3}(?![0-9A-Za-z%]|[.,:][0-9])"
)
_CAD: Final = re.compile(r"(?<![0-9A-Za-z])CAD[ -]?[0-9]{2,6}(?![0-9A-Za-z%]|[.,:][0-9])")
# The police's usual shape, number/number/year, which no date has.
_SLASHED: Final = re.compile(r"(?<![0-9A-Za-z/£.])[0-9]{1,3}[A-Z]{0,2}/[0-9]{4,7}/(?:19|20)?[0-9]{2}(?![0-9A-Za-z/])")
_SAID_AFTER: Final = re.compile(
    r"(?<![0-9A-Za-z/£.-])((?=[A-Za-z/-]{0,8}[0-9])[0-9A-Za-z]{1,16}(?:[/-][0-9A-Za-z]{1,16}){0,4})[ ,(-]{1,3}"
    rf"(?:is|was|being)? ?(?:the|our|their|his|her|my|a) (?:{_THING} ){{0,2}}"
    r"(?:ref|reference|case number|crime number)(?!\w)"
)

_PREFIXES_OF_OTHERS: Final = frozenset(
    {"DOB", "NHS", "NI", "UPN", "UTR", "CHI", "TEL", "ON", "IN", "AT", "TO", "BY", "OF", "ID", "NO", "REF", "NUM"}
)
_YEARS: Final = re.compile(r"(?:19|20)[0-9]{2}(?:[/-](?:[0-9]{2}|(?:19|20)[0-9]{2}))?")
_DATE: Final = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-](?:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MEASURED: Final = re.compile(
    r" ?(?:people|staff|families|calls|visits|times|days|weeks|months|years|hours|minutes|pages|words|records|cases|"
    r"pounds|miles|metres|homes|referrals|letters|children|adults|patients|to [0-9]|"
    r"of (?:[0-9]|us|them|our))(?!\w)"
)


def find_references(plain: Plain) -> Iterator[Hit]:
    """Yields what stands where a reference was announced, the police's log numbers, and the shape of a crime number."""
    for match in _ANNOUNCED.finditer(plain.low):
        token = _TOKEN.match(plain.text, match.end())
        if token and _is_reference(token[0], plain, token.end(), said="number" in match[0] or " no" in match[0]):
            yield *token.span(), "case_ref"
    for match in _BARE.finditer(plain.low):
        token = _TOKEN.match(plain.text, match.end())
        if (
            token
            and _is_reference(token[0], plain, token.end(), said="#" in match[0])
            and _is_mixed(token[0], match[0])
        ):
            yield *token.span(), "case_ref"
    for pattern in (_CAD, _SLASHED):
        yield from ((*match.span(), "case_ref") for match in pattern.finditer(plain.text))
    for match in _SAID_AFTER.finditer(plain.text):
        if _is_reference(match[1], plain, match.end(1), said=False):
            yield *match.span(1), "case_ref"


def _is_reference(text: str, plain: Plain, end: int, *, said: bool) -> bool:
    """Whether a word where a reference may stand is one; `said`: a number was announced, so it may look like a year."""
    if sum(character.isdigit() for character in text) < 3 or text.split(" ")[0].upper() in _PREFIXES_OF_OTHERS:
        return False
    if _DATE.fullmatch(text) or (not said and _YEARS.fullmatch(text)):
        return False
    return _MEASURED.match(plain.low, end) is None


def _is_mixed(text: str, announced: str) -> bool:
    """Whether a word after a bare "case" is more than a count: it has letters, two strokes, or six digits."""
    digits = sum(character.isdigit() for character in text)
    lettered = digits >= 4 and any(character.isalpha() for character in text)
    return lettered or digits >= 6 or text.count("/") >= 2 or "#" in announced
