"""What the digest decides: which slot is due, what counts as late, when reviewers see a preview, what is read again.

Pure: the time, the plan and the settings come in as arguments. `service.py` acts on the answers.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.story.slots import latest_slot, slot_of, week_of
from bot.weekly import WeeklyTime

LATE: Final = timedelta(minutes=15)
"""An edition made later than this after its slot says so."""

PREVIEW_AT: Final = time(10)
MOST_NEXT: Final = 3
"""Earlier stories of which one edition tells what happened next."""


class Said(StrEnum):
    """What came of a press or a command. `blocks.line` has the sentence for each."""

    HELD = "held"
    PUT_BACK = "put_back"
    ONLY_REVIEWERS = "only_reviewers"
    NO_STORY = "no_story"
    ALREADY_HELD = "already_held"
    NOT_HELD = "not_held"
    HAS_GONE_OUT = "has_gone_out"
    NOT_COMING = "not_coming"
    POSTING = "posting"
    POSTING_AGAIN = "posting_again"
    LOOKING = "looking"
    WENT_OUT = "went_out"
    WAS_QUIET = "was_quiet"
    ALL_HELD = "all_held"
    NOTHING_TO_POST = "nothing_to_post"
    OUT_OF_DATE = "out_of_date"
    NOT_OPENED = "not_opened"


def due_slot(now: datetime, planned: datetime | None, at: WeeklyTime, zone: ZoneInfo) -> datetime | None:
    """The slot whose edition is to be made now; None when nothing that the bot had planned has come.

    After downtime it is the latest slot gone by. Where the weekly time was changed meanwhile, slots of the new time
    that went by were never planned: the latest of the old series is due, unless its own week has its new slot ahead.
    """
    if planned is None or planned > now:
        return None
    if slot_of(week_of(planned, zone), at, zone) == planned:
        return latest_slot(now, at, zone)
    local = planned.astimezone(zone)
    due = latest_slot(now, WeeklyTime(local.weekday(), local.hour, local.minute), zone)
    return None if slot_of(week_of(due, zone), at, zone) > now else due


def is_late(slot: datetime, now: datetime) -> bool:
    """Whether an edition of this slot that is made now has to say that it is late."""
    return now - slot > LATE


def preview_at(slot: datetime, zone: ZoneInfo) -> datetime:
    """When reviewers see the edition beforehand: 10am of the local day before its slot."""
    day_before = slot.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day_before, PREVIEW_AT, zone).astimezone(UTC)


def story_to_reread(
    posted: Sequence[str], reread_at: Mapping[str, datetime], *, last_carried: frozenset[str]
) -> str | None:
    """The story to show again in a quiet week, from ids in the order they were posted; None when there is none.

    Those never shown again come first, then the longest ago. Never what the channel saw last: neither the last story
    shown again nor one of the edition before this.
    """
    last = max(reread_at, key=lambda story_id: reread_at[story_id], default=None)
    choice = [story_id for story_id in posted if story_id != last and story_id not in last_carried]
    never = [story_id for story_id in choice if story_id not in reread_at]
    return next(iter(never), None) or min(choice, key=lambda story_id: reread_at[story_id], default=None)
