"""The preview, and what reviewers do with it: hold, put back, read all, post now."""

import threading
from datetime import timedelta

import pytest
from digest_house import AMIRA, DIGEST, FRIDAY, JOE, REVIEW, WEEK, House

from bot import ids
from bot.digest import holding, messages, service
from bot.digest.rendering import preview_now, reading_page
from bot.digest.rules import Said
from bot.pressed import Press
from bot.story import tidings
from bot.story.slots import MOST_STORIES
from bot.story.when import coming_slot
from storage import decisions, outbox, stories, surfaces
from storage.records import Message, Op, Story, StoryStatus, Verb
from tests.sending import Sent

DAY = timedelta(days=1)
THURSDAY = FRIDAY - DAY


def previewed(house: House) -> Sent:
    """The preview as it was posted on Thursday at 10am."""
    house.do(service.tick)
    house.now = THURSDAY
    house.do(service.preview_tick)
    house.deliver()
    (posted,) = (sent for sent in house.went(messages.PREVIEW) if sent.row.op is Op.POST)
    return posted


def press(
    house: House, value: str, user: str = JOE, on: Sent | None = None, url: str | None = "https://hooks/1"
) -> Press:
    """A press on a posted message, or on a private one."""
    if on is None:
        return Press(user, value=value, channel="C0ELSE", message_ts="9.9", response_url=url)
    row = house.read(lambda tx: outbox.get(tx, on.row.id))
    assert row.channel is not None
    return Press(user, value=value, channel=row.channel, message_ts=row.ts, response_url=url)


def value(story: Story, version: int = 1) -> str:
    return f"{story.id}:{version}"


def buttons(blocks: object) -> list[tuple[str, str]]:
    """(action id, value) of every button."""
    if isinstance(blocks, list | tuple):
        return [one for block in blocks for one in buttons(block)]
    if not isinstance(blocks, dict):
        return []
    if blocks.get("type") == "button":
        return [(blocks["action_id"], blocks.get("value", ""))]
    return [one for part in blocks.values() for one in buttons(part)]


# ── the preview ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_day_before_reviewers_see_what_comes(house: House) -> None:
    """At 10am, once, with a row for each story."""
    story = house.tell()
    assert house.do(service.preview_tick) == THURSDAY
    assert house.waiting(messages.PREVIEW) == 0
    posted = previewed(house)
    assert posted.row.recipient == f"channel:{REVIEW}"
    assert posted.shown == (
        "*Tomorrow's digest, as it will look.* #info-stories, Friday 6 June, 10am UK time.\n"
        "1 · Two nights for one phone call\nHold\nRead all"
    )
    assert buttons(list(posted.rendered.blocks)) == [(ids.HOLD, value(story)), (ids.READ_ALL, "")]
    assert posted.text == "Tomorrow's digest, as it will look: 1 story, #info-stories, Friday 6 June, 10am UK time."
    assert house.do(service.preview_tick) == FRIDAY
    house.deliver()
    assert len(house.went(messages.PREVIEW)) == 1
    assert house.read(lambda tx: posted.row.id in surfaces.showing(tx, story.id))


def test_a_bot_that_was_away_at_ten_shows_it_when_it_is_back(house: House) -> None:
    """The morning of the same day it is today's digest."""
    house.tell()
    house.do(service.tick)
    house.now = FRIDAY - timedelta(hours=2)
    house.do(service.preview_tick)
    (posted,) = house.deliver()
    assert posted.shown.startswith("*Today's digest, as it will look.*")


def test_nothing_approved_is_said_too(house: House) -> None:
    """There is still a day to decide."""
    assert "No story is approved for it yet." in previewed(house).shown


def test_once_the_edition_is_made_the_preview_has_no_buttons(house: House) -> None:
    """Nobody can hold what is out."""
    house.tell()
    previewed(house)
    house.now = FRIDAY
    house.do(service.tick)
    house.deliver()
    after = house.went(messages.PREVIEW)[-1]
    assert after.row.op is Op.UPDATE
    assert after.shown == "*This digest has been made.* #info-stories, Friday 6 June, 10am UK time."


def test_a_preview_whose_digest_did_not_go_out_shows_no_story_any_more(house: House) -> None:
    """It is neither posted weeks later as if that Friday were to come, nor filled with what came since."""
    house.tell()
    posted = previewed(house)
    house.now = FRIDAY + timedelta(hours=1)
    again = Message(messages.PREVIEW, posted.row.recipient, op=Op.UPDATE, args=posted.row.args, target=posted.row.id)
    house.do(lambda tx, policy: outbox.enqueue(tx, again))
    house.do(lambda tx, policy: outbox.enqueue(tx, Message(messages.PREVIEW, again.recipient, args=again.args)))
    (after,) = house.deliver()
    assert after.shown == "*This digest has not gone out.* #info-stories, Friday 6 June, 10am UK time."


def test_a_preview_that_comes_too_late_is_not_posted(house: House) -> None:
    """It waited in the outbox while the edition was made."""
    house.tell()
    house.do(service.tick)
    house.now = THURSDAY
    house.do(service.preview_tick)
    house.now = FRIDAY
    house.do(service.tick)
    house.deliver()
    assert house.went(messages.PREVIEW) == []


def test_a_week_with_a_manual_post_previews_the_next(house: House) -> None:
    """There is no second digest to preview."""
    house.tell()
    house.do(service.post_now)
    assert house.do(service.preview_tick) == THURSDAY + WEEK


def test_the_preview_as_plain_text(house: House) -> None:
    """For the command line."""
    for number in range(MOST_STORIES + 2):
        house.tell(title=f"Number {number + 1}")
    first = house.read(lambda tx: stories.find_by_number(tx, 1))
    assert first is not None
    house.do(holding.hold, press(house, value(first)))
    lines = house.do(service.preview_text).splitlines()
    assert lines[0] == "Next digest: #info-stories, Friday 6 June, 10am UK time"
    assert lines[1] == "  2 · Number 2"
    assert lines[-2] == "  1 held by Joe Lind, stays approved for a later week"
    assert lines[-1] == "  1 more story after these, for a later week"


def test_read_all_is_for_reviewers(house: House) -> None:
    """The page has every story in full."""
    house.tell()
    page = house.do(reading_page, JOE)
    assert page is not None
    assert page["title"] == {"type": "plain_text", "text": "Friday's digest", "emoji": True}
    assert "Nobody had told us." in str(page)
    assert house.do(reading_page, "U0ANYBODY") is None


# ── hold and put back ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_held_story_waits_for_a_later_week(house: House) -> None:
    """The preview shows it, its teller hears it, and the edition goes without it."""
    held, other = house.tell(), house.tell(title="Told five times in one day")
    posted = previewed(house)
    assert house.do(holding.hold, press(house, value(held), on=posted)) is Said.HELD
    house.deliver()
    after = house.went(messages.PREVIEW)[-1]
    assert (after.row.target, after.row.response_url) == (posted.row.id, "https://hooks/1")
    assert "1 held by Joe Lind, stays approved for a later week.\nPut back" in after.shown
    assert (ids.PUT_BACK, value(held)) in buttons(list(after.rendered.blocks))
    (told,) = house.went(tidings.DATE_CHANGED)
    assert told.row.recipient == f"author:{held.id}"
    assert told.text == "Story 1 will be in a later digest, not Friday's. Nothing is wrong with it."
    assert house.went(messages.LINE) == []
    house.now = FRIDAY
    house.do(service.tick)
    assert [story_id for story_id, _ in house.editions()[0].entries] == [other.id]
    assert house.story(held).status is StoryStatus.APPROVED


def test_who_holds_it_is_only_a_name(house: House) -> None:
    """A display name with Slack's own markup in it can neither ping nor pose as a link, in the preview or a line."""
    house.set(names={JOE: "<!channel> <https://evil.example|Joe>"})
    held = house.tell()
    posted = previewed(house)
    for _ in range(2):
        house.do(holding.hold, press(house, value(held), on=posted))
        house.deliver()
    (said,) = house.went(messages.LINE)
    assert "held already, by &lt;!channel&gt; &lt;https://evil.example|Joe&gt;." in said.text
    for sent in house.sent:
        marked = [block for block in sent.rendered.blocks if block.get("text", {}).get("type") == "mrkdwn"]
        assert "<!channel" not in f"{sent.text} {marked}" and "evil.example|Joe>" not in f"{sent.text} {marked}"


def test_a_hold_ends_when_its_week_is_over(house: House) -> None:
    """The story goes in the next edition, and its teller hears the day."""
    held = house.tell()
    house.do(service.tick)
    house.do(holding.hold, press(house, value(held)))
    house.deliver()
    house.now = FRIDAY
    house.do(service.tick)
    house.deliver()
    assert house.went(messages.HEARTBEAT)[0].text == (
        "No digest this week: 1 approved story, held. Everything is working."
    )
    assert [sent.text for sent in house.went(tidings.DATE_CHANGED)][1:] == [
        "Story 1 now goes in #info-stories on Friday 13 June, 10am UK time."
    ]
    house.now = FRIDAY + WEEK
    house.do(service.tick)
    assert house.editions()[-1].entries == ((held.id, 1),)


def test_a_story_that_is_put_back_goes_out_after_all(house: House) -> None:
    """Its teller hears that too."""
    held = house.tell()
    posted = previewed(house)
    house.do(holding.hold, press(house, value(held), on=posted))
    house.deliver()
    assert house.do(holding.put_back, press(house, value(held), AMIRA, on=posted)) is Said.PUT_BACK
    house.deliver()
    assert (ids.HOLD, value(held)) in buttons(list(house.went(messages.PREVIEW)[-1].rendered.blocks))
    assert house.went(tidings.DATE_CHANGED)[-1].text == (
        "Story 1 now goes in #info-stories on Friday 6 June, 10am UK time."
    )
    verbs = [decision.verb for decision in house.read(lambda tx: decisions.of_story(tx, held.id))]
    assert verbs == [Verb.APPROVE, Verb.HOLD, Verb.PUT_BACK]
    house.now = FRIDAY
    house.do(service.tick)
    assert len(house.editions()[0].entries) == 1


def test_a_slip_that_is_put_right_at_once_does_not_alarm_the_teller(house: House) -> None:
    """The word that was never sent is not sent late."""
    held = house.tell()
    house.do(service.tick)
    house.do(holding.hold, press(house, value(held)))
    house.do(holding.put_back, press(house, value(held)))
    house.deliver()
    assert "later digest" not in "".join(sent.text for sent in house.went(tidings.DATE_CHANGED))


def test_holding_one_of_thirteen_brings_the_thirteenth_forward(house: House) -> None:
    """And its teller is told."""
    told = [house.tell() for _ in range(MOST_STORIES)]
    last = house.tell(told=FRIDAY + WEEK)
    house.do(service.tick)
    house.do(holding.hold, press(house, value(told[0])))
    house.deliver()
    texts = {sent.row.story_id: sent.text for sent in house.went(tidings.DATE_CHANGED)}
    assert set(texts) == {told[0].id, last.id}
    assert texts[last.id] == "Story 13 now goes in #info-stories on Friday 6 June, 10am UK time."


def test_a_press_on_a_private_preview_changes_that_and_the_posted_one(house: House) -> None:
    """A private message is changed through its press, and in no other way."""
    story = house.tell()
    posted = previewed(house)
    house.do(holding.hold, press(house, value(story), AMIRA))
    house.deliver()
    public, private = (sent.row for sent in house.went(messages.PREVIEW)[1:])
    if public.target is None:
        public, private = private, public
    assert public.target == posted.row.id
    assert (private.target, private.response_url, private.recipient) == (None, "https://hooks/1", "channel:C0ELSE")


def test_without_anything_to_change_the_person_is_told(house: House) -> None:
    """A payload without a response_url still gets its answer."""
    story = house.tell()
    house.do(holding.hold, press(house, value(story), url=None))
    house.deliver()
    (line,) = house.went(messages.LINE)
    assert (line.row.op, line.row.person) == (Op.WHISPER, JOE)
    assert line.text == "Story 1 is held and stays approved for a later week."


def test_two_reviewers_at_once(house: House) -> None:
    """One hold wins; the other is told whose."""
    story = house.tell()
    said: list[Said] = []
    threads = [
        threading.Thread(target=lambda who=who: said.append(house.do(holding.hold, press(house, value(story), who))))
        for who in (JOE, AMIRA, JOE, AMIRA)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == sorted([Said.HELD, *[Said.ALREADY_HELD] * 3])
    house.deliver()
    assert len(house.went(tidings.DATE_CHANGED)) == 1
    assert all("is held already, by " in line.text for line in house.went(messages.LINE))


@pytest.mark.parametrize("verb", [holding.hold, holding.put_back])
@pytest.mark.parametrize(
    ("user", "forged", "said"),
    [
        ("U0ANYBODY", None, Said.ONLY_REVIEWERS),
        ("U0TELLER1", None, Said.ONLY_REVIEWERS),
        (JOE, "", Said.NO_STORY),
        (JOE, "nonsense", Said.NO_STORY),
        (JOE, "nonsense:1", Said.NO_STORY),
        (JOE, ":1", Said.NO_STORY),
        (JOE, "{id}:", None),
        (JOE, "{id}:-1", None),
        (JOE, "{id}:²", None),
        (JOE, "{id}:" + "9" * 5000, None),
        (JOE, "{id}:2", None),
    ],
)
def test_what_may_not_be_done_changes_nothing(
    house: House, verb: object, user: str, forged: str | None, said: Said | None
) -> None:
    """Other people, forged and malformed buttons: a private line, and nothing else."""
    story = house.tell()
    given = value(story) if forged is None else forged.replace("{id}", story.id)
    done = house.do(verb, press(house, given, user))  # type: ignore[arg-type]
    assert done is said or (said is None and done in (Said.NOT_COMING, Said.NOT_HELD))
    assert house.story(story) == story
    assert len(house.read(lambda tx: decisions.of_story(tx, story.id))) == 1
    (line,) = house.deliver()
    assert (line.row.kind, line.row.person) == (messages.LINE, user)
    assert line.text.endswith("Nothing changed.")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (StoryStatus.POSTED, Said.HAS_GONE_OUT),
        (StoryStatus.SUBMITTED, Said.NOT_COMING),
        (StoryStatus.DECLINED, Said.NOT_COMING),
        (StoryStatus.REMOVED, Said.NOT_COMING),
    ],
)
def test_only_an_approved_story_can_be_held(house: House, status: StoryStatus, said: Said) -> None:
    """Whatever else has become of it meanwhile is said."""
    story = house.tell()
    house.do(lambda tx, policy: stories.change(tx, story.id, status=status))
    assert house.do(holding.hold, press(house, value(story))) is said
    assert house.do(holding.put_back, press(house, value(story))) is said


def test_held_stories_do_not_push_each_other_out_of_the_message(house: House) -> None:
    """However many are held, Slack takes the message."""
    for _ in range(27):
        story = house.tell(title="&" * 60)
        house.do(holding.hold, press(house, value(story), url=None))
    posted = previewed(house)
    assert "3 more are held." in posted.shown


# ── post now, from the private preview ────────────────────────────────────────────────────────────────────────────


def test_a_private_preview_can_post_this_weeks_digest(house: House) -> None:
    """With a button that asks first; the answer is private."""
    house.tell()
    house.do(service.tick)
    shown = house.do(lambda tx, policy: preview_now(tx, policy, coming_slot(tx, policy), private=True))
    (post_now,) = [carried for action, carried in buttons(list(shown.blocks)) if action == ids.POST_NOW]
    assert house.do(holding.post_now, press(house, post_now)) is Said.POSTING
    house.deliver()
    (line,) = house.went(messages.LINE)
    assert line.text == "This week's digest is going out now: 1 story in #info-stories."
    assert house.went(messages.EDITION)[0].row.recipient == f"channel:{DIGEST}"


def test_next_weeks_preview_cannot_be_posted_now(house: House) -> None:
    """A week has one digest."""
    house.tell()
    house.do(service.tick)
    house.do(service.post_now)
    house.tell()
    shown = house.do(lambda tx, policy: preview_now(tx, policy, coming_slot(tx, policy), private=True))
    assert ids.POST_NOW not in [action for action, _ in buttons(list(shown.blocks))]
    assert shown.text.startswith("Friday's digest, as it will look: 1 story")


@pytest.mark.parametrize(
    "forged", ["", "soon", "2025-06-06T10:00:00", "0001-01-01T00:00:00+14:00", FRIDAY.replace(year=2020).isoformat()]
)
def test_a_forged_post_now_posts_nothing(house: House, forged: str) -> None:
    """Nor does one of another week."""
    house.tell()
    assert house.do(holding.post_now, press(house, forged)) is Said.OUT_OF_DATE
    assert house.do(holding.post_now, press(house, FRIDAY.isoformat(), "U0ANYBODY")) is Said.ONLY_REVIEWERS
    assert house.editions() == []
