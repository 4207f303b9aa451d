"""What the digest room's tests share."""

from collections.abc import Iterator

import pytest
from digest_house import House

from storage.database import Database


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, whose digest goes out on Fridays at 10am."""
    made = House(database)
    yield made
    made.close()
