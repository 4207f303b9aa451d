"""A teller's own story as a line of `/story mine` and of their home, looked up; the words are `in_words.py`'s.

Reads only.
"""

from bot.story import in_words
from bot.story.policy import Policy
from storage import stories
from storage.database import Tx
from storage.records import Story


def own_line(tx: Tx, policy: Policy, story: Story) -> str:
    """ "31 · Two nights for one phone call · approved, Friday 6 June", for plain text."""
    n = story.approved_version or story.current_version
    places = stories.places(tx, story.id, n)
    return in_words.row(story, stories.title_of(tx, story), policy.zone, places=places)
