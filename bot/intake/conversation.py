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
    CREDIT_LONGEST,
    NAMING,
    OTHER_LONGEST,
    PLACES,
    Ask,
    Close,
    Conversation,
    Foot,
    Input,
    Keep,
    Leave,
    Move,
    Note,
    Refresh,
    Reply,
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
from bot.intake.found import findings
from bot.intake.going import (
    awake,
    go,
    keep_it,
    onward,
    replace_it,
    screen_back,
    screen_next,
    screened_anew,
    show,
    to_screen,
)
from bot.intake.script import OTHER_ID, PromptKind, Question, Script
from storage.records import Answer, Draft, DraftState, Naming, Purpose, Screened, Stage


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


# ── saying something ──────────────────────────────────────────────────────────────────────────────────────────────


def _say(conversation: Conversation, given: Input) -> Step:
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
    wanted = " ".join(given.text.casefold().split())
    for prompt in question.prompts:
        options = [*prompt.choices, *([prompt.choice(OTHER_ID)] if prompt.other else [])]
        for choice in options:
            if choice.text.casefold() == wanted:
                return _choose_by_word(conversation, question, prompt.id, choice.id)
    return _hold(conversation, question.id, again=conversation.draft.paused)


def _choose_by_word(conversation: Conversation, question: Question, prompt_id: str, choice_id: str) -> Step:
    prompt = conversation.script.prompt(prompt_id)
    known = conversation.answer(prompt_id)
    choices = (choice_id,) if prompt.kind is PromptKind.CHOICE else tuple(dict.fromkeys([*known.choices, choice_id]))
    if prompt.max_selected is not None and len(choices) > max(prompt.max_selected, len(known.choices)):
        return Step(awake(conversation), (Refresh("too_many", typed=True),))
    answer = replace(known, choices=choices, skipped=False)
    chosen = conversation.with_answer(answer)
    alone = prompt.kind is PromptKind.CHOICE and len(question.prompts) == 1 and choice_id != OTHER_ID
    if alone:
        return onward(chosen, question, SetAnswer(answer))
    return Step(awake(conversation), (SetAnswer(answer), Refresh("chosen_by_word", typed=True)))


def _hold(conversation: Conversation, after: str, *, again: bool = False) -> Step:
    """Keep a message for the next typed question, or offer to add it to the last one."""
    following = conversation.script.next_story_prompt(after, conversation.chosen)
    reply: tuple[Reply, ...] = (Keep(following.id), Note("held", following.id)) if following else _offer(conversation)
    asking: tuple[Reply, ...] = (Ask(place_of(conversation.draft)),) if again else ()
    return Step(awake(conversation), (*reply, *asking))


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
                return _say(conversation, replace(given, place=None))
            if following is not None:
                return Step(awake(conversation), (Keep(following.id), Note("added", following.id)))
    return Step(awake(conversation), _offer(conversation))


def _say_elsewhere(conversation: Conversation, given: Input) -> Step:
    """A message at a step that asks for no words."""
    place = given.place
    if place is not None and not place.startswith("_"):
        return _say_late(conversation, given, place)
    again: tuple[Reply, ...] = (Ask(place_of(conversation.draft)),) if conversation.draft.paused else ()
    return Step(awake(conversation), (*_offer(conversation), *again))


def _say_credit(conversation: Conversation, given: Input) -> Step:
    """The credit line, typed as it should appear."""
    if given.place is not None and given.place != place_of(conversation.draft):
        return _say_elsewhere(conversation, given)
    line = " ".join(given.text.split())
    if not line or len(line) > CREDIT_LONGEST:
        return Step(awake(conversation), (Refresh("credit_too_long", typed=True),))
    answer = Answer(CREDIT, form_text=line)
    return _leave_credit(conversation.with_answer(answer), SetAnswer(answer))


def _say_at_screen(conversation: Conversation, given: Input) -> Step:
    """Words while something that was found waits: if they belong to an answer, it is shown as it reads now."""
    step = _say_elsewhere(conversation, given)
    kept = any(isinstance(one, Keep) and one.prompt_id is not None for one in step.replies)
    return replace(step, replies=(*step.replies, Refresh(None))) if kept else step


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
        return _leave_credit(conversation)
    return Step(awake(conversation), (Refresh("type_credit", typed=given.typed),))


def _leave_credit(conversation: Conversation, *kept: Reply) -> Step:
    leaving = (*kept, Leave(place_of(conversation.draft)))
    if any(one.prompt_id == CREDIT for one in findings(conversation)):
        return to_screen(conversation, CREDIT, *leaving)
    return go(conversation, Stage.PLACES, *leaving)


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
        Stage.ASKING: _say,
        Stage.SCREENING: _say_at_screen,
        Stage.CREDIT: _say_credit,
        None: _say_elsewhere,
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
