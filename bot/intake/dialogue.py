"""What the conversation is made of: what a teller can do, where a draft stands, and what can come back.

Pure. The machine in `conversation.py` turns one into the other; `carrying.py` carries out what came back, and the
blocks show it. Everything here is data, and questions asked of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from bot.intake.script import OTHER_ID, Question, Script
from storage.records import Answer, Asked, Draft, DraftState, Naming, Place, Stage

NAMING: Final = "_naming"
CREDIT: Final = "_credit"
PLACES: Final = "_places"
"""Answers of the product's own steps are kept beside the script's, under names that no prompt can have."""

CREDIT_LONGEST: Final = 100
OTHER_LONGEST: Final = 200


class Move(StrEnum):
    """What a teller can do, by a button or by a word that is the whole message."""

    SAY = "say"
    CHOOSE = "choose"
    NEXT = "next"
    BACK = "back"
    SKIP = "skip"
    STOP = "stop"
    HELP = "help"
    DELETE = "delete"
    DELETE_YES = "delete_yes"
    DELETE_NO = "delete_no"
    CARRY_ON = "carry_on"
    KEEP_PRIVATE = "keep_private"
    SEND = "send"
    REPLACE = "replace"
    NOT_ONE = "not_one"
    SHOW = "show"


WORDS: Final[Mapping[str, Move]] = {
    "next": Move.NEXT,
    "back": Move.BACK,
    "skip": Move.SKIP,
    "stop": Move.STOP,
    "finish later": Move.STOP,
    "help": Move.HELP,
    "delete": Move.DELETE,
    "carry on": Move.CARRY_ON,
    "show me one": Move.SHOW,
    "example": Move.SHOW,
    "for example": Move.SHOW,
}


def control_word(text: str) -> Move | None:
    """The move that a message asks for when it is nothing but a control word."""
    return WORDS.get(" ".join(text.casefold().split()).rstrip(".!"))


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a teller did."""

    move: Move
    place: str | None = None
    """The question open when it was written, or whose button was pressed. None: the open one."""
    text: str = ""
    typed: bool = False
    """A control word rather than a press: the reply goes below it."""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Choice ids by prompt id, as they stood on the screen."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that the machine looks at."""

    script: Script
    draft: Draft
    answers: Mapping[str, Answer]
    words: Mapping[str, str] = field(default_factory=dict)
    """The words of every typed prompt, where the move may leave an answer behind: they are screened then."""

    def answer(self, prompt_id: str) -> Answer:
        """What is held for a prompt; an empty answer when nothing is."""
        return self.answers.get(prompt_id, Answer(prompt_id))

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Choice ids by prompt id, for every choice prompt that was answered or skipped."""
        return {
            prompt.id: answer.choices
            for prompt in self.script.prompts
            if not prompt.typed and (answer := self.answers.get(prompt.id)) and (answer.choices or answer.skipped)
        }

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are asked, given the choices so far."""
        return self.script.questions if self.script.is_straight else self.script.asked(self.chosen)

    @property
    def question(self) -> Question | None:
        """The question that is open, if one is."""
        if self.draft.open_prompt is None or self.draft.stage is not Stage.ASKING:
            return None
        return self.script.question(self.draft.open_prompt)

    def number(self, place: str) -> int:
        """The place's number among the questions asked, from 1."""
        ids = [question.id for question in self.asked]
        return ids.index(place) + 1 if place in ids else [q.id for q in self.script.questions].index(place) + 1

    def with_answer(self, answer: Answer) -> "Conversation":
        """The same with this answer held."""
        return replace(self, answers={**self.answers, answer.prompt_id: answer})


# ── what comes back ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Keep:
    """File the message under this prompt; None keeps it beside the story until its teller says where."""

    prompt_id: str | None
    alone: bool = False
    """It replaces what was kept there before (one message answers a line)."""


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """Hold this for a prompt."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Hold these words for a prompt, and delete what was written for it: it held an identifier."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a place's message, always a new one; it carries the buttons from now on."""

    place: str
    back: bool = False
    """Reached by going back."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Say that it was kept, below what they wrote; one message for a burst."""

    welcome: bool = False
    """The draft was resting: say where we are."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Render the message that carries the buttons again, with a line that says what to do, or none."""

    line: str | None = None
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """A place is left behind: its message shrinks to question and answer, or goes when there is nothing to keep."""

    place: str
    unanswered: bool = False
    outcome: str | None = None
    """At the screen: what was decided, and about which kind ("removed:phone")."""


@dataclass(frozen=True, slots=True)
class Note:
    """Say one thing beside the question."""

    what: str
    prompt_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Say that it is saved, with the way back."""

    typed: bool


@dataclass(frozen=True, slots=True)
class Close:
    """The draft ends so."""

    state: DraftState
    care: bool = False


Reply = Keep | SetAnswer | Rewrite | Ask | Foot | Refresh | Leave | Note | Rest | Close


@dataclass(frozen=True, slots=True)
class Step:
    """Where the draft stands now, and what is to be said and kept."""

    draft: Draft
    replies: tuple[Reply, ...] = ()


# ── where a draft stands ──────────────────────────────────────────────────────────────────────────────────────────


def place_of(draft: Draft) -> str:
    """The place where a draft stands: its open question's id, or the name of the step."""
    if draft.stage is Stage.SCREENING:
        return f"_{draft.stage}"
    return draft.open_prompt or f"_{draft.stage}"


def place_when_written(asked: Sequence[Asked], ts: str, thread_ts: str | None) -> str | None:
    """The place that was open when a message was written, from Slack's own times; None while that cannot be known.

    A reply in a question's thread belongs to that question whenever it was written.
    """
    for one in asked:
        if thread_ts is not None and one.ts == thread_ts:
            return one.prompt_id
    if not asked or asked[-1].ts is None:
        return None
    before = [one for one in asked if one.ts is not None and _when(one.ts) < _when(ts)]
    return before[-1].prompt_id if before else asked[0].prompt_id


def _when(ts: str) -> tuple[int, str]:
    seconds, _, rest = ts.partition(".")
    return (int(seconds) if seconds.isdigit() else 0, rest)


def problem_with(conversation: Conversation, question: Question) -> str | None:
    """Why a question's answer cannot be taken as it is, or None: a word that `blocks` has a sentence for."""
    for prompt in question.prompts:
        answer = conversation.answer(prompt.id)
        if prompt.typed:
            length = len(answer.form_text) if answer.form_text is not None else answer.length
            if length == 0:
                if prompt.required:
                    return "empty"
            elif length < prompt.min_length:
                return "short"
            elif length > prompt.max_length:
                return "long"
            continue
        if not answer.choices and prompt.required:
            return "choose"
        if prompt.max_selected is not None and len(answer.choices) > prompt.max_selected:
            return "too_many"
        if OTHER_ID in answer.choices and prompt.other is not None and not answer.other:
            return "other"
    return None


def is_answered(conversation: Conversation, question: Question) -> bool:
    """Whether anything at all is held for a question."""
    held = [conversation.answer(prompt.id) for prompt in question.prompts]
    return any(answer.choices or answer.length or answer.form_text for answer in held)


def awaits_other(conversation: Conversation, question: Question) -> str | None:
    """The prompt whose "Something else" is ticked and still has no words."""
    for prompt in question.prompts:
        answer = conversation.answer(prompt.id)
        if prompt.other is not None and OTHER_ID in answer.choices and not answer.other:
            return prompt.id
    return None


def take_choices(conversation: Conversation, given: Input) -> tuple[Conversation, tuple[Reply, ...]]:
    """Hold what stood ticked on the screen, of the place that is open."""
    question = conversation.question
    mine = {prompt.id for prompt in question.prompts} if question else _own_answer(conversation.draft.stage)
    kept: list[Reply] = []
    for prompt_id, choices in given.chosen.items():
        known = conversation.answer(prompt_id)
        if prompt_id in mine and known.choices != choices:
            other = known.other if OTHER_ID in choices else None
            answer = replace(known, choices=choices, other=other, skipped=False)
            conversation = conversation.with_answer(answer)
            kept.append(SetAnswer(answer))
    return conversation, tuple(kept)


def _own_answer(stage: Stage) -> set[str]:
    return {Stage.NAMING: {NAMING}, Stage.PLACES: {PLACES}}.get(stage, set())


_OWN_CHOICES = {NAMING: Naming, PLACES: Place}


def real_choices(conversation: Conversation, chosen: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What the screen said was ticked, without anything that the script does not offer."""
    real: dict[str, tuple[str, ...]] = {}
    for prompt_id, choices in chosen.items():
        own = _OWN_CHOICES.get(prompt_id)
        if own is not None:
            real[prompt_id] = tuple(choice for choice in choices if choice in set(own))
            continue
        prompt = next((one for one in conversation.script.prompts if one.id == prompt_id and not one.typed), None)
        if prompt is None:
            continue
        known = {choice.id for choice in prompt.choices} | ({OTHER_ID} if prompt.other else set())
        real[prompt_id] = tuple(dict.fromkeys(choice for choice in choices if choice in known))
    return real
