"""A teller changes their mind about a story that was sent: where it may be shown, and how they are described.

Plain functions in one transaction. What is taken away holds from that moment: the row is revoked, what waits to be sent
is asked about again before it goes, and a posted digest is shown again without the story. Everything is recorded.
"""

import logging
from dataclasses import dataclass, replace
from typing import Final

from bot.pressed import Press
from bot.rights import permission_editions
from bot.rights import permission_rules as rules
from bot.rights.permission_rules import Problem, Standing, Wish
from bot.story import sharing, tidings
from bot.story.policy import Policy
from storage import audit, drafts, outbox, permissions, stories, tellers
from storage.audit import Outcome, Surface
from storage.database import Tx
from storage.records import (
    Answer,
    Draft,
    DraftState,
    Message,
    Naming,
    Op,
    OutboxState,
    Place,
    Story,
    StoryStatus,
    Version,
    VersionKind,
)

log = logging.getLogger(__name__)

CHANGED: Final = "permission_changed"
"""To the author: how the permission stands now. Story and version; args: again, out."""
LINE: Final = "permission_line"
"""A private line: why there is no form. args: problem."""
VERB: Final = "permission"
_NAMING, _CREDIT, _PLACES = "_naming", "_credit", "_places"
"""Where an open draft keeps what it says about permission."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    again: bool = False
    """A reviewer reads it again."""
    nothing: bool = False
    """Everything stands as it stood."""


def look(tx: Tx, user_id: str, story_id: str) -> Standing | Problem:
    """How the permission of this person's story stands, or why there is none to change."""
    story = stories.find(tx, story_id)
    if story is None or not tellers.is_author(tx, story_id, user_id):
        return Problem.NOT_YOURS
    version = stories.find_version(tx, story.id, story.current_version)
    if version is None or story.status not in rules.OPEN:
        return Problem.NOT_SHOWN
    return rules.standing(story, version)


def change(tx: Tx, policy: Policy, *, by: str, wish: Wish, notice_version: int) -> Done | Problem:
    """Carry out what a teller asked for. What is taken away counts at once, whatever else is asked for."""
    found = look(tx, by, wish.story_id)
    if isinstance(found, Problem):
        _denied(tx, found, wish)
        return found
    problem = rules.problem_with(found, wish)
    if problem is not None:
        return problem
    story, version = found.story, found.version
    taken, given = version.places - wish.places, wish.places - version.places
    credit = rules.credit_of(version, wish)
    renamed = wish.naming is not version.naming or credit != version.credit_line
    if not (taken or given or renamed):
        return Done(nothing=True)
    for place in sorted(taken):
        permissions.revoke(tx, version, place, notice_version=notice_version)
    again = False
    if renamed:
        wanted = replace(
            version,
            n=version.n + 1,
            kind=VersionKind.CHANGED,
            naming=wish.naming,
            credit_line=credit,
            created_at=tx.now,
            places=wish.places,
            changed_prompts=(),
        )
        again = not found.posted
        _describe(tx, policy, story, wanted, given, notice_version=notice_version)
        version = wanted
    else:
        for place in sorted(given):
            permissions.grant(tx, version, place, notice_version=notice_version)
    out = found.posted and Place.DIGEST in taken
    _show(tx, policy, story, version, out=out, taken=taken, renamed=renamed)
    sharing.look_after(tx, story.id)
    _carry_into_draft(tx, story.id, wish, credit)
    _record(tx, story, version, taken=taken, given=given, naming=wish.naming if renamed else None)
    args = {"again": again, "out": out}
    outbox.enqueue(tx, Message(CHANGED, tidings.author(story.id), args=args, story_id=story.id, version=version.n))
    return Done(again=again)


def say(tx: Tx, press: Press, problem: Problem) -> None:
    """Tell whoever pressed, privately, why they see no form."""
    tidings.whisper(tx, press, LINE, {"problem": problem.value})


def _describe(
    tx: Tx, policy: Policy, story: Story, wanted: Version, given: frozenset[Place], *, notice_version: int
) -> None:
    """A new version under another line: read again by a reviewer, or, once posted, shown at once since it says less."""
    if story.status is StoryStatus.POSTED:
        done = permissions.replace_posted(tx, wanted, notice_version=notice_version, posts=permission_editions.POSTS)
    else:
        done = stories.submit_again(tx, story.id, wanted, notice_version=notice_version, care=story.care)
    if not done:
        raise RuntimeError(f"story {story.id} moved within one transaction")
    permissions.note_naming(tx, wanted, wanted.naming, notice_version=notice_version)
    for place in sorted(given):
        permissions.note_given(tx, wanted, place, notice_version=notice_version)
    taken_out = permissions.confirmed(tx, story.id, wanted.n - 1)
    if taken_out is not None:  # the words are the same, and so is what was said of them
        permissions.confirm(tx, story.id, wanted.n, taken_out=taken_out, notice_version=notice_version)


def _show(
    tx: Tx, policy: Policy, story: Story, version: Version, *, out: bool, taken: frozenset[Place], renamed: bool
) -> None:
    """Have everything that shows the story shown again as it stands."""
    if story.status is StoryStatus.POSTED:
        if renamed:
            permission_editions.say_less(tx, version)
    elif renamed:
        tidings.put_card(tx, policy, version)
    if Place.DIGEST in taken and not out:
        stories.change(tx, story.id, told_slot_at=None)
    if out:
        permission_editions.take_out(tx, story.id)
    permission_editions.refresh_previews(tx, story.id)
    if not renamed or story.status is StoryStatus.POSTED:
        _refresh_cards(tx, policy, version)


def _refresh_cards(tx: Tx, policy: Policy, version: Version) -> None:
    """Cards say where a story may go. That of a no-name story waits for a round: at once would tell the minute."""
    due_at = tidings.next_card_round(policy, tx.now) if version.naming is Naming.NONE else None
    for row in outbox.of_story(tx, version.story_id, tidings.CARD):
        if row.op is Op.POST and row.state in (OutboxState.SENT, OutboxState.SENDING):
            again = Message(
                tidings.CARD,
                row.recipient,
                op=Op.UPDATE,
                story_id=version.story_id,
                version=row.version,
                target=row.id,
                depends_on=row.id,
                due_at=due_at,
            )
            outbox.enqueue(tx, again)


def _carry_into_draft(tx: Tx, story_id: str, wish: Wish, credit: str | None) -> None:
    """A draft that is changing this story says the same of permission: sending it must not give back what was taken."""
    draft = _change_draft(tx, story_id)
    if draft is None or draft.state is not DraftState.OPEN:
        return
    drafts.set_answer(tx, draft.id, Answer(_NAMING, choices=(wish.naming,)))
    drafts.set_answer(tx, draft.id, Answer(_PLACES, choices=tuple(sorted(wish.places))))
    if wish.naming is Naming.NAME and credit:
        drafts.set_answer(tx, draft.id, Answer(_CREDIT, form_text=credit))


def _change_draft(tx: Tx, story_id: str) -> Draft | None:
    draft_id = tellers.change_draft_of(tx, story_id)
    return None if draft_id is None else drafts.find(tx, draft_id)


def _record(
    tx: Tx, before: Story, version: Version, *, taken: frozenset[Place], given: frozenset[Place], naming: Naming | None
) -> None:
    after = stories.get(tx, before.id).status
    reasons = [f"took:{place}" for place in sorted(taken)] + [f"gave:{place}" for place in sorted(given)]
    for reason in [*reasons, *([f"naming:{naming}"] if naming is not None else [])]:
        audit.record(
            tx,
            actor=audit.AUTHOR,
            verb=VERB,
            surface=Surface.MODAL,
            story=before.id,
            version=version.n,
            before=before.status,
            after=after,
            reason=reason,
        )
    log.info("permission changed took=%d gave=%d renamed=%s", len(taken), len(given), naming is not None)


def _denied(tx: Tx, problem: Problem, wish: Wish) -> None:
    """Somebody tried to change a story that is not theirs, or that is not shown: the trail says so, and not who."""
    story = stories.find(tx, wish.story_id)
    audit.record(
        tx,
        actor=audit.OTHER if problem is Problem.NOT_YOURS else audit.AUTHOR,
        verb=VERB,
        surface=Surface.MODAL,
        outcome=Outcome.DENIED,
        story=None if story is None else story.id,
        reason=problem,
    )
