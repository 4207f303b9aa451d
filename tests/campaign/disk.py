"""The disk campaign: each fault of a disk at call 1, 2, 3 … of a story's whole life, and backups that are put back.

Real processes and real SQLite; the faults are the operating system's answers, from a shim before the C library. After
each life everything is looked at, and the bot must have gone on by itself, or once it was started again.
"""

import argparse
import asyncio
import multiprocessing
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, closing
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.keeper.backup import back_up
from bot.keeper.backup_restoring import restore
from bot.rehearsal import process
from bot.rehearsal.server import Rehearsal
from bot.settings import Settings, load_settings
from storage.backup import CopyError
from tests.nursery import Nursery

from .disk_life import Town
from .disk_shim import FAULTS, Fault, Kind, Shim, environment_of
from .report import Campaign, Outcome, Say, together

WHY = "the database cannot be written"
LOCKED = 30.0
MOST_WRONG = 50
LIVES = 10
"""Lives of one town: the more there were, the longer it takes to look at everything, and the more is written anew."""


async def campaign(
    *,
    calls: Sequence[int] | None = None,
    first: int = 1,
    step: int = 1,
    faults: Sequence[Fault] = FAULTS,
    restores: int = 200,
    locked: float = LOCKED,
    say: Say = print,
) -> Outcome:
    """Plays a life for every fault at each of the `calls`, then locks the database and puts backups back.

    Without `calls`: every `step`th from `first` on, until a life has fewer than that.
    """
    began, wrong, fired, counts = time.monotonic(), list[str](), Counter[str](), Counter[str]()
    for fault in faults:
        left, over = iter(calls or count(first, step)), False
        while not over:
            async with _town() as (town, shim):
                over = await _at_calls(town, shim, fault, islice(left, LIVES), fired=fired, wrong=wrong, say=say)
                counts.update({"lives": town.lives, "times the bot was started again": town.restarts})
                counts.update({"calls that wrote": shim.count("writes"), "calls that synced": shim.count("syncs")})
    if locked:
        async with _town() as (town, _):
            wrong += await _locked(town, locked)
            fired[f"locked for {locked:g} s"] += 1
    if restores:
        async with _town() as (town, _):
            wrong += await _restores(town, restores, fired, say)
            counts["lives of which a backup was put back"] = town.lives
    return Outcome("-", time.monotonic() - began, dict(counts), dict(fired), wrong)


@asynccontextmanager
async def _town() -> AsyncIterator[tuple[Town, Shim]]:
    with TemporaryDirectory(prefix="disk-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "home").mkdir()
        shim = Shim(folder, file="altogether.db")
        nursery = Nursery(environment=environment_of(shim))
        before, process.spawn = process.spawn, nursery.spawn
        try:
            async with Rehearsal(directory=folder / "home", pace=0) as rehearsal:
                town = Town(rehearsal, folder / "home")
                async with town.bot:
                    await town.bot.ready(timeout=60)
                    keeping = asyncio.create_task(town.keep_running())
                    yield town, shim
                    town.over.set()
                    shim.disarm()
                    await town.bot.terminate()
                    await keeping
        finally:
            process.spawn = before
            nursery.close()
            shim.close()


async def _at_calls(
    town: Town, shim: Shim, fault: Fault, calls: Iterable[int], *, fired: Counter[str], wrong: list[str], say: Say
) -> bool:
    """One life with the fault at each of these calls; True where no more are to be played.

    That is so once a life has fewer calls than that, or where there are no more of them.
    """
    number = -1
    for number, at in enumerate(calls):
        line, restarts = len(town.bot.lines), town.restarts
        shim.arm(fault, at=at)
        found = await town.live(take_back=number % 2 == 0)
        times = shim.count("fired")
        shim.disarm()
        found += await town.wrong()
        if fault.kind is Kind.TORN and times and not await town.started_again_since(restarts):
            found.append("the process was not killed")
        if not times and not found:
            return True
        said = any(WHY in one or "cannot be read" in one for one in town.bot.lines[line:])
        fired[fault.name] += times > 0
        fired[f"{fault.name}: the log said why"] += said and times > 0
        fired[f"{fault.name}: the bot was started again"] += town.restarts > restarts
        wrong += [f"{fault.name} at call {at}: {one}" for one in found]
        if number % 10 == 0 or found:
            say(f"{fault.name} at call {at}: {len(found)} wrong, life {town.lives}")
        _each(found, say)
        if len(wrong) > MOST_WRONG:
            return True
    return number < 0


async def _locked(town: Town, seconds: float) -> list[str]:
    """Somebody keeps the database for so long while a story is told: it is told to its end once they let go."""
    with closing(sqlite3.connect(town.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        living = asyncio.create_task(town.live(take_back=True))
        await asyncio.wait([living], timeout=seconds)
        other.execute("ROLLBACK")
    found = await living + await town.wrong()
    return [f"locked for {seconds:g} s: {one}" for one in found]


async def _restores(town: Town, times: int, fired: Counter[str], say: Say) -> list[str]:
    """So often: a backup, then a story in it is taken back, then the backup is put back; by command, or by hand."""
    settings, wrong = load_settings(town.environment, env_file=None), list[str]()
    copy = town.database.parent.parent / "copy.db"
    for number in range(times):
        found = await town.live(take_back=False)
        torn, by_hand = False, number % 3 == 2
        if by_hand:  # the file alone, without its log: older than it looks, or torn by what is being written to it
            shutil.copy(town.database, copy)
            torn = not _sound(copy)
        else:
            back_up(settings, copy, force=True)
        found += await town.take_back_last()
        found += [f"before it was put back: {one}" for one in await town.wrong()]
        async with town.away(kill=number % 2 == 0):
            if torn:
                found += _refused(settings, copy)
            elif by_hand:
                for end in ("-wal", "-shm"):
                    Path(f"{town.database}{end}").unlink(missing_ok=True)
                shutil.copy(copy, town.database)
            else:
                restore(settings, copy)
                for aside in town.database.parent.glob(f"{town.database.name}.before-restore-*"):
                    aside.unlink()
            copy.unlink()
        by_whom = "a copy without its log put back by hand" if by_hand else "a backup put back"
        fired["a copy without its log was torn, and refused" if torn else by_whom] += 1
        found += await town.wrong()
        wrong += [f"restore {number + 1}, of life {town.lives}: {one}" for one in found]
        if number % 20 == 0 or found:
            say(f"restore {number + 1} of {times}: {len(found)} wrong")
        _each(found, say)
    return wrong


def _sound(copy: Path) -> bool:
    """Whether all in it holds, as SQLite sees it: the file of a database in use, copied alone, may be half of two."""
    with closing(sqlite3.connect(f"file:{copy}?immutable=1", uri=True)) as raw:
        try:
            whole = raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return whole and raw.execute("PRAGMA foreign_key_check").fetchone() is None
        except sqlite3.DatabaseError:
            return False


def _refused(settings: Settings, copy: Path) -> list[str]:
    """What was wrong where a damaged copy was to be put back: it must be refused, and the database left as it is."""
    try:
        restore(settings, copy)
    except CopyError:
        return []
    return ["a damaged copy was put back"]


def _each(found: Sequence[str], say: Say) -> None:
    """Each thing that was wrong, at once and whole: a campaign may be stopped before its report."""
    for one in found:
        say(f"  {one}")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--step", type=int, default=1, help="only every so many calls (default: every call)")
    parser.add_argument("--most", type=int, default=0, help="at most so many calls of each fault (default: all)")
    parser.add_argument("--only", default="", help="only faults whose name holds these words")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once (default: %(default)s)")
    parser.add_argument("--restores", type=int, default=200, help="backups to put back (default: %(default)s)")
    parser.add_argument("--locked", type=float, default=LOCKED, help="seconds of a lock (default: %(default)s)")


def _play(asked: argparse.Namespace) -> Outcome:
    parts = max(1, asked.processes)
    with ProcessPoolExecutor(parts, mp_context=multiprocessing.get_context("spawn")) as pool:
        return together(list(pool.map(_part, [asked] * parts, range(parts))))


def _part(asked: argparse.Namespace, part: int) -> Outcome:
    """What one process plays: every so many-th call, in a town of its own, and its share of the restores."""
    parts = max(1, asked.processes)
    first, step = 1 + part * asked.step, parts * asked.step
    return asyncio.run(
        campaign(
            calls=range(first, 1 + asked.step * asked.most, step) if asked.most else None,
            first=first,
            step=step,
            faults=[fault for fault in FAULTS if asked.only in fault.name],
            restores=len(range(part, asked.restores, parts)),
            locked=0 if part else asked.locked,
        )
    )


CAMPAIGN = Campaign("disk", "make the disk fail at every call of a story's life, and put backups back", _options, _play)
