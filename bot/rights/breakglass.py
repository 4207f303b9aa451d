"""Break-glass: a reviewer asks who told a story, a second person decides, and the teller can see that it was done.

Plain functions of a transaction; off unless the keeper has switched it on and named a lead. Whoever asks learns who it
was and nothing else, for a day. Every step and every refusal is in the trail. `rooms.py` gives `KINDS` to delivery.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.outgoing import Kind, Kinds, Rendered
from bot.pressed import Press
from bot.rights import breakglass_blocks as blocks
from bot.rights.breakglass_blocks import Came
from bot.story import tidings
from bot.story.policy import Policy, is_reviewer
from storage import audit, breakglass, outbox, stories, tellers
from storage.asked_who import AskedWho, AskState
from storage.database import Tx
from storage.records import Message, Op, OutboxRow

log = logging.getLogger(__name__)

DECIDE_WITHIN: Final = timedelta(hours=72)
SHOW_FOR: Final = timedelta(hours=24)
EVERY: Final = timedelta(minutes=10)

TO_LEAD: Final = "breakglass_lead"
TO_ASKER: Final = "breakglass_asker"
TO_AUTHOR: Final = "breakglass_author"
LINE: Final = "breakglass_line"
"""A private line after a press. args: came."""
VERB: Final = "breakglass"
DECIDE: Final = "breakglass_decide"
SHOW: Final = "breakglass_show"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is shown, in a window and nowhere else."""

    ask: AskedWho
    told_by: str = field(repr=False)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask(tx: Tx, policy: Policy, *, by: str, number: int, reason: str) -> Came:
    """The lead is asked whether this reviewer may learn who told the story; the teller will be able to read why."""
    story = stories.find_by_number(tx, number)
    came = _may_ask(tx, policy, by, None if story is None else story.id)
    surface = audit.Surface.COMMAND
    if came is not None or story is None:
        _deny(tx, VERB, came or Came.NO_STORY, surface, by=by, policy=policy, story=None if story is None else story.id)
        return came or Came.NO_STORY
    made = breakglass.add(
        tx, story_id=story.id, number=story.number, asker=by, reason=reason, ends_at=tx.now + DECIDE_WITHIN
    )
    _put(tx, made, TO_LEAD, policy.ig_lead)
    audit.record(tx, actor=audit.reviewer(by), verb=VERB, surface=surface, story=story.id, reason="asked")
    log.info("asked who told a story number=%d", story.number)
    return Came.ASKED


def _may_ask(tx: Tx, policy: Policy, by: str, story_id: str | None) -> Came | None:
    """Why this person may not ask; None where they may."""
    if not policy.may_break_glass:
        return Came.OFF
    if not is_reviewer(policy, by):
        return Came.NOT_REVIEWER
    if by == policy.ig_lead:
        return Came.SECOND_PERSON
    if story_id is None:
        return Came.NO_STORY
    if tellers.is_author(tx, story_id, by):
        return Came.OWN_STORY
    if not _stands(tx, story_id):
        return Came.GONE
    if tellers.find_author(tx, story_id) is None:
        return Came.UNKNOWN
    return Came.TWICE if breakglass.open_of(tx, story_id, by) else None


def _stands(tx: Tx, story_id: str) -> bool:
    """Whether the story still has words: after a withdrawal nobody needs to know who told it."""
    story = stories.find(tx, story_id)
    return story is not None and stories.find_version(tx, story.id, story.current_version) is not None


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(tx: Tx, policy: Policy, *, by: str, value: str, agree: bool, tell: bool = True) -> Came:
    """The lead has pressed; `value` is the button's, and proves nothing. One decision counts."""
    found = breakglass.find(tx, value)
    came = _may_decide(tx, policy, by, found)
    if came is None and found is not None and agree:
        came = _cannot_be_shown(tx, policy, found)
        if came is not None and breakglass.end(tx, found.id):
            _say_again(tx, found)
    if came is None and found is not None:
        done = breakglass.decide(
            tx,
            found.id,
            state=AskState.AGREED if agree else AskState.REFUSED,
            decider=by,
            ends_at=tx.now + (SHOW_FOR if agree else timedelta()),
            author_told=agree and tell,
        )
        came = None if done else Came.ALREADY
    if came is not None or found is None:
        story = None if found is None else found.story_id
        _deny(tx, DECIDE, came or Came.OVER, audit.Surface.BUTTON, by=by, policy=policy, story=story)
        return came or Came.OVER
    _say_again(tx, found)
    if agree and tell:
        to = tidings.author(found.story_id)
        _enqueue(tx, found, Message(TO_AUTHOR, to, key=f"{TO_AUTHOR}:{found.id}"))
    came_to = ("agreed_told" if tell else "agreed_not_told") if agree else "refused"
    audit.record(
        tx,
        actor=audit.lead(by),
        verb=DECIDE,
        surface=audit.Surface.BUTTON,
        story=found.story_id,
        reason=came_to,
    )
    log.info("decided whether who told a story is shown number=%d agreed=%s", found.number, agree)
    return Came.DECIDED


def _may_decide(tx: Tx, policy: Policy, by: str, found: AskedWho | None) -> Came | None:
    if not policy.may_break_glass:
        return Came.OFF
    if by != policy.ig_lead:
        return Came.NOT_LEAD
    if found is None:
        return Came.OVER
    if by == found.asker:
        return Came.SECOND_PERSON
    if tellers.is_author(tx, found.story_id, by):
        return Came.OWN_STORY
    if found.state is AskState.WAITING and found.ends_at > tx.now:
        return None
    return Came.OVER if found.decided_at is None else Came.ALREADY


def _cannot_be_shown(tx: Tx, policy: Policy, found: AskedWho) -> Came | None:
    """What has made the question pointless since it was asked."""
    if not is_reviewer(policy, found.asker):
        return Came.ASKER_LEFT
    if not _stands(tx, found.story_id):
        return Came.GONE
    return Came.UNKNOWN if tellers.find_author(tx, found.story_id) is None else None


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def show(tx: Tx, policy: Policy, *, by: str, value: str) -> Answer | Came:
    """Who told the story, for the reviewer who asked, while they may know; each look is recorded before it is shown."""
    found = breakglass.find(tx, value)
    author = None if found is None else tellers.find_author(tx, found.story_id)
    came: Came | None = None
    if not policy.may_break_glass:
        came = Came.OFF
    elif not is_reviewer(policy, by):
        came = Came.NOT_REVIEWER
    elif found is None or found.asker != by:
        came = Came.NOT_YOURS
    elif not _stands(tx, found.story_id):
        came = Came.GONE
    elif author is None:
        came = Came.UNKNOWN
    elif not breakglass.count_look(tx, found.id):
        came = Came.OVER
    if came is not None or found is None or author is None:
        story = None if found is None else found.story_id
        _deny(tx, SHOW, came or Came.OVER, audit.Surface.BUTTON, by=by, policy=policy, story=story)
        return came or Came.OVER
    audit.record(tx, actor=audit.reviewer(by), verb=SHOW, surface=audit.Surface.BUTTON, story=found.story_id)
    log.info("who told a story is shown number=%d", found.number)
    return Answer(found, author.slack_user_id)


def say(tx: Tx, press: Press, came: Came) -> None:
    """Tell whoever pressed, privately, what came of it."""
    tidings.whisper(tx, press, LINE, {"came": came.value})


def sweep(tx: Tx, policy: Policy) -> datetime:
    """What was not decided in time is over, and so is what could be seen for a day. A chore of the scheduler."""
    for found in breakglass.past(tx):
        if breakglass.end(tx, found.id):
            _say_again(tx, found)
            reason = "undecided" if found.decided_at is None else "time_is_over"
            system = audit.Surface.SCHEDULER
            audit.record(tx, actor=audit.SYSTEM, verb=VERB, surface=system, story=found.story_id, reason=reason)
    return tx.now + EVERY


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _put(tx: Tx, found: AskedWho, kind: str, person: str) -> None:
    to = tidings.teller(tellers.meet(tx, person).id)
    _enqueue(tx, found, Message(kind, to, key=f"{kind}:{found.id}"))


def _enqueue(tx: Tx, found: AskedWho, message: Message) -> None:
    row = Message(
        message.kind,
        message.recipient,
        op=message.op,
        args={"ask": found.id},
        story_id=found.story_id,
        key=message.key,
        target=message.target,
        depends_on=message.depends_on,
    )
    outbox.enqueue(tx, row)


def _say_again(tx: Tx, found: AskedWho) -> None:
    """Have the lead's message and the asker's say how things stand now."""
    asked = outbox.find_by_key(tx, f"{TO_LEAD}:{found.id}")
    if asked is not None:
        _enqueue(tx, found, Message(TO_LEAD, asked.recipient, op=Op.UPDATE, target=asked.id, depends_on=asked.id))
    told = outbox.find_by_key(tx, f"{TO_ASKER}:{found.id}")
    if told is None:
        _put(tx, found, TO_ASKER, found.asker)
    else:
        _enqueue(tx, found, Message(TO_ASKER, told.recipient, op=Op.UPDATE, target=told.id, depends_on=told.id))


def _deny(tx: Tx, verb: str, came: Came, surface: audit.Surface, *, by: str, policy: Policy, story: str | None) -> None:
    """The trail says that it was tried: by name for reviewers and the lead, but never for whoever told the story."""
    actor = audit.OTHER
    if verb == DECIDE and came is Came.OWN_STORY:
        came, story = Came.NOT_LEAD, None  # only the lead decides: to say "the author" here would say who that is
    elif came is Came.OWN_STORY or (story is not None and tellers.is_author(tx, story, by)):
        actor = audit.AUTHOR
    elif by == policy.ig_lead and by:
        actor = audit.lead(by)
    elif is_reviewer(policy, by):
        actor = audit.reviewer(by)
    log.info("denied verb=%s why=%s", verb, came.value)
    audit.record(
        tx, actor=actor, verb=verb, outcome=audit.Outcome.DENIED, reason=came.value, surface=surface, story=story
    )


# ── as it is said ─────────────────────────────────────────────────────────────────────────────────────────────────


def _asked(tx: Tx, row: OutboxRow) -> AskedWho | None:
    return breakglass.find(tx, str(row.args.get("ask") or ""))


def _to_lead(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = _asked(tx, row)
    return None if found is None else blocks.to_lead(found, asker=policy.name_of(found.asker), zone=policy.zone)


def _to_asker(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = _asked(tx, row)
    return None if found is None else blocks.to_asker(found, policy.zone)


def _to_author(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = _asked(tx, row)
    return None if found is None or not found.author_told else blocks.to_author(found, policy.zone)


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.line(Came(str(row.args["came"])))


KINDS: Kinds = {
    TO_LEAD: Kind(render=_to_lead),
    TO_ASKER: Kind(render=_to_asker),
    TO_AUTHOR: Kind(render=_to_author),
    LINE: Kind(render=_line),
}
