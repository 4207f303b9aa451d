"""Away is not lost however many were telling: every open draft's direct message is read back, over the real protocol.

The drafts are put into the database as a bot that was killed leaves them, and what was said meanwhile into the
workspace.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from intake_house import DEFAULT, POLICY

from bot.clock import Clock
from bot.delivery.client import make_client, make_session
from bot.edge import Edge
from bot.intake.recovery import FAILED_AT_ONCE, Recovery
from bot.intake.shelf import Shelf
from bot.rehearsal.server import Rehearsal
from storage import drafts, tellers
from storage.database import Database, Tx
from storage.records import Draft, DraftState, Fragment, Purpose, Stage
from storage.writer import Writer

MANY = 130
HISTORY = "conversations.history"


class Absence:
    """A bot that comes back to a workspace in which many are telling a story; the first began last."""

    def __init__(self, rehearsal: Rehearsal, edge: Edge, recovery: Recovery) -> None:
        self.rehearsal, self.edge, self.recovery = rehearsal, edge, recovery
        self.drafts: list[str] = []
        self.channels: list[str] = []
        self.shelf = Shelf(DEFAULT)

    async def many_write(self, number: int) -> None:
        """So many have a draft at question 2, and each wrote one message that nobody heard."""
        workspace = self.rehearsal.workspace
        people = [workspace.add_person(f"teller{n}", f"Teller {n}").id for n in range(number)]
        places = [workspace.direct_message(person) for person in people]
        self.channels = [place.id for place in places]

        def begin(tx: Tx) -> list[str]:
            self.shelf.keep(tx)
            return [self._begin(tx, *one, n) for n, one in enumerate(zip(people, self.channels, strict=True))]

        self.drafts = await self.edge.writer.run(begin)
        for n, (person, place) in enumerate(zip(people, places, strict=True)):
            workspace.post(place, person, f"what number {n} said while nobody listened")

    def _begin(self, tx: Tx, person: str, channel: str, n: int) -> str:
        teller = tellers.meet(tx, person, dm_channel=channel)
        draft = Draft(
            tx.new_id(),
            teller.id,
            DEFAULT.sha,
            Purpose.NEW,
            DraftState.OPEN,
            Stage.ASKING,
            "what",
            tx.now,
            tx.now,
            started_ts=f"1700{MANY - n:06d}.000100",
        )
        drafts.add(tx, draft)
        return draft.id

    async def heard(self) -> list[int]:
        """Whose message has become part of their answer."""

        def read(tx: Tx) -> list[list[Fragment]]:
            return [list(drafts.fragments(tx, draft)) for draft in self.drafts]

        return [n for n, found in enumerate(await self.edge.read(lambda tx, policy: read(tx))) if found]

    async def until_heard(self, *numbers: int) -> None:
        """Wait until these have been heard."""
        async with asyncio.timeout(60):
            while not set(numbers) <= set(await self.heard()):
                await asyncio.sleep(0.05)

    def channels_read(self) -> list[str]:
        """The direct messages that were asked for, in order."""
        return [dict(entry.body)["channel"] for entry in self.rehearsal.log.of(HISTORY, "called")]

    @asynccontextmanager
    async def back(self) -> AsyncIterator[None]:
        """The bot is back, and reads."""
        await self.recovery.after_absence(None, self.edge.clock.now())
        reading = asyncio.create_task(self.recovery.run())
        try:
            yield
        finally:
            self.recovery.stop()
            await asyncio.wait_for(reading, 30)


@pytest.fixture
async def absence(tmp_path: Path, database: Database, workspace: str) -> AsyncIterator[Absence]:
    clock = Clock()
    writer = Writer(database, workspace, clock.now).start()
    async with Rehearsal(directory=tmp_path / "rehearsal", pace=0) as rehearsal, make_session() as session:
        client = make_client(rehearsal.workspace.bot_token, rehearsal.api_url, session)
        edge = Edge(database, writer, workspace, clock, POLICY, client)
        yield Absence(rehearsal, edge, Recovery(edge, Shelf(DEFAULT), client))
        edge.close()
    writer.close()


@pytest.fixture
def refused(absence: Absence) -> Iterator[Callable[[range], None]]:
    """Slack answers nothing about the direct messages of these people, however often it is asked."""

    def refuse(who: range) -> None:
        for n in who:
            absence.rehearsal.faults.fail_next(HISTORY, error="fatal_error", holding=absence.channels[n], n=10)

    yield refuse
    absence.rehearsal.faults.clear()


async def test_every_draft_is_read_back(absence: Absence) -> None:
    """Of more drafts than are looked up at once, each one's missed message is taken, the newest question first."""
    await absence.many_write(MANY)
    async with absence.back():
        await absence.until_heard(*range(MANY))
    assert absence.channels_read() == absence.channels


async def test_those_that_fail_hold_up_no_other(absence: Absence, refused: Callable[[range], None]) -> None:
    """Where Slack fails for the first of them again and again, all others are read nevertheless."""
    await absence.many_write(MANY)
    bad = range(FAILED_AT_ONCE + 5)
    refused(bad)
    async with absence.back():
        await absence.until_heard(*range(bad.stop, MANY))
        assert await absence.heard() == list(range(bad.stop, MANY))
        absence.rehearsal.faults.clear()
        await absence.until_heard(*range(MANY))


async def test_slack_is_not_asked_for_everyone_while_it_answers_nobody(
    absence: Absence, refused: Callable[[range], None]
) -> None:
    """After some failures in a row the rest is put off; it goes on from there, so that everybody's turn comes."""
    await absence.many_write(3 * FAILED_AT_ONCE)
    refused(range(3 * FAILED_AT_ONCE))
    async with absence.back():
        async with asyncio.timeout(30):
            while len(absence.channels_read()) < FAILED_AT_ONCE:
                await asyncio.sleep(0.01)
        absence.rehearsal.faults.clear()
        await absence.until_heard(*range(3 * FAILED_AT_ONCE))
    read = absence.channels_read()
    assert read[: 3 * FAILED_AT_ONCE] == absence.channels
    assert read[3 * FAILED_AT_ONCE :] == absence.channels[:FAILED_AT_ONCE]


async def test_who_asks_meanwhile_is_read_next(absence: Absence) -> None:
    """A teller who starts with what they wrote does not wait until all others have been read."""
    await absence.many_write(MANY)
    last = absence.drafts[-1]
    async with absence.back():
        await absence.until_heard(0)

        def start(tx: Tx) -> None:
            newest = {"recover_from": "1700999999.000100", "recover_prompt": "what"}
            drafts.save(tx, replace(drafts.get(tx, last), **newest))

        await absence.edge.writer.run(start)
        absence.recovery.poke()
        await absence.until_heard(MANY - 1)
        assert len(await absence.heard()) < MANY
        await absence.until_heard(*range(MANY))
