"""What reviewers do (approve, ask, decline, redact, undo), and what they are told of it and of what got lost.

Commands, buttons and forms all come here, so who may do what is settled here, when it is done (`deciding.py`). What
somebody gets wrong is an outcome, never an exception. No Slack; no sentences. The scheduler runs `remind`; delivery
calls `tell_parked` in the transaction that parks a row.
"""

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.review import cards_again, deciding, rules, standing, trail
from bot.review.rules import At, Outcome, Target, What
from bot.story import declining, tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.when import expected_slot
from bot.text import from_slack
from storage import decisions, outbox, stories, surfaces, tellers
from storage.database import Tx
from storage.records import Decision, DeclineReason, Message, Op, OutboxRow, Verb

log = logging.getLogger(__name__)

ANSWER = "review_answer"
"""A private line to a reviewer: a whisper, or an answer in place through a press's `response_url`."""
QUEUE = "review_queue"
"""The list, changed where it stands. args: shown."""
REMINDER = "review_reminder"
"""The weekday reminder in the reviewers' channel."""
REDACTED = "redacted"
"""What was taken out, to the author. args: decision (id)."""


# ── the verbs ────────────────────────────────────────────────────────────────────────────────────────────────


@trail.recorded
def approve(tx: Tx, policy: Policy, *, by: str, target: Target) -> Outcome:
    """The version is approved as it stands, and its author is told when it goes out.

    Where it needs two reviewers, the first approval is only noted, and nobody but reviewers hears of it.
    """
    act = deciding.begin(tx, Verb.APPROVE, by, target)
    refused = deciding.refusal(tx, policy, act) or deciding.decide(tx, policy, act)
    if isinstance(refused, Outcome):
        return refused
    if refused.verb is Verb.FIRST_APPROVE:
        return act.comes_to(What.ONCE, refused)
    story_id = refused.story_id
    stories.change(tx, story_id, told_slot_at=expected_slot(tx, policy, story_id))
    _tell_author(tx, refused)
    return act.comes_to(What.DONE, refused)


@trail.recorded
def ask(tx: Tx, policy: Policy, *, by: str, target: Target, question: str, prompt_id: str | None = None) -> Outcome:
    """The question is on its way to the author, about one of their answers (the first, unless another is named)."""
    act = deciding.begin(tx, Verb.ASK, by, target)
    if refused := deciding.refusal(tx, policy, act):
        return refused
    words = from_slack(question)
    if wrong := _wrong_words(words, rules.MOST_QUESTION):
        return act.comes_to(wrong)
    decision = deciding.decide(tx, policy, act)
    if isinstance(decision, Outcome):
        return decision
    story_id, version = decision.story_id, decision.version
    about = rules.about(stories.version(tx, story_id, version), prompt_id)
    made = decisions.add_ask(tx, story_id, version, prompt_id=about, question=words, reviewer=by)
    relayed = Message(
        tidings.RELAYED_QUESTION,
        tidings.author(story_id),
        args={"ask": made.id},
        story_id=story_id,
        version=version,
        key=f"ask:{made.id}",
    )
    decisions.set_ask_message(tx, made.id, outbox.enqueue(tx, relayed))
    return act.comes_to(What.DONE, decision)


@trail.recorded
def decline(
    tx: Tx, policy: Policy, *, by: str, target: Target, comment: str, reason: DeclineReason = DeclineReason.OTHER
) -> Outcome:
    """The story is declined; its author hears why and gets their words back."""
    act = deciding.begin(tx, Verb.DECLINE, by, target)
    if refused := deciding.refusal(tx, policy, act):
        return refused
    words = from_slack(comment)
    if wrong := _wrong_words(words, declining.MOST_COMMENT):
        return act.comes_to(wrong)
    decision = deciding.decide(tx, policy, act, reason=reason, comment=words)
    if isinstance(decision, Outcome):
        return decision
    letter = _tell_author(tx, decision)
    surfaces.show(tx, letter, [decision.story_id])
    return act.comes_to(What.DONE, decision)


@trail.recorded
def undo(tx: Tx, policy: Policy, *, by: str, target: Target) -> Outcome:
    """The approval is taken back unless the story is in a digest; the story waits again and its author is told.

    Of two approvals each is its giver's: theirs alone goes, and the other stands. Whoever gave neither undoes both.
    """
    act = deciding.begin(tx, Verb.UNDO, by, target)
    refused = deciding.refusal(tx, policy, act) or deciding.decide(tx, policy, act)
    if isinstance(refused, Outcome):
        return refused
    if refused.verb is Verb.UNDO_FIRST:
        return act.comes_to(What.TAKEN_BACK, refused)
    stories.change(tx, refused.story_id, told_slot_at=None)
    _tell_author(tx, refused)
    return act.comes_to(What.DONE, refused)


@trail.recorded
def mark_sensitive(tx: Tx, policy: Policy, *, by: str, target: Target) -> Outcome:
    """The story needs two different reviewers from now on; what was approved before does not count as one of them."""
    act = deciding.begin(tx, Verb.SENSITIVE, by, target)
    refused = deciding.refusal(tx, policy, act) or deciding.decide(tx, policy, act)
    return refused if isinstance(refused, Outcome) else act.comes_to(What.DONE, refused)


@trail.recorded
def redact(tx: Tx, policy: Policy, *, by: str, target: Target, words: Mapping[str, str]) -> Outcome:
    """A version with these words (by prompt id) waits for reviewers; its author is told what was taken out of it.

    Nothing but parts replaced by [removed] is taken: anything else goes through *ask*. The permission stands as it was.
    """
    act = deciding.begin(tx, Verb.REDACT, by, target)
    refused = deciding.refusal(tx, policy, act) or deciding.hindrance(tx, act)
    if refused is not None:
        return refused
    made = deciding.redact(tx, policy, act, words)
    if isinstance(made, Outcome):
        return made
    letter = outbox.enqueue(
        tx,
        Message(
            REDACTED,
            tidings.author(made.story_id),
            args={"decision": made.id},
            story_id=made.story_id,
            version=made.version,
            key=f"redacted:{made.id}",
        ),
    )
    surfaces.show(tx, letter, [made.story_id])
    return act.comes_to(What.DONE, made)


def look(tx: Tx, policy: Policy, verb: Verb | None, *, by: str, target: Target) -> Outcome:
    """What would come of it, without doing it: DONE when it may be done now. Without a verb, whether it may be read."""
    act = deciding.begin(tx, verb, by, target)
    hindered = deciding.refusal(tx, policy, act) or (deciding.hindrance(tx, act) if verb is not None else None)
    return hindered or act.comes_to(What.DONE)


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _wrong_words(words: str, most: int) -> What | None:
    if not words:
        return What.NO_WORDS
    return What.TOO_LONG if len(words) > most else None


def _tell_author(tx: Tx, decision: Decision) -> str:
    return outbox.enqueue(
        tx,
        Message(
            tidings.OUTCOME,
            tidings.author(decision.story_id),
            args={"decision": decision.id},
            story_id=decision.story_id,
            version=decision.version,
            key=f"outcome:{decision.id}",
        ),
    )


# ── telling reviewers ─────────────────────────────────────────────────────────────────────────────────────────────


def tell(
    tx: Tx, policy: Policy, outcome: Outcome, *, person: str, channel: str, response_url: str | None = None
) -> None:
    """The person hears, privately, what came of it: in place of the line they pressed, or whispered where they are."""
    if outcome.what is What.OWN_STORY:
        # A row that names the story beside the person would be a second link from a story to whoever told it.
        outcome = Outcome(What.OWN_STORY, outcome.verb, typed=outcome.typed)
    outbox.enqueue(
        tx,
        Message(
            ANSWER,
            tidings.channel(whisper_channel(tx, policy, person, channel)),
            op=Op.UPDATE if response_url else Op.WHISPER,
            args=rules.args_of(outcome),
            story_id=outcome.story_id,
            version=outcome.version,
            person=person,
            response_url=response_url,
        ),
    )


def whisper_channel(tx: Tx, policy: Policy, person: str, channel: str) -> str:
    """Where the bot can whisper to this person: where they are if it is there too, else the reviewers' channel."""
    teller = tellers.find_teller(tx, person)
    ours = {policy.review_channel, policy.digest_channel, *([teller.dm_channel] if teller else [])}
    return channel if channel in ours else policy.review_channel


def waiting(tx: Tx) -> tuple[int, datetime | None]:
    """How much waits for reviewers, and since when the longest has: for their homes."""
    return standing.for_reviewers(tx)


def may_review(policy: Policy, *, by: str) -> Outcome | None:
    """Why this person may not see the list; None when they may."""
    if is_reviewer(policy, by):
        return None
    log.info("denied verb=review")
    return Outcome(What.NOT_REVIEWER, None)


def show_more(tx: Tx, policy: Policy, *, by: str, channel: str, shown: int, response_url: str) -> None:
    """The list that somebody has before them grows; only for reviewers."""
    if denied := may_review(policy, by=by):
        trail.leave(tx, denied, by=by)
        tell(tx, policy, denied, person=by, channel=channel)
        return
    outbox.enqueue(
        tx,
        Message(
            QUEUE,
            tidings.channel(whisper_channel(tx, policy, by, channel)),
            op=Op.UPDATE,
            args={"shown": shown},
            person=by,
            response_url=response_url,
        ),
    )


def remind(tx: Tx, policy: Policy) -> datetime:
    """Reviewers are reminded once a weekday, from 10am, while a story has waited long; returns when to look next.

    Cards that could not be posted are tried once more, at start too.
    """
    cards_again.put_again(tx, policy)
    if rules.may_remind(tx.now, policy.zone) and standing.overdue(tx, policy) is not None:
        today = tx.now.astimezone(policy.zone).date()
        # The key, not the clock, makes it one a day: a clock that steps back cannot remind twice.
        message = Message(REMINDER, tidings.channel(policy.review_channel), key=f"{REMINDER}:{today.isoformat()}")
        if outbox.find_by_key(tx, str(message.key)) is None:
            outbox.enqueue(tx, message)
            tellers.set_workspace(tx, queue_reminded_at=tx.now)
    return rules.next_reminder(tx.now, policy.zone)


def note_reading(tx: Tx, policy: Policy, *, by: str, target: Target) -> None:
    """The trail says that somebody opened it; a card of it that could not be posted is tried once more."""
    trail.note_reading(tx, by=by, target=target)
    if isinstance(target, At):
        cards_again.put_again(tx, policy, target.story_id)


def is_going_out(tx: Tx, number: int) -> bool:
    """Whether the card of this story's current version is being posted at this moment."""
    story = stories.find_by_number(tx, number)
    return story is not None and tidings.card_is_going_out(tx, story.id, story.current_version)


def tell_parked(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Reviewers hear of a message that could not be sent, once for each (of a digest, each time that it is tried).

    Courtesies that nobody waits for are left out.

    Told: anything posted about a story, and anything posted in the digest channel. Not told: whispers, changes to
    messages that stand already, drafts (nobody but their teller knows of them), shared stories (whoever shared one
    hears of it), and this notice itself.
    """
    about_work = row.story_id is not None or row.recipient == tidings.channel(policy.digest_channel)
    if row.kind in (tidings.PARKED, tidings.SHARED) or row.op is not Op.POST or not about_work:
        return
    outbox.enqueue(
        tx,
        Message(
            tidings.PARKED,
            tidings.channel(policy.review_channel),
            args={"row": row.id},
            story_id=row.story_id,
            key=f"parked:{row.id}" + (f":{row.attempts}" if row.kind == tidings.EDITION else ""),
        ),
    )
