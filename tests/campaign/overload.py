"""The overload campaign: very many tellers at once, and one who types without end while others wait for answers.

The real bot as a process, the rehearsal's own wire, no faults. What is counted is what was stored and what was said;
how long people waited, and how much memory it took, is measured and printed.
"""

import argparse
import asyncio
import os
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.envelope import person_of
from bot.rehearsal import process
from bot.rehearsal.process import BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import Times
from tests.nursery import Nursery

from .disk_checks import stored, violations
from .disk_life import BEGINNING, ROUND, SCRIPT, meet
from .history import History, Telling
from .people import LIVE, Teller
from .report import Campaign, Outcome, Say

PATIENT = 120.0
"""Seconds for which these people wait before they try again: they make no more noise than real ones."""
SETTLE = 300.0
HALF = "2 of 3"
SEVERAL = re.compile(r"Got (?:both|all)\b")
HANDFUL = 20
FAIR = 2.0
CALM, BUSY = "p99 of others' waits without the flood, ms", "p99 of others' waits during the flood, ms"


@dataclass(frozen=True, slots=True)
class Town:
    """Where it is played."""

    rehearsal: Rehearsal
    bot: BotProcess
    database: Path

    def wrong(self, history: History) -> list[str]:
        """What the checker finds."""
        return violations(history, self.rehearsal, self.database)


class Patient(Teller):
    """Somebody who waits, and notes for how long.

    What the bot says of several messages together is not counted: it waits on purpose until nothing more is typed.
    """

    waits: list[float]

    async def until(self, look: Callable[[], bool]) -> bool:
        """Returns once `look` holds; False only after very long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not (found := await super().until(look)) and loop.time() - began < PATIENT:
            continue
        newest = next(self.recent(""), None)
        if newest is None or not SEVERAL.match(newest.shown):
            self.waits.append(loop.time() - began)
        return found


class Flooder(Patient):
    """Somebody who types so many messages into one answer as fast as they can."""

    async def flood(self, telling: Telling, messages: int) -> None:
        """Up to the question that takes many messages, and then all of them, without waiting for any answer."""
        await self.tries(self.person.say("hi"))
        while True:
            step = next((one for one in self.recent("") if LIVE.search(one.shown)), None)
            if step is not None and step.shown.startswith(HALF):
                break
            before = self.face("")
            if step is not None:
                await self.go_on(step, telling)
            await self.until(partial(self._is_new, before))
        for _ in range(0, messages, HANDFUL):  # the others live in this process too, and get their turn between
            told = [self.history.word(telling) for _ in range(HANDFUL)]
            await asyncio.gather(*(self.person.say(f"It was {one.word} that day", wait=False) for one in told))

    def _is_new(self, before: object) -> bool:
        return self.face("") != before


async def campaign(
    *,
    tellers: int = 1_000,
    messages: int = 1_000,
    others: int = 10,
    stories: int = 5,
    fair: float | None = None,
    say: Say = print,
    nursery: Nursery | None = None,
) -> Outcome:
    """Plays a crowd of tellers, then a flood; returns what was wrong, and what was measured.

    Beside the flood `others` people tell so many stories each. `fair`: so many times as long may these wait for their
    answers as without it. `nursery`: where bots come from, if one is open.
    """
    began, wrong, counts = time.monotonic(), list[str](), dict[str, int]()
    if tellers:
        async with _town(nursery) as town:
            wrong += await _crowd(town, tellers, counts, say)
    if messages:
        async with _town(nursery) as town:
            wrong += await _flood(town, messages, (others, stories), counts, say)
        before, during = counts[CALM], counts[BUSY]
        if fair is not None and during > fair * max(1, before):
            wrong.append(
                f"during the flood others waited {during} ms, without it {before} ms: more than {fair:g} times"
            )
    return Outcome("-", time.monotonic() - began, counts, {}, wrong)


@asynccontextmanager
async def _town(nursery: Nursery | None) -> AsyncIterator[Town]:
    own = nursery or Nursery()
    before, process.spawn = process.spawn, own.spawn
    try:
        with TemporaryDirectory(prefix="overload-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            async with Rehearsal(directory=folder, pace=0) as rehearsal:
                rehearsal.clock.set(BEGINNING)
                rehearsal.hub.times = Times(ack_deadline=3.0, retries=(0.5, 5.0, 20.0))
                rehearsal.hub.keep_events = True
                database = folder / "altogether.db"
                environment = rehearsal.environment(
                    os.environ, database_url=f"sqlite:///{database}", SCRIPT=str(SCRIPT), LOG_LEVEL="WARNING"
                )
                async with BotProcess(rehearsal, environment) as bot:
                    await bot.ready(timeout=60)
                    yield Town(rehearsal, bot, database)
    finally:
        process.spawn = before
        if nursery is None:
            own.close()


def _people(rehearsal: Rehearsal, history: History, names: Sequence[str], waits: list[float]) -> list[Patient]:
    made = []
    for name in names:
        meet(rehearsal, name)
        person = Patient(rehearsal, name, history, asyncio.Event(), name)
        person.waits = waits
        made.append(person)
    return made


async def _told(teller: Patient, times: int = 1) -> None:
    for _ in range(times):
        teller.telling, teller.since = teller.history.begin(teller.person.profile.id), teller.newest()
        teller.telling.no_name = True
        await teller.tell(teller.telling, teller.since)


async def _crowd(town: Town, tellers: int, counts: dict[str, int], say: Say) -> list[str]:
    """So many people begin at the same moment, and all of them tell a story to its end."""
    history, waits = History(), list[float]()
    crowd = _people(town.rehearsal, history, [f"teller{number}" for number in range(tellers)], waits)
    resting = _memory(town.bot, "VmRSS")
    telling = asyncio.create_task(_progress(history, tellers, say))
    await asyncio.gather(*(_told(teller) for teller in crowd))
    telling.cancel()
    town.rehearsal.clock.advance(ROUND)
    wrong = await _settled(lambda: town.wrong(history))
    sent = sum(telling.over == "sent" for telling in history.tellings)
    if sent != tellers:
        wrong.append(f"I16 {tellers - sent} of {tellers} stories were not sent")
    counts |= {
        "tellers at once": tellers,
        "stories sent": sent,
        "crowd: acts that ended with an error on the screen": history.unanswered,
        "crowd: envelopes sent again": _sent_again(town.rehearsal),
        "crowd: median wait for an answer, ms": _part(waits, 0.5),
        "crowd: p99 of waits, ms": _part(waits, 0.99),
        "crowd: memory at rest, MB": resting,
        "crowd: peak memory of the bot, MB": _memory(town.bot, "VmHWM"),
    }
    return wrong


async def _flood(town: Town, messages: int, others: tuple[int, int], counts: dict[str, int], say: Say) -> list[str]:
    """Some people tell stories, first by themselves, then while one other types so many messages into one answer."""
    history, calm, busy = History(), list[float](), list[float]()
    people = _people(town.rehearsal, history, [f"calm{number}" for number in range(others[0])], calm)
    await asyncio.gather(*(_told(person, others[1]) for person in people))
    say(f"without a flood: {len(calm)} answers")
    meet(town.rehearsal, "flooder")
    flooder = Flooder(town.rehearsal, "flooder", history, asyncio.Event(), "flood")
    flooder.waits = []
    telling = history.begin(flooder.person.profile.id)
    people = _people(town.rehearsal, history, [f"busy{number}" for number in range(others[0])], busy)
    await asyncio.gather(flooder.flood(telling, messages), *(_told(person, others[1]) for person in people))
    say(f"during the flood: {len(busy)} answers")
    town.rehearsal.clock.advance(ROUND)
    words = [told.word for told in telling.words]

    def look() -> list[str]:
        lost = set(words) - _stored(town.database)
        said = [f"I1 {len(lost)} of {len(words)} messages of the flood are not stored"] if lost else []
        return said + town.wrong(history)

    wrong = await _settled(look)
    direct = town.rehearsal.workspace.direct_message(flooder.person.profile.id)
    replies = sum(post.user == town.rehearsal.workspace.bot.id for post in direct.posts.values())
    if replies > 20 + messages // 10:
        wrong.append(f"the flood was answered with {replies} messages: replies do not coalesce")
    before, during = _part(calm, 0.99), _part(busy, 0.99)
    others_again = sum(_sent_again(town.rehearsal, person.person.profile.id) for person in people)
    counts |= {
        "messages of the flood": messages,
        "messages of the flood stored": len(words) - sum(word not in _stored(town.database) for word in words),
        "bot's messages in the flooder's chat": replies,
        "flood: envelopes of the flooder sent again": _sent_again(town.rehearsal, flooder.person.profile.id),
        "flood: envelopes of others sent again": others_again,
        CALM: before,
        BUSY: during,
        "during ÷ without, in hundredths": 100 * during // max(1, before),
        "flood: peak memory of the bot, MB": _memory(town.bot, "VmHWM"),
    }
    return wrong


async def _settled(look: Callable[[], list[str]]) -> list[str]:
    """What is still wrong once there was time to finish."""
    deadline, never = time.monotonic() + SETTLE, asyncio.Event()
    while (wrong := look()) and time.monotonic() < deadline:
        try:
            async with asyncio.timeout(0.5):
                await never.wait()
        except TimeoutError:
            continue
    return wrong


async def _progress(history: History, tellers: int, say: Say) -> None:
    never = asyncio.Event()
    while True:
        try:
            async with asyncio.timeout(10):
                await never.wait()
        except TimeoutError:
            sent = sum(telling.over == "sent" for telling in history.tellings)
            say(f"[{'#' * (sent * 30 // tellers):<30}] {sent} of {tellers} stories sent")


def _stored(database: Path) -> set[str]:
    """Every word of a stored message."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as raw:
        return set(stored(raw))


def _sent_again(rehearsal: Rehearsal, person: str = "") -> int:
    """How many envelopes (of this person, if one is named) were not acknowledged in time, and sent again."""
    late = (entry for entry in rehearsal.log.entries if entry.outcome == "not acknowledged")
    return sum(not person or person_of(entry.body.get("payload") or {}) == person for entry in late)


def _memory(bot: BotProcess, what: str) -> int:
    """The bot's memory in MB, as Linux counts it; 0 where it does not."""
    status = Path(f"/proc/{bot.pid}/status")
    if not status.exists():
        return 0
    line = next(one for one in status.read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) // 1024


def _part(waits: Sequence[float], part: float) -> int:
    """The wait that this part of all waits do not exceed, in ms."""
    ordered = sorted(waits) or [0.0]
    return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))])


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tellers", type=int, default=1_000, help="how many tell at once (default: %(default)s)")
    parser.add_argument("--messages", type=int, default=1_000, help="how many one of them types (default: %(default)s)")
    parser.add_argument("--others", type=int, default=10, help="how many tell beside the flood (default: %(default)s)")
    parser.add_argument("--fair", type=float, default=FAIR, help="most that waits may grow by (default: %(default)s)")
    parser.add_argument("--stories", type=int, default=5, help="stories of each of these (default: %(default)s)")


def _play(asked: argparse.Namespace) -> Outcome:
    return asyncio.run(
        campaign(
            tellers=asked.tellers, messages=asked.messages, others=asked.others, stories=asked.stories, fair=asked.fair
        )
    )


CAMPAIGN = Campaign("overload", "very many tellers at once, and one who types without end", _options, _play)
