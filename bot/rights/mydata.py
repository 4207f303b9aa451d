"""`/story mydata`: whoever asks gets everything that is held about them, in their direct message and nowhere else.

The outbox says only that it is to be sent. What it says is read and put together at the moment of sending, in memory.
"""

from typing import Final

from bot.outgoing import Kind, Kinds, Rendered
from bot.rights import mydata_blocks as blocks
from bot.story import tidings
from bot.story.policy import Policy
from storage import audit, mydata, outbox, surfaces, tellers
from storage.audit import Surface
from storage.database import Tx
from storage.records import Message, Op, OutboxRow

SUMMARY: Final = "mydata"
"""To a teller: what there is."""
FILE: Final = "mydata_file"
"""To a teller: every word of it, as a file."""
PART: Final = "mydata_part"
"""To a teller: a piece of it as a message, where no file can be sent. args: part."""
VERB: Final = "mydata"


def work(tx: Tx, policy: Policy, user_id: str) -> Rendered:
    """What stands under this person's Slack id though they have told no story."""
    return blocks.work(mydata.signed_by(tx, user_id) | mydata.parked_of(tx, user_id))


def ask(tx: Tx, policy: Policy, user_id: str) -> bool:
    """Put what is held about this person in line for them; False when nothing is."""
    person = tellers.find_teller(tx, user_id)
    audit.record(tx, actor=audit.AUTHOR, verb=VERB, surface=Surface.COMMAND, reason="held" if person else "nothing")
    if person is None:
        return False
    to, minute = tidings.teller(person.id), tx.now.strftime("%Y%m%d%H%M")  # asked twice in a minute, sent once
    said = outbox.enqueue(tx, Message(SUMMARY, to, key=f"{SUMMARY}:{person.id}:{minute}"))
    key = f"{FILE}:{person.id}:{minute}"
    outbox.enqueue(tx, Message(FILE, to, op=Op.FILE, depends_on=said, key=key))
    return True


def _teller_of(row: OutboxRow) -> str:
    return row.recipient.partition(":")[2]


def _summary(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    teller_id = _teller_of(row)
    counted = mydata.signed_by(tx, tellers.get_teller(tx, teller_id).slack_user_id)
    return blocks.summary(policy, mydata.held_about(tx, teller_id), mydata.messages_to(tx, teller_id), tx.now, counted)


def _whole(tx: Tx, row: OutboxRow) -> str:
    teller_id = _teller_of(row)
    # The pieces must not count each other, or none would end where the next begins.
    counted = [one for one in mydata.messages_to(tx, teller_id) if one["kind"] not in (SUMMARY, FILE, PART)]
    return blocks.whole(mydata.held_about(tx, teller_id), counted, row.enqueued_at)


def _file(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.as_file(_whole(tx, row), tx.now)


def _part(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    return blocks.part(_whole(tx, row), int(row.args.get("part") or 0))


def _sent(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Note which stories it shows, so that taking one back finds this copy (one on its way is found by its lane)."""
    surfaces.show(tx, row.id, tellers.stories_of_teller(tx, _teller_of(row)))


def _part_sent(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    _sent(tx, policy, row)
    number = int(row.args.get("part") or 0) + 1
    if number < len(blocks.parts(_whole(tx, row))):
        _put_part(tx, row, number)


def _as_messages(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """No file can be sent here: the same, in as many messages as it takes."""
    _put_part(tx, row, 0)


def _put_part(tx: Tx, row: OutboxRow, number: int) -> None:
    outbox.enqueue(tx, Message(PART, row.recipient, args={"part": number}))


KINDS: Kinds = {
    SUMMARY: Kind(render=_summary),
    FILE: Kind(render=_file, sent=_sent, instead=_as_messages),
    PART: Kind(render=_part, sent=_part_sent),
}
