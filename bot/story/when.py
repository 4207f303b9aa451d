"""Which digest a story would go out in, as things stand, and how that is said.

Reads the database and changes nothing. Review and intake tell people these dates; the digest room plans by them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from bot.story import clearing, slots
from bot.story.policy import Policy
from bot.text import day_and_time
from storage import editions, stories
from storage.database import Tx
from storage.records import Place, Story, StoryStatus

_MAY_STILL_GO: Final = (StoryStatus.SUBMITTED, StoryStatus.ASKED, StoryStatus.APPROVED)


def coming_slots(tx: Tx, policy: Policy) -> Iterator[datetime]:
    """Slots later than now whose week no edition has claimed, soonest first, without end."""
    slot = tx.now
    while True:
        slot = slots.next_slot(slot, policy.digest_at, policy.zone)
        if not editions.is_claimed(tx, policy.digest_channel, slots.week_of(slot, policy.zone)):
            yield slot


def coming_slot(tx: Tx, policy: Policy) -> datetime:
    """The slot of the next edition."""
    return next(coming_slots(tx, policy))


def expected_slot(tx: Tx, policy: Policy, story_id: str) -> datetime | None:
    """The slot at which an approved story goes out, or would if a waiting one were approved now.

    None when it may not go in the digest, is held, has been in one already, or was declined or removed; and where the
    last gate would leave it out as it stands.
    """
    story = stories.find(tx, story_id)
    if story is None or story.held or story.status not in _MAY_STILL_GO:
        return None
    version = story.approved_version or story.current_version
    if not stories.may_go_to(tx, story_id, version, Place.DIGEST) or editions.of_story(tx, story_id) is not None:
        return None
    if clearing.left(tx, story_id, version):
        return None
    place = (story.submitted_at, story.number)
    ready = stories.ready_for_digest(tx, policy.digest_channel)
    ahead = [other for other in ready if (other.submitted_at, other.number) < place]
    if len(ahead) >= slots.MOST_STORIES:  # one edition holds fewer however many of them are left out
        ahead = [other for other in ahead if _is_clean(tx, other)]
    return next(islice(coming_slots(tx, policy), len(ahead) // slots.MOST_STORIES, None))


def _is_clean(tx: Tx, story: Story) -> bool:
    return not clearing.left(tx, story.id, story.approved_version or story.current_version)


def expected_slots(tx: Tx, policy: Policy) -> Sequence[tuple[Story, datetime]]:
    """Every approved story that is on its way into a digest, in order, with its slot."""
    ready = [story for story in stories.ready_for_digest(tx, policy.digest_channel) if _is_clean(tx, story)]
    coming = coming_slots(tx, policy)
    planned: list[tuple[Story, datetime]] = []
    for first in range(0, len(ready), slots.MOST_STORIES):
        slot = next(coming)
        planned += [(story, slot) for story in ready[first : first + slots.MOST_STORIES]]
    return planned


def say_slot(policy: Policy, slot: datetime) -> str:
    """ "Friday 6 June, 10am UK time"."""
    return day_and_time(slot, policy.zone)
