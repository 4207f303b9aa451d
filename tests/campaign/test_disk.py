"""A slice of the disk campaign: two faults in two lives of a story. `python -m tests.campaign disk` plays all of it."""

from tests.architecture.skips import skip_unless

from .disk import campaign
from .disk_shim import FAULTS, compiler


async def test_a_disk_that_fails_in_the_middle_of_a_life_loses_nothing() -> None:
    """No space, and a write that is torn by a power cut: told, posted and taken back, nothing is lost or said twice."""
    skip_unless(compiler() is not None, "the disk that fails is a small C program: it needs Linux and cc")
    chosen = [fault for fault in FAULTS if fault.name in ("no space, once", "half a write, and the power goes")]
    outcome = await campaign(calls=(90,), faults=chosen, restores=0, locked=0)
    assert outcome.violations == []
    assert outcome.fired.keys() >= {fault.name for fault in chosen}
    assert outcome.counts["times the bot was started again"] == 1
