"""What the author of a story hears of a decision.

Pure. The first sentence of a letter's plain text is neutral: it may show on a locked screen. A story that is declined
is handed back whole, as far as one message holds it.
"""

from datetime import datetime

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import fitting, rules
from bot.story.policy import Policy
from bot.story.view import StoryView
from bot.text import day_and_time
from storage.records import Decision

_MOST_ANSWERS = 40


def approved(policy: Policy, number: int, slot: datetime | None) -> Rendered:
    """The story goes out as it was sent, and when."""
    first = f"Story {number} is approved"
    if slot is None:
        rest = "exactly as you last sent it. It isn't for the weekly digest, as you chose."
    else:
        rest = f"exactly as you last sent it. It goes in #{policy.digest_name} on {day_and_time(slot, policy.zone)}."
    return Rendered(f"{first}, {rest}", [kit.rich(kit.words(f"{first}, {rest}"))])


def undone(number: int) -> Rendered:
    """The approval no longer stands."""
    text = (
        f"Story {number} is back with the reviewers. Its approval has been undone, so it doesn't go out for now. "
        "A reviewer will read it again and I'll tell you here. You don't need to do anything."
    )
    return Rendered(text, [kit.rich(kit.words(text))])


def declined(view: StoryView, story_id: str, decision: Decision) -> Rendered:
    """Why it cannot be used as it is, what would make it usable, two doors, and every word they wrote."""
    first = f"We can't use story {view.number} as it is"
    reason = None if decision.reason is None else rules.REASONS[decision.reason][1]
    because = f"{first}: {reason}." if reason else f"{first}."
    delete = kit.confirm(
        f"Delete story {view.number}?",
        "The story and every version of it go. This can't be undone.",
        "Delete",
        "Keep it",
    )
    above = [
        kit.rich(kit.words(f"{because} A reviewer says:" if decision.comment else because)),
        *([kit.quote(decision.comment)] if decision.comment else []),
        kit.rich(kit.words("Your words are below, and you can change them and send again.")),
        kit.actions(
            kit.button("Change and send", ids.CHANGE_STORY, story_id, style="primary"),
            kit.button("Delete", ids.DELETE_STORY, story_id, confirm=delete),
        ),
        *([kit.header(view.title)] if view.title else []),
        *fitting.facts(view),
    ]
    rest = [kit.context("There is more than one message can hold: Change and send has all of it.")]
    room = kit.MOST_CHARACTERS - kit.size([*above, *rest])
    answers, whole = fitting.answers(view, room=room, most=_MOST_ANSWERS)
    text = f"A reviewer has read story {view.number}. {because} What they say and your own words are in this message."
    return Rendered(text, [*above, *answers, *([] if whole else rest)])
