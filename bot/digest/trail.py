"""Editions and holds as rows of the audit trail: what went out, what was held back, and who was refused.

Called by the service functions of this room, in the transaction that does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.digest.rules import Said
from storage import audit
from storage.audit_entry import CODE
from storage.database import Tx
from storage.records import EditionState, Story, StoryStatus

POST: Final = "post"
"""A story went into an edition."""
NOT_POSTED: Final = "not_posted"
"""A story came back out of an edition that Slack refused; its reason is Slack's."""
EDITION: Final = "edition"
"""An edition was made; its reason is what it was: full, reread or quiet."""
READ: Final = "read"
_DONE: Final = frozenset({Said.HELD, Said.PUT_BACK, Said.POSTING, Said.POSTING_AGAIN, Said.LOOKING})


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand posts an edition, and where."""

    actor: audit.Actor
    surface: audit.Surface


CLOCK: Final = Hand(audit.SYSTEM, audit.Surface.SCHEDULER)


def hand(by: str | None, *, slot: datetime | None) -> Hand:
    """The hand of somebody who posts now: the keeper's without `by`; a button brings the slot it was shown with."""
    if by is None:
        return Hand(audit.KEEPER, audit.Surface.TERMINAL)
    return Hand(audit.reviewer(by), audit.Surface.COMMAND if slot is None else audit.Surface.BUTTON)


def note_edition(tx: Tx, entries: Sequence[tuple[str, int]], state: EditionState, whose: Hand) -> None:
    """A row for each story that is in it, and one for the edition."""
    for story_id, version in entries:
        audit.record(
            tx,
            actor=whose.actor,
            verb=POST,
            story=story_id,
            version=version,
            before=StoryStatus.APPROVED,
            after=StoryStatus.POSTED,
            surface=whose.surface,
        )
    audit.record(tx, actor=whose.actor, verb=EDITION, reason=state, surface=whose.surface)


def note_not_posted(tx: Tx, story_id: str, version: int, *, reason: str) -> None:
    """A row for a story whose edition could not be posted; a reason that is no code of ours is left out."""
    code = reason.lower()
    audit.record(
        tx,
        actor=CLOCK.actor,
        verb=NOT_POSTED,
        story=story_id,
        version=version,
        before=StoryStatus.POSTED,
        after=StoryStatus.APPROVED,
        reason=code if CODE.fullmatch(code) else None,
        surface=CLOCK.surface,
    )


def note_again(tx: Tx, said: Said, whose: Hand) -> None:
    """A row for an edition that could not be posted, or may not have been, and was put in line again."""
    audit.record(tx, actor=whose.actor, verb=EDITION, reason=said, surface=whose.surface)


def note_said(
    tx: Tx,
    verb: str,
    said: Said,
    *,
    by: str,
    story: Story | None = None,
    surface: audit.Surface = audit.Surface.BUTTON,
) -> None:
    """A row for a press or a command that moved something, or that was refused and why."""
    done = said in _DONE
    audit.record(
        tx,
        actor=audit.OTHER if said is Said.ONLY_REVIEWERS else audit.reviewer(by),
        verb=verb,
        outcome=audit.Outcome.DONE if done else audit.Outcome.DENIED,
        story=None if story is None else story.id,
        version=None if story is None else story.approved_version,
        before=None if story is None else story.status,
        after=story.status if done and story is not None else None,
        reason=None if done else said,
        surface=surface,
    )


def note_reading(tx: Tx, shown: Sequence[tuple[str, int]], *, by: str) -> None:
    """A row for each story that names nobody, among those that a reviewer opened in full."""
    for story_id, version in shown:
        if audit.names_nobody(tx, story_id):
            audit.record(
                tx,
                actor=audit.reviewer(by),
                verb=READ,
                story=story_id,
                version=version,
                surface=audit.Surface.BUTTON,
            )
