"""One seed, from an empty file to the check: what is done, when, and what the time is meanwhile.

The same seed makes the same run, to the last byte of what was posted; `history` is its fingerprint.
"""

import asyncio
import gc
import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.rehearsal.slack.workspace import REVIEWERS, STORIES_CHANNEL, Change
from storage import schema
from storage.database import Database

from . import checks
from .desk import Reviewer, forge
from .folk import Teller
from .loop import VirtualLoop, later
from .memory import Memory
from .ship import Dead, note_tasks, open_database, simulated
from .when import beginning
from .world import World, one_die

LONDON = ZoneInfo("Europe/London")
QUIET = 1_300.0
"""Seconds in which the bot must have done what it owes once the faults have stopped; Slack may have said "in 600 s"."""


@dataclass
class Played:
    """What came of one seed."""

    seed: int
    operations: int = 0
    history: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    weeks: set[tuple[int, int]] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)


class Bench:
    """A folder in memory and an empty file to begin with; one for a process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder / "run"
        self.folder.mkdir(exist_ok=True)
        self.template = folder / "empty.db"
        made = open_database(self.template)
        schema.migrate(made)
        made.empty_log()
        made.close()
        self.database = open_database(self.folder / "altogether.db")
        gc.collect()
        gc.freeze()  # the program itself is not looked through again before every run

    def play(self, seed: int, operations: int) -> Played:
        """Plays one seed."""
        loop = VirtualLoop()
        note_tasks(loop)
        gc.collect()
        gc.disable()  # a run is short: what it leaves behind is collected before the next
        loop.set_exception_handler(_quiet)
        asyncio.set_event_loop(loop)
        try:
            with simulated(), one_die(seed, loop):
                return loop.run_until_complete(self._play(seed, operations))
        finally:
            gc.enable()
            asyncio.set_event_loop(None)
            loop.close()
            self.database.close()

    async def _play(self, seed: int, operations: int) -> Played:
        return await _Run(seed, operations, self.database, self.template).play()


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """What a crash left behind is not worth a word; anything else is."""
    if not isinstance(context.get("exception"), Dead | asyncio.CancelledError):
        loop.default_exception_handler(context)


class _Run:
    def __init__(self, seed: int, operations: int, database: Database, template: Path) -> None:
        self.played, self.operations = Played(seed), operations
        self.world = World(seed, beginning(seed), database, template)
        self.memory, self.random = Memory(), self.world.random
        self.tellers = [Teller(self.world, self.memory, self.world.newcomer(n)) for n in range(4)]
        desk = [self.world.person(one) for one in REVIEWERS]
        self.reviewers = [Reviewer(self.world, self.memory, one) for one in desk]
        self.tellers.append(
            Teller(self.world, self.memory, self.world.person(REVIEWERS[0]))
        )  # who may not decide that one
        self.memory.reviewed_by = set(REVIEWERS)
        self.acting = dict[asyncio.Task[None], None]()
        self.backup: Path | None = None
        self.print = hashlib.sha256()
        self.world.workspace.listen(self.note)

    def note(self, change: Change) -> None:
        """Keeps what was posted, apart from what stands there later."""
        post = change.post or change.previous
        if post is None:
            return
        self.print.update(
            f"{change.kind} {post.channel} {post.ts} {post.text} {post.blocks!r}\n".encode("utf-8", "replace")
        )
        if post.user != self.world.workspace.bot.id:
            return
        outbox_id = ((post.metadata or {}).get("event_payload") or {}).get("id")
        if change.kind == "posted" and outbox_id:
            self.memory.shown.setdefault(outbox_id, []).append(f"{post.channel} {post.ts}")
        if post.channel == STORIES_CHANNEL and change.post is not None:
            for word in checks.WORD.findall(f"{post.text} {post.blocks!r}"):
                self.memory.published.setdefault(word, set()).add(post.ts)

    # ── the run ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def play(self) -> Played:
        """Everything, and then the check."""
        try:
            await self.world.afloat()
            self.world.trouble.on = True
            while self.played.operations < self.operations:
                await self.world.afloat()
                await self.one_thing()
                self.played.operations += 1
            await self.settle()
            self.played.violations += checks.everything(self.world, self.memory)
            await self.put_back()
        except AssertionError as error:
            self.played.violations.append(f"I16 {error}")
        finally:
            await self.end()
        self.played.fired += self.world.trouble.fired
        self.played.operations = self.world.hub.delivered + sum(self.played.counts.values())
        self.print.update(repr((sorted(self.played.fired.items()), self.played.operations)).encode())
        self.played.history = self.print.hexdigest()[:16]
        return self.played

    async def one_thing(self) -> None:
        """One act of one person, or of the world, and a moment."""
        roll = self.random.random()
        moving: Callable[[], Awaitable[None]] | None = None
        for chance, act in ((0.05, self.week), (0.02, self.step), (0.01, self.sudden), (0.006, self.rename)):
            if roll < chance:
                moving = act
                break
            roll -= chance
        if moving is not None:
            await moving()
        else:
            self.act()
        now = self.world.calendar.now().astimezone(LONDON).isocalendar()
        self.played.weeks.add((now.year, now.week))
        await later(self.random.choice((0.0, 0.05, 0.3, 1.0, 3.0)))
        await self.world.hub.deliver_later()

    def act(self) -> None:
        """Somebody does something."""
        roll = self.random.random()
        teller, reviewer = self.random.choice(self.tellers), self.random.choice(self.reviewers)
        table: tuple[tuple[float, str, Teller | Reviewer, Callable[[], Awaitable[None]]], ...] = (
            (0.68, "a teller goes on", teller, teller.go_on),
            (0.03, "an answer is edited", teller, teller.edit),
            (0.02, "an answer is deleted", teller, teller.delete),
            (0.02, "a teller turns back", teller, teller.give_up),
            (0.03, "a teller looks", teller, teller.look),
            (0.03, "a story is taken back", teller, teller.take_back),
            (0.02, "permission is changed", teller, teller.permission),
            (0.02, "a press is forged", teller, lambda: forge(teller, reviewer)),
            (0.01, "a story is taken down", reviewer, reviewer.take_down),
            (0.02, "a digest is looked after", reviewer, reviewer.edition),
            (1.00, "a reviewer decides", reviewer, reviewer.decide),
        )
        row = 0
        while roll >= table[row][0]:
            roll -= table[row][0]
            row += 1
        _, name, who, work = table[row]
        if who.busy:
            return
        self.played.counts[name] += 1
        task = asyncio.get_running_loop().create_task(self.done(who, work))
        self.acting[task] = None
        task.add_done_callback(self.acting.pop)

    async def done(self, who: Teller | Reviewer, work: Callable[[], Awaitable[None]]) -> None:
        """Does it, and no other thing of theirs meanwhile."""
        who.busy = True
        try:
            await work()
        finally:
            who.busy = False

    # ── what the world does ───────────────────────────────────────────────────────────────────────────────────────

    async def week(self) -> None:
        """It is the next slot, or a little later; sometimes nobody was there at the time."""
        self.played.counts["a week goes by"] += 1
        away = self.random.random() < 0.3
        if away:
            await self.crash("dies before a slot")
        now = self.world.calendar.now().astimezone(LONDON)
        days = (4 - now.weekday()) % 7
        friday = now.date() + timedelta(days=days)
        slot = datetime(friday.year, friday.month, friday.day, 10, tzinfo=LONDON)
        slot += timedelta(days=7) if slot <= now else timedelta()
        if away and self.random.random() < 0.3:
            slot += timedelta(days=7 * self.random.randrange(1, 4))
        late = self.random.choice((0, 5, 5, 3600, 90_000))
        self.world.calendar.set(slot.astimezone(UTC) + timedelta(seconds=late))
        await self.world.afloat()
        if self.random.random() < 0.5:
            await later(self.random.choice((1.0, 25.0)))
        else:
            await later(35.0)

    async def step(self) -> None:
        """The clock is wrong, or put right; or a few hours go by."""
        hours = self.random.choice((-24, -1, 1, 3, 24, 30))
        self.played.counts["the clock is moved"] += 1
        self.played.fired[f"clock step {hours:+d} h"] += 1
        self.world.calendar.advance(timedelta(hours=hours))

    async def crash(self, name: str) -> None:
        """It dies, wherever it is."""
        self.played.counts["the bot is started again"] += 1
        if self.world.ship is not None and not self.world.ship.dead:
            self.played.fired[name] += 1
            self.world.ship.die()
            await self.world.ship.gone()

    async def sudden(self) -> None:
        """The program is killed, stopped, or copied; a channel is shut for a while; a reviewer leaves."""
        kind = self.random.randrange(5)
        if kind == 0:
            await self.crash("killed at any moment")
        elif kind == 1 and self.world.ship is not None:
            self.played.counts["the bot is started again"] += 1
            self.played.fired["stopped in good order"] += 1
            await self.world.ship.stop()
        elif kind == 2:
            self.back_up()
        elif kind == 3:
            channel = self.world.workspace.conversations[STORIES_CHANNEL]
            channel.archived = not channel.archived
            self.memory.archived = True
            self.played.counts["a channel is archived or opened"] += 1
            self.played.fired["archived channel"] += 1
        else:
            await self.leave()

    async def leave(self) -> None:
        """Joe stops being a reviewer, or is one again, from the next start."""
        both = self.world.settings.get("REVIEWERS", ",".join(REVIEWERS)) == ",".join(REVIEWERS)
        self.world.settings["REVIEWERS"] = REVIEWERS[0] if both else ",".join(REVIEWERS)
        self.played.fired["reviewer removed or back"] += 1
        await self.crash("killed for its settings")

    async def rename(self) -> None:
        """The keeper lives elsewhere now, or wants another hour."""
        zones = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
        self.world.settings["TIMEZONE"] = self.random.choice(zones)
        self.world.settings["DIGEST_AT"] = self.random.choice(("fri 10:00", "fri 10:00", "sun 01:30", "thu 23:59"))
        self.played.fired["zone or hour changed"] += 1
        await self.crash("killed for its settings")

    def back_up(self) -> None:
        """A copy of the file, as it is now."""
        self.backup = self.world.folder.parent / "backup.db"
        self.backup.unlink(missing_ok=True)
        self.played.counts["a backup is made"] += 1
        with sqlite3.connect(self.world.database.path) as source, sqlite3.connect(self.backup) as copy:
            source.backup(copy)
        source.close()
        copy.close()

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def settle(self) -> None:
        """The faults stop; what is owed is done, the next slot comes, and the people look once more."""
        self.world.trouble.on = False
        self.world.workspace.conversations[STORIES_CHANNEL].archived = False
        await self.world.afloat()
        if self.acting:
            await asyncio.wait(tuple(self.acting), timeout=400.0)
        await self.world.hub.deliver_later(everything=True)
        while self.world.hub.tasks:
            await asyncio.wait(tuple(self.world.hub.tasks), timeout=400.0)
        for step in (timedelta(), timedelta(days=2), timedelta(days=8)):
            self.world.calendar.advance(step)
            await later(40.0)
            await self.nothing_owed()
        for teller in self.tellers:
            teller.learn()

    async def nothing_owed(self) -> None:
        """Returns once nothing is; raises AssertionError where that does not come."""
        loop = asyncio.get_running_loop()
        until = loop.time() + QUIET
        while owing := checks.owing(self.world):
            if loop.time() > until:
                raise AssertionError(f"still owed: {owing}")
            await later(5.0)
        await later(65.0)

    async def put_back(self) -> None:
        """I10: an old copy of the file is put back; what was taken back since is forgotten again."""
        if self.backup is None or self.world.ship is None or self.played.violations:
            return
        self.played.fired["old backup restored"] += 1
        await self.world.ship.stop()
        for end in ("", "-wal", "-shm"):
            Path(f"{self.world.database.path}{end}").unlink(missing_ok=True)
        shutil.copy(self.backup, self.world.database.path)
        await self.world.afloat()
        await later(40.0)
        await self.nothing_owed()
        self.played.violations += [f"I10 {one}" for one in checks.gone(self.world, self.memory)]

    async def end(self) -> None:
        """Nothing of it runs any more."""
        ship = self.world.ship
        if ship is not None:
            ship.die()
            await ship.gone()
        for task in (*self.acting, *self.world.hub.tasks):
            task.cancel()
        await asyncio.gather(*self.acting, *self.world.hub.tasks, return_exceptions=True)
