"""What the author of a story hears of a decision.

Pure. The first sentence of a letter's plain text is neutral: it may show on a locked screen. A story that is declined
is handed back whole, as far as one message holds it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import fitting, rules
from bot.story.policy import Policy
from bot.story.screened import why_kept_back
from bot.story.taking_back import take_back_button
from bot.story.view import StoryView
from bot.text import cut, day_and_time, one_line
from storage.records import Decision

_MOST_ANSWERS = 40
_MOST_TAKEN = 6_000
"""Characters of what was taken out: a message holds some 13,000."""


def approved(
    policy: Policy,
    number: int,
    slot: datetime | None,
    story_id: str,
    *,
    redacted: bool = False,
    left: Mapping[str, int] | None = None,
) -> Rendered:
    """The story goes out as it was sent, or with what was taken out of that, and when.

    `left` is what the screen finds in it that its author has not been asked about: then it does not go out as it is.
    """
    how = "as you last sent it, without what a reviewer took out" if redacted else "exactly as you last sent it"
    first = f"Story {number} is approved"
    if left:
        rest = f"{how}. It can't go in the digest yet: {why_kept_back(left)}. Change it, and you can say what that is."
    elif slot is None:
        rest = f"{how}. It isn't for the weekly digest, as you chose."
    else:
        rest = f"{how}. It goes in #{policy.digest_name} on {day_and_time(slot, policy.zone)}."
    said = kit.rich(kit.words(f"{first}, {rest}"))
    change = [kit.button(f"Change story {number}", ids.CHANGE_STORY, story_id)] if left else []
    return Rendered(f"{first}, {rest}", [said, kit.actions(*change, take_back_button(story_id, number))])


def undone(number: int) -> Rendered:
    """The approval no longer stands."""
    text = (
        f"Story {number} is back with the reviewers. Its approval has been undone, so it doesn't go out for now. "
        "A reviewer will read it again and I'll tell you here. You don't need to do anything."
    )
    return Rendered(text, [kit.rich(kit.words(text))])


def redacted(number: int, story_id: str, went: Sequence[tuple[str, Sequence[str]]]) -> Rendered:
    """What was taken out of which answer, that nothing else changed, and the way to change it themselves."""
    first = f"A reviewer has taken something out of story {number}"
    opening = f"{first}, so that nobody in it can be recognised. In its place readers see [removed]."
    closing = (
        "Nothing else has changed, your permission stays as you gave it, and you don't need to do anything. "
        "If the story no longer says what you meant, you can change it."
    )
    room = _MOST_TAKEN
    blocks = [kit.rich(kit.words(opening))]
    for label, parts in went[:_MOST_ANSWERS]:
        quoted = cut(", ".join(f'"{cut(one_line(part), 200)}"' for part in parts), max(1, room))
        room -= len(quoted)
        blocks.append(kit.said(label, quoted or "–"))
        if room <= 1:
            break
    blocks += [
        kit.rich(kit.words(closing)),
        kit.actions(
            kit.button("See it", ids.SEE_STORY, story_id),
            kit.button(f"Change story {number}", ids.CHANGE_STORY, story_id),
        ),
    ]
    return Rendered(f"{first}. What it was is in this message.", blocks)


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
