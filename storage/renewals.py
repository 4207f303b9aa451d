"""Published stories and their review: since when each is shown, who is due to be asked, and what came of it.

How long is the keeper's, so the instants come in as arguments. `bot.rights.renewal` asks and acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from storage import editions
from storage.database import Tx
from storage.records import StoryStatus
from storage.tables import PermissionChangeRow, PermissionRow, RenewalRow, StoryRow

_SHOWN: Final = (StoryStatus.APPROVED, StoryStatus.POSTED)


@dataclass(frozen=True, slots=True)
class Renewal:
    """How the review of one story stands: asked and not answered while `asked_at` is set."""

    asked_at: datetime | None
    answer_by: datetime | None
    renewed_at: datetime | None


def find(tx: Tx, story_id: str) -> Renewal | None:
    """How the review of this story stands, if it has ever come up."""
    row = tx.connection.execute(
        select(RenewalRow.asked_at, RenewalRow.answer_by, RenewalRow.renewed_at).where(
            RenewalRow.workspace == tx.workspace, RenewalRow.story_id == story_id
        )
    ).one_or_none()
    return None if row is None else Renewal(*row)


def shown_since(tx: Tx, story_id: str) -> datetime | None:
    """When the story was published: its digest, or its approval where it is shown elsewhere only; None if it is not."""
    row = tx.connection.execute(
        shown_stories().where(StoryRow.workspace == tx.workspace, StoryRow.id == story_id)
    ).first()
    return None if row is None else row.since


def due(tx: Tx, before: datetime) -> Sequence[str]:
    """Ids of stories that were published, permitted and last renewed before this, and are not being asked about."""
    shown = shown_stories().where(StoryRow.workspace == tx.workspace).subquery()
    rows = tx.connection.execute(
        select(shown.c.id)
        .outerjoin(RenewalRow, (RenewalRow.workspace == tx.workspace) & (RenewalRow.story_id == shown.c.id))
        .where(
            func.coalesce(RenewalRow.renewed_at, shown.c.since) < before,
            shown.c.permitted_at < before,
            RenewalRow.asked_at.is_(None),
            shown.c.submitted_at < before,  # as it must be; an index spares looking at what was told since
        )
        .order_by(shown.c.number + 0)  # or SQLite would read all stories in this order
    )
    return list(rows.scalars())


def unanswered(tx: Tx) -> Sequence[str]:
    """Ids of stories whose teller was asked and has not answered in time, lowest number first."""
    rows = tx.connection.execute(
        select(RenewalRow.story_id)
        .join(StoryRow, (StoryRow.workspace == RenewalRow.workspace) & (StoryRow.id == RenewalRow.story_id))
        .where(RenewalRow.workspace == tx.workspace, RenewalRow.answer_by <= tx.now)
        .order_by(StoryRow.number + 0)  # or SQLite would read all stories in this order rather than sort a few
    )
    return list(rows.scalars())


def ask(tx: Tx, story_id: str, answer_by: datetime) -> None:
    """The question is put; without an answer the story is shown until `answer_by`."""
    before = find(tx, story_id)
    values = {
        "story_id": story_id,
        "asked_at": tx.now,
        "answer_by": answer_by,
        "renewed_at": None if before is None else before.renewed_at,
    }
    tx.upsert(RenewalRow, values, key=("story_id",))


def renew(tx: Tx, story_id: str) -> bool:
    """The story may stay for as long again; False when nobody was asking."""
    changed = tx.connection.execute(
        update(RenewalRow)
        .where(RenewalRow.workspace == tx.workspace, RenewalRow.story_id == story_id, RenewalRow.asked_at.is_not(None))
        .values(asked_at=None, answer_by=None, renewed_at=tx.now)
    )
    return changed.rowcount == 1


def forget(tx: Tx, story_id: str) -> None:
    """The question is over, and nothing of it is kept."""
    tx.connection.execute(
        delete(RenewalRow).where(RenewalRow.workspace == tx.workspace, RenewalRow.story_id == story_id)
    )


def answered_otherwise(tx: Tx, story_id: str) -> bool:
    """Whether its teller has changed the permission since they were asked: that is an answer too."""
    asked = find(tx, story_id)
    if asked is None or asked.asked_at is None:
        return False
    changes = select(func.count()).select_from(PermissionChangeRow)
    since: int = tx.connection.execute(
        changes.where(
            PermissionChangeRow.workspace == tx.workspace,
            PermissionChangeRow.story_id == story_id,
            PermissionChangeRow.changed_at >= asked.asked_at,
        )
    ).scalar_one()
    return since > 0


def shown_stories() -> Any:
    """Every story that may be shown somewhere: id, number, since when, and when its permission was last given."""
    permitted = (
        select(func.max(PermissionRow.granted_at))
        .where(
            PermissionRow.workspace == StoryRow.workspace,
            PermissionRow.story_id == StoryRow.id,
            PermissionRow.version == StoryRow.approved_version,
            PermissionRow.revoked_at.is_(None),
        )
        .scalar_subquery()
    )
    since = func.coalesce(editions.went_out(), StoryRow.changed_at).label("since")
    head = (StoryRow.id, StoryRow.number, StoryRow.submitted_at)
    return select(*head, since, permitted.label("permitted_at")).where(
        StoryRow.status.in_(_SHOWN), permitted.is_not(None)
    )
