"""The conversation as a state machine: `(conversation, input) -> (draft, replies)`.

Pure. No Slack, no storage calls, no clock. A draft stands at a *place*: a question of the script, or one of the
product's own steps (check, naming, places, ready). `MOVES` is the table of what a teller can do at each; for every
place and input a reply comes back, or the answer is already on the screen. `carrying.py` carries the replies out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.intake.dialogue import (
    CREDIT,
    NAMING,
    PLACES,
    Ask,
    Close,
    Conversation,
    Input,
    Leave,
    Move,
    Note,
    Refresh,
    Rest,
    Rewrite,
    SetAnswer,
    Step,
    awaits_other,
    is_answered,
    place_of,
    problem_with,
    take_choices,
)
from bot.intake.going import (
    awake,
    go,
    keep_it,
    leave_credit,
    onward,
    replace_it,
    screen_back,
    screen_next,
    screened_anew,
    show,
)
from bot.intake.saying import say, say_at_screen, say_credit, say_elsewhere
from bot.intake.script import Script
from storage.records import Draft, DraftState, Naming, Purpose, Stage


def respond(conversation: Conversation, given: Input) -> Step:
    """What follows when a teller does something. Total: every stage has an entry for every move."""
    handler = MOVES[given.move].get(conversation.draft.stage) or MOVES[given.move][None]
    step = handler(conversation, given)
    answered = conversation
    for reply in step.replies:
        if isinstance(reply, SetAnswer | Rewrite):
            answered = answered.with_answer(reply.answer)
    total = max(len(answered.asked), conversation.draft.shown_total)
    return step if total == step.draft.shown_total else replace(step, draft=replace(step.draft, shown_total=total))


def begin(script: Script, draft: Draft) -> Step:
    """The first question of a new draft."""
    first = script.asked({})[0]
    begun = replace(draft, stage=Stage.ASKING, open_prompt=first.id, shown_total=len(script.asked({})))
    return Step(begun, (Ask(first.id),))


# ── choosing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _choose(conversation: Conversation, given: Input) -> Step:
    """Something was ticked: hold it; only "Something else" needs a word said."""
    question = conversation.question
    waiting_before = question is not None and awaits_other(conversation, question) is not None
    chosen, kept = take_choices(conversation, given)
    waiting_now = question is not None and awaits_other(chosen, question) is not None
    line = (Refresh("other" if waiting_now else None),) if waiting_now != waiting_before else ()
    return Step(conversation.draft, (*kept, *line))


# ── going on, back, and past ──────────────────────────────────────────────────────────────────────────────────────


def _next(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    question = chosen.question
    assert question is not None
    problem = problem_with(chosen, question)
    if problem is not None:
        return Step(awake(chosen), (*kept, Refresh(problem, typed=given.typed)))
    return onward(chosen, question, *kept)


def _skip(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    question = chosen.question
    assert question is not None
    if is_answered(chosen, question):
        return _next(conversation, given)  # they have answered: skipping does not throw it away
    if question.required:
        return Step(awake(chosen), (*kept, Refresh("needed", typed=given.typed)))
    return onward(chosen, question, *kept)


def _back(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    question = chosen.question
    assert question is not None
    ids = [one.id for one in chosen.asked]
    at = ids.index(question.id) if question.id in ids else 0
    if at == 0:
        return Step(awake(chosen), (*kept, Refresh("first", typed=given.typed)))
    leave = Leave(question.id, unanswered=not is_answered(chosen, question))
    return go(chosen, ids[at - 1], *kept, leave, back=True)


def _no_skip(conversation: Conversation, given: Input) -> Step:
    return Step(awake(conversation), (Refresh("no_skip", typed=given.typed),))


def _check_next(conversation: Conversation, given: Input) -> Step:
    """Carry on from the check: to whatever still lacks an answer, else to the permission questions."""
    leave = Leave(place_of(conversation.draft))
    for question in conversation.asked:
        if problem_with(conversation, question) is not None:
            return go(conversation, question.id, leave)
    return screened_anew(conversation) or go(conversation, Stage.NAMING, leave)


def _check_back(conversation: Conversation, given: Input) -> Step:
    return go(conversation, conversation.asked[-1].id, Leave(place_of(conversation.draft), unanswered=True), back=True)


def _naming_next(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    naming = chosen.answer(NAMING).choices
    if not naming:
        return Step(awake(chosen), (*kept, Refresh("choose", typed=given.typed)))
    following = Stage.CREDIT if naming[0] == Naming.NAME else Stage.PLACES
    return go(chosen, following, *kept, Leave(place_of(chosen.draft)))


def _credit_next(conversation: Conversation, given: Input) -> Step:
    if conversation.answer(CREDIT).form_text:
        return leave_credit(conversation)
    return Step(awake(conversation), (Refresh("type_credit", typed=given.typed),))


def _places_next(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    if not chosen.answer(PLACES).choices:
        return Step(awake(chosen), (*kept, Refresh("no_place", typed=given.typed)))
    return go(chosen, Stage.READY, *kept, Leave(place_of(chosen.draft)))


def _ready_next(conversation: Conversation, given: Input) -> Step:
    return Step(awake(conversation), (Refresh("press_send", typed=given.typed),))


def _back_to(stage: Stage) -> "Handler":
    def back(conversation: Conversation, given: Input) -> Step:
        chosen, kept = take_choices(conversation, given)
        return go(chosen, stage, *kept, Leave(place_of(chosen.draft), unanswered=True), back=True)

    return back


def _places_back(conversation: Conversation, given: Input) -> Step:
    named = conversation.answer(NAMING).choices[:1] == (Naming.NAME,)
    return _back_to(Stage.CREDIT if named else Stage.NAMING)(conversation, given)


# ── resting, deleting, sending ────────────────────────────────────────────────────────────────────────────────────


def _stop(conversation: Conversation, given: Input) -> Step:
    chosen, kept = take_choices(conversation, given)
    return Step(replace(chosen.draft, paused=True), (*kept, Rest(given.typed)))


def _carry_on(conversation: Conversation, given: Input) -> Step:
    """Put the open place again; at a check that is not resting, typing "carry on" goes on."""
    if conversation.draft.stage is Stage.CHECKING and not conversation.draft.paused and given.typed:
        return _check_next(conversation, given)
    return Step(awake(conversation), (Ask(place_of(conversation.draft)),))


def _help(conversation: Conversation, given: Input) -> Step:
    return Step(conversation.draft, (Note("help"),))


def _delete(conversation: Conversation, given: Input) -> Step:
    return Step(conversation.draft, (Note("delete_ask"),))


def _delete_yes(conversation: Conversation, given: Input) -> Step:
    return Step(conversation.draft, (Close(DraftState.DELETED),))


def _delete_no(conversation: Conversation, given: Input) -> Step:
    return Step(conversation.draft, (Note("delete_no"),))


def _keep_private(conversation: Conversation, given: Input) -> Step:
    if conversation.draft.purpose is Purpose.CHANGE:
        return Step(awake(conversation), (Refresh("already_sent", typed=given.typed),))
    return Step(conversation.draft, (Close(DraftState.KEPT),))


def _send(conversation: Conversation, given: Input) -> Step:
    """Send, if everything still stands; a change since may have opened a question again."""
    for question in conversation.asked:
        if problem_with(conversation, question) is not None:
            return go(conversation, question.id, Leave(place_of(conversation.draft), unanswered=True))
    found = screened_anew(conversation)
    if found is not None:
        return found
    return Step(conversation.draft, (Close(DraftState.SENT, care=given.text == "care"),))


def _not_yet(conversation: Conversation, given: Input) -> Step:
    """A button of a later step, pressed at an earlier one."""
    return Step(awake(conversation), (Refresh(None, typed=given.typed),))


Handler = Callable[[Conversation, Input], Step]

MOVES: Final[Mapping[Move, Mapping[Stage | None, Handler]]] = {
    Move.SAY: {
        Stage.ASKING: say,
        Stage.SCREENING: say_at_screen,
        Stage.CREDIT: say_credit,
        None: say_elsewhere,
    },
    Move.CHOOSE: {None: _choose},
    Move.NEXT: {
        Stage.ASKING: _next,
        Stage.SCREENING: screen_next,
        Stage.CHECKING: _check_next,
        Stage.NAMING: _naming_next,
        Stage.CREDIT: _credit_next,
        Stage.PLACES: _places_next,
        Stage.READY: _ready_next,
    },
    Move.BACK: {
        Stage.ASKING: _back,
        Stage.SCREENING: screen_back,
        Stage.CHECKING: _check_back,
        Stage.NAMING: _back_to(Stage.CHECKING),
        Stage.CREDIT: _back_to(Stage.NAMING),
        Stage.PLACES: _places_back,
        Stage.READY: _back_to(Stage.PLACES),
    },
    Move.SKIP: {Stage.ASKING: _skip, None: _no_skip},
    Move.STOP: {None: _stop},
    Move.CARRY_ON: {None: _carry_on},
    Move.HELP: {None: _help},
    Move.SHOW: {None: show},
    Move.DELETE: {None: _delete},
    Move.DELETE_YES: {None: _delete_yes},
    Move.DELETE_NO: {None: _delete_no},
    Move.KEEP_PRIVATE: {Stage.PLACES: _keep_private, None: _not_yet},
    Move.SEND: {Stage.READY: _send, None: _not_yet},
    Move.REPLACE: {Stage.SCREENING: replace_it, None: _not_yet},
    Move.NOT_ONE: {Stage.SCREENING: keep_it, None: _not_yet},
}
"""What follows each move, by stage; None stands for every other stage."""
