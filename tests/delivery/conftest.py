"""What delivery's tests share: a rehearsed Slack that answers at once, and a house in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from delivery_house import House

from bot.delivery.client import make_session
from bot.rehearsal.server import Rehearsal
from storage.database import Database


@pytest.fixture
async def rehearsal(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(directory=tmp_path / "rehearsal", pace=0) as workspace:
        yield workspace


@pytest.fixture
async def house(rehearsal: Rehearsal, database: Database) -> AsyncIterator[House]:
    """Messages of the kind "note" say what they are told; an answer is waited for half a second."""
    async with make_session(answer_seconds=0.5) as session:
        made = House(rehearsal, database, session)
        yield made
        await made.close()
