"""What a message costs does not depend on how much has gone before; counted in SQLite's own steps, not in time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from storage import drafts, editions, outbox, tellers
from storage.database import Tx
from storage.records import DraftState, Fragment, Message
from storage.tables import DraftRow

MANY = 150


@contextmanager
def steps_of(tx: Tx, found: list[int]) -> Iterator[None]:
    """Counts the instructions that SQLite's machine executes meanwhile."""
    raw: Any = tx.connection.connection.dbapi_connection
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw.set_progress_handler(count, 1)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 1)
    found.append(steps)


def one_message(tx: Tx) -> None:
    """A message's whole way: put, found, claimed, marked, with what delivery and the doctor ask about the lane."""
    sent = outbox.enqueue(tx, Message("question", "channel:C1", story_id="s"))
    row = outbox.next_in_lane(tx, "channel:C1")
    assert row is not None and row.id == sent and outbox.claim(tx, sent)
    outbox.next_due(tx, "channel:C1")
    outbox.mark_sent(tx, row, channel="C1", ts=f"{row.seq}.0")
    outbox.waiting_lanes(tx)
    outbox.waiting(tx)
    outbox.parked(tx)
    outbox.find_message(tx, "C1", "1.0")


def test_a_message_costs_the_same_after_a_long_past(begin: Any) -> None:
    """Sending a message takes no more steps when its lane has sent hundreds before."""
    found: list[int] = []
    with begin() as tx:
        for _ in range(3):
            one_message(tx)
        with steps_of(tx, found):
            one_message(tx)
        for _ in range(MANY):
            one_message(tx)
        with steps_of(tx, found):
            one_message(tx)
    assert found[1] <= found[0] * 1.1


def test_a_flood_costs_the_same_message_by_message(begin: Any) -> None:
    """Putting a message takes no more steps when hundreds wait in its lane."""
    found: list[int] = []
    with begin() as tx:
        for put in range(MANY):
            if put in (3, MANY - 1):
                with steps_of(tx, found):
                    outbox.enqueue(tx, Message("question", "channel:C1"))
            outbox.enqueue(tx, Message("question", "channel:C1"))
    assert found[1] <= found[0] * 1.1


def questions_of_a_draft(tx: Tx, draft_id: str, teller_id: str, now: datetime) -> None:
    """What is asked about drafts for one message from a teller, and by the clock."""
    draft = drafts.find_open(tx, teller_id)
    assert draft is not None and draft.id == draft_id
    drafts.add_fragment(tx, Fragment("D1", "1.0", draft_id, "moment", "x"), client_msg_id="c")
    drafts.answers(tx, draft_id)
    drafts.fragments(tx, draft_id, "moment")
    tellers.story_of_draft(tx, draft_id)
    drafts.next_due(tx)
    drafts.due(tx, "nudge_at", now)
    drafts.due(tx, "expires_at", now)
    drafts.to_recover(tx)
    editions.of_story(tx, "none")


@pytest.mark.parametrize("theirs", [DraftState.SENT, DraftState.OPEN])
def test_a_draft_costs_the_same_beside_many(
    begin: Any, a_draft: Callable[..., Any], now: datetime, theirs: DraftState
) -> None:
    """A teller's message takes no more steps when hundreds of other drafts are there, ended or open."""
    found: list[int] = []
    with begin() as tx:
        draft = a_draft(tx, "U0")
        tx.connection.execute(update(DraftRow).values(nudge_at=now + timedelta(hours=1)))
        for others in (range(1, 4), range(4, MANY)):
            for n in others:
                other = a_draft(tx, f"U{n}")
                later = now + timedelta(hours=2) if theirs is DraftState.OPEN else None
                tx.connection.execute(
                    update(DraftRow)
                    .where(DraftRow.id == other.id)
                    .values(state=theirs, nudge_at=later, expires_at=later)
                )
            questions_of_a_draft(tx, draft.id, draft.teller_id, now)
            with steps_of(tx, found):
                questions_of_a_draft(tx, draft.id, draft.teller_id, now)
    assert found[1] <= found[0] * 1.1
