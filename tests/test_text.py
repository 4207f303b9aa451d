"""Words: what comes in is made safe once, what goes out is never longer than its place and never more than words."""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import text

LONDON = ZoneInfo("Europe/London")
ANYTHING = st.text(st.characters(), max_size=300)
"""Any text at all, half characters included."""
WILD = st.lists(
    st.one_of(
        ANYTHING, st.sampled_from(["<", ">", "&", "&amp;", "<@U1>", "<!channel>", "|", "\r\n", "\u202e", "\u0301"])
    )
).map("".join)


# ── what comes in ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(WILD)
def test_normalised_text_can_travel(words: str) -> None:
    """Normalised text can be stored and sent: no NUL, no half characters, no controls, no turned direction."""
    made = text.normalise(words)
    json.dumps(made).encode()
    made.encode()
    assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in made if one not in "\n\t")
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\r")
    assert unicodedata.is_normalized("NFC", made)


@given(WILD)
def test_normalising_twice_changes_nothing(words: str) -> None:
    """Text that was normalised stays as it is."""
    once = text.normalise(words)
    assert text.normalise(once) == once


@pytest.mark.parametrize(
    "words", ["\u200b", "\ufeff\u2060 \u200d\n", "\u00ad", "\u2800", "\u3164\uffa0", "\ufe0f\u034f"]
)
def test_what_nobody_sees_is_nothing(words: str) -> None:
    """Words of characters that show nothing are none: no answer, no title, no reason is made of them."""
    assert text.normalise(words) == text.from_slack(words) == ""
    assert text.normalise(f"{words}a{words}") == f"{words}a{words}", "between what is seen they stay: emoji need them"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"], exclude_characters="<>&"), max_size=200))
def test_plain_text_stays_as_it_was(words: str) -> None:
    """Text without markup comes through word for word."""
    words = f"a{words}"
    assert text.from_slack(words) == unicodedata.normalize("NFC", words).strip()


@given(WILD)
def test_what_slack_sent_is_decoded_once(words: str) -> None:
    """What a person typed comes back exactly, however much it looks like markup: Slack escapes, we decode once."""
    typed = text.normalise(words).strip()
    assert text.from_slack(text.escape(typed)) == typed


@given(WILD)
def test_nothing_decoded_is_a_mention(words: str) -> None:
    """Whatever Slack sends, no token of Slack's is left that could ping once it is escaped again."""
    made = text.from_slack(words)
    assert made == made.strip()
    assert "<" not in text.escape(made) and ">" not in text.escape(made)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<@U012AB3CD> and <@W9|sam>", "[a colleague] and [a colleague]"),
        ("<!channel> <!here> <!everyone>", "[everyone] [everyone] [everyone]"),
        ("<!subteam^S1|@ward-team>", "[a team]"),
        ("<#C1|general> <#C2>", "[a channel] [a channel]"),
        ("<!date^1^{date}|3 June>", "3 June"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example|a.example>", "https://a.example"),
        ("<https://evil.example|https://bank.example>", "https://bank.example (https://evil.example)"),
        ("<mailto:sam@a.example|sam@a.example> <tel:123>", "sam@a.example 123"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("a <b c", "a <b c"),
        ("<> <x y>", "<> <x y>"),
        ("cafe\u0301\u0000\ud83d\r\nnext\u202e", "café\nnext"),
        (" \n ", ""),
    ],
)
def test_what_slack_sends_and_what_was_meant(sent: str, read: str) -> None:
    """Tokens are made readable, entities are decoded once, and what is typed out stays."""
    assert text.from_slack(sent) == read


# ── what goes out ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(WILD, st.integers(1, 60))
def test_cut_is_never_longer(words: str, limit: int) -> None:
    """A cut text fits, says that it was cut, and is the beginning of the whole."""
    made = text.cut(words, limit)
    assert len(made) <= limit
    if len(words) <= limit:
        assert made == words
    else:
        assert made.endswith("…") and words.startswith(made[:-1])


def test_cut_at_a_word() -> None:
    """A text is cut at a word, without what stood between."""
    assert text.cut("Ring the person, who will be at the door.", 20) == "Ring the person…"
    assert text.cut("x" * 50, 10) == "x" * 9 + "…"


@given(WILD, st.integers(1, 200))
def test_first_sentence_fits_on_a_line(words: str, limit: int) -> None:
    """An opening is one line that fits."""
    made = text.first_sentence(words, limit)
    assert len(made) <= limit and "\n" not in made
    assert text.one_line(made) == made or made.endswith("…")


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("Nobody told us. We waited.", "Nobody told us."),
        ("Nobody told us.\nWe waited.", "Nobody told us."),
        ("It took 2.5 days. Then it was done.", "It took 2.5 days."),
        ('"Ring me!" "No." was all he said.', '"Ring me!" "No." was all he said.'),
        ("no end at all", "no end at all"),
    ],
)
def test_first_sentence(words: str, opening: str) -> None:
    """A sentence ends where another begins."""
    assert text.first_sentence(words, 140) == opening


@given(WILD)
def test_escaped_text_is_only_words(words: str) -> None:
    """Escaped text holds no markup, and nothing is lost by it."""
    made = text.escape(words)
    assert "<" not in made and ">" not in made
    assert made.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == words


@given(WILD)
def test_one_line(words: str) -> None:
    """White space of every kind becomes single spaces."""
    assert text.one_line(text.one_line(words)) == text.one_line(words)
    assert "\n" not in text.one_line(words) and "  " not in text.one_line(words)


@pytest.mark.parametrize(
    ("number", "counted", "word"),
    [(0, "0 stories", "no"), (1, "1 story", "one"), (12, "12 stories", "twelve"), (1234, "1,234 stories", "1,234")],
)
def test_numbers(number: int, counted: str, word: str) -> None:
    """Numbers are counted as people count."""
    assert text.count(number, "story", "stories") == counted
    assert text.number_word(number) == word


def test_lists() -> None:
    """Lists read as people say them."""
    assert text.join(["a"]) == "a"
    assert text.join(["a", "b"]) == "a and b"
    assert text.join(["a", "b", "c"], "or") == "a, b or c"


# ── dates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_dates() -> None:
    """Dates are said with their weekday, and times with their zone."""
    when = datetime(2025, 6, 6, 9, 0, tzinfo=UTC)
    assert text.day(when, LONDON) == "Friday 6 June"
    assert text.short_day(when, LONDON) == "6 June"
    assert text.day_and_time(when, LONDON) == "Friday 6 June, 10am UK time"
    assert text.time_of_day(when + timedelta(minutes=42), LONDON) == "10:42am"
    assert text.time_of_day(when + timedelta(hours=2), LONDON) == "12pm"
    assert text.month_and_year(date(2025, 3, 1)) == "March 2025"
    assert text.zone_name(ZoneInfo("America/New_York")) == "New York time"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_any_time_can_be_said(when: datetime) -> None:
    """Any instant has words, of the day that it is in the keeper's zone."""
    said = text.day_and_time(when, LONDON)
    assert f" {when.astimezone(LONDON).day} " in said
    assert said.endswith(" UK time")


@pytest.mark.parametrize(
    ("hours", "said"), [(0.5, "under an hour"), (1, "1 hour"), (23.9, "23 hours"), (24, "1 day"), (50, "2 days")]
)
def test_waiting(hours: float, said: str) -> None:
    """How long somebody has waited is said roughly."""
    now = datetime(2025, 6, 6, 9, 0, tzinfo=UTC)
    assert text.waited(now - timedelta(hours=hours), now) == said
