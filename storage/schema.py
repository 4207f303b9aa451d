"""Whether a database has the tables of this program, and how it gets them.

Every database is made by the same migrations, a fresh one too; each run is one transaction that leaves no trace when it
fails. Called by `altogether migrate`, `run` and `doctor`; the caller holds `storage.lock` while it migrates.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from storage.database import Database
from storage.errors import DatabaseNotReady, DatabaseUnavailable, StorageError, is_unavailable, why_unavailable

MIGRATIONS = Path(__file__).with_name("migrations")
_NAMED = re.compile(r"""^(revision|down_revision)\b[^=\n]*= *["']([^"']+)["']""", re.MULTILINE)


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
    if not database.path.exists():
        return State(Standing.MISSING, None, _head(script_location))
    try:
        with database.read_engine.connect() as connection:
            return _state(connection, script_location)
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
    try:
        with database.write_engine.connect() as connection:
            # SQLite changes a table by making another and dropping the first; with foreign keys on, the drop would
            # delete every row that refers to it. Source: https://www.sqlite.org/lang_altertable.html#otheralter
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    return _upgrade(connection, script_location, database)
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


def _upgrade(connection: Connection, script_location: Path, database: Database) -> tuple[str, str]:
    # Only here: whoever just wants to start need not wait for the whole of Alembic to be read.
    from alembic import command
    from alembic.config import Config

    before = _state(connection, script_location)
    if before.standing is Standing.AHEAD:
        raise _made_by_newer(database, before)
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, before.head)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseNotReady(
            f"{database.path} could not be migrated (rows of {broken[0]} would refer to nothing); nothing was changed"
        )
    return before.revision or "", before.head


def _state(connection: Connection, script_location: Path) -> State:
    revision = _revision(connection)
    if revision is not None and revision == _written_head(script_location):
        return State(Standing.CURRENT, revision, revision)  # as at nearly every start, which need not read Alembic
    known = _revisions(script_location)
    head = _head(script_location)
    if revision is None:
        return State(Standing.MISSING, None, head)
    if revision == head:
        return State(Standing.CURRENT, revision, head)
    return State(Standing.BEHIND if revision in known else Standing.AHEAD, revision, head)


def _revision(connection: Connection) -> str | None:
    """What Alembic has noted in the database of the last migration."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _written_head(script_location: Path) -> str | None:
    """The last revision as the migrations' files have it; None where they are not all written in the usual way."""
    files = [file for file in (script_location / "versions").glob("*.py") if file.name != "__init__.py"]
    named = [dict(_NAMED.findall(file.read_text(encoding="utf-8"))) for file in files]
    last = {one.get("revision") for one in named} - {one.get("down_revision") for one in named}
    whole = sum("down_revision" in one for one in named) == len(files) - 1  # the first follows none
    return last.pop() if whole and len(last) == 1 else None


def _revisions(script_location: Path) -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(script_location)).walk_revisions()}


def _head(script_location: Path) -> str:
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(script_location)).get_current_head()
    if head is None:
        raise DatabaseNotReady("this installation has no migrations; install Altogether again")
    return head


def _made_by_newer(database: Database, found: State) -> DatabaseNotReady:
    return DatabaseNotReady(
        f"{database.path} was made by a newer version of Altogether (at {found.revision}; this one ends at "
        f"{found.head}); install that version, or point DATABASE_URL elsewhere (altogether migrate cannot go back)"
    )
