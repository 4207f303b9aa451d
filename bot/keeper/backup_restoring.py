"""`altogether restore FILE`: a backup takes the place of the database, while no bot has it.

Everything is done to a copy first: it is looked through and brought up to date, and what was taken back is forgotten
again. Then it takes the database's name at once. What was there is kept aside. `cli.py` prints what is returned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.clock import make_clock
from bot.errors import NotFound, Problem, SettingsError
from bot.facts import offline_policy
from bot.rights import service, tombstones
from bot.setting_values import database_file
from bot.settings import Settings
from bot.text import count, day_and_time
from storage import audit, backup, lock, removals, schema, tellers
from storage.backup import CopyError, Found
from storage.database import Tx
from storage.errors import DatabaseNotReady, StorageError
from storage.schema import Standing
from storage.withdrawals import Tombstone
from storage.writer import Writer

STAGED: Final = ".restoring"
ASIDE: Final = ".before-restore-"


@dataclass(frozen=True, slots=True)
class _Settled:
    """What was done to the copy before it took the database's place."""

    forgotten: int
    in_doubt: int


def restore(settings: Settings, file: Path) -> str:
    """The database is what `file` holds, without what was taken back since; returns the sentences that say so.

    Raises DatabaseLocked while a bot has the database, NotFound where there is no `file`, CopyError and
    DatabaseNotReady for one that cannot be used, SettingsError for a file of tombstones that cannot; then the database
    is as it was.
    """
    database, clock = database_file(settings.database_url), make_clock(settings)
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    if file.resolve() == database.resolve():
        raise CopyError(f"{file} is the database itself")
    with lock.hold(database, "altogether restore", at=clock.now()):
        staged = Path(f"{database.resolve()}{STAGED}")
        backup.remove(staged)  # left by one that was cut off
        try:
            backup.copy_whole(file, staged, live=False)
            found, before = _made_usable(settings, file, staged)
            lost = _remember_what_is_here(settings, database)
            settled = _forget(settings, staged, found)
            aside = Path(f"{database}{ASIDE}{clock.now():%Y%m%d-%H%M%S}")
            kept = backup.put_in_place(staged, database, aside)
        finally:
            backup.remove(staged)
    return "\n".join(_said(settings, file, found, before, settled, aside if kept else None, lost=lost))


def _made_usable(settings: Settings, file: Path, staged: Path) -> tuple[Found, str | None]:
    """What the copy holds, once it has this program's tables; and the revision it came with, if that was older."""
    now = make_clock(settings).now()
    try:
        found, before = backup.examine(staged, now), None
        if found.standing is not Standing.CURRENT:
            before = found.revision
            older = backup.open_at(staged)
            try:
                schema.migrate(older)
            finally:
                older.close()
            found = backup.examine(staged, now)
    except (CopyError, DatabaseNotReady) as error:
        raise type(error)(str(error).replace(str(staged), str(file))) from error
    return found, before


def _remember_what_is_here(settings: Settings, database: Path) -> bool:
    """The file of tombstones has those of the database that is replaced; True where that one could not be read.

    The file should have them all: but it may have been lost with the disk, or put back from an old copy.
    """
    if not database.exists() or not database.stat().st_size:
        return False
    present = backup.open_at(database)
    try:
        schema.ready(present)
        now = make_clock(settings).now()
        with present.reading("", now) as tx:
            house = tellers.any_workspace(tx)
        stones: list[Tombstone] = []
        if house is not None:
            with present.reading(house.id, now) as tx:
                stones = list(removals.tombstones(tx))
    except StorageError:
        return True
    finally:
        present.close()
    try:
        tombstones.add(settings.tombstones_file, stones)
    except (OSError, ValueError) as error:
        raise _unusable(settings, error) from error
    return False


def _forget(settings: Settings, staged: Path, found: Found) -> _Settled:
    """What was taken back since is gone from the copy, and what it had to say and to post is not done twice."""
    try:
        stones = [one for one in tombstones.read(settings.tombstones_file) if one.workspace == found.workspace]
    except (OSError, ValueError) as error:
        raise _unusable(settings, error) from error
    if found.workspace is None:
        return _Settled(0, 0)
    policy = offline_policy(settings, team_id=found.team_id)

    def settle(tx: Tx) -> _Settled:
        forgotten = sum([service.forget_again(tx, policy, stone) for stone in stones])
        in_doubt = backup.doubt_what_waits(tx)
        # The copy does not know which digests went out after it was taken: none is made up for the time since.
        tellers.set_workspace(tx, planned_slot_at=None)
        audit.record(tx, actor=audit.KEEPER, verb="restore", surface=audit.Surface.TERMINAL)
        return _Settled(forgotten, in_doubt)

    copy = backup.open_at(staged)
    writer = Writer(copy, found.workspace, make_clock(settings).now).start()
    try:
        settled = writer.submit(settle).result()
    finally:
        writer.close()
        copy.close()
    backup.as_one_file(staged)
    return settled


def _unusable(settings: Settings, error: Exception) -> SettingsError:
    file = settings.tombstones_file
    why = tombstones.can_be_written(file) or f"{file} can't be used ({type(error).__name__})."
    return SettingsError([Problem("TOMBSTONES", why)])


def _said(
    settings: Settings,
    file: Path,
    found: Found,
    before: str | None,
    settled: _Settled,
    aside: Path | None,
    *,
    lost: bool,
) -> Iterator[str]:
    as_of = "" if found.alive_at is None else f", as things stood on {day_and_time(found.alive_at, settings.zone)}"
    yield f"Restored from {file}: {count(found.stories, 'story', 'stories')}{as_of}."
    if before is not None:
        yield f"Its tables were brought up to date, from {before} to {found.revision}."
    if found.fault is not None:
        yield f"Row {found.fault.seq} of its audit trail was {found.fault.kind}: altogether audit verify"
    yield f"Forgotten again, since it was taken back after the backup: {count(settled.forgotten, 'story', 'stories')}."
    if not settings.tombstones_file.exists():
        yield f"There is no {settings.tombstones_file}. If stories were ever taken back, find it before the bot runs."
    if lost:
        yield "What was there could not be read, so nothing was learnt from it."
    if aside is not None:
        yield f"What was there is kept as {aside}. It holds people's words: delete it once all is well."
    if settled.in_doubt:
        yield f"{count(settled.in_doubt, 'message')} will be looked for in Slack before being sent."
    yield (
        "The backup knows of no digest after it. Look at altogether digest preview, and hold what has gone out "
        "already; if this week's has not: altogether digest post"
    )
