"""Read it back, change an answer, send it: the first of the last steps, and the very last.

Pure. What a teller wrote stands in plain text here, so that it looks as readers will see it and can do nothing else.
What stands between the two, how to be described and where it may go, is in `permitting.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import ids, kit
from bot.intake import asking
from bot.intake.dialogue import Conversation
from bot.intake.found import check_line
from bot.intake.permitting import chosen_places, credit_line, places_sentence
from bot.intake.script import OTHER_ID, Prompt, PromptKind, Question
from bot.outgoing import Rendered
from bot.story.view import StoryView
from bot.text import cut, one_line

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
    blocks += asking.line_below(line, conversation)
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
        words = texts.get(asked.id, "")
        return one_line(words) if asked.id == conversation.script.campaign.title_prompt else words
    parts = [asking.chosen_words(prompt, conversation.answer(prompt.id)) for prompt in asked.prompts]
    if len(asked.prompts) == 1 or _is_about_teller(conversation, asked):
        return ", ".join(part for part in parts if part)
    labelled = [f"{prompt.label}: {part}" for prompt, part in zip(asked.prompts, parts, strict=True) if part]
    return " · ".join(labelled)


def _is_about_teller(conversation: Conversation, asked: Question) -> bool:
    campaign = conversation.script.campaign
    return asked.id in (campaign.role_prompt, campaign.organisation_prompt)


# ── send ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def ready(conversation: Conversation, *, buttons: bool, line: str | None = None) -> Rendered:
    """The last look before sending."""
    credit = credit_line(conversation)
    shown = f'as "{credit}"' if credit else "with no name or role"
    where = places_sentence(chosen_places(conversation))
    confirm = "Send for review means you have taken out anything that could identify the people in it."
    first = kit.rich(kit.words("Ready to send", bold=True), kit.words(f", {shown}, for {where}.\n{confirm}"))
    blocks = [first, *asking.line_below(line, conversation)]
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
