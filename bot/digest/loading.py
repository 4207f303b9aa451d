"""What the digest reads before it speaks: stories as readers see them, and whether they may still be shown.

Changes nothing. Used by the services, which plan, and by the renderers, which run at the moment of sending.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice

from bot import text
from bot.digest.blocks import heading, late_line
from bot.digest.preview_blocks import Preview, Row, WeekCounts, line
from bot.digest.rules import MOST_NEXT, Said
from bot.story import clearing
from bot.story.next_told import readable
from bot.story.policy import Policy
from bot.story.slots import MOST_STORIES, week_of
from bot.story.view import StoryView, view_of
from bot.story.when import coming_slot, say_slot
from storage import decisions, editions, sequels, stories
from storage.database import Tx
from storage.records import Edition, EditionState, Place, Story, StoryStatus, Verb
from storage.told_next import Sequel, SequelState


def view(tx: Tx, story_id: str, version: int) -> StoryView:
    """A version as readers see it."""
    return view_of(stories.get(tx, story_id).number, stories.version(tx, story_id, version))


def still_stands(tx: Tx, story_id: str, version: int) -> bool:
    """Whether a story in an edition may be shown there: posted, at the approved version, permitted, and clean."""
    story = stories.find(tx, story_id)
    return (
        story is not None
        and story.status is StoryStatus.POSTED
        and story.approved_version == version
        and stories.may_go_to(tx, story_id, version, Place.DIGEST)
        and not clearing.left(tx, story_id, version)
    )


def left_out(tx: Tx, policy: Policy) -> list[Story]:
    """Stories that would be in the next edition, but for what the screen finds in them."""
    ready = stories.ready_for_digest(tx, policy.digest_channel)
    return [story for story in ready if not _is_clean(tx, story)]


def _is_clean(tx: Tx, story: Story) -> bool:
    return not clearing.left(tx, story.id, story.approved_version or story.current_version)


def standing(tx: Tx, edition: Edition) -> list[StoryView]:
    """The stories of an edition that may still be shown, in order."""
    return [view(tx, story_id, version) for story_id, version in edition.entries if still_stands(tx, story_id, version)]


def next_told(tx: Tx, edition: Edition) -> list[StoryView]:
    """Earlier stories of which this edition tells what happened next, as far as both may still be shown, in order."""
    told = sequels.of_edition(tx, edition.id)
    return [found[0] for found in (next_of(tx, one.story_id) for one in told) if found is not None]


def to_tell_of(tx: Tx, new: Collection[str]) -> list[Sequel]:
    """What happened next in a few earlier stories, for an edition whose own are `new`: the earliest approved first."""
    ready = (one for one in sequels.untold(tx) if one.story_id not in new and next_of(tx, one.story_id) is not None)
    return list(islice(ready, MOST_NEXT))


def next_of(tx: Tx, story_id: str) -> tuple[StoryView, Sequel, str] | None:
    """A story that stands in a digest, and what happened next in it with its words, as far as both may be shown."""
    story, one = stories.find(tx, story_id), sequels.find(tx, story_id)
    words = readable(one) if one is not None and one.state is SequelState.APPROVED else None
    if story is None or one is None or words is None or story.approved_version is None:
        return None
    if not still_stands(tx, story_id, story.approved_version):
        return None
    return view(tx, story_id, story.approved_version), one, words


def went_out_at(edition: Edition) -> datetime:
    """When an edition went out as people would say it: its slot, unless it was late or posted by hand."""
    return edition.made_at if edition.late or edition.manual else edition.slot_at


def say_late(policy: Policy, edition: Edition) -> str | None:
    """What a late edition says of itself."""
    if not edition.late:
        return None
    away = edition.offline_from is not None and edition.offline_from < edition.slot_at
    return late_line(slot=edition.slot_at, made_at=edition.made_at, offline=away, zone=policy.zone)


def what_it_holds(tx: Tx, edition: Edition) -> str:
    """ "3 stories"; or what a week without new ones got."""
    if edition.state is EditionState.REREAD:
        return "an earlier story again"
    if edition.state is EditionState.QUIET:
        return "no new stories"
    return text.count(len(standing(tx, edition)), "story", "stories")


def sentence(tx: Tx, policy: Policy, said: Said, *, story_id: str | None = None, edition: Edition | None = None) -> str:
    """The line that tells a person what came of a press or a command."""
    story = None if story_id is None else stories.find(tx, story_id)
    facts = {"channel": policy.digest_name, "next": say_slot(policy, coming_slot(tx, policy))}
    if story is not None:
        facts |= {"number": str(story.number), "name": held_by(tx, policy, story.id)}
    if edition is not None:
        had_not = said in (Said.POSTING_AGAIN, Said.LOOKING)
        when = edition.slot_at if had_not else went_out_at(edition)
        facts |= {"day": say_slot(policy, when), "stories": what_it_holds(tx, edition)}
    return line(said, facts)


def coming(tx: Tx, policy: Policy) -> tuple[Sequence[Story], Sequence[Story], int]:
    """Stories of the next edition, those held, and how many are left for the one after."""
    ready = stories.ready_for_digest(tx, policy.digest_channel, with_held=True)
    going = [story for story in ready if not story.held and _is_clean(tx, story)]
    held = [story for story in ready if story.held]
    return going[:MOST_STORIES], held, max(0, len(going) - MOST_STORIES)


def preview(tx: Tx, policy: Policy, slot: datetime) -> Preview:
    """The edition of this slot as it stands."""
    edition = editions.find(tx, policy.digest_channel, week_of(slot, policy.zone))
    if edition is not None and not editions.failed(tx, edition):
        return Preview(slot, policy.digest_name, policy.zone, made=edition.state)
    if tx.now >= slot:
        return Preview(slot, policy.digest_name, policy.zone, missed=True)
    going, held, more = coming(tx, policy)
    return Preview(
        slot,
        policy.digest_name,
        policy.zone,
        rows=[_row(tx, policy, story) for story in going],
        held=[_row(tx, policy, story) for story in held],
        more=more,
        next_told=_numbers(tx, to_tell_of(tx, {story.id for story in going})) if going else (),
        stories=[story.id for story in (*going, *held)],
    )


def _numbers(tx: Tx, told: Sequence[Sequel]) -> tuple[int, ...]:
    return tuple(stories.get(tx, one.story_id).number for one in told)


def held_by(tx: Tx, policy: Policy, story_id: str) -> str:
    """What to call the reviewer who holds a story."""
    holds = [decision for decision in decisions.of_story(tx, story_id) if decision.verb is Verb.HOLD]
    return policy.name_of(holds[-1].reviewer if holds else "")


def week_counts(tx: Tx, until: datetime) -> WeekCounts:
    """What happened in the seven days before an edition was made."""
    since = until - timedelta(days=7)
    waiting, oldest = stories.queue(tx)
    return WeekCounts(
        sent=stories.sent_within(tx, since, until),
        approved=decisions.count_since(tx, Verb.APPROVE, since),
        declined=decisions.count_since(tx, Verb.DECLINE, since),
        waiting=waiting,
        oldest=None if oldest is None else text.waited(oldest, tx.now),
    )


def _row(tx: Tx, policy: Policy, story: Story) -> Row:
    version = story.approved_version or story.current_version
    return Row(
        story.number,
        heading(view(tx, story.id, version)),
        f"{story.id}:{version}",
        held_by=held_by(tx, policy, story.id) if story.held else None,
    )
