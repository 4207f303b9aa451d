"""What is to be done next in a lane, read in one transaction: the row, where it goes, and how it reads right now.

Reads only; nothing here calls Slack or writes. Gate and rendering run here, so an errand is fresh for one call: whoever
has waited in between asks again. `sending.py` is the only caller.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.outgoing import Kind, Kinds, Rendered
from bot.story.policy import Policy
from storage import outbox, tellers
from storage.database import Tx
from storage.errors import is_unavailable
from storage.records import Op, OutboxRow, OutboxState, Teller

log = logging.getLogger(__name__)

TIDY: Final = "tidy:"
TIDY_FOR: Final = timedelta(minutes=10)
"""Tidying that could not be done for so long is left: by then the conversation has moved on."""
NOTHING_TO_SAY: Final = "nothing_to_say"
"""Why a row is dropped that reads as nothing when its turn comes."""
_WAITING: Final = (OutboxState.QUEUED, OutboxState.SENDING)
_ON_A_MESSAGE: Final = (Op.UPDATE, Op.DELETE, Op.PERMALINK)
_RENDERED: Final = (Op.POST, Op.UPDATE, Op.WHISPER, Op.FILE)


@dataclass(slots=True)
class Errand:
    """A row and all it takes to send it. `closed` says why it is not to be said, `impossible` why it cannot be.

    Filled in here, step by step; nobody changes it once `next_errand` has returned it.
    """

    row: OutboxRow
    kind: Kind
    channel: str | None = None
    """None: the direct message with `teller` is still to be opened (or only the response_url leads there)."""
    teller: Teller | None = None
    person: str | None = None
    thread_ts: str | None = None
    target_ts: str | None = None
    target_comes: bool = False
    """The message that the response_url leads to has not been marked as sent yet, so its `ts` is still to come."""
    rendered: Rendered | None = None
    closed: str | None = None
    impossible: str | None = None

    @property
    def tidying(self) -> bool:
        """Whether everything works without it."""
        return self.row.lane.startswith(TIDY)

    @property
    def is_direct(self) -> bool:
        """Whether one person alone reads it."""
        return self.teller is not None or (self.channel or "").startswith("D")


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is due; the earliest row of the lane is at `due_at`, if there is one."""

    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waits:
    """The lane's next row waits for another: until woken, until `due_at`, or (not `woken`) for a moment."""

    row: OutboxRow
    due_at: datetime | None
    woken: bool


class TooHeavy:
    """To render this may take longer than the event loop can be held up."""


TOO_HEAVY: Final = TooHeavy()


def next_errand(
    tx: Tx, policy: Policy, *, kinds: Kinds, lane: str, light: bool = False
) -> Errand | Nothing | Waits | TooHeavy:
    """Returns what the lane is to do now; where only what is `light` may be rendered, perhaps TooHeavy."""
    row = outbox.next_in_lane(tx, lane)
    return Nothing(outbox.next_due(tx, lane)) if row is None else _next(tx, policy, kinds, row, light=light)


def _next(tx: Tx, policy: Policy, kinds: Kinds, row: OutboxRow, *, light: bool) -> Errand | Waits | TooHeavy:
    """The errand of this row, or of the one that it waits for, or that there is nothing for it but to wait."""
    kind = kinds.get(row.kind, Kind())
    others = _others(tx, row)
    for name, other in others.items():
        if name == "target" and (row.op not in _ON_A_MESSAGE or row.response_url):
            continue  # the response_url leads to the message; its own row may not even be marked sent yet
        if other is None or other.state is OutboxState.SENT:
            continue
        if other.reason == NOTHING_TO_SAY and name == "depends_on" and _tidies_another(row):
            continue  # what was to stand in its place had been overtaken when its turn came: the old one goes too
        if other.state not in _WAITING:
            return Errand(row, kind, closed="dependency")
        if other.due_at > tx.now:
            return Waits(row, other.due_at, woken=False)
        if other.lane != row.lane:
            return Waits(row, None, woken=name == "depends_on")
        if row.state is OutboxState.SENDING:
            return Errand(row, kind, closed="dependency")  # begun before what it speaks of, in the one lane: no way out
        # It was put behind what waits for it, and goes first all the same.
        return _next(tx, policy, kinds, other, light=light)
    errand = _placed(tx, Errand(row, kind), others)
    if errand.impossible or errand.closed:
        return errand
    if errand.tidying and tx.now - max(row.enqueued_at, row.due_at) > TIDY_FOR:
        errand.closed = "too_old"
        return errand
    return TOO_HEAVY if light and row.op in _RENDERED and not kind.light else _said(tx, policy, errand)


def _tidies_another(row: OutboxRow) -> bool:
    """Whether it tidies away a message, once another stands in its place."""
    return row.lane.startswith(TIDY) and row.op in _ON_A_MESSAGE and row.target != row.depends_on


def _placed(tx: Tx, errand: Errand, others: Mapping[str, OutboxRow | None]) -> Errand:
    """The errand with the place in Slack where it happens."""
    row = errand.row
    if row.op in _ON_A_MESSAGE:
        target = others["target"]
        if target is not None and target.channel and target.ts:
            errand.channel, errand.target_ts = target.channel, target.ts
        elif row.response_url and row.op is Op.UPDATE:
            errand.target_comes = target is not None and target.state in _WAITING
        else:
            errand.closed = "no_target"
        return errand
    sort, _, name = row.recipient.partition(":")
    thread = others["thread"]
    if row.thread is not None and (thread is None or thread.ts is None):
        errand.closed = "dependency"
        return errand
    errand.person, errand.thread_ts = row.person, row.thread_ts if thread is None else thread.ts
    if sort == "channel" and name:
        errand.channel = name
    elif sort not in ("teller", "author"):
        errand.impossible = "unknown_recipient"
    elif (teller := tellers.find_author(tx, name) if sort == "author" else _teller(tx, name)) is None:
        errand.impossible = f"no_{sort}"
    else:
        errand.teller, errand.channel = teller, teller.dm_channel
        errand.person = row.person or teller.slack_user_id
    return errand


def _said(tx: Tx, policy: Policy, errand: Errand) -> Errand:
    """The errand with its words, or with the reason why they are not said."""
    row, kind = errand.row, errand.kind
    if row.op not in _RENDERED:
        return errand  # no words leave: a gate that has closed on a message must not keep it from being deleted
    try:
        errand.closed = None if kind.gate is None else kind.gate(tx, policy, row)
        if errand.closed is None and kind.render is None:
            errand.impossible = "unknown_kind"
        elif errand.closed is None and kind.render is not None:
            errand.rendered = kind.render(tx, policy, row)
            errand.closed = NOTHING_TO_SAY if errand.rendered is None else None
    except Exception as error:
        if is_unavailable(error):
            raise
        # A room's own mistake must not stand in the way of the lane; the keeper sees which it was.
        log.error("cannot render kind=%s id=%s", row.kind, row.id, exc_info=error)
        errand.impossible = f"rendering_{type(error).__name__}"
    return errand


def _others(tx: Tx, row: OutboxRow) -> dict[str, OutboxRow | None]:
    """The rows that this one names, each read once; often one row is named twice."""
    read: dict[str | None, OutboxRow | None] = {None: None}
    for outbox_id in (row.depends_on, row.target, row.thread):
        if outbox_id is not None and outbox_id not in read:
            read[outbox_id] = outbox.find(tx, outbox_id)
    return {"depends_on": read[row.depends_on], "target": read[row.target], "thread": read[row.thread]}


def _teller(tx: Tx, teller_id: str) -> Teller | None:
    try:
        return tellers.get_teller(tx, teller_id)
    except LookupError:
        return None  # deleted since: the caller parks the message with that reason
