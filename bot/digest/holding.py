"""What reviewers press on a preview: hold a story back, put it back, post now. Called by listeners, in a transaction.

A hold ends by itself when the week's edition is made (`service.make_edition`), so no story is held and forgotten.
"""

import logging
from datetime import datetime

from bot.digest import messages, service, trail
from bot.digest.rules import Said
from bot.pressed import Press
from bot.story import tidings
from bot.story.policy import Policy, is_reviewer
from bot.story.when import coming_slot, expected_slot
from storage import decisions, stories
from storage.database import Tx
from storage.records import Story, StoryStatus, Verb

log = logging.getLogger(__name__)


def hold(tx: Tx, policy: Policy, press: Press) -> Said:
    """Keep a story out of the coming digest; the button carries "<story id>:<version>". It stays approved."""
    return _move(tx, policy, press, Verb.HOLD)


def put_back(tx: Tx, policy: Policy, press: Press) -> Said:
    """Let a held story go out in the coming digest after all; the button carries the same."""
    return _move(tx, policy, press, Verb.PUT_BACK)


def post_now(tx: Tx, policy: Policy, press: Press) -> Said:
    """Post this week's digest and tell who pressed what came of it; the button carries the slot they were shown."""
    try:
        slot = datetime.fromisoformat(press.value).replace(microsecond=0)
    except ValueError:
        slot = None  # a forged or mangled button is as good as an old one
    if slot is None or slot.tzinfo is None:
        messages.whisper(tx, press, Said.OUT_OF_DATE)
        return Said.OUT_OF_DATE
    posted = service.post_now(tx, policy, by=press.user_id, slot=slot)
    messages.whisper(tx, press, posted.said, edition_id=posted.edition.id if posted.edition else None)
    return posted.said


def _move(tx: Tx, policy: Policy, press: Press, verb: Verb) -> Said:
    """Hold or put back by one conditional update; whoever sees nothing change is told why, privately."""
    story_id, _, version = press.value.partition(":")
    story = stories.find(tx, story_id)
    if not is_reviewer(policy, press.user_id):
        log.info("denied verb=%s", verb)
        said = Said.ONLY_REVIEWERS
    elif story is None:
        said, story_id = Said.NO_STORY, ""
    else:
        said = _change(tx, policy, story, version, press.user_id, verb)
    trail.note_said(tx, verb, said, by=press.user_id, story=story)
    seen = messages.refresh_preview(tx, policy, coming_slot(tx, policy), press) if said in _DONE else False
    if not seen:
        messages.whisper(tx, press, said, story_id=story_id or None)
    return said


_DONE = (Said.HELD, Said.PUT_BACK)


def _change(tx: Tx, policy: Policy, story: Story, shown: str, reviewer: str, verb: Verb) -> Said:
    """Hold or put back the version that the button was `shown` with."""
    holding, version = verb is Verb.HOLD, story.approved_version
    slot = expected_slot(tx, policy, story.id)
    if version is None or shown != str(version) or (holding and slot is None):
        return _why_not(story, holding=holding)
    if not stories.hold(tx, story.id, version, holding):
        return _why_not(story, holding=holding)
    decisions.add(tx, story.id, version, reviewer=reviewer, verb=verb)
    if slot is not None:
        messages.put_date(tx, story.id, version, slot=slot, held=True, later=True)
    tidings.refresh_cards(tx, policy, story.id)
    service.announce_dates(tx, policy)  # of this story when it is back, and of those that move up or down
    log.info("story moved verb=%s number=%d", verb, story.number)
    return Said.HELD if holding else Said.PUT_BACK


def _why_not(story: Story, *, holding: bool) -> Said:
    if story.status is StoryStatus.POSTED:
        return Said.HAS_GONE_OUT
    if story.status is StoryStatus.APPROVED and story.held is holding:
        return Said.ALREADY_HELD if holding else Said.NOT_HELD
    return Said.NOT_COMING
