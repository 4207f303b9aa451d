"""Messages to render and send: what, for whom, in which order, and what has become of each.

Rows of a lane go one after the other. The first row of an idle lane is SENDING from the moment it is written (unless
delivery has its hands full), and a row that is marked sent hands the turn to the next in the same transaction: so after
a crash exactly the rows found SENDING may have been tried, and no write of its own is needed to say so. Rows that are
due later do not hold up their lane.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, literal_column, select, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Message, Op, OutboxRow, OutboxState
from storage.tables import DELETING, PARKED, WAITING
from storage.tables import OutboxRowTable as Row

_COLUMNS = tuple(getattr(Row, name) for name in OutboxRow.__slots__)
# As text, the words of the partial indexes: with bound values SQLite reads a lane's whole past instead.
_WAITING: ColumnElement[bool] = literal_column(WAITING)
_PARKED: ColumnElement[bool] = literal_column(PARKED)
_DELETING: ColumnElement[bool] = literal_column(DELETING)
# As text too: where a bound value might decide about a partial index, SQLite prepares the statement anew each time.
_SENDING = and_(_WAITING, literal_column(f"state = '{OutboxState.SENDING.value}'"))

# What is asked with every message is prepared: to build a statement, or to have it run, takes longer than it does.
_HERE, _LANE = Row.workspace == bindparam("here"), Row.lane == bindparam("of")
_ID: BindParameter[str] = bindparam("row")
_NOW: BindParameter[datetime] = bindparam("at")
_BY_ID = Prepared(select(*_COLUMNS).where(_HERE, Row.id == _ID))
_BEING_SENT = Prepared(select(*_COLUMNS).where(_HERE, _LANE, _SENDING).order_by(Row.seq).limit(1))
# Whatever the lane: said, or SQLite may take any index of the workspace, and read all that was ever sent.
_ALL_BEING_SENT = Prepared(select(*_COLUMNS).where(_HERE, Row.lane > "", _SENDING).order_by(Row.enqueued_at, Row.seq))
_FIRST_DUE = Prepared(select(*_COLUMNS).where(_HERE, _LANE, Row.due_at <= _NOW, _WAITING).order_by(Row.seq).limit(1))
_LANE_IS_BUSY = select(Row.id).where(_HERE, _LANE, _SENDING).limit(1)
_IS_BUSY = Prepared(_LANE_IS_BUSY)
_LANE_HAS_DUE = select(Row.id).where(_HERE, _LANE, _WAITING, Row.due_at <= _NOW).limit(1)
_END_OF_LANE = Prepared(
    select(func.coalesce(func.max(Row.seq), 0), _LANE_IS_BUSY.scalar_subquery(), _LANE_HAS_DUE.scalar_subquery()).where(
        _HERE, _LANE
    )
)
_FIRST_TO_GO = Prepared(
    select(Row.id, Row.op, Row.depends_on).where(_HERE, _LANE, Row.due_at <= _NOW, _WAITING).order_by(Row.seq).limit(1)
)
_WAITING_LANES = Prepared(select(Row.lane).where(_HERE, _WAITING).distinct())
_STATE = Prepared(select(Row.state, Row.lane).where(_HERE, Row.id == _ID))
_FRONT = 4
_AHEAD = Prepared(
    # Almost always all that waits in the lane.
    select(Row.id, Row.op, Row.depends_on, Row.state, Row.due_at)
    .where(_HERE, _LANE, _WAITING)
    .order_by(Row.seq)
    .limit(_FRONT)
)
_DELETIONS = Prepared(select(Row.state).where(_HERE, Row.target == bindparam("shown"), _DELETING))
_NEXT_DUE = Prepared(select(func.min(Row.due_at)).where(_HERE, _LANE, _WAITING))
_WITH_KEY = Prepared(select(Row.id).where(_HERE, Row.key == bindparam("known")))
_CHANGE = Prepared(update(Row).where(_HERE, Row.id == _ID, _WAITING))
_BY_KEY = Prepared(select(*_COLUMNS).where(_HERE, Row.key == bindparam("known")))
_OF_STORY = Prepared(
    select(*_COLUMNS)
    .where(_HERE, Row.story_id == bindparam("about"), Row.kind == bindparam("of_kind"))
    .order_by(Row.enqueued_at, Row.seq)
)
_STANDING_AT = Prepared(
    select(*_COLUMNS).where(
        _HERE, Row.channel == bindparam("in_channel"), Row.ts == bindparam("at_ts"), Row.op == Op.POST
    )
)
_WAITING_FOR = Prepared(select(Row.lane).where(_HERE, Row.depends_on == _ID, _WAITING))


@dataclass(frozen=True, slots=True)
class Settled:
    """A row as it stands now that it is done with, and when its lane's next row is due, if there is one."""

    row: OutboxRow
    next_due: datetime | None


_WHO: Mapping[str, None] = {"person": None, "response_url": None}
"""Who pressed or was whispered to: forgotten as soon as a row is settled."""
IN_DOUBT = "in_doubt"
"""The reason, or the beginning of it, of what was parked while nobody knew whether it had been done."""
_TWICE_IS_ONCE = frozenset({Op.UPDATE, Op.DELETE})
"""What may be tried again without asking whether it was done: a row of these may be SENDING before its turn is sure."""


def enqueue(tx: Tx, message: Message) -> str:
    """Put a message in its lane; returns its id. A message whose `key` is there already is not put twice."""
    if message.key is not None:
        known = _WITH_KEY.scalar(tx, {"known": message.key})
        if known is not None:
            return str(known)
    lane = message.lane or _lane(message)
    last, busy, before = _END_OF_LANE.all(tx, {"of": lane, "at": tx.now})[0]
    due_at = message.due_at or tx.now
    is_next = busy is None and before is None and due_at <= tx.now
    at_once = is_next and tx.at_once and _may_go(tx, message.op, message.depends_on)
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
            "state": OutboxState.SENDING if at_once else OutboxState.QUEUED,
            "attempts": 0,
            "enqueued_at": tx.now,
            "due_at": due_at,
        },
    )
    tx.lanes.add(lane)
    return outbox_id


def _lane(message: Message) -> str:
    """The recipient's; beside it for what one person alone sees in a channel, which waits for nothing said to all."""
    aside = message.person is not None and message.op is not Op.POST and message.recipient.startswith("channel:")
    return f"aside:{message.recipient}" if aside else message.recipient


def get(tx: Tx, outbox_id: str) -> OutboxRow:
    """The row with this id. Raises LookupError."""
    row = find(tx, outbox_id)
    if row is None:
        raise LookupError(f"no outbox row {outbox_id}")
    return row


def find(tx: Tx, outbox_id: str) -> OutboxRow | None:
    """The row with this id, if there is one."""
    return _first(tx, _BY_ID, {"row": outbox_id})


def find_by_key(tx: Tx, key: str) -> OutboxRow | None:
    """The row with this key, if there is one."""
    return _first(tx, _BY_KEY, {"known": key})


def find_message(tx: Tx, channel: str, ts: str) -> OutboxRow | None:
    """The row whose message stands at this place in Slack, if the bot posted it."""
    return _first(tx, _STANDING_AT, {"in_channel": channel, "at_ts": ts})


def of_story(tx: Tx, story_id: str, kind: str) -> Sequence[OutboxRow]:
    """Rows of one kind about one story, oldest first."""
    return [OutboxRow(*row) for row in _OF_STORY.all(tx, {"about": story_id, "of_kind": kind})]


def parked(tx: Tx) -> Sequence[OutboxRow]:
    """What could not be sent, oldest first."""
    return _many(tx, _PARKED)


def waiting_of(tx: Tx, kind: str, story_ids: Sequence[str]) -> Sequence[OutboxRow]:
    """What is still to be sent of one kind about these stories, oldest first."""
    return _many(tx, and_(_WAITING, Row.kind == kind, Row.story_id.in_(story_ids))) if story_ids else []


def waiting(tx: Tx) -> int:
    """How many messages are still to be sent."""
    return tx.connection.execute(
        select(func.count()).select_from(Row).where(Row.workspace == tx.workspace, _WAITING)
    ).scalar_one()


def waiting_lanes(tx: Tx) -> Sequence[str]:
    """Lanes that hold something to send, now or later."""
    return _WAITING_LANES.scalars(tx)


def being_sent(tx: Tx) -> Sequence[OutboxRow]:
    """The rows that may have been tried: one a lane at most. Oldest first."""
    return [OutboxRow(*row) for row in _ALL_BEING_SENT.all(tx)]


def next_in_lane(tx: Tx, lane: str) -> OutboxRow | None:
    """The row whose turn it is: the one being sent, else the first that is due."""
    return _first(tx, _BEING_SENT, {"of": lane}) or _first(tx, _FIRST_DUE, {"of": lane, "at": tx.now})


def next_due(tx: Tx, lane: str) -> datetime | None:
    """When the lane's earliest waiting row is due, or None when it has none."""
    due_at: datetime | None = _NEXT_DUE.scalar(tx, {"of": lane})
    return due_at


def claim(tx: Tx, outbox_id: str) -> bool:
    """Say that the row may be tried from now on; False when it no longer waits or another of its lane is being sent."""
    found = _STATE.first(tx, {"row": outbox_id})
    if found is None or (found[0] is OutboxState.QUEUED and _IS_BUSY.first(tx, {"of": found[1]}) is not None):
        return False
    return _change(tx, outbox_id, {"state": OutboxState.SENDING})


def mark_sent(
    tx: Tx, row: OutboxRow, *, channel: str | None = None, ts: str | None = None, permalink: str | None = None
) -> Settled | None:
    """The row is done: note where its message stands, wake what waited for it, hand the turn on.

    None when the row was already settled.
    """
    values: dict[str, Any] = {"state": OutboxState.SENT, **_WHO}
    if channel is not None:
        values["channel"] = channel
    if ts is not None:
        values["ts"] = ts
    if permalink is not None:
        values["permalink"] = permalink
    return _settle(tx, row, values, sent_at=tx.now)


def mark_parked(tx: Tx, row: OutboxRow, reason: str) -> Settled | None:
    """The row can never be sent; the keeper sees the reason, and the lane goes on."""
    return _settle(tx, row, {"state": OutboxState.PARKED, "reason": reason, **_WHO})


def is_in_doubt(row: OutboxRow) -> bool:
    """Whether it was parked without anybody knowing if it was posted: its message may stand in Slack."""
    return row.state is OutboxState.PARKED and (row.reason or "").startswith(IN_DOUBT)


def was_in_doubt(row: OutboxRow) -> bool:
    """Whether it waits again and nobody has found out meanwhile if it was posted."""
    waits = row.state in (OutboxState.QUEUED, OutboxState.SENDING)
    return waits and row.op is Op.POST and (row.reason or "").startswith(IN_DOUBT)


def put_again(tx: Tx, row: OutboxRow, *, to: str | None = None) -> bool:
    """A parked message waits again, which counts as one more attempt; False when it is not parked (any more).

    One that was in doubt keeps that as its reason, and is looked for before it is sent. Any other goes `to` there.
    """
    values: dict[str, Any] = {"state": OutboxState.QUEUED, "attempts": row.attempts + 1}
    if not is_in_doubt(row):  # or else the time from which on it may have been posted must be known
        values |= {"reason": None, "due_at": tx.now}
        if to is not None and to != row.recipient:
            last = _END_OF_LANE.all(tx, {"of": to, "at": tx.now})[0][0]
            values |= {"recipient": to, "lane": to, "seq": last + 1}
    parked = and_(Row.workspace == tx.workspace, Row.id == row.id, _PARKED)
    tx.lanes.add(values.get("lane", row.lane))
    return tx.connection.execute(update(Row).where(parked).values(**values)).rowcount == 1


def mark_dropped(tx: Tx, row: OutboxRow, reason: str) -> Settled | None:
    """The row is no longer to be said (its gate closed, or something newer says it)."""
    return _settle(tx, row, {"state": OutboxState.DROPPED, "reason": reason, **_WHO})


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
    return mark_dropped(tx, row, reason) is not None


def note_file(tx: Tx, outbox_id: str, file_id: str | None) -> None:
    """While its sharing is tried, a FILE row knows the file that may stand; None: none does (any more)."""
    _change(tx, outbox_id, {"ts": file_id})


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


def deletions(tx: Tx, outbox_id: str) -> frozenset[OutboxState]:
    """How the rows stand that take this message away: nothing where it stays."""
    return frozenset(_DELETIONS.scalars(tx, {"shown": outbox_id}))


def permalink_in(tx: Tx, lane: str) -> str | None:
    """The address that Slack gave for a message, by the lane in which it was asked for it."""
    statement = select(Row.permalink).where(Row.workspace == tx.workspace, Row.lane == lane, Row.permalink.is_not(None))
    return tx.connection.execute(statement.order_by(Row.seq.desc()).limit(1)).scalar_one_or_none()


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
    return _CHANGE.change(tx, {"row": outbox_id, **values}) == 1


def _settle(tx: Tx, row: OutboxRow, values: Mapping[str, Any], **unread: Any) -> Settled | None:
    """`unread`: columns that no row read from the outbox has."""
    if not _change(tx, row.id, {**values, **unread}):
        return None
    others = set(_WAITING_FOR.scalars(tx, {"row": row.id})) - {row.lane}
    tx.lanes.update(others)
    tx.lanes.add(row.lane)
    for lane in others:
        _hand_on(tx, lane)
    return Settled(replace(row, **values), _hand_on(tx, row.lane))


def _hand_on(tx: Tx, lane: str) -> datetime | None:
    """The next due row of the lane may be tried from now on, if it waits for nothing and no other is being sent.

    Returns when the lane's earliest waiting row is due, or None when it has none.
    """
    ahead = _AHEAD.all(tx, {"of": lane})
    if len(ahead) < _FRONT:
        busy = any(state is OutboxState.SENDING for _, _, _, state, _ in ahead)
        due = [(outbox_id, op, depends_on) for outbox_id, op, depends_on, _, due_at in ahead if due_at <= tx.now]
        earliest = min((due_at for *_, due_at in ahead), default=None)
    else:
        busy = _IS_BUSY.first(tx, {"of": lane}) is not None
        due = _FIRST_TO_GO.all(tx, {"of": lane, "at": tx.now})
        earliest = next_due(tx, lane)
    if due and not busy and _may_go(tx, *due[0][1:]):
        _change(tx, due[0][0], {"state": OutboxState.SENDING})
    return earliest


def _may_go(tx: Tx, op: Op, depends_on: str | None) -> bool:
    """Whether it waits for nothing (any more): of its own, a post is claimed only when its turn has come."""
    if depends_on is None:
        return True
    return op in _TWICE_IS_ONCE and _STATE.scalar(tx, {"row": depends_on}) is OutboxState.SENT


def _first(tx: Tx, statement: Prepared, values: Mapping[str, Any]) -> OutboxRow | None:
    row = statement.first(tx, values)
    return None if row is None else OutboxRow(*row)


def _many(tx: Tx, where: ColumnElement[bool]) -> Sequence[OutboxRow]:
    rows = tx.connection.execute(
        select(*_COLUMNS).where(Row.workspace == tx.workspace, where).order_by(Row.enqueued_at, Row.seq)
    )
    return [OutboxRow(*row) for row in rows]
