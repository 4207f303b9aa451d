"""The last steps: read it back, say how to be described, say where it may go, send it.

Pure. What a teller wrote stands in plain text here, so that it looks as readers will see it and can do nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import ids, kit
from bot.intake import asking
from bot.intake.dialogue import (
    CREDIT,
    NAMING,
    PLACES,
    Conversation,
)
from bot.intake.found import check_line
from bot.intake.script import OTHER_ID, Prompt, PromptKind, Question
from bot.outgoing import Rendered
from bot.story.policy import Policy
from bot.story.view import StoryView
from bot.text import cut, escape, join
from storage.records import Naming, Part, Place, Purpose

WITHHELD = "prefer-not-to-say"
"""The choice id by which a teller declines to say what kind of work they do."""

Texts = Mapping[str, str]
"""The words of every typed prompt, by prompt id."""


# ── check your story ──────────────────────────────────────────────────────────────────────────────────────────────


def check(
    conversation: Conversation, texts: Texts, *, buttons: bool, changed: str | None = None, line: str | None = None
) -> Rendered:
    """The story as readers will see it, with a way to change each answer."""
    intro = "*Check your story.* This is what readers will see. Nothing is sent yet."
    rows: list[tuple[str, str, Question]] = []
    title = conversation.script.campaign.title_prompt
    questions = sorted(conversation.asked, key=lambda one: one.id != title)
    for asked in questions:
        label = " / ".join(prompt.label for prompt in asked.prompts)
        if len(asked.prompts) > 1 and title != asked.id:
            label = asked.lead.label if _is_about_teller(conversation, asked) else label
        rows.append((label, shown_answer(conversation, asked, texts), asked))
    room = kit.MOST_CHARACTERS - 2500 - sum(len(label) + 80 for label, _, _ in rows)
    fair = max(200, room // max(1, len(rows)))
    whole = sum(len(words) for _, words, _ in rows) <= room
    blocks = [kit.section(intro)]
    for label, words, asked in rows:
        bare = asked.id in (title, conversation.script.campaign.kind_prompt) and words
        shown = words or "Not answered"
        most = kit.SECTION - len(label) - 80  # what one block holds, beside what is said around the words
        most = most if whole else min(fair, most)
        if len(shown) > most:
            shown = cut(shown, most) + " (shortened here; press Change to see it whole)"
        button = kit.button("Change" if words else "Add", ids.CHANGE, f"{conversation.draft.id}:{asked.id}")
        just_now = " · Changed just now" if changed == asked.id else ""
        blocks.append(kit.section_with((shown if bare else f"{label} — {shown}") + just_now, button))
    blocks.append(kit.context(check_line(replace(conversation, words=texts))))
    sentence = asking.line_of(line, conversation)
    if sentence:
        blocks.append(kit.section(escape(sentence)))
    if buttons:
        mine = asking.value(conversation.draft, "_checking")
        blocks.append(
            kit.actions(
                kit.button("Carry on", ids.NEXT, mine, style="primary"),
                kit.button("Finish later", ids.FINISH_LATER, mine),
                kit.button("Delete", ids.DELETE, mine),
            )
        )
    return Rendered("Check your story. This is what readers will see. Nothing is sent yet.", blocks)


def checked(view: StoryView) -> Rendered:
    """The same once it has been sent: nothing left to press."""
    text = f"This is what you sent as story {view.number}."
    return Rendered(text, [kit.section(text), *story_blocks(view)])


def story_blocks(view: StoryView) -> list[kit.Block]:
    """A story as readers see it, cut to one message."""
    blocks = [kit.header(view.heading)]
    if view.facts:
        blocks.append(kit.context(view.facts))
    blocks += [kit.said(label, words) for label, words in view.sections]
    if view.lesson:
        blocks.append(kit.quote(view.lesson))
    blocks.append(kit.context(view.credit or "No name or role"))
    return kit.pages(blocks)[0]


def shown_answer(conversation: Conversation, asked: Question, texts: Texts) -> str:
    """What a question holds, as a reader sees it; empty when nothing is."""
    if asked.lead.typed:
        return texts.get(asked.id, "")
    parts = [asking.chosen_words(prompt, conversation.answer(prompt.id)) for prompt in asked.prompts]
    if len(asked.prompts) == 1 or _is_about_teller(conversation, asked):
        return ", ".join(part for part in parts if part)
    labelled = [f"{prompt.label}: {part}" for prompt, part in zip(asked.prompts, parts, strict=True) if part]
    return " · ".join(labelled)


def _is_about_teller(conversation: Conversation, asked: Question) -> bool:
    campaign = conversation.script.campaign
    return asked.id in (campaign.role_prompt, campaign.organisation_prompt)


def part_of(conversation: Conversation, prompt_id: str) -> Part:
    """The part that a prompt plays in the story."""
    campaign = conversation.script.campaign
    parts = {
        campaign.title_prompt: Part.TITLE,
        campaign.kind_prompt: Part.KIND,
        campaign.services_prompt: Part.SERVICES,
        campaign.lesson_prompt: Part.LESSON,
        campaign.role_prompt: Part.ROLE,
        campaign.organisation_prompt: Part.ORGANISATION,
    }
    return parts.get(prompt_id, Part.BODY)


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
    blocks += [*_line(conversation, line), _step_buttons(conversation, "_naming")]
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
    blocks += _line(conversation, line)
    mine = asking.value(conversation.draft, "_credit")
    blocks.append(
        kit.actions(
            *([kit.button("Next", ids.NEXT, mine, style="primary")] if known else []),
            kit.button("Back", ids.BACK, mine),
            kit.button("Finish later", ids.FINISH_LATER, mine),
        )
    )
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
    blocks += _line(conversation, line)
    mine = asking.value(conversation.draft, "_places")
    private = [kit.button("Keep it to myself", ids.KEEP_PRIVATE, mine)]
    if conversation.draft.purpose is Purpose.CHANGE:
        private = []
    blocks.append(
        kit.actions(
            kit.button("Next", ids.NEXT, mine, style="primary"),
            *private,
            kit.button("Back", ids.BACK, mine),
            kit.button("Finish later", ids.FINISH_LATER, mine),
        )
    )
    listed = join([place_words(policy, place) for place in Place], "or")
    return Rendered(kit.cut_text(f"Permission, 2 of 2: Where may we share it? {escape(listed)}."), blocks)


# ── send ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def ready(conversation: Conversation, *, buttons: bool, line: str | None = None) -> Rendered:
    """The last look before sending."""
    credit = credit_line(conversation)
    shown = f'as "{credit}"' if credit else "with no name or role"
    where = places_sentence(chosen_places(conversation))
    confirm = "Send for review means you have taken out anything that could identify the people in it."
    first = kit.rich(kit.words("Ready to send", bold=True), kit.words(f", {shown}, for {where}.\n{confirm}"))
    blocks = [first, *_line(conversation, line)]
    if buttons:
        mine = asking.value(conversation.draft, "_ready")
        blocks.append(
            kit.actions(
                kit.button("Send for review", ids.SEND, mine, style="primary"),
                kit.button("I'm not sure, so check it twice", ids.SEND_WITH_CARE, mine),
                kit.button("Back", ids.BACK, mine),
                kit.button("Delete", ids.DELETE, mine),
            )
        )
    return Rendered(f"Ready to send. {confirm}", blocks)


def _step_buttons(conversation: Conversation, place: str) -> kit.Block:
    mine = asking.value(conversation.draft, place)
    return kit.actions(
        kit.button("Next", ids.NEXT, mine, style="primary"),
        kit.button("Back", ids.BACK, mine),
        kit.button("Finish later", ids.FINISH_LATER, mine),
    )


def _line(conversation: Conversation, line: str | None) -> list[kit.Block]:
    sentence = asking.line_of(line, conversation)
    return [kit.section(escape(sentence))] if sentence else []


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


# ── the form that changes one answer ──────────────────────────────────────────────────────────────────────────────


def change_form(conversation: Conversation, asked: Question, texts: Texts) -> dict[str, Any] | None:
    """The modal *Change your answer*, filled in; None when the words are more than a form can hold."""
    blocks: list[kit.Block] = []
    for prompt in asked.prompts:
        if prompt.typed:
            words = texts.get(prompt.id, "")
            if len(words) > 3000:
                return None
            longest = max(prompt.max_length, len(words))
            box = kit.text_field(
                prompt.id,
                words,
                multiline=prompt.kind is PromptKind.STORY,
                shortest=prompt.min_length if prompt.required else None,
                longest=longest,
            )
            blocks.append(kit.field(prompt.id, prompt.ask, box, hint=_limits(prompt), optional=not prompt.required))
        else:
            chooser = asking.choose_element(prompt, conversation.answer(prompt.id), action_id=prompt.id)
            label = prompt.label if len(asked.prompts) > 1 else prompt.ask
            blocks.append(kit.field(prompt.id, label, chooser, hint=None, optional=not prompt.required))
            if prompt.other is not None:
                box = kit.text_field(
                    f"{prompt.id}.{OTHER_ID}", conversation.answer(prompt.id).other, multiline=False, longest=200
                )
                blocks.append(kit.field(f"{prompt.id}.{OTHER_ID}", f"{prompt.other}: what?", box, optional=True))
    return kit.modal(
        "Change your answer",
        blocks,
        callback_id=ids.TELLERS_VIEW,
        metadata=f"{conversation.draft.id}:{asked.id}",
        submit="Save",
        close="Cancel",
    )


def _limits(prompt: Prompt) -> str:
    if prompt.min_length:
        return f"{prompt.min_length:,} to {prompt.max_length:,} characters"
    return f"Up to {prompt.max_length:,} characters"
