"""Nothing is acknowledged before it is stored."""

import asyncio

from .conftest import Play
from .telling import at_question_two
from .test_killed import HELD, database_locked, said_once, stored


def acknowledged(play: Play, words: str) -> bool:
    """Whether the bot has acknowledged a delivery of this message."""
    sent = play.rehearsal.log.of("events_api", "sent")
    envelopes = {entry.body["envelope_id"] for entry in sent if words in str(entry.body["payload"])}
    return any(entry.body.get("envelope_id") in envelopes for entry in play.rehearsal.log.of("ack"))


async def until_acknowledged(play: Play, words: str) -> None:
    """Returns once it has: the reply is on its way at the same moment, and may be there before."""
    heard = asyncio.Event()
    forget = play.rehearsal.log.listen(lambda _: heard.set())
    try:
        async with asyncio.timeout(30):
            while not acknowledged(play, words):
                heard.clear()
                await heard.wait()
    finally:
        forget()


async def test_nothing_is_acknowledged_before_its_commit(mortal: Play) -> None:
    """While nothing can be stored, no ack leaves; Slack sends the message again, and it is stored once."""
    await at_question_two(mortal.person("sam"))
    with database_locked(mortal.database):
        await mortal.person("sam").say(HELD, wait=False)
        await mortal.bot.prints("the database cannot be written", timeout=60)
        assert not acknowledged(mortal, HELD)
    await said_once(mortal, "Got that.")
    assert stored(mortal) == [HELD]
    await until_acknowledged(mortal, HELD)
