"""What readers, tellers and reviewers read, word for word."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import ids
from bot.digest import blocks, preview_blocks
from bot.digest.preview_blocks import WeekCounts
from bot.digest.rules import Said
from bot.story.view import StoryView

LONDON = ZoneInfo("Europe/London")
FRIDAY = datetime(2025, 6, 6, 9, tzinfo=UTC)

TWO_NIGHTS = StoryView(
    number=31,
    version=1,
    title="Two nights for one phone call",
    kind="It happened late or only in part",
    services="Health, Housing and homelessness",
    sections=(
        ("What happened", "It was when a tenant came home from hospital. " + "Nobody had told us. " * 60),
        ("What difference it made", "She waited two nights."),
    ),
    lesson="Ring the person who will be at the door, not the one on the form.",
    credit="Practitioner, Housing and homelessness",
)
FIVE_TIMES = replace(
    TWO_NIGHTS, number=33, title="Told five times in one day", sections=(("What happened", "A person leaving. " * 50),)
)
THE_CALL = replace(
    TWO_NIGHTS, number=34, title="The call that changed the plan", sections=(("What happened", "Officers were. " * 50),)
)
TELL = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": ids.TELL_STORY,
            "text": {"type": "plain_text", "text": "Tell your story", "emoji": True},
        }
    ],
}


def plain(kind: str, text: str) -> dict[str, object]:
    literal = {"type": "plain_text", "text": text, "emoji": False}
    return {"type": kind, "text": literal} if kind == "header" else {"type": kind, "elements": [literal]}


def opening(title: str, words: str) -> dict[str, object]:
    runs = [{"type": "text", "text": title, "style": {"bold": True}}, {"type": "text", "text": f"\n{words}"}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}


def test_one_story() -> None:
    """A header, how long it takes, its opening, where the rest is, and one button."""
    text, shown = blocks.edition([TWO_NIGHTS], day="Friday 6 June", late=None)
    assert text == "This week's story: 1 new, about 2 minutes to read."
    assert shown == [
        plain("header", "This week's story"),
        plain("context", "Friday 6 June · 2 minutes to read"),
        opening("Two nights for one phone call", "It was when a tenant came home from hospital."),
        plain("context", "The story is in the thread."),
        TELL,
    ]


def test_three_stories() -> None:
    """The plural, and three openings."""
    text, shown = blocks.edition([TWO_NIGHTS, FIVE_TIMES, THE_CALL], day="Friday 6 June", late=None)
    assert text == "This week's stories: 3 new, about 3 minutes to read."
    assert shown == [
        plain("header", "This week's stories"),
        plain("context", "Friday 6 June · 3 stories · 3 minutes to read"),
        opening("Two nights for one phone call", "It was when a tenant came home from hospital."),
        opening("Told five times in one day", "A person leaving."),
        opening("The call that changed the plan", "Officers were."),
        plain("context", "Full stories are in the thread."),
        TELL,
    ]


def test_twelve_stories() -> None:
    """One list, titles only."""
    twelve = [replace(TWO_NIGHTS, number=n, title=f"Number {n}") for n in range(12)]
    _, shown = blocks.edition(twelve, day="Friday 6 June", late=None)
    (titles,) = [block for block in shown if block["type"] == "rich_text"]
    (one_list,) = titles["elements"]
    assert one_list["type"] == "rich_text_list"
    assert [item["elements"][0]["text"] for item in one_list["elements"]] == [f"Number {n}" for n in range(12)]


@pytest.mark.parametrize("many", [1, 3, 6, 7, 12])
def test_the_channel_message_is_made_for_a_phone(many: int) -> None:
    """No fields, tables or accessories, one button, and no story's words in the notification."""
    text, shown = blocks.edition([TWO_NIGHTS] * many, day="Friday 6 June", late=None)
    assert {block["type"] for block in shown} <= {"header", "context", "rich_text", "actions"}
    assert "accessory" not in str(shown)
    assert str(shown).count("'button'") == 1
    assert "nights" not in text


def test_a_late_edition_says_so() -> None:
    """Beneath the day it goes out on."""
    late = blocks.late_line(slot=FRIDAY, made_at=datetime(2025, 6, 9, 8, 12, tzinfo=UTC), offline=True, zone=LONDON)
    assert late == "Due Friday 6 June, 10am. I was offline until Monday 9 June, 9:12am; no story was lost."
    _, shown = blocks.edition([TWO_NIGHTS], day="Monday 9 June", late=late)
    assert shown[2] == plain("context", late)


def test_a_quiet_week() -> None:
    """Said plainly, with the button."""
    text, shown = blocks.quiet(late=None)
    assert text == "No new stories this week."
    assert shown[-1] == TELL


def test_a_story_read_again() -> None:
    """From which month, with the year where that is another one; its title only in the blocks."""
    march = datetime(2025, 3, 7, 10, tzinfo=UTC)
    text, shown = blocks.reread(THE_CALL, posted_at=march, now=FRIDAY, zone=LONDON, late=None)
    assert text == "No new stories this week. Here is one from March."
    runs = shown[0]["elements"][0]["elements"]
    assert "".join(run["text"] for run in runs) == (
        "No new stories this week. Here is one from March, The call that changed the plan."
    )
    assert runs[1]["style"] == {"bold": True}
    text, _ = blocks.reread(THE_CALL, posted_at=march.replace(year=2024), now=FRIDAY, zone=LONDON, late=None)
    assert text == "No new stories this week. Here is one from March 2024."


def test_a_story_in_the_thread() -> None:
    """Title, facts, answers under bold labels, the line to remember, and who tells it."""
    ((text, shown),) = blocks.story_posts(TWO_NIGHTS)
    assert text == "Story 31, in full."
    assert shown[0] == plain("header", "Two nights for one phone call")
    assert shown[1] == plain("context", "It happened late or only in part · Health, Housing and homelessness")
    assert shown[2]["elements"][0]["elements"][0] == {
        "type": "text",
        "text": "What happened\n",
        "style": {"bold": True},
    }
    assert shown[-2]["elements"][0]["type"] == "rich_text_quote"
    assert shown[-1] == plain("context", "Practitioner, Housing and homelessness · story 31")


def test_a_story_without_title_or_name() -> None:
    """How it went stands as its title, once; and it has only its number."""
    ((_, shown),) = blocks.story_posts(replace(TWO_NIGHTS, title=None, credit=None))
    assert shown[0] == plain("header", "It happened late or only in part")
    assert shown[1] == plain("context", "Health, Housing and homelessness")
    assert shown[-1] == plain("context", "Story 31")


def test_a_long_story_is_split_between_answers() -> None:
    """The second part is headed "Story 31, continued", and no word is lost."""
    long = [(f"Question {n}", f"answer {n} " * 500) for n in range(6)]
    posts = blocks.story_posts(replace(TWO_NIGHTS, sections=tuple(long)))
    assert len(posts) > 1
    assert posts[1][1][0] == plain("header", "Story 31, continued")
    assert posts[1][0] == "Story 31, continued."
    everything = " ".join(str(shown) for _, shown in posts)
    assert all(everything.count(f"answer {n}") == 500 for n in range(6))


def test_long_words_come_back_whole() -> None:
    """Pieces are broken at white space where there is some; where there is none, nothing goes missing either."""
    for words in ("word " * 3000, "x" * 9001, "line\n" * 2000, "", "short"):
        pieces = blocks.runs(words)
        assert "".join("".join(pieces).split()) == "".join(words.split())
        assert all(len(piece) <= 2000 for piece in pieces)


def test_what_tellers_hear() -> None:
    """That it is out, that it waits, that its day has changed."""
    _, (out, _) = blocks.notice(31, permalink="https://x.slack.com/p1?a=1&b=2", channel="info-stories", story_id="s")
    assert out["text"]["text"] == (
        "Story 31 is in this week's digest: <https://x.slack.com/p1?a=1&amp;b=2>. Thank you for telling it."
    )
    assert blocks.held_back(31, slot=FRIDAY, zone=LONDON)[0] == (
        "Story 31 will be in a later digest, not Friday's. Nothing is wrong with it."
    )
    assert blocks.new_date(31, slot=FRIDAY, later=False, channel="info-stories", zone=LONDON)[0] == (
        "Story 31 now goes in #info-stories on Friday 6 June, 10am UK time."
    )


def test_the_heartbeat() -> None:
    """What went out, and what the week was like."""
    week = WeekCounts(sent=5, approved=3, declined=1, waiting=1, oldest="2 days")
    text, shown = preview_blocks.heartbeat("Friday 6 June, 10am", "3 stories", week, permalink="https://x/p1")
    assert text == (
        "Digest posted Friday 6 June, 10am: 3 stories. This week 5 sent, 3 approved, 1 declined, 1 waiting 2 days."
    )
    assert shown[0]["text"]["text"] == (
        "Digest posted Friday 6 June, 10am: 3 stories (<https://x/p1|link>). "
        "This week 5 sent, 3 approved, 1 declined, 1 waiting 2 days."
    )
    assert str(replace(week, waiting=0, oldest=None)).endswith("none waiting.")
    assert str(replace(week, waiting=4)).endswith("4 waiting, the oldest 2 days.")
    assert preview_blocks.quiet_heartbeat(held=0)[0] == (
        "No digest this week: no approved stories. Everything is working."
    )


def test_every_outcome_has_a_sentence() -> None:
    """And a reviewer's name cannot become a mention."""
    facts = dict.fromkeys(("number", "name", "stories", "channel", "day", "next"), "<!channel>")
    for said in Said:
        sentence = preview_blocks.line(said, facts)
        assert sentence.endswith((".", "preview")), said
        assert "<!channel>" not in sentence
