"""Where somebody is in the story that they are telling, in words for their home.

Reads only. `rooms.py` hands it to the room that shows the home, since the rooms do not know each other.
"""

from collections.abc import Callable

from bot.intake.asking import place_words
from bot.intake.carrying import load
from bot.intake.dialogue import place_of
from bot.intake.shelf import Shelf
from storage import drafts
from storage.database import Tx


def where(shelf: Shelf) -> Callable[[Tx, str], str | None]:
    """Says of a teller (our id) where their open draft stands, "on question 3 of 8"; None where none is open."""

    def look(tx: Tx, teller_id: str) -> str | None:
        draft = drafts.find_open(tx, teller_id)
        if draft is None:
            return None
        return place_words(load(tx, shelf, draft), place_of(draft))

    return look
