"""What deciding is: what can come of it, what a button carries, how long is long.

Pure: nothing here says a sentence, reads a table or asks what time it is. Everything else in this room calls it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.story import declining
from storage.records import Decision, DeclineReason, Part, Verb, Version, VersionAnswer

MOST_QUESTION: Final = 300
REMINDER_HOURS: Final = range(10, 17)
"""A reminder goes at 10am; when the bot was away then, later in the working day, never in the evening."""

DECIDES: Final = frozenset({Verb.APPROVE, Verb.ASK, Verb.DECLINE, Verb.UNDO})
"""The verbs that move a story; holding one for a later digest is not among them."""

REASONS: Final[declining.Reasons] = {
    DeclineReason.IDENTIFIES: ("It could identify someone", "it could identify someone"),
    DeclineReason.OFF_SUBJECT: ("Not about sharing information", "it isn't about sharing information"),
    DeclineReason.ELSEWHERE: ("Belongs somewhere else", "it belongs somewhere else"),
    DeclineReason.TOO_LITTLE: ("Too little to follow", "there is too little to follow"),
    DeclineReason.OTHER: ("Other", None),
}
"""Each reason as reviewers choose it, and as it ends "We can't use story 31 as it is: …"."""


# ── what can come of a press, a command or a form ─────────────────────────────────────────────────────────────────


class What(StrEnum):
    """What came of it."""

    DONE = "done"
    ALREADY = "already"
    NOT_REVIEWER = "not_reviewer"
    NO_STORY = "no_story"
    REMOVED = "removed"
    OWN_STORY = "own_story"
    CHANGED = "changed"
    UNSHOWN = "unshown"
    POSTED = "posted"
    NOT_APPROVED = "not_approved"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    NOT_OPENED = "not_opened"
    NOT_SAVED = "not_saved"
    ONCE = "once"
    """Approved by one of the two reviewers that it needs."""
    TWICE = "twice"
    """Approved by the same reviewer before: somebody else needs to, too."""
    TAKEN_BACK = "taken_back"
    """Their own first approval no longer stands."""
    NOT_YOURS = "not_yours"
    """The first approval is somebody else's."""
    NEEDS_TWO = "needs_two"
    """It needed two reviewers already."""
    NOT_REDACTION = "not_redaction"
    NOTHING_REMOVED = "nothing_removed"
    NO_WORDS_TO_REMOVE = "no_words_to_remove"
    NOTHING_SUGGESTED = "nothing_suggested"
    ONE_AT_A_TIME = "one_at_a_time"
    LOOKS_LIKE = "looks_like"
    """The suggested words hold something that looks like an identifier."""
    SUGGESTED = "suggested"
    """The author has yet to answer a suggestion."""


ACTED: Final = frozenset({What.DONE, What.ONCE, What.TAKEN_BACK})
"""Something was done; of anything else nothing came."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one act, as ids: the sentence is made when it is said."""

    what: What
    verb: Verb | None
    """None: reading."""
    number: int | None = None
    story_id: str | None = None
    version: int | None = None
    decision_id: str | None = None
    """The decision that was made, or the one that came first."""
    typed: bool = False
    """By command rather than by a button or a form."""
    prompt_id: str | None = None
    """The answer of a form that stood in the way. Not kept: a form is answered at once."""


def args_of(outcome: Outcome) -> dict[str, str | int | bool | None]:
    """The outcome as an outbox row keeps it, beside the row's own story and version."""
    return {
        "what": outcome.what.value,
        "verb": None if outcome.verb is None else outcome.verb.value,
        "number": outcome.number,
        "decision": outcome.decision_id,
        "typed": outcome.typed,
    }


def outcome_of(args: Mapping[str, str | int | bool | None], story_id: str | None, version: int | None) -> Outcome:
    """The outcome that an outbox row keeps."""
    verb, number, decision = args.get("verb"), args.get("number"), args.get("decision")
    return Outcome(
        what=What(str(args["what"])),
        verb=None if verb is None else Verb(str(verb)),
        number=None if number is None else int(number),
        story_id=story_id,
        version=version,
        decision_id=None if decision is None else str(decision),
        typed=bool(args.get("typed")),
    )


# ── what buttons and forms carry ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class At:
    """One version of one story, as a button names it."""

    story_id: str
    version: int

    @property
    def value(self) -> str:
        """As a button carries it."""
        return f"{self.story_id}:{self.version}"


Target = At | int | None
"""What somebody pointed at: a version (a button), a story's number (a command), or nothing that can be read."""


def at_of(value: str) -> At | None:
    """The version that a button's value names; None for anything that no button of ours carries."""
    found = re.fullmatch(r"([0-9A-Za-z_-]{1,32}):([0-9]{1,6})", value)
    return At(found[1], int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a modal is about, and the channel that it was opened from."""

    at: At
    channel: str

    @property
    def metadata(self) -> str:
        """As the modal carries it."""
        return f"{self.at.value}:{self.channel}"


def opened_of(metadata: str) -> Opened | None:
    """What a modal's metadata says; None when it is not ours."""
    value, _, channel = metadata.rpartition(":")
    at = at_of(value)
    return None if at is None else Opened(at, channel)


# ── stories and decisions ─────────────────────────────────────────────────────────────────────────────────────────


def askable(version: Version) -> tuple[VersionAnswer, ...]:
    """The typed answers, which a teller can be asked to write more about, the story itself before the rest.

    Chosen ones are left out unless there is nothing else.
    """
    typed = [a for a in version.answers if a.part in (Part.BODY, Part.LESSON, Part.TITLE) and not a.choices]
    return tuple(sorted(typed or version.answers, key=lambda a: a.part is not Part.BODY))


def about(version: Version, prompt_id: str | None) -> str:
    """The prompt that a question is about: the one named, if it can be asked about, else the first that can."""
    possible = [answer.prompt_id for answer in askable(version)]
    return prompt_id if prompt_id is not None and prompt_id in possible else possible[0]


def approvers(made: Sequence[Decision], version: int) -> tuple[str, ...]:
    """Whose approval of this version stands, in order: two of them where it needed two."""
    stand: list[str] = []
    for one in made:
        if one.version != version:
            continue
        match one.verb:
            case Verb.FIRST_APPROVE | Verb.APPROVE:
                stand.append(one.reviewer)
            case Verb.UNDO | Verb.UNDO_FIRST if one.reviewer in stand:
                stand.remove(one.reviewer)
            case Verb.UNDO | Verb.ASK | Verb.DECLINE:
                stand.clear()
    return tuple(stand)


def last_move(made: Sequence[Decision], version: int | None = None) -> Decision | None:
    """The latest decision that moved the story, of one version if given."""
    moves = [d for d in made if d.verb in DECIDES and version in (None, d.version)]
    return moves[-1] if moves else None


# ── days ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def days_between(since: datetime, now: datetime, zone: ZoneInfo) -> int:
    """How many midnights of the zone lie between."""
    return (now.astimezone(zone).date() - since.astimezone(zone).date()).days


def working_days(since: date, until: date) -> int:
    """How many weekdays come after the first day, up to and with the last."""
    days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(day.weekday() < 5 for day in days)


def may_remind(now: datetime, zone: ZoneInfo) -> bool:
    """Whether this is a time to remind people who work here."""
    local = now.astimezone(zone)
    return local.weekday() < 5 and local.hour in REMINDER_HOURS


def next_reminder(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 10am of a weekday, as a UTC instant after now."""
    local = now.astimezone(zone)
    for days in range(8):
        day = local.date() + timedelta(days=days)
        moment = datetime.combine(day, time(REMINDER_HOURS.start), zone)
        if day.weekday() < 5 and moment > local:
            return moment.astimezone(UTC)
    raise AssertionError("a week holds a weekday")
