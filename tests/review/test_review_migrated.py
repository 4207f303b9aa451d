"""The step to two reviewers: what one person had approved that needed two, and was not posted, waits for the second."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from storage import schema
from storage.database import Database


def put(connection: sqlite3.Connection, table: str, **given: Any) -> None:
    """A row with these values; what else must not be null is empty."""
    columns = connection.execute(f"SELECT name, type, [notnull] FROM pragma_table_info('{table}')").fetchall()
    empty = {name: 0 if "INT" in kind or kind == "BOOLEAN" else "" for name, kind, needed in columns if needed}
    row = {**empty, "workspace": "w", **given}
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def story(connection: sqlite3.Connection, number: int, status: str, *, care: bool, approvers: str) -> None:
    """A story and who approved it, in order: `ab`."""
    approved = 1 if status in ("approved", "posted") else None
    id_ = f"s{number}"
    put(connection, "story_version", story_id=id_, n=1)
    put(
        connection,
        "story",
        id=id_,
        number=number,
        status=status,
        care=care,
        current_version=1,
        approved_version=approved,
        told_slot_at=7,
    )
    for at, who in enumerate(approvers):
        put(connection, "decision", id=f"{id_}{at}", story_id=id_, version=1, reviewer=who, verb="approve", at=at)


def test_what_one_person_approved_waits_for_the_second(tmp_path: Path) -> None:
    """Only unposted stories that need two go back, with the last approval as their first; the rest stay as they are."""
    before = Path(shutil.copytree(schema.MIGRATIONS, tmp_path / "before"))
    for step in (before / "versions").glob("*.py"):
        if step.name[:4].isdigit() and step.name[:4] >= "0005":
            step.unlink()
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    assert schema.migrate(database, script_location=before) == ("", "0004")
    with closing(sqlite3.connect(database.path)) as connection:
        connection.execute("INSERT INTO workspace (id, slack_team_id, first_started_at) VALUES ('w', 'T0', 0)")
        put(connection, "script_version")
        story(connection, 1, "approved", care=True, approvers="ab")
        story(connection, 2, "approved", care=False, approvers="a")
        story(connection, 3, "posted", care=True, approvers="a")
        story(connection, 4, "submitted", care=True, approvers="a")
        connection.commit()
    schema.migrate(database)
    with closing(sqlite3.connect(database.path)) as connection:
        stands = connection.execute(
            "SELECT number, status, approved_version, told_slot_at, first_approver FROM story ORDER BY number"
        ).fetchall()
    database.close()
    assert stands == [
        (1, "submitted", None, None, "b"),
        (2, "approved", 1, 7, None),
        (3, "posted", 1, 7, None),
        (4, "submitted", None, 7, None),
    ]
