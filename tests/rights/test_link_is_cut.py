"""Who told a no-name story is forgotten, with the real bot: afterwards nothing that is kept leads to them any more."""

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from link_paths import Kept
from withdrawal_house import FRIDAY, TITLE, WHAT, on_disk, until

from tests.whole.conftest import Play, open_play
from tests.whole.telling import begin, tell

NOBODY = "No name or role"
FORGOTTEN = "If I have forgotten that you told it, its code still takes it back"
LONG_AFTER = FRIDAY + timedelta(days=380)


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


def way(play: Play, story_id: str, who: str = "sam") -> list[str]:
    """How somebody with the database's file would get from this story to this person."""
    person = play.person(who).profile.id
    mine = play.rows("SELECT id, dm_channel FROM teller WHERE slack_user_id = ?", person)[0]
    channels = {value for row in play.rows("SELECT DISTINCT channel FROM edition") for value in row}
    channels |= {one.id for one in play.rehearsal.workspace.conversations.values() if one.id.startswith("C")}
    reviewers = {play.person(one).profile.id for one in ("amira", "joe")}
    team = {value for row in play.rows("SELECT id, slack_team_id FROM workspace") for value in row}
    return Kept(play.database, common=channels | reviewers | team).path(story_id, {person, *mine})


def quiet(play: Play) -> bool:
    """Nothing waits to be sent."""
    return not play.rows("SELECT id FROM outbox WHERE state IN ('queued', 'sending')")


async def told(play: Play) -> tuple[str, Any]:
    """A no-name story with much said about it, posted in a digest; its id, and the receipt with its code."""
    sam, amira, rae = play.person("sam"), play.person("amira"), play.person("rae")
    await begin(rae)
    await tell(sam, TITLE, what=WHAT, naming=NOBODY)
    receipt = await sam.hear("This is story")
    play.rehearsal.clock.set(FRIDAY - timedelta(days=2))
    await amira.hear(TITLE, channel="#story-review")
    await amira.command("/story ask 1 Who could have known?")
    question = await sam.hear("Who could have known?")
    await sam.say("The ward could.", thread_ts=question.ts)
    foot = await sam.hear("Press Send back when you're done.", thread_ts=question.ts)
    await sam.press("Send back", ts=foot.ts)
    await sam.hear("You answered on")
    await sam.press("Change story 1", ts=receipt.ts)
    check = await sam.hear("Check your story", after=question.ts)
    await sam.press("Carry on")
    await sam.hear("How should we describe you", after=check.ts)
    await sam.press("Next")
    await sam.hear("Where may we share it", after=check.ts)
    await sam.press("Next")
    await sam.hear("Ready to send", after=check.ts)
    await sam.press("Send for review")
    await until(lambda: play.count("SELECT max(n) FROM story_version") == 3)
    await sam.command("/story mydata")
    play.rehearsal.clock.set(FRIDAY - timedelta(hours=2))
    await until(lambda: bool(play.rows("SELECT 1 FROM outbox WHERE kind = 'card' AND version = 3 AND state = 'sent'")))
    await amira.command("/story approve 1")
    await sam.hear("is approved")
    play.rehearsal.clock.set(FRIDAY)
    await sam.hear("is in this week's digest")
    play.rehearsal.clock.set(FRIDAY + timedelta(weeks=8, days=3))
    await sam.hear("Has anything changed")
    await sam.press("Nothing yet")
    await until(lambda: quiet(play))
    return str(play.rows("SELECT id FROM story")[0][0]), receipt


async def forgotten(play: Play) -> None:
    """A year has passed, and the link is cut."""
    play.rehearsal.clock.set(LONG_AFTER)
    await until(lambda: not play.rows("SELECT 1 FROM author"))


async def test_nothing_that_is_kept_leads_from_the_story_to_its_teller(play: Play) -> None:
    """Twelve months after its digest no two rows have a value in common that leads from the story to who told it."""
    story_id, _ = await told(play)
    assert way(play, story_id), "the look at the database finds a way while there is one"
    await forgotten(play)
    await until(lambda: not way(play, story_id), lambda: way(play, story_id), seconds=5)
    assert play.rows("SELECT status, current_version FROM story") == [("posted", 3)]
    assert play.rows("SELECT 1 FROM story_version WHERE n = 3") and play.rows("SELECT 1 FROM withdrawal_code")
    assert play.rows("SELECT 1 FROM edition_entry")
    assert play.count("SELECT count(*) FROM draft") == 1, "Rae's, which is another's"


async def test_only_days_are_kept_of_what_its_teller_did(play: Play) -> None:
    """Two rows of one transaction have the instant in common, so the story keeps the day on which its teller acted."""
    await told(play)
    await forgotten(play)
    day = 24 * 3600 * 1_000_000
    for table, columns in {
        "story": ("submitted_at", "changed_at"),
        "story_version": ("created_at",),
        "permission": ("granted_at", "revoked_at"),
        "confirmation": ("confirmed_at",),
        "ask": ("answered_at",),
        "sequel_question": ("answered_at",),
    }.items():
        for column in columns:
            assert play.rows(f"SELECT DISTINCT {column} % {day} FROM {table} WHERE {column} IS NOT NULL") in (
                [],
                [(0,)],
            )
    of_story = "SELECT DISTINCT enqueued_at % ?, due_at % ?, sent_at % ? FROM outbox WHERE story_id IS NOT NULL"
    assert {left for row in play.rows(of_story, day, day, day) for left in row} <= {0, None}


async def test_no_message_of_those_days_says_who_was_there(play: Play) -> None:
    """Of a no-name story the day is known: nothing is kept of what else its teller was told while they told it."""
    await told(play)
    [(teller_id, chat)] = play.rows(
        "SELECT id, dm_channel FROM teller WHERE slack_user_id = ?", play.person("sam").profile.id
    )
    there = "SELECT kind FROM outbox WHERE lane LIKE ? OR lane LIKE ? ORDER BY kind"
    lanes = (f"%teller:{teller_id}", f"%channel:{chat}")
    assert ("notice",) in play.rows(there, *lanes) and ("started",) in play.rows(there, *lanes)
    await forgotten(play)
    assert play.rows(there, *lanes) == []


async def test_what_still_stands_in_their_chat_answers_kindly(play: Play) -> None:
    """Buttons of old messages say that it is forgotten and that the code still works; an old edit changes nothing."""
    _, receipt = await told(play)
    sam = play.person("sam")
    own = next(one.ts for one in sam.messages() if one.user == sam.profile.id and one.shown == WHAT)
    await forgotten(play)
    last = sam.messages()[-1].ts
    for button in ("Take it back", "Change permission", "Change story 1", "See it"):
        await sam.press(button, ts=receipt.ts)
        last = (await sam.hear(FORGOTTEN, after=last)).ts
    said = await sam.command("/story withdraw 1")
    assert "If you told it, its code still takes it back" in said.shown
    before = [one.ts for one in sam.messages()]
    await sam.edit(own, f"{WHAT} Or so I think.")
    await sam.delete(own)
    await until(lambda: quiet(play))
    assert [one.ts for one in sam.messages()] == [ts for ts in before if ts != own]


async def test_a_press_on_a_message_of_a_draft_that_is_forgotten_is_answered(play: Play) -> None:
    """Whatever button of an old conversation is still there, whoever presses it hears that the story is over."""
    sam = play.person("sam")
    await begin(sam)
    question = await sam.hear("1 of 8")
    with sqlite3.connect(play.database, timeout=5) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("DELETE FROM draft")
    await sam.press("Finish later", ts=question.ts)
    await sam.hear("That story is no longer being written.")


async def test_by_its_code_all_goes_that_can_still_be_found(play: Play) -> None:
    """The code takes back a story whose teller is forgotten: the digest goes, and it is said what stays and why."""
    _, receipt = await told(play)
    sam, joe = play.person("sam"), play.person("joe")
    await forgotten(play)
    code = re.findall(r"[a-z]+-[a-z]+-[a-z]+-1\b", receipt.shown)[0]
    await sam.command(f"/story withdraw {code}")
    await sam.press("Take it back")
    said = await sam.hear("I no longer know who told it")
    assert "what I wrote in their chat stays there" in said.shown
    await joe.gone(TITLE, channel="#info-stories")
    await until(lambda: play.rows("SELECT closed FROM withdrawal") == [(1,)])
    assert not play.rows("SELECT 1 FROM removal WHERE state != 'done'")
    assert not on_disk(play)
    assert any(TITLE in one.shown for one in sam.messages()), "what the bot wrote to Sam is where it was"
