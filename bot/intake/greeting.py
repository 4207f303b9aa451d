"""Before Start: the notice, the offer to pick up what was written, and the press that begins a draft.

Nothing that is typed here is kept: only that somebody was greeted, and the `ts` of the first message that could be
picked up. Called by `service.py` and the listeners, in the writer.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.intake import conversation as machine
from bot.intake import dialogue
from bot.intake.carrying import Carrier, load
from bot.intake.heard import Said
from bot.intake.script import PromptKind
from bot.intake.shelf import Shelf
from bot.intake.tidying import Args
from bot.pressed import Press
from bot.story import codes, tidings
from bot.story import policy as rules
from bot.story.policy import Policy
from storage import drafts, outbox, tellers
from storage.database import Tx
from storage.records import Draft, DraftState, Message, Op, Purpose, Stage, Teller

NOTICE: Final = "notice"
OFFER: Final = "offer"
STARTED: Final = "started"
NOT_NOW: Final = "not_now"
NOT_FOR_YOU: Final = "not_for_you"
A_CODE: Final = "a_code"
"""Somebody has pasted the code of a story; the words of it are not kept."""
NOTHING_OPEN: Final = "nothing_open"
"""To somebody who types a control word and has no draft open. args: word (a `Move`), reviewer."""

GREETING_LASTS: Final = timedelta(hours=24)
LONG: Final = 40
"""A first message of this many characters is likely to be the story itself."""


class Standing(StrEnum):
    """Who is writing, as far as Slack says."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    NOBODY = "nobody"
    """A bot, or somebody who has left: nothing is said."""
    UNKNOWN = "unknown"
    """Slack cannot say just now, or not at all."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """What `/story` answers privately."""

    dm_channel: str | None
    resumed: bool


def may_tell(policy: Policy, standing: Standing) -> bool:
    """Whether this person may tell a story here. A Slack that cannot say who they are keeps no member from it."""
    if standing in (Standing.MEMBER, Standing.UNKNOWN):
        return True
    return policy.guests_may_tell and standing is not Standing.NOBODY


def first_contact(tx: Tx, policy: Policy, teller: Teller, said: Said, standing: Standing) -> None:
    """Somebody without an open draft has written: greet them once, and offer to pick up what they wrote."""
    if standing is Standing.NOBODY:
        return
    to = tidings.teller(teller.id)
    if codes.number_in(said.text) is not None:  # works for whoever holds it, whether or not they may tell a story
        outbox.enqueue(tx, Message(A_CODE, to, key=f"{A_CODE}:{said.channel}:{said.ts}"))
        return
    fresh = teller.greeted_at is not None and tx.now - teller.greeted_at < GREETING_LASTS
    if not may_tell(policy, standing):
        if not fresh:
            tellers.set_teller(tx, teller.id, greeted_at=tx.now)
            outbox.enqueue(tx, Message(NOT_FOR_YOU, to))
        return
    word = None if said.has_files else dialogue.control_word(said.text)
    if word is not None:  # answered each time: it is a request, not chatter, and no part of a story either
        args = {"word": word.value, "reviewer": rules.is_reviewer(policy, said.user_id)}
        outbox.enqueue(tx, Message(NOTHING_OPEN, to, args=args, key=f"{NOTHING_OPEN}:{said.channel}:{said.ts}"))
    elif not fresh:
        greet(tx, teller, pick_up=said.ts if len(said.text) >= LONG else None)
    elif teller.offer_id is None:
        offer_id = outbox.enqueue(tx, Message(OFFER, to, args={"ts": said.ts}))
        tellers.set_teller(tx, teller.id, offer_id=offer_id, offer_ts=said.ts)
        _lose_buttons(tx, to, teller.notice_id, after=offer_id)
    else:
        _say_several(tx, to, teller)


def _say_several(tx: Tx, to: str, teller: Teller) -> None:
    row = None if teller.offer_id is None else outbox.find(tx, teller.offer_id)
    if row is not None and row.kind == OFFER and not row.args.get("several"):
        args = {**row.args, "several": True}
        key = f"several:{row.id}"
        message = Message(OFFER, to, op=Op.UPDATE, args=args, target=row.id, depends_on=row.id, key=key)
        outbox.enqueue(tx, replace(message, lane=tidings.beside(to)))


def greet(tx: Tx, teller: Teller, *, pick_up: str | None = None) -> None:
    """Send the opening notice; with `pick_up`, the `ts` from which their own words can be picked up.

    One greeting at a time can be pressed: an earlier one loses its buttons, and what it offered is offered here.
    """
    to = tidings.teller(teller.id)
    if pick_up is None and teller.greeted_at is not None and tx.now - teller.greeted_at < GREETING_LASTS:
        pick_up = teller.offer_ts
    notice_id = outbox.enqueue(tx, Message(NOTICE, to, args={"pick_up": pick_up}))
    for earlier in dict.fromkeys((teller.notice_id, teller.offer_id)):
        _lose_buttons(tx, to, earlier, after=notice_id)
    tellers.set_teller(
        tx,
        teller.id,
        greeted_at=tx.now,
        notice_id=notice_id,
        offer_id=notice_id if pick_up else None,
        offer_ts=pick_up,
    )


def _lose_buttons(tx: Tx, to: str, outbox_id: str | None, *, after: str) -> None:
    row = None if outbox_id is None else outbox.find(tx, outbox_id)
    if row is None or row.kind not in (NOTICE, OFFER) or outbox.drop_waiting(tx, row.id, "superseded"):
        return
    lane = tidings.beside(to)  # before what Start makes of it, should that be pressed there meanwhile
    args = {**row.args, "bare": True}
    outbox.enqueue(tx, Message(row.kind, to, op=Op.UPDATE, args=args, target=row.id, depends_on=after, lane=lane))


# ── the press ─────────────────────────────────────────────────────────────────────────────────────────────────────


def start(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press, standing: Standing, *, pick_up_ts: str | None) -> None:
    """Start was pressed: a draft begins, on today's script, after today's notice."""
    teller = tellers.meet(tx, pressed.user_id, dm_channel=pressed.channel or None)
    if standing is Standing.NOBODY or not may_tell(policy, standing):
        return
    already = drafts.find_open(tx, teller.id)
    if already is not None:
        Carrier(tx, policy, load(tx, shelf, already), pressed=pressed).whisper("already_started")
        return
    script = shelf.current
    shelf.keep(tx)
    draft = Draft(
        id=tx.new_id(),
        teller_id=teller.id,
        script_sha=script.sha,
        purpose=Purpose.NEW,
        state=DraftState.OPEN,
        stage=Stage.ASKING,
        open_prompt=script.questions[0].id,
        started_at=tx.now,
        active_at=tx.now,
        nudge_at=rules.nudge_at(policy, tx.now),
        expires_at=rules.expires_at(policy, tx.now),
        notice_version=script.campaign.notice_version,
        started_ts=pressed.action_ts,
    )
    if pick_up_ts is not None:
        first = next((q for q in script.asked({}) if q.kind is PromptKind.STORY), None)
        draft = _picking_up(draft, pick_up_ts, None if first is None else first.id)
    drafts.add(tx, draft)
    _settle_greeting(tx, teller, pressed, STARTED, {"at": tx.now.isoformat(), "notice": draft.notice_version})
    tellers.set_teller(tx, teller.id, notice_id=None, offer_id=None, offer_ts=None, greeted_at=None)
    before = load(tx, shelf, draft)
    Carrier(tx, policy, before, pressed=None).carry_out(machine.begin(script, draft))


def _picking_up(draft: Draft, ts: str, prompt_id: str | None) -> Draft:
    return draft if prompt_id is None else replace(draft, recover_from=ts, recover_prompt=prompt_id)


def not_now(tx: Tx, policy: Policy, pressed: Press) -> None:
    """Not now was pressed."""
    teller = tellers.meet(tx, pressed.user_id, dm_channel=pressed.channel or None)
    _settle_greeting(tx, teller, pressed, NOT_NOW, {})
    tellers.set_teller(tx, teller.id, notice_id=None, offer_id=None, offer_ts=None)


def _settle_greeting(tx: Tx, teller: Teller, pressed: Press, kind: str, args: Args) -> None:
    """Change the message that was pressed, or the one that was greeted with; the first question need not wait."""
    to = tidings.teller(teller.id)
    row = outbox.find_message(tx, pressed.channel, pressed.message_ts) if pressed.message_ts else None
    target = row.id if row is not None else teller.offer_id or teller.notice_id
    if target is not None:
        message = Message(
            kind, to, op=Op.UPDATE, args=args, target=target, depends_on=target, response_url=pressed.response_url
        )
        outbox.enqueue(tx, replace(message, lane=tidings.beside(to)))


def open_conversation(tx: Tx, policy: Policy, shelf: Shelf, slack_user_id: str, standing: Standing) -> Greeted | None:
    """`/story`, or a button that leads to the direct message: begin, or put the open question again.

    None when this person may not tell a story here.
    """
    if standing is Standing.NOBODY or not may_tell(policy, standing):
        return None
    teller = tellers.meet(tx, slack_user_id)
    draft = drafts.find_open(tx, teller.id)
    if draft is None:
        greet(tx, teller)
        return Greeted(teller.dm_channel, resumed=False)
    conversation = load(tx, shelf, draft)
    Carrier(tx, policy, conversation).carry_out(machine.respond(conversation, dialogue.Input(dialogue.Move.CARRY_ON)))
    return Greeted(teller.dm_channel, resumed=True)
