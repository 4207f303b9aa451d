"""What time does to drafts: one nudge, then expiry. Both are columns, so a restart forgets neither.

Chores for the scheduler: each does what is due in one transaction and says when to look next.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.intake import sending
from bot.intake.dialogue import (
    place_of,
)
from bot.intake.tidying import FOOT
from bot.story import tidings
from bot.story.policy import Policy
from storage import drafts, outbox
from storage.database import Tx
from storage.records import DraftState, Message, Op, Purpose

NUDGE: Final = "nudge"
EXPIRED: Final = "expired"


def wake(tx: Tx, policy: Policy) -> datetime | None:
    """Nudge and expire what is due; returns when the next draft is."""
    for draft in drafts.due(tx, "expires_at", tx.now):
        if draft.state in (DraftState.OPEN, DraftState.KEPT):
            sending.expire(tx, draft, EXPIRED)
        else:
            drafts.save(tx, replace(draft, nudge_at=None, expires_at=None))
    for draft in drafts.due(tx, "nudge_at", tx.now):
        if draft.state is DraftState.OPEN and draft.purpose is not Purpose.ANSWER:
            to = tidings.teller(draft.teller_id)
            place = place_of(draft)
            nudge_id = outbox.enqueue(
                tx, Message(NUDGE, to, args={"draft": draft.id, "place": place}, key=f"nudge:{draft.id}")
            )
            if draft.carrier_id is not None:
                _rest_carrier(tx, to, draft.carrier_id, nudge_id)
            drafts.save(tx, replace(draft, nudge_at=None, paused=True, carrier_id=nudge_id))
        else:
            drafts.save(tx, replace(draft, nudge_at=None))
    return drafts.next_due(tx)


def _rest_carrier(tx: Tx, to: str, carrier_id: str, nudge_id: str) -> None:
    """The message that carried the buttons loses them: the nudge has its own."""
    row = outbox.find(tx, carrier_id)
    if row is not None and not outbox.drop_waiting(tx, row.id, "superseded"):
        lane = tidings.tidy(to)
        op = Op.DELETE if row.kind == FOOT else Op.UPDATE
        message = Message(row.kind, to, op=op, args=row.args, target=row.id, depends_on=nudge_id, lane=lane)
        outbox.enqueue(tx, message)
