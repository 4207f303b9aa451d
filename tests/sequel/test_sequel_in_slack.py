"""What happened next, with the real bot: asked by the clock, told in a form, approved on a card; and gone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from bot.sequel import blocks
from tests.rights.withdrawal_house import CANARY, FRIDAY, gone, in_slack, on_disk, running, take_back, until
from tests.whole.conftest import Play, open_play, open_rehearsal
from tests.whole.telling import tell

TITLE = "The house on the corner"
NEXT = f"The {CANARY} safe has her key in it now, and nobody has waited on that step since."
ASKED = "Story 1 has been out since June 2025. Has anything changed because of it?"
LATER = FRIDAY + timedelta(weeks=8, days=3)
"""A Monday, shortly after 10am in London."""
PLACES = ("Weekly digest in #info-stories", "Storybook for staff")


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def published(play: Play) -> None:
    """Sam tells a story, Amira approves it, and it goes out in the digest."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, TITLE, places=PLACES)
    await amira.hear(TITLE, channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("is approved")
    play.rehearsal.clock.set(FRIDAY)
    await sam.hear("is in this week's digest")


async def sent(play: Play, words: str = NEXT) -> None:
    """Sam is asked, and tells."""
    sam = play.person("sam")
    play.rehearsal.clock.set(LATER)
    await sam.hear(ASKED)
    await sam.press("Tell what happened")
    await sam.fill("What has changed because of the story?", words)
    assert await sam.submit() is None
    await sam.hear("What happened next in story 1 is with the reviewers.")


async def approved(play: Play) -> None:
    """Amira reads it on its card, and approves it."""
    amira = play.person("amira")
    card = await amira.hear("Story 1: what happened next", channel="#story-review")
    assert NEXT in card.shown
    await amira.press("Approve", channel=REVIEW_CHANNEL)
    await play.person("sam").hear("What happened next in story 1 is approved")


async def test_its_whole_life(play: Play) -> None:
    """Asked, told, approved, read in Slack and in the digest; taken back alone, then with its story: no byte left."""
    await published(play)
    await sent(play)
    await approved(play)
    rae, sam = play.person("rae"), play.person("sam")
    read = await rae.command("/story read 1")
    assert NEXT in read.shown
    found = await rae.command(f"/story search {CANARY}")
    assert "1 ·" in found.shown
    await tell(rae, "Another story")
    await play.person("amira").hear("Another story", channel="#story-review")
    await play.person("amira").command("/story approve 2")
    await rae.hear("is approved")
    play.rehearsal.clock.set(LATER + timedelta(days=4))
    edition = await rae.hear(f"{TITLE} (story 1)", channel="#info-stories")
    await rae.hear(NEXT, channel="#info-stories", thread_ts=edition.ts)
    receipt = await sam.hear("What happened next in story 1 is approved")
    await sam.press("Take it back", ts=receipt.ts)
    await until(lambda: in_slack(play) == [] and on_disk(play) == [], lambda: (in_slack(play), on_disk(play)))
    again = await rae.command("/story read 1")
    assert TITLE in again.shown and CANARY not in again.shown
    assert any("Another story" in one.shown for one in rae.messages("#info-stories"))
    await sam.command("/story mine")
    await sam.press("What happened next")
    await sam.fill("What has changed because of the story?", NEXT)
    assert await sam.submit() is None
    await sam.hear("What happened next in story 1 is with the reviewers.")
    await take_back(sam)
    await gone(play)
    assert play.rows("SELECT * FROM sequel") == [] == play.rows("SELECT * FROM sequel_question")


async def test_the_form_keeps_what_it_cannot_take(play: Play) -> None:
    """A number is asked about with every word still there; ticked, two have to read it; declined, it is handed back."""
    await published(play)
    sam, amira, joe = play.person("sam"), play.person("amira"), play.person("joe")
    play.rehearsal.clock.set(LATER)
    await sam.hear(ASKED)
    await sam.press("Tell what happened")
    words = f"{NEXT} Her number is 07700 900123, which is made up."
    await sam.fill("What has changed because of the story?", words)
    await sam.submit()
    view = await sam.see_view("The identifier check finds 1 phone number")
    assert words in repr(view)
    await sam.choose("It identifies nobody: keep it as I wrote it")
    assert await sam.submit() is None
    await amira.hear("needs 2 different reviewers", channel="#story-review")
    await amira.press("Approve", channel=REVIEW_CHANNEL)
    await joe.hear("One more reviewer needed", channel="#story-review")
    await joe.press("Decline", channel=REVIEW_CHANNEL)
    await joe.choose("It could identify someone", menu="Reason")
    await joe.fill("What would make it usable?", "Leave the number out.")
    assert await joe.submit() is None
    letter = await sam.hear("Leave the number out.")
    assert words in letter.shown
    await sam.press("Change and send")
    await sam.fill("What has changed because of the story?", f"{NEXT} Housing did it.")
    assert await sam.submit() is None
    await joe.hear("Housing did it.", channel="#story-review")


async def test_asked_once_over_restarts_and_a_clock_that_goes_back(tmp_path: Path) -> None:
    """However often the bot starts, and wherever the clock stands, there is one question in the chat."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = Play(rehearsal, None, database)  # type: ignore[arg-type]  # the bot of each round is its own
        async with running(play, environment):
            await published(play)
        for days in (0, -60, 1):
            rehearsal.clock.set(LATER + timedelta(days=days))
            async with running(play, environment):
                await play.person("sam").hear(ASKED)
                await until(lambda: play.count(WAITING) == 0)
                assert len([one for one in play.person("sam").messages() if ASKED in one.shown]) == 1
        async with running(play, environment):
            await play.person("sam").press("Nothing yet")
            await play.person("sam").hear("I'll ask about story 1 once more, in 8 weeks.")
        assert play.rows("SELECT times, answer FROM sequel_question") == [(1, "nothing_yet")]
        assert play.count("SELECT count(*) FROM outbox WHERE kind = 'sequel_question' AND op = 'post'") == 1


WAITING = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"


def test_every_line_of_the_room_is_said() -> None:
    """Whatever comes of a press has its sentence."""
    assert all(blocks.line(what).text for what in blocks.LINES)
