"""How a story stands, in the words in which its teller reads it: in `/story mine` and on their home.

Pure. Which rows are shown, and what can be pressed beside them, is each room's own.
"""

from typing import Final
from zoneinfo import ZoneInfo

from bot.text import cut, day, one_line, short_day
from storage.records import Story, StoryStatus

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


def state(story: Story, zone: ZoneInfo) -> str:
    """ "with reviewers since 3 June"; once it is approved, the day of its digest: "approved, Friday 6 June"."""
    if story.told_slot_at is not None and not story.held:
        slot = day(story.told_slot_at, zone)
        if story.status is StoryStatus.APPROVED:
            return f"approved, {slot}"
        if story.status is StoryStatus.POSTED:
            return f"in the digest of {slot}"
    return _STATES[story.status].format(day=short_day(story.changed_at, zone))


def row(story: Story, title: str | None, zone: ZoneInfo) -> str:
    """ "31 · Two nights for one phone call · with reviewers since 3 June", for plain text."""
    named = [str(story.number), *([cut(one_line(title), _TITLE)] if title else []), state(story, zone)]
    return " · ".join(named)
