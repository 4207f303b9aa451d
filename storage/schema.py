"""Whether a database has the tables of this program, and how it gets them.

Every database is made by the same migrations, a fresh one too; each run is one transaction that leaves no trace when it
fails. Called by `altogether migrate`, `run` and `doctor`; the caller holds `storage.lock` while it migrates.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import Database
from storage.errors import DatabaseNotReady, DatabaseUnavailable, StorageError, is_unavailable, why_unavailable

MIGRATIONS = Path(__file__).with_name("migrations")


class Standing(StrEnum):
    """How a database's tables stand to this program's."""

    MISSING = "missing"
    BEHIND = "behind"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class State:
    """A database's revision (None before the first migration) beside the one this program needs."""

    standing: Standing
    revision: str | None
    head: str


def state(database: Database, *, script_location: Path = MIGRATIONS) -> State:
    """How the database stands: missing, behind, current, or ahead (made by a newer program). Changes nothing.

    A file that is not there is not created. Raises DatabaseUnavailable when the database cannot be read.
    """
    scripts = ScriptDirectory(str(script_location))
    if not database.path.exists():
        return State(Standing.MISSING, None, _head(scripts))
    try:
        with database.read_engine.connect() as connection:
            return _state(connection, scripts)
    except Exception as error:
        if is_unavailable(error):
            raise DatabaseUnavailable(why_unavailable(error)) from error
        raise


def ready(database: Database) -> None:
    """Returns when the database has the tables of this program. Raises DatabaseNotReady, which says what to do."""
    found = state(database)
    if found.standing is Standing.MISSING:
        raise DatabaseNotReady(f"{database.path} has no tables yet; make them with: altogether migrate")
    if found.standing is Standing.BEHIND:
        raise DatabaseNotReady(
            f"{database.path} was made by an earlier version (at {found.revision}, needs {found.head}); "
            "bring it up to date with: altogether migrate"
        )
    if found.standing is Standing.AHEAD:
        raise _made_by_newer(database, found)


def migrate(database: Database, *, script_location: Path = MIGRATIONS) -> tuple[str, str]:
    """Bring the database to this program's revision in one transaction; returns (from, to), "" before the first.

    Raises DatabaseUnavailable when it cannot be written, and DatabaseNotReady when it was made by a newer version or a
    migration fails. Whatever it raises, the database is as it was.
    """
    scripts = ScriptDirectory(str(script_location))
    try:
        with database.write_engine.connect() as connection:
            # SQLite changes a table by making another and dropping the first; with foreign keys on, the drop would
            # delete every row that refers to it. Source: https://www.sqlite.org/lang_altertable.html#otheralter
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    return _upgrade(connection, scripts, database)
            finally:
                connection.invalidate()  # closed, not returned to the pool: the next one has its foreign keys on
    except StorageError:
        raise
    except Exception as error:
        if is_unavailable(error):
            raise DatabaseUnavailable(why_unavailable(error)) from error
        raise DatabaseNotReady(
            f"{database.path} could not be migrated ({type(error).__name__}); nothing in it was changed"
        ) from error


def _upgrade(connection: Connection, scripts: ScriptDirectory, database: Database) -> tuple[str, str]:
    before = _state(connection, scripts)
    if before.standing is Standing.AHEAD:
        raise _made_by_newer(database, before)
    config = Config()
    config.set_main_option("script_location", str(scripts.dir).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, before.head)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseNotReady(
            f"{database.path} could not be migrated (rows of {broken[0]} would refer to nothing); nothing was changed"
        )
    return before.revision or "", before.head


def _state(connection: Connection, scripts: ScriptDirectory) -> State:
    head = _head(scripts)
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return State(Standing.MISSING, None, head)
    if revision == head:
        return State(Standing.CURRENT, revision, head)
    known = {script.revision for script in scripts.walk_revisions()}
    return State(Standing.BEHIND if revision in known else Standing.AHEAD, revision, head)


def _head(scripts: ScriptDirectory) -> str:
    head = scripts.get_current_head()
    if head is None:
        raise DatabaseNotReady("this installation has no migrations; install Altogether again")
    return head


def _made_by_newer(database: Database, found: State) -> DatabaseNotReady:
    return DatabaseNotReady(
        f"{database.path} was made by a newer version of Altogether (at {found.revision}; this one ends at "
        f"{found.head}); install that version, or point DATABASE_URL elsewhere (altogether migrate cannot go back)"
    )
