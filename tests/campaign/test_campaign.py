"""A slice of the campaigns: a few kills with everything going wrong, and that the planted bugs can still be planted."""

import pytest

from .kill import campaign
from .plant import PLANTS, Plant, planted


async def test_a_bot_that_is_killed_all_the_while_loses_and_repeats_nothing() -> None:
    """Six kills among four tellers, with every fault: nothing is lost, doubled, mixed up, or still owed."""
    outcome = await campaign(kills=6, tellers=4, seed="suite", week=12.0)
    assert outcome.violations == []
    assert outcome.counts["kills"] == 6
    assert outcome.counts["words typed"] > 0


@pytest.mark.parametrize("plant", PLANTS, ids=[plant.name for plant in PLANTS])
def test_every_bug_can_be_planted(plant: Plant) -> None:
    """The words that a planted bug changes stand in the program, once, and it still reads as Python."""
    compile(planted(plant), plant.file, "exec")
