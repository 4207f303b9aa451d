"""The link between a story and whoever told it is cut: nothing that is kept leads from the one to the other any more.

What goes is the author's row, the conversations in which the story was told, every note of where a message about it
stands in that person's chat, and of what else they were sent on those days, other stories apart. Of the story, days
stay in place of instants, since rows of one transaction share theirs. Called by the retention purge alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, and_, bindparam, delete, or_, select, type_coerce, update

from storage import outbox
from storage.database import Tx
from storage.records import Draft, DraftState, OutboxRow, OutboxState, Purpose, Teller
from storage.tables import (
    AskRow,
    AuthorRow,
    ConfirmationRow,
    DraftRow,
    PermissionChangeRow,
    PermissionRow,
    RenewalRow,
    SequelQuestionRow,
    SequelRow,
    StoryRow,
    SuggestionRow,
    SurfaceRow,
    TellerRow,
    VersionRow,
)
from storage.tables import OutboxRowTable as Row

_DAY: Final = 24 * 3600 * 1_000_000
"""In microseconds."""
_BESIDE: Final = ("", "beside:", "tidy:")
"""What stands before a recipient in the lanes of their conversation."""
_WAITING: Final = (OutboxState.QUEUED, OutboxState.SENDING)
_AT_WORK: Final = (DraftState.OPEN, DraftState.KEPT)
_TELLERS_ACTS: Final[tuple[tuple[Any, Any, tuple[str, ...]], ...]] = (
    (StoryRow, StoryRow.id, ("submitted_at", "changed_at", "reminded_at")),
    (VersionRow, VersionRow.story_id, ("created_at",)),
    (PermissionRow, PermissionRow.story_id, ("granted_at", "revoked_at")),
    (PermissionChangeRow, PermissionChangeRow.story_id, ("changed_at",)),
    (ConfirmationRow, ConfirmationRow.story_id, ("confirmed_at",)),
    (AskRow, AskRow.story_id, ("answered_at",)),
    (SuggestionRow, SuggestionRow.story_id, ("answered_at",)),
    (RenewalRow, RenewalRow.story_id, ("asked_at", "renewed_at")),
    (SequelQuestionRow, SequelQuestionRow.story_id, ("answered_at",)),
    (SequelRow, SequelRow.story_id, ("sent_at",)),
    (Row, Row.story_id, ("enqueued_at", "due_at", "sent_at")),
)
"""Where it is kept when a teller did something, and of what was written in the same transaction."""
_ROW = tuple(getattr(Row, name) for name in OutboxRow.__slots__)
_DRAFT = tuple(getattr(DraftRow, name) for name in Draft.__slots__)
_TELLER = tuple(getattr(TellerRow, name) for name in Teller.__slots__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What still leads from a story to its teller."""

    teller: Teller | None
    drafts: Sequence[Draft]
    said: Sequence[OutboxRow]
    """What was said to them of the story or in telling it."""
    others: Sequence[OutboxRow]
    """What was said of the story to everybody else."""


def unlink(tx: Tx, story_id: str) -> bool:
    """Nothing says any more who told this story; False while something of it is under way, and all stays as it is.

    What stands in their chat stays there: where, nobody knows from now on.
    """
    known = _known(tx, story_id)
    if any(draft.state in _AT_WORK for draft in known.drafts):
        return False
    if any(row.state is OutboxState.SENDING for row in known.said):
        return False
    if any(row.state in _WAITING for row in known.others):
        return False
    for row in known.said:
        if row.state is OutboxState.QUEUED:
            outbox.mark_dropped(tx, row, "unlinked")
    _forget(tx, story_id, known)
    for table, of_story, columns in _TELLERS_ACTS:
        days = {name: type_coerce(getattr(table, name), BigInteger) // _DAY * _DAY for name in columns}
        tx.connection.execute(update(table).where(table.workspace == tx.workspace, of_story == story_id).values(days))
    return True


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _known(tx: Tx, story_id: str) -> _Known:
    about = _rows(tx, Row.story_id == story_id)
    teller = _teller(tx, story_id, about)
    drafts = [] if teller is None else _drafts(tx, story_id, teller.id)
    chat = None if teller is None else teller.dm_channel
    to = [f"author:{story_id}"] if teller is None else [f"author:{story_id}", f"teller:{teller.id}"]
    lanes = [f"{beside}{one}" for one in to for beside in _BESIDE]
    lanes += [] if chat is None else [f"channel:{chat}", f"aside:channel:{chat}"]
    in_lanes = _rows(tx, Row.lane.in_(lanes))
    told = {draft.id for draft in drafts}
    said = {
        row.id: row
        for row in (*about, *in_lanes)
        if row.recipient == to[0]
        or row.args.get("draft") in told
        or (row.story_id == story_id and _is_theirs(row, to, chat))
    }
    # What changes one of these in place may name neither story nor draft.
    said |= {row.id: row for row in in_lanes if row.target in said or row.depends_on in said}
    those_days = {row.id: row for row in in_lanes if _is_of_those_days(row, drafts)}
    needed = _showing_others(tx, story_id, those_days)
    said |= {row_id: row for row_id, row in those_days.items() if row_id not in needed}
    others = [row for row in about if row.id not in said]
    return _Known(teller, drafts, sorted(said.values(), key=lambda row: (row.lane, row.seq)), others)


def _is_theirs(row: OutboxRow, to: Sequence[str], chat: str | None) -> bool:
    return row.recipient in to or (chat is not None and chat in (row.channel, row.recipient.partition(":")[2]))


def _is_of_those_days(row: OutboxRow, drafts: Sequence[Draft]) -> bool:
    """Whether all it says is that its reader was there on a day of the telling: that day is kept of the story."""
    if row.state in _WAITING or row.story_id is not None or row.args.get("draft") is not None:
        return False
    day = row.enqueued_at.date()
    return any(draft.started_at.date() <= day <= draft.active_at.date() for draft in drafts)


def _showing_others(tx: Tx, story_id: str, ids: Iterable[str]) -> frozenset[str]:
    """Those that show another story as well: they are needed where that is taken back."""
    statement = select(SurfaceRow.outbox_id).where(
        SurfaceRow.workspace == tx.workspace,
        SurfaceRow.story_id != story_id,
        SurfaceRow.outbox_id.in_(list(ids)),
    )
    return frozenset(tx.connection.execute(statement).scalars())


def _teller(tx: Tx, story_id: str, about: Sequence[OutboxRow]) -> Teller | None:
    """Who told it, as the author's row says, or else where they were written to."""
    author = select(AuthorRow.teller_id).where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
    chats = {row.channel for row in about if row.recipient == f"author:{story_id}" and row.channel is not None}
    told = select(*_TELLER).where(TellerRow.workspace == tx.workspace)
    row = tx.connection.execute(told.where(TellerRow.id == author.scalar_subquery())).first()
    if row is None and chats:
        row = tx.connection.execute(told.where(TellerRow.dm_channel.in_(chats)).limit(1)).first()
    return None if row is None else Teller(*row)


def _drafts(tx: Tx, story_id: str, teller_id: str) -> Sequence[Draft]:
    """The drafts that became the story or a version of it, change it, or answered a reviewer's question about it."""
    noted = select(AuthorRow.draft_id, AuthorRow.change_draft_id).where(
        AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id
    )
    ids = [one for pair in tx.connection.execute(noted) for one in pair if one is not None]
    made = select(VersionRow.created_at).where(VersionRow.workspace == tx.workspace, VersionRow.story_id == story_id)
    threads = (
        select(Row.ts)
        .join(AskRow, (AskRow.workspace == Row.workspace) & (AskRow.outbox_id == Row.id))
        .where(AskRow.workspace == tx.workspace, AskRow.story_id == story_id)
    )
    rows = tx.connection.execute(
        select(*_DRAFT).where(
            DraftRow.workspace == tx.workspace,
            DraftRow.teller_id == teller_id,
            or_(
                DraftRow.id.in_(ids),
                and_(DraftRow.purpose != Purpose.ANSWER, DraftRow.active_at.in_(made)),
                and_(DraftRow.purpose == Purpose.ANSWER, DraftRow.thread_ts.in_(threads)),
            ),
        )
    )
    return [Draft(*row) for row in rows]


def _forget(tx: Tx, story_id: str, known: _Known) -> None:
    said = [{"row": row.id} for row in known.said]
    if said:
        tx.connection.execute(delete(Row).where(Row.workspace == tx.workspace, Row.id == bindparam("row")), said)
    for table in (AskRow, SuggestionRow):
        of_story = (table.workspace == tx.workspace) & (table.story_id == story_id)
        tx.connection.execute(update(table).where(of_story).values(outbox_id=None))
    if known.teller is not None:  # a copy of all that was held about them shows other stories too
        here = (SurfaceRow.workspace == tx.workspace) & (SurfaceRow.story_id == story_id)
        theirs = Row.lane.in_([f"{beside}teller:{known.teller.id}" for beside in _BESIDE])
        chat = select(Row.id).where(
            Row.workspace == tx.workspace,
            Row.id.in_(select(SurfaceRow.outbox_id).where(here)),
            theirs | ((Row.channel == known.teller.dm_channel) & Row.channel.is_not(None)),
        )
        tx.connection.execute(delete(SurfaceRow).where(here, SurfaceRow.outbox_id.in_(chat)))
    drafts = (DraftRow.workspace == tx.workspace) & DraftRow.id.in_([draft.id for draft in known.drafts])
    tx.connection.execute(delete(DraftRow).where(drafts))
    tx.connection.execute(delete(AuthorRow).where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id))


def _rows(tx: Tx, where: Any) -> Sequence[OutboxRow]:
    return [
        OutboxRow(*row)
        for row in tx.connection.execute(select(*_ROW).where(Row.workspace == tx.workspace, where).order_by(Row.seq))
    ]
