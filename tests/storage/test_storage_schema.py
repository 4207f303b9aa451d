"""A database is made by migrations alone, and they say the same as the tables the program is written against."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import schema
from storage.database import Database
from storage.errors import DatabaseNotReady, DatabaseUnavailable
from storage.schema import Standing
from storage.tables import Base

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "0999", {head!r}, None, None
def upgrade():
{body}
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'fresh.db'}", busy_seconds=0.1)


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A copy of the migrations, to which a test adds a step."""
    return Path(shutil.copytree(schema.MIGRATIONS, tmp_path / "100% spare steps"))


def add_step(steps: Path, fresh: Database, body: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    head = schema.state(fresh).head
    (steps / "versions" / "0999_next.py").write_text(NEXT_STEP.format(head=head, body=lines))


def described(path: Path) -> dict[str, Any]:
    """Everything SQLite knows of each table and index, without the order in which constraints were written."""
    connection = sqlite3.connect(path)
    found: dict[str, Any] = {}
    for name, kind, sql in connection.execute("SELECT name, type, sql FROM sqlite_master"):
        if name == "alembic_version" or name.startswith("sqlite_autoindex_alembic"):
            continue
        if kind == "table":
            keys = connection.execute(f"SELECT * FROM pragma_foreign_key_list('{name}')").fetchall()
            constraints = set(re.findall(r"CONSTRAINT (\w+)", sql))
            columns = connection.execute(f"SELECT * FROM pragma_table_xinfo('{name}')").fetchall()
            found[name] = (columns, {key[2:] for key in keys}, constraints)
        elif sql is not None:
            found[name] = " ".join(sql.split())
    connection.close()
    return found


def test_tables_and_migrations_are_the_same(database: Database) -> None:
    """Alembic finds no difference between a migrated database and the tables that statements are written against."""
    with database.read_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_columns_keys_and_index_conditions_are_the_same(database: Database, tmp_path: Path) -> None:
    """Columns, foreign keys, names of constraints and conditions of indexes agree, as SQLite itself tells them."""
    declared = Database(f"sqlite:///{tmp_path / 'declared.db'}")
    Base.metadata.create_all(declared.write_engine)
    declared.close()
    assert described(database.path) == described(declared.path)


def test_migrating_a_fresh_database_once_and_again(fresh: Database) -> None:
    """A fresh database goes from nothing to the newest revision; a second run changes nothing."""
    head = schema.state(fresh).head
    assert schema.migrate(fresh) == ("", head)
    before = fresh.path.read_bytes()
    assert schema.migrate(fresh) == (head, head)
    assert fresh.path.read_bytes() == before


def test_looking_creates_nothing(fresh: Database) -> None:
    """Asking how a database stands does not bring a file into being."""
    assert schema.state(fresh).standing is Standing.MISSING
    with pytest.raises(DatabaseNotReady, match="altogether migrate"):
        schema.ready(fresh)
    assert not fresh.path.exists()


def test_an_earlier_database_is_behind(fresh: Database, steps: Path) -> None:
    """A database that lacks a step is behind; migrating runs just that step and keeps the rows."""
    schema.migrate(fresh)
    head = schema.state(fresh).head
    add_step(steps, fresh, 'op.add_column("teller", sa.Column("nickname", sa.Text()))')
    assert schema.state(fresh, script_location=steps).standing is Standing.BEHIND
    assert schema.migrate(fresh, script_location=steps) == (head, "0999")
    assert "nickname" in str(described(fresh.path)["teller"])


def test_a_newer_database_is_left_alone(fresh: Database, steps: Path) -> None:
    """What a newer program made is neither used nor migrated, and the message says so."""
    add_step(steps, fresh, 'op.add_column("teller", sa.Column("nickname", sa.Text()))')
    schema.migrate(fresh, script_location=steps)
    assert schema.state(fresh).standing is Standing.AHEAD
    with pytest.raises(DatabaseNotReady, match="newer version"):
        schema.ready(fresh)
    with pytest.raises(DatabaseNotReady, match="newer version"):
        schema.migrate(fresh)


@pytest.mark.parametrize("populated", [False, True])
def test_a_failing_migration_leaves_no_trace(fresh: Database, steps: Path, populated: bool) -> None:
    """When a step fails half-way, all of the run is undone: a fresh database stays empty, an older one as it was."""
    if populated:
        schema.migrate(fresh)
    body = 'op.drop_table("permission")\nop.create_table("extra", sa.Column("id", sa.Text()))\nop.execute("nonsense")'
    add_step(steps, fresh, body)
    before = described(fresh.path) if populated else {}
    with pytest.raises(DatabaseNotReady, match="nothing in it was changed"):
        schema.migrate(fresh, script_location=steps)
    assert described(fresh.path) == before
    assert schema.state(fresh).standing is (Standing.CURRENT if populated else Standing.MISSING)
    schema.migrate(fresh)
    schema.ready(fresh)


def test_copying_a_table_keeps_the_rows_that_refer_to_it(
    database: Database, begin: Any, a_story: Any, steps: Path
) -> None:
    """A step that rebuilds a table does not delete, by cascade, what belongs to its rows."""
    with begin() as tx:
        a_story(tx)
    body = (
        'with op.batch_alter_table("story", recreate="always") as batch:\n    batch.alter_column("care", nullable=True)'
    )
    add_step(steps, database, body)
    schema.migrate(database, script_location=steps)
    with sqlite3.connect(database.path) as plain:
        assert plain.execute("SELECT count(*) FROM version_answer").fetchone() == (2,)
    with database.write_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_may_not_leave_rows_that_refer_to_nothing(
    database: Database, begin: Any, a_story: Any, steps: Path
) -> None:
    """A step after which a row refers to nothing is undone."""
    with begin() as tx:
        a_story(tx)
    add_step(steps, database, 'op.execute("DELETE FROM story")')
    with pytest.raises(DatabaseNotReady, match="refer to nothing"):
        schema.migrate(database, script_location=steps)
    with sqlite3.connect(database.path) as plain:
        assert plain.execute("SELECT count(*) FROM story").fetchone() == (1,)


def test_a_database_in_use_is_unavailable_to_migrate(fresh: Database) -> None:
    """While another process writes, migrating says that the database is unavailable, not that a migration is wrong."""
    schema.migrate(fresh)
    other = sqlite3.connect(fresh.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable):
        schema.migrate(fresh)
    other.close()


def test_something_else_is_unavailable(fresh: Database) -> None:
    """A file that is no database is reported as unavailable and left as it is."""
    fresh.path.write_text("Dear diary, " * 500)
    with pytest.raises(DatabaseUnavailable):
        schema.state(fresh)
    with pytest.raises(DatabaseUnavailable):
        schema.migrate(fresh)
    assert fresh.path.read_text().startswith("Dear diary")


def test_what_was_kept_for_longer_is_emptied(fresh: Database, steps: Path) -> None:
    """Bodies from before it was known whose they are do not outlive the migration, nor whom a sent whisper was for."""
    for later in (steps / "versions").glob("*.py"):
        if later.name[:4].isdecimal() and later.name > "0013":
            later.unlink()
    schema.migrate(fresh, script_location=steps)
    with closing(sqlite3.connect(fresh.path, isolation_level=None)) as old:
        old.execute("INSERT INTO parked VALUES ('W', 'event:1', '{\"token\": \"canary\"}', 'KeyError', 1)")
        for state in ("sent", "queued"):
            old.execute(
                "INSERT INTO outbox (workspace, id, lane, seq, recipient, op, kind, args, person, state, attempts, "
                "enqueued_at, due_at) VALUES ('W', ?, ?, 1, 'channel:C1', 'whisper', 'k', '{}', 'U1', ?, 0, 1, 1)",
                (state, state, state),
            )
    assert schema.migrate(fresh)[0] == "0012"
    with closing(sqlite3.connect(fresh.path)) as new:
        assert new.execute("SELECT key, body, reason, person FROM parked").fetchall() == [
            ("event:1", None, "KeyError", None)
        ]
        assert dict(new.execute("SELECT state, person FROM outbox")) == {"sent": None, "queued": "U1"}
    assert b"canary" not in fresh.path.read_bytes()
