"""The contrast: the kill campaign on a plain bot (`plain_bot.py`) with the defaults that tutorials use.

Same people, same kills, same faults. What it lost and what it doubled is counted, and is no violation of ours.
"""

import argparse
import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bot.rehearsal.process import BotProcess

from .history import History
from .kill import campaign
from .people import Teller
from .report import Campaign, Outcome, Say
from .watch import WORD, Watch

PLAIN = ("-m", "tests.campaign.plain_bot")
SETTLE = 10.0
"""Seconds that it has at the end, with every fault gone: nothing of it works on what was left undone."""


async def contrast(
    *, kills: int, tellers: int, seed: str, week: float, settle: float = SETTLE, say: Say | None = None
) -> Outcome:
    """Plays the campaign and counts."""
    counts: dict[str, int] = {}

    async def count(
        watch: Watch, bot: BotProcess, history: History, database: Path, people: Sequence[Teller]
    ) -> list[str]:
        watch.rehearsal.faults.clear()
        if not bot.running:
            await bot.start()
        await bot.ready(timeout=60)
        try:
            async with asyncio.timeout(settle):
                await asyncio.Event().wait()
        except TimeoutError:
            for teller in people:
                teller.look_back()
        counts.update(_compared(watch, history, database))
        return []

    outcome = await campaign(
        kills=kills, tellers=tellers, seed=seed, week=week, say=say, arguments=PLAIN, ending=count, regrets=False
    )
    return replace(outcome, counts={**outcome.counts, **counts})


def _compared(watch: Watch, history: History, database: Path) -> dict[str, int]:
    """What was told and acknowledged, against what is stored and what was posted."""
    stored: Counter[str] = Counter()
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        for (text,) in connection.execute("SELECT text FROM answer"):
            stored.update(WORD.findall(text))
        titles = connection.execute("SELECT title FROM story").fetchall()
    typed = [told for telling in history.tellings for told in telling.words]
    told = {word for (title,) in titles for word in WORD.findall(title or "")}
    return {
        "answers typed": len(typed),
        "answers lost": sum(not stored[one.word] for one in typed),
        "of which acknowledged to Slack": sum(not stored[one.word] for one in typed if one.word in watch.acked),
        "answers stored twice or more": sum(times > 1 for times in stored.values()),
        "stories stored": len(titles),
        "stories posted": len(watch.published),
        "stories posted twice or more": sum(times > 1 for times in watch.published.values()),
        "stories never posted": len(told - set(watch.published)),
    }


def options(parser: argparse.ArgumentParser) -> None:
    """Adds what can be said to it."""
    parser.add_argument("--kills", type=int, default=200, help="how often (default: %(default)s)")
    parser.add_argument("--tellers", type=int, default=20, help="how many tell stories at once (default: %(default)s)")
    parser.add_argument("--week", type=float, default=12.0, help="seconds that a week takes (default: %(default)s)")
    parser.add_argument("--seed", default="1", help="what the people and the faults roll their dice with")


def play(asked: argparse.Namespace) -> Outcome:
    """Kills the plain bot as often as the command line says."""
    return asyncio.run(contrast(kills=asked.kills, tellers=asked.tellers, seed=asked.seed, week=asked.week))


CAMPAIGN = Campaign("contrast", "the kill campaign on a plain bot with default settings, to compare", options, play)
