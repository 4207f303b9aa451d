"""A slice of the crash points: one life killed while it posts, and again after its restart."""

import asyncio
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.rehearsal import process
from bot.rehearsal.process import BOT

from .crash_all import DEAD, killed, killed_again, reached
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
async def test_a_bot_killed_at_a_boundary_finishes_after_its_restart(tmp_path: Path) -> None:
    """Told once and posted once, though the bot dies while it posts, and again when started on what is left."""
    start = await reached("posting", tmp_path / "start")
    saved, crossed = await killed(start, "posting", 4, tmp_path / "dead")
    assert saved is not None
    assert crossed[-1].startswith(DEAD)
    wrong, later = await killed_again(saved, "posting", 3)
    assert wrong == []
    assert sum(line.startswith(DEAD) for line in later) == 1


async def test_a_nursery_outlives_a_visitor_who_asks_for_nothing(tmp_path: Path) -> None:
    """Somebody comes to the door and leaves, as a campaign does that ends while a bot is to be started."""
    nursery = DoomedNursery()
    try:
        _, leaving = await asyncio.open_unix_connection(nursery.door)
        leaving.close()
        born = await nursery.spawn(
            BOT, {"CRASH_GATE": "g", "CRASH_PLAN": "p", "CRASH_LOG": "l"}, tmp_path, stdin=DEVNULL
        )
        assert await born.wait() != 0  # without settings it says what it needs, and ends
    finally:
        nursery.close()
