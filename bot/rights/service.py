"""A story is taken back, or taken down: in one transaction its words go, and everything that shows it is put in line.

Plain functions of a transaction. Commands, buttons, codes and the tombstones of a restored database all come to
`withdraw`. Afterwards `tend` looks at the ledger until every surface is clean or cannot be. Nothing is sent from here.
"""

import hmac
import logging
from typing import Final

from bot.rights import rules
from bot.rights.rules import What
from bot.story import codes, tidings
from bot.story.policy import Policy, is_reviewer
from bot.text import from_slack, short_day
from storage import audit, erasing, guesses, outbox, removals, sequels, stories, storybook, tellers
from storage.books import BookKind
from storage.database import Tx
from storage.records import Message, Op, OutboxRow, OutboxState, Story, StoryStatus
from storage.withdrawals import Removal, RemovalState, Surface, Tombstone, WithdrawnBy

log = logging.getLogger(__name__)

LETTER: Final = "withdrawal"
"""To the teller: what has gone, what is waited for, what cannot be removed."""
REFUSED: Final = "withdrawal_refused"
"""To reviewers: a digest was deleted because it could not be edited. args: number, reason."""
EXPORTED: Final = "withdrawal_exported"
"""To reviewers: a file that was exported before still holds the story. args: number, what."""
LOOK: Final = "withdrawal_look"
"""To reviewers: a message that holds the story may stand in a channel, out of reach. args: number, surface, channel."""
LINE: Final = "withdrawal_line"
"""A private line after a press. args: what."""
OURS: Final = frozenset({LETTER, REFUSED, EXPORTED, LOOK, LINE})

_WAITING: Final = (OutboxState.QUEUED, OutboxState.SENDING)
_SURFACES: Final = {
    tidings.CARD: Surface.CARD,
    tidings.EDITION: Surface.EDITION,
    tidings.EDITION_STORY: Surface.THREAD,
    tidings.EDITION_SEQUEL: Surface.THREAD,
    tidings.SEQUEL_CARD: Surface.CARD,
    tidings.PREVIEW: Surface.PREVIEW,
    tidings.SHARED: Surface.SHARED,
}
_BY_OTHERS: Final = (Surface.DISK, Surface.SITE)
"""What is seen to outside Slack: by `forgetting.py`, and by whoever writes the storybook's sites."""
_EDITED: Final = (Surface.CARD, Surface.EDITION, Surface.PREVIEW)
"""These messages hold more than the story, or are spoken of: they are changed, all others deleted."""


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────


def own(tx: Tx, user_id: str, number: int, *, surface: audit.Surface) -> Story | None:
    """The story that this person calls by its number, if they told it."""
    story = stories.find_by_number(tx, number)
    if story is not None and tellers.is_author(tx, story.id, user_id):
        return story
    _deny(tx, None, "withdraw", "not_theirs", surface)
    return None


def by_code(tx: Tx, code: str, *, surface: audit.Surface) -> Story | What:
    """The story that this code is for; BAD_CODE, or TOO_MANY where its codes have been guessed at too often of late.

    Every way in comes here: whatever is wrong is recorded, and counts for its story whoever tries.
    """
    number = codes.number_in(code)
    story = None if number is None else stories.find_by_number(tx, number)
    if number is not None and guesses.recent(tx, number) >= rules.MOST_GUESSES:
        _deny(tx, None if story is None else story.id, "withdraw", "too_many_codes", surface)
        return What.TOO_MANY
    known = None if story is None else removals.code_hash(tx, story.id)
    if story is not None and known is not None and hmac.compare_digest(known, codes.hash_of(story.id, code)):
        return story
    if number is not None:
        guesses.note(tx, number)
    _deny(tx, None if story is None else story.id, "withdraw", "wrong_code", surface)
    return What.BAD_CODE


def take_back(tx: Tx, policy: Policy, *, user_id: str, value: str) -> What:
    """*Take it back* was pressed; the value is the button's, and proves nothing by itself unless it is a code."""
    button = audit.Surface.BUTTON
    if value.startswith(rules.CODE):
        story = by_code(tx, value.removeprefix(rules.CODE), surface=button)
        return story if isinstance(story, What) else _withdrawn(tx, policy, story, WithdrawnBy.CODE)
    found = stories.find(tx, value)
    if found is None or not tellers.is_author(tx, found.id, user_id):
        _deny(tx, None, "withdraw", "not_theirs", button)
        return What.NOT_YOURS
    return _withdrawn(tx, policy, found, WithdrawnBy.AUTHOR)


def _withdrawn(tx: Tx, policy: Policy, story: Story, by: WithdrawnBy) -> What:
    known = tellers.find_author(tx, story.id) is not None
    if not withdraw(tx, policy, story, by=by, actor=audit.AUTHOR, surface=audit.Surface.BUTTON):
        return What.ALREADY
    return What.DONE if known else What.DONE_UNKNOWN


def take_down(tx: Tx, policy: Policy, *, user_id: str, value: str) -> What:
    """*Take it down* was pressed by somebody who must be a reviewer at this moment."""
    story_id, reason = rules.takedown_of(value)
    story = stories.find(tx, story_id)
    if not is_reviewer(policy, user_id):
        _deny(tx, None, "takedown", "not_reviewer", audit.Surface.BUTTON)
        return What.NOT_REVIEWER
    if story is None:
        return What.NO_STORY
    known = tellers.find_author(tx, story.id) is not None
    done = withdraw(
        tx,
        policy,
        story,
        by=WithdrawnBy.REVIEWER,
        actor=audit.reviewer(user_id),
        surface=audit.Surface.BUTTON,
        reason=from_slack(reason)[: rules.MOST_REASON],
    )
    if not done:
        return What.ALREADY
    return What.TAKEN_DOWN if known else What.TAKEN_DOWN_UNKNOWN


def _deny(tx: Tx, story_id: str | None, verb: str, reason: str, surface: audit.Surface) -> None:
    log.info("denied verb=%s why=%s", verb, reason)
    audit.record(
        tx, actor=audit.OTHER, verb=verb, outcome=audit.Outcome.DENIED, reason=reason, surface=surface, story=story_id
    )


# ── it goes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def withdraw(
    tx: Tx,
    policy: Policy,
    story: Story,
    *,
    by: WithdrawnBy,
    actor: audit.Actor,
    surface: audit.Surface,
    reason: str | None = None,
) -> bool:
    """The story is withdrawn for good, none of its words is left, and whatever shows it is on its way out.

    False when it was withdrawn before. The caller then has the tombstone written outside the database, and the bytes
    taken off the disk (`forgetting.py`).
    """
    if story.status is StoryStatus.WITHDRAWN:
        return False
    takedown = by is WithdrawnBy.REVIEWER
    audit.record(
        tx,
        actor=actor,
        verb="takedown" if takedown else "withdraw",
        surface=surface,
        story=story.id,
        before=story.status.value,
        after=StoryStatus.WITHDRAWN.value,
        reason=by.value if by in (WithdrawnBy.CODE, WithdrawnBy.RESTORE) else None,
    )
    showing = erasing.messages_of(tx, story.id, previews=tidings.PREVIEW, apart_from=OURS)
    erasing.silence(tx, story.id)
    for draft_id in erasing.drafts_of(tx, story.id):  # an older copy of the database may hold that and no story yet
        removals.add_tombstone(tx, Tombstone(tx.workspace, draft_id, 0, tx.now.date()))
    erasing.erase(tx, story.id)
    removals.open_case(tx, story, by=by, reason=reason)
    removals.add(tx, story.id, Surface.WORDS.value, Surface.WORDS, RemovalState.DONE)
    removals.add(tx, story.id, Surface.DISK.value, Surface.DISK)
    for row in showing:
        removals.add(tx, story.id, row.id, _SURFACES.get(row.kind, Surface.DIRECT))
    _take_off_books(tx, policy, story)
    if by is not WithdrawnBy.RESTORE and tellers.find_author(tx, story.id) is not None:
        letter = Message(LETTER, tidings.author(story.id), story_id=story.id, key=f"withdrawal:{story.id}")
        removals.set_letter(tx, story.id, outbox.enqueue(tx, letter))
    tend(tx, policy, story.id)
    log.info("story withdrawn number=%d by=%s surfaces=%d", story.number, by.value, len(showing))
    return True


def _take_off_books(tx: Tx, policy: Policy, story: Story) -> None:
    """Sites are written again without the story; whoever exported it hears that their file still holds it."""
    for book in storybook.take_off(tx, story.id):
        if book.kind is BookKind.EXPORT:
            what = f"{book.formats}, for {book.audience}, {short_day(book.made_at, policy.zone)}"
            args: dict[str, str | int | bool | None] = {"number": story.number, "what": what}
            to = tidings.channel(policy.review_channel)
            outbox.enqueue(tx, Message(EXPORTED, to, args=args, key=f"exported:{story.id}:{book.id}"))


def forget_again(tx: Tx, policy: Policy, stone: Tombstone) -> bool:
    """A story that an old copy of the database brought back is withdrawn again; False when no story was.

    The draft that became one goes too, and what happened next where that alone was taken back; neither is counted.
    """
    removals.add_tombstone(tx, stone)
    if stone.number == 0:
        erasing.erase_draft(tx, stone.story_id)
        _forget_sequel(tx, policy, stone.story_id)
        return False
    story = stories.find(tx, stone.story_id)
    if story is None or story.status is StoryStatus.WITHDRAWN:
        return False
    return withdraw(tx, policy, story, by=WithdrawnBy.RESTORE, actor=audit.SYSTEM, surface=audit.Surface.TERMINAL)


def _forget_sequel(tx: Tx, policy: Policy, sequel_id: str) -> None:
    """What happened next, where that alone was taken back, is gone again; its story stays."""
    story_id = sequels.story_of(tx, sequel_id)
    if story_id is not None:
        sequels.take_out(tx, story_id)
        tidings.take_sequel_out(tx, story_id)
        tidings.refresh_cards(tx, policy, story_id)


# ── the ledger is seen to ─────────────────────────────────────────────────────────────────────────────────────────


def tend_all(tx: Tx, policy: Policy) -> int:
    """Look after every removal that is not settled; returns how many there are."""
    open_cases = removals.open_cases(tx)
    for story_id in open_cases:
        tend(tx, policy, story_id)
    return len(open_cases)


def tend(tx: Tx, policy: Policy, story_id: str) -> None:
    """Settle what can be settled, put the next step of the rest in line, and tell the teller once all is done."""
    case = removals.find(tx, story_id)
    if case is None or case.closed:
        return
    for one in removals.of_story(tx, story_id):
        if one.state is RemovalState.PENDING and one.surface not in _BY_OTHERS:
            _see_to(tx, policy, one, case.number)
    settled = all(one.state is not RemovalState.PENDING for one in removals.of_story(tx, story_id))
    letter = None if case.letter_id is None else outbox.find(tx, case.letter_id)
    if settled and (letter is None or letter.state in (OutboxState.PARKED, OutboxState.DROPPED)):
        removals.close(tx, story_id)  # nobody is left who could be told
    elif letter is not None and letter.state is OutboxState.SENT:
        if settled:
            final = outbox.find(tx, _update_letter(tx, letter, "done"))
            if final is not None and final.state not in _WAITING:
                removals.close(tx, story_id)
        elif tx.now - case.at > rules.PATIENCE:
            _update_letter(tx, letter, "waiting")


def clean_on_disk(tx: Tx, policy: Policy, story_ids: tuple[str, ...]) -> None:
    """The bytes of these stories are off the disk."""
    for story_id in story_ids:
        for one in removals.of_story(tx, story_id):
            if one.surface is Surface.DISK and one.state is RemovalState.PENDING:
                removals.settle(tx, one, RemovalState.DONE)
        tend(tx, policy, story_id)


def _update_letter(tx: Tx, letter: OutboxRow, how: str) -> str:
    """Have the letter say how things stand, once for each occasion."""
    message = Message(
        LETTER,
        letter.recipient,
        op=Op.UPDATE,
        story_id=letter.story_id,
        target=letter.id,
        key=f"withdrawal:{letter.story_id}:{how}",
    )
    return outbox.enqueue(tx, message)


def _see_to(tx: Tx, policy: Policy, one: Removal, number: int) -> None:
    """One surface: has it gone, can it not go, or what is to be tried next?"""
    shown = outbox.find(tx, one.place)
    row = None if one.row_id is None else outbox.find(tx, one.row_id)
    if row is not None and row.state in _WAITING:
        return
    if shown is None or shown.state is OutboxState.DROPPED:
        removals.settle(tx, one, RemovalState.DONE)  # it never reached Slack
    elif shown.state is OutboxState.PARKED:
        if outbox.is_in_doubt(shown):
            removals.settle(tx, one, RemovalState.CANNOT, rules.IN_DOUBT)
            _have_them_look(tx, policy, one, shown, number)
        else:
            removals.settle(tx, one, RemovalState.DONE)
    elif row is None:
        _put(tx, one, shown, Op.UPDATE if one.surface in _EDITED else Op.DELETE)
    elif row.state is OutboxState.SENT or row.reason == "message_not_found":
        removals.settle(tx, one, RemovalState.DONE, one.reason)
    elif row.state is OutboxState.DROPPED and row.reason == "dependency":
        _put(tx, one, shown, row.op)
    elif row.op is Op.UPDATE:
        _delete_instead(tx, policy, one, shown, row, number)
    else:
        removals.settle(tx, one, RemovalState.CANNOT, row.reason)


def _have_them_look(tx: Tx, policy: Policy, one: Removal, shown: OutboxRow, number: int) -> None:
    """Reviewers are asked to see to what may stand in a channel: nobody knows its place, so it cannot be deleted."""
    sort, _, channel = shown.recipient.partition(":")
    if sort == "channel":
        args: dict[str, str | int | bool | None] = {"number": number, "surface": one.surface.value, "channel": channel}
        to = tidings.channel(policy.review_channel)
        outbox.enqueue(tx, Message(LOOK, to, args=args, key=f"look:{one.story_id}:{shown.id}"))


def _put(tx: Tx, one: Removal, shown: OutboxRow, op: Op, reason: str | None = None) -> None:
    """Put the change in line: after the post itself, if that is on its way, and after a change that is."""
    waits = erasing.in_flight(tx, shown.id) or (shown.id if shown.state in _WAITING else None)
    message = Message(
        shown.kind,
        shown.recipient,
        op=op,
        args=shown.args,
        story_id=one.story_id,
        version=shown.version,
        lane=f"{tidings.REMOVAL}{shown.id}",
        target=shown.id,
        depends_on=waits,
    )
    removals.set_row(tx, one, outbox.enqueue(tx, message), reason)


def _delete_instead(tx: Tx, policy: Policy, one: Removal, shown: OutboxRow, row: OutboxRow, number: int) -> None:
    """Slack refused the edit, for a reason that time does not mend: the message goes as a whole."""
    reason = row.reason or "refused"
    erasing.forget_row(tx, row.id)
    _put(tx, one, shown, Op.DELETE, reason)
    if one.surface is Surface.EDITION:
        to = tidings.channel(policy.review_channel)
        args: dict[str, str | int | bool | None] = {"number": number, "reason": reason}
        outbox.enqueue(tx, Message(REFUSED, to, args=args, key=f"refused:{one.story_id}:{shown.id}"))
    log.warning("removal refused surface=%s reason=%s; deleting instead", one.surface.value, reason)
