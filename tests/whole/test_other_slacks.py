"""Other Slack-compatible servers: what they leave out, add, or say another way."""

from datetime import timedelta
from pathlib import Path

from .conftest import Play, open_play
from .telling import at_question_two, begin, tell


async def test_payloads_without_optional_fields_tell_a_whole_story(play: Play) -> None:
    """Events without channel_type, client_msg_id, blocks and team, and with unknown fields, are understood."""
    play.rehearsal.courier.shape.sparse = True
    play.rehearsal.courier.shape.extra = {"a_new_field": {"nested": ["x"]}, "another": None}
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    assert "is approved" in (await amira.command("/story approve 1")).shown


async def test_answers_without_bot_id_or_metadata_tell_a_whole_story(play: Play) -> None:
    """Answers and histories that name no app and keep no metadata do not make the bot say anything twice."""
    play.rehearsal.faults.omit_bot_id()
    play.rehearsal.faults.drop_metadata()
    sam = play.person("sam")
    await at_question_two(sam)
    play.rehearsal.faults.lose_reply_after("chat.postMessage")
    await sam.say("the first half of what I wanted to say, which is quite long")
    await sam.hear("Got that.")
    await sam.say("and the second half of it")
    await sam.hear("Got both")
    posted = [call for call in play.calls("chat.postMessage") if "Got that." in call]
    assert len(posted) == 1


async def test_an_envelope_that_comes_twice_counts_once(play: Play) -> None:
    """Duplicates of events, at once or late, have one effect."""
    sam = play.person("sam")
    await at_question_two(sam)
    play.rehearsal.faults.duplicate_next(3, delay=0.05)
    for number in range(3):
        await sam.say(f"message number {number} of the story that I am telling")
    await sam.hear("Got all three")
    assert play.count("SELECT count(*) FROM fragment") == 3


async def test_events_out_of_order_are_put_in_order(play: Play) -> None:
    """Words arrive by `ts`, whatever order the envelopes came in."""
    sam = play.person("sam")
    await at_question_two(sam)
    play.rehearsal.faults.reorder_next(3)
    for number in range(3):
        await sam.say(f"part {number} of what happened on that day", wait=False)
    await sam.hear("Got all three")
    texts = [row[0] for row in play.rows("SELECT text FROM fragment ORDER BY ts")]
    assert texts == [f"part {number} of what happened on that day" for number in range(3)]


async def test_only_the_address_moves_the_bot(tmp_path: Path) -> None:
    """Every call of the bot, its socket included, goes to SLACK_API_URL: a poisoned proxy is never asked."""
    async with open_play(
        tmp_path / "play",
        HTTPS_PROXY="http://127.0.0.1:9",
        HTTP_PROXY="http://127.0.0.1:9",
        ALL_PROXY="http://127.0.0.1:9",
    ) as play:
        await tell(play.person("sam"), "A key at the door")
        assert play.count("SELECT count(*) FROM story WHERE status = 'submitted'") == 1


async def test_what_was_written_while_the_bot_was_away_is_found_again(mortal: Play) -> None:
    """Messages that Slack no longer redelivers are read back from the direct message, once, and it is said."""
    sam = mortal.person("sam")
    await at_question_two(sam)
    await mortal.bot.kill()
    mortal.rehearsal.hub.times.retries = ()  # nor again, where the hub has not seen yet that the bot has gone
    mortal.rehearsal.hub.keep_events = False
    await sam.say("this was written while nobody was listening, and never delivered", wait=False)
    mortal.rehearsal.clock.advance(timedelta(hours=1))
    await mortal.bot.start()
    await mortal.bot.ready()
    await sam.hear("I was offline from 2:04pm to 3:04pm. Everything you wrote is safe; we're on question 2 of 8.")
    await sam.hear("Got that.")
    assert mortal.count("SELECT count(*) FROM fragment WHERE prompt_id = 'what'") == 1


async def test_a_lost_socket_loses_nothing(play: Play) -> None:
    """The socket is cut again and again while somebody tells a story."""
    sam = play.person("sam")
    await begin(sam)
    await play.rehearsal.faults.drop_socket()
    await play.rehearsal.hub.connected.wait()
    await sam.choose("Sharing helped")
    await sam.press("Next")
    await sam.hear("2 of 8")
    await play.rehearsal.faults.drop_socket()
    await sam.say("said while the line was down, more or less, by bad luck", wait=False)
    await sam.hear("Got that.")
    assert play.count("SELECT count(*) FROM fragment") == 1
