"""What the intake room's tests share."""

from collections.abc import Iterator

import pytest
from intake_house import House
from intake_person import Person

from storage.database import Database


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, with the default script."""
    made = House(database)
    yield made
    made.close()


@pytest.fixture
def sam(house: House) -> Person:
    """Somebody who may tell a story."""
    return Person(house, "Sam")


@pytest.fixture
def rae(house: House) -> Person:
    """Somebody else."""
    return Person(house, "Rae")
