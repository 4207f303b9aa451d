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
from pathlib import Path, PurePosixPath
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
        self._folders = {"."}
        """The folders in it, by the names that they have there."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def write(self, name: str, content: bytes) -> None:
        """The file with this content is in the new folder. Raises OSError."""
        file = self.place(name)
        file.write_bytes(content)

    def place(self, name: str) -> Path:
        """Where a file that somebody else writes belongs."""
        self._make_folder_of(name)
        file = self.path / name
        self.written.append(file)
        return file

    def keep(self, name: str) -> bool:
        """The file is taken over from the old folder as it is; False where that has none."""
        self._make_folder_of(name)
        old, new = f"{self._target}/{name}", f"{self.path}/{name}"  # paths would cost more than the links
        try:
            os.link(old, new)
        except FileNotFoundError:
            return False
        except OSError:  # a file system without links
            shutil.copyfile(old, new)
            self.written.append(Path(new))
        return True

    def _make_folder_of(self, name: str) -> None:
        if (name.rpartition("/")[0] or ".") in self._folders:
            return
        folder = PurePosixPath(name).parent
        (self.path / folder).mkdir(parents=True, exist_ok=True)
        self._folders |= {str(one) for one in (folder, *folder.parents)}

    def settle(self) -> None:
        """All of it is on the disk, and readers see it in the place of the old one, which is gone. Raises OSError."""
        if len(self.written) <= _ONE_BY_ONE:
            for file in self.written:
                _to_disk(file)
        elif hasattr(os, "sync"):
            os.sync()
        for folder in sorted(self._folders):
            _to_disk(self.path / folder)
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
