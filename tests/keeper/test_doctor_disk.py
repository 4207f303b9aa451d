"""What the doctor and the log say when the disk or another program keeps the bot from writing."""

import logging
import os
import shutil
import sqlite3
import stat
from collections import namedtuple
from contextlib import closing

import pytest
from architecture.skips import skip_unless

from bot.rights import tombstones
from storage import inbox
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.withdrawals import Tombstone
from storage.writer import Writer

from .conftest import WEDNESDAY, Keeper


async def test_a_database_that_somebody_has_locked_is_said_to_be(keeper: Keeper, home: Database) -> None:
    """The line names what keeps the bot from writing, and what to do; the exit code is 1."""
    with closing(sqlite3.connect(home.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, page = await keeper.doctor()
    assert code == 1
    assert "another program has locked it (SQLITE_BUSY)" in " ".join(page.split())
    assert "close it." in " ".join(page.split())


async def test_a_database_with_damaged_pages_is_said_to_be(keeper: Keeper, home: Database) -> None:
    """A file that still opens, but is not whole, is found before the bot stumbles over it; the fix is a backup."""
    home.empty_log()
    home.close()
    whole = bytearray(home.path.read_bytes())
    whole[4096 * 5 : 4096 * 30] = b"\x55" * (4096 * 25)
    home.path.write_bytes(whole)
    code, page = await keeper.doctor()
    assert code == 1
    assert "damaged" in page
    assert "altogether restore FILE" in " ".join(page.split())


async def test_a_disk_that_is_nearly_full_is_named(
    keeper: Keeper, home: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much is left, and where, before nothing can be stored any more."""
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 3_000_000, 3_000_000))
    code, page = await keeper.doctor()
    assert code == 1
    assert f"3 MB left in {home.path.parent}" in " ".join(page.split())


async def test_files_that_others_may_read_are_worth_a_note(keeper: Keeper, home: Database) -> None:
    """A database or tombstones that the whole computer may read work; the keeper is told how to close them."""
    skip_unless(os.name == "posix", "elsewhere a file's mode says nothing about who may read it")
    stones = keeper.settings().tombstones_file
    tombstones.add(stones, [Tombstone("here", "story", 1, WEDNESDAY.date())])
    assert stat.S_IMODE(stones.stat().st_mode) == 0o600
    code, page = await keeper.doctor()
    assert "chmod" not in page
    for file in (home.path, stones):
        file.chmod(0o644)
    again, page = await keeper.doctor()
    said = " ".join(page.split())
    assert code == again == 0
    assert f"chmod 600 {home.path}" in said and f"chmod 600 {stones}" in said


def test_the_log_says_once_why_nothing_can_be_stored_and_when_it_can_again(
    home: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """One line when it begins and one when it is over, however many jobs are refused meanwhile."""
    impatient = Database(home.url, busy_seconds=0.05)
    writer = Writer(impatient, "here", lambda: WEDNESDAY).start()
    try:
        with caplog.at_level(logging.WARNING), closing(sqlite3.connect(home.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for number in range(3):
                with pytest.raises(DatabaseUnavailable, match="another program has locked it"):
                    writer.submit(lambda tx, key=f"k{number}": inbox.remember(tx, key)).result(30)
            other.execute("ROLLBACK")
            writer.submit(inbox.parked_jobs).result(30)  # writes nothing, and so proves nothing
            assert len(caplog.records) == 1
            assert writer.submit(lambda tx: inbox.remember(tx, "later")).result(30)
    finally:
        writer.close()
        impatient.close()
    assert [record.getMessage() for record in caplog.records] == [
        "the database cannot be written: another program has locked it (SQLITE_BUSY); "
        "nothing is acknowledged until it can",
        "the database can be written again",
    ]
