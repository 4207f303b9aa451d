"""That somebody asked who told a story: the rows, and the conditional updates by which one decision wins.

The answer is in none of them. What the room makes of it is in `bot.rights.breakglass`; `erasing` wipes the words of one
whose story is taken back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from storage.asked_who import AskedWho, AskState
from storage.database import Tx
from storage.tables import BreakGlassRow as Row

_COLUMNS = tuple(getattr(Row, name) for name in AskedWho.__slots__)
_OPEN = (AskState.WAITING, AskState.AGREED)


def add(tx: Tx, *, story_id: str, number: int, asker: str, reason: str, ends_at: datetime) -> AskedWho:
    """Note that a reviewer asks who told this story."""
    made = AskedWho(
        id=tx.new_id(),
        story_id=story_id,
        number=number,
        asker=asker,
        decider=None,
        reason=reason,
        state=AskState.WAITING,
        author_told=False,
        asked_at=tx.now,
        decided_at=None,
        ends_at=ends_at,
        shown=0,
    )
    tx.insert(Row, {name: getattr(made, name) for name in AskedWho.__slots__})
    return made


def find(tx: Tx, ask_id: str) -> AskedWho | None:
    """The one with this id, if there is one."""
    row = tx.connection.execute(select(*_COLUMNS).where(Row.workspace == tx.workspace, Row.id == ask_id)).one_or_none()
    return None if row is None else AskedWho(*row)


def open_of(tx: Tx, story_id: str, asker: str) -> AskedWho | None:
    """What this person has asked of this story and is not over."""
    row = tx.connection.execute(
        select(*_COLUMNS)
        .where(Row.workspace == tx.workspace, Row.story_id == story_id, Row.asker == asker)
        .where(Row.state.in_(_OPEN), Row.ends_at > tx.now)
        .limit(1)
    ).one_or_none()
    return None if row is None else AskedWho(*row)


def decide(tx: Tx, ask_id: str, *, state: AskState, decider: str, ends_at: datetime, author_told: bool = False) -> bool:
    """The second person has decided; False when it was decided before, or is over."""
    waits = (Row.state == AskState.WAITING) & (Row.ends_at > tx.now)
    return _change(
        tx,
        ask_id,
        waits,
        {"state": state, "decider": decider, "decided_at": tx.now, "ends_at": ends_at, "author_told": author_told},
    )


def count_look(tx: Tx, ask_id: str) -> bool:
    """The asker looks once more; False when they may not, or no longer."""
    return _change(tx, ask_id, (Row.state == AskState.AGREED) & (Row.ends_at > tx.now), {"shown": Row.shown + 1})


def end(tx: Tx, ask_id: str) -> bool:
    """It is over; False when it was so before."""
    return _change(tx, ask_id, Row.state.in_(_OPEN), {"state": AskState.OVER})


def past(tx: Tx) -> Sequence[AskedWho]:
    """Those whose time is over and that do not say so yet, oldest first."""
    rows = tx.connection.execute(
        select(*_COLUMNS)
        .where(Row.workspace == tx.workspace, Row.state.in_(_OPEN), Row.ends_at <= tx.now)
        .order_by(Row.ends_at, Row.id)
    )
    return [AskedWho(*row) for row in rows]


def forget_before(tx: Tx, before: datetime) -> int:
    """Those that were asked before this and are over are gone; returns how many."""
    gone = tx.connection.execute(
        delete(Row).where(Row.workspace == tx.workspace, Row.asked_at < before, Row.state.not_in(_OPEN))
    )
    return gone.rowcount


def _change(tx: Tx, ask_id: str, condition: Any, values: dict[str, Any]) -> bool:
    changed = tx.connection.execute(
        update(Row).where(Row.workspace == tx.workspace, Row.id == ask_id, condition).values(**values)
    )
    return changed.rowcount == 1
