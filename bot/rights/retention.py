"""How long things are kept, and what goes when its time has come.

`purge` is a chore of the scheduler. What it takes away is recorded as kinds and counts, never as words; `table` is what
`altogether retention` prints. Drafts, and the review of what is published, are chores of their own.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.rights import renewal
from bot.rights.months import months_before
from bot.story import tidings
from bot.story.policy import Policy
from bot.text import count
from storage import audit, breakglass, erasing, guesses, inbox, keeping, outbox, stories, unlinking
from storage.database import Tx
from storage.records import Message, Op

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
PURGE: Final = "purge"
"""The verb of what goes; its reason is `KIND:COUNT`."""


class Kind(StrEnum):
    """What is kept for a time, in the order in which the keeper reads it."""

    DRAFTS = "drafts"
    DECLINED = "declined_stories"
    LINKS = "author_links"
    KEYS = "inbox_keys"
    BODIES = "parked_bodies"
    PUBLISHED = "published_stories"
    AUDIT = "audit_rows"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: how long it is kept, how many would go now, and how many have gone as far as the trail reaches."""

    kind: Kind
    kept: str
    would_go: int
    gone: int | None
    """None: not counted."""


def purge(tx: Tx, policy: Policy) -> datetime:
    """Everything that was kept for as long as it may be is gone; returns when to look again."""
    gone: dict[Kind, int] = {}
    declined = keeping.declined_before(tx, _declined_before(tx, policy))
    for story_id in declined:
        _forget_declined(tx, policy, story_id)
    gone[Kind.DECLINED] = len(declined)
    linked = keeping.linked_before(tx, _linked_before(tx, policy))
    gone[Kind.LINKS] = sum([unlinking.unlink(tx, story_id) for story_id in linked])
    gone[Kind.KEYS], gone[Kind.BODIES] = inbox.forget_old(tx, **_inbox(tx, policy))
    guesses.forget_old(tx)
    breakglass.forget_before(tx, months_before(tx.now, policy.audit_months))
    gone[Kind.AUDIT] = audit.forget_before(tx, _audit_before(tx, policy))
    for kind, how_many in gone.items():
        if how_many:
            log.info("purged kind=%s count=%d", kind, how_many)
            reason = f"{kind}:{how_many}"
            audit.record(tx, actor=audit.SYSTEM, verb=PURGE, reason=reason, surface=audit.Surface.SCHEDULER)
    return tx.now + EVERY


def table(tx: Tx, policy: Policy) -> list[Line]:
    """What is kept for how long, what would go now, and what has gone. Changes nothing."""
    keys, bodies = inbox.count_old(tx, **_inbox(tx, policy))
    gone = _gone(tx)
    stories_kept = count(policy.private_days, "day")
    return [
        Line(
            Kind.DRAFTS,
            f"{count(policy.draft_days, 'day')}; private {stories_kept}",
            keeping.drafts_past(tx, tx.now),
            None,
        ),
        Line(
            Kind.DECLINED,
            stories_kept,
            len(keeping.declined_before(tx, _declined_before(tx, policy))),
            gone[Kind.DECLINED],
        ),
        Line(
            Kind.LINKS,
            f"{count(policy.author_link_months, 'month')} after the digest",
            len(keeping.linked_before(tx, _linked_before(tx, policy))),
            gone[Kind.LINKS],
        ),
        Line(
            Kind.PUBLISHED,
            f"{count(policy.renew_months, 'month')}, then {count(policy.renew_days, 'day')} to answer",
            renewal.would_lapse(tx),
            renewal.lapsed_so_far(tx),
        ),
        Line(Kind.KEYS, count(policy.inbox_days, "day"), keys, gone[Kind.KEYS]),
        Line(Kind.BODIES, count(policy.parked_hours, "hour"), bodies, gone[Kind.BODIES]),
        Line(
            Kind.AUDIT,
            f"{count(policy.audit_months, 'month')}, then whole months",
            audit.to_forget(tx, _audit_before(tx, policy)),
            gone[Kind.AUDIT],
        ),
    ]


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _forget_declined(tx: Tx, policy: Policy, story_id: str) -> None:
    """The story's words are gone, from the database and from the messages that handed them back."""
    story = stories.get(tx, story_id)
    echoes = erasing.messages_of(tx, story_id, previews=tidings.PREVIEW, apart_from=frozenset())
    erasing.silence(tx, story_id)
    stories.remove(tx, story_id)
    for row in echoes:
        if row.recipient.startswith(("author:", "teller:")):
            lane = tidings.tidy(row.recipient)
            gone = Message(row.kind, row.recipient, op=Op.DELETE, lane=lane, target=row.id, depends_on=row.id)
            outbox.enqueue(tx, gone)
    tidings.refresh_cards(tx, policy, story_id)
    audit.record(
        tx,
        actor=audit.SYSTEM,
        verb="expire",
        story=story_id,
        version=story.current_version,
        before=story.status,
        after=stories.get(tx, story_id).status,
        surface=audit.Surface.SCHEDULER,
    )


def _gone(tx: Tx) -> Mapping[str, int]:
    """What has gone by kind, as far back as the trail reaches."""
    gone: Counter[str] = Counter()
    for reason in audit.reasons(tx, PURGE):
        kind, _, how_many = reason.partition(":")
        gone[kind] += int(how_many)
    return gone


def _declined_before(tx: Tx, policy: Policy) -> datetime:
    return tx.now - timedelta(days=policy.private_days)


def _linked_before(tx: Tx, policy: Policy) -> datetime:
    return months_before(tx.now, policy.author_link_months)


def _audit_before(tx: Tx, policy: Policy) -> datetime:
    """The first instant of the oldest month that is kept."""
    oldest = months_before(tx.now.astimezone(UTC), policy.audit_months)
    return oldest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _inbox(tx: Tx, policy: Policy) -> dict[str, timedelta]:
    """How long keys and bodies are kept; keys to the end of their day, so that they go once a day."""
    today = tx.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "keys": timedelta(days=policy.inbox_days) + (tx.now - today),
        "bodies": timedelta(hours=policy.parked_hours),
    }
