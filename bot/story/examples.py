"""How somebody answered a question: one answer of a story that colleagues may read, screened once more.

Reads only. Used by intake, to know whether there is one to offer, and by reading, which shows it.
"""

from bot.story import clearing
from bot.story.view import Example, view_of
from storage import published, tellers
from storage.books import Audience
from storage.database import Tx

_AT_ONCE = 20
"""Stories that are looked at in search of one that may be shown."""


def find(tx: Tx, prompt_id: str, *, teller_id: str | None, below: int | None = None) -> Example | None:
    """The latest answer to this question in a story below this number, never in one that this person told.

    Only what was typed is shown: what is chosen from a list says nothing that the list does not.
    """
    own = set() if teller_id is None else set(tellers.stories_of_teller(tx, teller_id))
    for number, story_id in published.answering(tx, Audience.STAFF, prompt_id, below=below, most=_AT_ONCE):
        one = None if story_id in own else published.find(tx, Audience.STAFF, number)
        if one is None or clearing.left(tx, story_id, one.version.n):
            continue
        answer = next(answer for answer in one.version.answers if answer.prompt_id == prompt_id)
        if not answer.choices:
            heading = view_of(number, one.version).heading
            return Example(prompt_id, number, heading, answer.wording, answer.value)
    return None


def another(tx: Tx, prompt_id: str, *, teller_id: str | None, after: int) -> Example | None:
    """The answer that comes after the one of story `after`; after the last, the first again."""
    following = find(tx, prompt_id, teller_id=teller_id, below=after) if after else None
    return following or find(tx, prompt_id, teller_id=teller_id)
