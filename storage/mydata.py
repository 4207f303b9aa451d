"""Everything that is held about one person, read table by table, so that a new table is never left out by accident.

Reads only. A row belongs to a person through the columns that lead to them (`leads`); tables that hold nothing about a
teller are named with the reason. Nobody else's id is in what is returned. Called by `bot.rights.mydata`.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, or_, select

from storage import tellers
from storage.database import Tx
from storage.tables import AuthorRow, Base, DraftRow, OutboxRowTable, ParkedRow
from storage.types import SlackId

Held = Mapping[str, list[dict[str, Any]]]
"""Rows by table; a table that holds nothing about them is left out."""

_LEADS: Final = {
    "teller": {"id": "teller"},
    "draft": {"id": "draft"},
    "story": {"id": "story"},
}
_COLUMNS: Final = {"teller_id": "teller", "draft_id": "draft", "story_id": "story", "story": "story"}
"""Columns that lead to a person in every other table."""
ELSEWHERE: Final[Mapping[str, str]] = {
    "outbox": "counted by kind and state: rows say what to render, never the words",
    "surface": "where messages stand, which are counted with the outbox",
    "search_word": "the words of approved stories once more, so that they are found; the stories are told in full",
    "parked": "found by the Slack id of whoever sent it: it is joined to nobody",
}
NOT_ABOUT_TELLERS: Final[Mapping[str, str]] = {
    "audit_checkpoint": "hashes of deleted months",
    "audit_head": "the end of the record's chain",
    "book": "a site's folder or an export's file; which stories stand in it is in book_story",
    "edition": "a week's digest; which stories stood in it is in edition_entry",
    "inbox": "keys of deliveries, joined to nobody",
    "script_version": "the questions as they were asked",
    "story_of_day": "the number of the story that was chosen for a day",
    "story_read": "how often each story was opened, by nobody in particular",
    "workspace": "the Slack workspace",
    "wrong_code": "numbers of stories at whose codes somebody guessed, for an hour or two",
}
_THEIR_OWN: Final = {
    ("teller", "slack_user_id"),
    ("teller", "dm_channel"),
    ("fragment", "channel"),
    ("parked", "person"),
}
"""Slack ids that are the person's own; all others are somebody else's, or a channel's, and are left out."""
_PLACES: Final = {"channel", "slack_team_id", "enterprise_id"}
"""Slack ids that are no person's."""
_LEFT_OUT: Final = {"workspace", "code_hash", "hash", "prev_hash"}
_OTHER_PEOPLES: Final = {("withdrawal", "reason"), ("share", "teller_id")}
"""What is somebody else's: why the person in a story asked for it to be taken down, and who shared it."""


def leads(table: Table) -> dict[str, str]:
    """The columns by which a row of this table belongs to a person, each with what it names."""
    own = _LEADS.get(table.name, {})
    return own | {name: kind for name, kind in _COLUMNS.items() if name in table.columns}


def held_about(tx: Tx, teller_id: str) -> Held:
    """Everything about this person, as plain values, without anybody else's Slack id. Raises LookupError."""
    person = tellers.get_teller(tx, teller_id)
    mine = {
        "teller": [teller_id],
        "story": tellers.stories_of_teller(tx, teller_id),
        "draft": list(
            tx.connection.execute(
                select(DraftRow.id).where(DraftRow.workspace == tx.workspace, DraftRow.teller_id == teller_id)
            ).scalars()
        ),
    }
    held: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        columns = leads(table)
        if not columns or table.name in ELSEWHERE or table.name in NOT_ABOUT_TELLERS:
            continue
        rows = _rows(tx, table, *(table.columns[name].in_(mine[kind]) for name, kind in columns.items()))
        if rows:
            held[table.name] = rows
    put_aside = _rows(tx, ParkedRow.__table__, ParkedRow.person == person.slack_user_id)  # type: ignore[arg-type]
    return held | ({"parked": put_aside} if put_aside else {})


def messages_to(tx: Tx, teller_id: str) -> list[dict[str, Any]]:
    """How many messages to this person there are, by kind and state: `{"kind", "state", "messages"}`."""
    stories = select(AuthorRow.story_id).where(AuthorRow.workspace == tx.workspace, AuthorRow.teller_id == teller_id)
    theirs = [f"teller:{teller_id}", *(f"author:{one}" for one in tx.connection.execute(stories).scalars())]
    row = OutboxRowTable
    counted = tx.connection.execute(
        select(row.kind, row.state, func.count())
        .where(row.workspace == tx.workspace, row.recipient.in_(theirs))
        .group_by(row.kind, row.state)
        .order_by(row.kind, row.state)
    )
    return [{"kind": kind, "state": str(state.value), "messages": number} for kind, state, number in counted]


def signatures() -> dict[str, list[str]]:
    """The columns, by table, that hold a person's Slack id for what they did or were told, and not as a teller."""
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        names = [column.name for column in table.columns if _is_slack_id(column.type)]
        theirs = [name for name in names if (table.name, name) not in _THEIR_OWN and name not in _PLACES]
        if theirs:
            found[table.name] = theirs
    return found


def signed_by(tx: Tx, slack_user_id: str) -> dict[str, int]:
    """How many rows of each table bear this person's Slack id in those columns; tables with none are left out."""
    counted = {}
    for name, columns in signatures().items():
        table = Base.metadata.tables[name]
        mine = or_(*(table.columns[column] == slack_user_id for column in columns))
        here = table.columns["workspace"] == tx.workspace
        how_many = select(func.count().label("signatures")).select_from(table)
        number = tx.connection.execute(how_many.where(here, mine)).scalar_one()
        if number:
            counted[name] = number
    return counted


def parked_of(tx: Tx, slack_user_id: str) -> dict[str, int]:
    """How much of what this person sent could not be handled and is kept, by table; none is left out."""
    mine = (ParkedRow.workspace == tx.workspace, ParkedRow.person == slack_user_id)
    number = tx.connection.execute(select(func.count()).select_from(ParkedRow).where(*mine)).scalar_one()
    return {"parked": number} if number else {}


def _rows(tx: Tx, table: Table, *ways: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The rows that one of these conditions leads to, in the order of their key.

    Each is asked by itself and all are put in order here: asked for any of two columns, or for the order of the key,
    SQLite would rather read a whole table than two indexes.
    """
    shown = [column for column in table.columns if _is_shown(table.name, column.name, column.type)]
    keys = list(table.primary_key.columns)
    here = table.columns["workspace"] == tx.workspace
    found = {
        tuple(_sortable(value) for value in row[: len(keys)]): row[len(keys) :]
        for where in ways
        for row in tx.connection.execute(select(*keys, *shown).where(here, where))
    }
    return [
        {column.name: _plain(value) for column, value in zip(shown, found[key], strict=True)} for key in sorted(found)
    ]


def _is_shown(table: str, column: str, kind: Any) -> bool:
    if column in _LEFT_OUT or (table, column) in _OTHER_PEOPLES:
        return False
    return not _is_slack_id(kind) or (table, column) in _THEIR_OWN


def _is_slack_id(kind: Any) -> bool:
    return getattr(kind, "length", None) == SlackId.length and not getattr(kind, "enums", None)


def _sortable(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
