"""Cards that Slack would not post: put in line once more when that may help, so that no story waits without one.

Called when something else has reached the reviewers' channel, at start and each weekday, and when a reviewer asks. They
go to the channel that is the reviewers' by then; one that may stand in another is looked for there.
"""

from typing import Final

from bot.story import tidings
from bot.story.policy import Policy
from storage import outbox, sequels, stories
from storage.database import Tx
from storage.records import Op, OutboxRow, OutboxState, StoryStatus

_OF_THE_CHANNEL: Final = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", outbox.IN_DOUBT}
)
"""Reasons that have gone once anything else is let through; what is wrong with the card itself has not."""


def lost(tx: Tx, story_id: str | None = None) -> list[OutboxRow]:
    """Cards that were given up though what they show still waits for reviewers; of one story, if that is named."""
    parked = [row for row in outbox.parked(tx) if row.op is Op.POST and story_id in (None, row.story_id)]
    told = {(one.id, one.n) for one in sequels.waiting(tx)} if parked else set()
    return [row for row in parked if _waits(tx, row) or _told_waits(row, told)]


def put_again(tx: Tx, policy: Policy, story_id: str | None = None) -> int:
    """Put every card that was given up in line once more; returns how many."""
    here = tidings.channel(policy.review_channel)
    return sum(outbox.put_again(tx, row, to=here) for row in lost(tx, story_id))


def channel_works(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """This row has reached the reviewers' channel: whatever the channel alone kept from it may follow."""
    here = tidings.channel(policy.review_channel)
    if row.op is not Op.POST or row.state is not OutboxState.SENT or row.recipient != here:
        return
    for one in lost(tx):
        if one.reason in _OF_THE_CHANNEL and (one.recipient == here or not outbox.is_in_doubt(one)):
            outbox.put_again(tx, one, to=here)


def _waits(tx: Tx, row: OutboxRow) -> bool:
    if row.kind != tidings.CARD or row.story_id is None:
        return False
    story = stories.find(tx, row.story_id)
    return story is not None and story.status is StoryStatus.SUBMITTED and story.current_version == row.version


def _told_waits(row: OutboxRow, told: set[tuple[str, int]]) -> bool:
    return row.kind == tidings.SEQUEL_CARD and (row.args.get("sequel"), row.args.get("n")) in told
