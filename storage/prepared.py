"""Statements that are asked with every message: written with SQLAlchemy, put into SQL once, run on the driver itself.

To have SQLAlchemy run a statement costs ten times what SQLite takes for it, even when it knows the statement well. So
it is compiled here once, with what turns values into the database's and back, and from then on only executed. Used by
the modules of this folder; a statement that is asked seldom does not need it.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import JSON, Enum, Executable
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.types import UtcInstant, from_microseconds, to_microseconds

if TYPE_CHECKING:
    from storage.database import Tx

HERE: Final = "here"
"""The name that a statement binds the workspace to; it need not be passed."""

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


class _Plan(NamedTuple):
    """A compiled statement: its text, its parameters in order, and what to do with each column of its rows."""

    sql: str
    own: list[Any]
    """What it brings itself, as the database's, in the places of all its parameters."""
    here: tuple[int, ...]
    """Where the workspace stands."""
    plain: tuple[tuple[int, str], ...]
    """Where something that is passed stands as it is, and its name."""
    given: tuple[tuple[int, str, Convert], ...]
    """Where something else that is passed stands, its name, and what makes it the database's."""
    columns: tuple[tuple[int, Convert], ...]
    """Those columns that are not as the database gives them."""


class Prepared:
    """One statement. Values are passed by the names that it binds, or (INSERT, UPDATE) by those of columns to set."""

    __slots__ = ("_plans", "_statement")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def all(self, tx: "Tx", values: Mapping[str, Any] = {}) -> list[Row]:
        """Every row."""
        cursor, columns = self._run(tx, values)
        rows: list[Row] = cursor.fetchall()
        return [_converted(row, columns) for row in rows] if columns else rows

    def first(self, tx: "Tx", values: Mapping[str, Any] = {}) -> Row | None:
        """The first row, or None."""
        cursor, columns = self._run(tx, values)
        row: Row | None = cursor.fetchone()
        cursor.close()
        return _converted(row, columns) if columns and row is not None else row

    def scalar(self, tx: "Tx", values: Mapping[str, Any] = {}) -> Any:
        """The first column of the first row; None where there is no row."""
        row = self.first(tx, values)
        return None if row is None else row[0]

    def scalars(self, tx: "Tx", values: Mapping[str, Any] = {}) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(tx, values)]

    def change(self, tx: "Tx", values: Mapping[str, Any] = {}) -> int:
        """How many rows were inserted, changed or deleted."""
        return self._run(tx, values)[0].rowcount

    def _run(self, tx: "Tx", values: Mapping[str, Any]) -> tuple[sqlite3.Cursor, tuple[tuple[int, Convert], ...]]:
        key = tuple(values)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _plan(self._statement, tx.connection.dialect, key)
        sql, own, here, plain, given, columns = plan
        bound = own.copy()
        for place in here:
            bound[place] = tx.workspace
        for place, name in plain:
            bound[place] = values[name]
        for place, name, convert in given:
            value = values[name]
            bound[place] = None if value is None else convert(value)
        if tx.heard:
            _announce(tx.connection, sql, bound)
        return tx.raw.execute(sql, bound), columns


def _converted(row: Row, columns: Sequence[tuple[int, Convert]]) -> Row:
    made = list(row)
    for index, convert in columns:
        value = made[index]
        if value is not None:
            made[index] = convert(value)
    return tuple(made)


def _announce(connection: Connection, sql: str, given: list[Any]) -> None:
    """Tell whoever listens to the engine's statements (tests do), as SQLAlchemy would."""
    cursor = cast(sqlite3.Connection, connection.connection.dbapi_connection).cursor()
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, sql, tuple(given), None, False)


def _plan(statement: Executable, dialect: Dialect, names: Sequence[str]) -> _Plan:
    compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect, column_keys=[HERE, *names]))
    if compiled.positiontup is None or compiled.post_compile_params or compiled.insert_prefetch:
        raise ValueError("only a statement of fixed length whose values are all given can be prepared")
    own: list[Any] = []
    here: list[int] = []
    plain: list[tuple[int, str]] = []
    given: list[tuple[int, str, Convert]] = []
    for place, name in enumerate(compiled.positiontup):
        bind = compiled.binds[name]
        convert = _to_database(bind.type, dialect)
        own.append(None)
        if name in names:
            if convert is None:
                plain.append((place, name))
            else:
                given.append((place, name, convert))
        elif name == HERE:
            here.append(place)
        elif bind.required:
            raise ValueError(f"the statement needs a value for {name}")
        else:
            value = bind.callable() if bind.callable is not None else bind.value
            own[place] = value if convert is None else convert(value)
    # What a SELECT selects; what an INSERT, UPDATE or DELETE returns.
    columns: Sequence[Any] = getattr(statement, "selected_columns", ()) or getattr(statement, "exported_columns", ())
    converts = ((index, _from_database(column.type, dialect)) for index, column in enumerate(columns))
    return _Plan(
        compiled.string,
        own,
        tuple(here),
        tuple(plain),
        tuple(given),
        tuple((index, convert) for index, convert in converts if convert is not None),
    )


# What SQLAlchemy would do for these types takes several calls for each value. NULL is None, and is not converted.


_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = cast(Any, json.JSONDecoder()).scan_once
"""What `json.loads` comes down to, after two looks for white space around it: SQLAlchemy writes none."""


def _from_json(text: str) -> Any:
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:  # how it says that this is no JSON; `json.loads` says it as an error
        end = -1
    return value if end == len(text) else json.loads(text)


def _to_database(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, UtcInstant):
        return to_microseconds
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _from_database(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, UtcInstant):
        return from_microseconds
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member.value: member for member in kind.enum_class}.__getitem__
    if isinstance(kind, JSON):
        return _from_json
    return kind.dialect_impl(dialect).result_processor(dialect, None)
