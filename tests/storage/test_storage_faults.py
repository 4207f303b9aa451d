"""The disk is full, the file is locked, the process is killed: nothing is lost, nothing is falsely said to be stored.

The faults are real, made by SQLite or the operating system; where a limit would hit the tests too, in another process.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from storage import inbox
from storage.database import Database, Tx
from storage.errors import DatabaseUnavailable
from storage.writer import PARKED, Writer

ROOT = Path(inbox.__file__).parent.parent


def keep(key: str, *, weight: int = 0) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        assert inbox.remember(tx, key + "." * weight), "this job was stored before"
        return key

    return work


def keys(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0].rstrip(".") for row in connection.execute("SELECT key FROM inbox")}


@pytest.fixture
def impatient(database: Database, workspace: str, now: datetime) -> Iterator[Writer]:
    """A writer that waits a fifth of a second for others."""
    opened = Database(database.url, busy_seconds=0.2)
    running = Writer(opened, workspace, lambda: now).start()
    yield running
    running.close()
    opened.close()


async def test_a_job_that_fails_at_the_commit_is_found_out(database: Database, writer: Writer, plain: Any) -> None:
    """When the commit itself fails because of one job, the others of its batch are stored and it alone is parked.

    The tables have no deferred constraint; this one, of the test's own, fails where nothing but the commit can.
    """
    plain.execute("CREATE TABLE parent (id TEXT PRIMARY KEY)")
    plain.execute("CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")

    def fails_at_commit(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO child VALUES ('nobody')")

    go = threading.Event()
    writer.submit(lambda tx: go.wait(10))
    jobs: list[Future[Any]] = [writer.submit(keep("a")), writer.submit(fails_at_commit), writer.submit(keep("b"))]
    go.set()
    assert [jobs[0].result(10), jobs[2].result(10)] == ["a", "b"]
    with pytest.raises(IntegrityError):
        jobs[1].result(10)
    assert await writer.once(fails_at_commit, key="event:bad") is PARKED
    assert keys(database.path) == {"a", "b", "event:bad"}
    assert plain.execute("SELECT count(*) FROM child").fetchone() == (0,)


async def test_a_full_database_loses_and_invents_nothing(database: Database, writer: Writer) -> None:
    """With no page left, every caller hears the truth: stored is in the file, unavailable is not, nothing is parked.

    When there is room again the writer goes on by itself.
    """
    room = {"pages": 2**30}

    def limit(raw: Any, _record: Any) -> None:
        raw.execute(f"PRAGMA max_page_count={room['pages']}")

    event.listen(database.write_engine, "connect", limit)
    with sqlite3.connect(database.path) as plain:
        room["pages"] = plain.execute("PRAGMA page_count").fetchone()[0] + 6
    jobs = {f"k{n}": writer.submit(keep(f"k{n}", weight=3000)) for n in range(40)}
    outcomes = {key: job.exception(20) for key, job in jobs.items()}
    refused = {key for key, error in outcomes.items() if error is not None}
    assert refused and all(isinstance(outcomes[key], DatabaseUnavailable) for key in refused)
    assert keys(database.path) == jobs.keys() - refused
    with pytest.raises(DatabaseUnavailable):
        await writer.once(keep("k99", weight=9000), key="event:1")
    room["pages"] = 2**30
    assert await writer.once(keep("k99", weight=9000), key="event:1") == "k99"
    for key in refused:
        assert writer.submit(keep(key, weight=3000)).result(10) == key
    assert keys(database.path) == jobs.keys() | {"k99", "event:1"}
    assert await writer.run(inbox.parked_jobs) == []


def test_a_dropped_transaction_is_found_out(database: Database, writer: Writer) -> None:
    """When the database ends the transaction by itself, nothing after that is stored piece by piece: all are told."""

    def dropped(tx: Tx) -> None:
        inbox.remember(tx, "lost")
        tx.connection.exec_driver_sql("ROLLBACK")

    go = threading.Event()
    writer.submit(lambda tx: go.wait(10))
    jobs: list[Future[Any]] = [writer.submit(keep("a")), writer.submit(dropped), writer.submit(keep("b"))]
    go.set()
    assert isinstance(jobs[1].exception(10), DatabaseUnavailable)
    assert [jobs[0].result(10), jobs[2].result(10)] == ["a", "b"]
    assert keys(database.path) == {"a", "b"}


def test_a_caller_that_left_while_the_database_was_locked(impatient: Writer, plain: Any) -> None:
    """The writer outlives calls that were cancelled while they queued behind a locked database; all others hear."""
    plain.execute("BEGIN IMMEDIATE")
    first = impatient.submit(keep("k0"))
    while not first.running():
        """Its batch is closed within an instant; then it waits for the lock, and what comes now queues behind it."""
    rest = [impatient.submit(keep(f"k{n}")) for n in range(1, 600)]
    left = [job for job in rest[::2] if job.cancel()]
    assert isinstance(first.exception(20), DatabaseUnavailable)
    assert all(isinstance(job.exception(20), DatabaseUnavailable) for job in rest if job not in left)
    plain.execute("ROLLBACK")
    assert left
    assert impatient.submit(keep("k0")).result(10) == "k0"


LIMITED = """
import json, resource, sys
from datetime import UTC, datetime
from storage import inbox
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.writer import Writer
database = Database("sqlite:///" + sys.argv[1])
writer = Writer(database, "workspace1", lambda: datetime(2025, 6, 4, tzinfo=UTC)).start()
def keep(key):
    def work(tx):
        assert inbox.remember(tx, key + "." * 3000)
    return work
def outcomes(keys):
    jobs = {key: writer.submit(keep(key)) for key in keys}
    return {key: type(job.exception(20)).__name__ for key, job in jobs.items()}
answers = outcomes(["before"])
_soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
full = outcomes([f"k{n}" for n in range(150)])
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
after = outcomes(["after", *(key for key, error in full.items() if error != "NoneType")])
print(json.dumps([answers, full, after]))
"""


def run_apart(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_writes_that_the_system_refuses_at_the_commit(database: Database) -> None:
    """When the operating system will not let the file grow, what was released as stored is there, the rest is not."""
    before, full, after = json.loads(run_apart(LIMITED, str(database.path)))
    refused = {key for key, error in full.items() if error == "DatabaseUnavailable"}
    assert refused and {full[key] for key in full.keys() - refused} <= {"NoneType"}
    assert set(before.values()) | set(after.values()) == {"NoneType"}
    assert keys(database.path) == {"before", "after"} | full.keys()


async def test_a_locked_database_is_unavailable_and_nothing_is_parked(impatient: Writer, plain: Any) -> None:
    """While another process keeps the database, callers hear that it is unavailable, all of a batch after one wait."""
    plain.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    jobs = [impatient.submit(keep(f"k{n}")) for n in range(60)]
    assert all(isinstance(job.exception(20), DatabaseUnavailable) for job in jobs)
    assert time.monotonic() - began < 5, "each job waited by itself"
    with pytest.raises(DatabaseUnavailable):
        await impatient.once(keep("k1"), key="event:1")
    plain.execute("ROLLBACK")
    assert await impatient.once(keep("k1"), key="event:1") == "k1"
    assert await impatient.run(inbox.parked_jobs) == []


READ_ONLY = """
import os, stat, sys
from datetime import UTC, datetime
from pathlib import Path
from storage import inbox
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.writer import Writer
path = Path(sys.argv[1])
def outcome(path, key):
    database = Database(f"sqlite:///{path}", busy_seconds=0.1)
    writer = Writer(database, "workspace1", lambda: datetime(2025, 6, 4, tzinfo=UTC)).start()
    error = writer.submit(lambda tx: inbox.remember(tx, key)).exception(10)
    writer.close()
    database.close()
    return type(error).__name__
first = outcome(path, "while it may")  # everything is imported now
path.chmod(0o444)
path.parent.chmod(0o555)
if os.getuid() == 0:
    os.chroot(path.parent)  # nobody cannot pass through the folders of root
    os.chdir("/")
    os.setuid(65534)
    path = Path("/") / path.name
print(first, outcome(path, "when it may not"))
"""


def test_a_read_only_file_is_unavailable(database: Database) -> None:
    """A database that may not be written is unavailable: not the fault of the job that met it first."""
    database.close()
    try:
        assert run_apart(READ_ONLY, str(database.path)) == "NoneType DatabaseUnavailable\n"
    finally:
        database.path.parent.chmod(0o755)
        database.path.chmod(0o644)
    assert keys(database.path) == {"while it may"}


KILLED = """
import os, sys, threading
from datetime import UTC, datetime
from itertools import count
from storage import inbox
from storage.database import Database
from storage.writer import Writer
def live(life):
    database = Database("sqlite:///" + sys.argv[1])
    writer = Writer(database, "workspace1", lambda: datetime(2025, 6, 4, tzinfo=UTC)).start()
    def talk(who):
        for n in count():
            key = f"{life}-{who}-{n}"
            writer.submit(lambda tx: inbox.remember(tx, key)).result()
            os.write(1, f"{key}\\n".encode())
    for who in range(4):
        threading.Thread(target=talk, args=(who,)).start()
for life in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        live(life)
        break
    os.write(1, f"life {child}\\n".encode())
    os.waitpid(child, 0)
"""


def test_what_was_released_survives_kill_9(database: Database) -> None:
    """Killed at any moment with jobs in flight, the file is whole and holds every result that was released."""
    lives = 12
    chance = random.Random(20250604)
    database.close()
    mother = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(database.path), str(lives)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    released: set[str] = set()
    left = 0
    assert mother.stdout is not None
    try:
        for line in mother.stdout:
            if line.startswith("life "):
                child, left = int(line.split()[1]), chance.randint(1, 60)
                continue
            released.add(line.strip())
            left -= 1
            if left == 0:
                os.kill(child, signal.SIGKILL)
    finally:
        mother.wait(20)
    assert {key.split("-")[0] for key in released} == {str(life) for life in range(lives)}
    assert released <= keys(database.path)
