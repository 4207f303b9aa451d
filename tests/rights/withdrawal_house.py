"""A story with a phrase in it that must be found nowhere once it was taken back, and where to look for it."""

import asyncio
import io
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import serve
from bot.settings import load_settings
from tests.whole.conftest import Play
from tests.whole.telling import tell

CANARY = "zephyrine"
"""One word, so that no line break can hide it."""
TITLE = f"The {CANARY} title"
WHAT = f"A nurse {CANARY} rang the old office, and nobody had told the housing team about the key."
FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)
NEXT_WEEK = datetime(2025, 6, 16, 9, 0, tzinfo=UTC)
OTHER = "A key at the door"


async def canary_story(play: Play, *, who: str = "sam", approve: bool = True, **how: Any) -> None:
    """Somebody tells the story with the phrase in its words and its title; Amira approves it."""
    teller, amira = play.person(who), play.person("amira")
    await tell(teller, TITLE, what=WHAT, **how)
    if approve:
        await amira.hear(TITLE, channel="#story-review")
        await amira.command("/story approve 1")
        await teller.hear("is approved")


async def take_back(person: Any, line: str = "/story withdraw 1") -> None:
    """By the command, and yes to its one question."""
    await person.command(line)
    await person.press("Take it back")


def in_slack(play: Play) -> list[str]:
    """Every message of the bot that the workspace holds and that has the phrase in it."""
    workspace = play.rehearsal.workspace
    posts = [post for place in workspace.conversations.values() for post in place.posts.values()]
    return [repr(post) for post in posts if post.user == workspace.bot.id and CANARY in repr(post)]


def on_disk(play: Play) -> list[str]:
    """Every file of the bot's folder that has a byte of the phrase in it."""
    folder = play.database.parent
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and CANARY.encode() in path.read_bytes()]


async def gone(play: Play, *, seconds: float = 30.0) -> None:
    """Returns once nothing of it is left in Slack or on the disk and the ledger is settled; fails naming what is."""

    def left() -> tuple[list[str], list[str], list[Any]]:
        pending = play.rows("SELECT surface, place, row_id FROM removal WHERE state = 'pending'")
        return in_slack(play), on_disk(play), pending

    await until(lambda: left() == ([], [], []), left, seconds=seconds)


async def until(holds: Callable[[], bool], show: Callable[[], object] = lambda: "", *, seconds: float = 30.0) -> None:
    """Waits for a condition; fails with what is there instead."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"still: {show()}") from None


def back_up(play: Play, to: Path) -> None:
    """Copies the database as a keeper's backup would: whole, while the bot runs."""
    with sqlite3.connect(play.database) as source, sqlite3.connect(to) as copy:
        source.backup(copy)


def put_back(play: Play, backup: Path) -> None:
    """Puts a backup in the place of the database, as a keeper would while no bot runs."""
    for name in ("", "-wal", "-shm"):  # the old file too: whoever still has it open keeps that one
        Path(f"{play.database}{name}").unlink(missing_ok=True)
    shutil.copy(backup, play.database)


@asynccontextmanager
async def running(play: Play, environment: Mapping[str, str]) -> AsyncIterator[None]:
    """The bot runs in this process, is connected, and is stopped at the end; the workspace stays."""
    stop, connected = asyncio.Event(), asyncio.create_task(play.rehearsal.hub.connected.wait())
    bot = asyncio.create_task(serve(load_settings(environment, env_file=None), out=io.StringIO(), stop=stop))
    await asyncio.wait([bot, connected], return_when=asyncio.FIRST_COMPLETED, timeout=20)
    connected.cancel()
    if bot.done():
        bot.result()
    try:
        yield
    finally:  # or else the workspace would wait for it where a test has failed
        stop.set()
        code = await asyncio.wait_for(bot, 30)
    assert code == 0
