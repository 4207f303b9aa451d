"""The digest's week: what is due is made, once; dates that change are told; reviewers see what comes.

Plain functions of a transaction. `tick` and `preview_tick` are the scheduler's chores; the rest is called by listeners
and the command line. Nothing here says what a message looks like or calls Slack.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.digest import loading, messages, not_posted, rules, trail
from bot.digest.preview_blocks import preview_text as _preview_text
from bot.digest.rules import Said
from bot.errors import Conflict
from bot.story import slots, tidings
from bot.story.policy import Policy, QuietWeek, is_reviewer
from bot.story.when import coming_slot, expected_slots
from storage import audit, editions, outbox, sequels, stories, tellers
from storage.database import Tx
from storage.records import Edition, EditionState, Op, Story

log = logging.getLogger(__name__)


# ── the chores ────────────────────────────────────────────────────────────────────────────────────────────────────


def tick(tx: Tx, policy: Policy) -> datetime:
    """Make the edition that is due, if one is, and plan the next; returns the instant to look again.

    Run it at start before `last_alive_at` is stamped: that instant is what a late edition knows of having been away.
    """
    not_posted.let_go(tx, policy)
    not_posted.thread_again(tx, policy)
    house = tellers.get_workspace(tx)
    slot = rules.due_slot(tx.now, house.planned_slot_at, policy.digest_at, policy.zone)
    if slot is not None:
        late = rules.is_late(slot, tx.now)
        make_edition(tx, policy, slot=slot, late=late, offline_from=house.last_alive_at if late else None)
    return _plan(tx, policy)


def preview_tick(tx: Tx, policy: Policy) -> datetime:
    """Put the coming edition before the reviewers once its day before has come; returns the instant to look again."""
    slot = coming_slot(tx, policy)
    shown_at = rules.preview_at(slot, policy.zone)
    if tx.now < shown_at:
        return shown_at
    messages.put_preview(tx, policy, slot)
    return slot


def announce_dates(tx: Tx, policy: Policy) -> int:
    """Tell the authors of approved stories whose slot is not the one they were told; returns how many were told.

    Says nothing while an edition is due: it is about to change the dates.
    """
    planned = tellers.get_workspace(tx).planned_slot_at
    if rules.due_slot(tx.now, planned, policy.digest_at, policy.zone) is not None:
        return 0
    for story in loading.left_out(tx, policy):
        if story.told_slot_at is not None:
            messages.put_kept_back(tx, story.id, story.approved_version)
            stories.change(tx, story.id, told_slot_at=None)
            tidings.refresh_cards(tx, policy, story.id)
    changed = [(story, slot) for story, slot in expected_slots(tx, policy) if story.told_slot_at != slot]
    for story, slot in changed:
        later = story.told_slot_at is not None and slot > story.told_slot_at
        messages.put_date(tx, story.id, story.approved_version, slot=slot, held=False, later=later)
        stories.change(tx, story.id, told_slot_at=slot)
        tidings.refresh_cards(tx, policy, story.id)
    return len(changed)


def was_refused(tx: Tx, policy: Policy) -> None:
    """An edition's message was refused: its stories are on their way again, and whoever was told a day hears of it."""
    if not_posted.let_go(tx, policy):
        _plan(tx, policy)


def _plan(tx: Tx, policy: Policy) -> datetime:
    slot = coming_slot(tx, policy)
    if tellers.get_workspace(tx).planned_slot_at != slot:
        tellers.set_workspace(tx, planned_slot_at=slot)
    announce_dates(tx, policy)
    return slot


# ── an edition ────────────────────────────────────────────────────────────────────────────────────────────────────


def make_edition(
    tx: Tx,
    policy: Policy,
    *,
    slot: datetime,
    late: bool = False,
    manual: bool = False,
    offline_from: datetime | None = None,
    whose: trail.Hand = trail.CLOCK,
    only: Sequence[Story] | None = None,
) -> Edition | None:
    """Claim the slot's week and put its digest in line; None when the week has its edition.

    The stories are POSTED, holds for this week end, and everything that is to be said is in the outbox: all in this
    transaction. Raises Conflict, and so undoes it all, if the week was claimed meanwhile. `only`: an edition that could
    not be posted is made again with these stories; whatever was held has had its week.
    """
    week = slots.week_of(slot, policy.zone)
    before = editions.find(tx, policy.digest_channel, week)
    if before is not None and not editions.failed(tx, before):
        return None
    if not_posted.look_again(tx, policy) is not None:
        log.info("edition in doubt is looked for")
    for story in loading.left_out(tx, policy):
        messages.put_left_out(tx, policy, story.id, story.approved_version)
    going, held, _ = loading.coming(tx, policy) if only is None else (only, (), 0)
    entries = [(story.id, version) for story in going if (version := _post(tx, story)) is not None]
    shows = entries or _to_reread(tx, policy)
    state = EditionState.FULL if entries else EditionState.REREAD if shows else EditionState.QUIET
    edition = (
        editions.add(
            tx,
            channel=policy.digest_channel,
            iso_week=week,
            slot_at=slot,
            state=state,
            entries=entries,
            late=late,
            manual=manual,
            offline_from=offline_from,
        )
        if before is None
        else editions.make_again(
            tx, before, state=state, entries=entries, late=late, manual=manual, offline_from=offline_from
        )
    )
    if edition is None:
        raise Conflict("the week has its edition")
    trail.note_edition(tx, entries, state, whose)
    for story_id, _ in entries:
        stories.change(tx, story_id, told_slot_at=edition.went_out_at)
    if entries:
        _tell_what_happened_next(tx, edition)
    if shows or policy.quiet_week is QuietWeek.SAY:
        messages.put_edition(tx, policy, edition, shows=shows, held=len(held))
    else:
        messages.put_heartbeat(tx, policy, edition, held=len(held), depends_on=None)
    for story in held:
        stories.change(tx, story.id, held=False)
    for story in (*going, *held):
        tidings.refresh_cards(tx, policy, story.id)
    messages.refresh_preview(tx, policy, slot)
    log.info(
        "edition made week=%d-%02d state=%s stories=%d late=%s manual=%s", *week, state, len(entries), late, manual
    )
    return edition


def _tell_what_happened_next(tx: Tx, edition: Edition) -> None:
    """Beside its own stories the edition tells what happened next in a few earlier ones; the rest wait for the next."""
    for one in loading.to_tell_of(tx, {story_id for story_id, _ in edition.entries}):
        sequels.carry(tx, one, edition.id)


def _post(tx: Tx, story: Story) -> int | None:
    """Mark the story posted if it still stands as it was read; its approved version, or None."""
    if story.approved_version is None or not stories.post(tx, story.id, story.approved_version):
        return None
    return story.approved_version


def _to_reread(tx: Tx, policy: Policy) -> Sequence[tuple[str, int]]:
    """The story to show again in a week without new ones, where the keeper wants that and there is one."""
    if policy.quiet_week is not QuietWeek.REREAD:
        return []
    posted = editions.posted_stories(tx, policy.digest_channel)
    versions = {story_id: version for story_id, version, _ in posted if loading.still_stands(tx, story_id, version)}
    shown_again = {}
    for story_id, _, _ in posted:
        rows = [row for row in outbox.of_story(tx, story_id, messages.EDITION) if row.op is Op.POST]
        if rows:
            shown_again[story_id] = rows[-1].enqueued_at
    last = editions.latest(tx, policy.digest_channel)
    carried = frozenset(story_id for story_id, _ in last.entries) if last is not None else frozenset()
    chosen = rules.story_to_reread(list(versions), shown_again, last_carried=carried)
    return [] if chosen is None else [(chosen, versions[chosen])]


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of posting by hand, and the sentence that says it."""

    said: Said
    sentence: str
    edition: Edition | None = None


def post_now(tx: Tx, policy: Policy, *, by: str | None = None, slot: datetime | None = None) -> Posted:
    """Post this week's digest now: it is the week's edition, whenever its slot is. Nothing to post makes nothing.

    `by` is the person who asks, a reviewer; None for the keeper at the command line. `slot` is the one they were shown.
    A digest that could not be posted is made again instead, and one that is in doubt looked for.
    """
    if by is not None and not is_reviewer(policy, by):
        log.info("denied post_now")
        surface = audit.Surface.COMMAND if slot is None else audit.Surface.BUTTON
        trail.note_said(tx, "digest", Said.ONLY_REVIEWERS, by=by, surface=surface)
        return _posted(tx, policy, Said.ONLY_REVIEWERS)
    week = slots.week_of(tx.now, policy.zone)
    this_week = slots.slot_of(week, policy.digest_at, policy.zone)
    if slot is not None and slot != this_week:
        return _posted(tx, policy, Said.OUT_OF_DATE)
    whose = trail.hand(by, slot=slot)
    again = _post_again(tx, policy, week, whose)
    if again is not None:
        return again
    made = editions.find(tx, policy.digest_channel, week)
    if made is not None and not editions.failed(tx, made):
        unsaid = made.state is EditionState.QUIET and made.outbox_id is None
        return _posted(tx, policy, Said.WAS_QUIET if unsaid else Said.WENT_OUT, made)
    going, held, _ = loading.coming(tx, policy)
    if not going:
        return _posted(tx, policy, Said.ALL_HELD if held else Said.NOTHING_TO_POST)
    edition = make_edition(tx, policy, slot=this_week, manual=True, whose=whose)
    _plan(tx, policy)
    return _posted(tx, policy, Said.POSTING, edition)


def _post_again(tx: Tx, policy: Policy, week: slots.Week, whose: trail.Hand) -> Posted | None:
    """The latest edition once more: looked for where it may stand, made again where Slack had refused it.

    None when it went out, or when its week is over and nothing of it is left: then this week's is to be posted.
    """
    edition = editions.latest(tx, policy.digest_channel)
    if edition is None:
        return None
    mine, going = (edition.iso_year, edition.iso_week) == week, loading.coming(tx, policy)[0]
    if mine or not going:
        looked_for = not_posted.look_again(tx, policy)
        if looked_for is not None:
            trail.note_again(tx, Said.LOOKING, whose)
            return _posted(tx, policy, Said.LOOKING, looked_for)
    if not editions.failed(tx, edition):
        return None
    only = not_posted.its_own(tx, policy, edition) or (going if mine else [])
    if not only and not (mine and edition.state is not EditionState.FULL):
        return None
    late = rules.is_late(edition.slot_at, tx.now)
    trail.note_again(tx, Said.POSTING_AGAIN, whose)
    made = make_edition(tx, policy, slot=edition.slot_at, late=late, manual=True, whose=whose, only=only)
    _plan(tx, policy)
    return _posted(tx, policy, Said.POSTING_AGAIN, made)


def _posted(tx: Tx, policy: Policy, said: Said, edition: Edition | None = None) -> Posted:
    return Posted(said, loading.sentence(tx, policy, said, edition=edition), edition)


def preview_text(tx: Tx, policy: Policy) -> str:
    """The coming edition as plain text, for the command line."""
    return _preview_text(loading.preview(tx, policy, coming_slot(tx, policy)))


def note_reading(tx: Tx, policy: Policy, *, by: str) -> None:
    """The trail says that this reviewer opened the coming edition in full, for each story in it that names nobody."""
    going, _, _ = loading.coming(tx, policy)
    trail.note_reading(tx, [(story.id, story.approved_version or story.current_version) for story in going], by=by)
