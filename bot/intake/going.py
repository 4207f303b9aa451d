"""How the conversation goes from one place to the next, and what stops it: something that looks like an identifier.

Pure. The machine in `conversation.py` calls this. Nothing strong that its teller has not spoken of passes: it is found
on leaving an answer, after a form, on going on from the check, and once more on sending.
"""

from dataclasses import replace

from bot.intake.dialogue import (
    CREDIT,
    Ask,
    Conversation,
    Input,
    Leave,
    Note,
    Refresh,
    Reply,
    Rewrite,
    SetAnswer,
    Step,
    is_answered,
    place_of,
    problem_with,
)
from bot.intake.found import Finding, disputed, findings, replaced
from bot.intake.script import Question
from storage.records import Draft, Stage

_SCREEN = f"_{Stage.SCREENING}"


def go(conversation: Conversation, place: str | Stage, *leaving: Reply, back: bool = False) -> Step:
    """Stand at another place and put its message."""
    draft = conversation.draft
    if isinstance(place, Stage):
        moved = replace(draft, stage=place, open_prompt=None, paused=False)
    else:
        moved = replace(draft, stage=Stage.ASKING, open_prompt=place, paused=False)
    return Step(moved, (*leaving, Ask(place_of(moved), back)))


def awake(conversation: Conversation) -> Draft:
    """The draft, resting no longer."""
    return replace(conversation.draft, paused=False)


def onward(conversation: Conversation, question: Question, *kept: Reply, checked: bool = False) -> Step:
    """Leave a finished question for the one after it, or for the check; or stand at what was found in it."""
    marks: list[Reply] = list(kept)
    if not checked and not is_answered(conversation, question):
        # Passing an optional question by is an answer too: what depends on it is not asked, and nothing nags.
        for prompt in question.prompts:
            skipped = replace(conversation.answer(prompt.id), skipped=True)
            conversation = conversation.with_answer(skipped)
            marks.append(SetAnswer(skipped))
    leaving = (*marks, Leave(question.id))
    if _found_in(conversation, question):
        return to_screen(conversation, question.id, *leaving)
    return _after(conversation, question, *leaving)


def _after(conversation: Conversation, question: Question, *leaving: Reply) -> Step:
    ids = [one.id for one in conversation.asked]
    rest = ids[ids.index(question.id) + 1 :] if question.id in ids else []
    return go(conversation, rest[0] if rest else Stage.CHECKING, *leaving)


def leave_credit(conversation: Conversation, *kept: Reply) -> Step:
    """Leave the credit line for the places; or stand at what was found in it."""
    leaving = (*kept, Leave(place_of(conversation.draft)))
    if any(one.prompt_id == CREDIT for one in findings(conversation)):
        return to_screen(conversation, CREDIT, *leaving)
    return go(conversation, Stage.PLACES, *leaving)


# ── at what was found ─────────────────────────────────────────────────────────────────────────────────────────────


def to_screen(conversation: Conversation, came_from: str | None, *leaving: Reply) -> Step:
    """Stand at the first thing found: of the question (or credit line) it comes from, or of the whole story."""
    moved = replace(conversation.draft, stage=Stage.SCREENING, open_prompt=came_from, paused=False)
    return Step(moved, (*leaving, Ask(_SCREEN)))


def open_findings(conversation: Conversation) -> tuple[Finding, ...]:
    """What the screen is standing at: found in the answer that was being left, or anywhere."""
    came_from = conversation.draft.open_prompt
    if came_from is None:
        return findings(conversation)
    if came_from == CREDIT:
        return findings(conversation, (CREDIT,))
    return _found_in(conversation, conversation.script.question(came_from))


def _found_in(conversation: Conversation, question: Question) -> tuple[Finding, ...]:
    return findings(conversation, {prompt.id for prompt in question.prompts})


def screened_anew(conversation: Conversation) -> Step | None:
    """Where a form, a change or an edit has brought something in: stand at it. None when nothing was found."""
    leave = Leave(place_of(conversation.draft), unanswered=conversation.draft.stage is not Stage.CHECKING)
    return to_screen(conversation, None, leave) if findings(conversation) else None


def replace_it(conversation: Conversation, given: Input) -> Step:
    """*Replace with [removed]*."""
    finding = _meant(conversation, given)
    if finding is None:
        return Step(awake(conversation), (Refresh(None),))
    answer = replaced(conversation, finding)
    own_message = conversation.answer(finding.prompt_id).count > 0
    rewritten = conversation.with_answer(answer)
    outcome = f"{'removed' if own_message else 'removed_form'}:{finding.span.kind}"
    return _resume(rewritten, outcome, Rewrite(answer))


def keep_it(conversation: Conversation, given: Input) -> Step:
    """*It isn't one*: kept as it is, for exactly this text, and a second reviewer will look."""
    finding = _meant(conversation, given)
    if finding is None:
        return Step(awake(conversation), (Refresh(None),))
    answer = disputed(conversation, finding)
    return _resume(conversation.with_answer(answer), f"kept:{finding.span.kind}", SetAnswer(answer))


def _meant(conversation: Conversation, given: Input) -> Finding | None:
    """The finding that was on the screen when the button was pressed, if it is still the one to speak of."""
    found = open_findings(conversation)
    return found[0] if found and found[0].mark == given.text else None


def screen_next(conversation: Conversation, given: Input) -> Step:
    """Go on once nothing is left to decide (an edit or a form has changed the words)."""
    if open_findings(conversation):
        return Step(awake(conversation), (Refresh("decide", typed=given.typed),))
    return _resume(conversation, "gone")


def screen_back(conversation: Conversation, given: Input) -> Step:
    """Back to the answer in which it was found."""
    came_from, leave = conversation.draft.open_prompt, Leave(_SCREEN, unanswered=True)
    found = open_findings(conversation)
    place: str | Stage = came_from or Stage.CHECKING
    if came_from == CREDIT or (came_from is None and found and found[0].prompt_id == CREDIT):
        place = Stage.CREDIT
    return go(conversation, place, leave, back=True)


def _resume(conversation: Conversation, outcome: str, *kept: Reply) -> Step:
    """Go on where the screen came in the way, or to the next thing found."""
    came_from, leaving = conversation.draft.open_prompt, (*kept, Leave(_SCREEN, outcome=outcome))
    if open_findings(conversation):
        return to_screen(conversation, came_from, *leaving)
    if came_from is None:
        return go(conversation, Stage.CHECKING, *leaving)
    if came_from == CREDIT:
        return go(conversation, Stage.PLACES, *leaving)
    question = conversation.script.question(came_from)
    if problem_with(conversation, question) is not None:  # "[removed]" may be longer than what it stands for
        return go(conversation, question.id, *leaving, back=True)
    return _after(conversation, question, *leaving)


# ── how somebody else answered ────────────────────────────────────────────────────────────────────────────────────


def show(conversation: Conversation, given: Input) -> Step:
    """Offer somebody's answer to the open question. It is no answer, and nothing changes."""
    question = conversation.question
    if question is None:
        return Step(conversation.draft, (Note("example_nowhere"),))
    return Step(conversation.draft, (Note("example" if question.lead.typed else "example_list", question.lead.id),))
