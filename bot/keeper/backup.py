"""`altogether backup FILE`: a copy of the database, taken beside a running bot and looked through before it counts.

`cli.py` calls it and prints what it returns; putting one back is in `backup_restoring.py`.
"""

from pathlib import Path

from bot.clock import make_clock
from bot.errors import Conflict, NotFound
from bot.setting_values import database_file
from bot.settings import Settings
from bot.text import count
from storage import backup, private
from storage.backup import CopyError, Found


def back_up(settings: Settings, file: Path, *, force: bool = False) -> tuple[bool, str]:
    """The database is also in `file`; returns whether all in it holds, and the sentences that say what it holds.

    Raises Conflict where `file` is there already (unless `force`) or is one of the bot's own files, NotFound where
    there is no database, and CopyError where no sound copy can be made; then `file` is as it was.
    """
    database = database_file(settings.database_url)
    _is_free(file, database, settings.tombstones_file, force=force)
    if not database.exists():
        raise NotFound(
            f"there is no database {database} yet. The bot makes it when it runs first; if it is elsewhere, "
            "say where with DATABASE_URL"
        )
    part = private.beside(file, ".part")
    backup.copy_whole(database, part, live=True)
    try:
        found = backup.examine(part, make_clock(settings).now())
        size = part.stat().st_size
        _is_free(file, database, settings.tombstones_file, force=force)
        backup.name(part, file)
    except CopyError as error:
        raise CopyError(str(error).replace(str(part), str(database))) from error
    finally:
        backup.remove(part)
    said = [f"{file}: {_size(size)}, {_holds(found)}.", *_words(found, settings.backup_days)]
    return found.fault is None, " ".join(said)


def _is_free(file: Path, database: Path, tombstones: Path, *, force: bool) -> None:
    ours = {database.resolve(), tombstones.resolve(), *(Path(f"{database.resolve()}{end}") for end in ("-wal", "-shm"))}
    if file.resolve() in ours:
        raise Conflict(f"{file} is in use by the bot itself; give another name")
    if file.is_dir():
        raise Conflict(f"{file} is a folder; give the name of a file in it")
    if not file.parent.is_dir():
        raise NotFound(f"there is no folder {file.parent}")
    if file.exists() and not force:
        raise Conflict(f"{file} is there already and was left as it is; to write over it: --force")


def _holds(found: Found) -> str:
    if found.trail is None:
        return f"tables at {found.revision}"
    trail = f"audit trail of {count(found.trail.seq, 'row')} (record check {found.trail.short})"
    return f"{count(found.stories, 'story', 'stories')}, tables at {found.revision}, {trail}"


def _words(found: Found, days: int) -> list[str]:
    fault = found.fault
    trail = [] if fault is None else [f"Row {fault.seq} of the audit trail was {fault.kind}, in the database itself."]
    return [
        "It was opened and looked through.",
        *trail,
        f"It holds people's words: delete it within {count(days, 'day')}, "
        "and keep the file of tombstones apart from it.",
    ]


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
