"""A workspace to look at, the settings of a bot in it, and the command line."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.client import make_client, make_session
from bot.doctor import examine
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import TEAM_ID
from bot.settings import Settings, load_settings
from storage import schema, tellers
from storage.database import Database, Tx
from storage.writer import Writer

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
WEDNESDAY = datetime(2025, 6, 4, 9, 30, tzinfo=UTC)


@dataclass
class Keeper:
    """Somebody who installs the bot in a rehearsal's workspace: their settings, and the doctor they call."""

    rehearsal: Rehearsal
    client: AsyncWebClient

    def environ(self, **changes: str) -> dict[str, str]:
        """The settings as an environment, on this computer's clock."""
        environ = self.rehearsal.environment({}, **changes)
        if "ALTOGETHER_CLOCK" not in changes:
            del environ["ALTOGETHER_CLOCK"]
        return environ

    def settings(self, **changes: str) -> Settings:
        return load_settings(self.environ(**changes), env_file=None)

    @property
    def database_url(self) -> str:
        return self.environ()["DATABASE_URL"]

    async def doctor(
        self, *, hello: str | None = None, clock: Clock | None = None, seconds: float = 5.0, **changes: str
    ) -> tuple[int, str]:
        """The exit code and the page; a page with a token in it fails the test that asked for it."""
        page = io.StringIO()
        environ = self.environ(**changes)
        code = await examine(page, environ=environ, env_file=None, hello=hello, clock=clock, seconds=seconds)
        for secret in (self.rehearsal.workspace.bot_token, self.rehearsal.workspace.app_token):
            assert secret not in page.getvalue()
        return code, page.getvalue()


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[Keeper]:
    async with Rehearsal(directory=tmp_path / "rehearsal", pace=0) as rehearsal, make_session() as session:
        yield Keeper(rehearsal, make_client(rehearsal.workspace.bot_token, rehearsal.api_url, session))


@pytest.fixture
def home(keeper: Keeper) -> Iterator[Database]:
    """The keeper's database, with its tables, on which a bot has served the workspace."""
    database = Database(keeper.database_url)
    schema.migrate(database)
    with database.write_engine.begin() as connection:
        tellers.add_workspace(Tx(connection, "", WEDNESDAY, new_id=lambda: "here"), TEAM_ID, None)
    yield database
    database.close()


def write(database: Database, work: Callable[[Tx], T]) -> T:
    """Does something in the keeper's database."""
    writer = Writer(database, "here", lambda: WEDNESDAY).start()
    try:
        return writer.submit(work).result(10)
    finally:
        writer.close()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without a setting from outside."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "ALTOGETHER_", "DIGEST_", "REVIEW", "DATABASE_URL", "TIMEZONE", "SCRIPT")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def typed(*arguments: str, environ: dict[str, str] | None = None, cwd: Path) -> tuple[int, str, str]:
    """What the program does as a process of its own: its exit code, standard output and standard error."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(environ or {})}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=environ,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    assert b"Traceback" not in out + err
    return process.returncode, out.decode(), err.decode()
