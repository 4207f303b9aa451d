"""One bot per database, however the one before it ended."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import lock
from storage.errors import DatabaseLocked, DatabaseUnavailable

HOLD = """
import sys
from pathlib import Path
from storage import lock
lock.hold(Path(sys.argv[1]), "altogether run")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "altogether.db"


def hold_elsewhere(path: Path) -> "subprocess.Popen[str]":
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(lock.__file__).parent.parent,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_a_second_bot_is_told_who_has_the_database(path: Path) -> None:
    """A second bot hears which process has the database; after `kill -9` of that one, the database is free at once."""
    other = hold_elsewhere(path)
    try:
        with pytest.raises(DatabaseLocked) as refused:
            lock.hold(path, "altogether run")
        assert refused.value.holder.startswith(f"altogether run (process {other.pid} on ")
        assert lock.holder(path) == refused.value.holder
    finally:
        other.kill()
        other.communicate()
    assert lock.holder(path) is None
    with lock.hold(path, "altogether digest post"):
        said = lock.holder(path)
        assert said is not None and said.startswith("altogether digest post")
    assert lock.holder(path) is None


def test_the_holder_says_since_when(path: Path) -> None:
    """The line that names the holder also says when it began, if it told."""
    with lock.hold(path, "altogether run", at=datetime(2025, 6, 4, 9, 30, tzinfo=UTC)):
        assert "since 2025-06-04 09:30 UTC" in str(lock.holder(path))


def test_two_names_of_one_database_are_one_database(path: Path, tmp_path: Path) -> None:
    """A symbolic link to the file does not let a second bot in."""
    path.touch()
    alias = tmp_path / "elsewhere" / "alias.db"
    alias.parent.mkdir()
    alias.symlink_to(path)
    with lock.hold(path, "altogether run"), pytest.raises(DatabaseLocked):
        lock.hold(alias, "altogether run")


def test_a_lock_is_given_back_once(path: Path) -> None:
    """Releasing twice is harmless and does not take the next holder's lock or line away."""
    first = lock.hold(path, "altogether run")
    first.release()
    with lock.hold(path, "altogether migrate"):
        first.release()
        assert str(lock.holder(path)).startswith("altogether migrate")


def test_looking_never_keeps_a_bot_from_starting(path: Path) -> None:
    """Somebody who looks who the holder is creates nothing where there was nothing."""
    assert lock.holder(path) is None
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """Where no file can be made, the lock says so and does not let the bot run without it."""
    with pytest.raises(DatabaseUnavailable):
        lock.hold(tmp_path / "nowhere" / "altogether.db", "altogether run")
