"""What the storybook's tests share: a database to plant stories in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest

from storage.database import Database, Tx

Begin = Callable[[], AbstractContextManager[Tx]]


@pytest.fixture
def begin(database: Database, workspace: str, now: datetime) -> Begin:
    """A transaction in this test's own thread, committed at the end of its block."""

    @contextmanager
    def begin() -> Iterator[Tx]:
        with database.write_engine.begin() as connection:
            yield Tx(connection, workspace, now)

    return begin
