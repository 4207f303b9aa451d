"""Files with people's words: their owner alone may read them, whatever the umask, and planted names lead nowhere."""

import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from architecture.skips import skip_unless

from storage import lock, private, schema
from storage.database import Database, Tx
from storage.writer import Writer

NOON = datetime(2025, 6, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """Everything that is made without care may be read by everybody."""
    skip_unless(os.name == "posix", "elsewhere a file's mode says nothing about who may read it")
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_database_is_its_owners_alone_from_the_first_byte(tmp_path: Path) -> None:
    """Made by a migration and written to, its file, its log and what is beside it can be read by nobody else."""
    database = Database(f"sqlite:///{tmp_path / 'altogether.db'}")
    schema.migrate(database)
    writer = Writer(database, "here", lambda: NOON).start()
    done = threading.Event()
    with lock.hold(database.path, "altogether run"):
        writer.submit(lambda tx: done.set()).result(10)
        modes = {path.name: mode(path) for path in tmp_path.iterdir()}
    writer.close()
    database.close()
    names = {f"altogether.db{end}" for end in ("", "-wal", "-shm", ".lock", ".holder")}
    assert modes == dict.fromkeys(names, 0o600)


def test_a_database_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """What a keeper has decided about a file of theirs is not undone by opening it."""
    path = tmp_path / "altogether.db"
    path.touch(0o640)
    path.chmod(0o640)
    database = Database(f"sqlite:///{path}")
    with database.write_engine.begin() as connection:
        Tx(connection, "", NOON).raw.execute("CREATE TABLE t (x)")
    database.close()
    assert mode(path) == 0o640


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """A file is made only where nothing is, not through a link either; a name of our own choosing is free."""
    theirs, planted = tmp_path / "theirs", tmp_path / "planted"
    theirs.write_text("theirs")
    planted.symlink_to(theirs)
    with pytest.raises(FileExistsError):
        private.create(planted)
    fresh = private.beside(planted, ".new")
    assert fresh.parent == tmp_path and fresh != private.beside(planted, ".new")
    os.close(private.create(fresh))
    assert mode(fresh) == 0o600 and theirs.read_text() == "theirs"


def test_who_holds_a_database_is_not_written_through_a_link(tmp_path: Path) -> None:
    """The line beside the database is made under a name that nobody can know before."""
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    (tmp_path / "altogether.db.holder.new").symlink_to(theirs)
    with lock.hold(tmp_path / "altogether.db", "altogether run"):
        assert "altogether run" in (lock.holder(tmp_path / "altogether.db") or "")
    assert theirs.read_text() == "theirs"
