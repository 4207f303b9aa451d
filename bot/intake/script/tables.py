"""The tables of a script, [campaign] and each [[prompt]], read one by one.

Pure. Which keys there are, and how large each value may be; `rules.py` calls this and then compares what was
read. The sizes are chosen so that every message built from a valid script is within Slack's limits, counted
after escaping: option 75, header 150, section 3,000, menu of 100 options, typed input 3,000.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.intake.script import LINE_CEILING, OTHER_ID, STORY_CEILING, Choice, Condition, PromptKind
from bot.intake.script.reading import (
    KeyPath,
    Problems,
    Table,
    brief,
    check_text,
    did_you_mean,
    quoted,
    slug_from,
    type_of,
)

TITLE: Final = 140
ABOUT_LINE: Final = 300
ABOUT_LINES: Final = 8
HELP: Final = 600
HOW_WE_USE: Final = 3_000
VERSION: Final = 20
MINUTES: Final = 60
NOTICE_VERSIONS: Final = 9_999
ASK: Final = 300
HINT: Final = 300
ENDING: Final = 150
LABEL: Final = 60
OPTION: Final = 75
OPTIONS: Final = 100
CEILINGS: Final = {PromptKind.STORY: STORY_CEILING, PromptKind.LINE: LINE_CEILING}

CHOOSING: Final = (PromptKind.CHOICE, PromptKind.CHOICES)
PARTS: Final[dict[str, tuple[PromptKind, ...]]] = {
    "kind_prompt": (PromptKind.CHOICE,),
    "services_prompt": CHOOSING,
    "lesson_prompt": (PromptKind.STORY, PromptKind.LINE),
    "role_prompt": (PromptKind.CHOICE,),
    "organisation_prompt": (PromptKind.CHOICE,),
    "title_prompt": (PromptKind.LINE,),
}
"""The parts that the product knows, and the kinds of prompt that can play each."""


@dataclass(frozen=True, slots=True)
class ReadCampaign:
    """What [campaign] says; None where a value is missing or cannot be used."""

    version: str | None
    name: str | None
    title: str | None
    minutes: int | None
    about: tuple[str, ...] | None
    help: str | None
    notice_version: int | None
    how_we_use: str | None
    parts: Mapping[str, str]
    """Prompt id by the part's key."""


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """What one [[prompt]] says; None where a value is missing or cannot be used."""

    path: KeyPath
    given: frozenset[str]
    id: str | None
    kind: PromptKind | None
    ask: str | None
    label: str | None
    hint: str | None
    why: str | None
    more: str | None
    required: bool | None
    min_length: int | None
    max_length: int | None
    choices: tuple[tuple[int, Choice], ...]
    """(position in the file, choice) of those that can be used."""
    choices_whole: bool
    """Whether every choice of the file could be read."""
    groups: tuple[str, ...] | None
    max_selected: int | None
    other: str | None
    beside: str | None
    when: Condition | None

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f'"{self.id}"' if self.id is not None else f"prompt {int(self.path[1]) + 1}"

    @property
    def typed(self) -> bool:
        """Whether it is answered by typing, as far as is known."""
        return self.kind in CEILINGS

    @property
    def choice_ids(self) -> list[str]:
        """The ids that an answer may hold."""
        return [choice.id for _, choice in self.choices] + ([OTHER_ID] if self.other is not None else [])

    def at(self, *keys: str | int) -> KeyPath:
        """Return where one of its keys stands."""
        return (*self.path, *keys)


def read_campaign(values: Mapping[str, object], problems: Problems) -> ReadCampaign:
    """Read [campaign], noting what cannot be used."""
    table = Table(values, ("campaign",), problems)
    about = table.texts("about", most=ABOUT_LINE, needed=True, days=True)
    if about is not None and not 1 <= len(about) <= ABOUT_LINES:
        problems.add(table.at("about"), f"has {len(about)} lines. Write 1 to {ABOUT_LINES}.")
    read = ReadCampaign(
        name=table.slug("name", needed=True),
        version=table.text("version", most=VERSION, needed=True),
        title=table.text("title", most=TITLE, needed=True),
        minutes=table.whole("minutes", least=1, most=MINUTES, needed=True),
        about=about,
        help=table.text("help", most=HELP, needed=True, several_lines=True),
        notice_version=table.whole("notice_version", least=1, most=NOTICE_VERSIONS, needed=True),
        how_we_use=table.text("how_we_use", most=HOW_WE_USE, needed=True, several_lines=True),
        parts={key: part for key in PARTS if (part := table.text(key, most=OPTION)) is not None},
    )
    table.finish()
    return read


def read_prompt(values: Mapping[str, object], n: int, problems: Problems) -> ReadPrompt:
    """Read the prompt at position `n` (from 0), noting what cannot be used."""
    path: KeyPath = ("prompt", n)
    table = Table(values, path, problems)
    prompt_id = table.slug("id", needed=True)
    kind = _kind(table)
    ceiling = CEILINGS.get(kind, STORY_CEILING) if kind is not None else STORY_CEILING
    choices, choices_whole = _choices(table)
    read = ReadPrompt(
        path=path,
        given=frozenset(values),
        id=prompt_id,
        kind=kind,
        ask=table.text("ask", most=ASK, needed=True),
        label=table.text("label", most=LABEL, needed=True),
        hint=table.text("hint", most=HINT, several_lines=True),
        why=_ending(table, "why"),
        more=_ending(table, "more"),
        required=table.flag("required"),
        min_length=table.whole("min_length", least=0, most=ceiling),
        max_length=table.whole("max_length", least=1, most=ceiling),
        choices=choices,
        choices_whole=choices_whole,
        groups=table.texts("groups", most=OPTION),
        max_selected=table.whole("max_selected", least=1, most=OPTIONS),
        other=table.text("other", most=OPTION),
        beside=table.text("beside", most=OPTION),
        when=_when(table),
    )
    table.finish()
    return read


def _ending(table: Table, key: str) -> str | None:
    """Return the end of a sentence that the product begins and closes itself."""
    text = table.text(key, most=ENDING)
    return None if text is None else text.rstrip(".") or None


def _kind(table: Table) -> PromptKind | None:
    value = table.take("kind", kind=str, needed='kind = "story"', wanted='kind = "story"')
    kinds = [kind.value for kind in PromptKind]
    if not isinstance(value, str):
        return None
    if value not in kinds:
        fix = did_you_mean(value, kinds) or f" Use one of {quoted(kinds)}."
        table.problems.add(table.at("kind"), f"{brief(value)} is not a kind.{fix}")
        return None
    return PromptKind(value)


def _choices(table: Table) -> tuple[tuple[tuple[int, Choice], ...], bool]:
    values = table.items("choices", wanted='choices = ["…", "…"]')
    if values is None:
        return (), not table.has("choices")
    found: list[tuple[int, Choice]] = []
    for n, value in enumerate(values):
        if (choice := _choice(value, (*table.at("choices"), n), table.problems)) is not None:
            found.append((n, choice))
    return tuple(found), len(found) == len(values)


def _choice(value: object, path: KeyPath, problems: Problems) -> Choice | None:
    if isinstance(value, str):
        choice_id, group, sound = None, None, True
        text = check_text(value, path, problems, most=OPTION)
    elif isinstance(value, dict):
        table = Table(value, path, problems)
        choice_id, text = table.slug("id"), table.text("text", most=OPTION, needed=True)
        group = table.text("group", most=OPTION)
        sound = all(got is not None for key, got in (("id", choice_id), ("group", group)) if table.has(key))
        table.finish()
    else:
        problems.add(path, f'{brief(value)} is {type_of(value)}. Write "…" or {{ id = "…", text = "…" }}.')
        return None
    if text is None or not sound:
        return None
    choice_id = choice_id or slug_from(text)
    if choice_id is None:
        problems.add(path, f'no id can be made from {brief(text)}. Give it one: {{ id = "…", text = "…" }}.')
        return None
    if choice_id == OTHER_ID:
        problems.add(
            path,
            f'the id "{OTHER_ID}" is kept for what people type. Write other = {brief(text)} instead, or give this '
            f'choice another id: {{ id = "another", text = {brief(text)} }}.',
        )
        return None
    return Choice(id=choice_id, text=text, group=group)


def _when(table: Table) -> Condition | None:
    wanted = 'when = { prompt = "…", any_of = ["…"] }'
    values = table.take("when", kind=dict, wanted=wanted)
    if not isinstance(values, dict):
        return None
    inner = Table(values, table.at("when"), table.problems)
    prompt, any_of = inner.text("prompt", most=OPTION, needed=True), inner.texts("any_of", most=OPTION, needed=True)
    inner.finish()
    if any_of == ():
        table.problems.add(inner.at("any_of"), "is empty. Name at least one choice, or take when out.")
    return Condition(prompt=prompt, any_of=any_of) if prompt is not None and any_of else None
