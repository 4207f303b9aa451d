"""Messages of the bot that stand already: changed in place, tidied, or taken away.

What carries out a step (`carrying.py`) is one of these. Nothing is sent from here; nothing is rendered here.
"""

from typing import Final

from bot.pressed import Press
from bot.story import tidings
from storage import outbox
from storage.database import Tx
from storage.records import Draft, Message, Op, OutboxRow, OutboxState

QUESTION: Final = "question"
FOOT: Final = "foot"

Args = dict[str, str | int | bool | None]
"""What an outbox row carries for its renderer: ids and counts, never words."""


def is_lost(row: OutboxRow) -> bool:
    """Whether a message of a conversation was given up: nobody can press anything on it."""
    return row.op is Op.POST and row.ts is None and row.state in (OutboxState.PARKED, OutboxState.DROPPED)


class Tidier:
    """Changes and removes what stands in one teller's direct message; `pressed` is what led to that, if a press did."""

    def __init__(self, tx: Tx, draft: Draft, pressed: Press | None) -> None:
        self.tx, self.draft, self.pressed = tx, draft, pressed
        self.to = tidings.teller(draft.teller_id)

    def carrier_row(self) -> OutboxRow | None:
        """The message that carries the buttons, if there is one that stands or will.

        Where a foot was given up, that is what it was to stand in for: nobody has taken its buttons away.
        """
        row = None if self.draft.carrier_id is None else outbox.find(self.tx, self.draft.carrier_id)
        while row is not None and is_lost(row):
            before = row.args.get("before")
            row = outbox.find(self.tx, before) if isinstance(before, str) else None
        return row

    def pressed_row(self, kind: str) -> OutboxRow | None:
        """The message that was pressed, if it is of this kind."""
        pressed = self.pressed
        if pressed is None or pressed.message_ts is None:
            return None
        row = outbox.find_message(self.tx, pressed.channel, pressed.message_ts)
        return row if row is not None and row.kind == kind else None

    def update(self, row: OutboxRow, kind: str, args: Args, *, key: str | None = None) -> None:
        """Change a message in place, beside what is posted; through a press's own address where it was pressed."""
        pressed = self.pressed
        mine = pressed is not None and row.ts is not None and pressed.message_ts == row.ts
        outbox.enqueue(
            self.tx,
            Message(
                kind,
                self.to,
                op=Op.UPDATE,
                args=args,
                lane=tidings.beside(self.to),
                target=row.id,
                depends_on=row.id,
                key=key,
                response_url=pressed.response_url if pressed is not None and mine else None,
            ),
        )

    def tidy_away(self, row: OutboxRow, *, after: str) -> None:
        """Take the buttons from a message, or the message away if it was only a foot, once the newer one stands."""
        if row.state is OutboxState.QUEUED and outbox.drop_waiting(self.tx, row.id, "superseded"):
            self._tidy_before(row, after=after)
            return
        op = Op.DELETE if row.kind == FOOT else Op.UPDATE
        lane = tidings.tidy(self.to)
        outbox.enqueue(
            self.tx, Message(row.kind, self.to, op=op, args=row.args, lane=lane, target=row.id, depends_on=after)
        )

    def _tidy_before(self, dropped: OutboxRow, *, after: str | None = None) -> None:
        """A foot that will not be sent was to replace another message: that one is tidied away all the same."""
        before = dropped.args.get("before")
        row = outbox.find(self.tx, before) if isinstance(before, str) else None
        if row is not None:
            self.tidy_away(row, after=after or row.id)

    def remove(self, row: OutboxRow) -> None:
        """Take a message away, or never send it."""
        if row.state is OutboxState.QUEUED and outbox.drop_waiting(self.tx, row.id, "left"):
            self._tidy_before(row)
            return
        lane = tidings.tidy(self.to)
        outbox.enqueue(self.tx, Message(row.kind, self.to, op=Op.DELETE, lane=lane, target=row.id, depends_on=row.id))
