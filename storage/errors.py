"""What can go wrong with the memory itself, told apart because the answers differ.

Unavailable: nothing is acknowledged and Slack sends it again. Anything else is the job's own fault: it is parked.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class StorageError(Exception):
    """The root of what this folder raises on purpose."""


class DatabaseUnavailable(StorageError):
    """The database cannot take anything just now (full, locked, read-only, broken, gone). Nothing was stored."""


class DatabaseNotReady(StorageError):
    """The database's tables are not those of this program; the message names the command that mends it."""


class DatabaseLocked(StorageError):
    """Another bot holds this database; `holder` says which."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"another bot is using this database: {holder}")


# The primary result codes of SQLite that say something of the disk or of others, not of the statement.
# Source: https://www.sqlite.org/rescode.html
_UNAVAILABLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


_WHY = {
    sqlite3.SQLITE_PERM: "there is no right to use it",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_READONLY: "it can only be read",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "its files can't be opened",
    sqlite3.SQLITE_NOTADB: "it is no database, or is damaged",
}


def why_unavailable(error: BaseException) -> str:
    """Why the database cannot be used, in words for the keeper, with SQLite's own name for it."""
    if isinstance(error, DatabaseUnavailable):
        return str(error)
    inner = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(inner, "sqlite_errorcode", None)
    if code is None:
        return type(error).__name__
    words, name = _WHY.get(code & 0xFF), getattr(inner, "sqlite_errorname", str(code))
    return name if words is None else f"{words} ({name})"


def is_unavailable(error: BaseException) -> bool:
    """Whether the error is of the database's state rather than of the job that met it."""
    if isinstance(error, DatabaseUnavailable | NoConnectionFree):
        return True
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None:
            return code & 0xFF in _UNAVAILABLE
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _UNAVAILABLE
    return isinstance(error, OSError)


def is_busy(error: BaseException) -> bool:
    """Whether another process has kept the database for longer than we wait: to try again is to wait as long again."""
    code = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_refused_write(error: BaseException) -> bool:
    """Whether something was written on a connection that may only read: a mistake of ours, not the database's state."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    return getattr(inner, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY
