"""A batch of jobs in one transaction, on the one connection that writes: begun here, and committed or dropped.

Whoever commits may be another thread than whoever began, but there is never a second batch meanwhile (`waiting.py`).
Whatever goes wrong, the connection goes with it. Only `writer.py` has one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RootTransaction

from storage import inbox
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.jobs import ALREADY_DONE, Job


@dataclass(slots=True)
class Begun:
    """A batch whose jobs have run, and which is still to be committed."""

    transaction: RootTransaction
    results: list[Any]
    lanes: set[str]
    """Of the outbox, that have something new."""
    written: int
    """Rows that it wrote."""


class Batches:
    """Runs the jobs of one batch after the other, each in a `Tx` of its own."""

    def __init__(
        self, database: Database, workspace: str, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._database, self._workspace, self._now, self._new_id = database, workspace, now, new_id
        self._connection: Connection | None = None
        self._waits = True
        """Whether the connection waits for a locked database."""

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection: to open one can take its time."""
        return self._connection is not None

    def begin(self, batch: Sequence[Job[Any]], *, wait: bool, at_once: bool) -> Begun:
        """Run the jobs in one transaction that is still to be committed; `wait` for a locked database, or fail.

        `at_once` is handed on to the jobs (`Tx.at_once`). Raises whatever a job raises, or DatabaseUnavailable.
        """
        results: list[Any] = []
        lanes: set[str] = set()
        try:
            connection = self._connect(wait=wait)
            before = _changes(connection)
            transaction = connection.begin()
            for job in batch:
                tx = Tx(connection, self._workspace, self._now(), self._new_id, at_once=at_once)
                if job.key is not None and not inbox.remember(tx, job.key):
                    results.append(ALREADY_DONE)
                    continue
                results.append(job.work(tx))
                lanes |= tx.lanes
                self._still_inside(connection)
        except BaseException:
            self.drop()
            raise
        return Begun(transaction, results, lanes, _changes(connection) - before)

    def commit(self, begun: Begun) -> None:
        """The batch is stored, or nothing of it is."""
        try:
            begun.transaction.commit()
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Give up the connection, and what was begun on it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # A connection that has failed is not trusted again: no half-open transaction can follow from it.
            connection.invalidate()
            connection.close()

    def _connect(self, *, wait: bool) -> Connection:
        if self._connection is None:
            self._connection = self._database.write_engine.connect()
            self._waits = True
        if self._waits is not wait:
            self._database.set_waiting(self._connection, wait=wait)
            self._waits = wait
        return self._connection

    def _still_inside(self, connection: Connection) -> None:
        """Refuse to commit when the database has silently ended the transaction (it does so on a full disk)."""
        raw: Any = connection.connection.dbapi_connection
        if raw is not None and hasattr(raw, "in_transaction") and not raw.in_transaction:
            raise DatabaseUnavailable("the transaction was dropped")


def _changes(connection: Connection) -> int:
    """How many rows this connection has written since it was opened."""
    return int(getattr(connection.connection.dbapi_connection, "total_changes", 0))
