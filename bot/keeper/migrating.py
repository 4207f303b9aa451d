"""`altogether migrate`: the database made or brought up to date, while nobody else has it.

`cli.py` calls it and prints what it returns; what cannot be done is raised with its name and said there.
"""

from bot.clock import make_clock
from bot.settings import Settings
from storage import lock, schema
from storage.database import Database


def migrate_database(settings: Settings) -> str:
    """Brings the database to this program's tables; returns the sentence that says from where to where.

    Raises DatabaseLocked naming whoever has it, DatabaseNotReady when it was made by a newer program or a migration
    fails, and DatabaseUnavailable; in each case it is as it was.
    """
    database = Database(settings.database_url)
    try:
        with lock.hold(database.path, "altogether migrate", at=make_clock(settings).now()):
            before, after = schema.migrate(database)
    finally:
        database.close()
    if not before:
        return f"{database.path}: tables made, now at {after}."
    if before == after:
        return f"{database.path} is up to date, at {after}. Nothing was changed."
    return f"{database.path}: brought up to date, from {before} to {after}."
