"""What was missed while the bot was away, from the direct message read back: it is taken once, and its teller told.

Plain functions in one transaction, called by `recovery.py`. Words, edits and deletions are taken as if they had just
been heard; no message counts as deleted because a history does not show it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.intake import dialogue, service
from bot.intake.carrying import OFFERED, TAKEN, Carrier, load
from bot.intake.heard import Said
from bot.intake.shelf import Shelf
from bot.intake.tidying import Args
from bot.story.policy import Policy
from storage import drafts, tellers
from storage.database import Tx
from storage.records import Draft, DraftState, Fragment


def kept(tx: Tx, draft: Draft, channel: str) -> list[str]:
    """Where the messages stand whose words the draft holds, in `ts` order."""
    return [one.ts for one in drafts.fragments(tx, draft.id) if one.channel == channel]


def take_recovered(
    tx: Tx,
    policy: Policy,
    shelf: Shelf,
    draft_id: str,
    messages: Sequence[Said],
    *,
    away: tuple[datetime, datetime] | None,
    gone: Collection[str] = (),
) -> int:
    """Messages read back from the direct message; returns how many were new. The draft asks for no more after this.

    `gone`: where messages stood of which Slack says that they are there no more. A message from before the open
    question that was never heard is left alone; one that was is looked at for an edit, wherever it stands.
    """
    draft = drafts.find(tx, draft_id)
    if draft is None or draft.state is not DraftState.OPEN:
        return 0
    said_by_ts = sorted(messages, key=lambda one: drafts.ts_key(one.ts))
    edited = sum(_follow_edit(tx, policy, shelf, draft_id, said) for said in said_by_ts)
    deleted = sum(_follow_deletion(tx, policy, shelf, draft, ts) for ts in sorted(gone, key=drafts.ts_key))
    picked_up, new = 0, 0
    for said in said_by_ts:
        if drafts.find_fragment(tx, said.channel, said.ts) is not None or _is_older(said.ts, draft.recover_from):
            continue
        current = drafts.get(tx, draft_id)
        if service.written_before_start(current, said.ts):
            if draft.recover_prompt is not None and said.text and dialogue.control_word(said.text) is None:
                fragment = Fragment(said.channel, said.ts, draft_id, draft.recover_prompt, said.text, said.edited_ts)
                picked_up += drafts.add_fragment(tx, fragment, client_msg_id=said.client_msg_id)
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
        if away is not None and (new or edited or deleted):
            span: Args = {"from": away[0].isoformat(), "to": away[1].isoformat()}
            carrier.note("offline", more=span | {"new": new, "edited": edited, "deleted": deleted})
        drafts.save(tx, carrier.draft)
    return picked_up + new


def take_late_edits(tx: Tx, policy: Policy, shelf: Shelf, told: tellers.Told, messages: Sequence[Said]) -> None:
    """Edits of messages whose story had been sent by then: it does not follow them, and its teller is told."""
    sent = f"{told.sent_at.timestamp():.6f}"
    for said in sorted(messages, key=lambda one: drafts.ts_key(one.ts)):
        before = drafts.find_fragment(tx, said.channel, said.ts)
        if before is None or before.draft_id != told.draft_id or before.prompt_id == TAKEN:
            continue
        if _is_edited_since(before, said) and not _is_older(said.edited_ts or "", sent):
            service.follow_edit(tx, policy, shelf, before, said)


def _is_older(ts: str, since: str | None) -> bool:
    return since is not None and drafts.ts_key(ts) < drafts.ts_key(since)


def _follow_edit(tx: Tx, policy: Policy, shelf: Shelf, draft_id: str, said: Said) -> bool:
    """A message that is known has newer words; says whether the story has them now."""
    before = drafts.find_fragment(tx, said.channel, said.ts)
    if before is None or before.removed or not said.text or not _is_edited_since(before, said):
        return False
    service.follow_edit(tx, policy, shelf, before, said)
    after = drafts.find_fragment(tx, said.channel, said.ts)
    return _is_in_story(before, draft_id) and after is not None and after.text != before.text


def _is_edited_since(before: Fragment, said: Said) -> bool:
    """Whether the message was edited, and later than its words as they are known."""
    if said.edited_ts is None:
        return False
    return before.edited_ts is None or drafts.ts_key(said.edited_ts) > drafts.ts_key(before.edited_ts)


def _follow_deletion(tx: Tx, policy: Policy, shelf: Shelf, draft: Draft, ts: str) -> bool:
    """A message that is known stands no more; says whether the story has lost it by this."""
    teller = tellers.get_teller(tx, draft.teller_id)
    before = drafts.find_fragment(tx, teller.dm_channel or "", ts)
    if before is None or before.removed:
        return False
    said = Said(teller.slack_user_id, before.channel, ts, "")
    service.follow_deletion(tx, policy, shelf, before, said)
    return _is_in_story(before, draft.id)


def _is_in_story(fragment: Fragment, draft_id: str) -> bool:
    return fragment.draft_id == draft_id and fragment.prompt_id != OFFERED and not fragment.superseded


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
