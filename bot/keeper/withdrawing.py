"""`altogether withdraw`: a story is taken back by its code, for whoever told it and cannot use Slack any more.

The words go at once; what stands in Slack is put in line for the bot. The code comes in as an argument, is compared and
forgotten: it is never printed or logged. `cli.py` passes it on and prints what is returned.
"""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import Final, TextIO

import click

from bot.clock import make_clock
from bot.errors import NotFound, Problem, SettingsError
from bot.facts import offline_policy
from bot.rights import service, tombstones
from bot.rights.forgetting import Forgetting
from bot.rights.rules import What
from bot.settings import Settings
from bot.story.policy import Policy
from bot.text import count
from storage import audit, lock, removals, schema, tellers
from storage.database import Database, Tx
from storage.errors import DatabaseLocked
from storage.records import Workspace
from storage.withdrawals import RemovalState, Surface, WithdrawnBy
from storage.writer import Writer

LONGEST: Final = 200
DISK_SECONDS: Final = 10.0
_NO_MESSAGES: Final = (Surface.DISK, Surface.SITE, Surface.EXPORT)
_RUNS: Final = "altogether run"
_REFUSED: Final = {
    What.BAD_CODE: "That code fits no story. Nothing changed.",
    What.TOO_MANY: "Too many wrong codes were tried for that story. Nothing changed; try again in an hour.",
    What.ALREADY: "That story has been taken back already. Nothing changed.",
}


def read_code(source: TextIO) -> str:
    """The code as it was typed: asked for without showing it on a terminal, else the first line of `source`.

    Raises click.UsageError where there is none, and click.Abort where whoever typed it thinks better of it.
    """
    if source.isatty():
        code: str = click.prompt("Withdrawal code", hide_input=True)
        click.confirm("Take that story back? It can't be undone", abort=True)
    else:
        code = source.readline(LONGEST)
    if not code.strip():
        raise click.UsageError("there is no code on standard input.")
    return code


def withdraw_by_code(settings: Settings, code: str) -> tuple[bool, str]:
    """The story of this code is withdrawn, its words are gone; returns whether, and the sentences that say so.

    With a bot running, that bot removes it from Slack; with none, the next one does. Raises SettingsError where the
    file of tombstones cannot be written, DatabaseLocked while another command has the database, NotFound where no bot
    has run yet.
    """
    why = tombstones.can_be_written(settings.tombstones_file)
    if why is not None:
        raise SettingsError([Problem("TOMBSTONES", why)])
    database, clock = Database(settings.database_url), make_clock(settings)
    try:
        schema.ready(database)
        holder = lock.holder(database.path)
        if holder is not None and not holder.startswith(_RUNS):
            raise DatabaseLocked(holder)
        alone = holder is None
        holding: AbstractContextManager[object] = nullcontext()
        if alone:
            holding = lock.hold(database.path, "altogether withdraw", at=clock.now())
        with holding:
            with database.reading("", clock.now()) as tx:
                workspace = tellers.any_workspace(tx)
            if workspace is None:
                raise NotFound("no bot has run on this database yet, so there is no story in it")
            return asyncio.run(_withdraw(settings, database, workspace, code, alone=alone))
    finally:
        database.close()


async def _withdraw(
    settings: Settings, database: Database, workspace: Workspace, code: str, *, alone: bool
) -> tuple[bool, str]:
    """Do it, and then what a withdrawal needs beside its transaction."""
    clock, policy = make_clock(settings), offline_policy(settings, team_id=workspace.slack_team_id)
    writer = Writer(database, workspace.id, clock.now).start()
    try:
        done = await writer.run(lambda tx: _by_code(tx, policy, code))
        if isinstance(done, What):
            return False, _REFUSED[done]
        forgetting = Forgetting(database, writer, workspace.id, clock, lambda: policy, settings.tombstones_file)
        number, in_slack, known = done
        try:
            await forgetting.remember()
        except (OSError, ValueError) as error:
            why = f"the file of tombstones could not be written ({type(error).__name__})"
            return False, f"Story {number} is taken back, but {why}. The bot writes it when it starts: mend that first."
        clean = await _off_the_disk(forgetting)
    finally:
        await asyncio.to_thread(writer.close)
    return True, "\n".join(_said(number, in_slack, known=known, alone=alone, clean=clean))


async def _off_the_disk(forgetting: Forgetting) -> bool:
    """Whether the bytes are gone; somebody who is reading all the time, as a running bot may, can keep them there."""
    try:
        async with asyncio.timeout(DISK_SECONDS):
            await forgetting.clean()
    except TimeoutError:
        return False
    return True


def _by_code(tx: Tx, policy: Policy, code: str) -> What | tuple[int, int, bool]:
    """The story's number, how many messages in Slack show it, and whether its teller is known; or why not."""
    surface = audit.Surface.TERMINAL
    story = service.by_code(tx, code, surface=surface)
    if isinstance(story, What):
        return story
    known = tellers.find_author(tx, story.id) is not None
    if not service.withdraw(tx, policy, story, by=WithdrawnBy.CODE, actor=audit.KEEPER, surface=surface):
        return What.ALREADY
    lines = removals.of_story(tx, story.id)
    waiting = [one for one in lines if one.state is RemovalState.PENDING and one.surface not in _NO_MESSAGES]
    return story.number, len(waiting), known


def _said(number: int, in_slack: int, *, known: bool, alone: bool, clean: bool) -> list[str]:
    gone = f"Story {number} is taken back: its words are gone from the database."
    if not clean:
        gone += " The last traces on the disk go when the bot looks next, within a minute of running."
    # Where the bot wrote to whoever told it is forgotten with who that was.
    chat = [] if known else ["Who told it is known no more: what the bot wrote in their chat stays there."]
    if not in_slack:
        return [gone, *chat] if chat else [gone, "Nothing in Slack shows it."]
    when = "when the bot runs: altogether run" if alone else "now, by the running bot."
    return [gone, f"In Slack {count(in_slack, 'message')} of the bot may show it; they are removed {when}", *chat]
