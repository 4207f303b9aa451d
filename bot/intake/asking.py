"""How a question looks: open, with what was written below it, and left behind.

Pure. Questions carry our words and the script's; what a teller wrote appears only in rich text.
"""

from collections.abc import Mapping
from typing import Final

from bot import ids, kit
from bot.intake.dialogue import Conversation, awaits_other
from bot.intake.script import OTHER_ID, Prompt, PromptKind, Question
from bot.outgoing import Rendered
from bot.text import escape, number_word
from storage.records import Answer, Draft

LINES: Final[Mapping[str, str]] = {
    "empty": "I do need this one. One sentence is enough.",
    "needed": "I do need this one. One sentence is enough.",
    "short": "A little more, please: one sentence, so a reader can see what changed.",
    "choose": "Choose one first, then press Next.",
    "too_many": "That is more than I can take. Untick some, then press Next.",
    "other": "Type what the something else was, in up to 200 characters, or untick it.",
    "other_kept": "Got that. Press Next when you're done.",
    "chosen_by_word": "Got that. Choose more, or press Next.",
    "first": "This is the first question, so there is nothing to go back to.",
    "no_skip": "There is nothing to skip here. Use the buttons below.",
    "type_credit": "Type it in a message, as it should appear.",
    "credit_too_long": "That is too long to fit under a story. Type it again in up to 100 characters.",
    "no_place": "Tick a place, or press Keep it to myself.",
    "press_send": "Press Send for review when you are ready.",
    "decide": "Choose one of the three first: change it, replace it, or say that it isn't one.",
    "already_sent": "This story has been sent already, so it can't be kept to yourself from here.",
}
"""What to do when a Next could not be taken, in one line."""


def line_of(code: str | None, conversation: Conversation, prompt: Prompt | None = None) -> str | None:
    """The sentence for a code, with the prompt's own limits in it."""
    if code is None:
        return None
    if prompt is not None and code in ("empty", "needed") and not prompt.typed:
        return "I do need this one. Choose what is closest, then press Next."
    if prompt is not None and code == "choose" and prompt.kind is PromptKind.CHOICES:
        return "Choose at least one first, then press Next."
    if prompt is not None and code in ("empty", "needed") and prompt.why:
        return f"I do need this one: {prompt.why}. One sentence is enough."
    if prompt is not None and code == "short" and prompt.more:
        return f"A little more, please: {prompt.more}."
    if prompt is not None and code == "long":
        length = conversation.answer(prompt.id).length
        return (
            f"That is {length:,} characters, and readers get {prompt.max_length:,}. "
            "Edit or delete a message above, then press Next."
        )
    return LINES[code]


def line_below(code: str | None, conversation: Conversation, prompt: Prompt | None = None) -> list[kit.Block]:
    """The same below what is asked, where there is a code."""
    sentence = line_of(code, conversation, prompt)
    return [kit.section(escape(sentence))] if sentence else []


_STEPS = {
    "_screening": "at something that looks like an identifier",
    "_checking": "at the check of your story",
    "_ready": "at the last step, ready to send",
}


def place_words(conversation: Conversation, place: str) -> str:
    """Where we are, as it follows "We're": "on question 3 of 8", "at the check of your story"."""
    if place == "_screening" and not (conversation.draft.open_prompt or "_").startswith("_"):
        place = conversation.draft.open_prompt or place
    if place.startswith("_"):
        return _STEPS.get(place, "at the permission questions")
    return f"on question {conversation.number(place)} of {conversation.draft.shown_total}"


def value(draft: Draft, place: str) -> str:
    """What a button of this place carries."""
    return f"{draft.id}:{place}"


def foot_buttons(conversation: Conversation, place: str, *, optional: bool = False, take_out: str = "") -> kit.Block:
    """[Skip] [Next] [Take that out] [Back] [Finish later], those that make sense here."""
    mine = value(conversation.draft, place)
    first = bool(conversation.asked) and conversation.asked[0].id == place
    return kit.actions(
        *([kit.button("Skip", ids.SKIP, mine)] if optional else []),
        *(
            []
            if _answered_by_typing_alone(conversation, place)
            else [kit.button("Next", ids.NEXT, mine, style="primary")]
        ),
        *([kit.button("Take that out", ids.TAKE_OUT, f"{conversation.draft.id}:{take_out}")] if take_out else []),
        *([] if first else [kit.button("Back", ids.BACK, mine)]),
        kit.button("Finish later", ids.FINISH_LATER, mine),
    )


def _answered_by_typing_alone(conversation: Conversation, place: str) -> bool:
    """A line needs no Next: one message answers it (unless going back found it answered)."""
    if place.startswith("_"):
        return False
    question = conversation.script.question(place)
    answer = conversation.answer(place)
    return question.kind is PromptKind.LINE and not (answer.count or answer.form_text)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def question(
    conversation: Conversation, asked: Question, *, buttons: bool, back: bool = False, line: str | None = None
) -> Rendered:
    """The question as it is put; `buttons` only while it is the message that carries Next."""
    head = heading(conversation, asked)
    blocks = [kit.section(_words_of(conversation, asked, head, back=back, live=buttons))]
    if buttons:
        menus = _choosers(conversation, asked)
        if len(menus) == 1 and menus[0][1]["type"] != "radio_buttons":
            blocks[0]["accessory"] = menus[0][1]
        else:
            blocks += [_menu_row(prompt, chooser) for prompt, chooser in menus]
    blocks += line_below(line, conversation, _about(conversation, asked))
    if buttons:
        blocks.append(foot_buttons(conversation, asked.id, optional=not asked.required))
    return Rendered(_spoken(conversation, asked), blocks)


def heading(conversation: Conversation, asked: Question) -> str:
    """ "2 of 8" or "5 of 8, optional"."""
    optional = "" if asked.required else ", optional"
    return f"{conversation.number(asked.id)} of {max(conversation.draft.shown_total, 1)}{optional}"


def _words_of(conversation: Conversation, asked: Question, head: str, *, back: bool, live: bool) -> str:
    answer = conversation.answer(asked.id)
    ask = f"*{escape(asked.ask)}*"
    if back and asked.lead.typed:
        return (
            f"Back to question {conversation.number(asked.id)}, {ask} "
            "Add to it, edit your messages above, or press Next."
            if asked.kind is PromptKind.STORY
            else f"Back to question {conversation.number(asked.id)}, {ask} Type it again, or press Next."
        )
    lines = [f"{head} · {ask}"]
    if asked.hint:
        joint = "\n" if asked.lead.typed else " "
        lines[0] += joint + escape(asked.hint)
    if not live:
        return "\n".join(lines)
    if answer.form_text is not None:
        lines.append("I have what you saved in the form. Change it there before you send, or press Next.")
    elif asked.kind is PromptKind.STORY and answer.count:
        messages = "the message" if answer.count == 1 else f"the {number_word(answer.count)} messages"
        lines.append(
            f"I have {messages} you wrote above. Add to {'it' if answer.count == 1 else 'them'}, or press Next."
        )
    return "\n".join(lines)


def _about(conversation: Conversation, asked: Question) -> Prompt:
    waiting = awaits_other(conversation, asked)
    if waiting is not None:
        return conversation.script.prompt(waiting)
    for prompt in asked.prompts:
        if prompt.max_selected is not None and len(conversation.answer(prompt.id).choices) > prompt.max_selected:
            return prompt
    return asked.lead


def _choosers(conversation: Conversation, asked: Question) -> list[tuple[Prompt, kit.Element]]:
    """What each prompt that is answered from a list is answered with."""
    alone = len(asked.prompts) == 1
    return [
        (prompt, choose_element(prompt, conversation.answer(prompt.id), alone=alone))
        for prompt in asked.prompts
        if not prompt.typed
    ]


def _menu_row(prompt: Prompt, chooser: kit.Element) -> kit.Block:
    """Radio buttons on a row of their own; a menu beside its label, where there are several."""
    if chooser["type"] == "radio_buttons":
        return kit.actions(chooser)
    return {**kit.section(f"*{escape(prompt.label)}*"), "accessory": chooser}


def choose_element(prompt: Prompt, answer: Answer, *, action_id: str | None = None, alone: bool = True) -> kit.Element:
    """Radio buttons for a few options; else a menu, in groups where the script has them. `alone` in its message."""
    action = action_id or f"{ids.CHOOSE}:{prompt.id}"
    extra = [kit.option(prompt.other, OTHER_ID)] if prompt.other else []
    options = [kit.option(choice.text, choice.id) for choice in prompt.choices] + extra
    placeholder = f"Choose {prompt.label.lower()}" if alone else prompt.label
    if prompt.kind is PromptKind.CHOICE:
        chosen = answer.choices[0] if answer.choices else None
        if len(options) <= 5:
            return kit.radio(action, options, chosen)
        return kit.menu(action, placeholder, options, chosen)
    groups: list[tuple[str | None, list[kit.Element]]] = []
    if prompt.groups:
        groups.extend(
            (name, [kit.option(c.text, c.id) for c in prompt.choices if c.group == name]) for name in prompt.groups
        )
        if extra:
            groups.append(("Other", extra))
        groups = [group for group in groups if group[1]]
    else:
        groups.append((None, options))
    return kit.multi_menu(action, placeholder, groups, answer.choices[: prompt.max_selected], most=prompt.max_selected)


def _spoken(conversation: Conversation, asked: Question) -> str:
    """The question for a screen reader or a notification: its place, its words, its options."""
    options = [choice.text for prompt in asked.prompts for choice in prompt.choices]
    listed = f" Options: {', '.join(options)}." if options else ""
    return kit.cut_text(escape(f"Question {heading(conversation, asked)}: {asked.ask}{listed}"))


def answered(conversation: Conversation, asked: Question) -> Rendered:
    """A question of menus that is left behind: itself and its answer, on one line."""
    prefix = f"{conversation.number(asked.id)} of {max(conversation.draft.shown_total, 1)} · {asked.ask}  "
    shown = answer_words(conversation, asked)
    if not shown:
        shown = "Skipped. You can add it before you send." if conversation.answer(asked.id).skipped else ""
    return Rendered(
        kit.cut_text(escape(prefix.strip())),
        [kit.rich(kit.words(prefix), *([kit.words(shown, bold=True)] if shown else []))],
    )


def chosen_words(prompt: Prompt, answer: Answer) -> str:
    """What was chosen, as people read it: "Health, Housing and homelessness"."""
    texts = []
    for choice_id in answer.choices:
        if choice_id == OTHER_ID and prompt.other is not None:
            texts.append(answer.other or prompt.other)
        else:
            texts.append(prompt.choice(choice_id).text)
    return ", ".join(texts)


def answer_words(conversation: Conversation, asked: Question) -> str:
    """Every choice of a question in one line."""
    parts = [(prompt, chosen_words(prompt, conversation.answer(prompt.id))) for prompt in asked.prompts]
    if asked.kind is PromptKind.CHOICES and len(asked.prompts) > 1:
        return " · ".join(f"{prompt.label}: {part}" for prompt, part in parts if part)
    return ", ".join(part for _, part in parts if part)


# ── the foot ──────────────────────────────────────────────────────────────────────────────────────────────────────


def foot(
    conversation: Conversation,
    asked: Question,
    *,
    buttons: bool,
    first: bool,
    note: str | None = None,
    line: str | None = None,
    welcome: bool = False,
    take_out: str = "",
) -> Rendered:
    """What stands below an answer in progress: how much was kept, and the one Next."""
    answer = conversation.answer(asked.id)
    sentence = line_of(line, conversation, asked.lead)
    if sentence is None:
        sentence = _got(conversation, asked, answer, first=first, note=note)
    if welcome:
        sentence = f"Welcome back. I've put that in question {conversation.number(asked.id)}, *{escape(asked.ask)}*"
    else:
        sentence = escape(sentence)
    blocks = [kit.section(sentence)]
    if buttons:
        blocks.append(foot_buttons(conversation, asked.id, take_out=take_out))
    return Rendered(sentence.replace("*", ""), blocks)


def _got(conversation: Conversation, asked: Question, answer: Answer, *, first: bool, note: str | None) -> str:
    going_on = "Press Next when you're done."
    if answer.form_text is not None:
        return f"Added to what you saved in the form. {going_on}"
    if note == "deleted":
        if answer.count == 0:
            return "Nothing left. The one you deleted is out of your story. Type a new answer whenever you like."
        return f"Got {number_word(answer.count)}. The one you deleted is out of your story."
    tail = ", with your edit" if note == "edited" else ""
    if first:
        keep = "Keep typing if there's more. " if _is_early(conversation, asked) else ""
        return f"Got that{tail}. {keep}{going_on}"
    if answer.count == 1:
        return f"Got that{tail}. {going_on}"
    amount = "both" if answer.count == 2 else f"all {number_word(answer.count)}"
    return f"Got {amount}{tail}. {going_on}"


def _is_early(conversation: Conversation, asked: Question) -> bool:
    """Whether this is one of the first two typed questions: after that, people know that they can go on typing."""
    typed = [one.id for one in conversation.asked if one.kind is PromptKind.STORY]
    return asked.id in typed[:2]
