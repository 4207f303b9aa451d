"""What the review room's tests share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from review_desk import Desk
from review_house import TUESDAY, House

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.clock import WorkspaceClock
from bot.rehearsal.slack.socket_mode import Times
from storage.database import Database


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, whose digest goes out on Fridays at 10am."""
    made = House(database)
    yield made
    made.close()


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """The same house with its doors open: a rehearsal workspace in which reviewers press and type."""
    clock = WorkspaceClock(tmp_path / "clock", start=TUESDAY)
    async with Rehearsal(directory=tmp_path / "rehearsal", pace=0, clock=clock) as rehearsal:
        rehearsal.hub.times = Times(ack_deadline=5.0, retries=())
        made = House(database, clock=clock.now)
        async with Desk(made, rehearsal) as opened:
            yield opened
        made.close()
