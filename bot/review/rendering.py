"""Each kind of message that this room renders: what it needs is read here, how it looks is in the pure files.

Delivery looks a kind up at the moment of sending, so everything says what stands then. `KINDS` is all that it sees.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.outgoing import Kind, Kinds, Rendered
from bot.review import (
    answers,
    cards,
    cards_again,
    letters,
    modals,
    parked,
    queue,
    redaction,
    rules,
    service,
    standing,
    suggest,
    suggest_blocks,
)
from bot.review.rules import Outcome, What
from bot.story import clearing, tidings
from bot.story.policy import Policy
from bot.story.view import view_of
from storage import decisions, outbox, stories, suggestions
from storage.database import Tx
from storage.records import Decision, Message, Op, OutboxRow, OutboxState, Place, Story, StoryStatus, Verb, VersionKind

_GONE = (StoryStatus.REMOVED, StoryStatus.WITHDRAWN)

# ── cards ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _card(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = _story(tx, row.story_id)
    if story is None or story.status in _GONE:
        return cards.removed(None if story is None else story.number) if row.op is Op.UPDATE else None
    version = row.version or story.current_version
    if version != story.current_version and standing.card_due_at(tx, story) is not None:
        # The newer version waits for its round: changing the older card now would tell the minute it came.
        return None
    return cards.card(policy, standing.card(tx, policy, story, version))


def _card_gate(tx: Tx, policy: Policy, row: OutboxRow) -> str | None:
    if row.op is not Op.POST:
        return None
    story = _story(tx, row.story_id)
    if story is None or story.status in _GONE:
        return "removed"
    return None if row.version == story.current_version else "newer version"


def _card_sent(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Cards that the channel would not take may follow; one that came with its round lets the older ones shrink."""
    cards_again.channel_works(tx, policy, row)
    if row.op is not Op.POST or row.story_id is None or row.due_at <= row.enqueued_at:
        return
    for older in outbox.of_story(tx, row.story_id, tidings.CARD):
        if older.op is Op.POST and older.state is OutboxState.SENT and older.id != row.id:
            outbox.enqueue(
                tx,
                Message(
                    tidings.CARD,
                    older.recipient,
                    op=Op.UPDATE,
                    story_id=older.story_id,
                    version=older.version,
                    target=older.id,
                    depends_on=older.id,
                ),
            )


# ── letters to the author ─────────────────────────────────────────────────────────────────────────────────────────


def _outcome(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = _story(tx, row.story_id)
    decision = _decision(tx, story, row.args.get("decision"))
    if decision is None or story is None:
        return None
    match decision.verb:
        case Verb.APPROVE:
            redacted = stories.version(tx, story.id, decision.version).kind is VersionKind.REDACTED
            slot, left = story.told_slot_at, _left(tx, story)
            return letters.approved(policy, story.number, slot, story.id, redacted=redacted, left=left)
        case Verb.UNDO:
            return letters.undone(story.number)
        case Verb.DECLINE:
            view = view_of(story.number, stories.version(tx, story.id, decision.version))
            return letters.declined(view, story.id, decision)
        case _:
            return None


def _outcome_gate(tx: Tx, policy: Policy, row: OutboxRow) -> str | None:
    """Only the latest decision is news, and taking back what was never told is none."""
    story = _story(tx, row.story_id)
    decision = _decision(tx, story, row.args.get("decision"))
    if decision is None or story is None or story.status in _GONE:
        return "removed"
    made = decisions.of_story(tx, story.id)
    last = rules.last_move(made)
    if last is None or last.id != decision.id or story.current_version != decision.version:
        return "superseded"
    if decision.verb is Verb.UNDO:
        approvals = [d for d in made if d.verb is Verb.APPROVE and d.version == decision.version]
        told = outbox.find_by_key(tx, f"outcome:{approvals[-1].id}") if approvals else None
        if told is not None and told.state is OutboxState.DROPPED:
            return "never told"
    return None


def _redacted(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = _story(tx, row.story_id)
    decision = _decision(tx, story, row.args.get("decision"))
    if decision is None or story is None or story.status in _GONE:
        return None
    before, after = (stories.version(tx, story.id, n) for n in (decision.version - 1, decision.version))
    return letters.redacted(story.number, story.id, redaction.what_went(before, after))


def _suggestion(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = suggestions.find(tx, str(row.args.get("suggestion")))
    story = None if found is None else _story(tx, found.story_id)
    if found is None or story is None or story.status in _GONE:
        return None
    if found.answered_at is not None:
        return suggest_blocks.answered(policy, story.number, found.answered_at, accepted=bool(found.accepted))
    if not suggest.stands(story, found):
        return suggest_blocks.closed(story.number) if row.op is Op.UPDATE else None
    answers = stories.version(tx, story.id, found.version).answers
    before = next(answer for answer in answers if answer.prompt_id == found.prompt_id)
    return suggest_blocks.letter(story.number, before.label, before.value, found.words, found.id)


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def page_for(
    tx: Tx,
    policy: Policy,
    verb: Verb | None,
    *,
    by: str,
    target: rules.Target,
    channel: str,
    limits: suggest.Limits = suggest.no_limits,
) -> modals.View | Outcome:
    """The modal that this person may open (to ask, decline, redact; without a verb, to read), or why they may not."""
    outcome = service.look(tx, policy, verb, by=by, target=target)
    if outcome.what is not What.DONE:
        return outcome
    story = stories.get(tx, str(outcome.story_id))
    if verb is None:
        # What reviewers may read is never further than their cards.
        version = standing.readable(tx, story) or story.current_version
        return modals.read(policy, standing.card(tx, policy, story, version), channel)
    it = standing.card(tx, policy, story, story.current_version)
    if verb in (Verb.REDACT, Verb.SUGGEST) and not redaction.redactable(it.version):
        return replace(outcome, what=What.NO_WORDS_TO_REMOVE)
    if verb is Verb.SUGGEST:
        return suggest_blocks.form(it, channel, limits(tx, it.version))
    return _FORMS[verb](it, channel)


_FORMS = {
    Verb.ASK: modals.ask,
    Verb.DECLINE: modals.decline,
    Verb.REDACT: modals.redact,
}


# ── private lines, the list, notices ──────────────────────────────────────────────────────────────────────────────


def answer(tx: Tx, policy: Policy, outcome: Outcome, reader: str) -> Rendered:
    """The private answer to a command."""
    return answers.say(policy, outcome, _facts(tx, outcome, reader))


def problem(tx: Tx, policy: Policy, outcome: Outcome, reader: str) -> str:
    """The same in words alone, for beneath a box of a form."""
    return answers.sentence(policy, outcome, _facts(tx, outcome, reader))


def _answer(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    outcome = rules.outcome_of(row.args, row.story_id, row.version)
    reader = row.person or ""
    return answers.say(policy, outcome, _facts(tx, outcome, reader, asked=row))


def _facts(tx: Tx, outcome: Outcome, reader: str, *, asked: OutboxRow | None = None) -> answers.Facts:
    now = tx.now if asked is None else asked.enqueued_at
    story = _story(tx, outcome.story_id)
    if story is None or story.status in _GONE:
        return answers.Facts(reader, now)
    due = standing.card_due_at(tx, story) if outcome.what in (What.CHANGED, What.UNSHOWN) else None
    version = stories.version(tx, story.id, story.current_version)
    return answers.Facts(
        reader=reader,
        now=now,
        title=view_of(story.number, version).title,
        decision=_decision(tx, story, outcome.decision_id),
        slot=story.told_slot_at,
        changed_at=version.created_at,
        approvers=rules.approvers(decisions.of_story(tx, story.id), story.current_version),
        half_approved=story.first_approver is not None,
        left=_left(tx, story) if outcome.what is What.DONE and outcome.verb is Verb.APPROVE else {},
        card_due_at=due,
        card_lost=any(row.kind == tidings.CARD for row in cards_again.lost(tx, story.id)),
    )


def waiting_list(tx: Tx, policy: Policy, *, shown: int) -> Rendered:
    """The list of what waits, up to its `shown`-th row."""
    waiting, rows = _list(tx, policy, shown)
    return queue.queue(policy, waiting, rows, shown=shown, now=tx.now)


def waiting_page(tx: Tx, policy: Policy) -> modals.View:
    """The list of what waits, on a page."""
    waiting, rows = _list(tx, policy, queue.MOST)
    return queue.page(policy, waiting, rows, now=tx.now)


def _list(tx: Tx, policy: Policy, shown: int) -> tuple[queue.Waiting, list[queue.Row]]:
    """How much waits, and the rows up to the `shown`-th, as many as fit."""
    those = standing.everything(tx)
    lines = those.lines
    end = min(shown, len(lines))
    rows = [standing.row(tx, policy, one, those) for one in lines[max(0, end - queue.MOST) : end]]
    return standing.waiting(tx, those), rows


def _queue(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    return waiting_list(tx, policy, shown=int(row.args.get("shown") or queue.PAGE))


def _reminder(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    overdue = standing.overdue(tx, policy)
    return None if overdue is None else queue.reminder(policy, overdue, tx.now)


def _parked(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    lost = outbox.find(tx, str(row.args.get("row")))
    if lost is None or lost.state is not OutboxState.PARKED:
        return None  # it has been put in line again meanwhile
    story = _story(tx, lost.story_id)
    number = None if story is None else story.number
    reason, in_thread = lost.reason or "", lost.thread is not None
    return parked.notice(policy, recipient=lost.recipient, number=number, reason=reason, in_thread=in_thread)


def _notice_sent(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    cards_again.channel_works(tx, policy, row)


def _left(tx: Tx, story: Story) -> Mapping[str, int]:
    """What the screen finds in an approved story that keeps it out of the digest; empty where nothing does."""
    version = story.approved_version
    if version is None or not stories.may_go_to(tx, story.id, version, Place.DIGEST):
        return {}
    return clearing.left(tx, story.id, version)


def _story(tx: Tx, story_id: str | None) -> Story | None:
    return None if story_id is None else stories.find(tx, story_id)


def _decision(tx: Tx, story: Story | None, decision_id: str | int | bool | None) -> Decision | None:
    """The decision, unless it has gone with its story."""
    if story is None or decision_id is None:
        return None
    return next((made for made in decisions.of_story(tx, story.id) if made.id == decision_id), None)


KINDS: Kinds = {
    tidings.CARD: Kind(_card, gate=_card_gate, sent=_card_sent),
    tidings.OUTCOME: Kind(_outcome, gate=_outcome_gate),
    service.REDACTED: Kind(_redacted),
    suggest.SUGGESTION: Kind(_suggestion),
    tidings.PARKED: Kind(_parked, sent=_notice_sent),
    service.ANSWER: Kind(_answer),
    service.QUEUE: Kind(_queue),
    service.REMINDER: Kind(_reminder),
}
