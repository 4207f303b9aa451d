"""Whether anything that is kept leads from a story to a person: every table, every value that two rows have in common.

Looks at the database as somebody would who has its file and patience: ids, Slack ids, places in Slack and instants to
the microsecond, in columns and inside what is kept as JSON, in lanes and in keys.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import JSON

from storage.tables import Base
from storage.types import UtcInstant, to_microseconds

Where = tuple[str, int]
"""A table, and a row's place in what was read of it."""

_ID: Final = re.compile(r"\b(?:[0-9a-f]{16}|[A-Z][A-Z0-9]{5,}|\d{9,}\.\d{6})\b")
"""Our own ids, Slack's ids, and where a message stands."""
_DAY: Final = 24 * 3600 * 1_000_000


class Kept:
    """All rows of a database, each with the values by which it could be joined to another."""

    def __init__(self, file: Path, *, common: Iterable[str]) -> None:
        """`common` are values that everybody has in common and that say nothing about one person: channels, say."""
        common = set(common)
        self.values: dict[Where, set[str]] = {}
        self.rows: dict[str, set[Where]] = defaultdict(set)
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5) as connection:
            connection.row_factory = sqlite3.Row
            for name, table in Base.metadata.tables.items():
                for place, row in enumerate(connection.execute(f"SELECT * FROM {name}")):
                    kinds = {column.name: column.type for column in table.columns}
                    found = {value for column in row.keys() for value in _joinable(kinds[column], row[column])}  # noqa: SIM118
                    self.values[name, place] = found - common
        for where, values in self.values.items():
            for value in values:
                self.rows[value].add(where)

    def path(self, start: str, ends: Iterable[str]) -> list[str]:
        """The shortest way from one value to any of the others, table by table; empty when there is none."""
        ends, came = set(ends), {start: ()}  # type: Mapping[str, tuple[str, ...]]
        todo = [start]
        while todo:
            value = todo.pop(0)
            if value in ends:
                return list(came[value])
            for where in self.rows[value]:
                for other in self.values[where] - came.keys():
                    came[other] = (*came[value], f"{where[0]}: {value} -> {other}")  # type: ignore[index]
                    todo.append(other)
        return []


def _joinable(kind: Any, value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(kind, UtcInstant):
        if value % _DAY:  # a day is what many have in common
            yield f"at {value}"
    elif isinstance(kind, JSON):
        yield from _inside(json.loads(value))
    elif isinstance(value, str):
        yield from _ID.findall(value)


def _inside(value: Any) -> Iterator[str]:
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
        if isinstance(one, dict | list):
            yield from _inside(one)
        elif isinstance(one, str):
            yield from _ID.findall(one)
            try:
                at = datetime.fromisoformat(one)
            except ValueError:
                continue
            if at.tzinfo is not None:
                yield f"at {to_microseconds(at)}"
