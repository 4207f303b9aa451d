"""What the keeper reads in the log, and what nobody can read there."""

import asyncio
import io
import logging
import re
import sqlite3
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_unhandled_by_global_middleware, warning_unhandled_request
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import create_engine, text

from bot.errors import NotFound
from bot.log import describe_exception, set_up_logging
from bot.redact import redact_secrets

WORDS = "the health visitor rang me"
TOKEN = "xoxb-123-456-abcdef"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as the keeper has it, at its most talkative."""
    stream = io.StringIO()
    undo = set_up_logging("DEBUG", stream, secrets=["correct horse"])
    yield stream
    undo()


def lines(log: io.StringIO) -> list[str]:
    return log.getvalue().splitlines()


def test_a_record_is_one_line(log: io.StringIO) -> None:
    """Time in UTC, level, logger and message, whatever the message holds."""
    logging.getLogger("bot.review").info("approved %s\nFAKE line\u2028\x1b[31m", "31")
    [line] = lines(log)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO    bot\.review approved 31 / .*", line)
    assert "FAKE" in line and "\x1b" not in line


def test_our_debug_is_heard_and_that_of_libraries_is_not(log: io.StringIO) -> None:
    """At DEBUG the libraries stay at INFO or above, also those that set their own level or were given our logger."""
    logging.getLogger("bot.digest").debug("slot due")
    logging.getLogger("storage.writer").debug("batch of 3")
    stubborn = logging.getLogger("slack_bolt.AsyncApp")
    stubborn.setLevel(logging.DEBUG)
    for name in ("slack_bolt.AsyncApp", "slack_sdk.web", "app.py", "aiohttp.client", "asyncio", "botany"):
        logging.getLogger(name).debug(WORDS)
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT %s", WORDS)
    logging.getLogger("aiohttp.access").info("GET /link/ticket")
    ours = logging.getLogger("bot.slack")
    ours.handle(ours.makeRecord("bot.slack", logging.DEBUG, "/lib/slack_bolt/app/async_app.py", 1, WORDS, (), None))
    stubborn.setLevel(logging.NOTSET)
    assert [line.split(" ", 1)[1].strip() for line in lines(log)] == [
        "DEBUG   bot.digest slot due",
        "DEBUG   storage.writer batch of 3",
    ]


def test_bolt_does_not_even_build_its_debug_messages(log: io.StringIO) -> None:
    """Bolt copies the root's level when an app is made, and that is never below INFO."""
    app = AsyncApp(authorize=authorize, name="altogether")
    assert app.logger.level >= logging.INFO


def test_the_client_of_slack_does_not_build_them_either(log: io.StringIO) -> None:
    """The SDK asks its logger's own level whether to write out the whole request and the whole answer."""
    assert AsyncWebClient(token=TOKEN).logger.level >= logging.INFO


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UBOT", bot_id="B1", bot_token=TOKEN)


EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event": {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": WORDS, "ts": "1.1"},
}


async def dispatch(app: AsyncApp) -> int:
    response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=EVENT))
    return int(response.status)


async def test_bolts_own_error_handler_says_nothing_of_the_story(log: io.StringIO) -> None:
    """When a listener fails with people's words in the error, the log has its class and our place."""
    app = AsyncApp(authorize=authorize, name="altogether", process_before_response=True)

    @app.event("message")
    async def on_message(event: dict[str, str]) -> None:
        raise ValueError(event["text"])

    assert await dispatch(app) == 500
    assert WORDS not in log.getvalue()
    assert "Failed to run listener function" in log.getvalue() and "ValueError" in log.getvalue()


async def test_bolts_warnings_say_nothing_of_the_story(log: io.StringIO) -> None:
    """Requests that nothing answered, or that a middleware swallowed, are named without what they hold."""
    assert await dispatch(AsyncApp(authorize=authorize, name="altogether")) == 404
    swallowing = AsyncApp(authorize=authorize, name="altogether")

    @swallowing.middleware
    async def swallow() -> None:
        return None

    await dispatch(swallowing)
    logger = logging.getLogger("slack_bolt.AsyncApp")
    request = AsyncBoltRequest(mode="socket_mode", body=EVENT)
    logger.warning(warning_unhandled_by_global_middleware("swallow", request))
    logger.warning(warning_unhandled_request(request))
    logger.info("Unsuccessful Bolt execution result (status: 500, body: %s)", WORDS)
    logger.info("Invalid request signature detected (signature: a, timestamp: 1, body: %s)", WORDS)
    logger.error("Failed to run an internal function (%s)", WORDS)
    said = log.getvalue()
    assert WORDS not in said and "@app." not in said
    assert said.count("Unhandled request") == 2
    assert said.count("skipped calling either") == 2
    assert "Unsuccessful Bolt execution result (status: 500)" in said
    assert all(re.match(r"\d{4}-", line) for line in lines(log))


async def test_asyncio_says_nothing_of_the_story(log: io.StringIO) -> None:
    """A task that failed unheard, a callback that failed and a slow step are told without their arguments."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(None)

    def fail(words: str) -> None:
        raise RuntimeError(words)

    loop.call_soon(fail, WORDS)
    while "Exception in callback" not in log.getvalue():
        await asyncio.sleep(0)
    unheard = RuntimeError(WORDS)
    loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": unheard, "f": WORDS})
    logging.getLogger("asyncio").warning("Executing %s took %.3f seconds", f"<Task result={WORDS!r}>", 0.2)
    assert WORDS not in log.getvalue() and "health" not in log.getvalue()
    first, second, third = lines(log)
    assert "RuntimeError at" in first and "Task exception was never retrieved [RuntimeError]" in second
    assert "Executing %s took" in third


def test_an_exception_is_told_without_its_message(log: io.StringIO) -> None:
    """Another's exception is told by class, and so is one quoted in the message, with a traceback or long after."""
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        logging.getLogger("bot.intake").exception("could not save: %s", error)
        logging.getLogger("slack_sdk.socket_mode").error(f"Failed to retrieve: {error!r}")
    logging.getLogger("bot.delivery").error("post failed: %s (%r)", ValueError(WORDS), TypeError("my mother"))
    logging.getLogger("bot.delivery").error("post failed: %(why)s", {"why": ValueError(WORDS)})
    first, second, third, fourth = lines(log)
    assert "could not save: ValueError [ValueError at " in first
    assert "Failed to retrieve: ValueError" in second
    assert (
        "mother" not in third
        and third.endswith("post failed: ValueError (TypeError)")
        and fourth.endswith("post failed: ValueError")
    )
    assert WORDS not in log.getvalue()


def test_our_exceptions_are_quoted_and_causes_named() -> None:
    """Our own sentence is kept; what it came from is named by class only."""
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise NotFound("no story 31") from error
    except NotFound as error:
        told = describe_exception(error)
    assert told.startswith("NotFound: no story 31 at ") and "; from KeyError at " in told
    assert WORDS not in told


def test_our_frames_are_shown() -> None:
    """The place in our code is named, innermost first, after the library's where it failed there."""
    try:
        redact_secrets(None)  # type: ignore[arg-type]
    except AttributeError as error:
        assert re.search(r"^AttributeError at bot/redact\.py:\d+ redact_secrets$", describe_exception(error))


def test_a_failure_keeps_its_code() -> None:
    """Codes of the system, of SQLite and of Slack are kept, because the keeper can act on them."""
    refused = SlackApiError("failed", {"ok": False, "error": "channel_not_found", "message": {"text": WORDS}})  # type: ignore[no-untyped-call]
    assert describe_exception(refused) == "slack_sdk.errors.SlackApiError channel_not_found"
    worded = SlackApiError("failed", {"ok": False, "error": WORDS})  # type: ignore[no-untyped-call]
    assert describe_exception(worded) == "slack_sdk.errors.SlackApiError"
    assert describe_exception(OSError(28, WORDS)) == "OSError ENOSPC"
    try:
        sqlite3.connect(":memory:").execute(f"SELECT '{WORDS}' FROM missing")
    except sqlite3.OperationalError as error:
        assert describe_exception(error).startswith("sqlite3.OperationalError SQLITE_ERROR at ")


def test_groups_and_circles_of_exceptions_are_told() -> None:
    """Every exception of a group is named once, also when causes lead back."""
    first, second = ValueError(WORDS), TypeError(WORDS)
    first.__cause__, second.__cause__ = second, first
    assert (
        describe_exception(ExceptionGroup(WORDS, [first, second])) == "ExceptionGroup; from ValueError; from TypeError"
    )


def test_statement_parameters_are_hidden(log: io.StringIO) -> None:
    """A failing statement is told by class, even from an engine that would have printed its parameters."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        try:
            connection.execute(text("INSERT INTO missing VALUES (:words)"), {"words": WORDS})
        except Exception as error:
            logging.getLogger("storage.writer").exception("batch failed: %s", error)
    engine.dispose()
    assert "sqlalchemy.exc.OperationalError" in log.getvalue() and "SQLITE_ERROR" in log.getvalue()
    assert WORDS not in log.getvalue() and "INSERT" not in log.getvalue()


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "xoxe.xoxp-1-Mi0yLTE",
        "xapp-1-A0123-456-abcdef",
        "https://hooks.slack.com/services/T0/B0/XXXX",
        "https://hooks.slack-gov.com/commands/T0/1/abc",
        "http://127.0.0.1:8420/response/abc123",
        "wss://wss-primary.slack.com/link/?ticket=1234-abcd&app_id=A1",
        "ws://127.0.0.1:8420/link/9f8e7d",
        "0123456789abcdef0123456789abcdef",
        "correct horse",
        "U024BE7LH",
        "W012A3CDE",
    ],
)
def test_secrets_and_people_are_hidden(log: io.StringIO, secret: str) -> None:
    """Tokens, addresses that let their holder post, tickets, signing secrets and people's ids never reach the log."""
    logging.getLogger("bot.delivery").warning("refused: %s (kind=card)", secret)
    assert secret not in log.getvalue()
    assert "hidden" in log.getvalue() and "kind=card" in log.getvalue()


def test_a_record_that_cannot_be_formatted_does_not_print_its_arguments(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake in a log call is told by its place, not with what it was given."""
    # Straight to our handler: pytest's own, beside it, raises what it cannot format.
    ours = next(handler for handler in logging.getLogger().handlers if getattr(handler, "stream", None) is log)
    ours.handle(logging.getLogger("bot.intake").makeRecord("bot", 20, __file__, 7, "%d fragments", (WORDS,), None))
    assert re.fullmatch(r"a log line could not be written \(test_log\.py:7\)\n", log.getvalue())
    assert capsys.readouterr().err == ""


def test_a_log_that_has_gone_stops_nobody(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """When nothing can be written any more, the bot goes on, and complains nowhere else."""
    log.close()
    logging.getLogger("bot.intake").info("saved")
    assert capsys.readouterr() == ("", "")


def test_a_very_long_message_is_cut(log: io.StringIO) -> None:
    """One record cannot fill the log."""
    logging.getLogger("bot.intake").info("x" * 50_000)
    assert len(log.getvalue()) < 2_200


def test_errors_that_nobody_caught_are_told_the_same_way(log: io.StringIO) -> None:
    """Uncaught errors of the program, of a thread and of the interpreter's own cleaning up keep their words."""

    def fail() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    error = ValueError(WORDS)
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    lost = SimpleNamespace(exc_type=ValueError, exc_value=error, exc_traceback=None, err_msg=WORDS, object=WORDS)
    sys.unraisablehook(lost)
    first, second, third = lines(log)
    assert "a thread was stopped by an error [ValueError at " in first
    assert "bot stopped by an error [ValueError]" in second
    assert "bot an error had nobody to go to [ValueError]" in third
    assert WORDS not in log.getvalue()


def test_at_a_higher_level_all_are_quieter() -> None:
    """At WARNING nobody's INFO is heard; undoing puts logging back as it was."""
    before = logging.getLogger().handlers[:], logging.getLogger().level, sys.excepthook
    stream = io.StringIO()
    undo = set_up_logging("WARNING", stream)
    logging.getLogger("bot.digest").info("no")
    logging.getLogger("slack_sdk").info("no")
    logging.getLogger("slack_sdk").warning("yes")
    undo()
    logging.getLogger("slack_sdk").warning("no")
    assert [line.rsplit(" ", 1)[1] for line in lines(stream)] == ["yes"]
    assert (logging.getLogger().handlers[:], logging.getLogger().level, sys.excepthook) == before
