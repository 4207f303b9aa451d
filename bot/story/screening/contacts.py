"""Ways to reach somebody: e-mail addresses and phone numbers, and the hints of a link or a mention. Pure.

A validator asks whether a number is in service; a screen asks whether it looks like one, so Ofcom's numbers for drama
count. Short public numbers (999, 101, 111) do not.
"""

import re
from collections.abc import Iterator
from typing import Final

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


def find_phones(plain: Plain) -> Iterator[Hit]:
    """Yields phone numbers: British ones in any grouping, foreign ones with their country's code."""
    for match in _PHONE.finditer(plain.text):
        if _is_phone(match[0]):
            yield *_without_brackets(match), "phone"
    if "+" in plain.text or "00" in plain.text:
        yield from ((*match.span(), "phone") for match in _ABROAD.finditer(plain.text))
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
