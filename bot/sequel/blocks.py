"""What tellers read and press about what happened next: the question, the form, and what became of it.

Pure. The first sentence of each is neutral, since it may show on a locked screen. Reviewers' cards are in
`card_blocks.py`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import ids, kit
from bot.outgoing import Rendered
from bot.sequel import rules
from bot.sequel.rules import What
from bot.story import declining
from bot.story.screened import nouns
from bot.story.taking_back import NOT_YOURS
from bot.story.view import WHAT_NEXT, at_length
from bot.text import count, escape, join, month_and_year
from storage.records import DeclineReason, Place
from storage.told_next import Question, Sequel, SequelAnswer, SequelState

WORDS: Final = "words"
NOT_ONE: Final = "not_one"
"""Block ids of the form's boxes, and the action ids within them."""

PLACES: Final[Mapping[Place, str]] = {
    Place.DIGEST: "the weekly digest",
    Place.STAFF_STORYBOOK: "the storybook for staff",
    Place.PUBLIC_STORYBOOK: "the storybook on the public web",
    Place.TRAINING: "training and reports",
}
REASONS: Final[declining.Reasons] = {
    DeclineReason.IDENTIFIES: ("It could identify someone", "it could identify someone"),
    DeclineReason.OFF_SUBJECT: ("Not about what came of it", "it isn't about what came of the story"),
    DeclineReason.ELSEWHERE: ("Belongs somewhere else", "it belongs somewhere else"),
    DeclineReason.TOO_LITTLE: ("Too little to follow", "there is too little to follow"),
    DeclineReason.OTHER: ("Other", None),
}
"""Each reason as reviewers choose it, and as it ends a sentence to the teller."""


def plain(sentence: str, *buttons: kit.Element) -> Rendered:
    """One sentence of ours."""
    blocks = [kit.section(escape(sentence))]
    return Rendered(escape(sentence), [*blocks, kit.actions(*buttons)] if buttons else blocks)


def places_in_words(places: Collection[Place]) -> str:
    """ "the weekly digest and the storybook for staff"."""
    return join([words for place, words in PLACES.items() if place in places])


# ── the question ──────────────────────────────────────────────────────────────────────────────────────────────────


def question(number: int, story_id: str, *, title: str | None, since: datetime, last: bool, zone: ZoneInfo) -> Rendered:
    """To the teller, some weeks later: has anything changed?"""
    shown = month_and_year(since.astimezone(zone))
    first = f"Story {number} has been out since {shown}. Has anything changed because of it?"
    named = [kit.rich(kit.words(title, bold=True))] if title else []
    rest = "If so, a few sentences are enough. A reviewer reads them, and then they stand beside your story."
    if last:
        rest += " I won't ask again."
    return Rendered(
        first,
        [
            kit.section(first),
            *named,
            kit.section(rest),
            kit.actions(
                tell_button(story_id, style=True),
                kit.button("Nothing yet", ids.SEQUEL_NOTHING_YET, story_id),
                kit.button("Please don't ask", ids.SEQUEL_DONT_ASK, story_id),
            ),
        ],
    )


def tell_button(story_id: str, *, style: bool = False) -> kit.Element:
    """Opens the form."""
    return kit.button("Tell what happened", ids.SEQUEL_TELL, story_id, style="primary" if style else None)


def answered(number: int, story_id: str, asked: Question, *, told: bool, weeks: int, may_again: bool) -> Rendered:
    """In place of the question, once it is answered."""
    if told:
        return plain(f"You told what happened next in story {number}. Thank you.")
    if asked.answer is SequelAnswer.NEVER:
        return plain(f"I won't ask about story {number} again. Thank you for telling it.")
    if may_again and weeks:
        when = f"I'll ask about story {number} once more, in {count(weeks, 'week')}."
    else:
        when = f"I won't ask about story {number} again."
    return plain(f"Thank you. {when} You can tell it at any time.", tell_button(story_id))


def over(number: int) -> Rendered:
    """In place of the question, once there is nothing to ask about."""
    return plain(f"Story {number} is shown nowhere any more, so there is nothing to add to it.")


# ── the form ──────────────────────────────────────────────────────────────────────────────────────────────────────


def form(
    number: int, story_id: str, *, places: Collection[Place], words: str = "", found: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The form in which a teller writes what happened next; with `found`, it asks about what the screen finds."""
    asked: list[kit.Block] = []
    if found:
        several = sum(found.values()) > 1
        asked = [
            kit.section(
                f"The identifier check finds {nouns(found)}. Take {'them' if several else 'it'} out, or tick the box."
            ),
            kit.field(
                NOT_ONE,
                "What the check found",
                kit.ticks(NOT_ONE, [kit.option("It identifies nobody: keep it as I wrote it", "keep")]),
                hint="Two reviewers then read it, not one.",
                optional=True,
            ),
        ]
    return kit.modal(
        WHAT_NEXT,
        [
            kit.context(f"A reviewer reads it first. Then it stands beside story {number}: {places_in_words(places)}."),
            kit.field(
                WORDS,
                "What has changed because of the story?",
                kit.text_field(WORDS, words or None, longest=rules.MOST_WORDS),
                hint="Leave out names and numbers that could tell who somebody is.",
            ),
            *asked,
        ],
        callback_id=ids.SEQUEL_VIEW,
        metadata=rules.metadata(story_id, found or {}),
        submit="Send for review",
        close="Cancel",
    )


# ── what became of it ─────────────────────────────────────────────────────────────────────────────────────────────

_STALE: Final = {
    SequelState.SUBMITTED: "You sent what happened next in story {number}.",
    SequelState.APPROVED: "What happened next in story {number} was approved. It has changed since.",
    SequelState.DECLINED: "You changed what happened next in story {number}.",
}


def news(number: int, one: Sequel) -> Rendered:
    """To the teller: how what they told stands."""
    match one.state:
        case SequelState.SUBMITTED:
            said = f"What happened next in story {number} is with the reviewers. I'll tell you here."
            return plain(said, _change(one, "Change it"), _take_back(number, one))
        case SequelState.APPROVED:
            said = f"What happened next in story {number} is approved, and stands beside your story from now on."
            return plain(said, _change(one, "Change it"), _take_back(number, one))
        case SequelState.DECLINED:
            return _declined(number, one)


def _declined(number: int, one: Sequel) -> Rendered:
    first = f"We can't use what happened next in story {number} as it is"
    why = None if one.reason is None else REASONS[one.reason][1]
    because = f"{first}: {why}." if why else f"{first}."
    blocks = [
        kit.section(f"{because} A reviewer says:" if one.comment else because),
        *([kit.quote(one.comment)] if one.comment else []),
        kit.section("Your words are below, and you can change them and send again."),
        kit.actions(_change(one, "Change and send"), _take_back(number, one)),
        *at_length(None, one.words),
    ]
    text = f"A reviewer has read what happened next in story {number}. {because} What they say is in this message."
    return Rendered(text, blocks)


def stale(number: int, state: SequelState) -> Rendered:
    """The same once it stands otherwise: a newer message says how."""
    return plain(_STALE[state].format(number=number))


def taken_back(number: int) -> Rendered:
    """The same once there is nothing left of it."""
    return plain(f"What happened next in story {number} has been taken back. The story stays as it is.")


def _change(one: Sequel, label: str) -> kit.Element:
    return kit.button(label, ids.SEQUEL_TELL, one.story_id)


def _take_back(number: int, one: Sequel) -> kit.Element:
    sure = kit.confirm(
        "Take it back?",
        f"Only what happened next goes. Story {number} stays as it is. It can't be undone.",
        "Take it back",
        "Keep it",
    )
    return kit.button("Take it back", ids.SEQUEL_TAKE_BACK, one.story_id, style="danger", confirm=sure)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────

LINES: Final[Mapping[What, str]] = {
    What.NO_WORDS: "There are no words yet.",
    What.TOO_LONG: "It is too long to be shown as one message. Please make it shorter.",
    What.NOT_YOURS: NOT_YOURS,
    What.NOT_SHOWN: "That story is shown nowhere at the moment, so nothing can stand beside it.",
    What.OVER: "There is nothing to do any more: that was answered, or taken back.",
    What.NOT_SAVED: "I couldn't save that. Nothing has changed; please try again in a minute.",
    What.NOT_OPENED: kit.NOT_OPENED,
    What.NOT_REVIEWER: "Only reviewers can decide that.",
    What.OWN_STORY: "That can't be decided by the person who told it. Another reviewer needs to.",
    What.CHANGED: "That has changed since, or was taken back. Nothing was decided; the newest card counts.",
    What.ALREADY: "That was decided before, as its card says. Nothing changed.",
    What.TWICE: "You have approved that. Someone else needs to, too.",
    What.NOT_YOUR_APPROVAL: "Only the reviewer who approved that can take it back. Nothing changed.",
}


def line(what: What) -> Rendered:
    """The private line after a press that came to nothing."""
    return plain(LINES[what])
