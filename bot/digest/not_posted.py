"""Editions whose message did not reach the channel: refused ones let their stories go, doubtful ones are looked for.

Where Slack has said no, another edition may carry the stories, and everything that said they were out is true again.
Where nobody knows, the message may stand: no other edition carries them, and it is looked for before it is sent. What
is missing in the thread of one that stands is tried again at each start, and before the next is made.
"""

from collections.abc import Sequence

from bot.digest import loading, messages, trail
from bot.story import tidings
from bot.story.policy import Policy
from storage import editions, outbox, sequels, stories, surfaces
from storage.database import Tx
from storage.records import Edition, EditionState, Op, Story


def let_go(tx: Tx, policy: Policy) -> int:
    """Every story in an edition that was refused is approved again and in none; returns how many that were."""
    moved = 0
    for edition in editions.failed_with_stories(tx, messages.EDITION):
        post = None if edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
        editions.let_go(tx, edition.id)
        sequels.let_go(tx, edition.id)
        for story_id, version in edition.entries:
            if stories.was_not_posted(tx, story_id, version):
                trail.note_not_posted(tx, story_id, version, reason="" if post is None else post.reason or "")
                tidings.refresh_cards(tx, policy, story_id)
                moved += 1
    return moved


def its_own(tx: Tx, policy: Policy, edition: Edition) -> Sequence[Story]:
    """What a refused edition was to show and the next could still carry, in order."""
    if edition.outbox_id is None:
        return []
    ready = stories.ready_for_digest(tx, policy.digest_channel)
    return [story for story in ready if edition.outbox_id in surfaces.showing(tx, story.id)]


def look_again(tx: Tx, policy: Policy) -> Edition | None:
    """The latest edition, put in line to be looked for if it is in doubt; None when it is not."""
    edition = editions.latest(tx, policy.digest_channel)
    post = None if edition is None or edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
    if edition is None or post is None or not outbox.is_in_doubt(post):
        return None
    shows = edition.entries
    if post.story_id is not None and post.version is not None:
        shows = ((post.story_id, post.version),)
    standing = [one for one in shows if loading.still_stands(tx, *one)]
    if not standing and edition.state is not EditionState.QUIET:
        return None  # taken back meanwhile: there is nothing that should stand there
    if not outbox.put_again(tx, post):
        return None
    messages.put_edition(tx, policy, edition, shows=standing, held=0, post=post.id)
    return edition


def thread_again(tx: Tx, policy: Policy) -> int:
    """What was given up of the latest edition's thread waits once more, in its order; returns how many posts."""
    edition = editions.latest(tx, policy.digest_channel)
    if edition is None or edition.outbox_id is None:
        return 0
    lost = [row for row in outbox.parked(tx) if row.op is Op.POST and row.thread == edition.outbox_id]
    return sum(outbox.put_again(tx, row) for row in lost)
