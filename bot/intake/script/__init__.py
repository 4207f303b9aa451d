"""What a script is: a campaign's texts and an ordered list of prompts, and which of them are asked.

Pure: no files, no TOML, no Slack. `building.py` makes a `Script` or refuses a faulty one; `file.py` reads
it from disk. `conversation.py` and the blocks ask their questions of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from bot.errors import AltogetherError

STORY_CEILING: Final = 3_000
"""Characters of a typed answer: what one `plain_text_input` of a Slack modal holds."""
LINE_CEILING: Final = 150
"""Characters of a one-message answer: what one Slack header holds."""
OTHER_ID: Final = "other"
"""The choice id that stands for `other`; no choice of the file may use it."""


class PromptKind(StrEnum):
    """How a prompt is answered."""

    STORY = "story"
    LINE = "line"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a choice prompt. Stored answers keep the id, and the text as it was shown."""

    id: str
    text: str
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Ask only if the earlier prompt was answered with one of these choice ids."""

    prompt: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One thing that is asked. Lengths are characters after trimming, and 0 where nothing is typed."""

    id: str
    kind: PromptKind
    ask: str
    label: str
    hint: str | None = None
    why: str | None = None
    """Why it is needed, said to whoever would skip it: ends "I do need this one: …". No full stop."""
    more: str | None = None
    """What would be enough, said when the answer is too short: ends "A little more, please: …". No full stop."""
    required: bool = False
    min_length: int = 0
    max_length: int = 0
    choices: tuple[Choice, ...] = ()
    groups: tuple[str, ...] = ()
    max_selected: int | None = None
    other: str | None = None
    beside: str | None = None
    when: Condition | None = None

    @property
    def typed(self) -> bool:
        """Whether it is answered by typing."""
        return self.kind in (PromptKind.STORY, PromptKind.LINE)

    def choice(self, choice_id: str) -> Choice:
        """Return the choice with this id, also the one that `other` stands for; LookupError if there is none."""
        for choice in self.choices:
            if choice.id == choice_id:
                return choice
        if self.other is not None and choice_id == OTHER_ID:
            return Choice(id=OTHER_ID, text=self.other)
        raise LookupError(f"prompt {self.id} has no choice {choice_id!r}")


@dataclass(frozen=True, slots=True)
class Question:
    """One message: the lead prompt, and the prompts asked beside it."""

    prompts: tuple[Prompt, ...]

    @property
    def lead(self) -> Prompt:
        """The prompt whose words head the message."""
        return self.prompts[0]

    @property
    def id(self) -> str:
        """The lead's id, which names the question."""
        return self.lead.id

    @property
    def ask(self) -> str:
        """The words of the question."""
        return self.lead.ask

    @property
    def hint(self) -> str | None:
        """The line of help below it."""
        return self.lead.hint

    @property
    def kind(self) -> PromptKind:
        """How it is answered."""
        return self.lead.kind

    @property
    def required(self) -> bool:
        """Whether any of its prompts must be answered."""
        return any(prompt.required for prompt in self.prompts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """The texts of a campaign, and which prompts play the parts that the product knows."""

    name: str
    title: str
    minutes: int
    about: tuple[str, ...]
    """The notice's bullet lines; `{days}` stands for the days an unfinished draft is kept."""
    help: str
    notice_version: int
    how_we_use: str
    role_prompt: str | None = None
    organisation_prompt: str | None = None
    title_prompt: str | None = None
    lesson_prompt: str | None = None
    kind_prompt: str | None = None
    services_prompt: str | None = None


@dataclass(frozen=True, kw_only=True)
class Script:
    """A valid script: `sha` is the SHA-256, in hex, of `source`; parsing `source` again gives its equal."""

    campaign: Campaign
    prompts: tuple[Prompt, ...]
    sha: str
    version: str
    source: str = field(default="", repr=False)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        together: list[list[Prompt]] = []
        for prompt in self.prompts:
            if prompt.beside is None:
                together.append([prompt])
            else:
                together[-1].append(prompt)
        return tuple(Question(tuple(prompts)) for prompts in together)

    @cached_property
    def is_straight(self) -> bool:
        """Whether every question is asked, whatever is chosen."""
        return all(question.lead.when is None for question in self.questions)

    @cached_property
    def _prompts(self) -> Mapping[str, Prompt]:
        return {prompt.id: prompt for prompt in self.prompts}

    @cached_property
    def _questions(self) -> Mapping[str, Question]:
        return {prompt.id: question for question in self.questions for prompt in question.prompts}

    def prompt(self, prompt_id: str) -> Prompt:
        """Return the prompt with this id; LookupError if there is none."""
        found = self._prompts.get(prompt_id)
        if found is None:
            raise LookupError(f"the script has no prompt {prompt_id!r}")
        return found

    def question(self, prompt_id: str) -> Question:
        """Return the question that contains this prompt; LookupError if there is none."""
        found = self._questions.get(prompt_id)
        if found is None:
            raise LookupError(f"the script has no prompt {prompt_id!r}")
        return found

    def asked(self, chosen: Mapping[str, Collection[str]]) -> tuple[Question, ...]:
        """Return the questions that will be asked, given the choice ids so far by prompt id.

        What depends on a choice counts once that choice is made: so the number of questions only ever grows while a
        story is told. What depends on a skipped prompt, or on a question that is not asked, is not asked.
        """
        if self.is_straight:
            return self.questions
        asked: list[Question] = []
        open_ids: set[str] = set()
        for question in self.questions:
            when = question.lead.when
            if when is not None and (
                when.prompt not in open_ids or set(when.any_of).isdisjoint(chosen.get(when.prompt, ()))
            ):
                continue
            asked.append(question)
            open_ids.update(prompt.id for prompt in question.prompts)
        return tuple(asked)

    def next_story_prompt(self, after: str, chosen: Mapping[str, Collection[str]]) -> Prompt | None:
        """Return the first `story` prompt that will be asked after the question containing `after`, or None.

        LookupError if there is no prompt `after`.
        """
        position = self.questions.index(self.question(after))
        later = {question.id for question in self.questions[position + 1 :]}
        for question in self.asked(chosen):
            if question.id in later and question.kind is PromptKind.STORY:
                return question.lead
        return None


@dataclass(frozen=True, slots=True)
class ScriptProblem:
    """One thing to fix in a script, and how."""

    prompt: str | None
    """Id of the prompt it is in; None outside the prompts, or where the prompt has no usable id."""
    key: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = [
            f"line {self.line}" if self.line is not None else "",
            f'prompt "{self.prompt}"' if self.prompt is not None else "",
            self.key,
        ]
        return f"{' · '.join(part for part in where if part)}: {self.message}"


class ScriptError(AltogetherError):
    """A script that cannot be used; `problems` holds everything that is wrong with it, in the order of the file."""

    def __init__(self, problems: Sequence[ScriptProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
