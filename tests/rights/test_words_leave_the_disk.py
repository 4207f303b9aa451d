"""What time deletes, or its teller, is in none of the database's files soon after: not in the log beside it either."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.review import service as review
from bot.review.rules import At
from bot.rights import retention
from bot.rights.forgetting import Forgetting
from storage.database import Database
from storage.records import StoryStatus
from tests.digest.digest_house import AMIRA
from tests.rights.permission_house import House
from tests.rights.withdrawal_house import until

WORDS = b"Two nights"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = House(database)
    yield made
    made.close()


def on_disk(house: House) -> list[str]:
    """The database's files that hold the words."""
    path = house.database.path
    return [one.name for one in sorted(path.parent.glob(f"{path.name}*")) if WORDS in one.read_bytes()]


async def test_the_log_is_empty_after_a_purge(house: House, tmp_path: Path) -> None:
    """A declined story goes after its thirty days; and with nothing taken back the log is emptied too."""
    story = house.tell(status=StoryStatus.SUBMITTED)
    house.do(review.decline, by=AMIRA, target=At(story.id, 1), comment="Too little.")
    house.deliver()
    house.now += timedelta(days=31)
    house.do(retention.purge)
    house.deliver()
    assert on_disk(house), "the log still has what was written before"
    forgetting = Forgetting(
        house.database, house.writer, house.workspace, Clock(), lambda: house.policy, tmp_path / "tombstones"
    )
    running = asyncio.create_task(forgetting.run())
    await until(lambda: not on_disk(house), lambda: on_disk(house))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    wal = house.database.path.with_name(f"{house.database.path.name}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
