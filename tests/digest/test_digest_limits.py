"""Whatever tellers wrote, Slack takes the message: every limit, by construction."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import kit
from bot.digest import blocks, preview_blocks
from bot.digest.preview_blocks import Preview, Row
from bot.rehearsal.slack.validation import check_message, check_view
from bot.story.view import StoryView
from bot.text import normalise

LONDON = ZoneInfo("Europe/London")
FRIDAY = datetime(2025, 6, 6, 9, tzinfo=UTC)

PIECES = st.sampled_from(
    [
        "<!channel>",
        "<@U1>",
        "<http://a|b>",
        "&",
        "<",
        ">",
        "*_~`",
        ":tada:",
        "é" * 9,
        "👩‍👩‍👧‍👦",
        "\n\n",
        " ",
        "x" * 700,
        "الس",
    ]
)
LONG = st.builds(lambda piece, times: normalise((piece * times)[:9000]), PIECES, st.integers(0, 4000))
ANY = st.one_of(LONG, st.lists(PIECES, max_size=60).map("".join).map(normalise), st.text(max_size=80).map(normalise))
SOME = ANY.map(str.strip).filter(bool)  # as intake stores it
VIEWS = st.builds(
    StoryView,
    number=st.integers(1, 10**9),
    version=st.just(1),
    title=st.none() | SOME,
    kind=st.none() | SOME,
    services=st.none() | SOME,
    sections=st.lists(st.tuples(st.just("What happened"), SOME), max_size=9).map(tuple),
    lesson=st.none() | SOME,
    credit=st.none() | SOME,
)
SLOW = settings(deadline=None, max_examples=15)


def refused(said: tuple[str, list[kit.Block]]) -> list[str]:
    text, shown = said
    assert text and len(text) <= kit.TEXT
    return check_message({"text": text, "blocks": shown})


@SLOW
@given(st.lists(VIEWS, min_size=1, max_size=12))
def test_the_channel_message(views: list[StoryView]) -> None:
    """One to twelve stories of any shape."""
    assert refused(blocks.edition(views, day="Wednesday 30 September", late="Due … " * 30)) == []
    assert refused(blocks.reread(views[0], posted_at=FRIDAY, now=FRIDAY, zone=LONDON, late=None)) == []


@SLOW
@given(VIEWS)
def test_the_thread(view: StoryView) -> None:
    """A story of any length, in as many posts as it needs."""
    for post in blocks.story_posts(view):
        assert refused(post) == []
        assert kit.size(post[1]) < 13_000


@SLOW
@given(st.lists(VIEWS, max_size=12))
def test_the_reading_page(views: list[StoryView]) -> None:
    """Twelve stories in one modal."""
    assert check_view(preview_blocks.reading_view(views, title="Wednesday's digest"), surface="modal") == []


@SLOW
@given(st.lists(VIEWS, max_size=12), st.integers(0, 60), st.integers(0, 10**6))
def test_the_preview(views: list[StoryView], held: int, more: int) -> None:
    """Twelve rows, any number of held ones."""
    row = Row(31, "title", "a" * 32 + ":1", held_by="N" * 80)
    rows = [Row(view.number, blocks.heading(view), "a" * 32 + ":1") for view in views]
    shown = Preview(FRIDAY, "c" * 80, LONDON, rows=rows, held=[row] * held, more=more)
    assert refused(preview_blocks.preview(shown, now=FRIDAY, post_now=True)) == []
