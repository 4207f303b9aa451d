"""`crash-points`: one story's whole life, with the bot killed at its first boundary, its second, its third … in turn.

A boundary is before or after a commit, a Slack call, or what makes a file last (`doomed.py`). The life is played again
for each, by people who try again; then for pairs on the posting and the withdrawing path: killed there, started, and
killed again at each boundary that follows. It ends with the run in which no bot was killed.
"""

import argparse
import asyncio
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal import process
from bot.rehearsal.controls import controls, text_of
from bot.rehearsal.person import Message, NotAcknowledged, NotThere
from bot.rehearsal.process import BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.socket_mode import Times
from bot.rehearsal.walk import open_step
from bot.rehearsal.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .doomed import DoomedNursery
from .report import Campaign, Outcome, Say

SCRIPT = Path(__file__).with_name("script.toml")
TUESDAY = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)
WORDS = ("zq00001x001", "zq00001x002")
PATIENCE = 60.0
"""Seconds for one step of the life, restarts and a busy machine included."""
AT_ONCE = ("Start", "Carry on", "Send for review")
PAIRED = ("posting", "withdrawing")


class Life:
    """One story told, approved, posted and taken back, by people who do not give up."""

    def __init__(self, rehearsal: Rehearsal, bot: BotProcess, gate: Path, phase: str | None) -> None:
        self.rehearsal, self.bot, self._gate, self._phase = rehearsal, bot, gate, phase
        self.sam, self.amira = rehearsal.person("sam"), rehearsal.person("amira")
        self.asked: set[str] = set()

    async def play(self, check: Callable[[str], list[str]]) -> list[str]:
        """Everything in order; what `check` finds wrong after the posting and at the end."""
        minding = asyncio.create_task(self._mind())
        try:
            self._enter("telling")
            await self._until(self.sent, self.tell)
            self._enter("approving")
            await self._until(lambda: self._card("Undo") is not None, self.approve)
            self._enter("posting")
            self.rehearsal.clock.set(FRIDAY)
            await self._until(lambda: not check("posted"), self.wait)
            wrong = check("posted")
            self._enter("withdrawing")
            await self._until(lambda: not check("gone"), self.take_back)
            return wrong + check("gone")
        except TimeoutError:
            return [f"it went no further: {check('posted')[:3]} {check('gone')[:3]} {self.bot.lines[-3:]}"]
        finally:
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)

    def _enter(self, phase: str) -> None:
        """From the phase that is meant on (from the beginning where none is), boundaries count."""
        if self._phase in (None, phase):
            self._gate.touch()

    async def _mind(self) -> None:
        """Starts the bot again whenever it has died."""
        while True:
            await self.bot.wait()
            await self.bot.start()

    async def _until(self, holds: Callable[[], bool], act: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                news = asyncio.Event()
                forget = self.rehearsal.log.listen(lambda _, heard=news: heard.set())
                with suppress(NotAcknowledged, NotThere):  # an error on the screen, or it has gone: they look again
                    await act()
                with suppress(TimeoutError):  # nothing has happened: they look again all the same
                    async with asyncio.timeout(0.5):
                        await news.wait()
                forget()

    # ── what people do ────────────────────────────────────────────────────────────────────────────────────────────

    async def wait(self) -> None:
        """Nothing."""

    async def tell(self) -> None:
        """The next thing in the direct message."""
        step = open_step(self.sam)
        if step is None:
            await self._say("hi")
            return
        for label in AT_ONCE:
            if f"[{label}]" in step.shown:
                await self.sam.press(label, ts=step.ts)
                return
        menus = [one for one in controls(step.blocks) if one.options]
        for menu in menus:
            labels = [text_of(one.get("text")) for one in menu.options]
            wanted = [one for one in labels if one.startswith(("No name", "Weekly"))] or labels[:1]
            await self.sam.choose(*wanted, menu=menu.key[1], ts=step.ts)
        if menus or step.shown.startswith("Got "):
            await self.sam.press("Next", ts=step.ts)
            return
        for number, word in ((2, WORDS[0]), (3, WORDS[1])):
            if step.shown.startswith(f"{number} of 3"):
                await self._say(f"It was {word} that day")

    async def _say(self, text: str) -> None:
        """Types it, once; what was said is not said again."""
        if text not in self.asked:
            self.asked.add(text)
            await self.sam.say(text, wait=False)

    def sent(self) -> bool:
        """Whether the receipt is there."""
        return any(one.shown.startswith("This is story 1.") for one in self.sam.others(None, None))

    async def approve(self) -> None:
        """Approves it as soon as its card is there; cards of stories without a name go out in rounds."""
        card = self._card("Approve")
        if card is not None:
            await self.amira.press("Approve", ts=card.ts, channel=REVIEW_CHANNEL)
        elif self.rehearsal.clock.now() < TUESDAY + timedelta(hours=22):
            self.rehearsal.clock.set(TUESDAY + timedelta(days=1))

    def _card(self, label: str) -> Message | None:
        found = (one for one in self.amira.messages(REVIEW_CHANNEL) if one.shown.startswith("Story 1:"))
        return next((one for one in found if f"[{label}]" in one.shown), None)

    async def take_back(self) -> None:
        """Takes it back by the newest button that says so, as long as there is one."""
        await self.sam.press("Take it back")


def check(rehearsal: Rehearsal, database: Path, moment: str) -> list[str]:
    """What is wrong at this moment of the life; it reads the workspace and the files, and never asks the bot."""
    wrong: list[str] = []
    bot = rehearsal.workspace.bot.id
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            wrong.append("the file is damaged")
        kept = "".join(row[0] or "" for row in connection.execute("SELECT value FROM version_answer"))
        owed = connection.execute(
            "SELECT kind, state, reason FROM outbox WHERE state IN ('sending', 'parked') OR "
            "(state = 'queued' AND due_at <= ?)",
            (int(rehearsal.clock.now().timestamp() * 1_000_000),),
        ).fetchall()
        editions = connection.execute("SELECT count(*) FROM edition").fetchone()[0]
        pending = connection.execute("SELECT count(*) FROM removal WHERE state = 'pending'").fetchone()[0]
        stories = connection.execute("SELECT count(*) FROM story").fetchone()[0]
    connection.close()
    wrong += [f"I16 owed: {row}" for row in owed]
    wrong += [f"I1 {stories} stories"] * (stories != 1) + [f"I5 {editions} editions"] * (editions != 1)
    public = [
        post
        for place in (STORIES_CHANNEL, REVIEW_CHANNEL)
        for post in rehearsal.workspace.conversations[place].posts.values()
    ]
    marks = Counter(
        str((post.metadata or {}).get("event_payload")) for post in public if post.user == bot and post.metadata
    )
    wrong += [f"I8 {mark} was posted {times} times" for mark, times in marks.items() if times > 1]
    if moment == "posted":
        heads = [post for post in public if post.channel == STORIES_CHANNEL and not post.is_reply and post.user == bot]
        wrong += [f"I5 {len(heads)} editions are to be seen"] * (len(heads) != 1)
        wrong += [f"I1 {word} is stored {kept.count(word)} times" for word in WORDS if kept.count(word) != 1]
        wrong += [
            f"I6 {word} is not to be read"
            for word in WORDS
            if word not in "".join(repr(post.blocks) for post in public)
        ]
        return wrong
    everywhere = [post for place in rehearsal.workspace.conversations.values() for post in place.posts.values()]
    wrong += [f"I9 {post.channel} {post.ts} shows it" for post in everywhere if post.user == bot and _tells(repr(post))]
    wrong += [
        f"I9 {file.name} holds it"
        for file in database.parent.glob(f"{database.name}*")
        if _tells(file.read_bytes().decode("latin-1"))
    ]
    return wrong + [f"I16 {pending} removals are open"] * (pending > 0)


def _tells(text: str) -> bool:
    return any(word in text for word in WORDS)


async def life(plan: list[int], phase: str | None) -> tuple[list[str], list[str]]:
    """Plays it once; each bot dies at its boundary of the plan. Returns what was wrong, and the boundaries crossed."""
    with TemporaryDirectory(prefix="crash-points-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        gate, planned, log = folder / "gate", folder / "plan", folder / "log"
        planned.write_text("\n".join(str(one) for one in plan), "ascii")
        async with Rehearsal(directory=folder / "workspace", pace=0) as rehearsal:
            rehearsal.clock.set(TUESDAY)
            rehearsal.hub.times = Times(ack_deadline=10.0, retries=(0.1, 0.5, 1.0))
            rehearsal.hub.keep_events = True
            database = folder / "altogether.db"
            environment = rehearsal.environment(
                os.environ,
                database_url=f"sqlite:///{database}",
                SCRIPT=str(SCRIPT),
                LOG_LEVEL="WARNING",
                CRASH_GATE=str(gate),
                CRASH_PLAN=str(planned),
                CRASH_LOG=str(log),
            )
            if phase is None:
                gate.touch()
            async with BotProcess(rehearsal, environment) as bot:
                wrong = await Life(rehearsal, bot, gate, phase).play(lambda moment: check(rehearsal, database, moment))
        crossed = log.read_text("ascii").splitlines() if log.exists() else []
        return wrong, crossed


async def crash_points(*, every: int = 1, pairs: int = 1, most: int = 10_000, say: Say | None = None) -> Outcome:
    """Kills at each `every`-th boundary until a life ends unkilled, then at pairs (0: none; k: each k-th of each)."""
    began, nursery = time.monotonic(), DoomedNursery()
    before, process.spawn = process.spawn, nursery.spawn
    fired, wrong, counts = Counter[str](), list[str](), Counter[str]()

    async def one(plan: list[int], phase: str | None) -> int:
        found, crossed = await life(plan, phase)
        dead = [line.removeprefix("KILLED ") for line in crossed if line.startswith("KILLED ")]
        fired.update(f"killed {name}" for name in dead)
        counts["lives"] += 1
        counts["kills"] += len(dead)
        wrong.extend(f"{phase or 'any'} {plan}, killed {dead}: {line}" for line in found)
        (say or print)(f"{phase or 'life'} {plan}: killed {', '.join(dead) or 'nowhere'}, {len(found)} violations")
        return len(dead)

    try:
        at = 1
        while await one([at], None) and at < most:
            at += every
        counts["boundaries of a life"] = at - 1
        for phase in PAIRED if pairs else ():
            first, killed = 1, 1
            while killed:
                second, killed = 1, 2
                while killed == 2:
                    killed = await one([first, second], phase)
                    second += pairs
                counts[f"boundaries of {phase}"] = first
                first += pairs
    finally:
        process.spawn = before
        nursery.close()
    return Outcome(f"every {every}", time.monotonic() - began, dict(counts), dict(fired.most_common()), wrong)


def options(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--every", type=int, default=1, help="only each so many-th boundary (default: %(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=1, help="each so many-th of the pairs, 0: none (default: %(default)s)"
    )


def asked(given: argparse.Namespace) -> Outcome:
    """Kills where the command line says."""
    return asyncio.run(crash_points(every=given.every, pairs=given.pairs))


CAMPAIGN = Campaign("crash-points", "kill -9 at every commit, call and rename in turn, then in pairs", options, asked)
