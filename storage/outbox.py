"""Messages to render and send: what, for whom, in which order, and what has become of each.

Rows of a lane go one after the other. The first row of an idle lane is SENDING from the moment it is written, and a row
that is marked sent hands the turn to the next in the same transaction: so after a crash exactly the rows found SENDING
may have been tried, and no write of its own is needed to say so. Rows that are due later do not hold up their lane.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, literal_column, select, update

from storage.database import Tx
from storage.records import Message, Op, OutboxRow, OutboxState
from storage.tables import PARKED, WAITING, SurfaceRow
from storage.tables import OutboxRowTable as Row

_COLUMNS = tuple(getattr(Row, name) for name in OutboxRow.__slots__)
# As text, the words of the partial indexes: with bound values SQLite reads a lane's whole past instead.
_WAITING: ColumnElement[bool] = literal_column(WAITING)
_PARKED: ColumnElement[bool] = literal_column(PARKED)
_SENDING = and_(_WAITING, Row.state == OutboxState.SENDING)

# What delivery asks for with every message is built once: to build a statement takes longer than to run it.
_HERE, _LANE = Row.workspace == bindparam("here"), Row.lane == bindparam("of")
_ID: BindParameter[str] = bindparam("row")
_NOW: BindParameter[datetime] = bindparam("at")
_BY_ID = select(*_COLUMNS).where(_HERE, Row.id == _ID)
_BEING_SENT = select(*_COLUMNS).where(_HERE, _LANE, _SENDING).order_by(Row.seq).limit(1)
_FIRST_DUE = select(*_COLUMNS).where(_HERE, _LANE, Row.due_at <= _NOW, _WAITING).order_by(Row.seq).limit(1)
_IS_BUSY = select(Row.id).where(_HERE, _LANE, _SENDING).limit(1)
_END_OF_LANE = select(func.coalesce(func.max(Row.seq), 0), _IS_BUSY.scalar_subquery()).where(_HERE, _LANE)
_NEXT_DUE = select(func.min(Row.due_at)).where(_HERE, _LANE, _WAITING)
_WITH_KEY = select(Row.id).where(_HERE, Row.key == bindparam("known"))
_ANY_DUE = select(Row.id).where(_HERE, _LANE, _WAITING, Row.due_at <= _NOW).limit(1)
_CHANGE = update(Row).where(_HERE, Row.id == _ID, _WAITING)
_WAITING_FOR = select(Row.lane).where(_HERE, Row.depends_on == _ID, _WAITING)


def enqueue(tx: Tx, message: Message) -> str:
    """Put a message in its lane; returns its id. A message whose `key` is there already is not put twice."""
    if message.key is not None:
        known = tx.connection.execute(_WITH_KEY, {"here": tx.workspace, "known": message.key}).scalar_one_or_none()
        if known is not None:
            return known
    lane = message.lane or message.recipient
    last, busy = tx.connection.execute(_END_OF_LANE, {"here": tx.workspace, "of": lane}).one()
    due_at = message.due_at or tx.now
    at_once = busy is None and due_at <= tx.now and message.depends_on is None
    outbox_id = tx.new_id()
    tx.insert(
        Row,
        {
            "id": outbox_id,
            "key": message.key,
            "lane": lane,
            "seq": last + 1,
            "recipient": message.recipient,
            "op": message.op,
            "kind": message.kind,
            "args": dict(message.args),
            "story_id": message.story_id,
            "version": message.version,
            "depends_on": message.depends_on,
            "target": message.target,
            "thread": message.thread,
            "thread_ts": message.thread_ts,
            "person": message.person,
            "response_url": message.response_url,
            "state": OutboxState.SENDING if at_once and _is_next(tx, lane) else OutboxState.QUEUED,
            "attempts": 0,
            "enqueued_at": tx.now,
            "due_at": due_at,
        },
    )
    tx.lanes.add(lane)
    return outbox_id


def _is_next(tx: Tx, lane: str) -> bool:
    """Whether no due row of the lane is there."""
    return tx.connection.execute(_ANY_DUE, {"here": tx.workspace, "of": lane, "at": tx.now}).first() is None


def get(tx: Tx, outbox_id: str) -> OutboxRow:
    """The row with this id. Raises LookupError."""
    row = find(tx, outbox_id)
    if row is None:
        raise LookupError(f"no outbox row {outbox_id}")
    return row


def find(tx: Tx, outbox_id: str) -> OutboxRow | None:
    """The row with this id, if there is one."""
    row = tx.connection.execute(_BY_ID, {"here": tx.workspace, "row": outbox_id}).one_or_none()
    return None if row is None else OutboxRow(*row)


def find_by_key(tx: Tx, key: str) -> OutboxRow | None:
    """The row with this key, if there is one."""
    return _one(tx, Row.key == key)


def find_message(tx: Tx, channel: str, ts: str) -> OutboxRow | None:
    """The row whose message stands at this place in Slack, if the bot posted it."""
    return _one(tx, and_(Row.channel == channel, Row.ts == ts, Row.op == Op.POST))


def of_story(tx: Tx, story_id: str, kind: str) -> Sequence[OutboxRow]:
    """Rows of one kind about one story, oldest first."""
    return _many(tx, and_(Row.story_id == story_id, Row.kind == kind))


def parked(tx: Tx) -> Sequence[OutboxRow]:
    """What could not be sent, oldest first."""
    return _many(tx, _PARKED)


def waiting(tx: Tx) -> int:
    """How many messages are still to be sent."""
    return tx.connection.execute(
        select(func.count()).select_from(Row).where(Row.workspace == tx.workspace, _WAITING)
    ).scalar_one()


def waiting_lanes(tx: Tx) -> Sequence[str]:
    """Lanes that hold something to send, now or later."""
    return (
        tx.connection.execute(select(Row.lane).where(Row.workspace == tx.workspace, _WAITING).distinct())
        .scalars()
        .all()
    )


def next_in_lane(tx: Tx, lane: str) -> OutboxRow | None:
    """The row whose turn it is: the one being sent, else the first that is due."""
    return _first(tx, _BEING_SENT, {"of": lane}) or _first(tx, _FIRST_DUE, {"of": lane, "at": tx.now})


def next_due(tx: Tx, lane: str) -> datetime | None:
    """When the lane's earliest waiting row is due, or None when it has none."""
    return tx.connection.execute(_NEXT_DUE, {"here": tx.workspace, "of": lane}).scalar_one()


def claim(tx: Tx, outbox_id: str) -> bool:
    """Say that the row may be tried from now on; False when it no longer waits or another of its lane is being sent."""
    row = find(tx, outbox_id)
    if row is None or (row.state is OutboxState.QUEUED and _busy(tx, row.lane)):
        return False
    return _change(tx, outbox_id, {"state": OutboxState.SENDING})


def mark_sent(
    tx: Tx, row: OutboxRow, *, channel: str | None = None, ts: str | None = None, permalink: str | None = None
) -> bool:
    """The row is done: note where its message stands, wake what waited for it, hand the turn on.

    False when the row was already settled.
    """
    values: dict[str, Any] = {"state": OutboxState.SENT, "sent_at": tx.now, "response_url": None}
    if channel is not None:
        values["channel"] = channel
    if ts is not None:
        values["ts"] = ts
    if permalink is not None:
        values["permalink"] = permalink
    return _settle(tx, row, values)


def mark_parked(tx: Tx, row: OutboxRow, reason: str) -> bool:
    """The row can never be sent; the keeper sees the reason, and the lane goes on."""
    return _settle(tx, row, {"state": OutboxState.PARKED, "reason": reason, "response_url": None})


def mark_dropped(tx: Tx, row: OutboxRow, reason: str) -> bool:
    """The row is no longer to be said (its gate closed, or something newer says it)."""
    return _settle(tx, row, {"state": OutboxState.DROPPED, "reason": reason, "response_url": None})


def count_attempt(tx: Tx, row: OutboxRow) -> None:
    """One more try has failed."""
    tx.connection.execute(
        update(Row).where(Row.workspace == tx.workspace, Row.id == row.id).values(attempts=Row.attempts + 1)
    )


def drop_waiting(tx: Tx, outbox_id: str, reason: str) -> bool:
    """Take back a message that nobody has begun to send; False when it is too late for that."""
    row = find(tx, outbox_id)
    if row is None or row.state is not OutboxState.QUEUED:
        return False
    return mark_dropped(tx, row, reason)


def postpone(tx: Tx, outbox_id: str, due_at: datetime) -> bool:
    """Move a message that nobody has begun to send to the end of its lane and to a later time.

    What waits for it in the same lane follows it: left in front, the two would wait for each other for ever.
    """
    row = find(tx, outbox_id)
    if row is None or row.state is not OutboxState.QUEUED:
        return False
    last = tx.connection.execute(
        select(func.max(Row.seq)).where(Row.workspace == tx.workspace, Row.lane == row.lane)
    ).scalar_one()
    tx.lanes.add(row.lane)
    moved = _change(tx, outbox_id, {"due_at": due_at, "seq": row.seq if last == row.seq else last + 1})
    for follower in _many(tx, and_(Row.lane == row.lane, Row.depends_on == outbox_id, _WAITING)):
        postpone(tx, follower.id, max(due_at, follower.due_at))
    return moved


def show(tx: Tx, outbox_id: str, story_ids: Sequence[str]) -> None:
    """Note that a message shows these stories."""
    for story_id in story_ids:
        tx.insert_once(SurfaceRow, {"outbox_id": outbox_id, "story_id": story_id})


def shown_in(tx: Tx, story_id: str) -> Sequence[str]:
    """Outbox ids of the messages that show this story."""
    return (
        tx.connection.execute(
            select(SurfaceRow.outbox_id).where(SurfaceRow.workspace == tx.workspace, SurfaceRow.story_id == story_id)
        )
        .scalars()
        .all()
    )


def known_ts(tx: Tx, channel: str, since: datetime) -> frozenset[str]:
    """Every `ts` in the channel that a row sent since then accounts for."""
    found = tx.connection.execute(
        select(Row.ts).where(
            Row.workspace == tx.workspace,
            Row.channel == channel,
            Row.enqueued_at >= since - timedelta(days=1),
        )
    ).scalars()
    return frozenset(ts for ts in found if ts is not None)


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _change(tx: Tx, outbox_id: str, values: Mapping[str, Any]) -> bool:
    return tx.connection.execute(_CHANGE, {"here": tx.workspace, "row": outbox_id, **values}).rowcount == 1


def _settle(tx: Tx, row: OutboxRow, values: Mapping[str, Any]) -> bool:
    if not _change(tx, row.id, values):
        return False
    tx.lanes.add(row.lane)
    woken = tx.connection.execute(_WAITING_FOR, {"here": tx.workspace, "row": row.id}).scalars()
    tx.lanes.update(woken)
    _hand_on(tx, row.lane)
    return True


def _hand_on(tx: Tx, lane: str) -> None:
    """The next due row of the lane may be tried from now on, if it waits for nothing and no other is being sent."""
    if _busy(tx, lane):
        return
    following = _first(tx, _FIRST_DUE, {"of": lane, "at": tx.now})
    if following is not None and following.state is OutboxState.QUEUED and following.depends_on is None:
        _change(tx, following.id, {"state": OutboxState.SENDING})


def _busy(tx: Tx, lane: str) -> bool:
    return tx.connection.execute(_IS_BUSY, {"here": tx.workspace, "of": lane}).first() is not None


def _one(tx: Tx, where: ColumnElement[bool]) -> OutboxRow | None:
    row = tx.connection.execute(select(*_COLUMNS).where(Row.workspace == tx.workspace, where)).one_or_none()
    return None if row is None else OutboxRow(*row)


def _first(tx: Tx, statement: Select[Any], values: Mapping[str, Any]) -> OutboxRow | None:
    row = tx.connection.execute(statement, {"here": tx.workspace, **values}).one_or_none()
    return None if row is None else OutboxRow(*row)


def _many(tx: Tx, where: ColumnElement[bool]) -> Sequence[OutboxRow]:
    rows = tx.connection.execute(
        select(*_COLUMNS).where(Row.workspace == tx.workspace, where).order_by(Row.enqueued_at, Row.seq)
    )
    return [OutboxRow(*row) for row in rows]
