"""Stories that their teller keeps to themselves, as they are listed: until when, and what can be done with each.

Pure. Shared by `/story mine` and the home.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot import ids, kit
from bot.text import day, short_day
from storage.records import Draft


def rows(kept: Sequence[Draft], zone: ZoneInfo) -> list[kit.Block]:
    """Two blocks for each: "Kept to yourself, begun 3 June · deleted on Thursday 3 July", and its buttons."""
    made: list[kit.Block] = []
    for draft in kept:
        until = "" if draft.expires_at is None else f" · deleted on {day(draft.expires_at, zone)}"
        made.append(kit.section(f"Kept to yourself, begun {short_day(draft.started_at, zone)}{until}"))
        mine = f"{draft.id}:_places"
        made.append(kit.actions(kit.button("Carry on", ids.CARRY_ON, mine), kit.button("Delete", ids.DELETE, mine)))
    return made
