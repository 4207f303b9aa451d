"""What a teller sees of permission that can be changed: the form, and the line that says how it stands.

Pure. The boxes are ticked as they are now; taking a tick away is all it takes.
"""

from typing import Any, Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.rights.permission_rules import (
    LONGEST_CREDIT,
    NAMING_WORDS,
    Problem,
    Standing,
    places_in_a_sentence,
)
from bot.story.policy import Policy
from bot.story.taking_back import NOT_YOURS
from bot.text import cut, escape
from storage.records import Naming, Place

PLACES: Final = "places"
NAMING: Final = "naming"
CREDIT: Final = "credit"

_PROBLEMS: Final = {
    Problem.NOT_YOURS: NOT_YOURS,
    Problem.NOT_SHOWN: "That story isn't shown anywhere and isn't on its way, so there is no permission to change.",
    Problem.MOVED_ON: "This story has changed since you opened this. Close it, then press Change permission again.",
    Problem.NOT_OFFERED: "That can't be chosen any more. Close this, then press Change permission again.",
    Problem.IDENTIFIER: "There is something like a number or an address in that. Type only your name and role.",
    Problem.NOT_OPENED: kit.NOT_OPENED,
    Problem.NO_LINE: "Type your name and role as they should appear, or choose another way to be described.",
}


def problem_words(problem: Problem) -> str:
    """Why nothing was changed, in a sentence."""
    return _PROBLEMS[problem]


def box_of(problem: Problem) -> str:
    """The box beneath which a problem is shown."""
    return CREDIT if problem in (Problem.NO_LINE, Problem.IDENTIFIER) else PLACES


def place_words(policy: Policy, place: Place) -> str:
    """A place as it is offered."""
    return {
        Place.DIGEST: cut(f"Weekly digest in #{policy.digest_name}", 74),
        Place.STAFF_STORYBOOK: "Storybook for staff",
        Place.PUBLIC_STORYBOOK: "Storybook on the public web",
        Place.TRAINING: "Training and reports",
    }[place]


def form(policy: Policy, at: Standing, *, notice_version: int) -> dict[str, Any]:
    """The modal *Change permission*."""
    number = at.story.number
    places = [kit.option(place_words(policy, place), place) for place in at.places]
    namings = [kit.option(NAMING_WORDS[naming], naming) for naming in at.namings]
    blocks = [
        kit.section(f"*Story {number}* goes only where there is a tick. A place that you take away counts at once."),
        kit.field(
            PLACES,
            "Where may we share it?",
            kit.ticks(PLACES, places, at.version.places),
            hint=_out_of_the_digest(at),
            optional=True,
        ),
        kit.field(NAMING, "How should we describe you?", kit.radio(NAMING, namings, at.version.naming), hint=_then(at)),
    ]
    if not at.posted:
        known = at.version.credit_line if at.version.naming is Naming.NAME else None
        blocks.append(
            kit.field(
                CREDIT,
                "Your name and role, as they should appear",
                kit.text_field(CREDIT, known, multiline=False, longest=LONGEST_CREDIT),
                hint=f'Only for "{NAMING_WORDS[Naming.NAME]}".',
                optional=True,
            )
        )
    blocks.append(
        kit.context(
            f"Notice {notice_version} applies. Reviewers see only what readers see. "
            "The people who run this could still find out who you are."
        )
    )
    return kit.modal(
        "Change permission",
        blocks,
        callback_id=ids.PERMISSION_VIEW,
        metadata=f"{at.story.id}:{at.version.n}:{notice_version}",
        submit="Save",
        close="Cancel",
    )


def _out_of_the_digest(at: Standing) -> str | None:
    if at.posted and Place.DIGEST not in at.places:
        return "It was taken out of its digest, and can't go back into one."
    return "Copies that people took can't be taken back." if at.posted else None


def _then(at: Standing) -> str:
    if at.posted:
        return "In a digest you can be described by less, not by more. It shows there at once."
    return "If you change this, a reviewer reads the story again."


def changed(
    number: int, story_id: str, *, places: frozenset[Place], credit: str | None, again: bool, out: bool, open_: bool
) -> Rendered:
    """How the permission of a story stands, after it was changed."""
    text = f"The permission of story {number} is changed."
    runs = [kit.words(f"The permission of story {number} is changed. ")]
    if places:
        runs += [kit.words(f"It may go in {places_in_a_sentence(places)}, ")]
        runs += [kit.words(f'as "{credit}".')] if credit else [kit.words("with no name or role.")]
    else:
        runs.append(kit.words(f"It isn't shown anywhere now. To have it deleted: {ids.COMMAND} withdraw {number}"))
    if out:
        runs.append(kit.words(" It is coming out of the digest; other people's replies stay."))
    if again:
        runs.append(kit.words(" A reviewer reads it again before it goes anywhere."))
    buttons = [kit.button("Change permission", ids.CHANGE_PERMISSION, story_id)] if open_ else []
    return Rendered(text, [kit.rich(*runs), *([kit.actions(*buttons)] if buttons else [])])


def said(sentence: str) -> Rendered:
    """One sentence of ours."""
    return Rendered(escape(sentence), [kit.section(escape(sentence))])
