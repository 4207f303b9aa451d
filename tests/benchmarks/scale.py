"""What much costs: the same acts beside a thousand and a million stories, drafts and waiting messages, in turns.

The databases are filled once (`filling.py`), copied for each round, and each round plays all of them, so that a ratio
is taken within a round. Costs are processor time of the bot's process; times until something happens are the clock's.
"""

import asyncio
import itertools
import os
import shutil
import signal
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.database import Database, Tx
from storage.schema import migrate
from storage.tellers import add_workspace

from . import payloads
from .cases import CORES
from .children import PRODUCT, Child, environment
from .figures import digits, number, spread
from .filling import fill
from .load import Load
from .slack import LeanSlack

SIZES = {"stories": (1_000, 1_000_000), "drafts": (1_000, 100_000), "waiting": (1_000, 100_000)}
QUICK = {"stories": (300, 30_000), "drafts": (300, 3_000), "waiting": (300, 3_000)}
UNDELIVERED = 10_000
TELLER, REVIEWER = "U91", payloads.REVIEWER
COMMANDS = (
    ("mine", TELLER, "mine"),
    ("search", TELLER, "search zyxbc"),
    ("read", TELLER, "read 7"),
    ("review", REVIEWER, "review"),
    ("digest preview", REVIEWER, "digest preview"),
    ("stats", REVIEWER, "stats"),
)
TIMES = 100
"""How often each command is given, so that the clock of processor time can tell; once before it is counted."""
FILLED = """What is many is the past: the last eight weeks are as busy in both databases (at most 400 stories), and what
was told before is spread over most of a year."""
RESTING = 0.05
"""Of a core."""

Figures = dict[str, float]


async def play(*, rounds: int, quick: bool, tell: Callable[[str], None]) -> dict[str, Any]:
    """Fill, then play every size in every round."""
    sizes = QUICK if quick else SIZES
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="altogether-scale-") as folder:
        for what, (few, many) in sizes.items():
            files = {size: _filled(Path(folder) / f"{what}-{size}.db", what, size) for size in (few, many)}
            tell(f"{what}: filled {few:,} and {many:,}")
            seen: dict[int, defaultdict[str, list[float]]] = {few: defaultdict(list), many: defaultdict(list)}
            for turn in range(rounds):
                for size, file in files.items():
                    for name, value in (await _measure(file, Path(folder) / "bot", what)).items():
                        seen[size][name].append(value)
                    tell(f"round {turn + 1} of {rounds} · {size:,} {what}")
            for file in files.values():
                file.unlink()
            for name, least in seen[few].items():
                most = seen[many][name]
                ratio = spread(a / b for a, b in zip(most, least, strict=True) if b)
                rows.append(
                    {
                        "what": name,
                        "few": f"{few:,} {what}",
                        "many": f"{many:,} {what}",
                        "at few": spread(least),
                        "at many": spread(most),
                        "ratio": ratio,
                    }
                )
    return {"rows": rows, "rounds": rounds, "filled": FILLED}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| cost | few | many | at few | at many | many ÷ few |", "|---|---|---|---|---|---|"]
    for row in rows:
        ratio = f"{digits(row['ratio']['median'])} ({digits(row['ratio']['least'])}–{digits(row['ratio']['most'])})"
        cells = (row["what"], row["few"], row["many"], number(row["at few"]), number(row["at many"]), ratio)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _filled(file: Path, what: str, size: int) -> Path:
    database = Database(f"sqlite:///{file}")
    migrate(database)
    with database.write_engine.begin() as connection:
        workspace = add_workspace(Tx(connection, "", datetime.now(UTC)), payloads.TEAM, None).id
    database.close()
    fill(file, workspace, **{what: size}, channel=payloads.DIGEST, alone=True)
    return file


async def _measure(file: Path, folder: Path, what: str) -> Figures:
    folder.mkdir()
    try:
        shutil.copy(file, folder / "altogether.db")
        await asyncio.to_thread(os.sync)  # or whatever starts next waits until the disk has written it
        if what != "waiting":
            await _start_once(folder)
        async with LeanSlack() as slack:
            env = environment(slack, folder)
            return await (_recovery if what == "waiting" else _costs)(slack, env, folder, what)
    finally:
        shutil.rmtree(folder)


async def _start_once(folder: Path) -> None:
    """Not counted: after the copy of a gigabyte, whoever starts next pays for the memory that it took."""
    async with LeanSlack() as slack, Child(PRODUCT, environment(slack, folder), folder, CORES) as child:
        await child.ready(slack)
        await child.end(signal.SIGKILL)


async def _costs(slack: LeanSlack, env: dict[str, str], folder: Path, what: str) -> Figures:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Child(PRODUCT, env, folder, CORES) as child:
        await child.ready(slack)
        found = {"start to ready, s": loop.time() - began}
        await _cost(slack, child, lambda number: payloads.command(number, user=TELLER, text="help"))
        await _settled(child)
        found["until at rest, s of CPU"] = child.cpu()
        found["resident at rest, MB"] = child.resident() / 1e6
        if what == "stories":
            for name, user, text in COMMANDS:
                found[f"/story {name}, ms of CPU"] = await _cost(
                    slack, child, lambda number, user=user, text=text: payloads.command(number, user=user, text=text)
                )
            opened = await _cost(slack, child, lambda number: payloads.home_opened(number, user=TELLER))
            found["the home opened, ms of CPU"] = opened
        seen = await Load(slack, 50).closed(child, warm_up=1.0, seconds=6.0)
        found["a message, µs of CPU"] = 1e6 * seen.cpu / max(1, seen.replies)
        found["resident after, MB"] = child.resident() / 1e6
        await child.end(signal.SIGKILL)
    return found


async def _settled(child: Child, patience: float = 60.0) -> None:
    """Returns once what the bot does at its start is over, so that it is not counted with what comes first."""
    ends = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < ends:
        before = child.cpu()
        await asyncio.sleep(1.0)
        if child.cpu() - before < RESTING:
            return


_numbers = itertools.count(1)


async def _cost(slack: LeanSlack, child: Child, envelope: Callable[[str], bytes]) -> float:
    """Milliseconds of processor time that one of these takes, from its arrival to its acknowledgement."""
    acknowledged = asyncio.Event()
    slack.on_ack = lambda _: acknowledged.set()
    before = 0.0
    for turn in range(TIMES + 1):
        if turn == 1:
            before = child.cpu()
        acknowledged.clear()
        slack.send(envelope(f"s{next(_numbers)}"))
        await asyncio.wait_for(acknowledged.wait(), 120)
    return 1000 * (child.cpu() - before) / TIMES


async def _recovery(slack: LeanSlack, env: dict[str, str], folder: Path, _what: str) -> Figures:
    """What waits when the bot starts: how soon the first message goes out, and what each costs."""
    loop = asyncio.get_running_loop()
    with closing(sqlite3.connect(folder / "altogether.db")) as raw:
        (waiting,) = raw.execute("SELECT count(*) FROM outbox WHERE state = 'queued'").fetchone()
    began = loop.time()
    async with Child(PRODUCT, env, folder, CORES) as child:
        await child.ready(slack)
        found = {"start to ready, s": loop.time() - began}
        while slack.first_post_at is None:
            child.must_run()
            await asyncio.sleep(0.01)
        found["start to the first delivery, s"] = slack.first_post_at - began
        cpu, posted = child.cpu(), slack.calls["chat.postMessage"]
        wanted = min(UNDELIVERED, waiting)
        while slack.calls["chat.postMessage"] < wanted:
            child.must_run()
            await asyncio.sleep(0.05)
        sent = slack.calls["chat.postMessage"] - posted
        found["a waiting message delivered, µs of CPU"] = 1e6 * (child.cpu() - cpu) / max(1, sent)
        found["resident, MB"] = child.resident() / 1e6
        await child.end(signal.SIGKILL)
    return found
