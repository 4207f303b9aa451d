"""`/story mine`: one's own stories, how each stands, and what its teller can do about it.

Pure. A story's line, which says how it stands, is shared with the home (`bot/story/own_line.py`).
"""

from collections.abc import Sequence

from bot import ids, kit
from bot.outgoing import Rendered
from bot.story import kept_to_oneself
from bot.story.policy import Policy
from bot.story.taking_back import take_back_button
from bot.story.view import WHAT_NEXT
from bot.text import count, escape
from storage.records import Draft, Story, StoryStatus

_MOST_KEPT = 4
_SHOWN = frozenset({StoryStatus.SUBMITTED, StoryStatus.ASKED, StoryStatus.APPROVED, StoryStatus.POSTED})


def mine_doors(story: Story) -> list[kit.Element]:
    """What its teller can do about a story, beside reading it."""
    if story.status in (StoryStatus.REMOVED, StoryStatus.WITHDRAWN):
        return []
    back = take_back_button(story.id, story.number)
    if story.status not in _SHOWN:
        return [back]
    more = [kit.button(WHAT_NEXT, ids.SEQUEL_TELL, story.id)] if story.approved_version is not None else []
    return [back, kit.button("Change permission", ids.CHANGE_PERMISSION, story.id), *more]


def mine(policy: Policy, rows: Sequence[tuple[Story, str]], *, writing: bool, kept: Sequence[Draft] = ()) -> Rendered:
    """`/story mine`: each story's line; then what is kept to oneself. What is deleted is not listed."""
    rows = [(story, said) for story, said in rows if story.status is not StoryStatus.REMOVED]
    if not rows and not kept:
        sentence = (
            f"You're in the middle of a story. To carry on, type {ids.COMMAND}"
            if writing
            else f"You haven't sent a story. Type {ids.COMMAND} to start."
        )
        return Rendered(escape(sentence), [kit.section(escape(sentence))])
    blocks: list[kit.Block] = []
    for story, said in rows[:20]:
        if story.status is StoryStatus.WITHDRAWN:  # its words are gone, so there is nothing to see
            blocks.append(kit.section(escape(said)))
        else:
            blocks.append(kit.section_with(said, kit.button("See", ids.SEE_STORY, story.id)))
        doors = mine_doors(story)
        if doors:
            blocks.append(kit.actions(*doors))
    blocks += kept_to_oneself.rows(kept[:_MOST_KEPT], policy.zone)
    told = f"You have told {count(len(rows), 'story', 'stories')}." if rows else ""
    own = f"You keep {count(len(kept), 'story', 'stories')} to yourself." if kept else ""
    return Rendered(" ".join(filter(None, (told, own))), blocks)
