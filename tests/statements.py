"""Every statement that is put to a database meanwhile, and how SQLite would find its rows: by an index or reading all.

Statements are taken as the driver gets them, with their values apart: a value that stands in the text could be served
by a partial index that a bound one is not.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Statement = tuple[str, tuple[Any, ...]]
_READS_ALL = re.compile(r"^SCAN (?P<table>\w+)")
_READS_WORKSPACE = re.compile(r"^SEARCH (?P<table>\w+) USING .*\(workspace=\?\)$")
"""There is one workspace: whatever is found by it alone is everything."""
_FEW = ("ix_outbox_waiting", "ix_outbox_parked", "ix_withdrawal_open", "uq_draft_open")
"""Indexes of what waits, was refused, is not settled or is being told: nothing of the past is in them."""
_NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) +(\w+)(?: AS (\w+))?")


@contextmanager
def heard() -> Iterator[list[Statement]]:
    """Everything that is asked of any database of this process meanwhile."""
    statements: list[Statement] = []

    def hear(_c: Any, _cursor: Any, sql: str, given: Any, _context: Any, many: bool) -> None:
        statements.append((sql, tuple(given[0] if many else given)))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def whole_readings(raw: sqlite3.Connection, statement: Statement) -> set[str]:
    """Tables that the statement reads from end to end, those apart of which an index holds but a few rows."""
    sql, given = statement
    aliases = {alias or table: table for table, alias in _NAMED.findall(sql)}
    found = set()
    for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given):
        match = _READS_ALL.match(detail) or _READS_WORKSPACE.match(detail)
        if match and match["table"] in aliases and not any(name in detail for name in _FEW):
            found.add(aliases[match["table"]])
    return found


def sorts(raw: sqlite3.Connection, statement: Statement) -> bool:
    """Whether it finds all rows before it puts them into order: a limit does not spare it any."""
    sql, given = statement
    return any("TEMP B-TREE FOR ORDER BY" in detail for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given))


def indexes_used(raw: sqlite3.Connection, statement: Statement) -> set[str]:
    """Names of the indexes by which it finds its rows, those that stand for a key left out."""
    sql, given = statement
    details = (detail for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given))
    return {name for detail in details for name in re.findall(r"INDEX (\w+)", detail) if "autoindex" not in name}
