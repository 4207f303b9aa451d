"""`altogether audit verify`, `altogether audit show` and `altogether retention`: the records as a keeper reads them.

Each returns what to print and changes nothing but the trail itself, which never holds words. `cli.py` calls these.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from bot.clock import make_clock
from bot.errors import NotFound
from bot.facts import offline_policy
from bot.rights import retention
from bot.rights.retention import Kind
from bot.settings import Settings
from bot.story.policy import Policy
from bot.text import count
from storage import audit, schema, stories, tellers
from storage.database import Database, Tx

T = TypeVar("T")

_KINDS: Final = {
    Kind.DRAFTS: "unfinished and private stories",
    Kind.DECLINED: "declined stories",
    Kind.LINKS: "who told a story that names nobody",
    Kind.PUBLISHED: "published stories, until their review",
    Kind.KEYS: "keys of what Slack sent",
    Kind.BODIES: "what could not be handled",
    Kind.AUDIT: "rows of the audit trail",
}
_FAULTS: Final = {
    "altered": "Row {seq} of the audit trail was altered.",
    "removed": "Row {seq} of the audit trail was removed.",
    "reordered": "Row {seq} of the audit trail is in the wrong place.",
}


def verify_audit(settings: Settings, *, head: str | None = None) -> tuple[bool, str]:
    """Walks the whole trail; returns whether it holds, and the sentence that says so or names the first bad row.

    `head` is the beginning of a record check that reviewers were once shown: the trail must still have it.
    """

    def look(tx: Tx, policy: Policy) -> tuple[bool, str]:
        fault = audit.check(tx)
        if fault is not None:
            return False, _FAULTS[fault.kind].format(seq=fault.seq)
        if head is not None and not audit.holds_head(tx, head.lower()):
            return False, "The audit trail holds, but it is not the one that had this record check."
        end = audit.head(tx)
        if not end.seq:
            return True, "The audit trail is empty."
        return True, f"The audit trail holds: {count(end.seq, 'row')} so far, record check {end.short}."

    return reading(settings, look)


def show_audit(settings: Settings, number: int) -> str:
    """Returns what was done to a story, a line for each row, oldest first; only days where nothing finer is kept.

    Raises NotFound for a story that there is not.
    """

    def look(tx: Tx, policy: Policy) -> str:
        story = stories.find_by_number(tx, number)
        if story is None:
            raise NotFound(f"there is no story {number}")
        lines = [_line(entry) for entry in audit.of_story(tx, story.id)]
        return "\n".join(lines) if lines else f"Nothing is recorded of story {number}."

    return reading(settings, look)


def _line(entry: audit.Entry) -> str:
    when = f"{entry.at:%Y-%m-%d}" if entry.day_only else f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
    who = entry.actor if entry.actor_id is None else f"{entry.actor} {entry.actor_id}"
    what = entry.verb if entry.version is None else f"{entry.verb} version {entry.version}"
    moved = f"{entry.before or 'new'} to {entry.after}" if entry.after and entry.after != entry.before else ""
    came_to = entry.outcome if entry.reason is None else f"{entry.outcome} ({entry.reason})"
    return " · ".join(part for part in (when, who, what, moved, came_to, entry.surface) if part)


def report_retention(settings: Settings) -> str:
    """Returns a table of what is kept for how long, what would go now, and what has gone by kind."""

    def look(tx: Tx, policy: Policy) -> str:
        rows = [("what", "kept for", "would go now", "has gone")]
        for line in retention.table(tx, policy):
            gone = "–" if line.gone is None else f"{line.gone:,}"
            rows.append((_KINDS[line.kind], line.kept, f"{line.would_go:,}", gone))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}"
            for row in rows
        )

    return reading(settings, look)


def reading(settings: Settings, look: Callable[[Tx, Policy], T]) -> T:
    """Read the database that the settings name.

    Raises DatabaseNotReady, DatabaseUnavailable, and NotFound where no bot has run yet.
    """
    database = Database(settings.database_url)
    try:
        schema.ready(database)
        now = make_clock(settings).now()
        with database.reading("", now) as tx:
            workspace = tellers.any_workspace(tx)
        if workspace is None:
            raise NotFound("no bot has run on this database yet, so there is nothing to see")
        policy = offline_policy(settings, team_id=workspace.slack_team_id)
        with database.reading(workspace.id, now) as tx:
            return look(tx, policy)
    finally:
        database.close()
