"""The keeper's side: one bot per database, a clean stop, and what happens when nothing can be stored."""

import asyncio
import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime

import pytest

from .conftest import Play
from .telling import at_question_two, begin, tell

FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)


async def run_command(play: Play, *words: str, **changes: str) -> tuple[int, str]:
    """Runs `altogether …` in the rehearsal's environment; returns its exit code and what it said."""
    environment = {**play.rehearsal.environment(os.environ, database_url=f"sqlite:///{play.database}"), **changes}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=environment,
        cwd=play.rehearsal.directory,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


async def approved_story(play: Play) -> None:
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("is approved")


async def test_a_second_bot_on_one_database_is_refused_by_the_name_of_the_first(mortal: Play) -> None:
    """It exits with 2, says who holds the database, and disturbs nothing."""
    code, said = await run_command(mortal, "run")
    assert code == 2
    assert "altogether run" in said and str(mortal.bot.pid) in said
    assert "Traceback" not in said
    await begin(mortal.person("sam"))


async def test_posting_from_the_command_line_beside_a_running_bot_posts_once(mortal: Play) -> None:
    """The command writes, the running bot notices and sends; the slot itself then adds nothing."""
    await approved_story(mortal)
    code, said = await run_command(mortal, "digest", "post")
    assert code == 0, said
    rae, amira = mortal.person("rae"), mortal.person("amira")
    await rae.hear("This week's story", channel="#info-stories")
    again, answer = await run_command(mortal, "digest", "post")
    assert "went out" in answer, (again, answer)
    mortal.rehearsal.clock.set(FRIDAY)
    await amira.hear("Digest posted", channel="#story-review")
    assert len([m for m in rae.messages("#info-stories") if "This week's story" in m.shown]) == 1
    assert mortal.count("SELECT count(*) FROM edition") == 1


async def test_posting_from_the_command_line_with_no_bot_running_sends_it_all(mortal: Play) -> None:
    """The command takes the lock, posts the edition with its thread, and ends."""
    await approved_story(mortal)
    await mortal.bot.terminate()
    code, said = await run_command(mortal, "digest", "post")
    assert code == 0, said
    rae = mortal.person("rae")
    edition = await rae.hear("This week's story", channel="#info-stories")
    assert len(rae.messages("#info-stories", thread_ts=edition.ts)) == 2
    assert mortal.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_is_clean_and_quick(mortal: Play, number: int) -> None:
    """SIGTERM and Ctrl-C end the bot within five seconds, exit 0, and leave nothing half done."""
    sam = mortal.person("sam")
    await begin(sam)
    assert mortal.bot.pid is not None
    async with asyncio.timeout(30):
        os.kill(mortal.bot.pid, number)
        await mortal.bot.wait()
    assert mortal.bot.exit_code == 0
    assert "Stopped." in mortal.bot.lines
    assert mortal.rows("PRAGMA integrity_check") == [("ok",)]
    await mortal.bot.start()
    await mortal.bot.ready()
    await sam.choose("Sharing helped")
    await sam.press("Next")
    await sam.hear("2 of 8")


async def test_a_stop_waits_for_slack_no_longer_than_it_says(mortal: Play) -> None:
    """With a press and a message in hand that Slack answers too late, both are waited for together: five seconds."""
    sam, joe, faults = mortal.person("sam"), mortal.person("joe"), mortal.rehearsal.faults
    await sam.say("hello")
    await sam.hear("Nothing you type is kept until you press Start")
    faults.hang_next("views.open", seconds=20)
    faults.hang_next("chat.postMessage", seconds=20)
    async with mortal.until("chat.postMessage", "called"):
        await joe.say("hello", wait=False)
    async with mortal.until("views.open", "called"):
        pressed = asyncio.create_task(sam.press("How we use stories", wait=False))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await mortal.bot.terminate()
    assert loop.time() - began < 6.0
    assert mortal.bot.exit_code == 0
    pressed.cancel()


async def test_when_nothing_can_be_stored_an_event_waits_and_a_press_is_told(play: Play) -> None:
    """With the database locked nothing is acknowledged as stored; afterwards the words are there once."""
    sam = play.person("sam")
    await at_question_two(sam)
    blocker = sqlite3.connect(play.database, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    play.rehearsal.hub.times.ack_deadline = 3.0
    play.rehearsal.hub.times.retries = (0.1, 1.0, 2.0, 4.0, 4.0)
    await sam.say("written while the disk was of no use to anybody", wait=False)
    await sam.press("Finish later")
    await sam.hear("I couldn't save that. Nothing has changed; please try again in a minute.")
    assert "I couldn't save that." in (await sam.command("/story")).shown
    blocker.execute("ROLLBACK")
    blocker.close()
    await sam.hear("Got that.", timeout=20)
    assert play.count("SELECT count(*) FROM fragment") == 1


async def test_wrong_settings_are_all_named_at_once_and_nothing_starts(play: Play) -> None:
    """Exit 2, every problem with its fix, no traceback."""
    code, said = await run_command(
        play, "run", TIMEZONE="London", DIGEST_AT="Friday 10", REVIEWERS="", SLACK_APP_TOKEN=""
    )
    assert code == 2
    for fix in ("4 settings need fixing", "Use Europe/London", "Use: fri 10:00", "connections:write", "U0123,S0456"):
        assert fix in said
    assert "Traceback" not in said


async def test_nobody_decides_their_own_story_by_any_path(play: Play) -> None:
    """Amira tells a story: her command, her press on the card and her forms are refused; Joe's counts."""
    amira, joe = play.person("amira"), play.person("joe")
    await tell(amira, "A key at the door")
    await joe.hear("Story 1", channel="#story-review")
    refused = "can't be decided by the person who told it. Another reviewer needs to."
    for verb in ("approve 1", "ask 1 Who could have known?", "decline 1 too little"):
        assert refused in (await amira.command(f"/story {verb}")).shown
    await amira.press("Approve", channel="#story-review")
    await amira.hear(refused, channel="#story-review")
    assert play.rows("SELECT status FROM story") == [("submitted",)]
    assert "is approved" in (await joe.command("/story approve 1")).shown


async def test_two_reviewers_at_the_same_moment_and_the_second_is_told_who_was_first(play: Play) -> None:
    """One decision wins; the other reviewer hears whose it was."""
    amira, joe = play.person("amira"), play.person("joe")
    await tell(play.person("sam"), "A key at the door")
    await joe.hear("Story 1", channel="#story-review")
    both = await asyncio.gather(amira.command("/story approve 1"), joe.command("/story decline 1 too little to follow"))
    shown = [answer.shown for answer in both]
    won = [text for text in shown if "is approved for" in text or "is declined" in text]
    lost = [text for text in shown if "by Amira Shah" in text or "by Joe Lind" in text or "Amira Shah approved" in text]
    assert len(won) == 1 and len(lost) == 1, shown
    assert play.count("SELECT count(*) FROM decision") == 1
