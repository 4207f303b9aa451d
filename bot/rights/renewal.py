"""The review of published stories: after two years their teller says that they may stay, or they are shown no more.

Plain functions of a transaction; `check` is a chore of the scheduler. Any change of permission is an answer too. What
lapses loses its permission and nothing else: its words stay its teller's to allow again, or to take back.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.outgoing import Kind, Kinds, Rendered
from bot.pressed import Press
from bot.rights import permission_editions
from bot.rights import renewal_blocks as blocks
from bot.rights.months import months_before
from bot.story import tidings
from bot.story.policy import Policy
from bot.story.taking_back import NOT_YOURS
from storage import audit, outbox, permissions, renewals, stories, tellers
from storage.audit import Surface
from storage.database import Tx
from storage.records import Message, Op, OutboxRow, Story, StoryStatus, Version

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
QUESTION: Final = "renewal"
"""To the author: may it stay? Then what became of it."""
OVER: Final = "renewal_over"
"""To the author: it is shown nowhere any more."""
NOBODY: Final = "renewal_nobody"
"""To reviewers: nobody can be asked."""
LINE: Final = "renewal_line"
"""A private line after a press. args: theirs."""
VERB: Final = "renewal"
KEPT: Final = "kept"
LAPSED: Final = "lapsed"


def check(tx: Tx, policy: Policy) -> datetime:
    """Whoever is due is asked, and what was not answered in time is shown no more; returns when to look again."""
    for story_id in renewals.unanswered(tx):
        _close(tx, policy, stories.get(tx, story_id))
    for story_id in renewals.due(tx, months_before(tx.now, policy.renew_months)):
        _ask(tx, policy, stories.get(tx, story_id))
    return tx.now + EVERY


def keep(tx: Tx, *, by: str, value: str, notice_version: int) -> str | None:
    """Its teller says that the story may stay, for as long again; the permission is noted under the notice of today.

    Returns the sentence that says why nothing was done, or None. `value` is the button's, and proves nothing.
    """
    story = stories.find(tx, value)
    if story is None or not tellers.is_author(tx, story.id, by):
        audit.record(
            tx,
            actor=audit.OTHER,
            verb=VERB,
            outcome=audit.Outcome.DENIED,
            reason="not_theirs",
            surface=Surface.BUTTON,
        )
        return NOT_YOURS
    version = _shown_version(tx, story)
    if version is None or not renewals.renew(tx, story.id):
        return blocks.TOO_LATE
    for place in sorted(version.places):
        permissions.note_given(tx, version, place, notice_version=notice_version)
    _record(tx, story, KEPT, actor=audit.AUTHOR, surface=Surface.BUTTON)
    _show_again(tx, story.id)
    return None


def say(tx: Tx, press: Press, sentence: str) -> None:
    """Tell whoever pressed, privately, why nothing was done."""
    tidings.whisper(tx, press, LINE, {"theirs": sentence != NOT_YOURS})


def would_lapse(tx: Tx) -> int:
    """How many stories have not been answered for in time."""
    return sum(not renewals.answered_otherwise(tx, story_id) for story_id in renewals.unanswered(tx))


def lapsed_so_far(tx: Tx) -> int:
    """How many have lapsed, as far as the trail reaches."""
    return sum(reason == LAPSED for reason in audit.reasons(tx, VERB))


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown_version(tx: Tx, story: Story) -> Version | None:
    """The version that is shown somewhere, if one is."""
    if story.status not in (StoryStatus.APPROVED, StoryStatus.POSTED) or story.approved_version is None:
        return None
    version = stories.find_version(tx, story.id, story.approved_version)
    return version if version is not None and version.places else None


def _ask(tx: Tx, policy: Policy, story: Story) -> None:
    """Put the question, or say that there is nobody to put it to."""
    renewals.ask(tx, story.id, tx.now + timedelta(days=policy.renew_days))
    known = tellers.find_author(tx, story.id) is not None
    kind, to = (QUESTION, tidings.author(story.id)) if known else (NOBODY, tidings.channel(policy.review_channel))
    outbox.enqueue(tx, Message(kind, to, story_id=story.id, key=f"{kind}:{story.id}:{tx.now:%Y%m%d}"))
    _record(tx, story, "asked" if known else "nobody_to_ask")


def _close(tx: Tx, policy: Policy, story: Story) -> None:
    """The time to answer is over."""
    version = _shown_version(tx, story)
    if version is None:
        renewals.forget(tx, story.id)
    elif renewals.answered_otherwise(tx, story.id):
        renewals.renew(tx, story.id)
        _record(tx, story, KEPT)
    else:
        _lapse(tx, policy, story, version)
    _show_again(tx, story.id)


def _lapse(tx: Tx, policy: Policy, story: Story, version: Version) -> None:
    """The story may be shown nowhere any more; its posts are taken out of every digest."""
    notices = [one.notice_version for one in permissions.of_story(tx, story.id)]
    for place in sorted(version.places):
        permissions.revoke(tx, version, place, notice_version=max(notices))
    renewals.forget(tx, story.id)
    if story.status is StoryStatus.POSTED:
        permission_editions.take_out(tx, story.id)
    else:
        stories.change(tx, story.id, told_slot_at=None)
    permission_editions.refresh_previews(tx, story.id)
    tidings.refresh_cards(tx, policy, story.id)
    if tellers.find_author(tx, story.id) is not None:
        outbox.enqueue(tx, Message(OVER, tidings.author(story.id), story_id=story.id))
    _record(tx, story, LAPSED)
    log.info("published story lapsed number=%d", story.number)


def _show_again(tx: Tx, story_id: str) -> None:
    """Have the latest question say what became of it."""
    asked = [row for row in outbox.of_story(tx, story_id, QUESTION) if row.op is Op.POST]
    for row in asked[-1:]:
        again = Message(QUESTION, row.recipient, op=Op.UPDATE, story_id=story_id, target=row.id, depends_on=row.id)
        outbox.enqueue(tx, again)


def _record(
    tx: Tx, story: Story, reason: str, *, actor: audit.Actor = audit.SYSTEM, surface: Surface = Surface.SCHEDULER
) -> None:
    audit.record(
        tx, actor=actor, verb=VERB, surface=surface, story=story.id, version=story.approved_version, reason=reason
    )


# ── as it is said ─────────────────────────────────────────────────────────────────────────────────────────────────


def _question(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if story is None:
        return None
    since, stands = renewals.shown_since(tx, story.id), renewals.find(tx, story.id)
    if since is None:
        return blocks.shown_nowhere(story.number)
    if stands is None or stands.answer_by is None:
        return blocks.kept(story.number)
    return blocks.question(
        story.number,
        story.id,
        title=stories.title_of(tx, story),
        since=since,
        answer_by=stands.answer_by,
        zone=policy.zone,
    )


def _over(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    return None if story is None else blocks.lapsed(story.number)


def _nobody(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    stands = None if story is None else renewals.find(tx, story.id)
    since = None if story is None else renewals.shown_since(tx, story.id)
    if story is None or since is None or stands is None or stands.answer_by is None:
        return None
    return blocks.nobody_to_ask(story.number, since=since, answer_by=stands.answer_by, zone=policy.zone)


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.plain(blocks.TOO_LATE if row.args["theirs"] else NOT_YOURS)


KINDS: Kinds = {
    QUESTION: Kind(render=_question),
    OVER: Kind(render=_over),
    NOBODY: Kind(render=_nobody),
    LINE: Kind(render=_line),
}
