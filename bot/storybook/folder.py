"""A folder that changes all at once: written aside, put on the disk, then swapped with the one that readers see.

Files that have not changed are linked from the old folder, not written again. Knows nothing of stories. Called by
`site.py`.
"""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from bot.errors import Conflict

_ONE_BY_ONE: Final = 300
"""So many files are put on the disk one by one; more of them all at once."""
_AT_CWD: Final = -100
_EXCHANGE: Final = 2


class Aside:
    """The new folder while it is written beside the one it replaces."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path = target.with_name(f".{target.name}.new")
        self.written: list[Path] = []
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def write(self, name: str, content: bytes) -> None:
        """The file with this content is in the new folder. Raises OSError."""
        file = self.place(name)
        file.write_bytes(content)

    def place(self, name: str) -> Path:
        """Where a file that somebody else writes belongs."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        self.written.append(file)
        return file

    def keep(self, name: str) -> bool:
        """The file is taken over from the old folder as it is; False where that has none."""
        old, new = self._target / name, self.path / name
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(old, new)
        except FileNotFoundError:
            return False
        except OSError:  # a file system without links
            shutil.copyfile(old, new)
            self.written.append(new)
        return True

    def settle(self) -> None:
        """All of it is on the disk, and readers see it in the place of the old one, which is gone. Raises OSError."""
        if len(self.written) <= _ONE_BY_ONE:
            for file in self.written:
                _to_disk(file)
        elif hasattr(os, "sync"):
            os.sync()
        for folder in [self.path, *(found for found in self.path.rglob("*") if found.is_dir())]:
            _to_disk(folder)
        if not self._target.exists():
            self.path.rename(self._target)
        elif _exchange(self.path, self._target):
            shutil.rmtree(self.path)
        else:
            old = self._target.with_name(f".{self._target.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            self._target.rename(old)
            self.path.rename(self._target)
            shutil.rmtree(old)
        _to_disk(self._target.parent)


@contextmanager
def aside(target: Path) -> Iterator[Aside]:
    """A new folder for `target`, alone; what was begun is thrown away when something fails.

    Raises Conflict while another program writes the same folder, OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=30):
            begun = Aside(target)
            try:
                yield begun
            finally:
                if begun.path.exists():
                    shutil.rmtree(begun.path, ignore_errors=True)
    except Timeout as error:
        raise Conflict(f"{target} is being written by another program; try again when it has finished") from error


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return  # Windows keeps no handle on a folder
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a network share may know no fsync of folders
            raise
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where this system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE) == 0)
