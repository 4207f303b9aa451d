"""The engine and the transaction: how a database is opened, read and described.

SQLite is opened for durability (`synchronous=FULL`, WAL) and for forgetting (`secure_delete`). Writing has one door,
`storage.writer`; reads use connections of their own that cannot write.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool

from storage import private
from storage.errors import DatabaseUnavailable, is_refused_write, is_unavailable, why_unavailable
from storage.prepared import Prepared
from storage.tables import Base

T = TypeVar("T")
_REWRITTEN_IN_MEMORY: Final = 128 * 2**20
"""Bytes of a file up to which nothing goes to a temporary file when it is written anew."""
_KEPT_BY_A_READER: Final = 500
"""Kibibytes of pages that a connection which only reads holds: whatever is written makes them useless."""


def random_id() -> str:
    """Sixteen letters and digits that say nothing about when or for whom they were made."""
    return secrets.token_hex(8)


# Built once for each table: to build a statement takes longer than to run it.


@cache
def _insert_into(table: type[Base]) -> Prepared:
    return Prepared(insert(cast(Table, table.__table__)))


@cache
def _insert_once_into(table: type[Base]) -> Prepared:
    return Prepared(sqlite.insert(cast(Table, table.__table__)).on_conflict_do_nothing())


@cache
def _upsert_into(table: type[Base], key: tuple[str, ...], others: tuple[str, ...]) -> Prepared:
    statement = sqlite.insert(cast(Table, table.__table__))
    new = {name: statement.excluded[name] for name in others}
    return Prepared(statement.on_conflict_do_update(index_elements=["workspace", *key], set_=new))


@dataclass(slots=True)
class Tx:
    """What every service function takes: one transaction, in one workspace, at one instant."""

    connection: Connection
    workspace: str
    now: datetime
    new_id: Callable[[], str] = random_id
    lanes: set[str] = field(default_factory=set)
    """Outbox lanes that this transaction gave something to do; told to delivery after the commit."""
    at_once: bool = True
    """Whether delivery can take a message on at once: if so, one whose lane is idle counts as being sent."""
    raw: sqlite3.Connection = field(init=False, repr=False)
    """The driver's own connection, for statements that are prepared."""
    heard: bool = field(init=False, repr=False)
    """Whether somebody listens to the engine's statements, as tests do."""

    def __post_init__(self) -> None:
        self.raw = cast(sqlite3.Connection, self.connection.connection.dbapi_connection)
        self.heard = bool(self.connection.dispatch.before_cursor_execute)

    def insert(self, table: type[Base], values: Mapping[str, Any]) -> None:
        """Insert one row of this workspace."""
        _insert_into(table).change(self, {"workspace": self.workspace, **values})

    def insert_once(self, table: type[Base], values: Mapping[str, Any]) -> bool:
        """Insert unless a row with one of the unique keys is there; returns whether it was inserted."""
        return _insert_once_into(table).change(self, {"workspace": self.workspace, **values}) == 1

    def upsert(self, table: type[Base], values: Mapping[str, Any], *, key: tuple[str, ...]) -> None:
        """Insert the row, or set its other columns where one with this key is there."""
        others = tuple(name for name in values if name not in key)
        _upsert_into(table, key, others).change(self, {"workspace": self.workspace, **values})


@contextmanager
def _naming_unavailability() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_unavailable(error) and not is_refused_write(error):
            raise DatabaseUnavailable(why_unavailable(error)) from error
        raise


class Database:
    """One database: an engine that may write (used by the writer alone) and one that may only read."""

    def __init__(self, url: str | URL, *, busy_seconds: float = 5.0) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() != "sqlite":
            raise ValueError("only SQLite is served so far: use sqlite:///FILE")
        if not self.url.database or self.url.database == ":memory:":
            raise ValueError("a database in memory forgets everything: use sqlite:///FILE")
        self.path = Path(self.url.database)
        self._busy_ms = int(busy_seconds * 1000)
        self._kept: Connection | None = None
        self.write_engine = self._engine(read_only=False)
        self.read_engine = self._engine(read_only=True)

    def _engine(self, *, read_only: bool) -> Engine:
        # hide_parameters: an error that quoted the statement's parameters would print people's words.
        engine = create_engine(
            self.url,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=4,
            pool_use_lifo=True,  # the one used last has its statements and its pages at hand
            max_overflow=8,
            connect_args={
                "check_same_thread": False,
                "timeout": self._busy_ms / 1000,
                "isolation_level": None,
                "cached_statements": 512,  # of sqlite3's own 128, a story and its messages need more
            },
        )

        @event.listens_for(engine, "do_connect")
        def before_connect(_dialect: Any, _record: Any, _given: Any, _named: Any) -> None:
            private.create_if_missing(self.path)  # SQLite would let others read it; log and index take its mode

        @event.listens_for(engine, "connect")
        def on_connect(raw: Any, _record: Any) -> None:
            for pragma in (
                f"busy_timeout={self._busy_ms}",
                "foreign_keys=ON",
                "synchronous=FULL",
                "secure_delete=ON",
                "temp_store=MEMORY",  # nothing people wrote goes to a temporary file
            ):
                raw.execute(f"PRAGMA {pragma}")
            if read_only:
                raw.execute("PRAGMA query_only=ON")
                raw.execute(f"PRAGMA cache_size=-{_KEPT_BY_A_READER}")
            else:
                raw.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def on_begin(connection: Connection) -> None:
            raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            raw.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")

        return engine

    @contextmanager
    def reading(self, workspace: str, now: datetime) -> Iterator[Tx]:
        """A consistent view for reading; anything it writes is refused.

        Raises DatabaseUnavailable when the database cannot be read.
        """
        with _naming_unavailability(), self.read_engine.connect() as connection, connection.begin():
            yield Tx(connection, workspace, now)

    @contextmanager
    def reading_often(self, workspace: str, now: datetime) -> Iterator[Tx]:
        """The same on a connection that is kept, for one thread alone: to take one each time costs as much as a read.

        It waits for nobody: the event loop reads on it. Raises DatabaseUnavailable when it cannot be read now.
        """
        with _naming_unavailability():
            if self._kept is None:
                self._kept = self.read_engine.connect()
                self.set_waiting(self._kept, wait=False)
            try:
                with self._kept.begin():
                    yield Tx(self._kept, workspace, now)
            except Exception:
                self.end_reading_often()
                raise

    def end_reading_often(self) -> None:
        """Close the connection that was kept for it."""
        connection, self._kept = self._kept, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def set_waiting(self, connection: Connection, *, wait: bool) -> None:
        """Have this connection wait for a locked database from now on, as it does at first, or fail at once."""
        raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        raw.execute(f"PRAGMA busy_timeout={self._busy_ms if wait else 0}")

    def empty_log(self) -> bool:
        """Write everything back from the log into the database and cut the log to nothing; False while it is in use.

        What was deleted is then not in the log, and its place in the file is overwritten (`secure_delete`); for copies
        of it see `rewrite`. To be tried again until it succeeds; it waits a tenth of a second at most, so that nobody
        waits for it.
        """
        raw = sqlite3.connect(self.path, timeout=0.1, isolation_level=None)
        try:
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            if not is_unavailable(error):
                raise
            return False
        finally:
            raw.close()
        return not busy

    def rewrite(self) -> bool:
        """Write the whole file anew, without a trace of what was deleted; False while that cannot be done.

        `secure_delete` overwrites a row where it stands. A copy that SQLite left behind when it moved the row to
        another page, to make room, stays in that page's unused part until the page is written from scratch (seen with
        SQLite 3.40). Whoever writes meanwhile waits: half a second for every 50 MB. Afterwards, `empty_log`.
        """
        raw = sqlite3.connect(self.path, timeout=0.1, isolation_level=None)
        try:
            raw.execute("PRAGMA secure_delete=ON")
            small = self.path.stat().st_size <= _REWRITTEN_IN_MEMORY
            raw.execute(f"PRAGMA temp_store={'MEMORY' if small else 'FILE'}")
            raw.execute("VACUUM")
        except sqlite3.Error as error:
            if not is_unavailable(error):
                raise
            return False
        finally:
            raw.close()
        return True

    def trouble(self) -> str | None:
        """Why the database cannot be written at this moment, or is not whole; None: all is well. Changes nothing."""
        try:
            with closing(sqlite3.connect(self.path, timeout=self._busy_ms / 1000, isolation_level=None)) as raw:
                raw.execute("BEGIN IMMEDIATE")
                raw.execute("ROLLBACK")
                whole = raw.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        except sqlite3.Error as error:
            return why_unavailable(error)
        return None if whole else "it is damaged"

    def close(self) -> None:
        """Close every connection."""
        self.end_reading_often()
        self.write_engine.dispose()
        self.read_engine.dispose()
