"""A copy of the whole database: taken while a bot writes to it, looked through before it is believed, put in its place.

A copy is one file, without a log beside it, that its owner alone may read. What is done with one is the keeper's
(`bot/keeper/backup.py`); whoever puts a copy in place holds `storage.lock`.
"""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import update
from sqlalchemy.engine import URL

from storage import audit, private, schema, stories, tellers
from storage.database import Database, Tx
from storage.errors import StorageError
from storage.records import Op, OutboxState
from storage.schema import Standing
from storage.tables import OutboxRowTable

WAITS: Final = 5.0
"""Seconds that a copy waits for a database that somebody has locked."""
_BESIDE: Final = ("-wal", "-shm", "-journal")


class CopyError(StorageError):
    """A copy that cannot be taken, believed or put in place; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a copy holds. Tables of another version are not looked into: then there is only their revision."""

    standing: Standing
    revision: str
    stories: int = 0
    workspace: str | None = None
    team_id: str = ""
    alive_at: datetime | None = None
    """When its bot last said that it was running."""
    trail: audit.Head | None = None
    fault: audit.Fault | None = None


def open_at(path: Path) -> Database:
    """The database in this file, whatever characters its name has."""
    return Database(URL.create("sqlite", database=str(path)), busy_seconds=WAITS)


def copy_whole(source: Path, to: Path, *, live: bool) -> None:
    """There is a copy of the database as it stood at one moment, in a new file `to`; writers are not held up.

    `live`: somebody may be writing to the source; otherwise it is left untouched and read with the log beside it, if
    one is there. Raises CopyError; then nothing is left at `to`.
    """
    try:
        os.close(private.create(to))
    except OSError as error:
        raise CopyError(f"{to} can't be made ({type(error).__name__})") from error
    try:
        with closing(_open(source, live=live)) as whole, closing(sqlite3.connect(to, isolation_level=None)) as copy:
            whole.execute("BEGIN")
            whole.execute("SELECT count(*) FROM sqlite_master").fetchone()  # waits here, and no longer than WAITS
            whole.backup(copy)
        as_one_file(to)
    except (sqlite3.Error, OSError, CopyError) as error:
        remove(to)
        why = getattr(error, "sqlite_errorname", type(error).__name__)
        if why == "SQLITE_NOTADB":
            raise CopyError(f"{source} is no database") from error
        raise CopyError(f"{source} can't be copied to {to} ({why})") from error


def as_one_file(copy: Path) -> None:
    """All of the copy stands in its one file, for good. Nobody else may have it open; raises CopyError."""
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
            raw.execute("PRAGMA journal_mode=DELETE")
        _sync(copy)
    except (sqlite3.Error, OSError) as error:
        raise CopyError(f"{copy} can't be written ({type(error).__name__})") from error


def _open(source: Path, *, live: bool) -> sqlite3.Connection:
    # Without a log nothing need be written beside it: it may lie where nothing can be.
    still = "mode=ro" if Path(f"{source}-wal").exists() else "mode=ro&immutable=1"
    how = "mode=rw" if live else still
    return sqlite3.connect(f"{source.resolve().as_uri()}?{how}", uri=True, timeout=WAITS, isolation_level=None)


def examine(copy: Path, now: datetime) -> Found:
    """What the copy holds, having walked all of it. Raises CopyError where it is damaged, or no database of ours."""
    try:
        with closing(_open(copy, live=False)) as raw:
            whole = raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            refers = raw.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.Error as error:
        raise CopyError(f"{copy} is no database, or is damaged ({error.sqlite_errorname})") from error
    if not whole or not refers:
        raise CopyError(f"{copy} is damaged")
    database = open_at(copy)
    try:
        state = schema.state(database)
        if state.revision is None:
            raise CopyError(f"{copy} is no database of Altogether")
        if state.standing is not Standing.CURRENT:
            return Found(state.standing, state.revision)
        return _look(database, state.revision, now)
    finally:
        database.close()


def _look(database: Database, revision: str, now: datetime) -> Found:
    with database.reading("", now) as tx:
        house = tellers.any_workspace(tx)
    if house is None:
        return Found(Standing.CURRENT, revision)
    with database.reading(house.id, now) as tx:
        return Found(
            Standing.CURRENT,
            revision,
            stories=stories.count(tx),
            workspace=house.id,
            team_id=house.slack_team_id,
            alive_at=house.last_alive_at,
            trail=audit.head(tx),
            fault=audit.check(tx),
        )


def name(copy: Path, final: Path) -> None:
    """The copy has its final name, at once and for good; what had that name is gone. Raises CopyError."""
    try:
        copy.replace(final)
        _sync(final.parent)
    except OSError as error:
        raise CopyError(f"{final} can't be written ({type(error).__name__})") from error


def put_in_place(copy: Path, database: Path, aside: Path) -> bool:
    """The copy is the database; what was there is whole under the name `aside`. False where there was nothing.

    Raises CopyError; the database that was there then still is, under its own name or, should its log have been moved
    already, under `aside` with it.
    """
    database = database.resolve()
    try:
        was = database.stat() if database.exists() and database.stat().st_size else None
        if was is not None:
            _keep_aside(database, aside)
            for one in (copy, aside, Path(f"{aside}-wal")):  # whatever the mode was: what is kept holds words too
                if one.exists():
                    one.chmod(private.ALONE)
            now = copy.stat()
            if (now.st_uid, now.st_gid) != (was.st_uid, was.st_gid):
                os.chown(copy, was.st_uid, was.st_gid)  # put back by an administrator, used by the bot's own user
        for end in _BESIDE:  # the log of one database beside another would be written into it
            Path(f"{database}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise CopyError(f"{database} can't be kept aside as {aside} ({type(error).__name__})") from error
    name(copy, database)
    return was is not None


def _keep_aside(database: Path, aside: Path) -> None:
    """The database has a second name, with its log where that cannot be written back: then it is damaged."""
    with suppress(sqlite3.Error):
        open_at(database).empty_log()
    log = Path(f"{database}-wal")
    if log.exists() and log.stat().st_size:
        shutil.copy2(log, f"{aside}-wal")
        _sync(Path(f"{aside}-wal"))
    try:
        os.link(database, aside)
    except OSError:  # not every file system has second names
        shutil.copy2(database, aside)
        _sync(aside)
    _sync(aside.parent)


def remove(copy: Path) -> None:
    """Nothing is left of the copy."""
    for path in (copy, *(Path(f"{copy}{end}") for end in _BESIDE)):
        path.unlink(missing_ok=True)


def doubt_what_waits(tx: Tx) -> int:
    """Whatever waited to be posted may have been since: it is looked for in Slack before it is sent; returns how many.

    Messages that are due later are left as they are, unless their time has come meanwhile.
    """
    return tx.connection.execute(
        update(OutboxRowTable)
        .where(
            OutboxRowTable.workspace == tx.workspace,
            OutboxRowTable.state == OutboxState.QUEUED,
            OutboxRowTable.op == Op.POST,
            OutboxRowTable.due_at <= tx.now,
        )
        .values(state=OutboxState.SENDING)
    ).rowcount


def _sync(path: Path) -> None:
    """What was written to the file or folder survives a power cut."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders, and needs none to be written out
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
