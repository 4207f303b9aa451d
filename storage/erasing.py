"""Forgetting a story: its words in every table, what waits to be said of it, and which messages show it.

Called in the transaction that takes a story back. `messages_of` comes first: it needs what the rest erases. The bytes
leave the disk when the log is emptied afterwards (`Database.empty_log`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import delete, or_, select, update

from storage import drafts, inbox, outbox, readings, sequels, sharing, stories
from storage.asked_who import AskState
from storage.database import Tx
from storage.records import DraftState, Op, OutboxRow, OutboxState, Purpose, StoryStatus
from storage.tables import (
    AskRow,
    AuthorRow,
    BreakGlassRow,
    DraftRow,
    RenewalRow,
    SurfaceRow,
    VersionRow,
)
from storage.tables import OutboxRowTable as Row

_POSTED: Final = (Op.POST, Op.FILE)
_IN_SLACK: Final = (OutboxState.SENT, OutboxState.SENDING)


def drafts_of(tx: Tx, story_id: str) -> list[str]:
    """Ids of the drafts that became this story, change it, or answer for it, as far as they are known."""
    author = tx.connection.execute(
        select(AuthorRow.teller_id, AuthorRow.draft_id, AuthorRow.change_draft_id).where(
            AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id
        )
    ).one_or_none()
    if author is None:
        return []
    threads = (
        select(Row.ts)
        .join(AskRow, (AskRow.workspace == Row.workspace) & (AskRow.outbox_id == Row.id))
        .where(AskRow.workspace == tx.workspace, AskRow.story_id == story_id)
    )
    answers = tx.connection.execute(
        select(DraftRow.id).where(
            DraftRow.workspace == tx.workspace,
            DraftRow.teller_id == author.teller_id,
            DraftRow.purpose == Purpose.ANSWER,
            DraftRow.thread_ts.in_(threads),
        )
    ).scalars()
    return [one for one in (author.draft_id, author.change_draft_id, *answers) if one is not None]


def messages_of_draft(tx: Tx, draft_id: str) -> list[OutboxRow]:
    """Every message of the conversation that this draft was."""
    teller_id = tx.connection.execute(
        select(DraftRow.teller_id).where(DraftRow.workspace == tx.workspace, DraftRow.id == draft_id)
    ).scalar_one_or_none()
    lane = _rows(tx, Row.lane == f"teller:{teller_id}")
    return [row for row in lane if row.op in _POSTED and row.args.get("draft") == draft_id]


def messages_of(tx: Tx, story_id: str, *, previews: str, apart_from: frozenset[str]) -> list[OutboxRow]:
    """Messages of the bot that show the story or speak of it to its teller, as far as they may stand in Slack.

    A preview (kind `previews`) that is being posted or changed at this moment counts too: what it shows is noted only
    afterwards. Messages of the kinds `apart_from` stay.
    """
    shown = select(SurfaceRow.outbox_id).where(SurfaceRow.workspace == tx.workspace, SurfaceRow.story_id == story_id)
    found = {row.id: row for row in _rows(tx, Row.id.in_(shown))}
    for row in _rows(tx, Row.story_id == story_id):
        if row.recipient.startswith(("author:", "teller:")):
            found[row.id] = row
    theirs = drafts_of(tx, story_id)
    for draft_id in theirs:
        found |= {row.id: row for row in messages_of_draft(tx, draft_id)}
    found |= {row.id: row for row in _copies(tx, story_id, theirs)}
    for row in outbox.being_sent(tx):
        if row.kind != previews:
            continue
        posted = row if row.op is Op.POST or row.target is None else outbox.find(tx, row.target)
        if posted is not None:
            found[posted.id] = posted
    return [
        row
        for row in found.values()
        if row.op in _POSTED
        and row.kind not in apart_from
        and _may_stand(row)
        and OutboxState.SENT not in outbox.deletions(tx, row.id)
    ]


def _copies(tx: Tx, story_id: str, drafts_of_it: Sequence[str]) -> list[OutboxRow]:
    """Files in the teller's direct message, and what is going there at this moment: any may hold the story's words.

    Not so what is said in the telling of another: to take away the question that it stands at would end it.
    """
    teller_id = tx.connection.execute(
        select(AuthorRow.teller_id).where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
    ).scalar_one_or_none()
    if teller_id is None:
        return []
    mine = (None, *drafts_of_it)
    theirs = _rows(tx, Row.lane == f"teller:{teller_id}")
    return [
        row
        for row in theirs
        if row.op is Op.FILE or (row.state is OutboxState.SENDING and row.args.get("draft") in mine)
    ]


def _may_stand(row: OutboxRow) -> bool:
    if row.state is OutboxState.PARKED:
        return outbox.is_in_doubt(row)
    return row.state in _IN_SLACK


def in_flight(tx: Tx, target: str) -> str | None:
    """The row that may be changing this message at this moment with words that were read before."""
    return next((row.id for row in reversed(outbox.being_sent(tx)) if row.target == target), None)


def silence(tx: Tx, story_id: str) -> None:
    """Nothing that waits to be said of the story is said, and its rows keep no arguments.

    What is being sent at this moment keeps them until its gate has seen that the story is gone.
    """
    for row in _rows(tx, Row.story_id == story_id):
        if row.state is OutboxState.QUEUED:
            outbox.mark_dropped(tx, row, "withdrawn")
    tx.connection.execute(
        update(Row)
        .where(Row.workspace == tx.workspace, Row.story_id == story_id, Row.state != OutboxState.SENDING)
        .where(or_(Row.recipient.startswith("author:"), Row.recipient.startswith("teller:")))
        .values(args={})
    )


def erase(tx: Tx, story_id: str) -> None:
    """Every version, answer, permission, decision, question and draft of the story is gone, what happened next too.

    The story is withdrawn."""
    for draft_id in drafts_of(tx, story_id):
        erase_draft(tx, draft_id)
    inbox.forget_about(tx, story_id)
    # Who asked who told it stays on record; why they did is words, and nobody may be shown an answer any more.
    tx.connection.execute(
        update(BreakGlassRow)
        .where(BreakGlassRow.workspace == tx.workspace, BreakGlassRow.story_id == story_id)
        .values(reason=None, state=AskState.OVER)
    )
    tx.connection.execute(
        delete(RenewalRow).where(RenewalRow.workspace == tx.workspace, RenewalRow.story_id == story_id)
    )
    sequels.forget(tx, story_id)
    sharing.forget(tx, story_id)
    tx.connection.execute(
        delete(VersionRow).where(VersionRow.workspace == tx.workspace, VersionRow.story_id == story_id)
    )
    tx.connection.execute(
        update(AuthorRow)
        .where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
        .values(change_draft_id=None)
    )
    stories.change(
        tx,
        story_id,
        status=StoryStatus.WITHDRAWN,
        approved_version=None,
        first_approver=None,
        changed_at=tx.now,
        held=False,
        told_slot_at=None,
    )
    readings.forget(tx, stories.get(tx, story_id).number)


def erase_draft(tx: Tx, draft_id: str) -> None:
    """The draft is over, if there is one, and none of its words is left."""
    drafts.forget_words(tx, draft_id)
    draft = drafts.find(tx, draft_id)
    if draft is not None:
        over = replace(draft, state=DraftState.DELETED, paused=False, nudge_at=None, expires_at=None)
        drafts.save(tx, replace(over, carrier_id=None, recover_from=None))


def forget_row(tx: Tx, outbox_id: str) -> None:
    """A row that was settled and is no longer of interest to anybody is gone."""
    tx.connection.execute(delete(Row).where(Row.workspace == tx.workspace, Row.id == outbox_id))


def _rows(tx: Tx, *where: object) -> Sequence[OutboxRow]:
    columns = tuple(getattr(Row, name) for name in OutboxRow.__slots__)
    statement = select(*columns).where(Row.workspace == tx.workspace).order_by(Row.enqueued_at, Row.seq)
    for condition in where:
        statement = statement.where(condition)  # type: ignore[arg-type]  # column conditions of any kind
    return [OutboxRow(*row) for row in tx.connection.execute(statement)]
