"""The one way in which a story is decided, however somebody wished it: who may, does it still stand so, who was first.

Only `service.py` calls this. One conditional update decides a race; everything around it finds out what to say.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot.review import redaction, rules, standing, trail
from bot.review.rules import At, Outcome, Target, What
from bot.story import tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.screened import borne_out
from storage import decisions, screen_hits, stories, tellers
from storage.database import Tx
from storage.records import Decision, DeclineReason, Story, StoryStatus, Verb

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do, to which story, pointing at which version (None: by its number)."""

    verb: Verb | None
    by: str
    target: Target
    story: Story | None

    def comes_to(self, what: What, decision: Decision | None = None, *, prompt_id: str | None = None) -> Outcome:
        """The outcome of this act."""
        story = self.story
        number = story.number if story is not None else self.target if isinstance(self.target, int) else None
        return Outcome(
            what=what,
            verb=self.verb,
            number=number,
            story_id=None if story is None else story.id,
            version=None if story is None else story.current_version,
            decision_id=None if decision is None else decision.id,
            typed=isinstance(self.target, int),
            prompt_id=prompt_id,
        )


def begin(tx: Tx, verb: Verb | None, by: str, target: Target) -> Act:
    """The act, with the story as it stands in this transaction."""
    match target:
        case At():
            story = stories.find(tx, target.story_id)
        case int():
            story = stories.find_by_number(tx, target)
        case None:
            story = None
    return Act(verb, by, target, story)


def refusal(tx: Tx, policy: Policy, act: Act) -> Outcome | None:
    """Why this person may not do this at all, whatever becomes of the story; None when they may."""
    what = _forbidden(tx, policy, act)
    if what is None:
        return None
    if what in (What.NOT_REVIEWER, What.OWN_STORY, What.MALFORMED):
        # Never who. Beside "own story" not even which: the answer to a person at that second would say who told it.
        which = None if act.story is None or what is What.OWN_STORY else act.story.id
        log.info("denied verb=%s story=%s why=%s", act.verb, which, what)
    return act.comes_to(what)


def _forbidden(tx: Tx, policy: Policy, act: Act) -> What | None:
    story, target = act.story, act.target
    if not is_reviewer(policy, act.by):
        return What.NOT_REVIEWER
    if target is None:
        return What.MALFORMED
    if story is None:
        return What.NO_STORY
    if isinstance(target, At) and not 1 <= target.version <= story.current_version:
        return What.MALFORMED
    if story.status in (StoryStatus.REMOVED, StoryStatus.WITHDRAWN):
        return What.REMOVED
    if act.verb is None:
        return What.UNSHOWN if standing.readable(tx, story) is None else None
    return What.OWN_STORY if tellers.is_author(tx, story.id, act.by) else None


def decide(
    tx: Tx, policy: Policy, act: Act, *, reason: DeclineReason | None = None, comment: str | None = None
) -> Outcome | Decision:
    """Move the story if it still stands where this verb begins, at the version that was pointed at.

    The act must not have been refused. Returns the decision, or why there is none.
    """
    story, verb = _of(act)
    version = act.target.version if isinstance(act.target, At) else story.current_version
    if verb is Verb.APPROVE:
        _let_lapse(tx, policy, story)
    done = None if _unseen(tx, act) else decisions.decide(tx, story.id, version, verb, by=act.by)
    if done is None:
        return _why_not(tx, act)
    decision = decisions.add(tx, story.id, version, reviewer=act.by, verb=done, reason=reason, comment=comment)
    tidings.refresh_cards(tx, policy, story.id)
    log.info("decided verb=%s story=%s version=%d", done, story.id, version)
    return decision


def _let_lapse(tx: Tx, policy: Policy, story: Story) -> None:
    """A first approval counts only while its giver reviews: both are reviewers at the moment of the second."""
    first = story.first_approver
    if first is None or is_reviewer(policy, first):
        return
    if decisions.decide(tx, story.id, story.current_version, Verb.UNDO, by=first) is Verb.UNDO_FIRST:
        decisions.add(tx, story.id, story.current_version, reviewer=first, verb=Verb.UNDO_FIRST)
        trail.note_lapse(tx, story)
        log.info("approval lapsed story=%s version=%d", story.id, story.current_version)


def redact(tx: Tx, policy: Policy, act: Act, words: Mapping[str, str]) -> Outcome | Decision:
    """Put the version with these words in the place of the one that was pointed at; its card goes out at once.

    The act must have been neither refused nor hindered. Returns the decision, or why there is none.
    """
    story, verb = _of(act)
    made = redaction.redact(stories.version(tx, story.id, story.current_version), words, at=tx.now)
    if isinstance(made, redaction.Refused):
        return act.comes_to(made.what, prompt_id=made.prompt_id)
    if not stories.redact(tx, made):
        return _why_not(tx, act)
    screen_hits.record(tx, story.id, made.n, borne_out(made, screen_hits.of_version(tx, story.id, made.n)))
    decision = decisions.add(tx, story.id, made.n, reviewer=act.by, verb=verb)
    # The minute is the reviewer's, not the teller's: no round to wait for.
    tidings.put_card(tx, policy, made, at_once=True)
    log.info("decided verb=%s story=%s version=%d", verb, story.id, made.n)
    return decision


def hindrance(tx: Tx, act: Act) -> Outcome | None:
    """Why `decide` would not decide now, for the verbs that begin with a story in the queue; None when it would."""
    story, _ = _of(act)
    current = not isinstance(act.target, At) or act.target.version == story.current_version
    if story.status is StoryStatus.SUBMITTED and current and not _unseen(tx, act):
        return None
    return _why_not(tx, act)


def _unseen(tx: Tx, act: Act) -> bool:
    """Whether this reviewer cannot have read the version: no card shows it yet.

    A button is proof that something showed it, unless its card waits for a round: then only a forged one can name it.
    """
    story, _ = _of(act)
    if isinstance(act.target, At):
        return standing.card_due_at(tx, story) is not None
    return not tidings.card_is_shown(tx, story.id, story.current_version)


def _why_not(tx: Tx, act: Act) -> Outcome:
    """What stood in the way: somebody else's decision, a newer version, or a card that nobody has seen."""
    story, verb = _of(act)
    made = decisions.of_story(tx, story.id)
    changed = What.CHANGED if story.current_version > 1 else What.UNSHOWN
    seen = not _unseen(tx, act) and (not isinstance(act.target, At) or act.target.version == story.current_version)
    if seen and story.status is StoryStatus.SUBMITTED:
        if verb is Verb.APPROVE and story.first_approver == act.by:
            return act.comes_to(What.TWICE)
        if verb is Verb.UNDO and story.first_approver is not None:
            return act.comes_to(What.NOT_YOURS)
        if verb is Verb.SENSITIVE:
            return act.comes_to(What.NEEDS_TWO)
    if verb is Verb.UNDO:
        last = rules.last_move(made, story.current_version)
        if story.status is StoryStatus.SUBMITTED and last is not None and last.verb is Verb.UNDO:
            return act.comes_to(What.ALREADY, last)
        undoable = {StoryStatus.POSTED: What.POSTED, StoryStatus.APPROVED: changed}
        return act.comes_to(undoable.get(story.status, What.NOT_APPROVED))
    if story.status is StoryStatus.SUBMITTED:
        return act.comes_to(changed)
    return act.comes_to(What.ALREADY, rules.last_move(made))


def _of(act: Act) -> tuple[Story, Verb]:
    """The story and the verb of an act that was not refused."""
    assert act.story is not None
    assert act.verb is not None
    return act.story, act.verb
