"""`altogether backup` and `altogether restore`: a copy taken beside a running bot, and what putting one back means."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from architecture.skips import skip_unless

from bot import cli
from bot.errors import Conflict, NotFound, SettingsError
from bot.keeper.backup import back_up
from bot.keeper.backup_restoring import restore
from bot.rights import tombstones
from bot.settings import Settings
from storage import audit, backup, inbox, lock, outbox, removals, schema, stories, tellers
from storage.backup import CopyError
from storage.database import Database, Tx
from storage.errors import DatabaseLocked, DatabaseNotReady
from storage.records import Message, Naming, OutboxState
from storage.withdrawals import Tombstone
from storage.writer import Writer

from .conftest import WEDNESDAY, Keeper, write
from .test_records import tell

CANARY = b"The canary"


@pytest.fixture
def settings(keeper: Keeper, home: Database) -> Settings:
    """The keeper's settings, with one story told."""
    write(home, lambda tx: tell(tx, Naming.ROLE))
    return keeper.settings()


def numbers(file: Path) -> list[int]:
    """The numbers of the stories in a database file, read without the bot."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [row[0] for row in raw.execute("SELECT number FROM story ORDER BY number")]


def numbers_without_log(file: Path) -> list[int]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as raw:
        return [row[0] for row in raw.execute("SELECT number FROM story ORDER BY number")]


def beside(file: Path) -> set[str]:
    return {path.name for path in file.parent.glob(f"{file.name}*")}


def everything(home: Database) -> bytes:
    """Every byte of the database files."""
    return b"".join(path.read_bytes() for path in (home.path, Path(f"{home.path}-wal")) if path.exists())


def stone_of(tx: Tx) -> Tombstone:
    story = stories.find_by_number(tx, 1)
    assert story is not None
    return Tombstone(tx.workspace, story.id, story.number, tx.now.date())


# ── taking one ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_one_file_that_its_owner_alone_may_read(settings: Settings, tmp_path: Path) -> None:
    """It is whole, has no log beside it, and the command says what is in it."""
    holds, said = back_up(settings, tmp_path / "copy.db")
    assert holds
    assert "1 story, " in said
    assert "audit trail of 2 rows (record check " in said
    assert "within 35 days" in said
    assert beside(tmp_path / "copy.db") == {"copy.db"}
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert numbers(tmp_path / "copy.db") == [1]


def test_a_backup_taken_while_stories_are_written_is_of_one_moment(
    settings: Settings, home: Database, tmp_path: Path
) -> None:
    """Beside a writer that never rests, each copy is whole: no story is without its rows of the trail."""
    over, told = threading.Event(), threading.Event()
    writer = Writer(home, "here", lambda: WEDNESDAY).start()

    def write_on() -> None:
        while not over.is_set():
            writer.submit(lambda tx: tell(tx, Naming.ROLE)).result(30)
            told.set()

    writing = threading.Thread(target=write_on)
    writing.start()
    try:
        for number in range(5):
            told.clear()
            assert told.wait(30)
            assert back_up(settings, tmp_path / f"{number}.db")[0]
    finally:
        over.set()
        writing.join(30)
        writer.close()
    sizes = [len(numbers(tmp_path / f"{number}.db")) for number in range(5)]
    assert sizes == sorted(set(sizes)), "each has more than the one before"
    for number, size in enumerate(sizes):
        found = backup.examine(tmp_path / f"{number}.db", WEDNESDAY)
        assert found.fault is None
        assert found.trail is not None and found.trail.seq == 2 * size


def test_a_file_that_is_there_is_not_written_over(settings: Settings, tmp_path: Path) -> None:
    """An older backup stays as it is, unless the keeper says --force."""
    file = tmp_path / "copy.db"
    file.write_bytes(b"older")
    with pytest.raises(Conflict, match="--force"):
        back_up(settings, file)
    assert file.read_bytes() == b"older"
    back_up(settings, file, force=True)
    assert numbers(file) == [1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_never_takes_the_name_of_the_bots_own_files(
    settings: Settings, home: Database, tmp_path: Path
) -> None:
    """Neither the database, its log nor the tombstones can be written over, nor a folder; --force or not."""
    for file in (home.path, Path(f"{home.path}-wal"), settings.tombstones_file):
        with pytest.raises(Conflict, match="in use"):
            back_up(settings, file, force=True)
    with pytest.raises(Conflict, match="folder"):
        back_up(settings, tmp_path, force=True)
    with pytest.raises(NotFound, match="no folder"):
        back_up(settings, tmp_path / "nowhere" / "copy.db")


def test_without_a_database_there_is_nothing_to_back_up(keeper: Keeper, tmp_path: Path) -> None:
    """Nothing is made: neither a database nor a copy of one."""
    with pytest.raises(NotFound, match="yet"):
        back_up(keeper.settings(), tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_of_a_damaged_database_no_backup_is_kept(settings: Settings, home: Database, tmp_path: Path) -> None:
    """A copy that does not pass its check gets no name, and an older backup is not written over by it."""
    home.empty_log()
    home.close()
    older = tmp_path / "copy.db"
    older.write_bytes(b"older")
    whole = bytearray(home.path.read_bytes())
    whole[4096 * 3 : 4096 * 20] = bytes(4096 * 17)
    home.path.write_bytes(whole)
    with pytest.raises(CopyError, match=r"damaged|can't be copied"):
        back_up(settings, older, force=True)
    assert older.read_bytes() == b"older"
    assert beside(older) == {"copy.db"}


def test_a_trail_that_does_not_hold_is_said_and_the_copy_is_kept(
    keeper: Keeper, settings: Settings, home: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what there is; the exit code is 1, so that whatever takes backups every night says so."""
    with home.write_engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_is_not_changed")
        connection.exec_driver_sql("UPDATE audit SET verb = 'decline' WHERE seq = 2")
    for name, value in keeper.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["backup", "copy.db"]) == 1
    assert numbers(tmp_path / "copy.db") == [1]


# ── putting one back ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def taken(settings: Settings, home: Database, tmp_path: Path) -> Path:
    """A backup with story 1 in it; the database has a second story since."""
    back_up(settings, tmp_path / "copy.db")
    write(home, lambda tx: tell(tx, Naming.ROLE))
    home.close()
    return tmp_path / "copy.db"


def test_a_backup_put_back_is_the_database_and_what_was_there_is_kept(
    settings: Settings, home: Database, taken: Path
) -> None:
    """The command names the file in which the newer database stays; the backup itself is not changed."""
    before = taken.read_bytes()
    said = restore(settings, taken)
    assert said.startswith(f"Restored from {taken}: 1 story")
    assert numbers(home.path) == [1]
    [aside] = home.path.parent.glob(f"{home.path.name}.before-restore-*")
    assert f"kept as {aside}" in said
    assert numbers(aside) == [1, 2]
    assert taken.read_bytes() == before
    assert schema.state(home).standing is schema.Standing.CURRENT
    assert write(home, audit.check) is None


def test_what_is_put_back_and_what_is_kept_are_their_owners_alone(
    settings: Settings, home: Database, taken: Path
) -> None:
    """Whatever the mode of the database was: both hold people's words."""
    skip_unless(os.name == "posix", "elsewhere a file's mode says nothing about who may read it")
    home.path.chmod(0o644)
    restore(settings, taken)
    [aside] = home.path.parent.glob(f"{home.path.name}.before-restore-*")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home.path, aside)] == [0o600, 0o600]
    assert write(home, audit.head).seq == 3


def test_a_restore_is_refused_while_a_bot_has_the_database(settings: Settings, home: Database, taken: Path) -> None:
    """Whoever has it is named, and nothing is changed."""
    with lock.hold(home.path, "altogether run"), pytest.raises(DatabaseLocked, match="altogether run"):
        restore(settings, taken)
    assert numbers(home.path) == [1, 2]


@pytest.mark.parametrize("known_from", ["the file", "the database that is replaced"])
def test_what_was_taken_back_since_is_forgotten_again(
    settings: Settings, home: Database, taken: Path, known_from: str
) -> None:
    """Before anybody serves it: not a byte of the story is in the database, wherever its tombstone stood."""
    stone = write(home, stone_of)
    if known_from == "the file":
        tombstones.add(settings.tombstones_file, [stone])
    else:
        write(home, lambda tx: removals.add_tombstone(tx, stone))
    home.close()
    assert CANARY in taken.read_bytes()
    said = restore(settings, taken)
    assert "after the backup: 1 story." in said
    assert CANARY not in everything(home)
    assert tombstones.read(settings.tombstones_file) == [stone]


def test_tombstones_that_cannot_be_read_stop_a_restore(settings: Settings, home: Database, taken: Path) -> None:
    """Better the newer database than an old one in which nothing is forgotten."""
    settings.tombstones_file.write_text("what is this\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="TOMBSTONES"):
        restore(settings, taken)
    assert numbers(home.path) == [1, 2]
    assert not list(home.path.parent.glob(f"{home.path.name}.restoring*"))


def damaged_copies(taken: Path) -> Iterator[tuple[str, bytes]]:
    whole = taken.read_bytes()
    yield "no database", b"these are words\n" * 500
    yield "cut short", whole[: len(whole) // 2]
    yield "written over", whole[: 4096 * 3] + bytes(4096 * 17) + whole[4096 * 20 :]
    yield "nothing", b""


def test_a_damaged_backup_is_refused_and_changes_nothing(settings: Settings, home: Database, taken: Path) -> None:
    """The file is looked through before anything is done; the command says that it cannot be used."""
    for number, (what, content) in enumerate(damaged_copies(taken)):
        bad = taken.with_name(f"bad{number}.db")
        bad.write_bytes(content)
        with pytest.raises(CopyError, match=r"damaged|no database|can't be copied"):
            restore(settings, bad)
        assert numbers(home.path) == [1, 2], what
    assert not list(home.path.parent.glob(f"{home.path.name}.restoring*"))
    assert not list(home.path.parent.glob(f"{home.path.name}.before-restore-*"))


def test_a_backup_of_a_newer_program_is_refused(settings: Settings, home: Database, taken: Path) -> None:
    """The message names the newer version's tables, and the database stays."""
    with closing(sqlite3.connect(taken)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999_later'")
    with pytest.raises(DatabaseNotReady, match="newer version"):
        restore(settings, taken)
    assert numbers(home.path) == [1, 2]


def test_a_copy_with_its_log_beside_it_is_put_back_whole(settings: Settings, home: Database, tmp_path: Path) -> None:
    """A keeper who copied the database and its -wal file by hand gets both; the copies stay as they are."""
    with home.read_engine.connect():  # while somebody has it open, the log stays
        write(home, lambda tx: tell(tx, Naming.ROLE))
        for end in ("", "-wal"):
            shutil.copy(f"{home.path}{end}", tmp_path / f"by-hand.db{end}")
    home.close()
    assert numbers_without_log(tmp_path / "by-hand.db") == [1], "the second story is in the log alone"
    before = (tmp_path / "by-hand.db").read_bytes()
    restore(settings, tmp_path / "by-hand.db")
    assert numbers(home.path) == [1, 2]
    assert (tmp_path / "by-hand.db").read_bytes() == before


def test_a_backup_is_put_back_where_there_is_no_database(settings: Settings, home: Database, taken: Path) -> None:
    """After the loss of a disk: nothing is kept aside, and a lost file of tombstones is asked for."""
    for path in home.path.parent.glob(f"{home.path.name}*"):
        path.unlink()
    said = restore(settings, taken)
    assert numbers(home.path) == [1]
    assert "kept as" not in said
    assert f"There is no {settings.tombstones_file}" in said


def test_a_backup_is_put_back_over_a_damaged_database(settings: Settings, home: Database, taken: Path) -> None:
    """What cannot be read is kept all the same, byte for byte."""
    home.path.write_bytes(b"this was a database" * 1000)
    said = restore(settings, taken)
    assert "could not be read" in said
    assert numbers(home.path) == [1]
    [aside] = home.path.parent.glob(f"{home.path.name}.before-restore-*")
    assert aside.read_bytes() == b"this was a database" * 1000


def test_what_waited_is_looked_for_before_it_is_sent_and_no_digest_is_made_up(
    settings: Settings, home: Database, tmp_path: Path
) -> None:
    """The bot may have said it after the backup; and which digests went out since, the backup cannot know."""

    def wait(tx: Tx) -> list[str]:
        tellers.set_workspace(tx, planned_slot_at=WEDNESDAY - timedelta(days=5))
        rows = [outbox.enqueue(tx, Message("card", "channel:C1", args={"n": n}, lane="l")) for n in range(3)]
        later = outbox.enqueue(tx, Message("card", "channel:C1", due_at=WEDNESDAY.replace(year=2999)))
        return [*rows, later]

    ids = write(home, wait)
    back_up(settings, tmp_path / "copy.db")
    home.close()
    assert "2 messages will be looked for" in restore(settings, tmp_path / "copy.db")
    states = write(home, lambda tx: [outbox.get(tx, one).state for one in ids])
    assert states == [OutboxState.SENDING] * 3 + [OutboxState.QUEUED]
    assert write(home, tellers.get_workspace).planned_slot_at is None


def test_a_restore_that_was_cut_off_leaves_no_trace_in_the_next(
    settings: Settings, home: Database, taken: Path
) -> None:
    """Half a copy from before is thrown away, not taken for the database."""
    Path(f"{home.path}.restoring").write_bytes(b"half a copy")
    restore(settings, taken)
    assert numbers(home.path) == [1]
    assert not list(home.path.parent.glob(f"{home.path.name}.restoring*"))


def test_a_backup_knows_what_slack_has_sent_already(settings: Settings, home: Database, tmp_path: Path) -> None:
    """Keys come back with the rest: what was handled before the backup is not handled again after it."""
    write(home, lambda tx: inbox.remember(tx, "event:Ev1"))
    back_up(settings, tmp_path / "copy.db")
    home.close()
    restore(settings, tmp_path / "copy.db")
    assert write(home, lambda tx: inbox.remember(tx, "event:Ev1")) is False
