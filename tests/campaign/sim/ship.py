"""One life of the program: `bot.app.serve` as it is, on the simulated machine, until it is stopped or dies.

A crash drops everything in memory: every task is cancelled and, from the moment of death, none of them can write,
call or acknowledge. What was not committed is rolled back as SQLite does when a process has gone.
"""

import asyncio
import hashlib
import io
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar, copy_context
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

import bot.app
import bot.delivery.outbox
import bot.delivery.reader
import bot.edge
import bot.facts
from bot.clock import Clock
from bot.delivery.patience import Patience
from bot.intake.script import Script
from bot.intake.script.file import load_script
from bot.settings import Settings
from storage.database import Database
from storage.jobs import Job
from storage.writer import ANY, Order, Writer

from .hub import Hub
from .loop import AtOnce, later
from .router import Router
from .trouble import Trouble
from .wire import Client, Session, Wire

CRASHES = 0.0012
"""How often it dies at any one point where it can, while anything goes wrong."""
ABOARD: "ContextVar[Ship | None]" = ContextVar("aboard", default=None)


class Dead(BaseException):
    """The process has ended: whoever still runs has missed it."""


class Ship:
    """The program, from one start to its end. `database` outlives it as a file does."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, wire: Wire, hub: Hub) -> None:
        self.settings, self.clock, self.database, self.wire, self.hub = settings, clock, database, wire, hub
        self.trouble: Trouble = wire.trouble
        self.dead = False
        self.tasks = dict[asyncio.Task[Any], None]()  # in order: a set would end them as their addresses lie
        self.writers: list[AtOnceWriter] = []
        self.stopping = asyncio.Event()
        self.router = Router()
        self.main: asyncio.Task[int] | None = None
        self._context = copy_context()
        self._context.run(ABOARD.set, self)

    def start(self) -> None:
        """Sets it going."""
        serving = bot.app.serve(self.settings, out=io.StringIO(), stop=self.stopping)
        self.main = self._context.run(asyncio.get_running_loop().create_task, serving)

    def handle(self, body: dict[str, Any]) -> "asyncio.Task[dict[str, Any]]":
        """Handles an envelope, on a task of its own."""
        return self._context.run(asyncio.get_running_loop().create_task, self.router.dispatch(body))

    def point(self, name: str) -> None:
        """A place where it may die. Raises Dead where it has."""
        if not self.dead and self.trouble.strikes(name, CRASHES):
            self.die()
        if self.dead:
            raise asyncio.CancelledError if asyncio.current_task() is not None else Dead

    def die(self) -> None:
        """Ends it at this very place."""
        self.dead = True
        self.hub.open(None)
        for writer in self.writers:
            writer.sink()
        for task in tuple(self.tasks):
            task.cancel()

    async def gone(self) -> None:
        """Returns once nothing of it runs any more."""
        while self.tasks:
            for task in tuple(self.tasks):
                task.cancel()
            await asyncio.wait(tuple(self.tasks), timeout=1.0)
        self.database.close()

    async def stop(self) -> None:
        """Stops it as a keeper would."""
        self.stopping.set()
        assert self.main is not None
        await asyncio.wait({self.main}, timeout=30.0)
        self.dead = True
        self.hub.open(None)
        await self.gone()


class AtOnceWriter(Writer):
    """The program's writer without its thread: what is left to that is done in the next turn of the loop."""

    def __init__(self, database: Database, workspace: str, *args: Any, **named: Any) -> None:
        super().__init__(database, workspace, *args, **named)
        self._is_first = not workspace
        ship = ABOARD.get()
        assert ship is not None
        self._ship, self._left = ship, deque[Order]()
        self._orders = self  # type: ignore[assignment]  # of a queue, only `put` is used here
        self._inside = self._batches._still_inside
        self._batches._still_inside = self._still_inside  # type: ignore[method-assign]
        ship.writers.append(self)

    def start(self) -> "Writer":
        return self

    def put(self, order: "Order | None") -> None:
        """Leaves it to the thread."""
        if order is not None:
            self._left.append(order)
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        if self._left and not self._ship.dead:
            self._obey(self._left.popleft())

    def submit(self, work: Any) -> "Future[Any]":
        done = super().submit(work)
        if self._is_first:  # the program waits for its first transaction without the loop
            self._next()
            if not done.done():
                done.set_exception(Dead())
        return done

    def _run(self, batch: list[Job[Any]], *, wait: bool) -> Any:
        if self._ship.dead:
            raise Dead
        return super()._run(batch, wait=wait)

    def _commit(self, begun: Any) -> None:
        if self._ship.dead:
            raise Dead
        super()._commit(begun)
        if not self._ship.dead and self._ship.trouble.strikes("crash after a commit", CRASHES):
            self._ship.die()

    def _still_inside(self, connection: Connection) -> None:
        self._inside(connection)
        if self._ship.trouble.strikes("crash before a commit", CRASHES):
            self._ship.die()
        if self._ship.dead:
            raise Dead

    def sink(self) -> None:
        """Loses what waits, and what was begun."""
        self._waiting.take_all()
        self._left.clear()
        self._batches.drop()

    def close(self) -> None:
        while not self._ship.dead and (self._left or not self._waiting.is_idle):
            self._next() if self._left else self._obey(ANY)
        self._waiting.close()
        self._batches.drop()


class Socket:
    """The program's socket: connected once it says so, and told to stop."""

    def __init__(self, app: Router, _token: str, _client: Client) -> None:
        ship = ABOARD.get()
        assert ship is not None
        self._ship, self.greeted, self.on_renewed = ship, asyncio.Event(), None

    async def prepare(self) -> None:
        """Where to connect is no question here."""

    async def connect_async(self) -> None:
        await later(0.05)
        if not self._ship.dead:
            self.greeted.set()
            self._ship.hub.open(self._ship.handle)

    async def stop(self) -> None:
        if not self._ship.dead:
            self._ship.hub.open(None)


def _client(token: str, _url: str, _session: Session) -> Client:
    ship = ABOARD.get()
    assert ship is not None
    return Client(ship.wire, token, ship.point)


@asynccontextmanager
async def _session() -> AsyncIterator[Session]:
    ship = ABOARD.get()
    assert ship is not None
    yield Session(ship.wire, ship.point)


def _router(*_: object) -> Router:
    ship = ABOARD.get()
    assert ship is not None
    return ship.router


def _database(*_: object, **__: object) -> Database:
    ship = ABOARD.get()
    assert ship is not None
    return ship.database


def _clock(_: Settings) -> Clock:
    ship = ABOARD.get()
    assert ship is not None
    return ship.clock


def _key(token: str) -> bytes:
    """As secret as the simulation needs; the real one takes a tenth of a second on purpose, at every start."""
    return hashlib.sha256(token.encode()).digest()


@cache
def _script(path: Path | None) -> Script:
    return load_script(path)


def open_database(path: Path) -> Database:
    """The program's database, without waiting for a disk: the power does not fail here, only the process."""
    database = Database(f"sqlite:///{path}", busy_seconds=1.0)
    for engine in (database.write_engine, database.read_engine):

        @event.listens_for(engine, "connect")
        def on_connect(raw: Any, _record: Any) -> None:
            raw.execute("PRAGMA synchronous=OFF")

    return database


@contextmanager
def simulated() -> Iterator[None]:
    """The program's wiring takes the simulated machine while this lasts."""
    patient = Patience(poll=30.0)
    instead: list[tuple[Any, str, Any]] = [
        (bot.app, "Database", _database),
        (bot.app, "Writer", AtOnceWriter),
        (bot.app, "Socket", Socket),
        (bot.app, "make_app", _router),
        (bot.app, "make_client", _client),
        (bot.app, "make_clock", _clock),
        (bot.app, "make_session", _session),
        (bot.app, "load_script", _script),
        (bot.app, "prepare", lambda database: None),
        (bot.delivery.outbox, "Patience", lambda: patient),
        (bot.delivery.reader, "ThreadPoolExecutor", AtOnce),
        (bot.edge, "ThreadPoolExecutor", AtOnce),
        (bot.facts, "key_of", _key),
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in instead]
    for where, name, new in instead:
        setattr(where, name, new)
    try:
        yield
    finally:
        for where, name, old in before:
            setattr(where, name, old)


def note_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """From now on each task of the program is known to the life of it that made it."""

    def make(loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **named)
        context = named.get("context")
        ship = ABOARD.get() if context is None else context.get(ABOARD)
        if ship is not None:
            ship.tasks[task] = None
            task.add_done_callback(ship.tasks.pop)
        return task

    loop.set_task_factory(make)
