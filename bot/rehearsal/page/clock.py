"""Moving the workspace's time on, and saying in words what that set off.

It knows the bot by its words only, as scenes do: whatever it does not recognise is quoted. The page asks.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from bot.rehearsal.acting.shown import readable, readable_blocks
from bot.rehearsal.scenes.play import NOTICED, ZONE
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import Change

QUIET: Final = 0.7
"""Seconds without a word of the bot after which the moment is over."""
LONGEST: Final = 6.0
FRIDAY: Final = 4
DIGEST_HOUR: Final = 10

_KNOWN: Final = (
    # who hears it, what it begins with or says, what it is
    ("im", r"Carry on, or delete it\? I won't ask again", "Nudge sent to {who}."),
    ("im", r"unfinished (story|changes) (is|are) deleted", "{who}'s unfinished story was deleted, as announced."),
    ("im", r"^Story (\d+) is in this week's digest", "{who} was told that story {1} is in the digest."),
    ("im", r"^I was offline", "{who} was told that the bot was away."),
    ("channel", r"^This week's stor(?:y|ies)\b", "Digest posted in {where}."),
    ("channel", r"^No new stories this week", "A quiet week was said in {where}."),
    ("group", r"^Tomorrow's digest", "Preview of the digest posted in {where}."),
    ("group", r"^No digest this week", "No digest this week: said in {where}."),
    ("group", r"^Digest posted", "Reviewers were told that the digest is out."),
)


def _next_friday(now: datetime) -> datetime:
    """The next Friday at ten in the workspace's zone, later than now."""
    there = now.astimezone(ZONE)
    slot = there.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    slot += timedelta(days=(FRIDAY - there.weekday()) % 7)
    return slot if slot > there else slot + timedelta(days=7)


def _later(days: int) -> Callable[[datetime], datetime]:
    return lambda now: now.astimezone(ZONE) + timedelta(days=days)  # by the calendar: the same time of day


MOVES: Final[Mapping[str, Callable[[datetime], datetime]]] = MappingProxyType(
    {"friday": _next_friday, "week": _later(7), "fortnight": _later(14)}
)
BACK: Final = "now"


async def move(rehearsal: Rehearsal, how: str, *, moved: Callable[[], None]) -> list[str]:
    """The time has moved; returns what the bot said within the next moments, in order.

    `how` as in `MOVES`, or BACK; `moved` is called as soon as it is that time.
    """
    heard: list[Change] = []
    news = asyncio.Event()

    def note(change: Change) -> None:
        if change.by == rehearsal.workspace.bot.id and change.kind == "posted":
            heard.append(change)
            news.set()

    stop = rehearsal.workspace.listen(note)
    try:
        clock = rehearsal.clock
        if how == BACK:
            clock.advance(-clock.offset)
        else:
            clock.set(MOVES[how](clock.now()))
        moved()
        if rehearsal.hub.connections:
            await asyncio.sleep(NOTICED)  # the bot tells nobody that it has looked at its clock
            await _until_quiet(news)
    finally:
        stop()
    return list(dict.fromkeys(words for change in heard if (words := _in_words(rehearsal, change))))


async def _until_quiet(news: asyncio.Event) -> None:
    """Returns once nothing has been said for a moment, or it has gone on for long."""
    try:
        async with asyncio.timeout(LONGEST):
            while True:
                news.clear()
                async with asyncio.timeout(QUIET):
                    await news.wait()
    except TimeoutError:
        return


def _in_words(rehearsal: Rehearsal, change: Change) -> str:
    """Returns what a message of the bot was; nothing for what belongs to another, such as a reply in a thread."""
    post = change.post
    if post is None or post.is_reply:
        return ""
    workspace = rehearsal.workspace
    channel = workspace.conversations[post.channel]
    names = rehearsal.person(workspace.bot.id).name
    shown = readable_blocks(post.blocks, {}, names) if post.blocks else readable(post.text, names)
    who, where = workspace.directory.name_of(channel.user or "").partition(" ")[0], f"#{channel.name}"
    for kind, pattern, words in _KNOWN:
        if kind == channel.kind and (found := re.search(pattern, shown)):
            return words.format(found[0], *found.groups(), who=who, where=where)
    first = shown.partition("\n")[0]
    quoted = first if len(first) <= 80 else f"{first[:79].rstrip()}…"
    return f"{'To ' + who if channel.kind == 'im' else 'In ' + where}: {quoted}"
