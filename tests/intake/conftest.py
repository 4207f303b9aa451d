"""What the intake room's tests share."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from intake_house import Benches, House, Moment
from intake_person import PLACES, At, Person

Journey = dict[str, tuple[Moment, dict[str, Any]]]


@pytest.fixture(scope="session")
def all_benches(tmp_path_factory: pytest.TempPathFactory) -> Benches:
    """The databases that the tests work on, one after another."""
    return Benches(tmp_path_factory.mktemp("benches"))


@pytest.fixture
def benches(all_benches: Benches) -> Iterator[Benches]:
    """The same, cleared after this test."""
    yield all_benches
    all_benches.clear()


@pytest.fixture
def house(benches: Benches, migrated_file: Path) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, with the default script."""
    made = House(benches.next(migrated_file))
    yield made
    made.close()


@pytest.fixture
def sam(house: House) -> Person:
    """Somebody who may tell a story."""
    return Person(house, "Sam")


@pytest.fixture(scope="session")
def journey(all_benches: Benches, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The shortest way through the default script, once, with every place on it to go on from."""
    moments = tmp_path_factory.mktemp("moments")
    house = House(all_benches.next(migrated_file))
    sam = Person(house, "Sam")
    sam.begin()
    made: Journey = {}
    for place in PLACES:
        made[place] = (house.moment(moments), deepcopy(sam.messages))
        sam.step(place)
    house.close()
    all_benches.clear()
    return made


@pytest.fixture
def at(benches: Benches, journey: Journey) -> Iterator[At]:
    """Sam, who has come to a place of the default script by the shortest way."""
    opened: list[House] = []

    def reach(place: str) -> Person:
        moment, messages = journey[place]
        house = House(benches.next(moment.file), begun=moment)
        opened.append(house)
        sam = Person(house, "Sam")
        sam.messages = deepcopy(messages)
        return sam

    yield reach
    for house in opened:
        house.close()
