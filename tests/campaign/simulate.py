"""`simulate`: thousands of seeds, each a short life of the whole bot in which everything goes wrong, then checked.

One process a core, each on its own seeds; the run of a seed does not depend on which process plays it. What a run is
stands in `sim/run.py`.
"""

import argparse
import logging
import multiprocessing
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from .report import Bar, Campaign, Outcome
from .sim.run import Bench, Played
from .sim.when import changes

Say = Callable[[str], None]
MEMORY = Path("/dev/shm")
"""Where files are kept in memory, where there is such a place."""
LONG = 1_000_000
"""Operations from which on every fault must have fired so often:"""
EACH = 100


@cache
def _bench(folder: str) -> Bench:
    """This process's own folder and database."""
    return Bench(Path(mkdtemp(dir=folder)))


def play(asked: tuple[int, int, str]) -> Played:
    """Plays one seed in a folder; whatever the simulator itself raises is a violation with the seed."""
    seed, acts, folder = asked
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        return _bench(folder).play(seed, acts)
    except Exception:  # the other seeds are played all the same
        return Played(seed, violations=[f"the simulator itself: {traceback.format_exc(limit=-4)}"])
    finally:
        logging.disable(before)


def _played(seeds: range, acts: int, processes: int, folder: str) -> Iterator[Played]:
    work = [(seed, acts, folder) for seed in seeds]
    if processes <= 1:
        yield from map(play, work)
        return
    with multiprocessing.get_context("forkserver").Pool(processes, maxtasksperchild=500) as pool:
        yield from pool.imap_unordered(play, work, chunksize=4)


def simulate(*, seeds: int, first: int = 1, acts: int = 100, processes: int = 1, say: Say | None = None) -> Outcome:
    """Plays so many seeds from `first` on, each with so many acts."""
    with TemporaryDirectory(prefix="simulate-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return _simulate(range(first, first + seeds), acts, processes, folder, say)


def _simulate(seeds: range, acts: int, processes: int, folder: str, say: Say | None) -> Outcome:
    began, bar = time.monotonic(), Bar(len(seeds), "seeds", say=say, every=20.0)
    operations, done = 0, 0
    counts, fired, weeks, wrong = Counter[str](), Counter[str](), set[tuple[int, int]](), list[str]()
    for played in _played(seeds, acts, processes, folder):
        operations, done = operations + played.operations, done + 1
        counts += played.counts
        fired += played.fired
        weeks |= played.weeks
        wrong += [f"seed {played.seed}: {line}" for line in played.violations]
        for line in played.violations:
            (say or print)(f"seed {played.seed}: {line}")
        rate = operations / (time.monotonic() - began)
        bar.at(done, f"{operations:,} operations, {rate:.0f} a second, {len(wrong)} violations")
    turns = {(day - timedelta(days=1)).isocalendar()[:2] for day in changes()}
    told = {
        "seeds": done,
        "operations": operations,
        "weeks visited": len(weeks),
        f"weeks of {len(turns)} in which clocks change": len(turns & weeks),
        "weeks numbered 53": len({week for week in weeks if week[1] == 53}),
        **dict(counts.most_common()),
    }
    if operations >= LONG:
        wrong += [f"{name} fired only {times} times" for name, times in fired.items() if times < EACH]
        wrong += [f"the week of {year}-W{week} was not visited" for year, week in sorted(turns - weeks)]
    return Outcome(
        f"{seeds.start} to {seeds.stop - 1}", time.monotonic() - began, told, dict(fired.most_common()), wrong
    )


def history_of(seed: int, *, acts: int = 100) -> str:
    """Returns the fingerprint of one run: what was posted, what went wrong, and when."""
    with TemporaryDirectory(prefix="simulate-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return play((seed, acts, folder)).history


def options(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--seeds", type=int, default=10_000, help="how many runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first of them; with --seeds 1, replays it")
    parser.add_argument("--acts", type=int, default=100, help="how many acts a run has (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once (default: %(default)s)")


def asked(given: argparse.Namespace) -> Outcome:
    """Plays what the command line asks for."""
    return simulate(seeds=given.seeds, first=given.seed, acts=given.acts, processes=given.processes)


CAMPAIGN = Campaign("simulate", "play the whole bot in one thread, seed by seed, with every fault", options, asked)
