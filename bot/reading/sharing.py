"""A reader shares a story in a channel: put in line once, asked about again before it goes, and heard of if it can't.

Plain functions of a transaction; what Slack says of the channel comes in as an argument. How a message looks is in
`share_blocks.py`. Shared messages are taken down by `bot.story.sharing` (the chore `tend`) and by the removal ledger.
"""

import logging
from typing import Final

from bot.outgoing import Kind, Kinds, Rendered
from bot.reading import service, share_blocks
from bot.reading.share_rules import LATEST, MOST, WITHIN, What
from bot.story import tidings
from bot.story.policy import Policy
from bot.story.sharing import tend
from bot.story.view import view_of
from storage import audit, outbox, published, sharing, stories, surfaces, tellers
from storage.database import Tx
from storage.published import Published
from storage.records import Message, Op, OutboxRow, OutboxState
from storage.sharing import Share

log = logging.getLogger(__name__)

__all__ = ["KINDS", "NOT_POSTED", "VERB", "share", "tend"]

NOT_POSTED: Final = "share_not_posted"
"""To whoever shared a story: it could not be posted. args: number, channel, in_doubt."""
VERB: Final = "share"
_STANDS_OR_WILL: Final = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)
_IN_DOUBT: Final = "in_doubt"


def share(tx: Tx, *, by: str, number: int, channel: str, refused: What | None = None) -> What:
    """The story is put in line for the channel, once for each person; `refused` is what the channel itself says to it.

    Whatever stands in the way is recorded, without who.
    """
    what, one = _look(tx, number, refused)
    if what is What.DONE and one is not None:
        what = _put(tx, one, by=by, channel=channel)
    log.info("share outcome=%s", what)
    done = what in (What.DONE, What.ALREADY)
    audit.record(
        tx,
        actor=audit.OTHER,
        verb=VERB,
        outcome=audit.Outcome.DONE if done else audit.Outcome.DENIED,
        reason=None if what is What.DONE else what,
        surface=audit.Surface.MODAL,
        story=None if one is None else one.story_id,
        version=None if one is None else one.version.n,
    )
    return what


def _look(tx: Tx, number: int, refused: What | None) -> tuple[What, Published | None]:
    one = _readable(tx, number)
    if one is None:
        return What.GONE, None
    return (What.DONE if refused is None else refused), one


def _put(tx: Tx, one: Published, *, by: str, channel: str) -> What:
    person = tellers.meet(tx, by)
    known = sharing.find(tx, one.story_id, channel=channel, teller_id=person.id)
    if known is not None:
        if _stands(tx, known):
            return What.ALREADY
        sharing.remove(tx, known.outbox_id)
    if sharing.count_since(tx, person.id, tx.now - WITHIN) >= MOST:
        return What.TOO_MANY
    to = tidings.channel(channel)
    row = outbox.enqueue(tx, Message(tidings.SHARED, to, story_id=one.story_id, version=one.version.n))
    surfaces.show(tx, row, [one.story_id])  # at once: a withdrawal must find it on its way too
    sharing.add(tx, Share(one.story_id, channel, person.id, row, one.version.n, tx.now))
    return What.DONE


def _stands(tx: Tx, share: Share) -> bool:
    row = outbox.find(tx, share.outbox_id)
    return row is not None and (row.state in _STANDS_OR_WILL or (row.reason or "").startswith(_IN_DOUBT))


def _readable(tx: Tx, number: int) -> Published | None:
    """The story as colleagues may read it, screened at this moment."""
    one = published.find(tx, service.AUDIENCE, number)
    return one if one is not None and service.is_clean(one) else None


# ── the message ───────────────────────────────────────────────────────────────────────────────────────────────────


def _shared(tx: Tx, row: OutboxRow) -> tuple[Share, Published] | None:
    """What the message shows, if it may be shown at this moment."""
    share = sharing.of_message(tx, row.target or row.id)
    one = None if share is None else _readable(tx, stories.get(tx, share.story_id).number)
    return None if share is None or one is None else (share, one)


def _render(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = _shared(tx, row)
    if found is None:
        return None
    share, one = found
    sharer = tellers.get_teller(tx, share.teller_id).slack_user_id
    return share_blocks.card(view_of(one.number, one.version), by=sharer)


def _gate(tx: Tx, policy: Policy, row: OutboxRow) -> str | None:
    if row.op is Op.POST and tx.now - row.enqueued_at > LATEST:
        return "too_old"
    return None if _shared(tx, row) is not None else "no longer to be shown"


def _parked(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Whoever shared it hears that it does not stand there, and can try again."""
    share = sharing.of_message(tx, row.id)
    if row.op is not Op.POST or share is None:
        return
    in_doubt = (row.reason or "").startswith(_IN_DOUBT)
    if not in_doubt:
        sharing.remove(tx, row.id)
    number = stories.get(tx, share.story_id).number
    args: dict[str, str | int | bool | None] = {"number": number, "channel": share.channel, "in_doubt": in_doubt}
    outbox.enqueue(tx, Message(NOT_POSTED, tidings.teller(share.teller_id), args=args, key=f"{NOT_POSTED}:{row.id}"))


def _not_posted(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    args = row.args
    return share_blocks.not_posted(int(args["number"] or 0), str(args["channel"]), in_doubt=bool(args["in_doubt"]))


KINDS: Kinds = {
    tidings.SHARED: Kind(render=_render, gate=_gate, parked=_parked),
    NOT_POSTED: Kind(render=_not_posted),
}
