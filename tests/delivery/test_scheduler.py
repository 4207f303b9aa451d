"""Chores run when they are due by the house's clock, whatever becomes of one of them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from delivery_house import POLICY, until

from bot.clock import OffsetClock
from bot.delivery.scheduler import Chore, Scheduler
from bot.rehearsal.slack.clock import WorkspaceClock
from bot.story.policy import Policy
from storage.database import Database, Tx
from storage.writer import Writer

NEXT = timedelta(hours=1)


class Diary:
    """A chore that notes when it ran, and what it does next."""

    def __init__(self, then: Callable[[datetime], datetime | None]) -> None:
        self.ran: list[datetime] = []
        self.then = then

    def __call__(self, tx: Tx, policy: Policy) -> datetime | None:
        assert policy is POLICY
        self.ran.append(tx.now)
        return self.then(tx.now)


class Timed:
    """A scheduler under a clock that the test moves."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.time = WorkspaceClock(directory / "clock", start=datetime(2025, 6, 3, 9, tzinfo=UTC))
        self.clock = OffsetClock(directory / "clock")
        self.writer = Writer(database, "ws", self.clock.now).start()
        self.scheduler: Scheduler | None = None

    def start(self, **chores: Diary) -> asyncio.Task[None]:
        named = [Chore(name, run) for name, run in chores.items()]
        self.scheduler = Scheduler(named, self.writer, self.clock, lambda: POLICY, look_every=0.1, first_retry=0.02)
        return asyncio.create_task(self.scheduler.run())


@pytest.fixture
async def timed(database: Database, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Timed(database, tmp_path)
    yield made
    if made.scheduler is not None:
        await made.scheduler.stop()
    made.writer.close()


async def test_a_chore_runs_at_start_and_when_it_asked_to(timed: Timed) -> None:
    """Every chore runs once at start; when its time has come by a clock that was moved, it runs again, once."""
    digest = Diary(lambda now: now + NEXT)
    timed.start(digest=digest)
    await until(lambda: len(digest.ran) == 1)
    timed.time.advance(NEXT + timedelta(seconds=1))
    await until(lambda: len(digest.ran) == 2)
    assert digest.ran[1] - digest.ran[0] >= NEXT


async def test_a_chore_without_a_time_runs_at_every_look(timed: Timed) -> None:
    """A chore that names no time is asked again at the next look; one that waits for its time is not."""
    often, seldom = Diary(lambda now: None), Diary(lambda now: now + NEXT)
    timed.start(often=often, seldom=seldom)
    await until(lambda: len(often.ran) >= 3)
    assert len(seldom.ran) == 1


async def test_a_clock_that_is_set_back_makes_every_chore_look_again(timed: Timed) -> None:
    """What was planned by a clock that was wrong is planned anew when it is put right."""
    digest = Diary(lambda now: now + NEXT)
    timed.start(digest=digest)
    await until(lambda: len(digest.ran) == 1)
    timed.time.advance(-timedelta(days=7))
    await until(lambda: len(digest.ran) == 2)
    assert digest.ran[1] < digest.ran[0]


async def test_a_failing_chore_is_tried_again_and_others_go_on(timed: Timed, caplog: pytest.LogCaptureFixture) -> None:
    """A chore's failure is logged by name, and it comes round again; the others keep their times."""

    def fails_twice(now: datetime) -> datetime:
        if len(broken.ran) < 3:
            raise KeyError("a room's own mistake")
        return now + NEXT

    broken = Diary(fails_twice)
    well = Diary(lambda now: now + NEXT)
    timed.start(broken=broken, well=well)
    await until(lambda: len(broken.ran) == 3)
    assert "chore broken failed" in caplog.text
    assert len(well.ran) == 1


async def test_a_chore_that_is_always_due_does_not_spin(timed: Timed) -> None:
    """A chore that asks to run at once is run again soon, with a breath between."""
    eager = Diary(lambda now: now)
    timed.start(eager=eager)
    began = timed.clock.monotonic()
    await until(lambda: len(eager.ran) == 3)
    assert timed.clock.monotonic() - began >= 0.4


async def test_the_scheduler_stops_between_chores(timed: Timed) -> None:
    """Stopping returns when nothing runs any more, and nothing runs after it."""
    often = Diary(lambda now: None)
    task = timed.start(often=often)
    await until(lambda: often.ran)
    assert timed.scheduler is not None
    await timed.scheduler.stop()
    ran = len(often.ran)
    timed.time.advance(NEXT)
    await task
    assert len(often.ran) == ran
