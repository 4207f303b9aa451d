"""A teller presses a button of the conversation, or ticks something: what that does to their draft.

Plain functions in one transaction, as in `service.py`, which says what a message does. A button's value names the draft
and the place that it stood at, and counts for nobody but the draft's own teller.
"""

import logging
from dataclasses import replace

from bot.intake import deleting, dialogue, sending
from bot.intake.carrying import OFFERED, Carrier, added_to_form, load
from bot.intake.dialogue import Input, Move, place_of
from bot.intake.heard import Said
from bot.intake.payloads import by_prompt
from bot.intake.script import PromptKind
from bot.intake.service import after_change, respond
from bot.intake.shelf import Shelf
from bot.pressed import Press
from bot.story.policy import Policy
from storage import drafts, outbox, tellers
from storage.database import Tx
from storage.records import Draft, DraftState

log = logging.getLogger(__name__)

_OF_KEPT = {Move.DELETE, Move.DELETE_YES, Move.DELETE_NO}
"""What can be done with a story that its teller has kept, beside carrying on with it."""
_OF_ITS_PLACE = {
    Move.NEXT,
    Move.BACK,
    Move.SKIP,
    Move.CHOOSE,
    Move.SEND,
    Move.KEEP_PRIVATE,
    Move.REPLACE,
    Move.NOT_ONE,
}
"""What counts only while the conversation is where the button stood."""


def press(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press, move: Move, *, care: bool = False) -> None:
    """A button of the conversation was pressed. Its value names the draft and the place it stood at."""
    draft = own_draft(tx, pressed)
    if draft is not None:
        _press(tx, policy, shelf, draft, pressed, move, care=care)
    else:
        sending.say_over(tx, pressed)


def _press(
    tx: Tx, policy: Policy, shelf: Shelf, draft: Draft, pressed: Press, move: Move, *, care: bool = False
) -> None:
    place, _, mark = pressed.value.partition(":")[2].partition(":")
    conversation = load(tx, shelf, draft)
    carrier = Carrier(tx, policy, conversation, pressed=pressed)
    if draft.state is DraftState.KEPT and move is Move.CARRY_ON:
        reopened = sending.take_up_again(tx, policy, draft)
        if reopened is None:
            carrier.whisper("busy")
            return
        draft, conversation = reopened, replace(conversation, draft=reopened)
    elif draft.state is not DraftState.OPEN and not (draft.state is DraftState.KEPT and move in _OF_KEPT):
        carrier.whisper("over")
        return
    if move in _OF_ITS_PLACE and place != place_of(draft):
        if move is not Move.CHOOSE:
            carrier.whisper("answered")
            carrier.ask_again_if_lost()
        return
    if move is Move.DELETE_YES and not deleting.waits(tx, draft.id, mark):
        move = Move.DELETE  # it was answered, or asked anew since: then it is asked once more, below
    chosen = dialogue.real_choices(conversation, by_prompt(pressed.chosen))
    given = Input(move, place=place, text="care" if care else mark, chosen=chosen)
    respond(tx, policy, shelf, conversation, given, pressed=pressed)


def tick(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> None:
    """Something was ticked at the open question: hold it. Menus carry no value, so the draft is the open one."""
    teller = tellers.find_teller(tx, pressed.user_id)
    draft = None if teller is None else drafts.find_open(tx, teller.id)
    if draft is not None:
        named = pressed._replace(value=f"{draft.id}:{place_of(draft)}")
        _press(tx, policy, shelf, draft, named, Move.CHOOSE)


def own_draft(tx: Tx, pressed: Press) -> Draft | None:
    """The draft that a button's value names, if it belongs to the person who pressed."""
    teller = tellers.find_teller(tx, pressed.user_id)
    draft = drafts.find(tx, pressed.value.partition(":")[0])
    if teller is None or draft is None or draft.teller_id != teller.id:
        log.info("press refused reason=not-theirs")
        return None
    return draft


def take_out(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> None:
    """*Take that out*: the message that woke a resting draft is not part of the story."""
    draft = own_draft(tx, pressed)
    if draft is None or draft.state is not DraftState.OPEN:
        return
    teller = tellers.get_teller(tx, draft.teller_id)
    ts = pressed.value.partition(":")[2]
    fragment = drafts.find_fragment(tx, teller.dm_channel or pressed.channel, ts)
    if fragment is None or fragment.draft_id != draft.id or fragment.removed:
        return
    drafts.change_fragment(tx, fragment.channel, fragment.ts, text="", removed=True)
    said = Said(pressed.user_id, fragment.channel, fragment.ts, "")
    after_change(tx, policy, shelf, draft, fragment, said, "deleted")


def add_to(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> None:
    """*Add to question 6*: a message that was kept beside the story goes where its teller says."""
    draft = own_draft(tx, pressed)
    if draft is None:
        return
    conversation = load(tx, shelf, draft)
    carrier = Carrier(tx, policy, conversation, pressed=pressed)
    if draft.state is not DraftState.OPEN:
        carrier.whisper("over")
        return
    _, ts, prompt_id = [*pressed.value.split(":", 2), "", ""][:3]
    fragment = drafts.find_fragment(tx, tellers.get_teller(tx, draft.teller_id).dm_channel or pressed.channel, ts)
    prompt = next((one for one in conversation.script.prompts if one.id == prompt_id), None)
    mine = fragment is not None and fragment.draft_id == draft.id and fragment.prompt_id == OFFERED
    if fragment is None or not mine or fragment.removed or prompt is None or prompt.kind is not PromptKind.STORY:
        return
    answer = conversation.answer(prompt_id)
    superseded = answer.form_text is not None
    if superseded:
        drafts.set_answer(tx, draft.id, added_to_form(answer, fragment.text))
    drafts.change_fragment(tx, fragment.channel, fragment.ts, prompt_id=prompt_id, superseded=superseded)
    if pressed.message_ts is not None:
        row = outbox.find_message(tx, pressed.channel, pressed.message_ts)
        if row is not None:
            carrier.change_note(row, "added", prompt_id)
    if place_of(draft) in (prompt_id, "_checking", "_screening"):
        carrier.refresh(None)
    else:
        sending.refresh_check(tx, carrier)
    drafts.save(tx, replace(carrier.draft, active_at=tx.now))
