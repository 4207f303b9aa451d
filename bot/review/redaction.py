"""Taking words out: what a reviewer may do to a story, and nothing else.

Pure. A redaction is the same text with parts of it replaced by [removed]: nothing added, nothing moved. Whatever is
more than that goes back to its author as a question. `deciding.py` calls this before anything is saved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.review.rules import What
from bot.story.screened import REMOVED
from bot.text import from_slack, normalise
from storage.records import Part, Version, VersionAnswer, VersionKind

LONGEST: Final = 3000
"""What a box in a form holds: a longer answer cannot be shown in one and so cannot be redacted."""
MOST: Final = 40
ROOM: Final = 50_000
"""Characters of answers in a form: four bytes each stay within its 250 kB."""
_ANY_CASE: Final = re.compile(re.escape(REMOVED), re.IGNORECASE)
_OTHER: Final = "other"
"""The choice for which a teller typed words of their own; scripts keep this id for it."""
_TYPED: Final = (Part.BODY, Part.LESSON, Part.TITLE)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why this is no redaction, and in which answer (None: in the form as a whole)."""

    what: What
    prompt_id: str | None = None


def redactable(version: Version) -> tuple[VersionAnswer, ...]:
    """The answers that hold typed words and fit a form, in order."""
    typed = (a for a in version.answers if (_OTHER in a.choices) or (not a.choices and a.part in _TYPED))
    fitting = [a for a in typed if a.value and len(a.value) <= LONGEST][:MOST]
    return tuple(a for n, a in enumerate(fitting) if sum(len(b.value) for b in fitting[: n + 1]) <= ROOM)


def redact(version: Version, words: Mapping[str, str], *, at: datetime) -> Version | Refused:
    """The version that follows this one with these words (by prompt id) in place of its own, if that only removes."""
    possible = {answer.prompt_id: answer for answer in redactable(version)}
    new: dict[str, str] = {}
    for prompt_id, typed in words.items():
        if prompt_id not in possible:
            return Refused(What.MALFORMED)
        before = possible[prompt_id].value
        # Slack hands a form's words back as they are or encoded: either may be the same text.
        as_typed = (normalise(typed).strip(), from_slack(typed))
        readings = (*as_typed, *(_ANY_CASE.sub(REMOVED, one) for one in as_typed))
        after = next((w for w in readings if removed(before, w) is not None), None)
        if after is None:
            return Refused(What.NOT_REDACTION, prompt_id)
        if after != before:
            new[prompt_id] = after
    if not new:
        return Refused(What.NOTHING_REMOVED)
    return replace(
        version,
        n=version.n + 1,
        kind=VersionKind.REDACTED,
        created_at=at,
        answers=tuple(replace(a, value=new.get(a.prompt_id, a.value)) for a in version.answers),
        changed_prompts=tuple(a.prompt_id for a in version.answers if a.prompt_id in new),
    )


def removed(before: str, after: str) -> tuple[str, ...] | None:
    """What was taken out to come from one text to the other, in order; None when more was done than taking out."""
    pieces = after.split(REMOVED)
    if len(pieces) == 1:
        return () if before == after else None
    if not before.startswith(pieces[0]):
        return None
    taken: list[str] = []
    place = len(pieces[0])
    for piece in pieces[1:-1]:
        found = before.find(piece, place + 1)  # each [removed] stands for one character at least
        if found < 0:
            return None
        taken.append(before[place:found])
        place = found + len(piece)
    end = len(before) - len(pieces[-1])
    if end <= place or not before.endswith(pieces[-1]):
        return None
    taken.append(before[place:end])
    return tuple(part for part in taken if part != REMOVED)  # one that stood there already was not taken out now


def what_went(before: Version, after: Version) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(label, the words taken out) of every answer that a redaction changed."""
    old = {answer.prompt_id: answer.value for answer in before.answers}
    changed = [a for a in after.answers if a.prompt_id in after.changed_prompts]
    return tuple((a.label, removed(old.get(a.prompt_id, ""), a.value) or ()) for a in changed)
