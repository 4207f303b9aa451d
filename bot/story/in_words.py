"""How a story stands, in the words in which its teller reads it: in `/story mine` and on their home.

Pure. Which rows are shown, and what can be pressed beside them, is each room's own.
"""

from collections.abc import Collection
from typing import Final
from zoneinfo import ZoneInfo

from bot.text import cut, day, one_line, short_day
from storage.records import Place, Story, StoryStatus

_STATES: Final = {
    StoryStatus.SUBMITTED: "with reviewers since {day}",
    StoryStatus.ASKED: "a reviewer has a question for you, since {day}",
    StoryStatus.APPROVED: "approved on {day}",
    StoryStatus.DECLINED: "handed back to you on {day}",
    StoryStatus.POSTED: "in the digest",
    StoryStatus.REMOVED: "deleted",
    StoryStatus.WITHDRAWN: "taken back",
}
_TITLE: Final = 100


def state(story: Story, zone: ZoneInfo, *, places: Collection[Place] = frozenset(Place)) -> str:
    """ "with reviewers since 3 June"; once it is approved, the day of its digest: "approved, Friday 6 June".

    `places`: where what was approved may be shown now; a permission may be changed, and lapse.
    """
    if story.status in (StoryStatus.APPROVED, StoryStatus.POSTED) and not places:
        return "shown nowhere now"
    if story.told_slot_at is not None and not story.held:
        slot = day(story.told_slot_at, zone)
        if story.status is StoryStatus.APPROVED:
            return f"approved, {slot}"
        if story.status is StoryStatus.POSTED:
            return f"in the digest of {slot}" if Place.DIGEST in places else f"no longer in the digest of {slot}"
    return _STATES[story.status].format(day=short_day(story.changed_at, zone))


def row(story: Story, title: str | None, zone: ZoneInfo, *, places: Collection[Place] = frozenset(Place)) -> str:
    """ "31 · Two nights for one phone call · with reviewers since 3 June", for plain text; `places` as for `state`."""
    stands = state(story, zone, places=places)
    named = [str(story.number), *([cut(one_line(title), _TITLE)] if title else []), stands]
    return " · ".join(named)
