"""A slice of the crash points: one life killed while it posts, and again after its restart."""

from collections.abc import Iterator

import pytest

from bot.rehearsal import process

from .crash_points import life
from .doomed import DoomedNursery


@pytest.fixture(scope="module")
def doomed() -> Iterator[None]:
    """Bots that count what they cross."""
    nursery, before = DoomedNursery(), process.spawn
    process.spawn = nursery.spawn
    yield
    process.spawn = before
    nursery.close()


@pytest.mark.usefixtures("doomed")
@pytest.mark.parametrize(("plan", "phase"), [([4, 3], "posting")])
async def test_a_bot_killed_at_a_boundary_finishes_after_its_restart(plan: list[int], phase: str) -> None:
    """Told once, posted once, and gone from every message and file once it is taken back, wherever the bot died."""
    wrong, crossed = await life(plan, phase)
    assert wrong == []
    assert sum(line.startswith("KILLED") for line in crossed) == len(plan)
