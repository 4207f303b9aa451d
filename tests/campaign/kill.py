"""The kill campaign: many tellers, two reviewers, an edition every few seconds, and a bot that is killed all the while.

Real processes, a real SQLite file, real HTTP and WebSocket through the rehearsal's faults. Afterwards the faults stop,
the bot is given time to finish what it owes, and the checker looks at everything.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal import process
from bot.rehearsal.process import BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.socket_mode import Times
from bot.rehearsal.workspace import STORIES_CHANNEL
from tests.nursery import Nursery

from .checker import WORD, cards, editions, everything_in, violations
from .history import History
from .nemesis import Nemesis
from .people import Reviewer, Robot, Teller
from .plant import ROOT

SCRIPT = Path(__file__).with_name("script.toml")
BEGINNING = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
Say = Callable[[str], None]
QUIET = 60.0
"""Seconds in which the bot must have finished what it owes, once the faults have stopped (I16)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign came to: what happened, what was wrong, and how long it took."""

    seed: str
    seconds: float
    counts: dict[str, int]
    fired: dict[str, int]
    violations: list[str]


async def campaign(*, kills: int, tellers: int, seed: str, week: float, say: Say = print, code: Path = ROOT) -> Outcome:
    """Kills the real bot while many people use it; `week` is how many seconds a week takes, `code` whose bot it is."""
    began = time.monotonic()
    nursery = Nursery(code=code)
    before, process.spawn = process.spawn, nursery.spawn
    try:
        with TemporaryDirectory(prefix="campaign-", ignore_cleanup_errors=True) as folder:
            return await _play(Path(folder), kills, tellers, seed, week, began, say)
    finally:
        process.spawn = before
        nursery.close()


async def _play(folder: Path, kills: int, tellers: int, seed: str, week: float, began: float, say: Say) -> Outcome:
    history, over = History(), asyncio.Event()
    async with Rehearsal(directory=folder, pace=0) as rehearsal:
        rehearsal.clock.set(BEGINNING)
        rehearsal.hub.times = Times(ack_deadline=5.0, retries=(0.1, 0.5, 1.0))
        rehearsal.hub.keep_events = True
        database = folder / "altogether.db"
        environment = rehearsal.environment(
            os.environ, database_url=f"sqlite:///{database}", SCRIPT=str(SCRIPT), LOG_LEVEL="WARNING"
        )
        for number in range(tellers):
            _newcomer(rehearsal, number)
        async with BotProcess(rehearsal, environment) as bot:
            await bot.ready()
            nemesis = Nemesis(rehearsal, bot, history, over, seed)
            people: list[Robot] = [Teller(rehearsal, f"teller{n}", history, over, seed) for n in range(tellers)]
            people += [Reviewer(rehearsal, name, history, over, seed) for name in ("amira", "joe")]
            living = [asyncio.create_task(one.live()) for one in people if isinstance(one, Teller | Reviewer)]
            weeks = asyncio.create_task(_weeks(rehearsal, history, over, week))
            telling = asyncio.create_task(_progress(history, rehearsal, over, kills, say))
            try:
                await nemesis.live(kills=kills)
            finally:
                over.set()
            ended = await asyncio.gather(*living, weeks, telling, return_exceptions=True)
            broken = [f"the campaign itself: {error!r}" for error in ended if isinstance(error, BaseException)]
            wrong = nemesis.trouble + broken
            if not nemesis.trouble:
                wrong += await _settled(rehearsal, bot, history, database, people)
        fired = {fault.name: fault.fired for fault in rehearsal.faults.all() if fault.fired}
        return Outcome(seed, time.monotonic() - began, _counts(history, rehearsal), fired, wrong)


def _newcomer(rehearsal: Rehearsal, number: int) -> None:
    """One more colleague, in the channel of the stories like everybody."""
    person = rehearsal.workspace.add_person(f"teller{number}", f"Teller {number}")
    rehearsal.workspace.conversations[STORIES_CHANNEL].members.append(person.id)
    rehearsal.workspace.direct_message(person.id)


async def _weeks(rehearsal: Rehearsal, history: History, over: asyncio.Event, week: float) -> None:
    """Every few seconds it is the next Friday, just after ten in London."""
    friday = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)
    while not over.is_set():
        try:
            async with asyncio.timeout(week):
                await over.wait()
        except TimeoutError:
            rehearsal.clock.set(friday)
            history.fridays.append(friday)
            friday += timedelta(days=7)


async def _progress(history: History, rehearsal: Rehearsal, over: asyncio.Event, kills: int, say: Say) -> None:
    while not over.is_set():
        try:
            async with asyncio.timeout(20):
                await over.wait()
        except TimeoutError:
            sent = sum(telling.over == "sent" for telling in history.tellings)
            done = "#" * (history.kills * 30 // kills)
            say(f"[{done:<30}] {history.kills} kills, {sent} stories sent, {len(history.fridays)} weeks")


async def _settled(
    rehearsal: Rehearsal, bot: BotProcess, history: History, database: Path, people: Sequence[Robot]
) -> list[str]:
    """The faults have stopped: within a minute nothing is owed, and nothing is wrong."""
    for fault in rehearsal.faults.all():
        rehearsal.faults.disarm(fault.name)
    if not bot.running:
        await bot.start()
        await bot.ready(timeout=60)
    rehearsal.clock.advance(timedelta(days=2))  # cards of stories without a name go out in rounds
    until, wrong = time.monotonic() + QUIET, ["nothing was looked at"]
    quiet = asyncio.Event()
    while wrong and time.monotonic() < until:
        try:
            async with asyncio.timeout(1):
                await quiet.wait()
        except TimeoutError:
            for teller in people:
                if isinstance(teller, Teller):
                    teller.look_back()
            wrong = violations(history, rehearsal, database)
    return wrong


def _counts(history: History, rehearsal: Rehearsal) -> dict[str, int]:
    entries = rehearsal.log.entries
    named = {word for one in editions(rehearsal) for word in WORD.findall(everything_in(one))}
    return {
        "kills": history.kills,
        "events and presses sent to the bot": sum(entry.outcome == "sent" for entry in entries),
        "calls by the bot": sum(entry.outcome == "called" for entry in entries),
        "words typed": sum(len(telling.words) for telling in history.tellings),
        "stories sent": sum(telling.over == "sent" for telling in history.tellings),
        "drafts that ran out": sum(telling.over == "expired" for telling in history.tellings),
        "weeks": len(history.fridays),
        "cards": sum(1 for _ in cards(rehearsal)),
        "editions": sum(1 for _ in editions(rehearsal)),
        "stories named in editions": len(named),
        "acts that ended with an error on the screen": history.unanswered,
    }
