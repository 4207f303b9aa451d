"""Counts of what tellers and reviewers did, by week: no person, no story and no word comes out of here.

Reads only. A story counts for as long as its number is kept, a draft and a decision for as long as their rows are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, func, select, type_coerce

from storage.database import Tx
from storage.records import DraftState, Purpose, StoryStatus, Verb
from storage.tables import DecisionRow, DraftRow, StoryRow
from storage.tables.declaring import aliased
from storage.types import to_microseconds

WEEK: Final = timedelta(days=7)
_DECIDED: Final = (Verb.APPROVE, Verb.DECLINE)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `begins_at` on."""

    begins_at: datetime
    started: int
    sent: int
    decided: int


def weeks(tx: Tx, since: datetime, number: int) -> Sequence[Week]:
    """So many weeks from `since` on, each with how many stories were started, sent and decided in it."""
    started = _by_week(tx, since, DraftRow.started_at, DraftRow.workspace, DraftRow.purpose == Purpose.NEW)
    # Whatever its state: said, so that an index is of use, which has the state before the instant.
    sent = _by_week(tx, since, StoryRow.submitted_at, StoryRow.workspace, StoryRow.status.in_(list(StoryStatus)))
    # A story, however often: an approval may be undone, and given again.
    once = func.count(func.distinct(DecisionRow.story_id))
    decided = _by_week(tx, since, DecisionRow.at, DecisionRow.workspace, DecisionRow.verb.in_(_DECIDED), number=once)
    return [Week(since + n * WEEK, started[n], sent[n], decided[n]) for n in range(number)]


def stops(tx: Tx, since: datetime) -> Sequence[tuple[str, int]]:
    """At which prompt drafts begun since then rest or ended without being sent: its id and how many, most first."""
    number = func.count()
    statement = (
        select(DraftRow.open_prompt, number)
        .where(
            DraftRow.workspace == tx.workspace,
            DraftRow.purpose == Purpose.NEW,
            DraftRow.state != DraftState.SENT,
            DraftRow.started_at >= since,
            DraftRow.open_prompt.is_not(None),
        )
        .group_by(DraftRow.open_prompt)
        .order_by(number.desc(), DraftRow.open_prompt)
    )
    return [(str(prompt), drafts) for prompt, drafts in tx.connection.execute(statement)]


def waits(tx: Tx, since: datetime) -> Sequence[timedelta]:
    """From being sent to the first approval or refusal, of stories that had it since then; the shortest first."""
    earlier = aliased(DecisionRow)
    decided_before = select(earlier.id).where(
        earlier.workspace == DecisionRow.workspace,
        earlier.story_id == DecisionRow.story_id,
        earlier.at < since,
        earlier.verb.in_(_DECIDED),
    )
    statement = (
        select(StoryRow.submitted_at, func.min(DecisionRow.at, type_=DecisionRow.at.type))
        .select_from(DecisionRow)
        .join(
            StoryRow,
            (StoryRow.workspace == DecisionRow.workspace) & (StoryRow.id == DecisionRow.story_id),
        )
        .where(
            DecisionRow.workspace == tx.workspace,
            DecisionRow.at >= since,
            DecisionRow.verb.in_(_DECIDED),
            ~decided_before.exists(),
        )
        .group_by(StoryRow.id, StoryRow.submitted_at)
    )
    return sorted(first - sent for sent, first in tx.connection.execute(statement))


def _by_week(
    tx: Tx, since: datetime, at: Any, workspace: Any, *also: Any, number: ColumnElement[int] | None = None
) -> Counter[int]:
    """How many rows there are in each week from `since` on, or what else is counted, by the week's place."""
    number = func.count() if number is None else number
    whole = WEEK // timedelta(microseconds=1)
    week = ((type_coerce(at, BigInteger) - to_microseconds(since)) // whole).label("week")
    statement = select(week, number.label("number")).where(workspace == tx.workspace, at >= since, *also).group_by(week)
    return Counter({row.week: row.number for row in tx.connection.execute(statement)})
