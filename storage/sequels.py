"""What happened next: who is due to be asked, what they told, and how reviewers decided it.

One telling a story; another sending of it is decided anew, and counts from then. Conditional updates decide, as for
stories. The index of search is kept in step here. `bot.sequel` asks and acts; `published` and the digest read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from storage import inbox, renewals, search
from storage.database import Tx
from storage.records import DeclineReason, StoryStatus, Verb
from storage.tables import AuthorRow, SequelQuestionRow, SequelRow, StoryRow
from storage.told_next import Question, Sequel, SequelAnswer, SequelState

MOST_TIMES: Final = 2
"""A teller is asked once, and once more where they said "nothing yet"."""

_SEQUEL: Final = tuple(getattr(SequelRow, name) for name in Sequel.__slots__)
_QUESTION: Final = tuple(getattr(SequelQuestionRow, name) for name in Question.__slots__)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


LOOKED_AT: Final = 1_000
"""Stories that are looked at together, at most, in search of those whose tellers are to be asked."""


def due(tx: Tx, before: datetime, *, most: int) -> Sequence[str]:
    """Ids of stories to ask about, lowest number first: shown since before then, by somebody known, and not told of.

    Those that were never asked about; and those whose teller said "nothing yet" before then, once. Where there are more
    than LOOKED_AT stories it looks at so many of them, each hour at others: nobody minds being asked some days later,
    and everybody would mind waiting for a look at all of them.
    """
    last = tx.connection.execute(
        select(func.coalesce(func.max(StoryRow.number), 0)).where(StoryRow.workspace == tx.workspace)
    ).scalar_one()
    hour = hashlib.blake2b(str(int(tx.now.timestamp()) // 3600).encode(), digest_size=8).digest()
    parts = max(1, -(-last // LOOKED_AT))
    each = -(-last // parts)
    first = each * (int.from_bytes(hour, "big") % parts)
    shown = (
        renewals.shown_stories()
        .where(
            StoryRow.workspace == tx.workspace,
            StoryRow.held.is_(False),
            StoryRow.number > first,
            StoryRow.number <= first + each,
        )
        .subquery()
    )
    asked, told = SequelQuestionRow, SequelRow
    again = (asked.answer == SequelAnswer.NOTHING_YET) & (asked.answered_at < before) & (asked.times < MOST_TIMES)
    rows = tx.connection.execute(
        select(shown.c.id)
        .join(AuthorRow, (AuthorRow.workspace == tx.workspace) & (AuthorRow.story_id == shown.c.id))
        .outerjoin(asked, (asked.workspace == tx.workspace) & (asked.story_id == shown.c.id))
        .outerjoin(told, (told.workspace == tx.workspace) & (told.story_id == shown.c.id))
        .where(shown.c.since < before, told.story_id.is_(None), asked.story_id.is_(None) | again)
        .order_by(shown.c.number)
        .limit(most)
    )
    return list(rows.scalars())


def find_question(tx: Tx, story_id: str) -> Question | None:
    """How the asking about this story stands, if its teller was ever asked."""
    row = tx.connection.execute(
        select(*_QUESTION).where(SequelQuestionRow.workspace == tx.workspace, SequelQuestionRow.story_id == story_id)
    ).one_or_none()
    return None if row is None else Question(*row)


def ask(tx: Tx, story_id: str) -> int:
    """The teller is asked, from now on; returns for the how-manieth time."""
    before = find_question(tx, story_id)
    times = 1 if before is None else before.times + 1
    values = {"story_id": story_id, "times": times, "asked_at": tx.now, "answer": None, "answered_at": None}
    tx.upsert(SequelQuestionRow, values, key=("story_id",))
    return times


def answer(tx: Tx, story_id: str, said: SequelAnswer) -> bool:
    """The teller said this to the question; False when they were not asked, or have said so or that for good."""
    changed = tx.connection.execute(
        update(SequelQuestionRow)
        .where(
            SequelQuestionRow.workspace == tx.workspace,
            SequelQuestionRow.story_id == story_id,
            SequelQuestionRow.answer.is_(None)
            | ((SequelQuestionRow.answer == SequelAnswer.NOTHING_YET) & (SequelQuestionRow.answer != said)),
        )
        .values(answer=said, answered_at=tx.now)
    )
    return changed.rowcount == 1


# ── what they told ────────────────────────────────────────────────────────────────────────────────────────────────


def find(tx: Tx, story_id: str) -> Sequel | None:
    """What happened next in this story, wherever it stands."""
    row = tx.connection.execute(_told(tx, SequelRow.story_id == story_id)).one_or_none()
    return None if row is None else _of(row)


def approved(tx: Tx, story_ids: Sequence[str]) -> Mapping[str, Sequel]:
    """What happened next in those of these stories where it is approved, by story id."""
    if not story_ids:
        return {}
    wanted = SequelRow.story_id.in_(list(story_ids)) & (SequelRow.state == SequelState.APPROVED)
    return {one.story_id: one for one in map(_of, tx.connection.execute(_told(tx, wanted)))}


def put(tx: Tx, story_id: str, words: str, kept: Mapping[str, int]) -> Sequel:
    """These are the teller's words from now on; they wait for reviewers, and readers see none until then."""
    before = find(tx, story_id)
    made = Sequel(
        story_id=story_id,
        id=tx.new_id() if before is None else before.id,
        n=1 if before is None else before.n + 1,
        state=SequelState.SUBMITTED,
        words=words,
        kept=dict(kept),
        sent_at=tx.now,
        first_approver=None,
        decided_by=None,
        decided_at=None,
        reason=None,
        comment=None,
        edition_id=None,
    )
    tx.upsert(SequelRow, dict(**{name: getattr(made, name) for name in Sequel.__slots__}), key=("story_id",))
    search.index(tx, story_id)
    return made


def take_out(tx: Tx, story_id: str) -> None:
    """Nothing of what happened next is left; that its teller was asked is."""
    tx.connection.execute(delete(SequelRow).where(SequelRow.workspace == tx.workspace, SequelRow.story_id == story_id))
    inbox.forget_about(tx, story_id)
    search.index(tx, story_id)


def forget(tx: Tx, story_id: str) -> None:
    """Nothing of it is left, and no question either: the story has gone."""
    take_out(tx, story_id)
    tx.connection.execute(
        delete(SequelQuestionRow).where(
            SequelQuestionRow.workspace == tx.workspace, SequelQuestionRow.story_id == story_id
        )
    )


def story_of(tx: Tx, sequel_id: str) -> str | None:
    """The id of the story that this telling belongs to, if it is there."""
    return tx.connection.execute(
        select(SequelRow.story_id).where(SequelRow.workspace == tx.workspace, SequelRow.id == sequel_id)
    ).scalar_one_or_none()


# ── reviewers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(
    tx: Tx,
    one: Sequel,
    verb: Verb,
    *,
    by: str,
    care: bool,
    reason: DeclineReason | None = None,
    comment: str | None = None,
) -> Verb | None:
    """Do APPROVE, DECLINE or UNDO if it still stands where that begins, in this very sending; None if it does not.

    With `care` it takes two people to approve it: the first comes to FIRST_APPROVE, undoing that to UNDO_FIRST. What
    an edition tells of can't be undone.
    """
    waits = SequelRow.state == SequelState.SUBMITTED
    first = SequelRow.first_approver
    match verb:
        case Verb.APPROVE:
            if care and _move(tx, one, waits & first.is_(None), first_approver=by):
                return Verb.FIRST_APPROVE
            # Where nobody has been first, `!=` is NULL and so not true.
            may = waits & (first != by) if care else waits
            moved = _move(tx, one, may, state=SequelState.APPROVED, decided_by=by, decided_at=tx.now)
        case Verb.UNDO:
            if _move(tx, one, waits & (first == by), first_approver=None):
                return Verb.UNDO_FIRST
            stands = (SequelRow.state == SequelState.APPROVED) & SequelRow.edition_id.is_(None)
            again = {"state": SequelState.SUBMITTED, "first_approver": None, "decided_by": None, "decided_at": None}
            moved = _move(tx, one, stands, **again)
        case Verb.DECLINE:
            no = {"state": SequelState.DECLINED, "decided_by": by, "reason": reason, "comment": comment}
            moved = _move(tx, one, waits, first_approver=None, decided_at=tx.now, **no)
        case _:
            raise ValueError(f"no sequel is decided by {verb}")
    if moved:
        search.index(tx, one.story_id)
    return verb if moved else None


def waiting(tx: Tx) -> Sequence[Sequel]:
    """What waits for reviewers in stories that are shown, or wait too, longest first."""
    statement = _told(tx, SequelRow.state == SequelState.SUBMITTED).join(
        StoryRow, (StoryRow.workspace == SequelRow.workspace) & (StoryRow.id == SequelRow.story_id)
    )
    still = StoryRow.status.in_([StoryStatus.SUBMITTED, StoryStatus.APPROVED, StoryStatus.POSTED])
    return [_of(row) for row in tx.connection.execute(statement.where(still).order_by(SequelRow.sent_at))]


def declined_before(tx: Tx, before: datetime) -> Sequence[Sequel]:
    """What was declined before then."""
    old = (SequelRow.state == SequelState.DECLINED) & (SequelRow.decided_at < before)
    return [_of(row) for row in tx.connection.execute(_told(tx, old))]


# ── the digest ────────────────────────────────────────────────────────────────────────────────────────────────────


def untold(tx: Tx) -> Sequence[Sequel]:
    """What is approved and stands in no digest, first approved first."""
    ready = (SequelRow.state == SequelState.APPROVED) & SequelRow.edition_id.is_(None)
    return [_of(row) for row in tx.connection.execute(_told(tx, ready).order_by(SequelRow.decided_at))]


def carry(tx: Tx, one: Sequel, edition_id: str) -> bool:
    """This edition tells of it; False when another does, or it stands otherwise by now."""
    ready = (SequelRow.state == SequelState.APPROVED) & SequelRow.edition_id.is_(None)
    return _move(tx, one, ready, edition_id=edition_id)


def let_go(tx: Tx, edition_id: str) -> None:
    """This edition tells of nothing any more, since it was not posted: another may."""
    tx.connection.execute(
        update(SequelRow)
        .where(SequelRow.workspace == tx.workspace, SequelRow.edition_id == edition_id)
        .values(edition_id=None)
    )


def of_edition(tx: Tx, edition_id: str) -> Sequence[Sequel]:
    """What this edition tells of and is still approved, in its order."""
    told = (SequelRow.edition_id == edition_id) & (SequelRow.state == SequelState.APPROVED)
    return [_of(row) for row in tx.connection.execute(_told(tx, told).order_by(SequelRow.decided_at))]


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(tx: Tx, where: ColumnElement[bool]) -> Select[Any]:
    return select(*_SEQUEL).where(SequelRow.workspace == tx.workspace, where)


def _of(row: Any) -> Sequel:
    return Sequel(*row)


def _move(tx: Tx, one: Sequel, condition: ColumnElement[bool], **values: Any) -> bool:
    changed = tx.connection.execute(
        update(SequelRow)
        .where(
            SequelRow.workspace == tx.workspace,
            SequelRow.story_id == one.story_id,
            SequelRow.id == one.id,
            SequelRow.n == one.n,
            condition,
        )
        .values(**values)
    )
    return changed.rowcount == 1
