"""`crash-points`: every boundary in turn, then every pair on the posting and on the withdrawing path.

A pair's way to its path, and then to its first death, is played once and kept; each second death goes on from there.
Each process plays every so many-th boundary, and every so many-th first one of the pairs.
"""

import argparse
import asyncio
import multiprocessing
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal import process

from .crash_points import Saved, Stage, life, stage
from .doomed import DoomedNursery
from .report import Campaign, Outcome, Say, together

PAIRED = ("posting", "withdrawing")
DEAD = "KILLED "


class Tally:
    """What has come of the lives so far."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.counts, self.fired, self.wrong = Counter[str](), Counter[str](), list[str]()

    def note(self, name: str, found: list[str], crossed: list[str]) -> int:
        """Notes one life; returns how many deaths it had."""
        dead = [line.removeprefix(DEAD) for line in crossed if line.startswith(DEAD)]
        self.fired.update(f"killed {one}" for one in dead)
        self.counts.update({"lives": 1, "kills": len(dead)})
        said = [f"{name}, killed {', '.join(dead) or 'nowhere'}: {line}" for line in found]
        self.wrong += said
        for line in said or [f"{name}: killed {', '.join(dead) or 'nowhere'}"]:
            self._say(line)
        return len(dead)


async def singles(tally: Tally, *, first: int, step: int, most: int) -> None:
    """Kills at each `step`th boundary from `first` on until a life ends unkilled."""
    for at in range(first, most, step):
        found, crossed = await life([at], None)
        if not tally.note(f"life [{at}]", found, crossed):
            tally.counts["boundaries of a life"] = max(tally.counts["boundaries of a life"], at - 1)
            return


async def pairs(tally: Tally, phase: str, *, first: int, step: int, each: int = 1) -> None:
    """Kills at each `step`th boundary of the phase from `first` on, and again at each `each`-th after the restart."""
    with TemporaryDirectory(prefix="crash-pairs-", ignore_cleanup_errors=True) as name:
        start = await reached(phase, Path(name) / "reached")
        for at in range(first, 10_000, step):
            saved, crossed = await killed(start, phase, at, Path(name) / f"first{at}")
            if saved is None:
                tally.counts[f"boundaries of {phase}"] = max(tally.counts[f"boundaries of {phase}"], at - 1)
                return
            for second in range(1, 10_000, each):
                found, later = await killed_again(saved, phase, second)
                if tally.note(f"{phase} [{at}, {second}]", found, [*crossed[-1:], *later]) < 2:
                    break
                tally.counts[f"pairs of {phase}"] += 1


async def reached(phase: str, files: Path) -> Saved:
    """The story as it stands before this phase, with no bot running."""
    async with stage([], phase) as one:
        await one.life.approved()
        if phase == "withdrawing":
            await one.life.posted(one.check)
        await one.life.bot.terminate()
        return one.save(files)


def _phase(one: Stage, phase: str) -> "asyncio.Task[list[str]]":
    play = one.life.posted if phase == "posting" else one.life.gone
    return asyncio.create_task(play(one.check))


async def killed(start: Saved, phase: str, at: int, files: Path) -> tuple[Saved | None, list[str]]:
    """What is left where the bot dies at this boundary of the phase; None where the phase has none of that number."""
    async with stage([at], phase, start) as one:
        await one.life.bot.ready(timeout=60)
        playing, dying = _phase(one, phase), asyncio.create_task(one.life.bot.wait())
        await asyncio.wait({playing, dying}, return_when=asyncio.FIRST_COMPLETED)
        died = dying.done()
        for task in (playing, dying):
            task.cancel()
        await asyncio.gather(playing, dying, return_exceptions=True)
        crossed = one.crossed()
        return (one.save(files) if died and crossed[-1].startswith(DEAD) else None), crossed


async def killed_again(saved: Saved, phase: str, second: int) -> tuple[list[str], list[str]]:
    """The bot is started on what is left, dies once more, is started again, and finishes; what is wrong then."""
    async with stage([second], None, saved) as one, one.life.minded():
        try:
            return await _phase(one, phase), one.crossed()
        except TimeoutError:
            moment = "posted" if phase == "posting" else "gone"
            return [f"it went no further: {one.check(moment)[:3]} {one.life.bot.lines[-3:]}"], one.crossed()


async def crash_points(
    *, part: int = 0, parts: int = 1, every: int = 1, each: int = 1, most: int = 10_000, say: Say | None = None
) -> Outcome:
    """Plays one part of `parts`: each `every`-th boundary, and each `each`-th of the pairs (0: none)."""
    began, nursery, tally = time.monotonic(), DoomedNursery(), Tally(say or partial(print, flush=True))
    before, process.spawn = process.spawn, nursery.spawn
    try:
        if every:
            await singles(tally, first=1 + part * every, step=parts * every, most=most)
        for phase in PAIRED if each else ():
            await pairs(tally, phase, first=1 + part * each, step=parts * each, each=each)
    finally:
        process.spawn = before
        nursery.close()
    return Outcome("-", time.monotonic() - began, dict(tally.counts), dict(tally.fired), tally.wrong)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--every", type=int, default=1, help="each so many-th boundary, 0: none (default: %(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=1, help="each so many-th of the pairs, 0: none (default: %(default)s)"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once (default: %(default)s)")


def _part(asked: argparse.Namespace, part: int) -> Outcome:
    parts = max(1, asked.processes)
    return asyncio.run(crash_points(part=part, parts=parts, every=asked.every, each=asked.pairs))


def _play(asked: argparse.Namespace) -> Outcome:
    parts = max(1, asked.processes)
    with ProcessPoolExecutor(parts, mp_context=multiprocessing.get_context("spawn")) as pool:
        return together(list(pool.map(_part, [asked] * parts, range(parts))))


CAMPAIGN = Campaign("crash-points", "kill -9 at every commit, call and rename in turn, then in pairs", _options, _play)
