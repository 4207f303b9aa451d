"""How things stand with reviewers: which version they may read, what waits for them, what a card would show.

Reads only. A story with no name or role is kept back until its card's round, so that nobody can tell from the queue, a
card or a command at which minute its teller sent it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.review import queue, rules
from bot.review.cards import Card, Stands
from bot.story import tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.screened import borne_out
from bot.story.view import view_of
from bot.story.when import expected_slot
from storage import decisions, editions, outbox, permissions, screen_hits, sequels, stories, suggestions
from storage.database import Tx
from storage.records import Decision, Disposition, Op, OutboxRow, OutboxState, Story, StoryStatus, Verb
from storage.told_next import Sequel

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
    made, words = decisions.of_story(tx, story.id), stories.version(tx, story.id, version)
    hits = borne_out(words, screen_hits.of_version(tx, story.id, version))
    kept = tuple(dict.fromkeys(hit.kind for hit in hits if hit.disposition is Disposition.DISPUTED))
    stands = _STANDS[story.status]
    if version != story.current_version and stands is not Stands.REMOVED:
        stands = Stands.OLDER
    slot, question = None, None
    if stands is Stands.APPROVED:
        slot = expected_slot(tx, policy, story.id)
    elif stands is Stands.POSTED:
        edition = editions.of_story(tx, story.id)
        slot = None if edition is None else edition.went_out_at
    elif stands is Stands.ASKED:
        ask = decisions.last_ask(tx, story.id)
        question = None if ask is None else ask.question
    return Card(
        story=story,
        version=words,
        stands=stands,
        decision=_made_by(made, story, _MADE_BY.get(stands)),
        question=question,
        slot=slot,
        approvers=_approvers(policy, made, version, stands is Stands.OPEN),
        marked_by=next((d.reviewer for d in made if d.verb is Verb.SENSITIVE), None),
        kept=kept,
        kept_before=tuple(screen_hits.kept_ever(tx, story.id, version)) if story.care and not kept else (),
        collected_elsewhere=permissions.confirmed(tx, story.id, 1) is None,
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
    """Stories that wait for reviewers, longest first, and for their tellers, as far as reviewers may know."""
    waiting: list[Story] = []
    asked = list(stories.with_status(tx, [StoryStatus.ASKED]))
    submitted = stories.with_status(tx, [StoryStatus.SUBMITTED])
    # At once: asking of each story by itself would take the longer the more of them wait.
    in_line = _in_line(tx, tidings.CARD, [story.id for story in submitted])
    kept_back = {(row.story_id, row.version) for row in in_line if row.due_at > tx.now}
    for story in submitted:
        if (story.id, story.current_version) not in kept_back:
            waiting.append(story)
        elif readable(tx, story) is not None:
            # The answer, or the change, is not before reviewers yet: until then they see the story as it stood.
            last = rules.last_move(decisions.of_story(tx, story.id))
            (asked if last is not None and last.verb is Verb.ASK else waiting).append(story)
    return sorted(waiting, key=_since), sorted(asked, key=_since)


def sequels_undecided(tx: Tx) -> Sequence[Sequel]:
    """What happened next in stories, where that waits for reviewers and its card is no longer in line."""
    told = sequels.waiting(tx)
    rows = _in_line(tx, tidings.SEQUEL_CARD, [one.story_id for one in told])
    kept_back = {(row.args["sequel"], row.args["n"]) for row in rows}
    return [one for one in told if (one.id, one.n) not in kept_back]


def _in_line(tx: Tx, kind: str, story_ids: Sequence[str]) -> Iterable[OutboxRow]:
    """Cards of these stories that nobody has begun to post."""
    rows = outbox.waiting_of(tx, kind, story_ids)
    return (row for row in rows if row.op is Op.POST and row.state is OutboxState.QUEUED)


def _since(story: Story) -> tuple[datetime, int]:
    return story.changed_at, story.number


def for_reviewers(tx: Tx) -> tuple[int, datetime | None]:
    """How much waits for reviewers, stories and what happened next in them, and since when the longest has."""
    those, told = undecided(tx)[0], sequels_undecided(tx)
    return len(those) + len(told), _oldest(those, told)


def _oldest(those: Sequence[Story], told: Sequence[Sequel]) -> datetime | None:
    return min([*(story.changed_at for story in those[:1]), *(one.sent_at for one in told[:1])], default=None)


@dataclass(frozen=True, slots=True)
class Undecided:
    """Everything that waits: stories for reviewers, for their tellers, and what happened next."""

    waiting: Sequence[Story]
    asked: Sequence[Story]
    told: Sequence[Sequel]

    @property
    def lines(self) -> Sequence[Story | Sequel]:
        """In the order of the list: for reviewers, longest first, then for tellers."""
        for_reviewers: list[Story | Sequel] = [*self.waiting, *self.told]
        return [*sorted(for_reviewers, key=_came), *self.asked]


def everything(tx: Tx) -> Undecided:
    """What waits now."""
    waiting, asked = undecided(tx)
    return Undecided(waiting, asked, sequels_undecided(tx))


def _came(one: Story | Sequel) -> datetime:
    return one.sent_at if isinstance(one, Sequel) else one.changed_at


def waiting(tx: Tx, those: Undecided) -> queue.Waiting:
    """How much is waiting, since when, and what was decided last."""
    last = decisions.last(tx, (Verb.APPROVE, Verb.ASK, Verb.DECLINE))
    decided = None if last is None else stories.find(tx, last.story_id)
    return queue.Waiting(
        stories=len(those.waiting) + len(those.asked),
        told=len(those.told),
        oldest=_oldest(those.waiting, those.told),
        last=None if last is None else (None if decided is None else decided.number, last.at),
    )


def row(tx: Tx, policy: Policy, one: Story | Sequel, those: Undecided) -> queue.Row:
    """The line in the list of a story, or of what happened next in one."""
    if isinstance(one, Sequel):
        return _told_row(tx, policy, one)
    n = readable(tx, one) or one.current_version
    approvers = _approvers(policy, decisions.of_story(tx, one.id), n, waiting=True)
    return queue.Row(
        number=one.number,
        heading=view_of(one.number, stories.version(tx, one.id, n)).heading,
        value=rules.At(one.id, n).value,
        since=None if one in those.asked else one.changed_at,
        needs=_needs(one.care, len(approvers)),
    )


def _told_row(tx: Tx, policy: Policy, one: Sequel) -> queue.Row:
    story = stories.get(tx, one.story_id)
    n = story.approved_version or readable(tx, story) or story.current_version
    first = one.first_approver is not None and is_reviewer(policy, one.first_approver)
    return queue.Row(
        number=story.number,
        heading=f"What happened next: {view_of(story.number, stories.version(tx, story.id, n)).heading}",
        value=f"{one.story_id}:{one.mark}",
        since=one.sent_at,
        needs=_needs(bool(one.kept) or story.care, int(first)),
        told=True,
    )


def _needs(care: bool, approvers: int) -> str:
    """How many reviewers it needs and, where that is two, has."""
    if not care:
        return "needs 1"
    return f"needs 2, has {approvers}" if approvers else "needs 2"


def overdue(tx: Tx, policy: Policy) -> queue.Waiting | None:
    """What waits for a reviewer and since when, once the longest has waited `reminder_days` working days."""
    those, told = undecided(tx)[0], sequels_undecided(tx)
    oldest = _oldest(those, told)
    if oldest is None:
        return None
    days = rules.working_days(oldest.astimezone(policy.zone).date(), tx.now.astimezone(policy.zone).date())
    return queue.Waiting(len(those), len(told), oldest, None) if days >= policy.reminder_days else None
