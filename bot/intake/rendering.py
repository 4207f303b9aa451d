"""Reads what a message is about and says it as things stand at the moment of sending.

One renderer per kind; the words are in `asking`, `checking`, `permitting` and `telling`. A renderer that answers None
has nothing left to say, and delivery drops the row.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.intake import (
    answering,
    asking,
    carrying,
    checking,
    deleting,
    example_blocks,
    greeting,
    notes,
    permitting,
    receipt_code,
    screen_blocks,
    sending,
    service,
    telling,
    tidying,
    waking,
)
from bot.intake.carrying import load, texts
from bot.intake.dialogue import (
    Conversation,
    Move,
    place_of,
)
from bot.intake.script import PromptKind
from bot.intake.shelf import Shelf
from bot.outgoing import Kind, Kinds, Rendered
from bot.story import examples, tidings, when
from bot.story.policy import Policy, can_be_changed, expires_at
from bot.story.view import StoryView, view_of
from bot.text import day, time_of_day
from storage import decisions, drafts, stories, tellers
from storage.database import Tx
from storage.records import Draft, DraftState, Op, OutboxRow, Place, Stage, Teller

IN_A_CHANNEL = "in_a_channel"


def kinds(shelf: Shelf) -> Kinds:
    """What intake registers with delivery."""

    def with_shelf(render: "Callable[[Tx, Policy, Shelf, OutboxRow], Rendered | None]") -> Kind:
        return Kind(render=lambda tx, policy, row: render(tx, policy, shelf, row), light=True)

    def stands(tx: Tx, policy: Policy, row: OutboxRow) -> None:
        if row.op is Op.POST:
            service.question_stands(tx, policy, shelf, row)

    question = Kind(render=lambda tx, policy, row: _question(tx, policy, shelf, row), sent=stands, light=True)
    return {
        tidying.QUESTION: question,
        tidying.FOOT: with_shelf(_foot),
        carrying.NOTE: with_shelf(_note),
        carrying.SAVED: with_shelf(_saved),
        carrying.WHISPER: with_shelf(_whisper),
        carrying.SORRY: Kind(render=lambda tx, policy, row: telling.sorry(), light=True),
        greeting.NOTICE: with_shelf(_notice),
        greeting.OFFER: Kind(render=_offer, light=True),
        greeting.STARTED: Kind(render=_started, light=True),
        greeting.NOT_NOW: Kind(render=lambda tx, policy, row: telling.not_now(), light=True),
        greeting.A_CODE: Kind(render=lambda tx, policy, row: telling.a_code(), light=True),
        greeting.NOTHING_OPEN: with_shelf(_nothing_open),
        greeting.NOT_FOR_YOU: Kind(render=lambda tx, policy, row: telling.not_for_you(), light=True),
        IN_A_CHANNEL: Kind(render=lambda tx, policy, row: telling.in_a_channel(), light=True),
        sending.CHECKED: Kind(render=_checked, light=True),
        sending.SENT: Kind(render=_sent, light=True),
        sending.RECEIPT: Kind(
            render=_receipt, sent=receipt_code.counts, parked=receipt_code.may_stand, light=True, slow_after=True
        ),
        sending.KEPT: Kind(render=_kept, light=True),
        sending.DELETED: Kind(render=_deleted, light=True),
        sending.EDIT_TOO_LATE: Kind(render=_edit_too_late, light=True),
        sending.LEFT_ALONE: Kind(render=lambda tx, policy, row: telling.plain("Left as you sent it."), light=True),
        waking.NUDGE: with_shelf(_nudge),
        waking.EXPIRED: Kind(render=_expired, light=True),
        tidings.RELAYED_QUESTION: Kind(render=_relayed, light=True),
        answering.ANSWER_FOOT: Kind(render=_answer_foot, light=True),
        answering.CLOSED: Kind(render=lambda tx, policy, row: telling.question_closed(), light=True),
    }


# ── the conversation ──────────────────────────────────────────────────────────────────────────────────────────────


def _draft(tx: Tx, row: OutboxRow) -> Draft | None:
    return drafts.find(tx, str(row.args.get("draft")))


def _is_carrier(draft: Draft, row: OutboxRow) -> bool:
    """Whether this row's message is the one that carries the buttons."""
    return draft.state is DraftState.OPEN and draft.carrier_id == (row.target or row.id)


def _line(row: OutboxRow) -> str | None:
    line = row.args.get("line")
    return None if line is None else str(line)


def _question(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if draft is None:
        return None
    place = str(row.args["place"])
    if row.args.get("outcome"):
        return screen_blocks.outcome(str(row.args["outcome"]))
    left = bool(row.args.get("left"))
    live = _is_carrier(draft, row) and place == place_of(draft) and not left
    if row.op is Op.POST and not live:
        return None
    if draft.state in (DraftState.DELETED, DraftState.EXPIRED) and not left:
        return None
    conversation = load(tx, shelf, draft)
    if place.startswith("_"):
        return _step(tx, policy, conversation, row, place, live)
    asked = conversation.script.question(place)
    here = place == place_of(draft) and draft.state is DraftState.OPEN and not left
    if not here and asked.kind in (PromptKind.CHOICE, PromptKind.CHOICES):
        return asking.answered(conversation, asked)
    said = asking.question(
        conversation, asked, buttons=live, back=bool(row.args.get("back")) and here, line=_line(row) if live else None
    )
    offered = live and asked.lead.typed and _is_answered_elsewhere(tx, draft, asked.lead.id)
    return example_blocks.with_button(said, asked.lead.id) if offered else said


def _is_answered_elsewhere(tx: Tx, draft: Draft, prompt_id: str) -> bool:
    """Whether this teller can be shown how somebody else answered."""
    return examples.find(tx, prompt_id, teller_id=draft.teller_id) is not None


def _step(
    tx: Tx, policy: Policy, conversation: Conversation, row: OutboxRow, place: str, live: bool
) -> Rendered | None:
    """The product's own steps. Once the draft is over it has no words left, and its messages lose only buttons."""
    if conversation.draft.state not in (DraftState.OPEN, DraftState.KEPT):
        return permitting.over(place) if row.args.get("left") else None
    line = _line(row) if live else None
    match Stage(place[1:]):
        case Stage.CHECKING:
            words = texts(tx, conversation)
            changed = row.args.get("note")
            return checking.check(
                conversation, words, buttons=live, changed=None if changed is None else str(changed), line=line
            )
        case Stage.SCREENING if live:
            found = replace(conversation, words=texts(tx, conversation))
            return screen_blocks.found(found, buttons=True, line=line)
        case Stage.SCREENING:
            return telling.plain("Something here looked like an identifier.")
        case Stage.NAMING:
            return permitting.naming(conversation, buttons=live, line=line)
        case Stage.CREDIT:
            return permitting.credit(conversation, buttons=live, line=line)
        case Stage.PLACES:
            return permitting.places(conversation, policy, buttons=live, line=line)
        case Stage.READY:
            return checking.ready(conversation, buttons=live, line=line)
        case Stage.ASKING:
            return None


def _foot(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    place = str(row.args["place"])
    if draft is None or draft.state is not DraftState.OPEN or place != place_of(draft) or place.startswith("_"):
        return None
    if not _is_carrier(draft, row):
        return None
    conversation = load(tx, shelf, draft)
    note = row.args.get("note")
    return asking.foot(
        conversation,
        conversation.script.question(place),
        buttons=True,
        first=bool(row.args.get("first")),
        note=None if note is None else str(note),
        line=_line(row),
        welcome=bool(row.args.get("welcome")),
        take_out=str(row.args.get("about") or ""),
    )


def _note(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if row.args["what"] == "offer_over":
        return telling.plain("I haven't put that in your story: there was no question open for it.")
    if draft is None or draft.state in (DraftState.DELETED, DraftState.EXPIRED, DraftState.SENT):
        return None
    conversation = load(tx, shelf, draft)
    prompt = row.args.get("prompt")
    what = str(row.args["what"])
    if what in example_blocks.NOTES:
        there_is_one = what == example_blocks.SHOW and _is_answered_elsewhere(tx, draft, str(prompt))
        return example_blocks.note(what, str(prompt), there_is_one=there_is_one)
    if what == deleting.NOTE:
        number = str(row.args.get("ask") or "")
        return notes.delete_ask(draft, number, buttons=deleting.waits(tx, draft.id, number))
    if what == "offline":
        wrote, edited, deleted = (int(row.args.get(name) or 0) for name in ("new", "edited", "deleted"))
        away = (row.args.get("from"), row.args.get("to"))
        span = _span(policy, *(str(at) for at in away)) if all(away) else "for a while"
        return notes.offline(conversation, span, wrote=bool(wrote), edited=edited, deleted=deleted)
    return notes.note(
        conversation,
        what,
        None if prompt is None else str(prompt),
        about=str(row.args.get("about") or ""),
        help_text=conversation.script.campaign.help,
        again=bool(row.args.get("again")),
    )


def _span(policy: Policy, start: str, end: str) -> str:
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    same_day = first.astimezone(policy.zone).date() == last.astimezone(policy.zone).date()
    begin = time_of_day(first, policy.zone)
    if not same_day:
        begin = f"{day(first, policy.zone)}, {begin}"
    end = time_of_day(last, policy.zone)
    return f"for a moment at {end}" if begin == end else f"from {begin} to {end}"


def _saved(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if draft is None or draft.state is not DraftState.OPEN:
        return None
    live = draft.carrier_id in (row.id, row.target)
    if row.op is Op.POST and not live:
        return None
    return notes.resting(load(tx, shelf, draft), str(row.args["place"]), buttons=live)


def _whisper(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    what = str(row.args["what"])
    where = "" if draft is None else asking.place_words(load(tx, shelf, draft), place_of(draft))
    return telling.whisper(what, where)


def _nudge(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if draft is None or draft.state not in (DraftState.OPEN, DraftState.EXPIRED):
        return None
    live = _is_carrier(draft, row)
    if row.op is Op.POST and not live:
        return None
    conversation = load(tx, shelf, draft)
    place = str(row.args["place"])
    until = draft.expires_at or expires_at(policy, draft.active_at)
    where = asking.place_words(conversation, place)
    return telling.nudge(policy, draft.id, place, where, draft.started_at, until, buttons=live)


# ── before Start ──────────────────────────────────────────────────────────────────────────────────────────────────


def _notice(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    pick_up, live = row.args.get("pick_up"), not row.args.get("bare")
    offered = None if pick_up is None or not live else str(pick_up)
    return telling.notice(shelf.current, policy, pick_up_ts=offered, buttons=live)


def _offer(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    """A change of an offer that has been taken up or turned down meanwhile is no longer made: it would stand again."""
    offered = None if row.args.get("bare") else str(row.args["ts"])
    if offered is not None and row.op is Op.UPDATE and _teller_of(tx, row).offer_id != row.target:
        return None
    return telling.offer(offered, several=bool(row.args.get("several")))


def _teller_of(tx: Tx, row: OutboxRow) -> Teller:
    return tellers.get_teller(tx, row.recipient.removeprefix(tidings.teller("")))


def _nothing_open(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> Rendered | None:
    word = Move(str(row.args["word"]))
    if word is Move.HELP:
        return telling.help_text(shelf.current.campaign, reviewer=bool(row.args.get("reviewer")))
    return telling.nothing_open(word)


def _started(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    at = datetime.fromisoformat(str(row.args["at"]))
    return telling.started(policy, at, int(row.args["notice"] or 0))


# ── after sending ─────────────────────────────────────────────────────────────────────────────────────────────────


def _view(tx: Tx, story_id: str | None, version: int | None = None) -> StoryView | None:
    story = None if story_id is None else stories.find(tx, story_id)
    if story is None:
        return None
    found = stories.find_version(tx, story.id, version or story.current_version)
    return None if found is None else view_of(story.number, found)


def _checked(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    view = _view(tx, row.story_id, row.version)
    return None if view is None else checking.checked(view)


def _sent(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    return telling.sent(policy, datetime.fromisoformat(str(row.args["at"])))


def _receipt(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    view = _view(tx, row.story_id, row.version)
    if view is None or row.story_id is None:
        return None
    slot = when.expected_slot(tx, policy, row.story_id)
    permitted = stories.may_go_to(tx, row.story_id, view.version, Place.DIGEST)
    said = when.say_slot(policy, slot) if slot is not None and permitted else None
    again = bool(row.args.get("again"))
    code = None if again else receipt_code.shown(tx, policy, row, view.number)
    return telling.receipt(policy, view, slot=said, again=again, story_id=row.story_id, digest=permitted, code=code)


def _kept(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if draft is None or draft.state is not DraftState.KEPT or draft.expires_at is None:
        return None
    return telling.kept(policy, draft.id, draft.expires_at)


def _deleted(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    if row.args.get("story"):
        return telling.plain("Deleted. Your own messages stay in this chat unless you delete them.")
    return telling.deleted(change=bool(row.args.get("change")))


def _expired(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    return telling.expired(change=bool(row.args.get("change")))


def _edit_too_late(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if story is None:
        return None
    return telling.edit_too_late(
        story.number, story.id, changeable=can_be_changed(story), deleted=bool(row.args.get("deleted"))
    )


# ── a reviewer asks ───────────────────────────────────────────────────────────────────────────────────────────────


def _relayed(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    ask = decisions.find_ask(tx, str(row.args["ask"]))
    story = None if ask is None else stories.find(tx, ask.story_id)
    if ask is None or story is None:
        return None
    answered = None if ask.answered_at is None else day(ask.answered_at, policy.zone)
    return telling.relayed(story.number, ask.question, ask.id, answered_on=answered)


def _answer_foot(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    draft = _draft(tx, row)
    if draft is None or draft.state is not DraftState.OPEN or draft.carrier_id != row.id:
        return None
    return telling.answer_foot(len(drafts.fragments(tx, draft.id)), str(row.args["ask"]))
