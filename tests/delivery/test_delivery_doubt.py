"""A message whose outcome is unknown is looked for before it is sent again: it stands once, or somebody hears of it."""

import asyncio
import logging
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from delivery_house import HASTY, SAM, House, until

from bot.delivery.outbox import Identity
from bot.rehearsal.slack.faults import Faults
from bot.rehearsal.slack.workspace import APP_ID, BOT_USER_ID, STORIES_CHANNEL
from storage import outbox
from storage.records import Op, OutboxState


class WithoutTs(Faults):
    """A Slack that says "ok" to a post and no more."""

    def spoil(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True} if method == "chat.postMessage" else super().spoil(method, body)


@pytest.mark.parametrize("fault", ["reply lost", "no answer", "500", "malformed", "fatal_error", "cut off"])
async def test_a_message_is_posted_once_whatever_becomes_of_the_answer(house: House, fault: str) -> None:
    """The answer is lost, late, broken or a failure, before or after posting: the message stands once."""
    house.start()
    match fault:
        case "reply lost":
            house.faults.lose_reply_after("chat.postMessage")
        case "no answer":
            house.faults.hang_next("chat.postMessage", seconds=0.6)
        case "500":
            house.faults.fail_next("chat.postMessage", status=500)
            house.faults.fail_next("chat.postMessage", status=503, performed=True)
        case "malformed":
            house.faults.fail_next("chat.postMessage", malformed=True, performed=True)
        case "fatal_error":
            house.faults.fail_next("chat.postMessage", error="fatal_error", performed=True)
        case "cut off":
            house.faults.refuse_connection("chat.postMessage")
    sent = await house.put("words")
    await house.put("and more words")
    await house.drained()
    assert house.texts() == ["words", "and more words"]
    assert house.row(sent).ts == house.posts()[0].ts


async def test_a_clock_that_was_an_hour_fast_hides_no_message(house: House) -> None:
    """Put in line by a clock that is set back before the message is sent: by Slack's it stands before its own time."""
    sent = await house.put("words")
    await house.do(
        lambda tx: tx.connection.exec_driver_sql("UPDATE outbox SET enqueued_at = enqueued_at + 3600000000").rowcount
    )
    house.faults.lose_reply_after("chat.postMessage")
    house.start()
    await house.drained()
    assert house.texts() == ["words"]
    assert house.row(sent).ts == house.posts()[0].ts


async def test_a_reply_in_a_thread_is_looked_for_in_the_thread(house: House) -> None:
    """A part of a digest whose answer was lost stands in its thread once."""
    house.start()
    first = await house.put("first")
    await house.drained()
    house.faults.lose_reply_after("chat.postMessage")
    reply = await house.put("second", thread=first)
    await house.drained()
    assert house.texts() == ["first", "second"]
    assert house.row(reply).ts == house.posts()[1].ts
    assert house.calls("conversations.replies") == 1


@pytest.mark.parametrize("posted", [True, False])
async def test_a_killed_bot_posts_once(house: House, posted: bool) -> None:
    """Killed while posting, the next start finds the message where it stands, or sends it if it does not."""
    house.start()
    if posted:
        house.faults.hang_next("chat.postMessage", seconds=0.4)
    else:
        house.faults.fail_next("chat.postMessage", status=500, n=50)
    sent = await house.put("words")
    await house.put("next")
    await until(lambda: house.calls("chat.postMessage"))
    await house.kill()
    house.faults.clear()
    assert house.row(sent).state is OutboxState.SENDING
    house.start()
    await house.drained()
    assert house.texts() == ["words", "next"]
    assert house.row(sent).ts == house.posts()[0].ts


async def test_a_killed_bot_does_not_whisper_twice(house: House) -> None:
    """A private line that may have been seen before the bot was killed is left."""
    whisper = await house.put("Only you see this.", op=Op.WHISPER, person=SAM)
    house.start()
    await house.drained()
    assert house.outcome(whisper) == ("dropped", "in_doubt")


async def test_what_was_put_before_the_first_look_is_not_in_doubt(house: House) -> None:
    """A message put by the process that is about to send it goes out at once: nobody can have tried it before."""
    delivery = house.make()
    await house.put("words")
    house.run(delivery)
    await house.drained()
    assert house.texts() == ["words"]
    assert house.calls("conversations.history") == 0


async def test_old_history_is_not_the_whole_truth(house: House) -> None:
    """A history that does not show the message yet is read again before the message is sent again."""
    house.start()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.stale_history_next()
    await house.put("words")
    await house.drained()
    assert house.texts() == ["words"]
    assert house.calls("conversations.history") == 2


async def test_without_hidden_marks_words_are_compared(house: House) -> None:
    """Where histories carry no metadata, an own message with the same words that is nobody else's is the one."""
    house.start()
    house.faults.drop_metadata()
    await house.put("Smith & Sons <said> it")
    await house.drained()
    house.faults.lose_reply_after("chat.postMessage")
    again = await house.put("Smith & Sons <said> it")
    await house.drained()
    assert len(house.texts()) == 2
    assert house.row(again).ts == house.posts()[1].ts


async def test_another_persons_words_are_not_ours(house: House) -> None:
    """A colleague's message with the same words is not taken for the bot's; ours is known without a bot id too."""
    house.start(identity=Identity(BOT_USER_ID, None, APP_ID))
    house.faults.drop_metadata()
    house.faults.omit_bot_id()
    channel = house.slack.conversations[STORIES_CHANNEL]
    house.slack.post(channel, SAM, "words")
    house.faults.refuse_connection("chat.postMessage")
    await house.put("words")
    await house.drained()
    assert [post.user for post in house.posts()] == [SAM, BOT_USER_ID]
    house.faults.lose_reply_after("chat.postMessage")
    await house.put("other words")
    await house.drained()
    assert house.texts() == ["words", "words", "other words"]


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "channel_not_found"])
async def test_a_channel_is_not_told_twice_when_nobody_can_look(house: House, error: str) -> None:
    """Where the history of a channel cannot be read, a post in doubt is parked and reviewers hear of it."""
    house.start()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.fail_next("conversations.history", error=error)
    doubtful = await house.put("words")
    await house.put("next")
    await house.drained()
    assert house.parked == [(doubtful, "in_doubt")]
    assert house.texts() == ["words", "next"]


async def test_what_was_put_aside_in_doubt_is_looked_for_when_it_is_put_again(house: House) -> None:
    """Once the channel can be read, the message that stood there all the time is found, and none is posted."""
    house.start()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.fail_next("conversations.history", error="not_in_channel")
    doubtful = await house.put("words")
    await house.drained()
    assert house.outcome(doubtful) == ("parked", "in_doubt")
    assert await house.do(lambda tx: outbox.put_again(tx, outbox.get(tx, doubtful)))
    await house.settled(doubtful)
    assert house.row(doubtful).ts == house.posts()[0].ts
    assert house.texts() == ["words"]


async def test_what_was_put_aside_in_doubt_and_is_not_there_is_sent(house: House) -> None:
    """It had never arrived: it is sent now, once."""
    house.start()
    house.faults.refuse_connection("chat.postMessage")
    house.faults.fail_next("conversations.history", error="missing_scope")
    doubtful = await house.put("words")
    await house.drained()
    assert house.outcome(doubtful) == ("parked", "in_doubt")
    await house.do(lambda tx: outbox.put_again(tx, house.row(doubtful)))
    await house.settled(doubtful)
    assert house.outcome(doubtful)[0] == "sent"
    assert house.texts() == ["words"]


async def test_a_question_is_asked_twice_rather_than_not_at_all(house: House) -> None:
    """Where a direct message's history cannot be read, a question in doubt is sent once more, and only once."""
    house.start()
    house.slack.grants[house.slack.bot_token].scopes.discard("im:history")
    house.faults.refuse_connection("chat.postMessage")
    await house.put("question", await house.teller())
    await house.drained()
    assert house.direct() == ["question"]
    house.faults.lose_reply_after("chat.postMessage", n=2)
    doubtful = await house.put("another", await house.teller())
    await house.drained()
    assert house.direct() == ["question", "another", "another"]
    assert house.outcome(doubtful) == ("parked", "in_doubt")


async def test_slow_history_holds_up_nobody_else(house: House) -> None:
    """While Slack asks for patience with histories, other conversations go on; a channel's post waits for its look."""
    house.start()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.rate_limit_next("conversations.history", retry_after=1)
    doubtful = await house.put("words")
    await until(lambda: house.rehearsal.log.of("conversations.history", "rate_limit"))
    free = await house.put("free", await house.teller())
    await house.settled(free)
    assert house.row(doubtful).state is OutboxState.SENDING
    await house.settled(doubtful)
    assert house.texts() == ["words"]


async def test_a_person_does_not_wait_long_for_a_slow_history(house: House) -> None:
    """A question in doubt is sent again when its history is not to be had for so long."""
    house.start(patience=replace(HASTY, history=0.2))
    house.faults.refuse_connection("chat.postMessage")
    house.faults.rate_limit_next("conversations.history", retry_after=60)
    await house.put("question", await house.teller())
    await house.drained(seconds=3)
    assert house.direct() == ["question"]


async def test_what_was_withdrawn_in_doubt_is_found_and_can_be_deleted(house: House) -> None:
    """A post in doubt whose story is withdrawn meanwhile is looked up all the same, so that it can be taken out."""
    house.start()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.fail_next("conversations.history", status=500, n=2)
    posted = await house.put("words")
    await until(lambda: house.row(posted).attempts)
    house.closed[posted] = "withdrawn"
    await house.put(None, op=Op.DELETE, target=posted, depends_on=posted)
    await house.drained()
    assert house.row(posted).state is OutboxState.SENT
    assert house.texts() == []


async def test_an_answer_without_a_ts_is_looked_up(house: House) -> None:
    """An "ok" that does not say where the message stands is completed from the history."""
    house.rehearsal.faults = house.faults = WithoutTs()
    house.start()
    sent = await house.put("words")
    await house.drained()
    assert house.row(sent).ts == house.posts()[0].ts
    assert house.texts() == ["words"]


async def posted_and_not_written_down(house: House, caplog: pytest.LogCaptureFixture) -> tuple[str, sqlite3.Connection]:
    """Slack has taken a message, and somebody keeps the database; returns the message's id, and who keeps it."""
    caplog.set_level(logging.WARNING)
    house.start()
    house.faults.hang_next("chat.postMessage", seconds=0.1)
    sent = await house.put("words")
    await until(lambda: house.calls("chat.postMessage"))
    blocker = sqlite3.connect(house.database.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    await until(lambda: "cannot write what became of a message" in caplog.text)
    return sent, blocker


async def test_what_slack_has_taken_is_kept_in_mind_while_the_database_is_away(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """When the database cannot take the news that a message was sent, the message is not sent again for that."""
    sent, blocker = await posted_and_not_written_down(house, caplog)
    blocker.execute("ROLLBACK")
    blocker.close()
    await house.settled(sent)
    assert house.texts() == ["words"]
    assert house.calls("chat.postMessage") == 1


async def test_a_stop_while_the_database_is_away_forgets_nothing_of_what_follows(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot stops while it cannot write that a message was sent: the next start finds it, and its room hears."""
    sent, blocker = await posted_and_not_written_down(house, caplog)
    stopping = asyncio.create_task(house.stop())
    await asyncio.wait({stopping}, timeout=0.1)
    blocker.execute("ROLLBACK")  # from here on it could be written, but not by half
    blocker.close()
    await stopping
    house.start()
    await house.drained()
    assert house.texts() == ["words"]
    assert house.hooked == [("sent", sent, house.posts()[0].ts)]


async def test_what_another_process_puts_is_sent(house: House) -> None:
    """A message put by the command line while the bot runs goes out within moments."""
    house.start()
    await house.put("ours")
    await house.drained()
    other = house.another_writer()
    other.submit(house.enqueueing("theirs")).result(5)
    other.close()
    await until(lambda: len(house.texts()) == 2)
    assert house.texts() == ["ours", "theirs"]


async def test_the_log_tells_ids_and_outcomes_only(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """What is logged of a message is its kind, id and outcome: not a word of it, nor for whom it was."""
    caplog.set_level(logging.INFO)
    house.start()
    to_sam = await house.teller()
    house.faults.lose_reply_after("chat.postMessage")
    house.faults.fail_next("response_url", status=500)
    sent = await house.put("Canary words", to_sam)
    await house.put("Canary words", "channel:C0NOWHERE1")
    await house.drained()
    assert f"sent kind=note op=post lane=teller id={sent}" in caplog.text
    assert not any(secret in caplog.text for secret in ("Canary", SAM, to_sam, house.slack.direct_message(SAM).id))
