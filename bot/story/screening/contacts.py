"""Ways to reach somebody: e-mail addresses and phone numbers, and the hints of a link or a mention. Pure.

A validator asks whether a number is in service; a screen asks whether it looks like one, so Ofcom's numbers for drama
count. Short public numbers (999, 101, 111) do not.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.story.screening.names import FIRST_NAMES
from bot.story.screening.plain import Hit, Plain

_EMAIL: Final = re.compile(
    r"(?<!\w)\w[\w.+'&%-]{0,63}+@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}"
    # Written out to be safe from machines: "jo.bloggs [at] example.org".
    r"|(?<![\w.])\w[\w.+-]{0,63}+ ?[(\[{] ?at ?[)\]}] ?[^\W_][\w-]{0,62}"
    r"(?:(?:\.| ?[(\[{] ?dot ?[)\]}] ?| dot )[\w-]{2,63}){1,4}"
)
_SAID_EMAIL: Final = re.compile(
    r"(?<![\w.])\w[\w.+-]{0,63}+(?: dot \w{1,40}){0,3} at [\w-]{1,63}(?: dot [a-z]{2,24}){1,4}"
)
# "jo @ example . org", or with a line's end after its sign; a full stop before a space ends a sentence instead.
_ENDING: Final = r"(?:com|org|net|edu|gov|uk|eu|ie|scot|wales|cymru|london)"
_APART_EMAIL: Final = re.compile(
    rf"(?<![\w.@])(\w[\w.+-]{{0,63}}+)(?: @ |@ ?)(?:[^\W_][\w-]{{0,62}}(?:\.| \. )){{1,4}}{_ENDING}(?![\w-])"
)
# "jo at example.org": the words before "at" decide whether it is one, or "meet at example.org".
_AT_DOMAIN: Final = re.compile(rf" at (?:[^\W_][\w-]{{0,62}}\.){{1,4}}{_ENDING}(?![\w/-]|\.\w)")
_MAILBOX: Final = re.compile(r"(?<![\w.@+'-])[a-z](?:[\w.+-]{0,62}\w)?$")
_PARTS: Final = re.compile(r"[a-z]+[._][a-z]{2,40}[0-9]{0,4}")
_WRITTEN_TO: Final = re.compile(
    r"(?<!\w)(?:e-?mail(?:ed|s)?|mail(?:ed)?|e-?mail address|written to|write to|wrote to)"
    r"(?: (?:is|was|to|at))?[ :]{1,2}$"
)
_NOT_A_BOX: Final = """
me us you him her them it one this that these those here there someone somebody anyone everyone people staff team
teams colleagues colleague friends page pages form forms details advice guidance info more list met meet see look
looked work works worked working was is are were be been and or then only also a an the all both
"""
_NO_MAILBOX: Final = frozenset(_NOT_A_BOX.split())

_PHONE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.,])"
    r"(?:\(?(?:\+|00) ?44\)?[ .-]{0,2}(?:\( ?0 ?\)[ .-]?|0)?|44[ -]?(?=7)|\(?0[ ]?(?=[1-37-9]))"
    r"[1-9](?:[ .()-]{0,3}[0-9]){8,9}(?![0-9]|[.,][0-9])"
)
_ABROAD: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.,])(?:\+|00)(?!44)[1-9](?:[ .()-]{0,2}[0-9]){7,13}(?![0-9]|[.,][0-9])"
)
# Without its area code, or without its nought, a number is known by the words before it.
_LOCAL: Final = re.compile(
    r"(?<![\w-])(?:tel|telephone|phone|phoned|landline|mobile|mob|ring|rang|call|called|dial|dialled|text|texted|fax)"
    r"(?:[ .,:=-]{1,3}(?:number|no|num|is|was|her|him|them|me|us|back|on|at|the|office|desk|it's|its)){0,4}"
    r"[ .:#(=-]{1,3}"
    r"([2-9][0-9]{2,3}[ -][0-9]{4}|7[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}|[2-9][0-9]{5,6})(?![0-9A-Za-z%]|[ .,:/-]?[0-9])"
)
# With strokes, commas or lower lines between its parts; and digit by digit.
_JOINED: Final = re.compile(
    r"(?<![\w£$€])(?<![0-9][.,/])(?:(?:\+|00)44[/,_]?|0)[1-37-9][0-9]{1,4}([/,_])[0-9]{3,6}(?:\1[0-9]{3,6})?"
    r"(?![0-9A-Za-z_%]|[.,/][0-9])"
)
_APART: Final = re.compile(
    r"(?<![0-9A-Za-z£$€])(?<![0-9][ .,:/-])(?<![0-9], )"
    r"0([ -])[1-37-9](?:\1[0-9]){8,9}(?![0-9A-Za-z%]|[ .,:/-]{1,2}[0-9])"
)
_RUNG: Final = re.compile(
    r"(?<!\w)(?:tel|telephone|phone|phoned|landline|mobile|mob|ring|rang|call|called|dial|dialled|text|texted|fax)"
    r"(?: (?:number|no|is|was|her|him|them|me|us|back|on|at|the|office)){0,3}[ :]{1,2}$"
)
_STARTS_WITH_A_DATE: Final = re.compile(r"[0-9]{1,2}([ .-])[0-9]{1,2}\1(?:19|20)[0-9]{2}(?![0-9])")
_DIGITS: Final = re.compile(r"[0-9]+")

_LINK: Final = re.compile(r"(?<![0-9A-Za-z])(?:https?://|www\.)[^\s<>|\"]{1,500}+")
_MENTION: Final = re.compile(r"(?<![\w.@/<])@(?!here\b|channel\b|everyone\b)[^\W\d_][\w.-]{1,40}")


def find_emails(plain: Plain) -> Iterator[Hit]:
    """Yields e-mail addresses, also those with the sign or the dots spelt out."""
    if "@" in plain.text or "at)" in plain.low or "at]" in plain.low or "at }" in plain.low:
        yield from ((*match.span(), "email") for match in _EMAIL.finditer(plain.low))
    if " dot " in plain.low:
        yield from ((*match.span(), "email") for match in _SAID_EMAIL.finditer(plain.low))
    if "@ " in plain.text or (" . " in plain.text and "@" in plain.text):
        for match in _APART_EMAIL.finditer(plain.low):
            if match[1] not in _NO_MAILBOX:
                yield *match.span(), "email"
    for match in _AT_DOMAIN.finditer(plain.low):
        mailbox = _MAILBOX.search(plain.low, max(0, match.start() - 65), match.start())
        if mailbox and _is_mailbox(plain, mailbox, match.end()):
            yield mailbox.start(), match.end(), "email"


def _is_mailbox(plain: Plain, mailbox: re.Match[str], end: int) -> bool:
    """Whether the word before "at example.org" is an address's: made of parts, a name in small letters, or written to.

    With a capital it is somebody who works there.
    """
    word, start = mailbox[0], mailbox.start()
    if _PARTS.fullmatch(word):
        return True
    if word in _NO_MAILBOX or not plain.text[start : mailbox.end()].islower():
        return False
    alone = not plain.text[:start].strip(" (<") and not plain.text[end:].strip(" .)>")
    if alone or word in FIRST_NAMES:
        return True
    return _WRITTEN_TO.search(plain.low, max(0, start - 30), start) is not None


def find_phones(plain: Plain) -> Iterator[Hit]:
    """Yields phone numbers: British ones in any grouping, foreign ones with their country's code."""
    for match in _PHONE.finditer(plain.text):
        if _is_phone(match[0]):
            yield *_without_brackets(match), "phone"
    if "+" in plain.text or "00" in plain.text:
        yield from ((*match.span(), "phone") for match in _ABROAD.finditer(plain.text))
    for match in _JOINED.finditer(plain.text):
        if _is_joined(match[0]):
            yield *match.span(), "phone"
    for match in _APART.finditer(plain.text):
        before = max(0, match.start() - 40), match.start()
        if (match[0].startswith(("0 7", "0-7")) and len(match[0]) == 21) or _RUNG.search(plain.low, *before):
            yield *match.span(), "phone"
    for match in _LOCAL.finditer(plain.low):
        if not _are_years(match[1]):
            yield *match.span(1), "phone"


def _is_phone(text: str) -> bool:
    """Whether digits that are as many as a phone number's are also written like one."""
    if text.lstrip("(").startswith(("+", "00", "44")):
        return True
    if _STARTS_WITH_A_DATE.match(text) or text.startswith("0123456789"):
        return False
    groups = [len(group) for group in _DIGITS.findall(text)]
    if len(groups) == 1:
        return sum(groups) == 11 or text.startswith(("01", "08"))
    code, *rest = groups
    if code < 3:
        return text.startswith(("07", "(07", "02", "(02", "01", "(01", "0 ")) and min(rest) >= 3
    return len(groups) <= 5 and min(rest) >= 2


def _is_joined(text: str) -> bool:
    """Whether parts joined by strokes or commas are one number, and not a list of dialling codes or a count."""
    groups = _DIGITS.findall(text)
    if text.startswith(("+", "00")):
        return 11 <= sum(map(len, groups)) <= 13
    own = all(group.startswith("0") for group in groups)
    return text.startswith("0") and not own and len(groups[0]) >= 3 and 10 <= sum(map(len, groups)) <= 11


def _without_brackets(match: re.Match[str]) -> tuple[int, int]:
    """The number without a bracket that was opened before it and belongs to the sentence."""
    start, end = match.span()
    if match[0].startswith("(") and ")" not in match[0]:
        start += 1
    return start, end


def _are_years(text: str) -> bool:
    return re.fullmatch(r"(?:19|20)[0-9]{2}[ -](?:19|20)[0-9]{2}", text) is not None


def find_links(plain: Plain) -> Iterator[Hit]:
    """Yields web addresses, without the punctuation of the sentence around them."""
    if "http" in plain.low or "www." in plain.low:
        for match in _LINK.finditer(plain.low):
            yield match.start(), match.start() + len(match[0].rstrip(".,;:!?)]}'")), "link"


def find_mentions(plain: Plain) -> Iterator[Hit]:
    """Yields handles as people type them ("@sam"); Slack's own tokens are masked, and become words at intake."""
    if "@" in plain.text:
        for match in _MENTION.finditer(plain.text):
            yield match.start(), match.start() + len(match[0].rstrip(".-")), "mention"
