"""What the screening tests share: the labelled sentences, the eight disguises, and texts made to be slow."""

import json
from collections.abc import Callable
from pathlib import Path

from bot.story.screening import STRONG, Span, screen

DATA = Path(__file__).parent / "data"


class Sentence:
    """One labelled sentence: its text and what is to be found in it."""

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.text = text
        self.spans = spans

    def __repr__(self) -> str:
        return self.text


def sentences(file: str) -> list[Sentence]:
    """The sentences of a file, in order."""
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    return [Sentence(line["text"], [Span(**span) for span in line["spans"]]) for line in map(json.loads, lines)]


GIVEN = sentences("identifiers.jsonl")
MORE = sentences("more_identifiers.jsonl")


def strong_of(text: str) -> list[Span]:
    """What `screen` finds of strong kinds."""
    return [span for span in screen(text) if span.kind in STRONG]


# Each gives (before, disguised, after): what is put around an identifier and what it becomes.
Disguise = Callable[[str], tuple[str, str, str]]


def _wide(text: str) -> str:
    return "".join(chr(0xFF10 + int(character)) if character in "0123456789" else character for character in text)


DISGUISES: dict[str, Disguise] = {
    "no-break space": lambda words: ("", words.replace(" ", "\u00a0"), ""),
    "thin space and odd dash": lambda words: ("", words.replace(" ", "\u2009").replace("-", "\u2011"), ""),
    "full-width digits": lambda words: ("", _wide(words), ""),
    "zero-width inside": lambda words: ("", "\u200b".join(words), ""),
    "bold": lambda words: ("*", words, "*"),
    "italic": lambda words: ("_", words, "_"),
    "code": lambda words: ("`", words, "`"),
    "newline": lambda words: ("", words.replace(" ", "\n"), ""),
}


def disguised(sentence: Sentence, disguise: Disguise) -> Sentence:
    """The sentence with each of its identifiers disguised, and where they are now."""
    text, spans, done = "", [], 0
    for span in sentence.spans:
        before, hidden, after = disguise(sentence.text[span.start : span.end])
        text += sentence.text[done : span.start] + before
        spans.append(Span(len(text), len(text) + len(hidden), span.kind))
        text += hidden + after
        done = span.end
    return Sentence(text + sentence.text[done:], spans)


# Repeated to 3,000 characters: runs that match late, nearly, or at every place.
SHAPES = """
Mr A-|1 |0|07 |07700 900|a@|a.|@|a|A1 |(0|+44 |12/|born on the |case number is |1 a |1 Aa Aa Aa |<@U1|<mailto:a|<|*|_*_|
QQ 12 34 5|LE1 1|AB12 |Mr and Mrs |Dr O'|- |1 January |9991000070 |nhs number is |12 3 |http://a|www.|a at b dot |1-1-|
a [at] b|reg is |1/2/3/|Sam |Sarah |a_b|UTR is |dob is |flat 1 a a |aged 9 |2019 |07700900123 |a.b@c.d.|33/12345/2|
rang on the |
0 7 |0-7-|0 1 2 3 4 5 6 7 8 9 |9 9 9 1 0 0 0 0 7 |07700/900/|07700,900,123,|0770_900_|+44/7700/|999/100/0070 |
nhs 999/100/|:zero:|:zero::one: |jo @ |jo@ |a @ b . |a @ b . c . d . |a at b.c.|
jo.b at a.b.com|a at a.com |LE1.6|LE1.1FZ |
born on the twelfth of |born the first of may two thousand and |Mr_|Mr_Smith_|dr smith |ring 0 1 6 3 2 |
"""
UNSEEN = [
    "\u200b",
    "\u0301",
    "e\u0301",
    "\ufdfa",
    "\uff41",
    "\uff10",
    "\u2460",
    "\u24ea\u2460 ",
    "  ",
    " \u00a0",
    "\n\n",
]
HOSTILE = [*filter(None, SHAPES.replace("\n", "").split("|")), *UNSEEN]


def repeated(shape: str, length: int = 3000) -> str:
    """The shape again and again, cut at the length."""
    return (shape * (length // len(shape) + 1))[:length]
