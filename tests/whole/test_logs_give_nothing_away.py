"""What the log says when the database or Slack fails under somebody's words: that it failed, and none of the words."""

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, event

import bot.app
from bot.log import set_up_logging
from storage import inbox, tellers
from storage.writer import Writer
from tests.log_watch import LIBRARIES, Watch

from .conftest import Play
from .telling import at_question_two

CANARY = "a zephyrine nurse rang the quillfeather office"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as the keeper has it, at DEBUG."""
    stream = io.StringIO()
    undo = set_up_logging("DEBUG", stream)
    yield stream
    undo()


@pytest.fixture
def before_each() -> Iterator[Callable[[str], None]]:
    """Call it with a line of SQL, and every statement of every database is preceded by that line; empty, by none."""
    line = [""]

    def run(_connection: Any, cursor: Any, *_: Any) -> None:
        if line[0]:
            cursor.execute(line[0])

    event.listen(Engine, "before_cursor_execute", run)
    yield lambda sql: line.__setitem__(0, sql)
    event.remove(Engine, "before_cursor_execute", run)


def says_nothing(log: io.StringIO, play: Play) -> None:
    """Neither the words, nor who wrote them, nor a token, nor where they can be reached."""
    said = log.getvalue()
    tellers = play.rows("SELECT id, slack_user_id, dm_channel FROM teller")
    assert tellers
    workspace = play.rehearsal.workspace
    for secret in ("zephyrine", "quillfeather", workspace.bot_token, workspace.app_token, *tellers[0]):
        assert secret not in said
    assert "[hidden]" not in said, "it was logged, and hidden at the last moment"


async def logged(log: io.StringIO, words: str) -> None:
    """Returns once the log has these words."""
    async with asyncio.timeout(30):
        while words not in log.getvalue():
            await asyncio.sleep(0.02)


async def test_when_the_database_refuses_a_row(play: Play, log: io.StringIO) -> None:
    """The database's own error quotes the words: the job is put aside, and the log has its kind alone."""
    sam = play.person("sam")
    await at_question_two(sam)
    with closing(sqlite3.connect(play.database, timeout=30)) as other:
        # RAISE takes no expression in this SQLite; a failing JSON path quotes what it was given.
        other.execute(
            "CREATE TRIGGER refusing BEFORE INSERT ON fragment BEGIN SELECT json_extract('{}', '$[' || NEW.text); END"
        )
        other.commit()
        with pytest.raises(sqlite3.Error, match="zephyrine"):
            other.execute(f"SELECT json_extract('{{}}', '$[' || '{CANARY}')")
    await sam.say(CANARY, wait=False)
    await logged(log, "job parked")
    says_nothing(log, play)


async def test_when_the_database_is_full(play: Play, log: io.StringIO, before_each: Callable[[str], None]) -> None:
    """No page is left for the words: the delivery fails and comes again, and is stored once there is room."""
    sam = play.person("sam")
    await at_question_two(sam)
    before_each("PRAGMA max_page_count=1")
    for n in range(4):
        await sam.say(f"{n} {CANARY} " + "and on it went. " * 180, wait=False)
    await logged(log, "delivery failed")
    before_each("")
    says_nothing(log, play)


async def test_when_the_database_is_locked(play: Play, log: io.StringIO, before_each: Callable[[str], None]) -> None:
    """Another program keeps the database: the delivery fails, and the log says so."""
    sam = play.person("sam")
    await at_question_two(sam)
    before_each("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(play.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        await sam.say(CANARY, wait=False)
        await logged(log, "delivery failed")
        other.execute("ROLLBACK")
    says_nothing(log, play)


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"error": "invalid_auth"}, {"error": "internal_error"}, {"malformed": True}],
    ids=lambda fault: json.dumps(fault),
)
async def test_when_slack_fails_in_the_middle_of_it(play: Play, log: io.StringIO, fault: dict[str, Any]) -> None:
    """Whatever Slack answers to a message that quotes the story, the log does not."""
    sam = play.person("sam")
    await at_question_two(sam)
    await sam.say(f"{CANARY} and then on 01632 960 983 it was the wrong team altogether")
    await sam.hear("Got that")
    play.rehearsal.faults.fail_next("chat.postMessage", n=2, **fault)
    async with play.until("chat.postMessage", "called"):
        await sam.press("Next")
    if fault.get("error") == "invalid_auth":
        await logged(log, "delivery")  # it pauses, and says so
    else:
        await sam.hear("looks like a phone number")
    says_nothing(log, play)


async def test_the_libraries_never_speak_at_debug(log: io.StringIO) -> None:
    """At LOG_LEVEL=DEBUG, what comes from Slack's and the other libraries begins at INFO: they print whole payloads."""
    AsyncApp(token="xoxb-1", name="one", request_verification_enabled=False)
    socket = SocketModeClient(app_token="xapp-1", web_client=AsyncWebClient())
    for name in (*LIBRARIES, "slack_bolt.AsyncApp", "slack_sdk.web.async_client", "slack_sdk.socket_mode.aiohttp"):
        logging.getLogger(name).debug(CANARY)
        assert logging.getLogger(name).getEffectiveLevel() > logging.DEBUG, name
    assert log.getvalue() == ""
    await socket.close()


def test_the_watch_learns_what_is_stored(writer: Writer, log_that_gives_nothing_away: Watch) -> None:
    """Whoever becomes known as a teller, and what is stored of what people wrote, may be in no line from then on."""
    teller = writer.submit(lambda tx: tellers.meet(tx, "U0SAM", dm_channel="D0SAM")).result(10)
    writer.submit(lambda tx: inbox.park(tx, key="event:1", reason="ValueError", kept=inbox.Kept(None, CANARY))).result(
        10
    )
    logger, watch = logging.getLogger("bot.app"), log_that_gives_nothing_away
    for words in (f"lane teller:{teller.id} failed", "asked U0SAM again", "no channel D0SAM", f"cannot keep {CANARY}"):
        logger.handle(logger.makeRecord("bot.app", logging.DEBUG, bot.app.__file__, 1, words, (), None))
        assert watch.problems, words
        watch.problems.clear()
    logger.handle(logger.makeRecord("bot.app", logging.DEBUG, bot.app.__file__, 1, "lane teller failed", (), None))
    assert not watch.problems


def test_a_log_that_gave_something_away_would_be_noticed() -> None:
    """What watches over the whole suite finds words, tokens, tellers and what was hidden at the last moment."""
    watch = Watch()
    watch.hear(f"It was {CANARY}.")
    watch.know("U0SAM", "0123456789abcdef")
    for line in (
        "could not keep: A Zephyrine, nurse — rang",
        "asked xoxb-1-2-3 for it",
        "said to U0SAM in time",
        "lane teller:0123456789abcdef failed",
        "token [hidden] refused",
        "2025-06-03T13:04:05.123Z DEBUG   slack_sdk.web sending",
    ):
        watch.problems.clear()
        watch.judge(line)
        assert watch.problems, line
    watch.problems.clear()
    watch.judge("2025-06-03T13:04:05.123Z DEBUG   bot.digest the nurse kind=story rang=2 id=fedcba9876543210")
    assert not watch.problems
