"""`kill -9` between any two steps of one message: after the restart the answer is stored once and said once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from .conftest import Play
from .telling import at_question_two, tell

HELD = "the ward rang the old office and nobody picked up for two days"
FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)


@contextmanager
def database_locked(path: Path) -> Iterator[None]:
    """Nobody else can commit while this is held."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def stored(play: Play) -> list[str]:
    return [row[0] for row in play.rows("SELECT text FROM fragment WHERE removed = 0 ORDER BY ts")]


async def until_restarted(play: Play) -> None:
    await play.bot.kill()
    await play.bot.start()
    await play.bot.ready()


async def said_once(play: Play, words: str) -> None:
    """The bot has said this, and said it once."""
    sam = play.person("sam")
    await sam.hear(words)
    assert sum(words in message.shown for message in sam.messages()) == 1


async def test_killed_before_the_commit_the_answer_comes_again_and_is_stored_once(mortal: Play) -> None:
    """Unacknowledged, it is delivered again after the restart."""
    await at_question_two(mortal.person("sam"))
    with database_locked(mortal.database):
        async with mortal.until("events_api", "sent"):
            await mortal.person("sam").say(HELD, wait=False)
        await mortal.bot.kill()
    assert stored(mortal) == []
    await mortal.bot.start()
    await mortal.bot.ready()
    await said_once(mortal, "Got that.")
    assert stored(mortal) == [HELD]


async def test_killed_after_the_commit_and_before_the_ack_the_answer_is_stored_once(mortal: Play) -> None:
    """The redelivery finds its key remembered and has no second effect."""
    await at_question_two(mortal.person("sam"))
    mortal.rehearsal.faults.lose_next_ack()
    await mortal.person("sam").say(HELD, wait=False)
    await mortal.person("sam").hear("Got that.")
    assert stored(mortal) == [HELD]
    await until_restarted(mortal)
    await mortal.person("sam").say("and then a second message that shows that we are listening")
    await mortal.person("sam").hear("Got both")
    assert stored(mortal).count(HELD) == 1


async def test_killed_after_the_ack_and_before_posting_the_reply_is_posted_once(mortal: Play) -> None:
    """What is to be said stands in the outbox, and is said after the restart."""
    await at_question_two(mortal.person("sam"))
    mortal.rehearsal.faults.rate_limit_next("chat.postMessage", retry_after=60, n=1)
    async with mortal.until("chat.postMessage", "rate_limit"):
        await mortal.person("sam").say(HELD)
    await until_restarted(mortal)
    await said_once(mortal, "Got that.")
    assert stored(mortal) == [HELD]


async def test_killed_after_posting_and_before_marking_the_reply_is_not_posted_again(mortal: Play) -> None:
    """The row that may have been sent is looked for in the history, found, and not sent again."""
    await at_question_two(mortal.person("sam"))
    sam = mortal.person("sam")
    mortal.rehearsal.faults.hang_next("chat.postMessage", seconds=30, performed=True)
    await sam.say(HELD)
    await sam.hear("Got that.")
    await until_restarted(mortal)
    await sam.press("Next")
    await sam.hear("3 of 8")
    assert sum("Got that." in message.shown for message in sam.messages()) <= 1
    assert sum("Got that." in call for call in mortal.calls("chat.postMessage")) == 1


async def test_killed_while_the_edition_is_posted_it_is_posted_once(mortal: Play) -> None:
    """The edition whose answer never came is adopted from the channel's history; its thread follows."""
    sam, amira, rae = mortal.person("sam"), mortal.person("amira"), mortal.person("rae")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("is approved")
    mortal.rehearsal.faults.hang_next("chat.postMessage", seconds=30, performed=True)
    mortal.rehearsal.clock.set(FRIDAY)
    await rae.hear("This week's story", channel="#info-stories")
    await until_restarted(mortal)
    await amira.hear("Digest posted", channel="#story-review")
    editions = [m for m in rae.messages("#info-stories") if "This week's story" in m.shown]
    assert len(editions) == 1
    await rae.hear("nobody had told the housing team", channel="#info-stories", thread_ts=editions[0].ts)
    assert len(rae.messages("#info-stories", thread_ts=editions[0].ts)) == 2


async def test_killed_before_the_edition_is_posted_it_is_posted_once(mortal: Play) -> None:
    """Row, entries and messages are one transaction: after the restart the edition goes out, once."""
    sam, amira, rae = mortal.person("sam"), mortal.person("amira"), mortal.person("rae")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("is approved")
    mortal.rehearsal.faults.fail_next("chat.postMessage", status=503, n=1)
    async with mortal.until("chat.postMessage", "status"):
        mortal.rehearsal.clock.set(FRIDAY)
    await until_restarted(mortal)
    await rae.hear("This week's story", channel="#info-stories")
    await amira.hear("Digest posted", channel="#story-review")
    assert len([m for m in rae.messages("#info-stories") if "This week's story" in m.shown]) == 1
    assert mortal.count("SELECT count(*) FROM edition") == 1
