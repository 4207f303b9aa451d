"""What reviewers do, and what they are refused, as rows of the audit trail.

`service.py` calls this in the transaction that decides, so nothing is decided without its row. Who was refused is kept
of reviewers only: a name beside "you told this story yourself", or beside somebody who is no reviewer, could be the
teller's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from bot.review.rules import ACTED, At, Outcome, Target, What
from bot.story.policy import Policy
from storage import audit, stories
from storage.database import Tx
from storage.records import Story, StoryStatus, Verb

P = ParamSpec("P")

READ: Final = "read"
_NOT_POSSIBLE: Final = frozenset(
    {
        What.NO_WORDS,
        What.TOO_LONG,
        What.NOT_OPENED,
        What.NOT_SAVED,
        What.NOT_REDACTION,
        What.NOTHING_REMOVED,
        What.NO_WORDS_TO_REMOVE,
        What.NOTHING_SUGGESTED,
        What.ONE_AT_A_TIME,
        What.LOOKS_LIKE,
    }
)
_BY_FORM: Final = frozenset({Verb.ASK, Verb.DECLINE, Verb.REDACT, Verb.SUGGEST})
"""Verbs that a button alone never carries out: it opens their form."""


def recorded(act: Callable[Concatenate[Tx, Policy, P], Outcome]) -> Callable[Concatenate[Tx, Policy, P], Outcome]:
    """The act, leaving one row whatever comes of it. It takes `by` and `target` by keyword, as all of `service` do."""

    @wraps(act)
    def leaving_a_row(tx: Tx, policy: Policy, /, *given: P.args, **named: P.kwargs) -> Outcome:
        story = _story(tx, named.get("target"))
        outcome = act(tx, policy, *given, **named)
        leave(tx, outcome, by=str(named.get("by")), before=None if story is None else story.status)
        return outcome

    return leaving_a_row


def leave(
    tx: Tx,
    outcome: Outcome,
    *,
    by: str,
    before: StoryStatus | None = None,
    surface: audit.Surface | None = None,
) -> None:
    """One row for what came of it; `before` is the story's status before the act."""
    done = outcome.what in ACTED
    story = None if outcome.story_id is None else stories.find(tx, outcome.story_id)
    audit.record(
        tx,
        actor=_actor(outcome.what, by),
        verb=READ if outcome.verb is None else outcome.verb,
        outcome=_came_to(outcome.what),
        story=outcome.story_id,
        version=outcome.version,
        before=before,
        after=story.status if done and story is not None else None,
        reason=None if outcome.what is What.DONE else outcome.what,
        surface=surface or _surface(outcome),
    )


def note_reading(tx: Tx, *, by: str, target: Target) -> None:
    """A row says that this reviewer opened the whole of a story that names nobody. Others are read by everyone."""
    if not isinstance(target, At) or not audit.names_nobody(tx, target.story_id):
        return
    audit.record(
        tx,
        actor=audit.reviewer(by),
        verb=READ,
        story=target.story_id,
        version=target.version,
        surface=audit.Surface.BUTTON,
    )


def note_lapse(tx: Tx, story: Story) -> None:
    """A row says that the first of two approvals no longer counts: whoever gave it reviews no longer."""
    audit.record(
        tx,
        actor=audit.SYSTEM,
        verb=Verb.UNDO_FIRST,
        story=story.id,
        version=story.current_version,
        before=story.status,
        after=story.status,
        reason=What.NOT_REVIEWER,
        surface=audit.Surface.BUTTON,
    )


def _story(tx: Tx, target: object) -> Story | None:
    """The story that somebody pointed at, before anything is done to it."""
    match target:
        case At():
            return stories.find(tx, target.story_id)
        case int():
            return stories.find_by_number(tx, target)
        case _:
            return None


def _actor(what: What, by: str) -> audit.Actor:
    match what:
        case What.OWN_STORY:
            return audit.AUTHOR
        case What.NOT_REVIEWER:
            return audit.OTHER
        case _:
            return audit.reviewer(by)


def _came_to(what: What) -> audit.Outcome:
    if what in ACTED:
        return audit.Outcome.DONE
    return audit.Outcome.FAILED if what in _NOT_POSSIBLE else audit.Outcome.DENIED


def _surface(outcome: Outcome) -> audit.Surface:
    if outcome.typed:
        return audit.Surface.COMMAND
    return audit.Surface.MODAL if outcome.verb in _BY_FORM else audit.Surface.BUTTON
