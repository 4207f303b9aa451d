"""What is light is done on the event loop: it holds nobody up, and is as safe as what the thread does."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from storage import inbox
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.jobs import Answer, Job
from storage.waiting import LIGHT_TOGETHER, Waiting
from storage.writer import MOMENT, PARKED, Writer


def keep(key: str, seen: list[str] | None = None) -> Callable[[Tx], str]:
    """A job that stores one row, and notes the thread that did it."""

    def work(tx: Tx) -> str:
        assert inbox.remember(tx, key), "this job was stored before"
        if seen is not None:
            seen.append(threading.current_thread().name)
        return key

    return work


def keys(database: Database) -> list[str]:
    with sqlite3.connect(database.path) as raw:
        return [row[0] for row in raw.execute("SELECT key FROM inbox ORDER BY rowid")]


@pytest.fixture
def opened(database: Database) -> Iterator[Database]:
    """The database as the writer has it: it waits a fifth of a second for others."""
    opened = Database(database.url, busy_seconds=0.2)
    yield opened
    opened.close()


@pytest.fixture
async def light(opened: Database, workspace: str, now: datetime) -> Any:
    """A writer that has its connection already."""
    running = Writer(opened, workspace, lambda: now).start()
    await running.run(lambda tx: None)
    yield running
    await asyncio.to_thread(running.close)


async def test_the_loop_does_it_and_the_thread_commits(database: Database, opened: Database, light: Writer) -> None:
    """A light job runs on the loop's own thread, is committed on the writer's, and is told when others can read it."""
    did: list[str] = []
    committed: list[str] = []
    event.listen(opened.write_engine, "commit", lambda _: committed.append(threading.current_thread().name))
    assert await light.run(keep("a", did), light=True) == "a"
    assert keys(database) == ["a"]
    assert (did, committed) == ([threading.main_thread().name], ["writer"])
    assert await light.run(keep("b", did)) == "b"
    assert did[1] == "writer"


async def test_the_loop_goes_on_while_it_is_committed(database: Database, opened: Database, light: Writer) -> None:
    """However long a commit takes, the loop does other things meanwhile; nothing is told before it."""
    go = threading.Event()
    event.listen(opened.write_engine, "commit", lambda _: go.wait(10))
    job = asyncio.ensure_future(light.run(keep("a"), light=True))
    later = asyncio.ensure_future(light.run(keep("b"), light=True))
    turns = 0
    while turns < 50:
        await asyncio.sleep(0)
        turns += 1
    assert not job.done() and not later.done() and keys(database) == []
    go.set()
    assert await job == "a" and await later == "b"


async def test_they_are_done_in_the_order_of_their_coming(database: Database, light: Writer) -> None:
    """Light jobs and others take turns, as they came."""
    wanted = [f"{n}" for n in range(12)]
    await asyncio.gather(*(light.run(keep(key), light=int(key) % 4 != 0) for key in wanted))
    assert keys(database) == wanted


async def test_so_many_at_a_time(database: Database, opened: Database, light: Writer) -> None:
    """The loop does not do more of them in one go than it can afford, and forgets none."""
    commits: list[int] = []
    event.listen(opened.write_engine, "commit", lambda _: commits.append(1))
    number = 3 * LIGHT_TOGETHER
    await asyncio.gather(*(light.run(keep(f"{n}"), light=True) for n in range(number)))
    assert len(keys(database)) == number
    assert len(commits) == 3


async def test_one_that_fails_does_not_take_the_others_with_it(database: Database, light: Writer) -> None:
    """As on the thread: those beside it are stored, and it alone is parked."""

    def broken(tx: Tx) -> None:
        inbox.remember(tx, "half done")
        raise ValueError("no good")

    first, bad, last = await asyncio.gather(
        light.once(keep("a"), key="event:1", light=True),
        light.once(broken, key="event:2", light=True),
        light.once(keep("b"), key="event:3", light=True),
    )
    assert (first, bad, last) == ("a", PARKED, "b")
    assert set(keys(database)) == {"a", "b", "event:1", "event:2", "event:3"}


async def test_one_that_fails_at_the_commit(database: Database, light: Writer) -> None:
    """A batch that was begun on the loop and cannot be committed is done one by one."""
    with sqlite3.connect(database.path) as raw:
        raw.execute("CREATE TABLE parent (id TEXT PRIMARY KEY)")
        raw.execute("CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")

    def fails_at_commit(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO child VALUES ('nobody')")

    done = await asyncio.gather(
        light.run(keep("a"), light=True),
        light.run(fails_at_commit, light=True),
        light.run(keep("b"), light=True),
        return_exceptions=True,
    )
    assert done[0] == "a" and done[2] == "b" and isinstance(done[1], IntegrityError)
    assert keys(database) == ["a", "b"]


async def test_a_locked_database_does_not_hold_up_the_loop(database: Database, light: Writer) -> None:
    """While another process writes, the thread waits and not the loop; then it is stored, or known not to be."""
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    did: list[str] = []
    job = asyncio.ensure_future(light.run(keep("a", did), light=True))
    turns = 0
    while not job.done() and turns < 100:
        await asyncio.sleep(0)
        turns += 1
    assert turns == 100
    with pytest.raises(DatabaseUnavailable):
        await job
    job = asyncio.ensure_future(light.run(keep("b", did), light=True))
    await asyncio.sleep(0)
    other.execute("ROLLBACK")
    assert await job == "b"
    assert keys(database) == ["b"]
    assert await light.run(keep("c", did), light=True) == "c"
    assert did[-1] == threading.main_thread().name
    other.close()


async def test_what_can_wait_rides_with_what_comes(database: Database, opened: Database, light: Writer) -> None:
    """It needs no commit of its own where something comes within a moment, and is stored soon where nothing does."""
    commits: list[int] = []
    event.listen(opened.write_engine, "commit", lambda _: commits.append(1))
    waits = [asyncio.ensure_future(light.run(keep(f"mark {n}"), light=True, can_wait=True)) for n in range(3)]
    await asyncio.sleep(0)
    assert await light.once(keep("event"), key="event:1", light=True) == "event"
    assert all(wait.done() for wait in waits) and len(commits) == 1
    assert await light.run(keep("alone"), light=True, can_wait=True) == "alone"
    assert len(commits) == 2
    assert keys(database) == ["mark 0", "mark 1", "mark 2", "event:1", "event", "alone"]


async def test_what_was_cancelled_stands_in_nobodys_way(database: Database, light: Writer) -> None:
    """Jobs that nobody waits for any more are left out, whatever stands behind them."""
    for heavy in (False, True):
        gone = [asyncio.ensure_future(light.run(keep(f"gone {n}"), light=True)) for n in range(LIGHT_TOGETHER + 1)]
        stays = asyncio.ensure_future(light.run(keep(f"stays {heavy}"), light=not heavy))
        await asyncio.sleep(0)
        for one in gone:
            one.cancel()
        async with asyncio.timeout(10):
            await stays
    assert "stays False" in keys(database) and "stays True" in keys(database)


@pytest.mark.parametrize("turns", range(4))
async def test_closing_finishes_what_the_loop_has_begun(
    database: Database, workspace: str, now: datetime, turns: int
) -> None:
    """On the loop's own thread, while a batch waits, is begun or is being committed: it is stored before close ends."""
    running = Writer(database, workspace, lambda: now).start()
    await running.run(lambda tx: None)
    jobs = [asyncio.ensure_future(running.run(keep(f"{n}"), light=True, can_wait=n == 1)) for n in range(2)]
    for _ in range(turns):
        await asyncio.sleep(0)
    running.close()
    assert keys(database) == (["0", "1"] if turns else [])
    done = await asyncio.gather(*jobs, return_exceptions=True)
    assert done == ["0", "1"] if turns else all(isinstance(one, DatabaseUnavailable) for one in done)


async def test_what_could_wait_is_not_forgotten_behind_a_slow_commit(
    database: Database, opened: Database, light: Writer
) -> None:
    """Its moment is over while another batch is being committed: it is done when that is, though nothing else comes."""
    go = threading.Event()
    event.listen(opened.write_engine, "commit", lambda _: go.wait(10))
    first = asyncio.ensure_future(light.run(keep("first"), light=True))
    await asyncio.sleep(0)
    waits = asyncio.ensure_future(light.run(keep("waits"), light=True, can_wait=True))
    over = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(2 * MOMENT, over.set_result, None)
    await over
    go.set()
    async with asyncio.timeout(10):
        assert await asyncio.gather(first, waits) == ["first", "waits"]


async def test_a_thread_that_has_ended_is_known(database: Database, light: Writer) -> None:
    """Should a mistake of its own end the thread, nobody waits for ever, and whoever runs the bot is told."""
    ended = asyncio.ensure_future(light.ended())
    await asyncio.sleep(0)
    light._waiting.put_down = lambda: 1 / 0  # type: ignore[method-assign, assignment]  # stands for any mistake
    waiting = [asyncio.ensure_future(light.run(keep(f"{n}"), light=n == 0)) for n in range(2)]
    async with asyncio.timeout(10):
        done = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(one, DatabaseUnavailable) for one in done)
    with pytest.raises(DatabaseUnavailable):
        await light.run(keep("later"))
    async with asyncio.timeout(10):
        await ended


async def test_what_is_being_taken_is_not_overlooked() -> None:
    """Whoever asks whether anything is left while a batch is being put together hears of it."""
    waiting, asked, heard = Waiting(most=5), list[threading.Thread](), list[bool]()

    class Slow(Answer[None]):
        """One that is looked at while somebody else asks."""

        def set_running_or_notify_cancel(self) -> bool:
            asked.append(threading.Thread(target=lambda: heard.append(waiting.is_idle)))
            asked[-1].start()
            asked[-1].join(0.2)
            return super().set_running_or_notify_cancel()

    assert waiting.is_idle
    waiting.put(Job(lambda tx: None, None, None, None, Slow()))
    assert waiting.call() and len(waiting.take()) == 1
    asked[0].join()
    assert heard == [False]


async def test_the_next_is_named_in_the_same_breath() -> None:
    """Whoever goes on hears what comes next, though another takes it in the meantime."""
    waiting = Waiting(most=5)
    answer = Answer[None]()
    waiting.put(Job(lambda tx: None, None, None, None, answer, answer.loop))
    following = waiting.go_on()
    assert following is not None and following.light_on is answer.loop
    assert len(waiting.take()) == 1
    assert waiting.go_on() is None
