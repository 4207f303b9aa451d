"""What was deleted is in no part of the file: also not where SQLite left a copy when it moved a row."""

import random
import sqlite3
from contextlib import closing

from storage.database import Database

CHANGES = 6_000


def _churn(raw: sqlite3.Connection) -> set[bytes]:
    """Rows of very different length come, grow, shrink and go; returns the words of those that went."""
    dice = random.Random(1)
    raw.execute("CREATE TABLE churned (w TEXT, id TEXT, said TEXT, PRIMARY KEY (w, id))")
    alive: dict[str, str] = {}
    gone: set[bytes] = set()
    for n in range(CHANGES):
        turn = dice.random()
        if turn < 0.6 or not alive:
            row, word = f"{dice.getrandbits(64):016x}", f"zq{n:05d}x"
            alive[row] = word
            raw.execute("INSERT INTO churned VALUES ('w', ?, ?)", (row, word + "y" * dice.randrange(600)))
        elif turn < 0.8:
            row = dice.choice(list(alive))
            longer = alive[row] + "z" * dice.randrange(900)
            raw.execute("UPDATE churned SET said = ? WHERE w = 'w' AND id = ?", (longer, row))
        else:
            row = dice.choice(list(alive))
            gone.add(alive.pop(row).encode())
            raw.execute("DELETE FROM churned WHERE w = 'w' AND id = ?", (row,))
    return gone


def test_a_file_that_is_written_anew_has_no_trace_of_what_was_deleted(database: Database) -> None:
    """Overwriting a row where it stands leaves copies of it in pages that were split; writing the file anew does not.
    Readers and a refused moment are met as everywhere: it says so, and changes nothing."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as raw:
        raw.execute("PRAGMA secure_delete=ON")
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("BEGIN")
        gone = _churn(raw)
        raw.execute("COMMIT")
        rows = raw.execute("SELECT * FROM churned ORDER BY id").fetchall()
        raw.execute("BEGIN IMMEDIATE")
        assert not database.rewrite(), "somebody writes"
        raw.execute("ROLLBACK")
        assert database.rewrite()
        assert raw.execute("SELECT * FROM churned ORDER BY id").fetchall() == rows
    assert database.empty_log()
    held = database.path.read_bytes()
    assert len(gone) > CHANGES // 8
    assert [word for word in gone if word in held] == []


def test_a_file_that_cannot_be_read_is_left_for_the_next_look(database: Database) -> None:
    """A damaged file, or a disk that says so for a moment, is no reason to end: it says that nothing was done."""
    database.close()
    for rest in ("-wal", "-shm"):
        database.path.with_name(database.path.name + rest).unlink(missing_ok=True)
    whole = database.path.read_bytes()
    database.path.write_bytes(b"no database at all".ljust(len(whole), b"."))
    assert not database.empty_log()
    assert not database.rewrite()
    database.path.write_bytes(whole)
    assert database.empty_log()
    assert database.rewrite()
