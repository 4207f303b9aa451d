"""How a draft ends: sent, kept by its teller, deleted; and how a story that was sent is changed.

Plain functions in one transaction. On sending, the words move from the draft to a version of the story, and the draft
keeps none of them.
"""

import logging
from dataclasses import replace
from typing import Final

from bot.intake import trail
from bot.intake.carrying import NOTE, OFFERED, WHISPER, Carrier, texts
from bot.intake.completion import answers_from, version_of
from bot.intake.dialogue import (
    Ask,
    Close,
    Conversation,
    Step,
)
from bot.intake.found import as_sent, hits, keeps_something
from bot.intake.shelf import Shelf
from bot.pressed import Press
from bot.story import policy as rules
from bot.story import tidings
from bot.story.policy import Policy, can_be_changed
from storage import audit, drafts, erasing, inbox, outbox, permissions, screen_hits, stories, surfaces, tellers
from storage.database import Tx
from storage.records import (
    Draft,
    DraftState,
    Message,
    Op,
    OutboxState,
    Purpose,
    Stage,
    Story,
    StoryStatus,
    Version,
)

log = logging.getLogger(__name__)

CHECKED: Final = "checked"
SENT: Final = "sent"
RECEIPT: Final = "receipt"
KEPT: Final = "kept"
DELETED: Final = "deleted"
EDIT_TOO_LATE: Final = "edit_too_late"
LEFT_ALONE: Final = "left_alone"


def close(tx: Tx, policy: Policy, conversation: Conversation, how: Close, carrier: Carrier) -> None:
    """End the draft as its teller asked."""
    match how.state:
        case DraftState.SENT:
            _send(tx, policy, conversation, how, carrier)
        case DraftState.KEPT:
            _keep_private(tx, policy, conversation.draft, carrier)
        case _:
            _delete(tx, conversation.draft, carrier)


# ── sent ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _send(tx: Tx, policy: Policy, conversation: Conversation, how: Close, carrier: Carrier) -> None:
    draft = conversation.draft
    words = texts(tx, conversation)
    if draft.purpose is Purpose.CHANGE:
        story = _send_change(tx, conversation, words, how)
        if story is None:
            carrier.whisper("posted_meanwhile")
            return
    else:
        version = version_of(conversation, words, story_id=tx.new_id(), parent=None, at=tx.now)
        care = how.care or keeps_something(conversation)
        story = stories.add(tx, version, care=care, notice_version=draft.notice_version)
        tellers.set_author(tx, story.id, draft.teller_id, draft.id)
        trail.note(tx, trail.SEND, story_id=story.id)
    permissions.confirm(
        tx, story.id, story.current_version, taken_out=not how.care, notice_version=draft.notice_version
    )
    _tell_sent(tx, policy, story, conversation, carrier)


def _send_change(tx: Tx, conversation: Conversation, words: dict[str, str], how: Close) -> Story | None:
    """A new version of a story that was sent before; None when it has been posted meanwhile."""
    draft = conversation.draft
    story_id = tellers.story_of_draft(tx, draft.id)
    story = None if story_id is None else stories.find(tx, story_id)
    if story is None or not can_be_changed(story):
        return None
    parent = stories.version(tx, story.id, story.current_version)
    version = version_of(conversation, words, story_id=story.id, parent=parent, at=tx.now)
    care = how.care or keeps_something(conversation)
    if not stories.submit_again(tx, story.id, version, notice_version=draft.notice_version, care=care):
        return None
    tellers.set_change_draft(tx, story.id, None)
    trail.note(tx, trail.CHANGE, story_id=story.id, before=story.status)
    return stories.get(tx, story.id)


def _tell_sent(tx: Tx, policy: Policy, story: Story, conversation: Conversation, carrier: Carrier) -> None:
    draft = conversation.draft
    version = stories.version(tx, story.id, story.current_version)
    found = hits(conversation)
    screen_hits.record(tx, story.id, version.n, found)
    kinds = [f"{hit.kind}/{hit.disposition}:{hit.count}" for hit in found]
    log.info("screened story=%s version=%d found=%s", story.id, version.n, ",".join(kinds) or "nothing")
    tidings.put_card(tx, policy, version)
    ready = carrier.carrier_row()
    if ready is not None:
        carrier.update(ready, SENT, {"at": tx.now.isoformat()})
    checks = _check_messages(tx, draft)
    for older in checks[:-1]:
        carrier.remove(outbox.get(tx, older))
    for check in checks[-1:]:
        row = outbox.get(tx, check)
        message = Message(CHECKED, row.recipient, op=Op.UPDATE, story_id=story.id, version=version.n, target=check)
        outbox.enqueue(tx, replace(message, depends_on=check, lane=tidings.tidy(row.recipient)))
        surfaces.show(tx, check, [story.id])
    outbox.enqueue(
        tx,
        Message(
            RECEIPT,
            tidings.author(story.id),
            args={"again": draft.purpose is not Purpose.NEW},
            story_id=story.id,
            version=version.n,
        ),
    )
    if draft.purpose is not Purpose.NEW:  # its draft is not noted with the story: taking it back must find what it said
        for row in erasing.messages_of_draft(tx, draft.id):
            surfaces.show(tx, row.id, [story.id])
    _end(tx, draft, DraftState.SENT)


def _end(tx: Tx, draft: Draft, state: DraftState) -> None:
    """The draft is over: it keeps none of its words, and nothing can be added to it."""
    _close_offers(tx, draft)
    drafts.forget_words(tx, draft.id)
    if state is not DraftState.SENT:
        inbox.forget_from(tx, draft.teller_id)
    ended = replace(
        draft, state=state, paused=False, nudge_at=None, expires_at=None, carrier_id=None, recover_from=None
    )
    drafts.save(tx, ended)


def _close_offers(tx: Tx, draft: Draft) -> None:
    """What was kept beside the story and offered to it loses the button that would add it."""
    offered = {fragment.ts for fragment in drafts.fragments(tx, draft.id, OFFERED)}
    for row in erasing.messages_of_draft(tx, draft.id) if offered else ():
        if row.kind == NOTE and row.args.get("what") == "offer" and row.args.get("about") in offered:
            to, args = tidings.teller(draft.teller_id), {**row.args, "what": "offer_over"}
            message = Message(NOTE, to, op=Op.UPDATE, args=args, target=row.id, depends_on=row.id)
            outbox.enqueue(tx, replace(message, lane=tidings.tidy(to)))


def _check_messages(tx: Tx, draft: Draft) -> list[str]:
    """Every message that read the story back, the latest last."""
    return [one.outbox_id for one in drafts.asked(tx, draft.id) if one.prompt_id == f"_{Stage.CHECKING}"]


def refresh_check(tx: Tx, carrier: Carrier, *, changed: str | None = None) -> None:
    """Have the message that read the story back rendered again, where one stands above the open step."""
    checks = _check_messages(tx, carrier.draft)
    row = outbox.find(tx, checks[-1]) if checks else None
    if row is not None and carrier.draft.stage is not Stage.ASKING:
        carrier.update(row, row.kind, {**row.args, "note": changed})


# ── kept, deleted ─────────────────────────────────────────────────────────────────────────────────────────────────


def _keep_private(tx: Tx, policy: Policy, draft: Draft, carrier: Carrier) -> None:
    until = rules.private_until(policy, tx.now)
    row = carrier.carrier_row()
    if row is not None:
        carrier.update(row, KEPT, {"draft": draft.id})
    drafts.save(tx, replace(draft, state=DraftState.KEPT, paused=True, nudge_at=None, expires_at=until))
    trail.note(tx, trail.KEEP)


def take_up_again(tx: Tx, policy: Policy, draft: Draft) -> Draft | None:
    """A story that was kept private is open again; None when its teller is in the middle of another."""
    if drafts.find_open(tx, draft.teller_id) is not None:
        return None
    opened = replace(draft, state=DraftState.OPEN, expires_at=rules.expires_at(policy, tx.now))
    drafts.save(tx, opened)
    return opened


def _delete(tx: Tx, draft: Draft, carrier: Carrier) -> None:
    change = draft.purpose is Purpose.CHANGE
    row = carrier.carrier_row()
    if row is not None:
        carrier.remove(row)
    for check in _check_messages(tx, draft):
        if row is None or row.id != check:
            carrier.remove(outbox.get(tx, check))  # it shows the words that are being deleted
    story_id = tellers.story_of_draft(tx, draft.id) if change else None
    if story_id is not None:
        tellers.set_change_draft(tx, story_id, None)
    asked = carrier.pressed_row(NOTE)
    if asked is not None:
        carrier.update(asked, DELETED, {"change": change})
    else:
        outbox.enqueue(tx, Message(DELETED, carrier.to, args={"change": change}))
    _end(tx, draft, DraftState.DELETED)
    trail.note(tx, trail.DELETE_DRAFT, story_id=story_id)


def expire(tx: Tx, draft: Draft, kind: str) -> None:
    """Time is up for a draft that was not sent."""
    to = tidings.teller(draft.teller_id)
    for one in drafts.asked(tx, draft.id):
        if one.prompt_id in (f"_{Stage.CHECKING}", f"_{Stage.SCREENING}"):  # these show words
            row = outbox.get(tx, one.outbox_id)
            if row.state is OutboxState.SENT:
                message = Message(row.kind, to, op=Op.DELETE, lane=tidings.tidy(to), target=row.id, depends_on=row.id)
                outbox.enqueue(tx, message)
    carrier = None if draft.carrier_id is None else outbox.find(tx, draft.carrier_id)
    if carrier is not None and draft.purpose is not Purpose.ANSWER:  # its buttons lead nowhere from now on
        last = Message(carrier.kind, to, op=Op.UPDATE, args=carrier.args, target=carrier.id, depends_on=carrier.id)
        outbox.enqueue(tx, replace(last, lane=tidings.tidy(to)))
    story_id = tellers.story_of_draft(tx, draft.id) if draft.purpose is not Purpose.NEW else None
    if story_id is not None:
        tellers.set_change_draft(tx, story_id, None)
    if draft.purpose is not Purpose.ANSWER:
        outbox.enqueue(tx, Message(kind, to, args={"change": draft.purpose is Purpose.CHANGE}))
    _end(tx, draft, DraftState.EXPIRED)
    trail.note(tx, trail.EXPIRE_DRAFT, story_id=story_id, actor=audit.SYSTEM, surface=audit.Surface.SCHEDULER)


# ── a story that was sent ─────────────────────────────────────────────────────────────────────────────────────────


def say_too_late(tx: Tx, ts: str, draft: Draft, *, deleted: bool) -> None:
    """An edit of a message whose story has been sent changes nothing, and says so once."""
    story_id = tellers.story_of_draft(tx, draft.id)
    if story_id is None:
        return
    outbox.enqueue(
        tx,
        Message(
            EDIT_TOO_LATE,
            tidings.author(story_id),
            args={"deleted": deleted},
            story_id=story_id,
            key=f"too-late:{draft.id}:{ts}:{deleted}",
        ),
    )


def say_over(tx: Tx, pressed: Press) -> None:
    """A press on a message of a draft that is known no more is answered; on somebody else's it is not."""
    there = drafts.find(tx, pressed.value.partition(":")[0])
    if there is None and tellers.find_teller(tx, pressed.user_id) is not None:
        tidings.whisper(tx, pressed, WHISPER, {"what": "over"})


def own_story(tx: Tx, user_id: str, story_id: str) -> Story | None:
    """The story with this id, if this person told it."""
    story = stories.find(tx, story_id)
    return story if story is not None and tellers.is_author(tx, story_id, user_id) else None


def change_story(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> str | None:
    """*Change story 31*: a draft that begins with the story's own words, at the check. A word says why not."""
    story = own_story(tx, pressed.user_id, pressed.value)
    if story is None:
        return "not_yours"
    if not can_be_changed(story):
        return "posted"
    teller = tellers.meet(tx, pressed.user_id, dm_channel=pressed.channel or None)
    if drafts.find_open(tx, teller.id) is not None:
        return "busy"
    version = stories.version(tx, story.id, story.current_version)
    draft = Draft(
        id=tx.new_id(),
        teller_id=teller.id,
        script_sha=version.script_sha,
        purpose=Purpose.CHANGE,
        state=DraftState.OPEN,
        stage=Stage.CHECKING,
        open_prompt=None,
        started_at=tx.now,
        active_at=tx.now,
        nudge_at=rules.nudge_at(policy, tx.now),
        expires_at=rules.expires_at(policy, tx.now),
        notice_version=shelf.get(tx, version.script_sha).campaign.notice_version,
        started_ts=pressed.action_ts,
    )
    drafts.add(tx, draft)
    known = screen_hits.of_version(tx, story.id, version.n)
    for answer in answers_from(version):
        drafts.set_answer(tx, draft.id, as_sent(answer, known))
    tellers.set_change_draft(tx, story.id, draft.id)
    conversation = Conversation(shelf.get(tx, draft.script_sha), draft, drafts.answers(tx, draft.id))
    carrier = Carrier(tx, policy, conversation)
    total = len(conversation.asked)
    carrier.carry_out(Step(replace(draft, shown_total=total), (Ask(f"_{Stage.CHECKING}"),)))
    return None


def delete_declined(tx: Tx, policy: Policy, pressed: Press) -> bool:
    """*Delete* on a story that was handed back: every version goes. False when it is not theirs or not declined."""
    story = own_story(tx, pressed.user_id, pressed.value)
    if story is None or story.status is not StoryStatus.DECLINED:
        return False
    draft_id = tellers.change_draft_of(tx, story.id)
    if draft_id is not None:
        _end(tx, drafts.get(tx, draft_id), DraftState.DELETED)
        tellers.set_change_draft(tx, story.id, None)
    row = outbox.find_message(tx, pressed.channel, pressed.message_ts) if pressed.message_ts else None
    stories.remove(tx, story.id)
    trail.note(tx, trail.DELETE, story_id=story.id, before=story.status)
    tidings.refresh_cards(tx, policy, story.id)
    to = tidings.author(story.id)
    if row is not None:  # the message that handed the words back shows them
        outbox.enqueue(tx, Message(DELETED, to, op=Op.UPDATE, target=row.id, depends_on=row.id, args={"story": True}))
    return True


def leave_alone(tx: Tx, pressed: Press) -> None:
    """*Leave it*: the story stays as it was sent."""
    if own_story(tx, pressed.user_id, pressed.value) is None or pressed.message_ts is None:
        return
    row = outbox.find_message(tx, pressed.channel, pressed.message_ts)
    if row is not None:
        to = tidings.author(pressed.value)
        message = Message(LEFT_ALONE, to, op=Op.UPDATE, target=row.id, depends_on=row.id)
        outbox.enqueue(tx, replace(message, response_url=pressed.response_url))


def put_before_reviewers(tx: Tx, policy: Policy, version: Version, *, notice_version: int) -> bool:
    """Put a new version in the queue with a card of its own; False when the story was posted meanwhile."""
    story = stories.get(tx, version.story_id)
    if not stories.submit_again(tx, story.id, version, notice_version=notice_version, care=story.care):
        return False
    trail.note(tx, trail.ANSWER, story_id=story.id, before=story.status)
    tidings.put_card(tx, policy, version)
    return True
