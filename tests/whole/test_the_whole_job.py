"""From a story told to an edition read, and what the bot speaks on the way."""

from datetime import UTC, datetime

from bot.rehearsal.slack.web_api import fidelity

from .conftest import Play
from .telling import LESSON, WHAT, tell


async def test_a_story_is_told_approved_and_read_in_the_digest(play: Play) -> None:
    """A teller tells, a reviewer approves by command, and on Friday the team reads it in the channel and its thread."""
    sam, amira, rae = play.person("sam"), play.person("amira"), play.person("rae")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1: A key at the door", channel="#story-review")
    answer = await amira.command("/story approve 1")
    assert 'Story 1, "A key at the door", is approved for Friday 6 June, 10am UK time.' in answer.shown
    await sam.hear("Story 1 is approved, exactly as you last sent it. It goes in #info-stories on Friday 6 June")

    play.rehearsal.clock.set(datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC))
    edition = await rae.hear("This week's story", channel="#info-stories")
    assert edition.text == "This week's story: 1 new, about 1 minute to read."
    thread = await rae.hear(LESSON, channel="#info-stories", thread_ts=edition.ts)
    assert WHAT in thread.shown
    await sam.hear("Story 1 is in this week's digest")
    await amira.hear("Digest posted Friday 6 June, 10am: 1 story", channel="#story-review")
    assert play.count("SELECT count(*) FROM edition") == 1


async def test_every_method_the_bot_calls_is_in_the_fidelity_table(play: Play) -> None:
    """The rehearsal says of every Web API method that the bot calls how faithfully it is imitated."""
    await tell(play.person("sam"), "A key at the door")
    known = {row.method for row in fidelity()}
    called = play.methods_called()
    assert {"auth.test", "chat.postMessage", "users.info"} <= called
    assert called <= known
