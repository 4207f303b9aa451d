"""One story's whole life, played by people who try again, with a bot that is killed at boundaries that were planned.

A boundary is before or after a commit, a Slack call, or what makes a file last (`doomed.py`). What is left at a death
can be kept, and gone on from. Which boundaries are planned is in `crash_all.py`.
"""

import asyncio
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal.acting.person import Message, NotAcknowledged, NotThere
from bot.rehearsal.keeping import restore_workspace, workspace_record
from bot.rehearsal.process import BotProcess
from bot.rehearsal.scenes.walk import open_step
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.controls import controls, text_of
from bot.rehearsal.slack.socket_mode import Times
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

SCRIPT = Path(__file__).with_name("script.toml")
TUESDAY = datetime(2025, 6, 3, 13, 4, tzinfo=UTC)
FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)
WORDS = ("zq00001x0001", "zq00001x0002")
PATIENCE = 300.0
"""Seconds for one step of the life, restarts and a busy machine included."""
AT_ONCE = ("Start", "Carry on", "Send for review")


class Life:
    """One story told, approved, posted and taken back, by people who do not give up."""

    def __init__(self, rehearsal: Rehearsal, bot: BotProcess, gate: Path, phase: str | None) -> None:
        self.rehearsal, self.bot, self._gate, self._phase = rehearsal, bot, gate, phase
        self.sam, self.amira = rehearsal.person("sam"), rehearsal.person("amira")
        self.asked: set[str] = set()
        self._death = asyncio.Event()

    async def play(self, check: Callable[[str], list[str]]) -> list[str]:
        """Everything in order; what `check` finds wrong after the posting and at the end."""
        async with self.minded():
            try:
                await self.approved()
                wrong = await self.posted(check)
                return wrong + await self.gone(check)
            except TimeoutError:
                return [f"it went no further: {check('posted')[:3]} {check('gone')[:3]} {self.bot.lines[-3:]}"]

    async def approved(self) -> None:
        """It is told, and approved."""
        self._enter("telling")
        await self._until(self.sent, self.tell)
        self._enter("approving")
        await self._until(lambda: self._card("Undo") is not None, self.approve)

    async def posted(self, check: Callable[[str], list[str]]) -> list[str]:
        """It is posted on Friday; what is wrong then."""
        self._enter("posting")
        self.rehearsal.clock.set(FRIDAY)
        await self._until(lambda: not check("posted"), self.wait)
        return check("posted")

    async def gone(self, check: Callable[[str], list[str]]) -> list[str]:
        """It is taken back; what is wrong then."""
        self._enter("withdrawing")
        await self._until(lambda: not check("gone"), self.take_back)
        return check("gone")

    def _enter(self, phase: str) -> None:
        """From the phase that is meant on (from the beginning where none is), boundaries count."""
        if self._phase in (None, phase):
            self._gate.touch()

    @asynccontextmanager
    async def minded(self) -> AsyncIterator[None]:
        """The bot is started again whenever it has died, for as long as this lasts."""
        minding = asyncio.create_task(self._mind())
        try:
            yield
        finally:
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)

    async def _mind(self) -> None:
        while True:
            await self.bot.wait()
            self._death.set()
            self._death = asyncio.Event()
            await self.bot.start()

    async def _until(self, holds: Callable[[], bool], act: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.rehearsal.hub.connected.wait()  # who presses while the app is away is told so at once
                news = asyncio.Event()
                forget = self.rehearsal.log.listen(lambda _, heard=news: heard.set())
                with suppress(NotAcknowledged, NotThere):  # an error on the screen, or it has gone: they look again
                    await self._or_dead(act)
                with suppress(TimeoutError):  # nothing has happened: they look again all the same
                    async with asyncio.timeout(0.5):
                        await news.wait()
                forget()

    async def _or_dead(self, act: Callable[[], Awaitable[None]]) -> None:
        """Does it, or gives it up when the bot dies: nobody would answer before the deadline."""
        acting, dying = asyncio.ensure_future(act()), asyncio.create_task(self._death.wait())
        try:
            await asyncio.wait({acting, dying}, return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                acting.result()
        finally:
            for task in (acting, dying):
                task.cancel()
            await asyncio.gather(acting, dying, return_exceptions=True)

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


@dataclass(frozen=True, slots=True)
class Saved:
    """What outlives a bot at one moment: its files, in a folder, and the workspace."""

    files: Path
    record: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder, a workspace and a bot in which a life, or a part of one, is played."""

    life: Life
    folder: Path

    def check(self, moment: str) -> list[str]:
        """What is wrong at this moment."""
        return check(self.life.rehearsal, self.folder / "altogether.db", moment)

    def crossed(self) -> list[str]:
        """The boundaries that were counted, by name; `KILLED` before those at which the bot died."""
        log = self.folder / "log"
        return log.read_text("ascii").splitlines() if log.exists() else []

    def save(self, files: Path) -> Saved:
        """Keeps what there is; the bot is not running."""
        files.mkdir()
        for file in self.folder.glob("altogether*"):
            if file.is_file() and not file.name.endswith("-shm"):
                shutil.copy(file, files)
        return Saved(files, json.dumps(workspace_record(self.life.rehearsal.workspace)))


@asynccontextmanager
async def stage(plan: Sequence[int], phase: str | None, saved: Saved | None = None) -> AsyncIterator[Stage]:
    """A bot is started that dies at its boundary of the plan, as the next does, counted from the `phase` on.

    From `saved` the story goes on where that was kept, and boundaries count from the start of the bot.
    """
    with TemporaryDirectory(prefix="crash-points-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        gate, planned = folder / "gate", folder / "plan"
        planned.write_text("\n".join(str(one) for one in plan), "ascii")
        async with Rehearsal(directory=folder / "workspace", pace=0) as rehearsal:
            rehearsal.clock.set(TUESDAY)
            if saved is not None:
                shutil.copytree(saved.files, folder, dirs_exist_ok=True)
                restore_workspace(rehearsal.workspace, json.loads(saved.record))
            rehearsal.hub.times = Times(ack_deadline=10.0, retries=(0.1, 0.5, 1.0))
            rehearsal.hub.keep_events = True
            environment = rehearsal.environment(
                os.environ,
                database_url=f"sqlite:///{folder / 'altogether.db'}",
                SCRIPT=str(SCRIPT),
                LOG_LEVEL="WARNING",
                CRASH_GATE=str(gate),
                CRASH_PLAN=str(planned),
                CRASH_LOG=str(folder / "log"),
            )
            if phase is None:
                gate.touch()
            async with BotProcess(rehearsal, environment) as bot:
                yield Stage(Life(rehearsal, bot, gate, phase), folder)


async def life(plan: list[int], phase: str | None) -> tuple[list[str], list[str]]:
    """Plays it once; each bot dies at its boundary of the plan. Returns what was wrong, and the boundaries crossed."""
    async with stage(plan, phase) as one:
        return await one.life.play(one.check), one.crossed()
