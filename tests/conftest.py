"""What every room's tests stand on: a real database file, the one door to it, and a time that stands still."""

import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from bot.rehearsal import process
from storage import schema
from storage.database import Database
from storage.writer import Writer
from tests import log_watch
from tests.nursery import Nursery

WATCH = log_watch.start()
settings.register_profile("altogether", deadline=None)  # how busy the machine is says nothing about the bot
settings.load_profile("altogether")


def pytest_configure() -> None:
    """Ctrl-C can be pressed in every process that tests start, also where the shell that began it all ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as `command &` of a shell does; children would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def log_that_gives_nothing_away() -> Iterator[log_watch.Watch]:
    """What is logged while this test runs holds no words of a story, no secret and nobody who told one."""
    WATCH.begin()
    yield WATCH
    assert not WATCH.problems, "\n".join(WATCH.problems)


@pytest.fixture
def now() -> datetime:
    """A Wednesday morning in June."""
    return datetime(2025, 6, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def workspace() -> str:
    """The workspace that `writer` writes in."""
    return "workspace1"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no rows, made once; tests copy it."""
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'empty.db'}")
    schema.migrate(made)
    made.close()
    return made.path


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One pair of engines for all tests of a process: statements are compiled once, not once a test."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'altogether.db'}", busy_seconds=2.0)


@pytest.fixture
def database(engines: Database, migrated_file: Path) -> Iterator[Database]:
    """A fresh file of tables without rows."""
    for old in engines.path.parent.glob(f"{engines.path.name}*"):
        old.unlink()
    shutil.copy(migrated_file, engines.path)
    yield engines
    engines.close()


@pytest.fixture
def writer(database: Database, workspace: str, now: datetime) -> Iterator[Writer]:
    running = Writer(database, workspace, lambda: now).start()
    yield running
    running.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Every bot that is started as a process is a fork of one that has read the program's code."""
    opened = Nursery()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "spawn", opened.spawn)
        yield opened
    opened.close()
