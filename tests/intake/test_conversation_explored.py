"""The conversation, explored completely: whatever a teller does, wherever they stand."""

from collections.abc import Iterator
from functools import cache

import pytest
from explorer import IDENTIFIER, Edge, Graph, changing, explore, first
from small_scripts import SMALL

from bot.intake import conversation as machine
from bot.intake import dialogue
from bot.intake.dialogue import (
    Ask,
    Close,
    Conversation,
    Foot,
    Keep,
    Leave,
    Move,
    Note,
    Refresh,
    Rest,
    Rewrite,
    SetAnswer,
)
from bot.intake.found import findings
from bot.intake.script import OTHER_ID, PromptKind
from bot.intake.script.file import load_script
from bot.story import screening
from storage.records import DraftState, Purpose, Screened, Stage


@pytest.fixture(autouse=True, scope="module")
def screened_once() -> Iterator[None]:
    """The same few texts are screened in every situation: the screen's answers are kept, not asked for again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screening, "strong", cache(screening.strong))
        yield


_SAID = (Ask, Foot, Refresh, Note, Rest, Close)
_REFUSALS = {"line_too_long", "other_too_long", "credit_too_long", "short", "too_many"}
"""What hands words back, saying what would be right."""


def look(edge: Edge) -> None:
    """Everything that holds for anything done anywhere."""
    for problem in problems(edge):
        raise AssertionError(f"{problem}: {edge.given} at {edge.before.draft} gave {edge.step.replies}")


def problems(edge: Edge) -> Iterator[str]:
    """What is wrong with what followed."""
    replies, draft, was = edge.step.replies, edge.step.draft, edge.before.draft
    asks = [one for one in replies if isinstance(one, Ask)]
    if edge.given.move is not Move.CHOOSE and not any(isinstance(one, _SAID) for one in replies):
        yield "silence"
    if len(asks) > 1 or any(one.place != dialogue.place_of(draft) for one in asks):
        yield "asks for another place than it stands at"
    if any(isinstance(one, Leave) for one in replies) and not asks:
        yield "leaves without going anywhere"
    if dialogue.place_of(draft) != dialogue.place_of(was) and not asks:
        yield "stands somewhere new without asking"
    if (
        draft.stage is not Stage.SCREENING and (draft.stage is Stage.ASKING) != (draft.open_prompt is not None)
    ) or draft.state is not DraftState.OPEN:
        yield "a malformed draft"
    resting = any(isinstance(one, Rest) for one in replies)
    if draft.paused and not (resting or (was.paused and dialogue.place_of(draft) == dialogue.place_of(was))):
        yield "rests unasked"
    yield from _numbers(edge.after, was.shown_total)
    yield from _lost(edge)
    yield from _words(edge)
    yield from _ends(edge)
    yield from _screen(edge)
    yield from _told_and_kept(edge)


def _numbers(after: Conversation, before: int) -> Iterator[str]:
    if after.draft.shown_total < before:
        yield "the total went down"
    if after.question is not None and after.question.id != after.draft.open_prompt:
        yield "stands at half a question"
    is_asked = after.question is not None and after.question.id in [one.id for one in after.asked]
    if is_asked and after.number(dialogue.place_of(after.draft)) > after.draft.shown_total:
        yield "a number past the total"


def _lost(edge: Edge) -> Iterator[str]:
    """No answer goes but by what the teller did at that very prompt."""
    question = edge.before.question
    here = {prompt.id for prompt in question.prompts} if question else {"_naming", "_credit", "_places"}
    for name, had in edge.before.answers.items():
        has = edge.after.answer(name)
        if has is had:
            continue
        mine = name in here and (edge.given.move is Move.SAY or name in edge.given.chosen)
        mine = mine or any(isinstance(one, Rewrite) and one.answer.prompt_id == name for one in edge.step.replies)
        if not mine and (has.choices != had.choices or (had.other and has.other != had.other)):
            yield f"choices lost at {name}"
        if not mine and (has.count < had.count or has.length < had.length):
            yield f"messages lost at {name}"
        form, before = has.form_text or "", had.form_text or ""
        if not mine and (len(form) < len(before) or (IDENTIFIER in before and IDENTIFIER not in form)):
            yield f"words of the form lost at {name}"
    if edge.given.move in (Move.NEXT, Move.BACK, Move.SKIP, Move.STOP):
        for name in here & set(edge.given.chosen):
            typed = question is not None and edge.before.script.prompt(name).typed
            if not typed and _is_own(edge, name) and edge.after.answer(name).choices != edge.given.chosen[name]:
                yield f"what stood ticked is lost at {name}"


def _is_own(edge: Edge, name: str) -> bool:
    return not name.startswith("_") or name == dialogue.place_of(edge.before.draft)


def _words(edge: Edge) -> Iterator[str]:
    """What was typed is kept, or chosen, or handed back with a word on what would be right."""
    if edge.given.move is not Move.SAY:
        return
    kept = [one for one in edge.step.replies if isinstance(one, Keep)]
    taken = [one for one in edge.step.replies if isinstance(one, SetAnswer)]
    handed_back = {one.what for one in edge.step.replies if isinstance(one, Note)}
    handed_back |= {one.line for one in edge.step.replies if isinstance(one, Refresh) and one.line is not None}
    if not kept and not taken and not handed_back & _REFUSALS:
        yield "words lost"
    if len(kept) > 1:
        yield "words kept twice"
    question = edge.before.question
    problem = None if question is None else dialogue.problem_with(edge.after, question)
    if question is not None and question.kind is PromptKind.LINE and any(one.alone for one in kept) and problem:
        yield f"a line is taken that is {problem}"
    if question is not None and problem == "too_many" and dialogue.problem_with(edge.before, question) != problem:
        yield "typing chose more than may be chosen"


def _ends(edge: Edge) -> Iterator[str]:
    """A story is sent whole, and only where it says so."""
    for end in (one for one in edge.step.replies if isinstance(one, Close)):
        if end.state is DraftState.SENT:
            lacking = [one.id for one in edge.before.asked if dialogue.problem_with(edge.before, one) is not None]
            if lacking or not edge.before.answer(dialogue.PLACES).choices:
                yield f"sent without {lacking or 'a place'}"
            if findings(edge.before):
                yield "sent with something that nobody has spoken of"
            if end.care != (edge.given.text == "care"):
                yield "another care than was asked for"
        allowed = {DraftState.SENT: Move.SEND, DraftState.KEPT: Move.KEEP_PRIVATE, DraftState.DELETED: Move.DELETE_YES}
        if allowed[end.state] is not edge.given.move:
            yield "an end that nobody asked for"
        if end.state is DraftState.KEPT and edge.before.draft.purpose is Purpose.CHANGE:
            yield "a story that was sent is kept private"


def _screen(edge: Edge) -> Iterator[str]:
    """What was found is replaced or kept only on its teller's word, and going on never passes it by."""
    before, after = edge.before, edge.after
    decided = edge.given.move in (Move.REPLACE, Move.NOT_ONE)
    if any(isinstance(one, Rewrite) for one in edge.step.replies) and edge.given.move is not Move.REPLACE:
        yield "rewritten unasked"
    screened = {name: one.screened for name, one in after.answers.items() if one.screened != Screened()}
    if not decided and any(one != before.answer(name).screened for name, one in screened.items()):
        yield "decided unasked"
    if decided and edge.given.text == "another text" and after.answers != before.answers:
        yield "a press on another text counted"
    forward = edge.given.move in (Move.NEXT, Move.SEND) and after.draft.stage in (Stage.NAMING, Stage.PLACES)
    if forward and before.draft.stage in (Stage.CHECKING, Stage.READY) and findings(before):
        yield "went on past what was found"


_KEPT_FOR = {"added", "held", "held_welcome"}
_KEPT_BESIDE = {"offer", "nowhere"}
_ONLY_SAID = {"delete_ask", "delete_no", "help", "example", "example_list", "example_nowhere"}


def _told_and_kept(edge: Edge) -> Iterator[str]:
    """What is kept is what was said to be: no more, no less, and under the question that was named."""
    replies = edge.step.replies
    kept = [one.prompt_id for one in replies if isinstance(one, Keep)]
    notes = [(one.what, one.prompt_id) for one in replies if isinstance(one, Note)]
    said = {what for what, _ in notes} | {one.line for one in replies if isinstance(one, Refresh)}
    for what, prompt_id in notes:
        if what in _KEPT_FOR and kept != [prompt_id]:
            yield f"said to be kept for {prompt_id}, and kept for {kept}"
        if what in _KEPT_BESIDE and kept != [None]:
            yield f"said to be kept beside the story, and kept for {kept}"
        if what in _ONLY_SAID and (edge.after != edge.before or len(replies) != 1):
            yield f"{what} did more than it said"
    foot = any(isinstance(one, Foot) for one in replies)
    if foot and kept != [edge.before.draft.open_prompt]:
        yield f"said to be kept here, and kept for {kept}"
    lone = any(isinstance(one, Keep) and one.alone for one in replies)
    if kept and not (foot or lone or said & (_KEPT_FOR | _KEPT_BESIDE)):
        yield f"kept for {kept} without a word"
    if kept and said & _REFUSALS and not foot and not lone:
        yield "handed back and kept as well"
    ends = [one for one in replies if isinstance(one, Close)]
    if ends and len(replies) != 1:
        yield "an end beside which something else is said"
    if any(isinstance(one, Rest) for one in replies) and not edge.step.draft.paused:
        yield "said to be saved for later, and goes on"


def _told(name: str, graph: Graph) -> None:
    print(f"{name}: {len(graph.states)} situations, {graph.edges} things done")


@pytest.mark.parametrize("name", SMALL)
def test_small_scripts(name: str) -> None:
    """Whatever is done anywhere, it is answered, no answer is lost, and the story can still be sent."""
    graph = explore(first(SMALL[name]), look)
    _told(name, graph)
    assert graph.never_sent() == []


@pytest.mark.parametrize("name", ["every kind", "grows"])
def test_small_scripts_changed(name: str) -> None:
    """The same for a story that was sent and is being changed."""
    graph = explore(changing(SMALL[name]), look)
    _told(f"{name}, changed", graph)
    assert graph.never_sent() == []


def test_the_default_script() -> None:
    """The same for the script that everybody has."""
    graph = explore(first(load_script(None)), look)
    _told("default", graph)
    assert graph.never_sent() == []


def test_every_stage_has_every_move() -> None:
    """Each move has an entry for every stage, so nothing a teller does can fall through."""
    for move in Move:
        handlers = machine.MOVES[move]
        assert None in handlers or set(handlers) == set(Stage), move


def test_an_other_choice_awaits_words() -> None:
    """The choice that stands for `other` is never complete without words."""
    script = SMALL["beside"]
    ticked = machine.respond(first(script), dialogue.Input(Move.CHOOSE, chosen={"colours": (OTHER_ID,)}))
    assert [one.line for one in ticked.replies if isinstance(one, Refresh)] == ["other"]
