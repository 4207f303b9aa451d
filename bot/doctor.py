"""The doctor: looks at everything the bot needs, one line a check, each well or with the click that mends it.

`altogether doctor` runs it. What is looked at is in `bot/keeper/`; here is the order, and that nothing can hang: each
question to Slack has ten seconds, and what one check cannot see does not keep the others from being made.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType
from typing import Any, Final, TextIO

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, make_clock
from bot.delivery.client import make_client, make_session
from bot.errors import Problem, SettingsError
from bot.facts import offline_policy
from bot.keeper import local_checks, slack_checks
from bot.keeper.identity import Identity, identify
from bot.keeper.lead import lead
from bot.keeper.local_checks import DatabaseChecks
from bot.keeper.lookup import WHAT_NEXT, SlackUnavailable
from bot.keeper.places import Channel, find_places
from bot.keeper.report import Line, Report, fix, note, ok
from bot.settings import Settings, load_settings

CHECK_SECONDS: Final = 10.0
_ABOUT: Final = {
    "SLACK_BOT_TOKEN": "bot token",
    "SLACK_APP_TOKEN": "app token",
    "DIGEST_CHANNEL": "channels",
    "REVIEW_CHANNEL": "channels",
    "REVIEWERS": "reviewers",
    "TIMEZONE": "zone",
    "DIGEST_AT": "next digest",
    "SCRIPT": "script",
    "DATABASE_URL": "database",
}
_ONE_SETTING: Final = frozenset({"bot token", "app token"})
"""Labels that say by themselves which setting is meant, unless it is not there at all."""


def is_member_id(text: str) -> bool:
    """Whether this could be a person's Slack id."""
    return re.fullmatch(r"[UW][A-Z0-9]{2,}", text) is not None


async def examine(
    out: TextIO,
    *,
    environ: Mapping[str, str] | None = None,
    env_file: Path | EllipsisType | None = ...,
    hello: str | None = None,
    clock: Clock | None = None,
    seconds: float = CHECK_SECONDS,
) -> int:
    """Checks everything and prints a line for each; returns 0 when all is well, 1 when there is something to fix.

    The settings come from where `load_settings` finds them. With some of them wrong, what does not need those is still
    checked. `hello` is the Slack id of somebody to send one direct message to; `seconds` is how long a check may take.
    """
    report = Report(out)
    settings, problems = _read_settings(environ, env_file)
    if not problems and settings is not None:
        report.add([ok("settings", settings.source)])
    report.add(_say_problem(problem) for problem in problems)
    if settings is None:
        return report.close()
    report.add(note("settings", f"{said.name} {said.message}") for said in settings.notes)
    rounds = _Rounds(settings, clock or make_clock(settings), report, seconds)
    last_lines = await rounds.ask_slack(hello)
    rounds.look_here()
    report.add(last_lines)
    return report.close()


def _read_settings(
    environ: Mapping[str, str] | None, env_file: Path | EllipsisType | None
) -> tuple[Settings | None, tuple[Problem, ...]]:
    """The settings, or what is left of them without those that only Slack needs, and every problem."""
    try:
        return load_settings(environ, env_file=env_file), ()
    except SettingsError as error:
        problems = error.problems
    try:
        return load_settings(environ, env_file=env_file, slack=False), problems
    except SettingsError:
        return None, problems


def _say_problem(problem: Problem) -> Line:
    about = _ABOUT.get(problem.name, "settings")
    absent = problem.message.startswith(("missing", "empty"))
    return fix(about, problem.message if about in _ONE_SETTING and not absent else f"{problem.name} {problem.message}")


@dataclass(slots=True)
class _Rounds:
    """One examination: what it has found out so far, which later checks use."""

    settings: Settings
    clock: Clock
    report: Report
    seconds: float
    identity: Identity | None = None
    digest: Channel | None = None

    async def ask_slack(self, hello: str | None) -> list[Line]:
        """Make every check that needs Slack, as far as the settings allow; returns the lines for the page's end."""
        settings = self.settings
        async with make_session(answer_seconds=self.seconds) as session:
            client = make_client(settings.bot_token, settings.api_url, session)
            asked_at = self.clock.now()
            if settings.bot_token:
                await self._check("bot token", self._who(client))
            if settings.app_token:
                app_client = make_client(settings.app_token, settings.api_url, session)
                await self._check("app token", slack_checks.socket(app_client, settings, self.identity))
            identity = self.identity
            if identity is None:
                return slack_checks.unseen()
            self.report.add(slack_checks.scopes(identity))
            if settings.digest_channel or settings.review_channel:
                await self._check("channels", self._channels(client, identity))
            if settings.reviewers:
                await self._check("reviewers", slack_checks.reviewers(client, settings))
            await self._check("lead", lead(client, settings))
            self.report.add(slack_checks.clock(self.clock, settings, identity, asked_at=asked_at))
            if hello is None:
                return slack_checks.unseen()
            return await self._in_time(slack_checks.MESSAGES_TAB, slack_checks.say_hello(client, hello))

    def look_here(self) -> None:
        """Make every check of this computer."""
        team_id = None if self.identity is None else self.identity.team_id
        now = self.clock.now()
        database = DatabaseChecks(self.settings, now)
        try:
            tables = database.tables(team_id=team_id)
            policy = offline_policy(self.settings, team_id=team_id or "", digest=self.digest)
            self.report.add(local_checks.next_digest(self.settings, now, slot=database.slot(policy)))
            self.report.add(local_checks.script(self.settings))
            self.report.add(tables)
            self.report.add(local_checks.room(self.settings))
            self.report.add(database.put_aside())
            self.report.add(database.bot())
            self.report.add(local_checks.tombstones(self.settings))
        finally:
            database.close()

    async def _check(self, about: str, check: Coroutine[Any, Any, list[Line]]) -> None:
        self.report.add(await self._in_time(about, check))

    async def _in_time(self, about: str, check: Coroutine[Any, Any, list[Line]]) -> list[Line]:
        """The lines of a check, or one that says why they could not be had."""
        try:
            async with asyncio.timeout(self.seconds):
                return await check
        except TimeoutError:
            return [fix(about, f"Slack can't be asked: it took too long to answer. {WHAT_NEXT}")]
        except SlackUnavailable as error:
            return [fix(about, f"{error}. {WHAT_NEXT}")]

    async def _who(self, client: AsyncWebClient) -> list[Line]:
        try:
            self.identity = await identify(client)
        except SettingsError as error:
            return [_say_problem(problem) for problem in error.problems]
        return slack_checks.who(self.identity)

    async def _channels(self, client: AsyncWebClient, identity: Identity) -> list[Line]:
        found = await find_places(client, self.settings, bot_name=identity.bot_name)
        self.digest = found.digest
        return slack_checks.places(found)
