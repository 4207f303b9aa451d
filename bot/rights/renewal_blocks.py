"""What is said when a published story comes to its review: the question, what was answered, and what follows.

Pure. The title is its teller's own words, so it stands in plain text only.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot import ids, kit
from bot.outgoing import Rendered
from bot.text import day, escape, month_and_year

TOO_LATE: Final = "That has been answered, or its time is over. /story mine shows where each story may be shown."


def plain(sentence: str) -> Rendered:
    """One sentence of ours."""
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def question(
    number: int, story_id: str, *, title: str | None, since: datetime, answer_by: datetime, zone: ZoneInfo
) -> Rendered:
    """To the teller: may it stay?"""
    sentence = f"Story {number} has been shown since {month_and_year(since.astimezone(zone))}. May it stay?"
    named = [kit.rich(kit.words(title, bold=True))] if title else []
    otherwise = (
        f"If I don't hear from you by {day(answer_by, zone)}, it is shown nowhere any more. You needn't give a reason."
    )
    sure = kit.confirm("Take it back?", f"Take story {number} back? It can't be undone.", "Take it back", "Keep it")
    buttons = kit.actions(
        kit.button("Yes, it may stay", ids.KEEP_SHOWN, story_id, style="primary"),
        kit.button("Change permission", ids.CHANGE_PERMISSION, story_id),
        kit.button("Take it back", ids.TAKE_BACK, story_id, style="danger", confirm=sure),
    )
    return Rendered(sentence, [kit.section(sentence), *named, kit.section(otherwise), buttons])


def kept(number: int) -> Rendered:
    """In place of the question, once it is answered."""
    return plain(f"Story {number} may stay where it is. You can change that at any time: {ids.COMMAND} mine")


def shown_nowhere(number: int) -> Rendered:
    """In place of the question, once there is nothing to ask about."""
    return plain(f"Story {number} is shown nowhere any more.")


def lapsed(number: int) -> Rendered:
    """To the teller, once the time to answer is over."""
    return plain(
        f"I didn't hear from you about story {number}, so it is shown nowhere any more. To allow it again: "
        f"{ids.COMMAND} mine. To have it deleted: {ids.COMMAND} withdraw {number}"
    )


def nobody_to_ask(number: int, *, since: datetime, answer_by: datetime, zone: ZoneInfo) -> Rendered:
    """To reviewers: a story whose teller is not known any more."""
    return plain(
        f"Story {number} has been shown since {month_and_year(since.astimezone(zone))}, and it is no longer known who "
        f"told it, so nobody can be asked whether it may stay. After {day(answer_by, zone)} it is shown nowhere."
    )
