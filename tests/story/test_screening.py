"""Screening against labelled sentences: what must be found, what must be left alone, and in which disguises."""

import pytest
from screening_shapes import DISGUISES, GIVEN, MORE, Disguise, Sentence, disguised, strong_of

from bot.story.screening import KIND_WORDS, SOFT, STRONG, screen, strong


def recall(sentences: list[Sentence]) -> float:
    """The share of labelled spans that are found with their kind and both their ends."""
    wanted = found = 0
    for sentence in sentences:
        wanted += len(sentence.spans)
        found += len(set(sentence.spans) & set(screen(sentence.text)))
    return found / wanted


def false_alarms(sentences: list[Sentence]) -> list[Sentence]:
    """Sentences with nothing to find in which a strong kind is found."""
    return [sentence for sentence in sentences if not sentence.spans and strong_of(sentence.text)]


def test_identifiers_are_found() -> None:
    """At least 98 of 100 labelled identifiers are found exactly, in the sentences given and in our own."""
    assert recall(GIVEN) >= 0.98
    assert recall(MORE) >= 0.98


def test_ordinary_numbers_are_left_alone() -> None:
    """Times, prices, laws, wards, buses, years and versions raise at most one false alarm in a hundred sentences."""
    assert len(false_alarms(GIVEN)) <= 1
    negatives = [sentence for sentence in MORE if not sentence.spans]
    assert len(negatives) >= 200
    assert len(false_alarms(MORE)) <= len(negatives) // 100, false_alarms(MORE)


def test_hints_are_rare_where_there_is_nothing() -> None:
    """Sentences without identifiers get no hint, but for whole dates: a hint is to be worth reading."""
    hints = [span.kind for sentence in GIVEN + MORE if not sentence.spans for span in screen(sentence.text)]
    assert set(hints) <= {"exact_date"}
    assert [sentence for sentence in GIVEN if not sentence.spans and screen(sentence.text)] == []


def test_sentences_cover_every_strong_kind() -> None:
    """Each strong kind has at least five labelled sentences of ours."""
    for kind in STRONG:
        assert sum(span.kind == kind for sentence in MORE for span in sentence.spans) >= 5, kind


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_disguise_hides_nothing(disguise: Disguise) -> None:
    """Each of the eight disguises is seen through, and what is marked is what stands in the teller's own text."""
    for sentence in GIVEN + MORE:
        if sentence.spans:
            hidden = disguised(sentence, disguise)
            assert set(hidden.spans) <= set(screen(hidden.text)), hidden


@pytest.mark.parametrize(("outer", "inner"), [("bold", "no-break space"), ("italic", "full-width digits")])
def test_two_disguises_hide_nothing(outer: str, inner: str) -> None:
    """Disguises may be put over one another."""
    for sentence in GIVEN:
        hidden = disguised(disguised(sentence, DISGUISES[inner]), DISGUISES[outer])
        assert set(hidden.spans) <= set(screen(hidden.text)), hidden


OTHERS: list[Disguise] = [
    lambda words: ("", "\u00ad".join(words), ""),
    lambda words: ("~", words, "~"),
    lambda words: ("", "\u0336".join(words), ""),
]


@pytest.mark.parametrize("disguise", OTHERS, ids=["soft hyphens", "struck out", "combining strokes"])
def test_other_disguises_are_seen_through(disguise: Disguise) -> None:
    """Soft hyphens, a line through the words, and combining strokes hide no number."""
    for sentence in GIVEN:
        hidden = disguised(sentence, disguise)
        found = screen(hidden.text)
        for span in hidden.spans:
            assert any(each.kind == span.kind and each.start <= span.start and span.end <= each.end for each in found)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("I told Oluwaseun what we knew.", "first_name", "Oluwaseun"),
        ("Then Kayleigh's mum rang.", "first_name", "Kayleigh"),
        ("So Jaxon waited.", "first_name", "Jaxon"),
        ("We met Zoë there.", "first_name", "Zoë"),
        ("It was 3 May 2019 when we met.", "exact_date", "3 May 2019"),
        ("The letter of 14/03/2016 says so.", "exact_date", "14/03/2016"),
        ("A 93-year-old was sent home.", "age", "93"),
        ("He was aged 97.", "age", "97"),
        ("See https://example.org/page?x=1, please.", "link", "https://example.org/page?x=1"),
        ("See <https://example.org/a|the page>.", "link", "https://example.org/a"),
        ("Ask @sam.webb about it.", "mention", "@sam.webb"),
    ],
)
def test_hints_are_found(text: str, kind: str, words: str) -> None:
    """Names without a title, dates with their year, great ages, links and handles are hinted at."""
    assert [(span.kind, text[span.start : span.end]) for span in screen(text)] == [(kind, words)]
    assert strong(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Don't ask. Will it work? May we mark this? I hope so, in April or June.",
        "St Mary's ward, the Victoria Hospital and Martha's Rule.",
        "She was 45, he was 90, and 93% agreed.",
        "We met on 5 June, and in May 2019.",
        "Thanks <@U02ABCD3EFG>, it is in <#C0123456789|info-stories>. @here",
    ],
)
def test_words_are_not_hints(text: str) -> None:
    """Words that are also names, places named after people, ages below 91 and dates without a year are left alone."""
    assert screen(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "My contact is <mailto:jo@example.org|my sister>.",
        "My contact is <mailto:jo@example.org>.",
        "Ring <tel:+447700900321|07700 900321>.",
    ],
)
def test_what_a_label_hides_is_found(text: str) -> None:
    """An address in a token of Slack is found where its label says something else, or is missing."""
    assert strong_of(text)


def test_strong_wins_over_soft_and_longer_over_shorter() -> None:
    """What overlaps is one thing: a date of birth is no exact date, and a name in an address is no name."""
    [born] = screen("born 3 May 1981")
    assert born.kind == "dob"
    [mail] = screen("Write to sarah.webb@example.org")
    assert mail.kind == "email"
    [couple] = screen("Ask Mr and Mrs Oakenshaw")
    assert (couple.start, couple.end, couple.kind) == (4, 24, "titled_name")


def test_every_kind_has_words_for_people() -> None:
    """Strong and soft kinds are all there is, no kind is both, and each can be said with an article."""
    assert set(KIND_WORDS) == STRONG | SOFT
    assert not STRONG & SOFT
    assert all(words.startswith(("a ", "an ")) for words in KIND_WORDS.values())
