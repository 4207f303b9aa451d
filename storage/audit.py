"""The audit trail: a row for all that was decided, refused or forgotten, chained so that no change goes unnoticed.

`record` runs inside the transaction of what it records, so there is never one without the other. Rows hold codes and
random ids, no words; who acted is kept of reviewers only. `check` walks the chain; `forget_before` deletes what is old.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, String, bindparam, delete, func, select, type_coerce

from storage.audit_entry import GENESIS, Actor, ActorKind, Entry, Outcome, Surface, code, hash_of
from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Naming
from storage.tables import AuditCheckpointRow, AuditHeadRow, AuditRow, VersionRow
from storage.types import to_microseconds

__all__ = [
    "AUTHOR",
    "KEEPER",
    "OTHER",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Entry",
    "Fault",
    "Head",
    "Outcome",
    "Surface",
    "check",
    "forget_before",
    "head",
    "holds_head",
    "lead",
    "names_nobody",
    "of_story",
    "reasons",
    "record",
    "reviewer",
    "to_forget",
]

AUTHOR: Final = Actor(ActorKind.AUTHOR)
"""Whoever told the story. Never named."""
KEEPER: Final = Actor(ActorKind.KEEPER)
SYSTEM: Final = Actor(ActorKind.SYSTEM)
OTHER: Final = Actor(ActorKind.OTHER)
"""Somebody who is no reviewer, or no longer one. Never named: it could be the teller, looking after their story."""
FORGOTTEN: Final = "audit_forgotten"
"""The verb of the row that answers for deleted months; its reason is `upto:SEQ:HASH`, the hash shortened."""

_SHORT: Final = 12
# Read as the database holds them: a row that somebody altered must be found, not fail to be read.
_RAW: Final[dict[str, Any]] = {"at": BigInteger(), "day_only": Integer()}
_CHAINED = tuple(
    type_coerce(getattr(AuditRow, name), _RAW.get(name, String()))
    if name not in ("seq", "version")
    else getattr(AuditRow, name)
    for name in (*Entry.__slots__, "prev_hash")
)
_ENTRY = tuple(
    getattr(AuditRow, name)
    if name not in ("actor", "outcome", "surface")
    else type_coerce(getattr(AuditRow, name), String)
    for name in Entry.__slots__
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many entries there have been, and the hash of the last."""

    seq: int
    hash: str

    @property
    def short(self) -> str:
        """The first twelve digits, which is what people are shown."""
        return self.hash[:_SHORT]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the chain does not hold: the row, and `altered`, `removed` or `reordered`."""

    seq: int
    kind: str


def reviewer(slack_id: str) -> Actor:
    """A reviewer, who answers for what they do by name."""
    return Actor(ActorKind.REVIEWER, slack_id)


def lead(slack_id: str) -> Actor:
    """The information-governance lead, who answers by name as reviewers do."""
    return Actor(ActorKind.LEAD, slack_id)


def record(
    tx: Tx,
    *,
    actor: Actor,
    verb: str,
    surface: str,
    outcome: Outcome = Outcome.DONE,
    story: str | None = None,
    version: int | None = None,
    before: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    """The trail has one more row, in this transaction. `story` is a story's id, `before` and `after` its status.

    The time is the day only where the teller acted, and for stories that name nobody (or whose words are gone, so that
    nobody can say). Raises ValueError for a verb, status, reason or surface that is no code of this program.
    """
    last = head(tx)
    day_only = actor.kind is ActorKind.AUTHOR or (story is not None and names_nobody(tx, story))
    now = tx.now.astimezone(UTC)
    at = datetime.combine(now.date(), time.min, UTC) if day_only else now
    values: dict[str, Any] = {
        "seq": last.seq + 1,
        "at": at,
        "day_only": day_only,
        "actor": actor.kind,
        "actor_id": actor.slack_id,
        "verb": code(verb),
        "story": story,
        "version": version,
        "before": code(before),
        "after": code(after),
        "outcome": Outcome(outcome),
        "reason": code(reason),
        "surface": Surface(surface),
        "prev_hash": last.hash,
    }
    held = {**values, "at": to_microseconds(at), "day_only": int(day_only)}
    made = Head(last.seq + 1, hash_of([tx.workspace, *held.values()]))
    tx.insert(AuditRow, {**values, "hash": made.hash})
    tx.upsert(AuditHeadRow, {"seq": made.seq, "hash": made.hash}, key=())


_HEAD = Prepared(select(AuditHeadRow.seq, AuditHeadRow.hash).where(AuditHeadRow.workspace == bindparam("here")))


def head(tx: Tx) -> Head:
    """Where the chain ends; seq 0 before the first row."""
    row = _HEAD.first(tx)
    return Head(0, GENESIS) if row is None else Head(*row)


def of_story(tx: Tx, story: str) -> Sequence[Entry]:
    """The rows about one story, in order."""
    rows = tx.connection.execute(
        select(*_ENTRY).where(AuditRow.workspace == tx.workspace, AuditRow.story == story).order_by(AuditRow.seq)
    )
    return [Entry(*row) for row in rows]


def reasons(tx: Tx, verb: str) -> Sequence[str]:
    """The reasons of every row with this verb, in order; rows without one are left out."""
    rows = tx.connection.execute(
        select(AuditRow.reason)
        .where(AuditRow.workspace == tx.workspace, AuditRow.verb == verb, AuditRow.reason.is_not(None))
        .order_by(AuditRow.seq)
    ).scalars()
    return [reason for reason in rows if reason is not None]


def names_nobody(tx: Tx, story: str) -> bool:
    """Whether any version is told with no name or role, or no version is left that could say."""
    namings = set(
        tx.connection.execute(
            select(VersionRow.naming).where(VersionRow.workspace == tx.workspace, VersionRow.story_id == story)
        ).scalars()
    )
    return not namings or Naming.NONE in namings


# ── does it hold? ─────────────────────────────────────────────────────────────────────────────────────────────────


def check(tx: Tx) -> Fault | None:
    """The first row that was altered, removed or put elsewhere; None where the chain holds from end to end."""
    known, end = _checkpoint(tx), head(tx)
    before = known
    forgotten: str | None = None
    for row in tx.connection.execute(
        select(*_CHAINED, AuditRow.hash).where(AuditRow.workspace == tx.workspace).order_by(AuditRow.seq)
    ):
        *told, its_hash = row
        if row.seq != before.seq + 1:
            return Fault(before.seq + 1, "removed")
        if hash_of([tx.workspace, *told]) != its_hash:
            return Fault(row.seq, "reordered" if _belongs_elsewhere(tx, told, its_hash) else "altered")
        if row.prev_hash != before.hash:
            # This row is as it was made: it remembers another hash than the row before it has now.
            return Fault(before.seq if before is not known else row.seq, "altered")
        if row.verb == FORGOTTEN:
            forgotten = row.reason
        before = Head(row.seq, its_hash)
    if end.seq != before.seq:
        return Fault(min(end.seq, before.seq) + 1, "removed")
    if end.hash != before.hash:
        return Fault(before.seq, "altered")
    if known.seq and forgotten != _answers_for(known):
        return Fault(known.seq, "removed")
    return None


def holds_head(tx: Tx, start: str) -> bool:
    """Whether some row, kept or answered for by a checkpoint, has a hash that begins so."""
    found = select(func.count()).select_from(AuditRow).where(AuditRow.workspace == tx.workspace)
    rows = tx.connection.execute(found.where(AuditRow.hash.startswith(start, autoescape=True))).scalar_one()
    return rows > 0 or (_checkpoint(tx).seq > 0 and _checkpoint(tx).hash.startswith(start))


def _belongs_elsewhere(tx: Tx, told: Sequence[Any], its_hash: str) -> bool:
    """Whether the row is whole but for its place: with another row's number it would be as it was made."""
    places = tx.connection.execute(select(AuditRow.seq).where(AuditRow.workspace == tx.workspace)).scalars()
    return any(hash_of([tx.workspace, place, *told[1:]]) == its_hash for place in places)


# ── whole months go when their time has come ──────────────────────────────────────────────────────────────────────


def to_forget(tx: Tx, before: datetime) -> int:
    """How many rows are older than this instant, from the start of the chain on."""
    through = _last_before(tx, before)
    first = _checkpoint(tx).seq
    return 0 if through is None else through - first


def forget_before(tx: Tx, before: datetime) -> int:
    """The rows at the start of the chain that are older than this instant are gone; returns how many.

    A checkpoint keeps the hash of the last of them, and a row at the end of the chain answers for the checkpoint.
    """
    through = _last_before(tx, before)
    if through is None:
        return 0
    last = tx.connection.execute(
        select(AuditRow.hash).where(AuditRow.workspace == tx.workspace, AuditRow.seq == through)
    ).scalar_one()
    kept = Head(through, last)
    record(tx, actor=SYSTEM, verb=FORGOTTEN, reason=_answers_for(kept), surface=Surface.SCHEDULER)
    tx.insert(AuditCheckpointRow, {"seq": kept.seq, "hash": kept.hash, "made_at": tx.now})
    gone = tx.connection.execute(delete(AuditRow).where(AuditRow.workspace == tx.workspace, AuditRow.seq <= through))
    return gone.rowcount


def _last_before(tx: Tx, before: datetime) -> int | None:
    """The last row of the unbroken stretch at the start of the chain that is older than this."""
    of_here = AuditRow.workspace == tx.workspace
    younger = tx.connection.execute(select(func.min(AuditRow.seq)).where(of_here, AuditRow.at >= before)).scalar_one()
    statement = select(func.max(AuditRow.seq)).where(of_here, AuditRow.at < before)
    if younger is not None:
        statement = statement.where(AuditRow.seq < younger)
    return tx.connection.execute(statement).scalar_one()


def _checkpoint(tx: Tx) -> Head:
    """The latest checkpoint; the beginning of the chain where nothing was ever deleted."""
    row = tx.connection.execute(
        select(AuditCheckpointRow.seq, AuditCheckpointRow.hash)
        .where(AuditCheckpointRow.workspace == tx.workspace)
        .order_by(AuditCheckpointRow.seq.desc())
        .limit(1)
    ).one_or_none()
    return Head(0, GENESIS) if row is None else Head(*row)


def _answers_for(kept: Head) -> str:
    return f"upto:{kept.seq}:{kept.short}"
