"""How each of the digest's messages is rendered at the moment of sending, and when it may still go.

Loads what a message needs and hands it to the pure blocks. `rooms.py` gives `KINDS` to delivery.
"""

from dataclasses import replace
from datetime import datetime

from bot import kit, text
from bot.digest import blocks, loading, messages, preview_blocks, service
from bot.digest.rules import Said
from bot.outgoing import Kind, Kinds, Rendered
from bot.story import clearing, tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.slots import week_of
from bot.story.when import coming_slot
from storage import audit, editions, outbox, stories
from storage.database import Tx
from storage.records import Edition, EditionState, Message, Op, OutboxRow, StoryStatus

_GONE = "no longer to be shown"


def _edition(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    edition = editions.get(tx, str(row.args["edition"]))
    late = loading.say_late(policy, edition)
    if edition.state is EditionState.QUIET:
        return Rendered(*blocks.quiet(late=late))
    if edition.state is EditionState.REREAD:
        return _reread(tx, policy, row, late)
    views = loading.standing(tx, edition)
    if not views:
        return Rendered(*blocks.taken_back(), only_for_replies=True) if row.op is Op.UPDATE else None
    day = text.day(loading.went_out_at(edition), policy.zone)
    return Rendered(*blocks.edition(views, day=day, late=late, next_told=loading.next_told(tx, edition)))


def _reread(tx: Tx, policy: Policy, row: OutboxRow, late: str | None) -> Rendered | None:
    post = row if row.target is None else outbox.get(tx, row.target)
    if post.story_id is None or post.version is None or not loading.still_stands(tx, post.story_id, post.version):
        return Rendered(*blocks.taken_back(), only_for_replies=True) if row.op is Op.UPDATE else None
    first = editions.of_story(tx, post.story_id)
    if first is None:
        return None
    view = loading.view(tx, post.story_id, post.version)
    said = blocks.reread(view, posted_at=first.made_at, now=post.enqueued_at, zone=policy.zone, late=late)
    return Rendered(*said)


def _edition_story(tx: Tx, _policy: Policy, row: OutboxRow) -> Rendered | None:
    if row.story_id is None or row.version is None:
        return None
    posts = blocks.story_posts(loading.view(tx, row.story_id, row.version))
    part = int(row.args.get("part") or 0)
    if part < len(posts):
        return Rendered(*posts[part])
    # Shorter than it was, since its teller is described by less: what stood here stands above.
    return Rendered("The whole story stands in the post above.") if row.op is Op.UPDATE else None


def _edition_sequel(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    found = None if row.story_id is None else loading.next_of(tx, row.story_id)
    if row.story_id is None or found is None or (found[1].id, found[1].n) != (row.args["sequel"], row.args["n"]):
        return None
    first = editions.of_story(tx, row.story_id)
    posted_on = None if first is None else text.day(loading.went_out_at(first), policy.zone)
    link = None if first is None else outbox.permalink_in(tx, messages.link_lane(first))
    return Rendered(*blocks.what_next(found[0], found[2], posted_on=posted_on, permalink=link))


def _still_stands(tx: Tx, _policy: Policy, row: OutboxRow) -> str | None:
    """The gate of everything that shows a story, or says that it is shown."""
    stands = (
        row.story_id is not None and row.version is not None and loading.still_stands(tx, row.story_id, row.version)
    )
    return None if stands else _GONE


def _something_stands(tx: Tx, _policy: Policy, row: OutboxRow) -> str | None:
    if row.op is Op.UPDATE:
        return None  # what stands there is to be changed, whatever is left of it
    edition = editions.get(tx, str(row.args["edition"]))
    return _GONE if edition.state is EditionState.FULL and not loading.standing(tx, edition) else None


def _deleted_instead(tx: Tx, _policy: Policy, row: OutboxRow) -> None:
    """Slack refused to change a post (a workspace may forbid late edits): what may no longer stand there goes whole."""
    if row.op is Op.UPDATE and row.target is not None:
        gone = Message(row.kind, row.recipient, op=Op.DELETE, target=row.target, depends_on=row.target)
        outbox.enqueue(tx, replace(gone, story_id=row.story_id, version=row.version))


def _edition_parked(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    if row.op is Op.POST:
        service.was_refused(tx, policy)
    else:
        _deleted_instead(tx, policy, row)


def _link_parked(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Slack gave no address for a message that stands: authors and reviewers are told without one."""
    edition = editions.get(tx, str(row.args["edition"]))
    if edition.outbox_id is not None:
        messages.put_word(tx, policy, edition, held=int(row.args.get("held") or 0), depends_on=edition.outbox_id)


def _notice(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if story is None:
        return None
    link, channel = _permalink(tx, row), policy.digest_name
    return Rendered(*blocks.notice(story.number, permalink=link, channel=channel, story_id=story.id))


def _heartbeat(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    edition = editions.get(tx, str(row.args["edition"]))
    if edition.outbox_id is None:
        return _checked(tx, *preview_blocks.quiet_heartbeat(held=int(row.args.get("held") or 0)))
    went_out = _moment(policy, loading.went_out_at(edition))
    if edition.late:
        went_out += f" (due {_moment(policy, edition.slot_at)})"
    what, week = loading.what_it_holds(tx, edition), loading.week_counts(tx, edition.made_at)
    return _checked(tx, *preview_blocks.heartbeat(went_out, what, week, permalink=_permalink(tx, row)))


def _checked(tx: Tx, words: str, beat: list[kit.Block]) -> Rendered:
    """With the end of the audit trail beneath: once it stands in Slack, the trail cannot be rewritten unnoticed."""
    end = audit.head(tx)
    return Rendered(words, [*beat, preview_blocks.record_check(end.short)] if end.seq else beat)


def _preview(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    slot = datetime.fromisoformat(str(row.args["slot"]))
    shown = loading.preview(tx, policy, slot)
    if row.op is Op.POST and (shown.made is not None or tx.now >= slot):
        return None  # there is nothing left to look forward to
    return preview_now(tx, policy, slot, private=bool(row.args.get("private")))


def preview_now(tx: Tx, policy: Policy, slot: datetime, *, private: bool) -> Rendered:
    """The preview of this slot; a private one, which somebody asked for, may post this week's digest at once."""
    this_week = week_of(slot, policy.zone) == week_of(tx.now, policy.zone)
    shown = loading.preview(tx, policy, slot)
    said = preview_blocks.preview(shown, now=tx.now, post_now=private and this_week)
    return Rendered(*said, shows=shown.stories)


def reading_page(tx: Tx, policy: Policy, user_id: str) -> dict[str, object] | None:
    """The coming edition in full, as a modal; None for somebody who may not read it yet."""
    if not is_reviewer(policy, user_id):
        return None
    going, _, _ = loading.coming(tx, policy)
    views = [loading.view(tx, story.id, story.approved_version or story.current_version) for story in going]
    day = text.day(coming_slot(tx, policy), policy.zone).partition(" ")[0]
    return preview_blocks.reading_view(views, title=f"{day}'s digest")


def _preview_found(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """Have it shown as things stand: which stories it showed then, nobody knows."""
    again = Message(messages.PREVIEW, row.recipient, op=Op.UPDATE, args=row.args, target=row.id, depends_on=row.id)
    outbox.enqueue(tx, again)


def _left_out(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    """Which stories the screen keeps from readers, with kind and count; None when it keeps none."""
    shown = [(row.story_id, row.version)]
    if row.args.get("edition"):
        edition = editions.get(tx, str(row.args["edition"]))
        post = None if edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
        shown = [*edition.entries, *([(post.story_id, post.version)] if post is not None else [])]
    lines = []
    for story_id, version in shown:
        kinds = clearing.left(tx, story_id, version) if story_id is not None and version is not None else {}
        if story_id is not None and kinds:
            lines.append(blocks.left_out(stories.get(tx, story_id).number, kinds))
    return Rendered(" ".join(lines), [kit.section(line) for line in lines]) if lines else None


def _kept_back(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if story is None or story.status is not StoryStatus.APPROVED or story.approved_version != row.version:
        return None
    kinds = clearing.left(tx, story.id, story.approved_version or story.current_version)
    return Rendered(*blocks.kept_back(story.number, story.id, kinds)) if kinds else None


def _date_changed(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if story is None or story.status is not StoryStatus.APPROVED or story.held is not bool(row.args.get("held")):
        return None
    slot = datetime.fromisoformat(str(row.args["slot"]))
    if story.held:
        return Rendered(*blocks.held_back(story.number, slot=slot, zone=policy.zone))
    later = bool(row.args.get("later"))
    said = blocks.new_date(story.number, slot=slot, later=later, channel=policy.digest_name, zone=policy.zone)
    return Rendered(*said)


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    edition: Edition | None = None
    if row.args.get("edition"):
        edition = editions.get(tx, str(row.args["edition"]))
    said = Said(str(row.args["said"]))
    return Rendered(loading.sentence(tx, policy, said, story_id=row.story_id, edition=edition))


def _permalink(tx: Tx, row: OutboxRow) -> str | None:
    """The address that the row waited for, where there is one."""
    waited_for = None if row.depends_on is None else outbox.find(tx, row.depends_on)
    return None if waited_for is None else waited_for.permalink


def _moment(policy: Policy, when: datetime) -> str:
    return f"{text.day(when, policy.zone)}, {text.time_of_day(when, policy.zone)}"


KINDS: Kinds = {
    messages.EDITION: Kind(render=_edition, gate=_something_stands, parked=_edition_parked),
    messages.EDITION_STORY: Kind(render=_edition_story, gate=_still_stands, parked=_deleted_instead),
    messages.EDITION_SEQUEL: Kind(render=_edition_sequel),
    messages.EDITION_LINK: Kind(parked=_link_parked),
    messages.EDITION_NOTICE: Kind(render=_notice, gate=_still_stands),
    messages.HEARTBEAT: Kind(render=_heartbeat),
    messages.PREVIEW: Kind(render=_preview, found=_preview_found),
    messages.LEFT_OUT: Kind(render=_left_out),
    messages.LINE: Kind(render=_line),
    messages.KEPT_BACK: Kind(render=_kept_back),
    tidings.DATE_CHANGED: Kind(render=_date_changed),
}
