"""Stories that were collected elsewhere: a file is read and checked row by row against the script, and sent for review.

What is wrong is said with its line, and then nothing is taken. A story that is taken waits for two reviewers, since
nobody could ask its teller; it never arrives approved. Called by `bot.keeper.importing`.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.intake import trail
from bot.intake.script import Prompt, PromptKind, Script
from bot.story import tidings
from bot.story.policy import Policy
from bot.story.screened import nouns, undisputed
from bot.text import count, cut, escape, join, normalise
from storage import audit, inbox, stories
from storage.database import Tx
from storage.records import Naming, Part, Place, Version, VersionAnswer, VersionKind

IMPORT: Final = "import"
PLACES: Final[Mapping[str, Place]] = {
    "digest": Place.DIGEST,
    "staff": Place.STAFF_STORYBOOK,
    "public": Place.PUBLIC_STORYBOOK,
    "training": Place.TRAINING,
}
OUR_COLUMNS: Final = ("naming", "credit", "places")
_TYPED: Final = (PromptKind.STORY, PromptKind.LINE)
_MOST_CREDIT: Final = 80
_SHOWN: Final = 60
"""Characters of what stands in the file that are said again."""
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A row that is only checked was made at no time."""
NO_NOTICE: Final = 0
"""The notice that these tellers read was not ours."""


@dataclass(frozen=True, slots=True)
class Row:
    """One story of the file, the line it begins on, and the line that names its columns."""

    line: int
    values: Mapping[str, str]
    heading: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A story that can be taken."""

    answers: tuple[VersionAnswer, ...]
    naming: Naming
    credit: str | None
    places: frozenset[Place]


class BadRows(ValueError):
    """Rows that cannot be taken: every problem at once, each with its line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def read_rows(text: str, *, lines_of_json: bool) -> list[Row]:
    """The rows of a CSV file with a heading, or of a file of JSON objects, one a line. Raises BadRows."""
    return list(_json_rows(text) if lines_of_json else _csv_rows(text))


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    before = 1
    try:
        for values in reader:
            if None in values or None in values.values():
                raise BadRows([f"line {before + 1}: has another number of cells than the heading"])
            yield Row(before + 1, values, heading=1)
            before = reader.line_num
    except csv.Error as error:
        raise BadRows([f"line {reader.line_num}: is not CSV ({error})"]) from error


def _json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            raise BadRows([f"line {number}: is not JSON"]) from error
        if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
            raise BadRows([f'line {number}: is not an object of texts, such as {{"what": "…", "places": "staff"}}'])
        yield Row(number, values, heading=number)


def check_rows(rows: Sequence[Row], script: Script) -> list[Ready]:
    """Every row as a story that can be taken. Raises BadRows with every problem of every row."""
    problems: list[str] = []
    ready: list[Ready] = []
    for row in rows:
        problems += [f"line {row.heading}: {one}" for one in _heading(row, script)]
        wrong: list[str] = []
        made = _check(row, script, wrong)
        problems += [f"line {row.line}: {one}" for one in wrong]
        ready.append(made)
    if not rows:
        problems.append("line 1: there are no stories in the file")
    if problems:
        raise BadRows(list(dict.fromkeys(problems)))  # a heading is wrong once, however many rows it has
    return ready


def _heading(row: Row, script: Script) -> Iterator[str]:
    """What is wrong with the names of the columns."""
    known = {prompt.id for prompt in script.prompts} | set(OUR_COLUMNS)
    given = {name.strip() for name in row.values}
    for name in row.values:
        if name.strip() not in known:
            yield f'"{cut(name.strip(), _SHOWN)}" is no column. Use: {join(sorted(known), "or")}'
    for name in (*(prompt.id for prompt in script.prompts if _is_needed(prompt)), "places"):
        if name not in given:
            yield f'there is no column "{name}"'


def _is_needed(prompt: Prompt) -> bool:
    return prompt.required and prompt.when is None


def _check(row: Row, script: Script, wrong: list[str]) -> Ready:
    given = {name.strip(): normalise(text).strip() for name, text in row.values.items()}
    answers: list[VersionAnswer] = []
    for prompt in script.prompts:
        text, choices = _answer(prompt, given.get(prompt.id, ""), wrong)
        if text:
            part = _part(script, prompt.id)
            answers.append(VersionAnswer(prompt.id, part, len(answers), prompt.label, prompt.ask, text, choices))
        elif _is_needed(prompt) and given.get(prompt.id) == "":
            wrong.append(f"{prompt.id}: is empty")
    naming, credit = _credit(given, {answer.part: answer.value for answer in answers}, wrong)
    names = [name.strip() for name in given.get("places", "").split(";") if name.strip()]
    if "places" in given and (not names or not PLACES.keys() >= set(names)):
        wrong.append(f"places: say where its teller allows it, with semicolons: {'; '.join(PLACES)}")
    made = Ready(tuple(answers), naming, credit, frozenset(PLACES[name] for name in names if name in PLACES))
    if kinds := undisputed(_version(made, "", script, _NO_TIME), ()):
        wrong.append(f"{nouns(kinds)}: take that out first, or write [removed]")
    return made


def _part(script: Script, prompt_id: str) -> Part:
    campaign = script.campaign
    return {
        campaign.title_prompt: Part.TITLE,
        campaign.kind_prompt: Part.KIND,
        campaign.services_prompt: Part.SERVICES,
        campaign.lesson_prompt: Part.LESSON,
        campaign.role_prompt: Part.ROLE,
        campaign.organisation_prompt: Part.ORGANISATION,
    }.get(prompt_id, Part.BODY)


def _answer(prompt: Prompt, text: str, wrong: list[str]) -> tuple[str, tuple[str, ...]]:
    """The words of an answer, and the ids of what was chosen."""
    if not text:
        return "", ()
    if prompt.kind in _TYPED:
        if len(text) < prompt.min_length:
            wrong.append(f"{prompt.id}: needs {count(prompt.min_length, 'character')} or more")
        if len(escape(text)) > prompt.max_length:
            wrong.append(f"{prompt.id}: has more than {count(prompt.max_length, 'character')}")
        if prompt.kind is PromptKind.LINE and "\n" in text:
            wrong.append(f"{prompt.id}: must be one line")
        return text, ()
    by_name = {one.id.lower(): one for one in prompt.choices} | {one.text.lower(): one for one in prompt.choices}
    names = [name.strip() for name in text.split(";") if name.strip()] if prompt.kind is PromptKind.CHOICES else [text]
    unknown = [f'"{cut(name, _SHOWN)}"' for name in names if name.lower() not in by_name]
    if unknown:
        those = f"{join(unknown)} {'is' if len(unknown) == 1 else 'are'} not among its choices"
        several = ". Several are divided by semicolons" if prompt.kind is PromptKind.CHOICES else ""
        wrong.append(f"{prompt.id}: {those}: {join([one.id for one in prompt.choices], 'or')}{several}")
    if prompt.max_selected is not None and len(names) > prompt.max_selected:
        wrong.append(f"{prompt.id}: has more than {prompt.max_selected} choices")
    chosen = list(dict.fromkeys(by_name[name.lower()].id for name in names if name.lower() in by_name))
    return ", ".join(prompt.choice(one).text for one in chosen), tuple(chosen)


def _credit(given: Mapping[str, str], parts: Mapping[Part, str], wrong: list[str]) -> tuple[Naming, str | None]:
    """How the teller is described, and the line that readers see."""
    name = given.get("naming", "") or Naming.NONE.value
    if name not in set(Naming):
        wrong.append(f"naming: is one of {join([one.value for one in Naming], 'or')}")
        return Naming.NONE, None
    naming, credit = Naming(name), given.get("credit", "")
    role, organisation = parts.get(Part.ROLE, ""), parts.get(Part.ORGANISATION, "")
    if bool(credit) != (naming is Naming.NAME) or len(credit) > _MOST_CREDIT or "\n" in credit:
        wrong.append(f'credit: one line of {_MOST_CREDIT} characters at most, with naming "name" and no other')
    if naming in (Naming.ROLE, Naming.ROLE_AND_ORGANISATION) and not role:
        wrong.append("naming: needs the role to be answered")
    if naming is Naming.ROLE_AND_ORGANISATION and not organisation:
        wrong.append("naming: needs the organisation to be answered")
    lines = {Naming.NAME: credit, Naming.ROLE: role, Naming.ROLE_AND_ORGANISATION: f"{role}, {organisation}"}
    return naming, lines.get(naming)


def _version(made: Ready, story_id: str, script: Script, at: datetime) -> Version:
    return Version(
        story_id=story_id,
        n=1,
        kind=VersionKind.ORIGINAL,
        naming=made.naming,
        credit_line=made.credit,
        script_sha=script.sha,
        created_at=at,
        answers=made.answers,
        places=made.places,
    )


def take(tx: Tx, policy: Policy, script: Script, made: Sequence[Ready]) -> tuple[list[int], int]:
    """The stories wait for review; returns their numbers, and how many had been taken from a file before."""
    numbers: list[int] = []
    for one in made:
        said = repr((one.answers, one.naming, one.credit, sorted(one.places))).encode()
        # With a key that is in no database: a mark of words that could be guessed would say that they were right.
        mark = hashlib.blake2b(said, key=policy.code_key[:64], digest_size=16).hexdigest()
        if not inbox.remember(tx, f"{IMPORT}:{mark}"):
            continue
        version = _version(one, tx.new_id(), script, tx.now)
        story = stories.add(tx, version, care=True, notice_version=NO_NOTICE)
        trail.note(tx, IMPORT, story_id=story.id, actor=audit.SYSTEM, surface=audit.Surface.TERMINAL)
        tidings.put_card(tx, policy, version)
        numbers.append(story.number)
    return numbers, len(made) - len(numbers)
