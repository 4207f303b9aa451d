"""What others do to the bot's surroundings: tokens, scopes, channels, the app itself, the clock and the zone.

Each time: what people write is stored, the log and the doctor name what is wrong, and the bot goes on when it is put
right, by itself where it can.
"""

import asyncio
import gc
import io
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app import serve
from bot.doctor import examine
from bot.errors import SettingsError
from bot.rehearsal.process import BotProcess
from bot.rehearsal.slack.workspace import STORIES_CHANNEL
from bot.settings import load_settings
from tests.rights.withdrawal_house import running, until

from .conftest import Play, open_rehearsal
from .telling import DIFFERENCE, at_question_two, begin, tell

FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)
HELD = "the ward rang the old office and nobody picked up for two days"


@asynccontextmanager
async def surroundings(folder: Path) -> AsyncIterator[tuple[Play, Mapping[str, str]]]:
    async with open_rehearsal(folder) as (rehearsal, database, environment):
        yield Play(rehearsal, BotProcess(rehearsal, environment), database), environment


async def doctor(environment: Mapping[str, str]) -> tuple[int, str]:
    """The doctor's exit code, and its page on one line."""
    page = io.StringIO()
    code = await examine(page, environ=environment, env_file=None)
    return code, " ".join(page.getvalue().split())


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return " ".join(record.getMessage() for record in caplog.records)


def open_sessions() -> list[ClientSession]:
    """Every session of HTTP that somebody has opened in this process and not closed."""
    return [one for one in gc.get_objects() if isinstance(one, ClientSession) and not one.closed]


def revoked(play: Play) -> Callable[[], None]:
    grant = play.rehearsal.workspace.grants[play.rehearsal.workspace.bot_token]
    grant.revoked = "token_revoked"
    return lambda: setattr(grant, "revoked", None)


def without_scope(play: Play) -> Callable[[], None]:
    scopes = play.rehearsal.workspace.grants[play.rehearsal.workspace.bot_token].scopes
    scopes.discard("chat:write")
    return lambda: scopes.add("chat:write")


@pytest.mark.parametrize(
    ("trouble", "in_log", "in_doctor"),
    [(revoked, "token_revoked", "this token was revoked"), (without_scope, "missing_scope", "chat:write")],
    ids=["revoked token", "missing scope"],
)
async def test_what_is_written_while_slack_refuses_us_is_kept_and_answered_later(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[Play], Callable[[], None]],
    in_log: str,
    in_doctor: str,
) -> None:
    """The answer is stored, the log and the doctor name the fault, and the reply comes once it is put right."""
    async with surroundings(tmp_path / "play") as (play, environment), running(play, environment):
        await at_question_two(play.person("sam"))
        with caplog.at_level(logging.INFO):
            put_right = trouble(play)
            await play.person("sam").say(HELD)
            await until(lambda: "delivery held" in logged(caplog), lambda: logged(caplog))
        assert in_log in logged(caplog)
        assert play.rows("SELECT text FROM fragment") == [(HELD,)]
        code, page = await doctor(environment)
        assert (code, in_doctor in page) == (1, True), page
        put_right()
        await play.person("sam").hear("Got that", timeout=30)
        assert sum("Got that" in message.shown for message in play.person("sam").messages()) == 1


async def test_the_app_is_removed_and_installed_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is sent while it is away, and the log says so; started again with a good token, it takes up its work."""
    async with surroundings(tmp_path / "play") as (play, environment):
        with caplog.at_level(logging.INFO):
            async with running(play, environment):
                await at_question_two(play.person("sam"))
                play.rehearsal.courier.uninstall()
                await until(lambda: "the app was removed from the workspace" in logged(caplog), lambda: logged(caplog))
                await play.person("sam").say(HELD, wait=False)
                await until(lambda: play.rows("SELECT text FROM fragment") == [(HELD,)])
        code, page = await doctor(environment)
        assert (code, "the app was removed from the workspace" in page) == (1, True), page
        play.rehearsal.workspace.grants[play.rehearsal.workspace.bot_token].revoked = None
        async with running(play, environment):
            await play.person("sam").hear("Got that", timeout=30)


async def test_an_archived_channel_loses_no_digest(tmp_path: Path) -> None:
    """Reviewers and the doctor hear why it could not be posted; unarchived, it is posted by hand, and once."""
    async with surroundings(tmp_path / "play") as (play, environment), running(play, environment):
        amira, channel = play.person("amira"), play.rehearsal.workspace.conversations[STORIES_CHANNEL]
        await tell(play.person("sam"), "A key at the door")
        await amira.hear("Story 1", channel="#story-review")
        await amira.command("/story approve 1")
        await play.person("sam").hear("is approved")
        channel.archived = True
        play.rehearsal.clock.set(FRIDAY)
        await amira.hear("archived", channel="#story-review", timeout=30)
        code, page = await doctor(environment)
        assert (code, "archived" in page) == (1, True), page
        channel.archived = False
        await amira.command("/story digest post")
        await play.person("rae").hear("This week's story", channel="#info-stories", timeout=30)
        assert len(_editions(play)) == 1


async def test_a_digest_that_slack_refused_once_takes_no_story_with_it(tmp_path: Path) -> None:
    """Refused at the only try: the next week's digest has the story, and its teller hears of it."""
    async with surroundings(tmp_path / "play") as (play, environment), running(play, environment):
        amira, sam = play.person("amira"), play.person("sam")
        await tell(sam, "A key at the door")
        await amira.hear("Story 1", channel="#story-review")
        await amira.command("/story approve 1")
        await sam.hear("is approved")
        play.rehearsal.faults.fail_next("chat.postMessage", error="not_in_channel")
        play.rehearsal.clock.set(FRIDAY)
        await amira.hear("I couldn't post the digest", channel="#story-review", timeout=30)
        await sam.hear("Story 1 now goes in #info-stories on Friday 13 June", timeout=30)
        assert _editions(play) == []
        play.rehearsal.clock.set(FRIDAY + timedelta(days=7))
        await sam.hear("Story 1 is in this week's digest", timeout=30)
        assert len(_editions(play)) == 1


async def test_what_the_thread_of_a_digest_lacks_is_posted_later(tmp_path: Path) -> None:
    """Slack refused the story beneath a digest that stands: the bot posts it when it starts again, once."""
    async with surroundings(tmp_path / "play") as (play, environment):
        amira, sam = play.person("amira"), play.person("sam")
        async with running(play, environment):
            await tell(sam, "A key at the door")
            await amira.hear("Story 1", channel="#story-review")
            await amira.command("/story approve 1")
            await sam.hear("is approved")
            play.rehearsal.faults.fail_next("chat.postMessage", error="restricted_action", holding=DIFFERENCE)
            play.rehearsal.clock.set(FRIDAY)
            await amira.hear("I couldn't post story 1 in #info-stories: only some people may", channel="#story-review")
            await amira.hear("I try once more whenever I start, and before the next digest.", channel="#story-review")
        posts = play.rehearsal.workspace.conversations[STORIES_CHANNEL].posts
        (edition,) = posts
        for _ in range(2):
            async with running(play, environment):
                await play.person("rae").hear(DIFFERENCE, channel="#info-stories", thread_ts=edition)
        assert [post.thread_ts for post in posts.values()] == [None, edition]


async def test_a_clock_that_is_put_back_and_a_zone_that_is_changed_make_no_second_digest(tmp_path: Path) -> None:
    """The week is known from its row, not from the time: whatever becomes of the clock, it has one digest."""
    async with surroundings(tmp_path / "play") as (play, environment):
        amira, clock = play.person("amira"), play.rehearsal.clock
        async with running(play, environment):
            await tell(play.person("sam"), "A key at the door")
            await amira.hear("Story 1", channel="#story-review")
            await amira.command("/story approve 1")
            await play.person("sam").hear("is approved")
            clock.set(FRIDAY)
            await amira.hear("Digest posted", channel="#story-review", timeout=30)
            for step in (-timedelta(days=2), timedelta(days=1), timedelta(days=1, hours=2), -timedelta(hours=1)):
                clock.advance(step)
                async with play.until("events_api", "sent"):
                    await play.person("joe").say("hello")
        async with running(play, {**environment, "TIMEZONE": "Pacific/Kiritimati"}):
            clock.set(FRIDAY + timedelta(days=1))
            async with play.until("events_api", "sent"):
                await play.person("joe").say("hello")
        assert len(_editions(play)) == 1
        assert play.count("SELECT count(*) FROM edition") == 1


def _editions(play: Play) -> list[str]:
    shown = [message.shown for message in play.person("rae").messages("#info-stories")]
    return [one for one in shown if "This week's story" in one]


@pytest.mark.parametrize(
    ("code", "fix"),
    [("invalid_auth", "Slack does not know this token."), ("not_allowed_token_type", "this is another kind of token")],
)
async def test_a_wrong_app_token_stops_the_start(tmp_path: Path, code: str, fix: str) -> None:
    """The setting is named with its fix and nothing is started or left open, as with a wrong bot token."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, _, environment):
        before = open_sessions()
        rehearsal.faults.fail_next("apps.connections.open", error=code, n=9)
        out = io.StringIO()
        with pytest.raises(SettingsError) as refused:
            await asyncio.wait_for(serve(load_settings(environment, env_file=None), out=out), 20)
        (problem,) = refused.value.problems
        assert problem.name == "SLACK_APP_TOKEN" and problem.message.startswith(fix)
        assert out.getvalue() == ""
        assert open_sessions() == before


async def test_an_app_token_that_is_revoked_while_the_bot_runs_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says which setting is to be put right, and the bot goes on trying."""
    async with surroundings(tmp_path / "play") as (play, environment), running(play, environment):
        with caplog.at_level(logging.INFO):
            play.rehearsal.faults.fail_next("apps.connections.open", error="token_revoked")
            await play.rehearsal.faults.drop_socket()
            await until(
                lambda: "Slack refuses SLACK_APP_TOKEN reason=token_revoked" in logged(caplog), lambda: logged(caplog)
            )


async def test_a_slack_that_is_away_when_the_socket_opens_is_waited_for(tmp_path: Path) -> None:
    """What says nothing of the token stops no start."""
    async with surroundings(tmp_path / "play") as (play, environment):
        play.rehearsal.faults.fail_next("apps.connections.open", error="internal_error")
        async with running(play, environment):
            await begin(play.person("sam"))
