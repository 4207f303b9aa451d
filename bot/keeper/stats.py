"""`altogether stats` and `/story stats`: how the work goes, week by week, in numbers in which nobody can be found.

Reads only. A number from one to four says "fewer than 5": so few could be somebody.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import dropwhile
from typing import Final

from bot import ids, kit
from bot.commands import Call, Command, Commands
from bot.edge import Edge
from bot.intake.script import Script
from bot.keeper.records import reading
from bot.outgoing import Rendered
from bot.settings import Settings
from bot.story.policy import Policy
from bot.text import count, short_day
from storage import stats
from storage.database import Tx

WEEKS: Final = 8
FEW: Final = 5


def few(number: int) -> str:
    """The number; from one to four, that it is fewer than five."""
    return f"fewer than {FEW}" if 0 < number < FEW else f"{number:,}"


def report(tx: Tx, policy: Policy, script: Script) -> str:
    """The last eight weeks, from the first in which anything was done; the script says what its prompts are called."""
    labels = {prompt.id: prompt.label for prompt in script.prompts}
    monday = _monday(tx.now, policy)
    since = monday - (WEEKS - 1) * stats.WEEK
    rows = [("week from", "started", "sent", "decided")]
    *before, this_week = stats.weeks(tx, since, WEEKS)
    for week in (*dropwhile(_is_empty, before), this_week):
        begins = short_day(week.begins_at, policy.zone)
        rows.append((begins, few(week.started), few(week.sent), few(week.decided)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*table, "", _waiting(stats.waits(tx, since)), *_stops(stats.stops(tx, since), labels)])


def _is_empty(week: stats.Week) -> bool:
    return not (week.started or week.sent or week.decided)


def report_stats(settings: Settings, script: Script) -> str:
    """What `altogether stats` prints. Raises as `records.reading` does."""
    return reading(settings, lambda tx, policy: report(tx, policy, script))


def commands(script: Callable[[], Script]) -> Commands:
    """`/story stats`, for reviewers."""

    async def show(edge: Edge, call: Call) -> Rendered:
        lines = await edge.read(lambda tx, policy: report(tx, policy, script()))
        shown = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [kit.words(lines)]}]}
        return Rendered("The last eight weeks in numbers.", [shown])

    return {"stats": Command(show, f"{ids.COMMAND} stats", reviewers_only=True, denied="see the numbers")}


def _monday(now: datetime, policy: Policy) -> datetime:
    local = now.astimezone(policy.zone)
    start = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(now.tzinfo)


def _waiting(waits: Sequence[timedelta]) -> str:
    if len(waits) < FEW:
        return f"Waiting: fewer than {FEW} stories were decided, so nothing is said of how long they waited."
    middle, longest = waits[len(waits) // 2], waits[-1]
    return f"Waiting for a decision: {_hours(middle)} in the middle, {_hours(longest)} at the longest."


def _hours(wait: timedelta) -> str:
    hours = int(wait / timedelta(hours=1))
    return count(hours, "hour") if hours < 48 else count(hours // 24, "day")


def _stops(stops: Sequence[tuple[str, int]], labels: Mapping[str, str]) -> list[str]:
    """Where unsent stories rest or ended; places with fewer than five are one line together."""
    told = [f"  {labels.get(prompt, prompt)}: {number:,}" for prompt, number in stops if number >= FEW]
    rest = sum(number for _, number in stops if number < FEW)
    if not stops:
        return ["Nobody has stopped on the way."]
    others = [f"  elsewhere: {few(rest)}"] if rest else []
    return ["Where tellers stop before sending:", *told, *others]
