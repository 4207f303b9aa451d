"""A story is taken back whose digest may stand where the bot cannot find it: its teller and reviewers are told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from withdrawal_house import FRIDAY, canary_story, take_back

from bot.rights import blocks
from storage.withdrawals import Surface
from tests.whole.conftest import Play, open_play


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def test_reviewers_are_asked_to_delete_what_the_bot_cannot_find(play: Play) -> None:
    """The answer to the digest was lost and its channel cannot be read: the post stands, and people see to it."""
    await canary_story(play)
    faults, amira = play.rehearsal.faults, play.person("amira")
    faults.lose_reply_after("chat.postMessage")
    faults.fail_next("conversations.history", error="missing_scope", n=9)
    play.rehearsal.clock.set(FRIDAY)
    await amira.hear("I can't tell whether the digest reached #info-stories", channel="#story-review")
    await take_back(play.person("sam"))
    heard = await amira.hear("Story 1 has been taken back.", channel="#story-review")
    assert heard.shown.strip() == (
        "Story 1 has been taken back. I couldn't tell whether the digest with it was posted in #info-stories, so I "
        "can't take it out. Please look; if it is there, have somebody who manages this Slack delete that message."
    )
    told = await play.person("sam").hear("Story 1 is taken back.")
    assert (
        "the digest, of which one may stand where I can't find it; reviewers are asked to look there and see to it"
    ) in told.shown
    assert "in_doubt" not in told.shown
    assert len([m for m in amira.messages("#story-review") if "has been taken back" in m.shown]) == 1


@pytest.mark.parametrize("surface", [Surface.EDITION, Surface.THREAD, Surface.CARD, Surface.PREVIEW, Surface.SHARED])
def test_every_surface_has_words(surface: Surface) -> None:
    """Whatever it is that may stand."""
    assert blocks.look(31, surface, "#info-stories").text.startswith("Story 31 has been taken back.")
