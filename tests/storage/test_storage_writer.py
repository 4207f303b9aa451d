"""The one door: what its callers may rely on when everything around it is well, and when a job is not."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from storage import inbox, outbox
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.records import Message
from storage.writer import ALREADY_DONE, PARKED, HasBeenParked, Writer


def keep(key: str) -> Callable[[Tx], str]:
    """A job that stores one row, by which a test can tell that it was done."""

    def work(tx: Tx) -> str:
        assert inbox.remember(tx, key), "this job was stored before"
        return key

    return work


def broken(tx: Tx) -> None:
    inbox.remember(tx, "half done")
    raise ValueError("no good")


@pytest.fixture
def held(writer: Writer) -> Callable[[], None]:
    """The writer is busy until this is called, so that jobs queued meanwhile are one batch."""
    begun, go = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        begun.set()
        assert go.wait(10)

    writer.submit(work)
    assert begun.wait(10)
    return go.set


def stored(database: Database, workspace: str, now: datetime) -> set[str]:
    with database.reading(workspace, now) as tx:
        return {row[0] for row in tx.connection.exec_driver_sql("SELECT key FROM inbox")}


async def test_waiting_jobs_share_a_commit(database: Database, writer: Writer, held: Callable[[], None]) -> None:
    """Jobs that wait at the same time are stored by one commit, each with its own result."""
    commits: list[int] = []
    event.listen(database.write_engine, "commit", lambda connection: commits.append(1))
    jobs = [writer.submit(keep(f"k{n}")) for n in range(40)]
    held()
    assert [job.result(10) for job in jobs] == [f"k{n}" for n in range(40)]
    assert len(commits) == 2  # the job that held the others up, and all of them


def test_a_result_is_released_after_its_commit(
    database: Database, writer: Writer, workspace: str, now: datetime, held: Callable[[], None]
) -> None:
    """Whoever holds a result can read what it says on another connection; before the commit nobody could."""
    seen: list[tuple[bool, bool]] = []
    first = writer.submit(keep("first"))

    def look_around(tx: Tx) -> None:
        seen.append((first.done(), "first" in stored(database, workspace, now)))

    second = writer.submit(look_around)
    at_release: list[bool] = []
    first.add_done_callback(lambda done: at_release.append("first" in stored(database, workspace, now)))
    held()
    second.result(10)
    assert seen == [(False, False)]
    assert at_release == [True]


async def test_one_bad_job_does_not_take_the_others_with_it(
    database: Database, writer: Writer, workspace: str, now: datetime, held: Callable[[], None]
) -> None:
    """In a batch in which one job fails at a statement, the others are stored and it alone is parked."""
    parked: list[tuple[str, str]] = []
    writer.on_parked = lambda key, reason: parked.append((key, reason))
    good = [writer.once(keep(f"good{n}"), key=f"event:{n}") for n in range(3)]
    bad = writer.once(broken, key="event:bad", apology=lambda tx: None)
    gathered = asyncio.gather(good[0], bad, good[1], good[2])
    await asyncio.sleep(0)
    held()
    assert list(await gathered) == ["good0", HasBeenParked(told=True), "good1", "good2"]
    assert parked == [("event:bad", "ValueError")]
    assert {"good0", "good1", "good2", "event:0", "event:1", "event:2", "event:bad"} == stored(database, workspace, now)
    with database.reading(workspace, now) as tx:
        assert [(job.key, job.reason) for job in inbox.parked_jobs(tx)] == [("event:bad", "ValueError")]


async def test_a_parked_job_apologises_and_is_not_tried_again(
    database: Database, writer: Writer, workspace: str, now: datetime
) -> None:
    """Parking, its apology and the key are one commit: a redelivery finds it handled, delivery is told of the lane."""
    lanes: list[set[str]] = []
    writer.on_commit = lanes.append

    def apology(tx: Tx) -> None:
        outbox.enqueue(tx, Message("sorry", "channel:D1"))

    assert await writer.once(broken, key="event:1", apology=apology) == HasBeenParked(told=True)
    assert await writer.once(broken, key="event:1", apology=apology) is ALREADY_DONE
    assert lanes == [{"channel:D1"}]
    with database.reading(workspace, now) as tx:
        assert outbox.waiting(tx) == 1


async def test_an_apology_that_fails_does_not_undo_the_parking(
    database: Database, writer: Writer, workspace: str, now: datetime
) -> None:
    """A job is parked even if the apology for it cannot be made."""
    assert await writer.once(broken, key="event:1", apology=broken) is PARKED
    assert stored(database, workspace, now) == {"event:1"}


async def test_a_key_is_done_once(writer: Writer, held: Callable[[], None]) -> None:
    """Of many deliveries of one thing at the same time, one has its effect and the rest hear that it was done."""
    done: list[int] = []
    gathered = asyncio.gather(*(writer.once(lambda tx: done.append(1), key="event:same") for _ in range(20)))
    await asyncio.sleep(0)
    held()
    answers = await gathered
    assert answers.count(ALREADY_DONE) == 19
    assert len(done) == 1


async def test_a_job_without_a_key_answers_with_its_own_error(writer: Writer) -> None:
    """What a job without a key raises is what its caller gets, and nothing is parked."""
    with pytest.raises(ValueError, match="no good"):
        await writer.run(broken)
    assert await writer.run(inbox.parked_jobs) == []


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_the_writer_outlives_every_job(writer: Writer, error: BaseException) -> None:
    """A job that raises what ends a program ends only itself; its caller gets the very exception."""

    def work(tx: Tx) -> None:
        raise error

    with pytest.raises(type(error)):
        writer.submit(work).result(10)
    assert writer.submit(keep("after")).result(10) == "after"


async def test_a_job_that_stops_iterating_answers(writer: Writer) -> None:
    """StopIteration, which asyncio cannot carry, reaches the caller as a RuntimeError and not as silence."""
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(writer.run(lambda tx: next(iter([]))), 30)


async def test_a_caller_that_goes_away_does_not_double_the_others(
    database: Database, writer: Writer, workspace: str, now: datetime, held: Callable[[], None]
) -> None:
    """A cancelled call neither breaks its batch nor is stored if its turn had not come; the rest are stored once."""
    runs: list[int] = []

    def counted(tx: Tx) -> str:
        runs.append(1)
        return keep("stays")(tx)

    leaving = asyncio.ensure_future(writer.run(keep("leaves")))
    staying = asyncio.ensure_future(writer.run(counted))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    held()
    assert await staying == "stays"
    assert runs == [1]
    assert stored(database, workspace, now) == {"stays"}


async def test_cancelling_a_job_that_runs_changes_nothing(
    database: Database, writer: Writer, workspace: str, now: datetime
) -> None:
    """Once a job has begun, its caller may leave but the job is stored, and the writer goes on."""
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        assert go.wait(10)
        keep("slow")(tx)

    task = asyncio.ensure_future(writer.run(slow))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await writer.run(keep("next")) == "next"
    assert stored(database, workspace, now) == {"slow", "next"}


def test_a_deaf_listener_does_not_make_jobs_run_again(writer: Writer) -> None:
    """When whoever hears of commits fails, the job is stored once and its caller hears so."""
    runs: list[int] = []

    def deaf(lanes: set[str]) -> None:
        raise RuntimeError("the loop is closed")

    def work(tx: Tx) -> str:
        runs.append(1)
        return outbox.enqueue(tx, Message("question", "channel:D1"))

    writer.on_commit = deaf
    assert isinstance(writer.submit(work).result(10), str)
    assert runs == [1]


def test_closing_finishes_what_is_queued(
    database: Database, writer: Writer, workspace: str, now: datetime, held: Callable[[], None]
) -> None:
    """Everything queued before `close` is stored and answered; what comes later is refused as unavailable."""
    jobs: list[Future[Any]] = [writer.submit(keep(f"k{n}")) for n in range(1200)]
    held()
    writer.close()
    assert all(job.result(0) == f"k{n}" for n, job in enumerate(jobs))
    assert len(stored(database, workspace, now)) == 1200
    with pytest.raises(DatabaseUnavailable):
        writer.submit(keep("late"))
    writer.close()


def test_a_writer_that_never_started_closes(database: Database, workspace: str, now: datetime) -> None:
    """Closing works on the way out of a start that failed."""
    writer = Writer(database, workspace, lambda: now)
    writer.close()
    with pytest.raises(DatabaseUnavailable):
        writer.submit(keep("late"))


def test_a_future_can_be_cancelled_before_its_turn(writer: Writer, held: Callable[[], None]) -> None:
    """A queued job that is taken back is not done."""
    job = writer.submit(keep("no"))
    assert job.cancel()
    held()
    writer.submit(keep("yes")).result(10)
    with pytest.raises(CancelledError):
        job.result(0)


def test_another_process_is_noticed(writer: Writer, plain: Any) -> None:
    """The data version changes when somebody else has written, and not when the writer itself has."""
    before = writer.data_version().result(10)
    writer.submit(keep("own")).result(10)
    assert writer.data_version().result(10) == before
    plain.execute("INSERT INTO inbox VALUES ('workspace1', 'theirs', 0)")
    assert writer.data_version().result(10) != before
