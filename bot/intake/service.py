"""A teller writes, edits or deletes: what that does to their draft. What they press is in `pressing.py`.

Plain functions in one transaction. The machine decides (`conversation.py`), `carrying.py` carries out, `sending.py`
ends a draft. A message that cannot be placed yet, because the question's own `ts` is still on its way, waits without a
prompt and is taken up when the question is known to stand (`question_stands`).
"""

from dataclasses import replace

from bot.intake import answering, deleting, dialogue, sending
from bot.intake import conversation as machine
from bot.intake.carrying import (
    OFFERED,
    TAKEN,
    Carrier,
    load,
    load_with_words,
    with_words,
)
from bot.intake.dialogue import (
    Input,
    Move,
    place_of,
    place_when_written,
)
from bot.intake.greeting import Standing, first_contact
from bot.intake.heard import Said
from bot.intake.shelf import Shelf
from bot.intake.tidying import is_lost
from bot.pressed import Press
from bot.story.policy import Policy
from storage import drafts, outbox, tellers
from storage.database import Tx
from storage.records import (
    Asked,
    Draft,
    DraftState,
    Fragment,
    OutboxRow,
    Purpose,
    Stage,
)

_ANYWHERE = {Move.STOP, Move.HELP, Move.DELETE, Move.DELETE_YES, Move.DELETE_NO, Move.CARRY_ON, Move.SHOW}
"""Words that mean the same wherever the conversation stands."""


# ── a message ─────────────────────────────────────────────────────────────────────────────────────────────────────


def take_message(tx: Tx, policy: Policy, shelf: Shelf, said: Said, standing: Standing) -> None:
    """A message in the direct message: part of an answer, a control word, a reply to a reviewer, or hello."""
    teller = tellers.meet(tx, said.user_id, dm_channel=said.channel)
    ask = None if said.thread_ts is None else answering.find_thread(tx, said.channel, said.thread_ts, teller)
    if ask is not None:
        answering.reply(tx, policy, shelf, said, teller, ask)
        return
    draft = drafts.find_open(tx, teller.id)
    if draft is None:
        if drafts.find_fragment(tx, said.channel, said.ts) is None:
            first_contact(tx, policy, teller, said, standing)
        return
    if written_before_start(draft, said.ts) or drafts.find_fragment(tx, said.channel, said.ts) is not None:
        return
    kind = "file" if said.has_files else "forwarded" if said.forwarded else None if said.text else "me"
    if kind is not None:
        carrier = Carrier(tx, policy, load(tx, shelf, draft), said=said)
        draft = draft if said.text else carrier.ask_again_if_lost()
        carrier.note(kind, place_of(draft) if said.text else None)
    if said.text:
        take_words(tx, policy, shelf, draft, said)
    else:
        drafts.save(tx, replace(draft, active_at=tx.now))


def refuse_kind(tx: Tx, policy: Policy, shelf: Shelf, said: Said) -> None:
    """A kind of message that cannot be an answer (`/me`): say so, change nothing."""
    teller = tellers.meet(tx, said.user_id, dm_channel=said.channel)
    draft = drafts.find_open(tx, teller.id)
    if draft is not None:
        Carrier(tx, policy, load(tx, shelf, draft), said=said).note("me")


def written_before_start(draft: Draft, ts: str) -> bool:
    """Whether a message was written before its teller pressed Start."""
    return draft.started_ts is not None and drafts.ts_key(ts) < drafts.ts_key(draft.started_ts)


def take_words(tx: Tx, policy: Policy, shelf: Shelf, draft: Draft, said: Said) -> None:
    """Words for an open draft, once it is known which question was open when they were written."""
    place = place_when_written(_asked(tx, draft), said.ts, said.thread_ts)
    if place is None:
        waiting = Fragment(said.channel, said.ts, draft.id, None, said.text, said.edited_ts)
        drafts.add_fragment(tx, waiting, client_msg_id=said.client_msg_id)
        return
    draft = Carrier(tx, policy, load(tx, shelf, draft), said=said).ask_again_if_lost()
    move = None if said.has_files else dialogue.control_word(said.text) or deleting.typed(tx, draft.id, said.text)
    if move is None:
        given: Input | None = Input(Move.SAY, place=place, text=said.text)
    elif place == place_of(draft) or move in _ANYWHERE:
        given = Input(move, typed=True)
    else:
        given = None  # "next" written at a question that has been left already, and the next one is on the screen
    kept = given is not None and respond(tx, policy, shelf, load(tx, shelf, draft), given, said=said).kept
    if not kept:  # what was heard is not heard again
        drafts.add_fragment(tx, Fragment(said.channel, said.ts, draft.id, TAKEN, "", removed=True))


def _asked(tx: Tx, draft: Draft) -> list[Asked]:
    """Questions put so far, without those that will never stand in Slack: nothing waits for them.

    The open one stands, where it was given up, as if it had been put: what is said after it is said to it.
    """
    asked = drafts.asked(tx, draft.id)
    lost = [one for one in asked if one.ts is None and is_lost(outbox.get(tx, one.outbox_id))]
    if lost and lost[-1] is asked[-1]:
        asked = [*asked[:-1], replace(lost.pop(), ts=f"{asked[-1].asked_at.timestamp():.6f}")]
    return [one for one in asked if one not in lost]


def question_stands(tx: Tx, policy: Policy, shelf: Shelf, row: OutboxRow) -> None:
    """A question's place in Slack is known now: take up what was written while it was not."""
    draft_id = drafts.set_asked_ts(tx, row.id, row.ts or "")
    waiting = () if draft_id is None else drafts.fragments(tx, draft_id, waiting=True)
    draft = drafts.find(tx, draft_id) if draft_id is not None and waiting else None
    if draft is None or draft.state is not DraftState.OPEN:
        return
    teller = tellers.get_teller(tx, draft.teller_id)
    for fragment in waiting:
        gesture = drafts.drop_fragment(tx, fragment.channel, fragment.ts)
        said = Said(
            teller.slack_user_id,
            fragment.channel,
            fragment.ts,
            fragment.text,
            edited_ts=fragment.edited_ts,
            client_msg_id=gesture,
        )
        current = drafts.get(tx, draft.id)
        if current.state is DraftState.OPEN:
            take_words(tx, policy, shelf, current, said)


def respond(
    tx: Tx,
    policy: Policy,
    shelf: Shelf,
    conversation: dialogue.Conversation,
    given: Input,
    *,
    said: Said | None = None,
    pressed: Press | None = None,
) -> Carrier:
    """The machine decides, and what it decides is carried out, to the end of the draft where it comes to that."""
    # What was typed is read only where it may be screened: not for each message of a burst.
    if given.move not in (Move.SAY, Move.CHOOSE) or conversation.draft.stage is Stage.SCREENING:
        conversation = with_words(tx, conversation)
    carrier = Carrier(tx, policy, conversation, said=said, pressed=pressed)
    closing = carrier.carry_out(machine.respond(conversation, given))
    if closing is not None:
        sending.close(tx, policy, load_with_words(tx, shelf, carrier.draft), closing, carrier)
    return carrier


# ── an edit, a deletion ───────────────────────────────────────────────────────────────────────────────────────────


def edit_message(tx: Tx, policy: Policy, shelf: Shelf, said: Said, standing: Standing) -> None:
    """A message was edited in Slack: the fragment follows, until the story is sent or a form has won."""
    fragment = drafts.find_fragment(tx, said.channel, said.ts)
    if fragment is None or fragment.prompt_id == TAKEN:
        teller = tellers.find_teller(tx, said.user_id)
        draft = None if teller is None else drafts.find_open(tx, teller.id)
        if draft is not None:  # its first copy is late or lost, or was no words: the edited words are the words
            if fragment is not None:
                drafts.drop_fragment(tx, said.channel, said.ts)
            take_message(tx, policy, shelf, said, standing)
        return
    follow_edit(tx, policy, shelf, fragment, said)


def follow_edit(tx: Tx, policy: Policy, shelf: Shelf, fragment: Fragment, said: Said) -> None:
    """The newer words of a message that is kept are its words, unless something else has won."""
    draft = drafts.get(tx, fragment.draft_id)
    if draft.state is DraftState.SENT:
        sending.say_too_late(tx, said.ts, draft, deleted=False)
        return
    newer = fragment.edited_ts is None or drafts.ts_key(said.edited_ts or "") >= drafts.ts_key(fragment.edited_ts)
    if draft.state not in (DraftState.OPEN, DraftState.KEPT) or fragment.removed or fragment.text == said.text:
        return
    if newer:
        words = "" if fragment.superseded else said.text  # what no longer counts is not kept either
        drafts.change_fragment(tx, said.channel, said.ts, text=words, edited_ts=said.edited_ts)
    if newer and draft.state is DraftState.OPEN:
        after_change(tx, policy, shelf, draft, fragment, said, "edited")


def delete_message(tx: Tx, policy: Policy, shelf: Shelf, said: Said) -> None:
    """A message was deleted in Slack: its words leave the draft. A copy that comes late cannot bring them back."""
    fragment = drafts.find_fragment(tx, said.channel, said.ts)
    if fragment is None:
        teller = tellers.find_teller(tx, said.user_id)
        draft = None if teller is None else drafts.find_open(tx, teller.id)
        if draft is not None and not written_before_start(draft, said.ts):
            drafts.add_fragment(tx, Fragment(said.channel, said.ts, draft.id, None, "", removed=True))
        return
    follow_deletion(tx, policy, shelf, fragment, said)


def follow_deletion(tx: Tx, policy: Policy, shelf: Shelf, fragment: Fragment, said: Said) -> None:
    """The words of a message that stands no more leave the draft."""
    draft = drafts.get(tx, fragment.draft_id)
    if draft.state is DraftState.SENT and fragment.prompt_id != TAKEN:
        sending.say_too_late(tx, said.ts, draft, deleted=True)
        return
    if fragment.removed:
        return
    drafts.change_fragment(tx, said.channel, said.ts, text="", removed=True)
    if draft.state is DraftState.OPEN:
        after_change(tx, policy, shelf, draft, fragment, said, "deleted")


def after_change(tx: Tx, policy: Policy, shelf: Shelf, draft: Draft, fragment: Fragment, said: Said, note: str) -> None:
    """Say what an edit or a deletion did: at the open question in place, at an earlier one on a line of its own."""
    conversation = load(tx, shelf, draft)
    carrier = Carrier(tx, policy, conversation, said=said)
    prompt_id = fragment.prompt_id
    if draft.purpose is Purpose.ANSWER or prompt_id is None or prompt_id == OFFERED:
        return
    carrier.draft = replace(draft, active_at=tx.now)
    if fragment.superseded:
        answer = conversation.answer(prompt_id)
        if answer.form_text is not None:
            what = "replaced_wins" if answer.screened.removed else "form_wins"
            carrier.note(what, prompt_id, key=f"form-wins:{draft.id}:{prompt_id}")
    elif place_of(draft) in (prompt_id, "_checking", "_screening"):
        carrier.refresh(None, note=note)
    else:
        carrier.note("updated", prompt_id, key=f"updated:{draft.id}:{prompt_id}")
        sending.refresh_check(tx, carrier)
    drafts.save(tx, carrier.draft)
