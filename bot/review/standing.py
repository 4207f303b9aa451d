"""How things stand with reviewers: which version they may read, what waits for them, what a card would show.

Reads only. A story with no name or role is kept back until its card's round, so that nobody can tell from the queue, a
card or a command at which minute its teller sent it.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.review import queue, rules
from bot.review.cards import Card, Stands
from bot.story import tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.view import view_of
from bot.story.when import expected_slot
from storage import decisions, editions, outbox, screen_hits, stories, suggestions
from storage.database import Tx
from storage.records import Decision, Disposition, OutboxState, Story, StoryStatus, Verb

_STANDS = {
    StoryStatus.SUBMITTED: Stands.OPEN,
    StoryStatus.ASKED: Stands.ASKED,
    StoryStatus.APPROVED: Stands.APPROVED,
    StoryStatus.DECLINED: Stands.DECLINED,
    StoryStatus.POSTED: Stands.POSTED,
    StoryStatus.REMOVED: Stands.REMOVED,
    StoryStatus.WITHDRAWN: Stands.REMOVED,
}
_MADE_BY = {
    Stands.ASKED: Verb.ASK,
    Stands.APPROVED: Verb.APPROVE,
    Stands.POSTED: Verb.APPROVE,
    Stands.DECLINED: Verb.DECLINE,
}


def card_due_at(tx: Tx, story: Story) -> datetime | None:
    """The round that the current version's card waits for; None when it waits for none."""
    row = outbox.find_by_key(tx, f"card:{story.id}:{story.current_version}")
    waits = row is not None and row.state is OutboxState.QUEUED and row.due_at > tx.now
    return row.due_at if row is not None and waits else None


def readable(tx: Tx, story: Story) -> int | None:
    """The latest version that reviewers may read; None while they have been shown none."""
    if card_due_at(tx, story) is None:
        return story.current_version
    earlier = range(story.current_version - 1, 0, -1)
    return next((n for n in earlier if tidings.card_is_shown(tx, story.id, n)), None)


def card(tx: Tx, policy: Policy, story: Story, version: int) -> Card:
    """What the card of this version is made from, as things stand now. Raises LookupError for an unknown version."""
    made, hits = decisions.of_story(tx, story.id), screen_hits.of_version(tx, story.id, version)
    stands = _STANDS[story.status]
    if version != story.current_version and stands is not Stands.REMOVED:
        stands = Stands.OLDER
    slot, question = None, None
    if stands is Stands.APPROVED:
        slot = expected_slot(tx, policy, story.id)
    elif stands is Stands.POSTED:
        edition = editions.of_story(tx, story.id)
        slot = None if edition is None else edition.slot_at
    elif stands is Stands.ASKED:
        ask = decisions.last_ask(tx, story.id)
        question = None if ask is None else ask.question
    return Card(
        story=story,
        version=stories.version(tx, story.id, version),
        stands=stands,
        decision=_made_by(made, story, _MADE_BY.get(stands)),
        question=question,
        slot=slot,
        approvers=_approvers(policy, made, version, stands is Stands.OPEN),
        marked_by=next((d.reviewer for d in made if d.verb is Verb.SENSITIVE), None),
        kept=tuple(dict.fromkeys(hit.kind for hit in hits if hit.disposition is Disposition.DISPUTED)),
        hits=hits,
        suggested=_suggested(tx, story.id, version),
        redacted_by=next((d.reviewer for d in made if d.verb is Verb.REDACT and d.version == version), None),
    )


def _suggested(tx: Tx, story_id: str, version: int) -> tuple[str, str, bool] | None:
    """Who last suggested other words for this version, for which prompt, and whether that waits for its author."""
    last = suggestions.last(tx, story_id, version)
    return None if last is None else (last.reviewer, last.prompt_id, last.answered_at is None)


def _approvers(policy: Policy, made: Sequence[Decision], version: int, waiting: bool) -> tuple[str, ...]:
    """Whose approval stands. While a second is waited for, that of somebody who reviews no longer does not."""
    stand = rules.approvers(made, version)
    return tuple(one for one in stand if is_reviewer(policy, one)) if waiting else stand


def _made_by(made: Sequence[Decision], story: Story, verb: Verb | None) -> Decision | None:
    """The decision by which the story came to stand where it does."""
    made = [d for d in made if d.verb is verb and d.version == story.current_version]
    return made[-1] if made else None


# ── what waits ────────────────────────────────────────────────────────────────────────────────────────────────────


def undecided(tx: Tx) -> tuple[list[Story], list[Story]]:
    """What waits for reviewers, longest first, and what waits for its teller, as far as reviewers may know."""
    waiting: list[Story] = []
    asked = list(stories.with_status(tx, [StoryStatus.ASKED]))
    for story in stories.with_status(tx, [StoryStatus.SUBMITTED]):
        if card_due_at(tx, story) is None:
            waiting.append(story)
        elif readable(tx, story) is not None:
            # The answer, or the change, is not before reviewers yet: until then they see the story as it stood.
            last = rules.last_move(decisions.of_story(tx, story.id))
            (asked if last is not None and last.verb is Verb.ASK else waiting).append(story)
    return sorted(waiting, key=_since), sorted(asked, key=_since)


def _since(story: Story) -> tuple[datetime, int]:
    return story.changed_at, story.number


def waiting(tx: Tx, for_reviewers: Sequence[Story], for_tellers: Sequence[Story]) -> queue.Waiting:
    """How much is waiting, since when, and what was decided last."""
    last = decisions.last(tx, (Verb.APPROVE, Verb.ASK, Verb.DECLINE))
    decided = None if last is None else stories.find(tx, last.story_id)
    return queue.Waiting(
        stories=len(for_reviewers) + len(for_tellers),
        oldest=for_reviewers[0].changed_at if for_reviewers else None,
        last=None if last is None else (None if decided is None else decided.number, last.at),
    )


def row(tx: Tx, policy: Policy, story: Story, *, asked: bool) -> queue.Row:
    """The story's line in the list."""
    n = readable(tx, story) or story.current_version
    return queue.Row(
        number=story.number,
        heading=view_of(story.number, stories.version(tx, story.id, n)).heading,
        at=rules.At(story.id, n),
        since=None if asked else story.changed_at,
        needs=_needs(story, _approvers(policy, decisions.of_story(tx, story.id), n, waiting=True)),
    )


def _needs(story: Story, approvers: Sequence[str]) -> str:
    """How many reviewers it needs and, where that is two, has."""
    if not story.care:
        return "needs 1"
    return f"needs 2, has {len(approvers)}" if approvers else "needs 2"


def overdue(tx: Tx, policy: Policy) -> tuple[int, datetime] | None:
    """How many stories wait for a reviewer and since when, once the longest has waited `reminder_days` working days."""
    for_reviewers, _ = undecided(tx)
    if not for_reviewers:
        return None
    oldest = for_reviewers[0].changed_at
    days = rules.working_days(oldest.astimezone(policy.zone).date(), tx.now.astimezone(policy.zone).date())
    return (len(for_reviewers), oldest) if days >= policy.reminder_days else None
