"""Files that their owner alone may read, made before anything is written into them and through no link.

What people wrote stands in the database, its copies and what is exported, so each begins here; the storybook's folders
are for others to read and do not. On Windows a file's mode says nothing, and the folder decides.
"""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

ALONE: Final = 0o600
_OTHERS: Final = 0o077


def create(path: Path) -> int:
    """There is a new, empty file that its owner alone may read; returns its descriptor, open for writing.

    Raises FileExistsError where there is anything of that name, a link to nowhere too, and OSError.
    """
    exactly_here = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | exactly_here, ALONE)


def create_if_missing(path: Path) -> None:
    """The same where there is none yet; one that is there stays as it is. Whoever opens it next says what is wrong."""
    if not path.exists():
        with suppress(OSError):
            os.close(create(path.resolve()))


def beside(path: Path, end: str) -> Path:
    """A name beside this one that nobody can know before: for what takes the place of `path` once it is whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}{end}")


def read_by_others(path: Path) -> bool:
    """Whether somebody else on this computer may read the file, or change it, as far as its mode says."""
    return os.name == "posix" and path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
