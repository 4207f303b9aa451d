"""Permission as it is asked for: nothing before Start, nothing ticked beforehand, and a record of what was shown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole.conftest import Play, open_play
from tests.whole.telling import answer_until_title, begin, finish

SAID = "It was when a tenant came home and nobody had told us, on a cold day"


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def test_what_was_shown_asked_and_confirmed_is_on_record(play: Play) -> None:
    """The notice says what it must; no word is kept before Start; boxes come un-ticked; each answer has its notice."""
    sam = play.person("sam")
    await sam.say(SAID)
    notice = await sam.hear("Nothing you type is kept until you press Start")
    for said in (
        "Reviewers read it first",
        "call 999",
        "not a way to report",
        "leave out names",
        "stop, change or delete",
    ):
        assert said in notice.shown
    assert SAID.encode() not in play.everything_stored()
    await sam.press("Not now")
    await sam.hear("That's fine. Nothing was kept.")
    assert play.count("SELECT count(*) FROM draft") == 0 and SAID.encode() not in play.everything_stored()

    await sam.command("/story")
    await sam.hear("[Start]")
    await sam.press("Start")
    await sam.hear("1 of 8")
    await answer_until_title(sam)
    await sam.say("A key at the door")
    await sam.hear("Check your story")
    await sam.press("Carry on")
    naming = await sam.hear("How should we describe you")
    assert "◉" not in naming.shown
    await sam.choose("No name or role")
    await sam.press("Next")
    places = await sam.hear("Where may we share it")
    assert places.shown.count("☐") == 4 and "☑" not in places.shown
    await sam.choose("Storybook for staff")
    await sam.press("Next")
    ready = await sam.hear("Ready to send")
    assert "Send for review means you have taken out anything that could identify the people in it." in ready.shown
    await sam.press("I'm not sure, so check it twice")
    await sam.hear("This is story 1")
    [(shown,)] = play.rows("SELECT notice_version FROM draft")
    assert play.rows("SELECT place, naming, notice_version, revoked_at FROM permission") == [
        ("staff_storybook", "none", shown, None)
    ]
    assert play.rows("SELECT version, taken_out, notice_version FROM confirmation") == [(1, 0, shown)]
    [(granted, started)] = play.rows("SELECT granted_at, started_at FROM permission, draft")
    assert granted >= started > 0


async def test_a_changed_story_is_confirmed_again(play: Play) -> None:
    """Every version that a teller sends has its own confirmation."""
    sam = play.person("sam")
    await begin(sam)
    await answer_until_title(sam)
    await finish(sam, "A key at the door")
    for old in ("◉", "☑", "[Carry on]", "[Send for review]"):
        await sam.gone(old)  # what the first sending left on the screen
    await sam.press("Change story 1")
    await sam.hear("[Carry on]")
    await sam.press("Carry on")
    await sam.hear("◉ My role only")
    await sam.press("Next")
    await sam.hear("☑ Weekly digest")
    await sam.press("Next")
    await sam.hear("[Send for review]")
    await sam.press("Send for review")
    await sam.hear("Story 1 is back with the reviewers.")
    assert play.rows("SELECT version, taken_out FROM confirmation ORDER BY version") == [(1, 1), (2, 1)]
