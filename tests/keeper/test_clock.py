"""What time it is for the bot, in a real workspace and in a rehearsal."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock, OffsetClock, make_clock
from bot.rehearsal.slack.clock import WorkspaceClock
from bot.settings import load_settings

NOON = datetime(2025, 6, 6, 12, tzinfo=UTC)
SOON = 10.0


class Hands:
    """The hands of a clock, moved by the test."""

    def __init__(self) -> None:
        self.wall = NOON
        self.ticks = 0.0

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def clock(self, file: Path) -> OffsetClock:
        return OffsetClock(file, wall=lambda: self.wall, monotonic=lambda: self.ticks)


def put(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(file)


def test_the_time_is_aware_and_in_utc() -> None:
    """The machine's clock gives the present, in UTC."""
    before = datetime.now(UTC)
    now = Clock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_monotonic_time_only_goes_forward(tmp_path: Path) -> None:
    """Pacing and leases are not moved by a rehearsal's clock."""
    hands = Hands()
    clock = hands.clock(tmp_path / "clock")
    put(tmp_path / "clock", "86400.0\n")
    assert (clock.monotonic(), clock.now()) == (0.0, NOON + timedelta(days=1))
    first = Clock().monotonic()
    assert Clock().monotonic() >= first


def test_a_rehearsals_clock_is_ahead_by_what_its_file_says(tmp_path: Path) -> None:
    """The offset is added to real time, forwards or backwards, and a change holds within 50 milliseconds."""
    hands, file = Hands(), tmp_path / "clock"
    put(file, "3600.5\n")
    clock = hands.clock(file)
    assert clock.now() == NOON + timedelta(seconds=3600.5)
    put(file, "-60.0\n")
    hands.pass_by(0.049)
    assert clock.now() == hands.wall - timedelta(minutes=1)


def test_the_file_is_not_read_at_every_look(tmp_path: Path) -> None:
    """Within 25 milliseconds the clock answers from memory."""
    hands, file = Hands(), tmp_path / "clock"
    put(file, "1.0\n")
    clock = hands.clock(file)
    assert clock.offset == timedelta(seconds=1)
    put(file, "2.0\n")
    hands.pass_by(0.024)
    assert clock.offset == timedelta(seconds=1)
    hands.pass_by(0.001)
    assert clock.offset == timedelta(seconds=2)


@pytest.mark.parametrize("broken", ["", "36", "\n", "soon\n", "nan\n", "inf\n", "1e300\n", "1.0\n2.0\n", None])
def test_a_missing_or_half_written_file_changes_nothing(tmp_path: Path, broken: str | None) -> None:
    """Until the file can be read again, the last good offset holds."""
    hands, file = Hands(), tmp_path / "clock"
    clock = hands.clock(file)
    assert clock.offset == timedelta()
    put(file, "3600.0\n")
    hands.pass_by(1)
    assert clock.offset == timedelta(hours=1)
    if broken is None:
        file.unlink()
    else:
        put(file, broken)
    hands.pass_by(1)
    assert clock.offset == timedelta(hours=1)
    put(file, "7200.0\n")
    hands.pass_by(1)
    assert clock.offset == timedelta(hours=2)


def test_bytes_that_are_no_text_change_nothing(tmp_path: Path) -> None:
    """A file that is no text at all leaves the clock as it was."""
    (tmp_path / "clock").write_bytes(b"\xff\xfe")
    assert Hands().clock(tmp_path / "clock").now() == NOON


def test_bot_and_workspace_share_a_moment(tmp_path: Path) -> None:
    """What the rehearsal's workspace writes is what the bot's clock reads."""
    workspace = WorkspaceClock(tmp_path / "clock", start=NOON)
    clock = OffsetClock(tmp_path / "clock")
    assert abs(clock.now() - workspace.now()) < timedelta(seconds=1)


async def test_sleeping_ends_when_the_clock_jumps(tmp_path: Path) -> None:
    """Someone who waits for next week is woken when the rehearsal goes there, and no earlier."""
    workspace = WorkspaceClock(tmp_path / "clock", start=NOON)
    clock = OffsetClock(tmp_path / "clock")
    friday = (NOON + timedelta(days=7)).astimezone(ZoneInfo("Europe/London"))
    sleeper = asyncio.create_task(clock.sleep_until(friday))
    workspace.set(friday - timedelta(hours=1))
    hour_before = friday - timedelta(hours=1)
    await asyncio.wait_for(clock.sleep_until(hour_before), SOON)
    assert not sleeper.done()
    workspace.set(friday)
    await asyncio.wait_for(sleeper, SOON)
    assert clock.now() >= friday


async def test_sleeping_in_a_real_workspace_ends_at_the_time() -> None:
    """The machine's clock wakes at the instant, and at once for one that has passed."""
    clock = Clock()
    soon = clock.now() + timedelta(milliseconds=30)
    await asyncio.wait_for(clock.sleep_until(soon), SOON)
    assert clock.now() >= soon
    await asyncio.wait_for(clock.sleep_until(NOON), SOON)


async def test_waiting_ends_with_the_event_or_the_time() -> None:
    """Whoever waits is told whether the event came (True) or the time did (False)."""
    clock, event = Clock(), asyncio.Event()
    tomorrow = clock.now() + timedelta(days=1)
    assert await asyncio.wait_for(clock.wait(event, seconds=0.01), SOON) is False
    assert await asyncio.wait_for(clock.wait(event, until=NOON), SOON) is False
    assert await asyncio.wait_for(clock.wait(event, until=tomorrow, seconds=0.01), SOON) is False
    waiting = [
        asyncio.create_task(clock.wait(event, until=tomorrow)),
        asyncio.create_task(clock.wait(event, seconds=1000)),
        asyncio.create_task(clock.wait(event)),
    ]
    await asyncio.wait_for(clock.wait(asyncio.Event(), seconds=0), SOON)
    asyncio.get_running_loop().call_soon(event.set)
    assert await asyncio.wait_for(asyncio.gather(*waiting), SOON) == [True, True, True]
    assert await clock.wait(event, until=NOON, seconds=0) is True


async def test_waiting_can_be_given_up() -> None:
    """A cancelled waiting leaves no task behind."""
    waiting = asyncio.create_task(Clock().wait(asyncio.Event()))
    while len(asyncio.all_tasks()) < 3:  # this test, the waiting, and its own waiter
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0)


async def test_a_time_without_a_zone_is_refused() -> None:
    """An instant without a zone is a mistake of ours, not a time."""
    with pytest.raises(ValueError, match="aware"):
        await Clock().sleep_until(datetime(2025, 6, 6, 12))


def test_the_settings_choose_the_clock(tmp_path: Path) -> None:
    """A rehearsal's settings give its clock; all others the machine's."""
    rehearsal = {"SLACK_API_URL": "http://127.0.0.1:1/api/", "ALTOGETHER_CLOCK": str(tmp_path / "clock")}
    made = make_clock(load_settings(rehearsal, env_file=None, slack=False))
    assert isinstance(made, OffsetClock) and made.file == tmp_path / "clock"
    assert type(make_clock(load_settings({}, env_file=None, slack=False))) is Clock
