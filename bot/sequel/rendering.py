"""Each kind of message that this room renders: what it needs is read here, how it looks is in the pure files.

Delivery looks a kind up at the moment of sending, so everything says what stands then. `KINDS` is all that it sees.
"""

from typing import Any

from bot.outgoing import Kind, Kinds, Rendered
from bot.pressed import Press
from bot.sequel import asking, blocks, card_blocks, service
from bot.sequel.rules import At, What
from bot.story import tidings
from bot.story.next_told import undisputed
from bot.story.policy import Policy
from bot.story.view import view_of
from storage import renewals, sequels, stories
from storage.database import Tx
from storage.records import Op, OutboxRow, Story, StoryStatus
from storage.told_next import Sequel, SequelState

LINE = "sequel_line"
"""A private line after a press. args: what."""
_GONE = (StoryStatus.REMOVED, StoryStatus.WITHDRAWN)


def say(tx: Tx, press: Press, what: What) -> None:
    """Tell whoever pressed, privately, why nothing was done; nothing where it was."""
    if what is not What.DONE:
        tidings.whisper(tx, press, LINE, {"what": what.value})


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.line(What(str(row.args["what"])))


def _question(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story, asked = _story(tx, row), None if row.story_id is None else sequels.find_question(tx, row.story_id)
    if story is None or asked is None or story.status in _GONE:
        return None
    told = sequels.find(tx, story.id) is not None
    if row.args.get("times") != asked.times or told or asked.answer is not None:
        may_again = asked.times < sequels.MOST_TIMES
        weeks = policy.follow_up_weeks
        return blocks.answered(story.number, story.id, asked, told=told, weeks=weeks, may_again=may_again)
    since = renewals.shown_since(tx, story.id)
    if since is None:
        return blocks.over(story.number) if row.op is Op.UPDATE else None
    return blocks.question(
        story.number,
        story.id,
        title=stories.title_of(tx, story),
        since=since,
        last=asked.times >= sequels.MOST_TIMES,
        zone=policy.zone,
    )


def _news(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = _story(tx, row)
    if story is None or story.status in _GONE:
        return None
    one, what = sequels.find(tx, story.id), SequelState(str(row.args["what"]))
    if one is None or one.id != row.args["sequel"]:
        return blocks.taken_back(story.number) if row.op is Op.UPDATE else None
    if one.n == row.args["n"] and one.state is what:
        return blocks.news(story.number, one)
    return blocks.stale(story.number, what) if row.op is Op.UPDATE else None


# ── cards ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _card(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = _story(tx, row)
    one = None if story is None else sequels.find(tx, story.id)
    if story is None or story.status in _GONE or one is None or one.id != row.args["sequel"]:
        number = None if story is None else story.number
        return card_blocks.gone(number) if row.op is Op.UPDATE else None
    if one.n != row.args["n"]:
        # Until the newer card is there, this one must not tell the minute in which it came.
        follows = row.op is Op.UPDATE and service.card_was_shown(tx, one)
        return card_blocks.newer(story.number) if follows else None
    return _as_card(tx, policy, story, one)


def _as_card(tx: Tx, policy: Policy, story: Story, one: Sequel) -> Rendered | None:
    version = stories.find_version(tx, story.id, story.approved_version or story.current_version)
    if version is None:
        return None
    view = view_of(story.number, version)
    two = service.needs_two(tx, one)
    return card_blocks.card(policy, view, one, places=version.places, two=two, found=_found(one))


def page(tx: Tx, policy: Policy, *, by: str, at: At | None, line: str = "") -> dict[str, Any] | What:
    """The card on a page, for whoever may decide it; or why they may not read it there."""
    refused = service.refusal(tx, policy, by=by, at=at)
    if refused is not None or at is None:
        return refused or What.CHANGED
    story, one = stories.get(tx, at.story_id), sequels.find(tx, at.story_id)
    shown = None if one is None else _as_card(tx, policy, story, one)
    return What.CHANGED if shown is None else card_blocks.page(story.number, shown, line=line)


def _card_sent(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """A card that came with its round lets the older ones shrink, which they were not to do before it."""
    if row.op is Op.POST and row.story_id is not None and row.args["n"] != 1:
        tidings.refresh_cards(tx, policy, row.story_id)


def _found(one: Sequel) -> dict[str, int]:
    return dict(undisputed(one.words, one.kept))


def _story(tx: Tx, row: OutboxRow) -> Story | None:
    return None if row.story_id is None else stories.find(tx, row.story_id)


KINDS: Kinds = {
    asking.QUESTION: Kind(render=_question),
    asking.NEWS: Kind(render=_news),
    tidings.SEQUEL_CARD: Kind(render=_card, sent=_card_sent),
    LINE: Kind(render=_line),
}
