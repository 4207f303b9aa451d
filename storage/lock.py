"""One bot per database: an exclusive lock beside the file, and a line that says who holds it.

The lock is the operating system's and goes with its process, however that ends. The line stands in a file of its own,
because not every system lets a locked file be read; it is believed only while the lock is held. Called by `run`, by
commands that drain the outbox or migrate, and by `doctor`.
"""

import os
import platform
from datetime import datetime
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from storage import private
from storage.errors import DatabaseLocked, DatabaseUnavailable

_PATIENCE = 0.5
"""Seconds that `hold` tries: somebody who only looks (`holder`) has the lock for an instant."""

_NOBODY_SAID = "a process that has not said which"


class Lock:
    """A lock that is held. Release it, or use it as a context manager; releasing twice is harmless."""

    def __init__(self, lock: FileLock, note: Path) -> None:
        self._lock, self._note = lock, note

    def release(self) -> None:
        """Let another bot have the database."""
        _held.discard(self)
        if self._lock.is_locked:
            # The line goes first: once the lock is free, it may be the next holder's.
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> "Lock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


_held: set[Lock] = set()
"""Kept here until released: a lock that nobody refers to any more would be let go when it is collected."""


def hold(database_path: Path, who: str, *, at: datetime | None = None) -> Lock:
    """Take the database for this process and say so: `who` is the command ("altogether run"), `at` when it began.

    Raises DatabaseLocked naming the holder when another process, or this one, has it already; DatabaseUnavailable when
    no file can be made beside the database.
    """
    lock, note = _places(database_path)
    if not note.parent.is_dir():  # filelock would make the folder; a wrong path is not to look like a right one
        raise DatabaseUnavailable(f"there is no folder {note.parent}")
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise DatabaseLocked(_said(note)) from error
    except OSError as error:
        raise DatabaseUnavailable(f"no lock can be kept beside {database_path} ({type(error).__name__})") from error
    held = Lock(lock, note)
    _held.add(held)
    since = "" if at is None else f", since {at:%Y-%m-%d %H:%M %Z}"
    try:
        _write(note, f"{who} (process {os.getpid()} on {platform.node() or 'this machine'}{since})")
    except OSError as error:
        held.release()
        raise DatabaseUnavailable(f"no lock can be kept beside {database_path} ({type(error).__name__})") from error
    return held


def holder(database_path: Path) -> str | None:
    """Who has the database now, in words; None when nobody does, whatever an earlier holder left behind.

    Raises DatabaseUnavailable when that cannot be seen.
    """
    lock, note = _places(database_path)
    if not Path(lock.lock_file).exists():
        return None
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return _said(note)
    except OSError as error:
        raise DatabaseUnavailable(f"the lock beside {database_path} cannot be seen ({type(error).__name__})") from error
    lock.release()
    return None


def _places(database_path: Path) -> tuple[FileLock, Path]:
    """The lock and the line, beside the real file: two names of one database meet in the same lock."""
    path = Path(database_path).resolve()
    # Not bound to a thread: a bot may be stopped from another one than it was started in.
    return FileLock(f"{path}.lock", mode=private.ALONE, thread_local=False), Path(f"{path}.holder")


def _said(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8").strip() or _NOBODY_SAID
    except FileNotFoundError:
        return _NOBODY_SAID


def _write(note: Path, line: str) -> None:
    """Replace the line at once, so that nobody reads half of it."""
    fresh = private.beside(note, ".new")
    try:
        with os.fdopen(private.create(fresh), "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
        fresh.replace(note)
    finally:
        fresh.unlink(missing_ok=True)
