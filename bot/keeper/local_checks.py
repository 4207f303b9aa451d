"""What the doctor looks at on this computer: the script, the database, who has it, and what was put aside.

Each check returns its lines and changes nothing: a database that is not there yet is not made. Ids, kinds and reasons
are said, never what people wrote.
"""

import os
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.intake.script import ScriptError
from bot.intake.script.file import load_script
from bot.keeper.lookup import plain_code
from bot.keeper.report import Line, fix, note, ok
from bot.rights import tombstones as stones
from bot.setting_values import database_file
from bot.settings import Settings
from bot.story import slots
from bot.story.policy import Policy
from bot.story.when import coming_slot
from bot.text import count, day, day_and_time
from storage import inbox, lock, outbox, private, schema, stories, tellers
from storage.database import Database
from storage.errors import DatabaseNotReady, DatabaseUnavailable
from storage.schema import Standing

_RUN: Final = "altogether run"
# As `storage.lock.hold` writes it.
_HOLDER: Final = re.compile(
    r"(?P<command>[\w ]+) \((?P<process>process \d+ on [^,]+?)(?:, since (?P<since>\d{4}-\d\d-\d\d \d\d:\d\d) UTC)?\)"
)
_LEFT: Final = "The person has left or is no longer known. Nothing to do."
_INVITE: Final = "In that channel type: /invite @altogether"
_DIGEST_AGAIN: Final = "A digest goes out again with: altogether digest post"
_WHAT_TO_DO: Final = {
    "in doubt": f"The connection broke while it was sent: look in the channel. {_DIGEST_AGAIN}",
    "no author": _LEFT,
    "user_disabled": _LEFT,
    "user_not_found": _LEFT,
    "user_not_visible": _LEFT,
    "cannot_dm_bot": "Slack does not let the bot write to them. Nothing to do.",
    "messages_tab_disabled": 'In your app: "App Home", switch on the Messages Tab.',
    "not_in_channel": f"{_INVITE}. {_DIGEST_AGAIN}",
    "channel_not_found": f"{_INVITE}. {_DIGEST_AGAIN}",
    "is_archived": f"Unarchive the channel, or name another. {_DIGEST_AGAIN}",
    "restricted_action": f"Let the bot post there, in the channel's settings. {_DIGEST_AGAIN}",
    "edit_window_closed": "The workspace forbids late edits: remove the message by hand if it must go.",
}
_PUT_BACK: Final = "If it stays so, put a backup back: altogether restore FILE"
_TO_MEND: Final = {
    "another program has locked it (SQLITE_BUSY)": "Find the program that has it open, and close it.",
    "it can only be read (SQLITE_READONLY)": "Let the bot's user write to it, its folder and its disk.",
}
_LEAST_FREE: Final = 50_000_000
"""Bytes that should be left where the database is: it needs room to write, and so do its log and a backup."""
_REPORT: Final = "This is a fault of the program: please report it with these words."


def script(settings: Settings) -> list[Line]:
    """Whether the script can be used."""
    try:
        loaded = load_script(settings.script)
    except ScriptError as error:
        how = f"To see more: altogether script check {settings.script}"
        return [fix("script", f"{count(len(error.problems), 'problem')}. {how}")]
    which = "built in" if settings.script is None else str(settings.script)
    return [ok("script", f"{which}, {count(len(loaded.questions), 'question')}")]


def next_digest(settings: Settings, now: datetime, *, slot: datetime | None) -> list[Line]:
    """When the next digest goes out; `slot` as the database has it, by the clock alone where it cannot be read."""
    found = slot or slots.next_slot(now, settings.digest_at, settings.zone)
    return [ok("next digest", day_and_time(found, settings.zone))]


def tombstones(settings: Settings) -> list[Line]:
    """Whether the file of what was taken back can be read and written; it is not made."""
    file = settings.tombstones_file
    if (why := stones.can_be_written(file)) is not None:
        return [fix("tombstones", why)]
    kept = count(len(stones.read(file)), "story", "stories")
    return [ok("tombstones", f"can be written, {kept} taken back"), *_open_to_others("tombstones", [file])]


class DatabaseChecks:
    """The checks that need the database, which is opened once and only to read."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings, self._now = settings, now
        self._database = Database(settings.database_url)
        self._workspace: str | None = None
        """The id of the workspace to look at, once the tables are known to be there."""

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def tables(self, *, team_id: str | None) -> list[Line]:
        """Whether the database can be read and written and has the tables of this program; how many stories it has."""
        path = self._database.path
        try:
            state = schema.state(self._database)
            if state.standing is not Standing.MISSING:
                schema.ready(self._database)
        except DatabaseNotReady as error:
            return [fix("database", str(error))]
        except DatabaseUnavailable as error:
            what = "it is no SQLite database, or is damaged or locked"
            return [fix("database", f"{path} can't be read: {what} ({error}). {_PUT_BACK}")]
        locked_out = _not_writable(self._database)
        if locked_out is not None:
            return [fix("database", locked_out)]
        if state.standing is Standing.MISSING:
            return [note("database", f"{path} has no tables yet. Made by: altogether run, or: altogether migrate")]
        if (trouble := self._database.trouble()) is not None:
            return [fix("database", f"{path} can't be used just now: {trouble}. {_TO_MEND.get(trouble, _PUT_BACK)}")]
        with self._database.reading("", self._now) as tx:
            served = tellers.any_workspace(tx)
            found = served if team_id is None else tellers.find_workspace(tx, team_id)
        lines = []
        if found is not None:
            self._workspace = found.id
            with self._database.reading(found.id, self._now) as tx:
                told = stories.count(tx)
        else:
            told = 0
            if served is not None:
                lines = [note("database", "holds another workspace's stories. Is DATABASE_URL the one you mean?")]
        files = [path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))]
        lines += _open_to_others("database", files)
        return [ok("database", f"SQLite, up to date, {count(told, 'story', 'stories')}"), *lines]

    def slot(self, policy: Policy) -> datetime | None:
        """The slot of the next edition; None where the database cannot say."""
        if self._workspace is None:
            return None
        with self._database.reading(self._workspace, self._now) as tx:
            return coming_slot(tx, policy)

    def put_aside(self) -> list[Line]:
        """What could not be sent or handled: how many, why, and what to do."""
        if self._workspace is None:
            return []
        with self._database.reading(self._workspace, self._now) as tx:
            rows, jobs = outbox.parked(tx), inbox.parked_jobs(tx)
        zone = self._settings.zone
        sent = [(row.kind, plain_reason(row.reason), row.enqueued_at) for row in rows]
        lines = []
        for reason in _by_frequency(why for _, why, _ in sent):
            which = [(kind, at) for kind, why, at in sent if why == reason]
            kinds = ", ".join(_by_frequency(kind for kind, _ in which))
            last = day(max(at for _, at in which), zone)
            what = f"{count(len(which), 'message')} not sent ({reason}; {kinds}), last {last}."
            lines.append(note("parked", f"{what} {_WHAT_TO_DO.get(reason, _REPORT)}"))
        for failure in _by_frequency(job.reason for job in jobs):
            times = [job.parked_at for job in jobs if job.reason == failure]
            what = f"{count(len(times), 'thing')} from Slack not handled ({failure}), last {day(max(times), zone)}."
            lines.append(note("parked", f"{what} {_REPORT}"))
        return lines

    def bot(self) -> list[Line]:
        """Whether a bot is running on this database: that is no fault."""
        try:
            holder = lock.holder(self._database.path)
        except DatabaseUnavailable as error:
            return [fix("bot", str(error))]
        if holder is None:
            return [note("bot", "not running. Start it with: altogether run")]
        said = _HOLDER.fullmatch(holder)
        if said is None or said["command"] != _RUN:
            return [note("bot", f"the database is in use by {holder}")]
        since = ""
        if said["since"] is not None:
            started = datetime.strptime(said["since"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            since = f" since {day_and_time(started, self._settings.zone)}"
        return [ok("bot", f"running{since} ({said['process']})")]


def plain_reason(reason: str | None) -> str:
    """Returns why a row was parked with nothing in it but what a reason has."""
    return reason if reason in _WHAT_TO_DO else plain_code(reason or "")


def room(settings: Settings) -> list[Line]:
    """Whether there is room left where the database is; nothing is said where there is."""
    folder = database_file(settings.database_url).absolute().parent
    free = shutil.disk_usage(folder).free
    if free >= _LEAST_FREE:
        return []
    return [fix("disk", f"{free / 1e6:.0f} MB left in {folder}. Make room: with none, nothing can be stored.")]


def _by_frequency(items: Iterable[str]) -> list[str]:
    return [item for item, _ in Counter(items).most_common()]


def _open_to_others(about: str, files: Iterable[Path]) -> list[Line]:
    """A note where somebody else on this computer may read one of these, with what closes it."""
    seen = [file.resolve() for file in files if private.read_by_others(file)]
    if not seen:
        return []
    names = " ".join(shlex.quote(str(file)) for file in seen)
    return [note(about, f"others on this computer may read it. Type: chmod 600 {names}")]


def _not_writable(database: Database) -> str | None:
    path = database.path.resolve()
    if path.exists() and not os.access(path, os.W_OK):
        return f"{database.path} can't be written. Give the bot's user the right to."
    # SQLite keeps files of its own beside the database while it writes.
    if not os.access(path.parent, os.W_OK):
        return f"no files can be made in {path.parent}. Give the bot's user the right to."
    return None
