"""*Change your answer*, saved: from now on the form's words win.

Plain functions in one transaction, called by the listeners. Problems come back by block id, and are shown beneath the
box that they are about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.intake import conversation as machine
from bot.intake import dialogue, sending
from bot.intake.carrying import Carrier, load, load_with_words
from bot.intake.dialogue import (
    place_of,
    real_choices,
)
from bot.intake.going import screened_anew
from bot.intake.script import OTHER_ID, Question
from bot.intake.shelf import Shelf
from bot.story.policy import Policy
from storage import drafts, tellers
from storage.database import Tx
from storage.records import Answer, Draft, DraftState, Stage

Values = Mapping[str, str | tuple[str, ...]]
"""What a form holds, by block id: words, or choice ids."""


def find_question(conversation: dialogue.Conversation, place: str) -> Question | None:
    """The question that a form names, if the script has it."""
    return next((one for one in conversation.script.questions if one.id == place), None)


def save_form(
    tx: Tx, policy: Policy, shelf: Shelf, user_id: str, draft_id: str, place: str, values: Values
) -> dict[str, str] | None:
    """*Change your answer* was saved: from now on the form's words win. Returns problems by block id, or None."""
    teller = tellers.find_teller(tx, user_id)
    draft = drafts.find(tx, draft_id)
    if teller is None or draft is None or draft.teller_id != teller.id or draft.state is not DraftState.OPEN:
        return {place: "This story is no longer being written, so nothing was changed."}
    conversation = load(tx, shelf, draft)
    question = find_question(conversation, place)
    if question is None:
        return {place: "This story is no longer being written, so nothing was changed."}
    answers = _answers_in(conversation, question, values)
    problems = _problems_with(conversation, question, answers)
    if problems:
        return problems
    for answer in answers:
        drafts.set_answer(tx, draft.id, answer)
        if answer.form_text is not None:
            drafts.supersede(tx, draft.id, answer.prompt_id)
    _show_saved(tx, policy, shelf, draft, question)
    return None


def _answers_in(conversation: dialogue.Conversation, question: Question, values: Values) -> list[Answer]:
    """The answer to each prompt as the form has it; a word beside the options that was typed is as good as ticked."""
    answers: list[Answer] = []
    for prompt in question.prompts:
        known = conversation.answer(prompt.id)
        given = values.get(prompt.id, "" if prompt.typed else ())
        if isinstance(given, str):
            answers.append(replace(known, form_text=given.strip(), skipped=False))
            continue
        choices = real_choices(conversation, {prompt.id: given})[prompt.id]
        other = values.get(f"{prompt.id}.{OTHER_ID}")
        words = other.strip()[: dialogue.OTHER_LONGEST] if isinstance(other, str) else ""
        ticked = OTHER_ID in choices
        if words and prompt.other and not ticked:
            choices, ticked = (*choices, OTHER_ID), True
        answers.append(replace(known, choices=choices, other=words or None if ticked else None, skipped=not choices))
    return answers


def _problems_with(
    conversation: dialogue.Conversation, question: Question, answers: Sequence[Answer]
) -> dict[str, str]:
    problems: dict[str, str] = {}
    for answer in answers:
        conversation = conversation.with_answer(answer)
    for prompt in question.prompts:
        problem = dialogue.problem_with(conversation, Question((prompt,)))
        if problem is not None:
            problems[prompt.id] = _form_problem(problem, prompt.min_length, prompt.max_length)
    return problems


def _show_saved(tx: Tx, policy: Policy, shelf: Shelf, draft: Draft, question: Question) -> None:
    """What stands on the screen follows: the story to check, a step that speaks of the teller, what the check finds."""
    carrier = Carrier(tx, policy, load(tx, shelf, draft))
    carrier.draft = replace(draft, active_at=tx.now)
    saved = load_with_words(tx, shelf, draft)
    found = None if draft.stage in (Stage.ASKING, Stage.SCREENING) else screened_anew(saved)
    if draft.stage is Stage.SCREENING or found is not None:
        carrier = Carrier(tx, policy, saved)
        carrier.carry_out(found or machine.respond(saved, dialogue.Input(dialogue.Move.NEXT)))
        sending.refresh_check(tx, carrier, changed=question.id)
        return
    if place_of(draft) == "_checking":
        carrier.refresh(None, note=question.id)
    else:
        sending.refresh_check(tx, carrier, changed=question.id)
    if draft.stage in (Stage.NAMING, Stage.READY):
        carrier.refresh(None)  # what these say of the teller follows from their answers
    drafts.save(tx, carrier.draft)


def _form_problem(problem: str, shortest: int, longest: int) -> str:
    return {
        "empty": "This one is needed. One sentence is enough.",
        "short": f"A little more, please: at least {shortest} characters.",
        "long": f"A little shorter, please: {longest:,} characters at most.",
        "choose": "Choose at least one.",
        "too_many": "That is more than fits. Untick some.",
        "other": "Say what the something else was, or untick it.",
    }[problem]
