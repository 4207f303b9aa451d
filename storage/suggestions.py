"""What reviewers suggest in the place of an answer, and what its author said to that.

A suggestion belongs to one version and is deleted with it. It never changes a version: an accepted one leads to the
next.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.database import Tx
from storage.tables import SuggestionRow


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Other words for one answer; `accepted` is None while its author has said neither yes nor no."""

    id: str
    story_id: str
    version: int
    prompt_id: str
    words: str
    reviewer: str
    suggested_at: datetime
    outbox_id: str | None
    answered_at: datetime | None
    accepted: bool | None


_SUGGESTION = tuple(getattr(SuggestionRow, name) for name in Suggestion.__slots__)


def add(tx: Tx, story_id: str, version: int, *, prompt_id: str, words: str, reviewer: str) -> Suggestion:
    """Keep a suggestion for its author."""
    made = Suggestion(tx.new_id(), story_id, version, prompt_id, words, reviewer, tx.now, None, None, None)
    tx.insert(SuggestionRow, dict(**{name: getattr(made, name) for name in Suggestion.__slots__}))
    return made


def set_message(tx: Tx, suggestion_id: str, outbox_id: str) -> None:
    """Note which message puts it to the author."""
    tx.connection.execute(
        update(SuggestionRow)
        .where(SuggestionRow.workspace == tx.workspace, SuggestionRow.id == suggestion_id)
        .values(outbox_id=outbox_id)
    )


def answer(tx: Tx, suggestion_id: str, *, accepted: bool) -> bool:
    """Note what the author said; False if they had said something already."""
    return (
        tx.connection.execute(
            update(SuggestionRow)
            .where(
                SuggestionRow.workspace == tx.workspace,
                SuggestionRow.id == suggestion_id,
                SuggestionRow.answered_at.is_(None),
            )
            .values(answered_at=tx.now, accepted=accepted)
        ).rowcount
        == 1
    )


def find(tx: Tx, suggestion_id: str) -> Suggestion | None:
    """The suggestion with this id, if there is one."""
    row = tx.connection.execute(
        select(*_SUGGESTION).where(SuggestionRow.workspace == tx.workspace, SuggestionRow.id == suggestion_id)
    ).one_or_none()
    return None if row is None else Suggestion(*row)


def last(tx: Tx, story_id: str, version: int) -> Suggestion | None:
    """The latest suggestion for this version."""
    row = tx.connection.execute(
        select(*_SUGGESTION)
        .where(
            SuggestionRow.workspace == tx.workspace,
            SuggestionRow.story_id == story_id,
            SuggestionRow.version == version,
        )
        .order_by(SuggestionRow.suggested_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Suggestion(*row)
