"""What the tests of this folder share: the rehearsals, played once."""

from collections.abc import Mapping

import pytest
from scene_house import Rehearsed, play_everything

from tests.nursery import Nursery


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Mapping[str, Rehearsed]:
    """Every scene by its name, and the rehearsals that go wrong."""
    return play_everything(tmp_path_factory.mktemp("scripts"))
