"""`altogether import FILE`: stories collected elsewhere are put before the reviewers, all of a file or none.

Slack is asked which channel the reviewers' is. A bot may be running: it posts the cards; with none, the next one does.
"""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from bot.clock import make_clock
from bot.delivery.client import make_client, make_session
from bot.errors import NotFound
from bot.facts import learn, make_policy
from bot.intake import importing
from bot.intake.script import Script
from bot.intake.script.file import load_script
from bot.settings import Settings
from bot.text import count
from storage import drafts, lock, schema, tellers
from storage.database import Database, Tx
from storage.errors import DatabaseLocked
from storage.writer import Writer

_WRITES_TOO: Final = "altogether run"


def import_stories(settings: Settings, file: Path) -> tuple[bool, str]:
    """Whether the file was taken, and what to print: what was taken, or every problem with its line.

    Raises NotFound, DatabaseLocked, DatabaseNotReady, SettingsError and SlackUnavailable.
    """
    script = load_script(settings.script)
    try:
        text = file.read_text(encoding="utf-8-sig")
        rows = importing.read_rows(text, lines_of_json=file.suffix.lower() in (".jsonl", ".ndjson"))
        ready = importing.check_rows(rows, script)
    except OSError as error:
        raise NotFound(f"{file} cannot be read ({error.strerror or 'no file'})") from error
    except UnicodeDecodeError:
        return False, f"{file} is not UTF-8 text. Nothing was imported."
    except importing.BadRows as error:
        wrong = count(len(error.problems), "problem")
        return False, "\n".join([*error.problems, f"{wrong}; nothing was imported."])
    return True, asyncio.run(_write(settings, script, ready))


async def _write(settings: Settings, script: Script, ready: list[importing.Ready]) -> str:
    """Put the stories in the queue; returns what to print."""
    async with make_session() as session:
        facts = await learn(make_client(settings.bot_token, settings.api_url, session), settings)
    clock = make_clock(settings)
    policy = make_policy(settings, facts)
    database = Database(settings.database_url)

    def take(tx: Tx) -> tuple[list[int], int]:
        drafts.remember_script(tx, script.sha, script.source)
        return importing.take(tx, policy, script, ready)

    try:
        holder = lock.holder(database.path)
        if holder is not None and not holder.startswith(_WRITES_TOO):
            raise DatabaseLocked(holder)
        with lock.hold(database.path, "altogether import", at=clock.now()) if holder is None else nullcontext():
            schema.ready(database)
            with database.reading("", clock.now()) as tx:
                workspace = tellers.find_workspace(tx, facts.team_id)
            if workspace is None:
                raise NotFound(f"no bot has run for {facts.team_name} on this database yet")
            writer = Writer(database, workspace.id, clock.now).start()
            try:
                numbers, before = await writer.run(take)
            finally:
                await asyncio.to_thread(writer.close)
    finally:
        database.close()
    said = [f"{count(len(numbers), 'story', 'stories')} imported, waiting for two reviewers each."]
    if numbers:
        said.append(f"Numbers {numbers[0]} to {numbers[-1]}." if len(numbers) > 1 else f"Number {numbers[0]}.")
    if before:
        said.append(f"{before} had been imported before.")
    return " ".join(said)
