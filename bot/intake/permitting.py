"""How to be described, and where it may go: what a teller's answers allow, and the steps in which they say it.

Pure. A name is typed, everything else is ticked; nothing is ticked beforehand.
"""

from collections.abc import Sequence

from bot import ids, kit
from bot.intake import asking
from bot.intake.dialogue import (
    CREDIT,
    NAMING,
    PLACES,
    Conversation,
)
from bot.outgoing import Rendered
from bot.story.policy import Policy
from bot.text import cut, escape, join
from storage.records import Naming, Place, Purpose

WITHHELD = "prefer-not-to-say"
"""The choice id by which a teller declines to say what kind of work they do."""


# ── how to be described ───────────────────────────────────────────────────────────────────────────────────────────


def role_words(conversation: Conversation) -> str:
    """The kind of work the teller gave, if they did."""
    return _chosen(conversation, conversation.script.campaign.role_prompt)


def organisation_words(conversation: Conversation) -> str:
    """The kind of organisation the teller gave, if they did."""
    return _chosen(conversation, conversation.script.campaign.organisation_prompt)


def _chosen(conversation: Conversation, prompt_id: str | None) -> str:
    if prompt_id is None:
        return ""
    answer = conversation.answer(prompt_id)
    if WITHHELD in answer.choices:
        return ""
    return asking.chosen_words(conversation.script.prompt(prompt_id), answer)


def namings(conversation: Conversation) -> Sequence[Naming]:
    """The ways to be described that the answers allow."""
    role, organisation = role_words(conversation), organisation_words(conversation)
    allowed = [Naming.NAME]
    if role and organisation:
        allowed.append(Naming.ROLE_AND_ORGANISATION)
    if role:
        allowed.append(Naming.ROLE)
    return [*allowed, Naming.NONE]


_NAMING_WORDS = {
    Naming.NAME: "My name and role",
    Naming.ROLE_AND_ORGANISATION: "My role and type of organisation",
    Naming.ROLE: "My role only",
    Naming.NONE: "No name or role",
}


def chosen_naming(conversation: Conversation) -> Naming | None:
    """How the teller asked to be described, if that is still possible with their answers."""
    chosen = conversation.answer(NAMING).choices
    return Naming(chosen[0]) if chosen and chosen[0] in namings(conversation) else None


def credit_line(conversation: Conversation) -> str | None:
    """The line that readers see; None for no name or role."""
    naming = chosen_naming(conversation)
    if naming is Naming.NAME:
        return conversation.answer(CREDIT).form_text
    if naming is Naming.ROLE_AND_ORGANISATION:
        return f"{role_words(conversation)}, {organisation_words(conversation)}"
    return role_words(conversation) if naming is Naming.ROLE else None


def naming(conversation: Conversation, *, buttons: bool, line: str | None = None) -> Rendered:
    """Permission, 1 of 2."""
    ask = "Permission, 1 of 2 · *How should we describe you?*"
    if not buttons:
        shown = credit_line(conversation) or (
            _NAMING_WORDS[Naming.NAME] if chosen_naming(conversation) is Naming.NAME else _NAMING_WORDS[Naming.NONE]
        )
        return _left(_HEADINGS["_naming"], shown)
    options = [kit.option(_NAMING_WORDS[one], one) for one in namings(conversation)]
    chosen = chosen_naming(conversation)
    blocks = [kit.section(ask), kit.actions(kit.radio(ids.NAME_AS, options, chosen))]
    if not role_words(conversation):
        blocks.append(kit.context("To be shown by your role, go back and say what kind of work you do."))
    blocks.append(kit.context("Reviewers see only what readers see. The people who run this could still find out."))
    blocks += [*asking.line_below(line, conversation), _buttons(conversation, "_naming")]
    listed = join([_NAMING_WORDS[one] for one in namings(conversation)], "or")
    return Rendered(f"Permission, 1 of 2: How should we describe you? {listed}.", blocks)


def credit(conversation: Conversation, *, buttons: bool, line: str | None = None) -> Rendered:
    """The name, typed as it should appear."""
    text = "Type it as it should appear."
    known = conversation.answer(CREDIT).form_text
    if not buttons:
        return _left(_HEADINGS["_credit"], known or "")
    blocks = [kit.section(f"*{text}* For example: Sam Okoro, practitioner")]
    if known:
        blocks.append(
            kit.rich(kit.words("I have: "), kit.words(known, bold=True), kit.words(". Type it again, or press Next."))
        )
    blocks += [*asking.line_below(line, conversation), _buttons(conversation, "_credit", can_go_on=bool(known))]
    return Rendered(text, blocks)


# ── where it may go ───────────────────────────────────────────────────────────────────────────────────────────────


def place_words(policy: Policy, place: Place) -> str:
    """A place as it is offered."""
    if place is Place.DIGEST:
        readers = f" (about {_round(policy.digest_members)} people)" if policy.digest_members else ""
        return cut(f"Weekly digest in #{policy.digest_name}", 74 - len(readers)) + readers
    return {
        Place.STAFF_STORYBOOK: "Storybook for staff",
        Place.PUBLIC_STORYBOOK: "Storybook on the public web",
        Place.TRAINING: "Training and reports",
    }[place]


def _round(members: int) -> int:
    """ "About 140 people": to tens above twenty."""
    return members if members <= 20 else round(members, -1)


_PLACE_IN_A_SENTENCE = {
    Place.DIGEST: "the weekly digest",
    Place.STAFF_STORYBOOK: "the staff storybook",
    Place.PUBLIC_STORYBOOK: "the public storybook",
    Place.TRAINING: "training and reports",
}


def chosen_places(conversation: Conversation) -> frozenset[Place]:
    """The places ticked."""
    return frozenset(Place(one) for one in conversation.answer(PLACES).choices if one in set(Place))


def places_sentence(places: frozenset[Place]) -> str:
    """ "the weekly digest and the staff storybook"."""
    return join([_PLACE_IN_A_SENTENCE[place] for place in Place if place in places])


def places(conversation: Conversation, policy: Policy, *, buttons: bool, line: str | None = None) -> Rendered:
    """Permission, 2 of 2: one un-ticked box per place."""
    ask = "Permission, 2 of 2 · *Where may we share it?* You can change this later."
    if not buttons:
        return _left(_HEADINGS["_places"], places_sentence(chosen_places(conversation)))
    boxes = [kit.option(place_words(policy, place), place) for place in Place]
    blocks = [kit.section(ask), kit.actions(kit.ticks(ids.PLACES, boxes, chosen_places(conversation)))]
    private = [kit.button("Keep it to myself", ids.KEEP_PRIVATE, asking.value(conversation.draft, "_places"))]
    if conversation.draft.purpose is Purpose.CHANGE:
        private = []
    blocks += [*asking.line_below(line, conversation), _buttons(conversation, "_places", *private)]
    listed = join([place_words(policy, place) for place in Place], "or")
    return Rendered(kit.cut_text(f"Permission, 2 of 2: Where may we share it? {escape(listed)}."), blocks)


# ── beneath a step, and once it is left ───────────────────────────────────────────────────────────────────────────


def _buttons(conversation: Conversation, place: str, *others: kit.Element, can_go_on: bool = True) -> kit.Block:
    mine = asking.value(conversation.draft, place)
    return kit.actions(
        *([kit.button("Next", ids.NEXT, mine, style="primary")] if can_go_on else []),
        *others,
        kit.button("Back", ids.BACK, mine),
        kit.button("Finish later", ids.FINISH_LATER, mine),
    )


_HEADINGS = {
    "_naming": "Permission, 1 of 2 · How should we describe you?",
    "_credit": "Shown as",
    "_places": "Permission, 2 of 2 · Where may we share it?",
}


def over(place: str) -> Rendered | None:
    """A step that was left, of a draft that is over meanwhile: its name alone. None where something else says more."""
    heading = _HEADINGS.get(place)
    return None if heading is None else _left(heading, "")


def _left(prefix: str, shown: str) -> Rendered:
    runs = [kit.words(f"{prefix}  "), *([kit.words(shown, bold=True)] if shown else [])]
    return Rendered(prefix, [kit.rich(*runs)])
