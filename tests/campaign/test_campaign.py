"""A slice of the campaigns: a few kills with everything going wrong, and that the planted bugs can still be planted."""

import pytest

from .contrast import contrast
from .kill import campaign
from .plant import Plant, planted
from .plants import PLANTS


async def test_a_bot_that_is_killed_all_the_while_loses_and_repeats_nothing() -> None:
    """Six kills among four tellers, with every fault: nothing is lost, doubled, mixed up, or still owed."""
    outcome = await campaign(kills=6, tellers=4, seed="suite", week=4.0, say=lambda _: None)
    assert outcome.violations == []
    assert outcome.counts["kills"] == 6
    assert outcome.counts["words typed"] > 0


async def test_the_same_can_be_played_on_a_plain_bot() -> None:
    """A tutorial's bot is killed once among two tellers, and what it lost and doubled is counted."""
    outcome = await contrast(kills=1, tellers=2, seed="suite", week=12.0, settle=0.1, say=lambda _: None)
    assert outcome.violations == []
    assert {"answers lost", "stories posted twice or more"} <= outcome.counts.keys()


def test_nearly_every_planted_bug_is_to_be_noticed() -> None:
    """At least thirty bugs, of which something else makes up for one in twenty at most."""
    assert len(PLANTS) >= 30
    assert sum(bool(plant.masked) for plant in PLANTS) <= len(PLANTS) / 20


@pytest.mark.parametrize("plant", PLANTS, ids=[plant.name for plant in PLANTS])
def test_every_bug_can_be_planted(plant: Plant) -> None:
    """The words that a planted bug changes stand in the program, once, and it still reads as Python."""
    compile(planted(plant), plant.file, "exec")
