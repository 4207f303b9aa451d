"""A text as the screen reads it: disguises taken off, Slack's tokens masked, and the way back to the text as given.

Pure. The finders of this room look at `Plain.text` and `Plain.low` and answer with places in them; `Plain.place` turns
these into places in the teller's own text. What a kind looks like belongs to the finders.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Hit = tuple[int, int, str]
"""Start, end and kind of something found in a plain text."""
Finder = Callable[["Plain"], Iterator[Hit]]

_SPACES: Final = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
_MORE_SPACES: Final = "\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u2800\u3164\u115f\u1160\uffa0"  # some only look blank
_DASHES: Final = (
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\u058a\u05be\u1806\u2e3a\u2e3b\u301c\ufe58\ufe63"
)
_APOSTROPHES: Final = "\u2018\u2019\u201b\u02bc\u00b4\u2032\uff07"
# One character for one, so places stay where they are.
_ALIKE: Final = str.maketrans(
    dict.fromkeys(_SPACES + _MORE_SPACES, " ")
    | dict.fromkeys(_DASHES + "\uff0d\u30fc", "-")
    | dict.fromkeys(_APOSTROPHES, "'")
)
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_UNUSUAL: Final = re.compile(r"[^ -~]")
_EMPHASIS: Final = re.compile(r"[*_`~]+(?![0-9A-Za-z])|(?<![0-9A-Za-z])[*_`~]+")
# Digits that are pictures. One or two of them are bullets; in a row they are a number.
_NAMES_OF_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGIT_OF: Final = {f":{name}:": str(digit) for digit, name in enumerate(_NAMES_OF_DIGITS)} | {
    character: str(unicodedata.digit(character))
    for character in map(chr, (*range(0x2460, 0x24FF + 1), *range(0x2776, 0x2793 + 1), 0x1F10B, 0x1F10C))
    if unicodedata.digit(character, None) is not None and "CIRCLED" in unicodedata.name(character)
}
_PICTURE: Final = rf"(?::(?:{'|'.join(_NAMES_OF_DIGITS)}):|[{''.join(one for one in _DIGIT_OF if len(one) == 1)}])"
_PICTURED: Final = re.compile(_PICTURE)
_NUMBER_OF_PICTURES: Final = re.compile(rf"(?:{_PICTURE}[ -]?){{3}}")
_WIDE_SPACE: Final = re.compile(r" {2,}")

# Slack's own markup: docs.slack.dev/messaging/formatting-message-text. A mention becomes "[a colleague]" at intake.
_MENTION_TOKEN: Final = re.compile(r"<[@#!][^<>\n]{1,250}>")
CONTACT_TOKEN: Final = re.compile(r"<(mailto:|tel:)([^<>|\n]{1,250})(?:\|([^<>\n]{0,250}))?>")
_DIGIT: Final = re.compile(r"[0-9]")
_MASK: Final = "|"  # belongs to no kind and joins nothing


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without its disguises, in both cases, and where each of its characters came from."""

    text: str
    low: str
    """The text in small letters, character for character."""
    starts: Sequence[int]
    ends: Sequence[int]

    @property
    def has_digits(self) -> bool:
        """Whether a finder of numbers needs to look at all; most of what people tell has none."""
        return _DIGIT.search(self.text) is not None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text as given (code points) of a place in this one; `start` is before `end`."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class _Layer:
    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def make_plain(given: str) -> Plain:
    """Returns the text as the finders read it.

    Tokens are masked; each character is its NFKC form, zero-width ones and accents set apart from their letter are
    dropped, every dash is "-", every run of white space one space, and emphasis marks at the edges of words are gone. A
    number in circled digits or Slack's pictures of digits (":seven:") is in plain ones.
    """
    text = _mask_tokens(given).translate(_ALIKE)
    unusual = {} if text.isascii() and text.isprintable() else _fold_all(text)
    text = text.translate({code: folded for code, folded in unusual.items() if len(folded) == 1})
    layer = _Layer(text, range(len(text)), range(1, len(text) + 1))
    if any(len(folded) != 1 for folded in unusual.values()):
        layer = _rewrite(layer, _UNUSUAL, _folded)
    if (unusual or ":" in layer.text) and _NUMBER_OF_PICTURES.search(layer.text):
        layer = _rewrite(layer, _PICTURED, _DIGIT_OF.__getitem__)
    if any(mark in layer.text for mark in "*_`~"):
        layer = _rewrite(layer, _EMPHASIS, lambda _marks: "")
    if "  " in layer.text:
        layer = _rewrite(layer, _WIDE_SPACE, lambda _spaces: " ")
    low = layer.text.lower()
    if len(low) != len(layer.text):  # "İ" becomes two characters
        low = layer.text.translate(_LOWER)
    return Plain(layer.text, low, layer.starts, layer.ends)


def _mask_tokens(text: str) -> str:
    if "<" not in text:
        return text
    text = _MENTION_TOKEN.sub(lambda token: _MASK * len(token[0]), text)
    return CONTACT_TOKEN.sub(_mask_contact, text)


def _mask_contact(token: re.Match[str]) -> str:
    """Slack writes an address twice, and people see the second; the first is masked where both say the same."""
    scheme, target, label = token.groups()
    if label is None or _bare(label) != _bare(target):
        return "<" + _MASK * len(scheme) + token[0][1 + len(scheme) :]
    return _MASK * (token.start(3) - token.start()) + label + ">"


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()


def _rewrite(layer: _Layer, pattern: re.Pattern[str], instead: Callable[[str], str]) -> _Layer:
    """The layer with every match replaced; a replacement comes from the whole of its match."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in pattern.finditer(layer.text):
        start, end = match.span()
        new = instead(match[0])
        if new == match[0]:
            continue
        pieces.append(layer.text[done:start])
        starts.extend(layer.starts[done:start])
        ends.extend(layer.ends[done:start])
        if new:
            pieces.append(new)
            starts.extend([layer.starts[start]] * len(new))
            ends.extend([layer.ends[end - 1]] * len(new))
        elif ends and unicodedata.combining(match[0][0]):
            ends[-1] = layer.ends[end - 1]  # an accent goes with its letter
        done = end
    pieces.append(layer.text[done:])
    starts.extend(layer.starts[done:])
    ends.extend(layer.ends[done:])
    return _Layer("".join(pieces), starts, ends)


def _fold_all(text: str) -> dict[int, str]:
    """What each unusual character of the text is taken for."""
    return {ord(character): _folded(character) for character in set(text) if not " " <= character <= "~"}


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character as a reader takes it: "" where nothing is seen, an ASCII digit for any decimal digit."""
    category = unicodedata.category(character)
    if category in {"Cf", "Cc", "Mn", "Me"}:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "No":  # "10²" is not 102
        return character
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) <= 4 else character  # one character can hide eighteen
