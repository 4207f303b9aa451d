"""What happened next is told, taken back, and decided: each a plain function of a transaction.

`listeners.py` calls these; nobody is trusted there, so who may do what is settled here. Nothing here says what a
message looks like.
"""

import logging
from collections.abc import Mapping

from bot.sequel import asking, rules
from bot.sequel.rules import At, Sent, What
from bot.story import declining, tidings
from bot.story.next_told import undisputed
from bot.story.policy import Policy, is_reviewer
from bot.text import from_slack
from storage import audit, outbox, sequels, stories, surfaces, tellers
from storage.audit import Surface
from storage.database import Tx
from storage.records import DeclineReason, Message, Naming, OutboxState, Story, StoryStatus, Verb, Version
from storage.told_next import Sequel, SequelState

log = logging.getLogger(__name__)

_SHOWN = (StoryStatus.APPROVED, StoryStatus.POSTED)


# ── the teller ────────────────────────────────────────────────────────────────────────────────────────────────────


def shown_version(tx: Tx, story: Story) -> Version | None:
    """The version that is shown somewhere, if one is."""
    if story.status not in _SHOWN or story.approved_version is None or story.held:
        return None
    version = stories.find_version(tx, story.id, story.approved_version)
    return version if version is not None and version.places else None


def look(tx: Tx, *, by: str, story_id: str) -> tuple[Story, Version] | What:
    """The story that this person may tell more of, in the version that is shown; or why they may not."""
    story = stories.find(tx, story_id)
    if story is None or not tellers.is_author(tx, story.id, by):
        return What.NOT_YOURS
    version = shown_version(tx, story)
    return What.NOT_SHOWN if version is None else (story, version)


def judge(words: str, not_ones: Mapping[str, int]) -> Sent:
    """Whether these words can be taken at all, whoever sends them. Pure."""
    told = from_slack(words)
    if not told:
        return Sent(What.NO_WORDS)
    if len(told) > rules.MOST_WORDS or rules.weight(told) > rules.MOST_WEIGHT:
        return Sent(What.TOO_LONG)
    found = undisputed(told, {})
    return Sent(What.FOUND if undisputed(told, not_ones) else What.DONE, found)


def send(tx: Tx, policy: Policy, *, by: str, story_id: str, words: str, not_ones: Mapping[str, int]) -> Sent:
    """Its teller tells what happened next: it waits for reviewers. `not_ones`: what they say identifies nobody.

    Nothing is kept of words that cannot be taken; the form still has them.
    """
    seen = look(tx, by=by, story_id=story_id)
    if isinstance(seen, What):
        _denied(tx, "sequel_send", seen, surface=Surface.MODAL)
        return Sent(seen)
    judged = judge(words, not_ones)
    if judged.what is not What.DONE:
        return judged
    story, version = seen
    tidings.take_sequel_out(tx, story.id)
    one = sequels.put(tx, story.id, from_slack(words), judged.found)
    _put_card(tx, policy, one, version)
    asking.show_again(tx, story.id)
    _tell(tx, one)
    asking.record(tx, "sequel_send", story.id, actor=audit.AUTHOR, surface=Surface.MODAL)
    log.info("sequel sent story=%s n=%d", story.id, one.n)
    return Sent(What.DONE)


def take_back(tx: Tx, policy: Policy, *, by: str, story_id: str) -> What:
    """Its teller takes back what happened next, and nothing else. The caller then has the tombstone written."""
    story = stories.find(tx, story_id)
    if story is None or not tellers.is_author(tx, story.id, by):
        _denied(tx, "sequel_take_back", What.NOT_YOURS)
        return What.NOT_YOURS
    one = sequels.find(tx, story.id)
    if one is None:
        return What.OVER
    asking.forget(tx, policy, story.id, one.id, actor=audit.AUTHOR, surface=Surface.BUTTON)
    return What.DONE


# ── reviewers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(
    tx: Tx,
    policy: Policy,
    verb: Verb,
    *,
    by: str,
    at: At | None,
    reason: DeclineReason | None = None,
    comment: str = "",
) -> What:
    """A reviewer approves, declines or undoes; what counts is the very text that their card showed."""
    surface = Surface.MODAL if verb is Verb.DECLINE else Surface.BUTTON
    refused = refusal(tx, policy, by=by, at=at)
    if refused is not None:
        _denied(tx, f"sequel_{verb}", refused, by=by, surface=surface)
        return refused
    one = None if at is None else sequels.find(tx, at.story_id)
    said = from_slack(comment)
    if one is None or (verb is Verb.DECLINE and not said):
        return What.NO_WORDS
    if len(said) > declining.MOST_COMMENT:
        return What.TOO_LONG
    care = needs_two(tx, one)
    one = _let_lapse(tx, policy, one)
    done = sequels.decide(tx, one, verb, by=by, care=care, reason=reason, comment=said or None)
    if done is None:
        why = _why_not(one, by)
        _denied(tx, f"sequel_{verb}", why, by=by, surface=surface)
        return why
    tidings.refresh_cards(tx, policy, one.story_id)
    asking.show_again(tx, one.story_id)
    if done in (Verb.APPROVE, Verb.DECLINE):
        _tell(tx, sequels.find(tx, one.story_id) or one)
    asking.record(tx, f"sequel_{done}", one.story_id, actor=audit.reviewer(by), surface=surface)
    log.info("sequel decided verb=%s story=%s n=%d", done, one.story_id, one.n)
    return What.DONE


def refusal(tx: Tx, policy: Policy, *, by: str, at: At | None) -> What | None:
    """Why this person may not decide this text, whatever they think of it; None when they may."""
    if not is_reviewer(policy, by):
        return What.NOT_REVIEWER
    story = None if at is None else stories.find(tx, at.story_id)
    one = None if story is None else sequels.find(tx, story.id)
    if story is None or at is None:
        return What.CHANGED
    if tellers.is_author(tx, story.id, by):
        return What.OWN_STORY
    if one is None or not at.is_for(one) or not may_be_read(tx, one):
        return What.CHANGED
    return None if story.status in _SHOWN or story.status is StoryStatus.SUBMITTED else What.CHANGED


def needs_two(tx: Tx, one: Sequel) -> bool:
    """Whether two people must approve it: as for its story, or since its teller kept what looks like an identifier."""
    return bool(one.kept) or stories.get(tx, one.story_id).care


def card_was_shown(tx: Tx, one: Sequel) -> bool:
    """Whether this text's card stands among the others."""
    row = outbox.find_by_key(tx, card_key(one))
    return row is not None and row.state in (OutboxState.SENDING, OutboxState.SENT)


def may_be_read(tx: Tx, one: Sequel) -> bool:
    """Whether reviewers may have read this text: on its card or, where Slack would not take that, from the list.

    Only a forged button can name one that waits for its round.
    """
    row = outbox.find_by_key(tx, card_key(one))
    return row is not None and row.state is not OutboxState.QUEUED


def note_reading(tx: Tx, policy: Policy, *, by: str, at: At) -> None:
    """A row says that this reviewer opened what happened next in a story that names nobody, as for its story."""
    if refusal(tx, policy, by=by, at=at) is None and audit.names_nobody(tx, at.story_id):
        asking.record(tx, "sequel_read", at.story_id, actor=audit.reviewer(by))


def card_key(one: Sequel) -> str:
    """The key of this text's card in the outbox."""
    return f"{tidings.SEQUEL_CARD}:{one.mark}"


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _why_not(one: Sequel, by: str) -> What:
    """What stood in the way: it was decided before, or waits for somebody else than this reviewer."""
    if one.state is not SequelState.SUBMITTED or one.first_approver is None:
        return What.ALREADY
    return What.TWICE if one.first_approver == by else What.NOT_YOUR_APPROVAL


def _let_lapse(tx: Tx, policy: Policy, one: Sequel) -> Sequel:
    """A first approval counts only while its giver reviews."""
    first = one.first_approver
    if first is None or is_reviewer(policy, first) or one.state is not SequelState.SUBMITTED:
        return one
    sequels.decide(tx, one, Verb.UNDO, by=first, care=True)
    asking.record(tx, f"sequel_{Verb.UNDO_FIRST}", one.story_id, actor=audit.SYSTEM, reason=What.NOT_REVIEWER)
    return sequels.find(tx, one.story_id) or one


def _put_card(tx: Tx, policy: Policy, one: Sequel, version: Version) -> None:
    """Put this text before the reviewers; of a story that names nobody with the next round, as its card was."""
    names_nobody = version.naming is Naming.NONE
    if not names_nobody:  # else the older card would tell the minute: it changes once the new one is there
        tidings.refresh_cards(tx, policy, one.story_id)
    card = Message(
        tidings.SEQUEL_CARD,
        tidings.channel(policy.review_channel),
        args={"sequel": one.id, "n": one.n},
        story_id=one.story_id,
        key=card_key(one),
        due_at=tidings.next_card_round(policy, tx.now) if names_nobody else None,
    )
    surfaces.show(tx, outbox.enqueue(tx, card), [one.story_id])


def _tell(tx: Tx, one: Sequel) -> None:
    """Tell its teller how it stands now, as long as it is known who that is."""
    if tellers.find_author(tx, one.story_id) is None:
        return
    args: dict[str, str | int | bool | None] = {"sequel": one.id, "n": one.n, "what": one.state.value}
    to, key = tidings.author(one.story_id), f"{asking.NEWS}:{one.mark}:{one.state.value}"
    outbox.enqueue(tx, Message(asking.NEWS, to, args=args, story_id=one.story_id, key=key))


def _denied(tx: Tx, verb: str, why: What, *, by: str | None = None, surface: Surface = Surface.BUTTON) -> None:
    """One row for what was refused; a name only of somebody who reviews, and never beside their own story."""
    named = by is not None and why not in (What.NOT_REVIEWER, What.OWN_STORY)
    actor = audit.reviewer(by) if named and by is not None else audit.OTHER
    reason = "not_theirs" if why is What.NOT_YOURS else why.value
    asking.record(tx, verb, None, actor=actor, surface=surface, outcome=audit.Outcome.DENIED, reason=reason)
