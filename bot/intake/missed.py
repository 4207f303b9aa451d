"""What was missed while the bot was away, from the direct message read back: it is taken once, and its teller told.

Plain functions in one transaction, called by `recovery.py`. Words are taken as if they had just been heard.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.intake import dialogue, service
from bot.intake.carrying import Carrier, load
from bot.intake.heard import Said
from bot.intake.shelf import Shelf
from bot.story.policy import Policy
from storage import drafts
from storage.database import Tx
from storage.records import DraftState, Fragment


def take_recovered(
    tx: Tx,
    policy: Policy,
    shelf: Shelf,
    draft_id: str,
    messages: Sequence[Said],
    *,
    away: tuple[datetime, datetime] | None,
) -> int:
    """Messages read back from the direct message; returns how many were new. The draft asks for no more after this."""
    draft = drafts.find(tx, draft_id)
    if draft is None or draft.state is not DraftState.OPEN:
        return 0
    picked_up, new = 0, 0
    for said in sorted(messages, key=lambda one: drafts.ts_key(one.ts)):
        known = drafts.find_fragment(tx, said.channel, said.ts)
        if known is not None:
            continue
        current = drafts.get(tx, draft_id)
        if service.written_before_start(current, said.ts):
            if draft.recover_prompt is not None and said.text and dialogue.control_word(said.text) is None:
                kept = Fragment(said.channel, said.ts, draft_id, draft.recover_prompt, said.text, said.edited_ts)
                picked_up += drafts.add_fragment(tx, kept, client_msg_id=said.client_msg_id)
            continue
        if said.text and current.state is DraftState.OPEN:
            service.take_words(tx, policy, shelf, current, said)
            new += drafts.find_fragment(tx, said.channel, said.ts) is not None
    after = replace(drafts.get(tx, draft_id), recover_from=None, recover_prompt=None)
    drafts.save(tx, after)
    if after.state is DraftState.OPEN:
        carrier = Carrier(tx, policy, load(tx, shelf, after))
        if picked_up and after.open_prompt == draft.recover_prompt:
            carrier.refresh(None)
        if draft.recover_prompt is not None and not picked_up:
            carrier.note("picked_up_not", draft.recover_prompt)
        if away is not None and new:
            carrier.note("offline", span=away)
        drafts.save(tx, carrier.draft)
    return picked_up + new


def give_up_recovering(tx: Tx, policy: Policy, shelf: Shelf, draft_id: str) -> None:
    """The direct message cannot be read back: say so where the teller asked for it, and go on."""
    draft = drafts.find(tx, draft_id)
    if draft is None or draft.state is not DraftState.OPEN:
        return
    after = replace(draft, recover_from=None, recover_prompt=None)
    carrier = Carrier(tx, policy, load(tx, shelf, after))
    if draft.recover_prompt is not None:
        carrier.note("picked_up_not", draft.recover_prompt)
    drafts.save(tx, after)
