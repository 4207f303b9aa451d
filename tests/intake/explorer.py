"""Walks the whole conversation: everything a teller can do, from the first question on, until nothing is new.

What the house does about each reply is done here in memory. Situations that differ only in what cannot matter (how long
exactly a long answer is; which permission was ticked, while questions are open) count as one.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from remembering import Remembered, Remembering

from bot.intake import conversation as machine
from bot.intake import dialogue
from bot.intake.dialogue import (
    CREDIT,
    NAMING,
    PLACES,
    Close,
    Conversation,
    Input,
    Keep,
    Move,
    Rewrite,
    SetAnswer,
    Step,
)
from bot.intake.found import findings
from bot.intake.going import open_findings
from bot.intake.script import OTHER_ID, Prompt, PromptKind, Script
from storage.records import Answer, Draft, DraftState, Naming, Place, Purpose, Stage

TUESDAY = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)
Key = tuple[object, ...]
SENT: Key = ("sent",)
DELETED: Key = ("deleted",)

_PRESSED_OR_TYPED = (Move.NEXT, Move.BACK, Move.SKIP, Move.STOP, Move.HELP, Move.DELETE, Move.CARRY_ON, Move.SHOW)
IDENTIFIER = "LE1 1AA"
"""A postcode, short enough for every answer of the small scripts."""
_PRESSED = (Move.DELETE_YES, Move.DELETE_NO, Move.KEEP_PRIVATE, Move.SEND)


@dataclass(frozen=True)
class Edge:
    """One thing done in one situation, and what followed."""

    before: Conversation
    given: Input
    step: Step
    after: Conversation


@dataclass
class Graph:
    """Every situation that can be reached, and where one leads."""

    states: dict[Key, Conversation] = field(default_factory=dict)
    leads_to: dict[Key, set[Key]] = field(default_factory=dict)
    edges: int = 0

    def never_sent(self) -> list[Key]:
        """Situations from which the story cannot be sent any more."""
        back: dict[Key, set[Key]] = {}
        for key, followers in self.leads_to.items():
            for follower in followers:
                back.setdefault(follower, set()).add(key)
        reached, todo = {SENT}, [SENT]
        while todo:
            for key in back.get(todo.pop(), set()) - reached:
                reached.add(key)
                todo.append(key)
        return [key for key in self.states if key not in reached]


def first(script: Script) -> Conversation:
    """A new draft at its first question."""
    script = Remembering.of(script)
    draft = Draft("d", "t", script.sha, Purpose.NEW, DraftState.OPEN, Stage.ASKING, None, TUESDAY, TUESDAY)
    return Remembered(script, machine.begin(script, draft).draft, {})


def changing(script: Script) -> Conversation:
    """A draft that changes a story: every question answered in the form, by the last choice of each list."""
    script = Remembering.of(script)
    draft = Draft("d", "t", script.sha, Purpose.CHANGE, DraftState.OPEN, Stage.CHECKING, None, TUESDAY, TUESDAY)
    answers = {NAMING: Answer(NAMING, (Naming.NONE,)), PLACES: Answer(PLACES, (Place.DIGEST,))}
    for prompt in script.prompts:
        answers[prompt.id] = (
            Answer(prompt.id, form_text=_text_of(max(prompt.min_length, 1)))
            if prompt.typed
            else Answer(prompt.id, choices=(prompt.choices[-1].id,))
        )
    made = Remembered(script, draft, answers)
    held = {question.lead.id for question in made.asked}
    answers = {name: one for name, one in answers.items() if name.startswith("_") or _is_asked(script, name, held)}
    made = Remembered(script, draft, answers)
    return replace(made, draft=replace(draft, shown_total=len(made.asked)))


def _is_asked(script: Script, prompt_id: str, held: set[str]) -> bool:
    return script.question(prompt_id).id in held


def explore(start: Conversation, look: Callable[[Edge], None]) -> Graph:
    """Do everything in every situation that can be reached; `look` sees each thing done."""
    graph = Graph()
    todo: deque[Conversation] = deque()

    def note(found: Conversation, followers: set[Key]) -> None:
        key = key_of(found)
        followers.add(key)
        if key not in graph.states:
            graph.states[key] = found
            todo.append(found)

    note(start, set())
    while todo:
        before = todo.popleft()
        here = key_of(before)
        followers = graph.leads_to.setdefault(here, set())
        for given in inputs(before):
            step = machine.respond(before, given)
            after = carried_out(before, given, step)
            look(Edge(before, given, step, after))
            graph.edges += 1
            ends = {one.state for one in step.replies if isinstance(one, Close)}
            if ends & {DraftState.SENT, DraftState.DELETED}:
                followers.add(SENT if DraftState.SENT in ends else DELETED)
                continue
            if DraftState.KEPT in ends:
                after = replace(after, draft=replace(after.draft, paused=True))
            note(after, followers)
        mended = shortened(before)
        if mended is not None:
            note(mended, followers)
    return graph


# ── what the house does about the replies ─────────────────────────────────────────────────────────────────────────


def carried_out(before: Conversation, given: Input, step: Step) -> Conversation:
    """The conversation once every reply has been carried out."""
    answers, found = dict(before.answers), dict(before.words)
    for reply in step.replies:
        if isinstance(reply, Rewrite):
            answers[reply.answer.prompt_id] = replace(reply.answer, count=0, length=0)
            found.pop(reply.answer.prompt_id, None)
        elif isinstance(reply, SetAnswer):
            known = answers.get(reply.answer.prompt_id, Answer(reply.answer.prompt_id))
            answers[known.prompt_id] = replace(reply.answer, count=known.count, length=known.length)
        elif isinstance(reply, Keep) and reply.prompt_id is not None:
            known = answers.get(reply.prompt_id, Answer(reply.prompt_id))
            if IDENTIFIER in given.text:
                found[reply.prompt_id] = IDENTIFIER
            elif reply.alone:
                found.pop(reply.prompt_id, None)
            if reply.alone:
                answers[known.prompt_id] = Answer(known.prompt_id, count=1, length=len(given.text))
            elif known.form_text is not None:
                words = "\n".join(part for part in (known.form_text, given.text) if part)
                answers[known.prompt_id] = replace(known, form_text=words)
            else:
                length = known.length + len(given.text) + (1 if known.count else 0)
                answers[known.prompt_id] = replace(known, count=known.count + 1, length=length)
    held = {name: _rounded(before.script, one) for name, one in answers.items()}
    return Remembered(before.script, step.draft, held, found)


def shortened(conversation: Conversation) -> Conversation | None:
    """The same after its teller has edited or deleted messages of every answer that was too long; None if none was."""
    answers = dict(conversation.answers)
    for prompt in conversation.script.prompts:
        answer = conversation.answer(prompt.id)
        right = max(prompt.min_length, 2)
        if prompt.typed and len(answer.form_text or "") > prompt.max_length:
            answers[prompt.id] = replace(answer, form_text=_text_of(right))
        elif prompt.typed and answer.length > prompt.max_length:
            answers[prompt.id] = replace(answer, length=right)
    return None if answers == conversation.answers else replace(conversation, answers=answers)


def _rounded(script: Script, answer: Answer) -> Answer:
    """The answer with its length brought to one of: nothing, too short, right, too long."""
    if answer.prompt_id.startswith("_") or not script.prompt(answer.prompt_id).typed:
        return answer
    prompt = script.prompt(answer.prompt_id)
    form = None if answer.form_text is None else _text_of(_bucket(len(answer.form_text), prompt), like=answer.form_text)
    rounded = min(answer.count, 1), _bucket(answer.length, prompt), form
    if rounded == (answer.count, answer.length, answer.form_text):
        return answer
    return replace(answer, count=rounded[0], length=rounded[1], form_text=form)


def _bucket(length: int, prompt: Prompt) -> int:
    least, most = prompt.min_length, prompt.max_length
    if length == 0:
        return 0
    if length < least:
        return 1
    return max(least, 2) if length <= most else most + 1


def _text_of(length: int, *, like: str = "") -> str:
    """A text of this length; with something that the screen finds, where the text it stands for has it."""
    if IDENTIFIER not in like:
        return "w" * length
    return f"{'w' * (length - len(IDENTIFIER) - 1)} {IDENTIFIER}".strip()


def key_of(conversation: Conversation) -> Key:
    """What tells two situations apart: the place, how its own answer stands, and what is amiss elsewhere."""
    draft, question = conversation.draft, conversation.question
    wrong = next((one.id for one in conversation.asked if dialogue.problem_with(conversation, one) is not None), None)
    conditions = [one.lead.when.prompt for one in conversation.script.questions if one.lead.when]
    turns = tuple(_standing(conversation, name) for name in conditions)
    if question is not None:
        own = tuple(_standing(conversation, prompt.id) for prompt in question.prompts)
    else:
        names = () if draft.stage is Stage.CHECKING else (NAMING, CREDIT, PLACES)
        own = tuple(_standing(conversation, name) for name in names)
    forms = (one.form_text or one.other or "" for one in conversation.answers.values())
    found = findings(conversation) if conversation.words or any(IDENTIFIER in one for one in forms) else ()
    screen = (found[0].prompt_id if found else None, draft.stage is Stage.SCREENING and draft.open_prompt)
    return (dialogue.place_of(draft), draft.paused, draft.purpose, draft.shown_total, turns, wrong, own, screen)


def _standing(conversation: Conversation, name: str) -> Key:
    """How one answer stands, as far as it matters."""
    answer = conversation.answer(name)
    if name.startswith("_"):
        return (answer.choices[:1], answer.form_text is not None)
    prompt = conversation.script.prompt(name)
    if prompt.typed:
        form = None if answer.form_text is None else _bucket(len(answer.form_text), prompt)
        return (answer.length, form, answer.skipped)
    many = prompt.max_selected is not None and len(answer.choices) > prompt.max_selected
    return (answer.choices[:1], many, OTHER_ID in answer.choices, answer.other is not None, answer.skipped)


# ── everything a teller can do ────────────────────────────────────────────────────────────────────────────────────


def inputs(conversation: Conversation) -> Iterator[Input]:
    """Every move with every kind of text, tick and place that makes a difference."""
    yield from _sayings(conversation)
    ticks = list(_ticks(conversation))
    for chosen in ticks:
        yield Input(Move.CHOOSE, chosen=chosen)
    for move in _PRESSED_OR_TYPED:
        yield Input(move, typed=True)
        takes = move in (Move.NEXT, Move.BACK, Move.SKIP, Move.STOP)
        takes = takes and (move is not Move.SKIP or conversation.question is not None)  # no other place has a Skip
        few = ticks if move is Move.NEXT else [ticks[0], *ticks[-2:]]
        for chosen in few if takes else [{}]:
            yield Input(move, place=dialogue.place_of(conversation.draft), chosen=chosen)
    for move in _PRESSED:
        yield Input(move)
    yield Input(Move.SEND, text="care")
    at = open_findings(conversation) if conversation.draft.stage is Stage.SCREENING else ()
    for move in (Move.REPLACE, Move.NOT_ONE):
        yield Input(move, text="another text")
        yield from (Input(move, text=one.mark) for one in at[:1])


def _sayings(conversation: Conversation) -> Iterator[Input]:
    question, script = conversation.question, conversation.script
    here = dialogue.place_of(conversation.draft)
    typed = [one for one in script.prompts if one.typed]
    least = min((one.min_length for one in typed), default=1)
    texts = ["w" * max(least - 1, 1), "w" * max((one.min_length for one in typed), default=3), "w" * 4000, "\u200b"]
    texts.append(f"{'w' * (max((one.min_length for one in typed), default=3) - 8)} {IDENTIFIER}".strip())
    options = [choice.text for prompt in (question.prompts if question else ()) for choice in prompt.choices[:1]]
    options += [prompt.other for prompt in (question.prompts if question else ()) if prompt.other]
    for text in [*texts, *options, *(text.upper() for text in options[:1])]:
        yield Input(Move.SAY, place=here, text=text)
    yield Input(Move.SAY, place=None, text="words")
    for place in _other_places(script, here):
        yield Input(Move.SAY, place=place, text="words")


def _other_places(script: Script, here: str) -> Iterator[str]:
    seen: set[PromptKind] = set()
    for question in script.questions:
        if question.id != here and question.kind not in seen:
            seen.add(question.kind)  # of several of a kind the first stands for all
            yield question.id
    yield from (place for place in ("_checking", "_credit") if place != here)


def _ticks(conversation: Conversation) -> Iterator[dict[str, tuple[str, ...]]]:
    yield {}
    stage, question = conversation.draft.stage, conversation.question
    if stage is Stage.NAMING:
        yield from ({NAMING: (naming,)} for naming in (Naming.NAME, Naming.NONE))
        yield {NAMING: ()}
    if stage is Stage.PLACES:
        yield from ({PLACES: places} for places in ((), (Place.DIGEST,), (Place.DIGEST, Place.TRAINING)))
    yield (
        {NAMING: (Naming.ROLE,), PLACES: (Place.TRAINING,), "no-such-prompt": ("x",)} if question else {"kind": ("x",)}
    )
    for prompt in question.prompts if question else ():
        if prompt.typed:
            yield {prompt.id: ("x",)}  # nothing can be ticked there, so this is made up
            continue
        ids = [choice.id for choice in prompt.choices]
        yield {prompt.id: ()}
        yield {prompt.id: (ids[0],)}
        if any(one.lead.when and one.lead.when.prompt == prompt.id for one in conversation.script.questions):
            yield {prompt.id: (ids[-1],)}
        if prompt.kind is PromptKind.CHOICES:
            yield {prompt.id: tuple(ids[:2])}
            yield {prompt.id: tuple(ids[: (prompt.max_selected or len(ids)) + 1])}
        if prompt.other is not None:
            yield {prompt.id: (OTHER_ID,)}
