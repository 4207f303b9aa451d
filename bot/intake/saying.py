"""What follows a message: part of an answer, an option, a line, or something to hold until it has a place.

Pure. The machine in `conversation.py` calls this for every message that is no control word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.intake.dialogue import (
    CREDIT,
    CREDIT_LONGEST,
    OTHER_LONGEST,
    Ask,
    Conversation,
    Foot,
    Input,
    Keep,
    Note,
    Refresh,
    Reply,
    SetAnswer,
    Step,
    awaits_other,
    place_of,
)
from bot.intake.going import awake, keep_it, leave_credit, onward, open_findings, replace_it, screen_back
from bot.intake.script import OTHER_ID, Prompt, PromptKind, Question
from storage.records import Answer, Screened


def say(conversation: Conversation, given: Input) -> Step:
    """A message at a question of the script."""
    question = conversation.question
    assert question is not None
    if given.place is not None and given.place != question.id:
        return _say_late(conversation, given, given.place)
    if question.kind is PromptKind.STORY:
        return Step(awake(conversation), (Keep(question.id), Foot(welcome=conversation.draft.paused)))
    if question.kind is PromptKind.LINE:
        if len(given.text) > question.lead.max_length:
            return Step(awake(conversation), (Note("line_too_long", question.id),))
        if len(given.text) < question.lead.min_length:
            return Step(awake(conversation), (Refresh("short", typed=True),))
        return _said_line(conversation, given, question)
    return _say_at_choice(conversation, given, question)


def _said_line(conversation: Conversation, given: Input, question: Question) -> Step:
    answer = replace(conversation.answer(question.id), count=1, length=1, form_text=None, screened=Screened())
    said = replace(conversation.with_answer(answer), words={**conversation.words, question.id: given.text})
    return onward(said, question, Keep(question.id, alone=True), checked=True)


def _say_at_choice(conversation: Conversation, given: Input, question: Question) -> Step:
    """Words at a menu: an option, the words of "Something else", or something to hold for the next typed question."""
    awaiting = awaits_other(conversation, question)
    if awaiting is not None:
        if len(given.text) > OTHER_LONGEST:
            return Step(awake(conversation), (Note("other_too_long", awaiting),))
        answer = replace(conversation.answer(awaiting), other=given.text, skipped=False)
        return Step(awake(conversation), (SetAnswer(answer), Refresh("other_kept", typed=True)))
    named = _options_named(question, given.text)
    if named:
        return _choose_by_word(conversation, question, named)
    return _hold(conversation, question.id, again=conversation.draft.paused)


Named = tuple[tuple[Prompt, str], ...]
"""Prompts, each with the id of an option of it."""


def _options_named(question: Question, text: str) -> Named:
    """The options that a text is made of, if it is made of nothing else: one, or several with commas between."""
    parts = [" ".join(part.casefold().split()) for part in text.split(",")]
    named: list[tuple[Prompt, str]] = []
    while parts:
        # An option may have commas in it, so what is longest is tried first.
        found = next((one for n in range(len(parts), 0, -1) if (one := _option(question, parts[:n], named))), None)
        if found is None:
            return ()
        prompt, choice_id, length = found
        named.append((prompt, choice_id))
        parts = parts[length:]
    return tuple(named)


def _option(
    question: Question, parts: Sequence[str], named: Sequence[tuple[Prompt, str]]
) -> tuple[Prompt, str, int] | None:
    """The option that reads so; of a prompt that takes one only, none where it has one already."""
    wanted = ", ".join(parts)
    for prompt in question.prompts:
        if prompt.kind is PromptKind.CHOICE and any(other is prompt for other, _ in named):
            continue
        for choice in (*prompt.choices, *([prompt.choice(OTHER_ID)] if prompt.other else [])):
            if choice.text.casefold() == wanted:
                return prompt, choice.id, len(parts)
    return None


def _choose_by_word(conversation: Conversation, question: Question, named: Named) -> Step:
    chosen = conversation
    for prompt, choice_id in named:
        known = chosen.answer(prompt.id)
        several = tuple(dict.fromkeys([*known.choices, choice_id]))
        choices = (choice_id,) if prompt.kind is PromptKind.CHOICE else several
        before = len(conversation.answer(prompt.id).choices)
        if prompt.max_selected is not None and len(choices) > max(prompt.max_selected, before):
            return Step(awake(conversation), (Refresh("too_many", typed=True),))
        chosen = chosen.with_answer(replace(known, choices=choices, skipped=False))
    held = [SetAnswer(chosen.answer(prompt_id)) for prompt_id in dict.fromkeys(prompt.id for prompt, _ in named)]
    lead, choice_id = named[0]
    if lead.kind is PromptKind.CHOICE and len(question.prompts) == 1 and choice_id != OTHER_ID:
        return onward(chosen, question, *held)
    return Step(awake(conversation), (*held, Refresh("chosen_by_word", typed=True)))


def _hold(conversation: Conversation, after: str, *, again: bool = False) -> Step:
    """Keep a message for the next typed question, or offer to add it to the last one.

    `again`: the draft was resting, so the list is put once more, below what is said of the message.
    """
    following = conversation.script.next_story_prompt(after, conversation.chosen)
    asking: tuple[Reply, ...] = (Ask(place_of(conversation.draft)),) if again else ()
    if following is None:
        return Step(awake(conversation), (*_offer(conversation), *asking))
    note = Note("held_welcome" if again else "held", following.id)
    return Step(awake(conversation), (Keep(following.id), note, *asking))


def _offer(conversation: Conversation) -> tuple[Reply, ...]:
    typed = [question for question in conversation.asked if question.kind is PromptKind.STORY]
    if not typed:
        return (Keep(None), Note("nowhere"))
    return (Keep(None), Note("offer", typed[-1].id))


def _say_late(conversation: Conversation, given: Input, place: str) -> Step:
    """A message written while an earlier place was open belongs there."""
    if not place.startswith("_"):
        earlier = conversation.script.question(place)
        if earlier.kind is PromptKind.STORY:
            return Step(awake(conversation), (Keep(earlier.id), Note("added", earlier.id)))
        if earlier.kind is not PromptKind.LINE:
            following = conversation.script.next_story_prompt(place, conversation.chosen)
            question = conversation.question
            if following is not None and question is not None and following.id == question.id:
                return say(conversation, replace(given, place=None))
            if following is not None:
                return Step(awake(conversation), (Keep(following.id), Note("added", following.id)))
    return Step(awake(conversation), _offer(conversation))


def say_elsewhere(conversation: Conversation, given: Input) -> Step:
    """A message at a step that asks for no words."""
    place = given.place
    if place is not None and not place.startswith("_"):
        return _say_late(conversation, given, place)
    again: tuple[Reply, ...] = (Ask(place_of(conversation.draft)),) if conversation.draft.paused else ()
    return Step(awake(conversation), (*_offer(conversation), *again))


def say_credit(conversation: Conversation, given: Input) -> Step:
    """The credit line, typed as it should appear."""
    if given.place is not None and given.place != place_of(conversation.draft):
        return say_elsewhere(conversation, given)
    line = " ".join(given.text.split())
    if not line or len(line) > CREDIT_LONGEST:
        return Step(awake(conversation), (Refresh("credit_too_long", typed=True),))
    answer = Answer(CREDIT, form_text=line)
    return leave_credit(conversation.with_answer(answer), SetAnswer(answer))


def say_at_screen(conversation: Conversation, given: Input) -> Step:
    """Words while something that was found waits: what to do about it, or more of an answer, shown as it reads now."""
    decide = _AT_SCREEN.get(_bare(given.text)) if given.place in (None, place_of(conversation.draft)) else None
    found = open_findings(conversation) if decide is not None else ()
    if decide is not None and found:
        return decide(conversation, replace(given, text=found[0].mark))
    step = say_elsewhere(conversation, given)
    kept = any(isinstance(one, Keep) and one.prompt_id is not None for one in step.replies)
    return replace(step, replies=(*step.replies, Refresh(None))) if kept else step


def _bare(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split()).rstrip(".!")


_AT_SCREEN: Final[Mapping[str, Callable[[Conversation, Input], Step]]] = {
    "change it": screen_back,  # the button opens a form, which nothing that is typed can
    "replace it": replace_it,
    "replace with [removed]": replace_it,
    "it isn't one": keep_it,
    "it is not one": keep_it,
}
"""What can be typed where one of three is to be chosen: what the buttons say, and the line that names them."""
