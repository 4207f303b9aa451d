"""Who reviews is what Slack says now: the group that REVIEWERS names can gain people, lose them, and be emptied."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.process import BotProcess
from bot.rehearsal.slack.people import UserGroup
from bot.rehearsal.slack.workspace import REVIEWERS
from tests.nursery import Nursery

from .conftest import Play, open_rehearsal
from .telling import tell

TITLE = "Two nights for one phone call"


class Group:
    """The reviewers' user group, and the play in which they review."""

    def __init__(self, play: Play, group: UserGroup) -> None:
        self.play, self._group = play, group

    async def becomes(self, *members: str) -> None:
        """These are in it, and the bot has heard so."""
        change = self.play.rehearsal.workspace.set_group(self._group, list(members))
        await asyncio.wait_for(asyncio.gather(*(one.handled() for one in change.deliveries)), 30)


@pytest.fixture
async def group(tmp_path: Path, nursery: Nursery) -> AsyncIterator[Group]:
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        made = rehearsal.workspace.add_group("story-reviewers", "Story reviewers", list(REVIEWERS))
        async with BotProcess(rehearsal, {**environment, "REVIEWERS": made.id}) as bot:
            await bot.ready()
            yield Group(Play(rehearsal, bot, database), made)


def shown(answer: Any) -> str:
    return str(answer.shown)


async def test_a_group_that_was_emptied_decides_nothing(group: Group) -> None:
    """Once nobody is left in the reviewers' group nobody can approve, by command or button, without a restart."""
    play = group.play
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, TITLE)
    await amira.hear(TITLE, channel="#story-review")
    await group.becomes()
    assert "put somebody into the user group" in await play.bot.prints("nobody is left to review")
    assert "Only reviewers" in shown(await amira.command("/story approve 1"))
    await amira.press("Approve", channel="#story-review")
    assert play.rows("SELECT status FROM story") == [("submitted",)]
    await group.becomes(*REVIEWERS)
    await amira.command("/story approve 1")
    await sam.hear("is approved")


async def test_a_group_that_slack_will_not_open_changes_nothing(group: Group) -> None:
    """Not being told who reviews, or who they are, takes nobody's place away."""
    play = group.play
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, TITLE)
    await amira.hear(TITLE, channel="#story-review")
    for method in ("usergroups.users.list", "users.info"):
        play.rehearsal.faults.fail_next(method, error="team_access_not_granted", n=3)
        await group.becomes("U0RAE00001", *REVIEWERS)
        play.rehearsal.faults.clear()
    await amira.command("/story approve 1")
    await sam.hear("is approved")
