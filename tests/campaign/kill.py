"""The kill campaign: tellers, three reviewers, an edition every few seconds, and a bot that is killed all the while.

Real processes, a real SQLite file, real HTTP and WebSocket through the rehearsal's faults. Afterwards the faults stop,
the bot is given time to finish what it owes, and the checker looks at everything.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal import process
from bot.rehearsal.process import BOT, BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import Times
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, REVIEWERS, STORIES_CHANNEL
from tests.nursery import Nursery

from .checker import everything_wrong
from .history import History
from .nemesis import Nemesis
from .people import Robot, Teller
from .plant import ROOT
from .recorder import Recorder
from .report import Bar, Campaign, Outcome
from .reviewers import Reviewer
from .watch import Watch

__all__ = ["BEGINNING", "CAMPAIGN", "SCRIPT", "Outcome", "campaign"]

SCRIPT = Path(__file__).with_name("script.toml")
BEGINNING = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
Say = Callable[[str], None]
Ending = Callable[[Watch, BotProcess, History, Path, Sequence[Teller]], Awaitable[list[str]]]
QUIET = 60.0
"""Seconds in which the bot must have finished what it owes, once the faults have stopped (I16, I9)."""
CROWD = 20
"""Cards that wait for three reviewers before tellers let them catch up: editions need approvals."""
OUTBOUND = ("rate_limit_next", "fail_next", "hang_next", "lose_reply_after", "refuse_connection")
KEPT_LONG = {
    "DRAFT_DAYS": "90",
    "PRIVATE_DAYS": "365",
    "RENEW_MONTHS": "240",
    "AUDIT_MONTHS": "240",
    "AUTHOR_LINK_MONTHS": "120",
}
"""A campaign lasts for years of weeks; what time deletes is tried elsewhere."""


async def campaign(
    *,
    kills: int,
    tellers: int,
    seed: str,
    week: float,
    say: Say | None = None,
    code: Path = ROOT,
    arguments: Sequence[str] = BOT,
    ending: Ending | None = None,
    regrets: bool = True,
    keep: Path | None = None,
) -> Outcome:
    """Kills the real bot while many people use it; `week` is how many seconds a week takes, `code` whose bot it is.

    Another bot is started with other `arguments`, and looked at by another `ending`; without `regrets` no story is
    taken back. What happened stays in the folder `keep`, which must be new; else nothing stays.
    """
    began = time.monotonic()
    nursery = Nursery(code=code)
    before, process.spawn = process.spawn, nursery.spawn
    try:
        with ExitStack() as stack:
            if keep is None:
                folder = TemporaryDirectory(prefix="campaign-", ignore_cleanup_errors=True)
                keep_in = Path(stack.enter_context(folder))
            else:
                keep.mkdir(parents=True)
                keep_in = keep.absolute()
            bar = Bar(kills, "kills", say)
            recorded = keep is not None
            return await _play(
                keep_in, kills, tellers, seed, week, began, bar, arguments, ending or _settled, regrets, recorded
            )
    finally:
        process.spawn = before
        nursery.close()


async def _play(
    folder: Path,
    kills: int,
    tellers: int,
    seed: str,
    week: float,
    began: float,
    bar: Bar,
    arguments: Sequence[str],
    ending: Ending,
    regrets: bool,
    recorded: bool,
) -> Outcome:
    history, over = History(), asyncio.Event()
    async with Rehearsal(directory=folder, pace=0) as rehearsal:
        rehearsal.clock.set(BEGINNING)
        rehearsal.hub.times = Times(ack_deadline=3.0, retries=(0.1, 0.5, 1.0, 2.0, 4.0))
        rehearsal.hub.keep_events = True
        database = folder / "home" / "altogether.db"
        database.parent.mkdir()
        noor = rehearsal.workspace.add_person("noor", "Noor Haddad").id
        rehearsal.workspace.conversations[REVIEW_CHANNEL].members.append(noor)
        environment = rehearsal.environment(
            os.environ,
            database_url=f"sqlite:///{database}",
            SCRIPT=str(SCRIPT),
            LOG_LEVEL="INFO",
            REVIEWERS=",".join((*REVIEWERS, noor)),
            **KEPT_LONG,
        )
        for number in range(tellers):
            _newcomer(rehearsal, number)
        watch = Watch(rehearsal)
        tell = [Teller(rehearsal, f"teller{n}", history, over, seed) for n in range(tellers)]
        for one in tell:
            one.regrets = Teller.regrets if regrets else 0.0
            one.crowded = lambda: len(watch.waiting) > CROWD
        decide = [Reviewer(rehearsal, name, history, over, seed, watch) for name in ("amira", "joe", "noor")]
        async with BotProcess(rehearsal, environment, arguments=arguments) as bot, AsyncExitStack() as kept:
            if recorded:
                kept.enter_context(Recorder(folder, rehearsal, history, bot.lines))
            await bot.ready(timeout=60)
            nemesis = Nemesis(watch, bot, history, {one.person.profile.id: one for one in tell}, seed)
            watch.on_edition = nemesis.regret if regrets else None
            living = [asyncio.create_task(one.live()) for one in tell]
            living += [asyncio.create_task(one.live()) for one in decide]
            weeks = asyncio.create_task(_weeks(rehearsal, history, over, week))
            telling = asyncio.create_task(_progress(history, watch, over, bar))
            try:
                await nemesis.live(kills=kills)
            finally:
                over.set()
            ended = await asyncio.gather(*living, *nemesis.regrets, weeks, telling, return_exceptions=True)
            broken = [f"the campaign itself: {error!r}" for error in ended if isinstance(error, BaseException)]
            wrong = nemesis.trouble + broken
            if not nemesis.trouble:
                wrong += await ending(watch, bot, history, database, tell)
        fired = {fault.name: fault.fired for fault in rehearsal.faults.all() if fault.fired}
        return Outcome(seed, time.monotonic() - began, _counts(history, watch, fired, (*tell, *decide)), fired, wrong)


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


async def _progress(history: History, watch: Watch, over: asyncio.Event, bar: Bar) -> None:
    while not over.is_set():
        sent = sum(telling.over == "sent" for telling in history.tellings)
        back = sum(telling.back != "" for telling in history.tellings)
        bar.at(history.kills, f"· {sent} stories sent, {len(watch.editions)} editions, {back} taken back")
        try:
            async with asyncio.timeout(5):
                await over.wait()
        except TimeoutError:
            continue


async def _settled(
    watch: Watch, bot: BotProcess, history: History, database: Path, tellers: Sequence[Teller]
) -> list[str]:
    """The faults have stopped: within a minute nothing is owed, and nothing is wrong."""
    watch.rehearsal.faults.clear()
    if not bot.running:
        await bot.start()
    await bot.ready(timeout=60)
    watch.rehearsal.clock.advance(timedelta(days=2))  # cards of stories without a name go out in rounds
    until, wrong = time.monotonic() + QUIET, ["nothing was looked at"]
    quiet = asyncio.Event()
    while wrong and time.monotonic() < until:
        try:
            async with asyncio.timeout(1):
                await quiet.wait()
        except TimeoutError:
            for teller in tellers:
                teller.look_back()
            wrong = everything_wrong(history, watch, database, bot.lines)
    return wrong


def _counts(history: History, watch: Watch, fired: dict[str, int], people: Sequence[Robot]) -> dict[str, int]:
    troubles = sum(len(one.person.troubles) for one in people)
    delivered = watch.sent["events_api"] + watch.sent["interactive"] + watch.sent["slash_commands"]
    back = [telling for telling in history.tellings if telling.back]
    return {
        "kills": history.kills,
        "deliveries to the bot": delivered,
        "of which events": watch.events.total(),
        "% of the deliveries were repetitions": round(100 * watch.duplicates / max(1, delivered)),
        "% of the events were reordered": round(100 * fired.get("reorder_next", 0) / max(1, watch.events.total())),
        "calls by the bot": watch.calls.total(),
        "outbound faults": sum(fired.get(name, 0) for name in OUTBOUND),
        "words typed": sum(len(telling.words) for telling in history.tellings),
        "stories sent": sum(telling.over == "sent" for telling in history.tellings),
        "of which without a name": sum(one.over == "sent" and one.no_name for one in history.tellings),
        "drafts that ran out": sum(telling.over == "expired" for telling in history.tellings),
        "weeks": len(history.fridays),
        "cards": watch.cards.total(),
        "editions": len(watch.editions),
        "stories in editions": len(watch.published),
        "withdrawals": len(back),
        "of which while being posted": sum(telling.while_posting for telling in back),
        **history.acts,
        "acts that ended with an error on the screen": history.unanswered + troubles,
    }


def options(parser: argparse.ArgumentParser) -> None:
    """Adds what can be said to it."""
    parser.add_argument("--kills", type=int, default=2_000, help="how often (default: %(default)s)")
    parser.add_argument("--tellers", type=int, default=20, help="how many tell stories at once (default: %(default)s)")
    parser.add_argument("--week", type=float, default=9.0, help="seconds that a week takes (default: %(default)s)")
    parser.add_argument("--seed", default="1", help="what the people and the faults roll their dice with")
    parser.add_argument("--keep", type=Path, help="a new folder for all that happened, to find out what led to what")


def play(asked: argparse.Namespace) -> Outcome:
    """Kills the bot as often as the command line says."""
    asked_for = campaign(kills=asked.kills, tellers=asked.tellers, seed=asked.seed, week=asked.week, keep=asked.keep)
    return asyncio.run(asked_for)


CAMPAIGN = Campaign("kill", "kill -9 the real bot while many people use it", options, play)
