"""The list of what waits, the weekday reminder, and what reviewers are told of messages that got lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_house import AMIRA, JOE, POLICY, RAE, TUESDAY, UNTITLED, House

from bot import ids
from bot.outgoing import Rendered
from bot.review import parked, queue, rendering, rules, service
from bot.story import tidings
from storage import outbox, tellers
from storage.records import Message, Naming, Op, Part, Story
from tests.sending import TWO_NIGHTS, Sent, checked, texts


def listed(house: House, shown: int = queue.PAGE) -> Rendered:
    return checked(house.read(lambda tx: rendering.waiting_list(tx, house.policy, shown=shown)))


def rows(rendered: Rendered) -> list[str]:
    return [block["text"]["text"] for block in rendered.blocks if block["type"] == "section"]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_oldest_first_with_a_button_each(house: House) -> None:
    """What waits for reviewers, longest first, then what waits for its teller."""
    first = house.tell()
    asked = house.tell(((Part.TITLE, "Title", "Told five times in one day"), *UNTITLED))
    house.do(service.ask, by=JOE, target=house.at(asked), question="Who?")
    house.now = datetime(2025, 6, 4, 9, 0, tzinfo=UTC)
    house.tell(UNTITLED)
    house.now = datetime(2025, 6, 5, 9, 0, tzinfo=UTC)
    shown = listed(house)
    assert texts(list(shown.blocks))[0] == "3 stories waiting · oldest 2 days"
    assert rows(shown) == [
        "1 · Two nights for one phone call · since Tuesday 3 June · needs 1",
        "3 · It happened late or only in part · since Wednesday 4 June · needs 1",
        "2 · Told five times in one day · waiting for the teller",
    ]
    read = shown.blocks[1]["accessory"]
    assert (read["action_id"], read["value"]) == (ids.READ, f"{first.id}:1")


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(hours=1), "Nothing is waiting. Last decision: story 1, today."),
        (timedelta(days=1), "Nothing is waiting. Last decision: story 1, yesterday."),
        (timedelta(days=3), "Nothing is waiting. Last decision: story 1, Tuesday 3 June."),
    ],
)
def test_an_empty_list_names_the_last_decision(house: House, later: timedelta, said: str) -> None:
    """With nothing to do, the list says what was done last."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.now += later
    assert listed(house).text == said


def test_an_empty_beginning_says_only_that(house: House) -> None:
    """Before the first story there is nothing to name."""
    assert listed(house).text == "Nothing is waiting."


def test_today_has_no_hours(house: House) -> None:
    """What came today is not counted in hours: the list is no finer than the day."""
    house.tell()
    house.now += timedelta(hours=5)
    assert listed(house).text == "1 story waiting · since today"


def test_ten_rows_then_more(house: House) -> None:
    """Ten at first, ten more at each press, and never more rows than a message holds."""
    for _ in range(53):
        house.tell(deliver=False)
    first = listed(house)
    assert len(rows(first)) == 10
    assert first.blocks[-1]["elements"][0]["value"] == "20"
    assert len(rows(listed(house, 20))) == 20
    last = listed(house, 60)
    assert rows(last)[0].startswith("14 ·")
    assert rows(last)[-1].startswith("53 ·")
    assert last.blocks[-1]["type"] == "section"


def test_show_more_changes_the_private_list(house: House) -> None:
    """The list grows in place, through the press's response_url and nothing else."""
    for _ in range(12):
        house.tell()
    url = "https://hooks.slack.com/actions/T0/1/x"
    house.do(service.show_more, by=AMIRA, channel="C0RANDOM", shown=20, response_url=url)
    sent = house.deliver()[-1]
    assert (sent.row.op, sent.row.target, sent.row.response_url) == (Op.UPDATE, None, url)
    assert len(rows(sent.rendered)) == 12


def test_the_list_is_for_reviewers(house: House) -> None:
    """Somebody else's press shows nothing."""
    house.tell()
    house.do(service.show_more, by=RAE, channel="C0REVIEW01", shown=20, response_url="https://hooks.slack.com/x")
    sent = house.deliver()[-1]
    assert (sent.row.op, sent.row.person) == (Op.WHISPER, RAE)
    assert sent.text == "Only reviewers can review. To tell a story, type /story"


def test_a_no_name_story_is_listed_with_its_card(house: House) -> None:
    """A list that showed it at once would tell the minute; so would a row that vanished when its teller answers."""
    house.now = datetime(2025, 6, 4, 9, 41, tzinfo=UTC)
    story = house.tell(naming=Naming.NONE)
    assert listed(house).text == "Nothing is waiting."
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    assert len(rows(listed(house))) == 1
    house.do(service.ask, by=JOE, target=house.at(story), question="Who?")
    house.deliver()
    house.tell_again(story, ((Part.TITLE, "Title", "New"), *UNTITLED), naming=Naming.NONE)
    assert rows(listed(house)) == ["1 · Two nights for one phone call · waiting for the teller"]
    house.now = datetime(2025, 6, 4, 15, 30, tzinfo=UTC)
    house.deliver()
    assert rows(listed(house)) == ["1 · New · since Wednesday 4 June · needs 1"]


# ── the reminder ──────────────────────────────────────────────────────────────────────────────────────────────────


def reminders(house: House) -> list[Sent]:
    house.deliver()
    return house.went(service.REMINDER)


def walk(house: House, until: datetime) -> list[datetime]:
    """Run the chore at the instants it asks for; returns when reminders went out."""
    went: list[datetime] = []
    while house.now < until:
        before = len(reminders(house))
        following = house.writer.submit(lambda tx: service.remind(tx, house.policy)).result(10)
        if len(reminders(house)) > before:
            went.append(house.now)
        assert following > house.now
        house.now = following
    return went


@pytest.mark.parametrize(
    ("sent", "first"),
    [
        (datetime(2025, 6, 2, 8, 0, tzinfo=UTC), date(2025, 6, 4)),  # Monday: Wednesday
        (datetime(2025, 6, 3, 20, 0, tzinfo=UTC), date(2025, 6, 5)),  # Tuesday evening: Thursday
        (datetime(2025, 6, 5, 9, 0, tzinfo=UTC), date(2025, 6, 9)),  # Thursday: Monday, over a weekend
        (datetime(2025, 6, 6, 16, 0, tzinfo=UTC), date(2025, 6, 10)),  # Friday: Tuesday
        (datetime(2025, 6, 7, 9, 0, tzinfo=UTC), date(2025, 6, 10)),  # Saturday: Tuesday
    ],
)
def test_the_reminder_counts_working_days(house: House, sent: datetime, first: date) -> None:
    """Two working days after a story came, at 10am, and every weekday after while it waits; never at a weekend."""
    house.now = sent
    house.tell()
    went = walk(house, sent + timedelta(days=14))
    local = [moment.astimezone(POLICY.zone) for moment in went]
    assert local[0].date() == first
    assert all(moment.hour == 10 and moment.weekday() < 5 for moment in local)
    assert len({moment.date() for moment in local}) == len(local)
    assert rules.working_days(first, local[-1].date()) == len(local) - 1


def test_the_reminder_says_how_many_and_how_long(house: House) -> None:
    """Words as short as the work is plain."""
    for _ in range(3):
        house.tell()
    house.now = datetime(2025, 6, 5, 9, 0, tzinfo=UTC)
    house.do(service.remind)
    assert reminders(house)[-1].text == "3 stories are waiting, the oldest for 2 days. /story review"
    assert house.went(service.REMINDER)[-1].row.recipient == f"channel:{POLICY.review_channel}"


def test_one_story_is_counted_as_one() -> None:
    """A single story has no "oldest"."""
    said = checked(queue.reminder(POLICY, queue.Waiting(1, 0, TUESDAY, None), TUESDAY + timedelta(days=4))).text
    assert said == "1 story is waiting, for 4 days. /story review"


def test_one_reminder_a_day_whatever_the_clock_does(house: House) -> None:
    """Restarts and a clock that steps back bring no second one; and the workspace knows when it was reminded."""
    house.tell()
    house.now = datetime(2025, 6, 5, 9, 0, tzinfo=UTC)
    for _ in range(3):
        house.do(service.remind)
    house.now -= timedelta(minutes=1)
    house.do(service.remind)
    assert len(reminders(house)) == 1


def test_after_downtime_it_comes_in_the_working_day(house: House) -> None:
    """Missed at 10am it is made up until 5pm; in the evening it waits for the next weekday."""
    house.tell()
    house.now = datetime(2025, 6, 6, 18, 0, tzinfo=UTC)
    assert house.do(service.remind) == datetime(2025, 6, 9, 9, 0, tzinfo=UTC)
    assert reminders(house) == []
    house.now = datetime(2025, 6, 9, 13, 0, tzinfo=UTC)
    house.do(service.remind)
    assert len(reminders(house)) == 1


def test_what_is_decided_or_asked_is_not_nagged_about(house: House) -> None:
    """Only what waits for reviewers counts, and it is counted again at the moment of sending."""
    asked, decided = house.tell(), house.tell()
    house.do(service.ask, by=JOE, target=house.at(asked), question="Who?")
    house.now = datetime(2025, 6, 5, 9, 0, tzinfo=UTC)
    house.do(service.remind)
    house.do(service.approve, by=JOE, target=house.at(decided))
    assert reminders(house) == []


def test_the_days_are_a_setting(house: House) -> None:
    """`reminder_days` says how long is long."""
    house.policy = replace(POLICY, reminder_days=1)
    house.tell()
    house.now = datetime(2025, 6, 4, 9, 0, tzinfo=UTC)
    house.do(service.remind)
    assert len(reminders(house)) == 1


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31)))
def test_the_next_look_is_at_ten_of_a_weekday(moment: datetime) -> None:
    """Also across clock changes: strictly later, 10am in the keeper's zone, Monday to Friday, within four days."""
    now = moment.replace(tzinfo=UTC)
    following = rules.next_reminder(now, POLICY.zone)
    local = following.astimezone(POLICY.zone)
    assert now < following <= now + timedelta(days=3, hours=1)
    assert (local.hour, local.minute) == (10, 0)
    assert local.weekday() < 5


# ── what got lost ─────────────────────────────────────────────────────────────────────────────────────────────────


def parked_letter(house: House, reason: str) -> Story:
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    row = house.park(house.rows(story, tidings.OUTCOME)[0].id, reason)
    for _ in range(2):
        house.do(service.tell_parked, row)
    return story


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("user_disabled", "I couldn't tell the teller of story 1: they have left. Nothing to do."),
        ("no_author", "I couldn't tell the teller of story 1: I no longer know who told it. Nothing to do."),
        (
            "invalid_blocks",
            "I couldn't tell the teller of story 1: Slack answered invalid_blocks. "
            "Whoever runs me can look with: altogether doctor",
        ),
    ],
)
def test_reviewers_hear_that_a_teller_could_not_be_told(house: House, reason: str, said: str) -> None:
    """Once for each message, in words, in the reviewers' channel."""
    parked_letter(house, reason)
    house.deliver()
    notices = house.went(tidings.PARKED)
    assert [notice.text for notice in notices] == [said]
    assert notices[0].row.recipient == f"channel:{POLICY.review_channel}"


def test_reviewers_hear_that_the_digest_could_not_be_posted(house: House) -> None:
    """With the line that mends it."""
    message = Message("edition", f"channel:{POLICY.digest_channel}")
    row = house.park(house.do(lambda tx, policy: outbox.enqueue(tx, message)), "not_in_channel")
    house.do(service.tell_parked, row)
    house.deliver()
    assert house.went(tidings.PARKED)[-1].text == (
        "I couldn't post the digest in #info-stories: I'm not in the channel. In that channel type: /invite @altogether"
        "\nThen type: /story digest post\nUntil somebody does, its stories wait for the next digest."
    )


@pytest.mark.parametrize(
    ("recipient", "number", "reason", "said"),
    [
        (
            "channel:C0STORIES1",
            31,
            "is_archived",
            "I couldn't post story 31 in #info-stories: the channel is archived.",
        ),
        (
            "channel:C0STORIES1",
            None,
            "in_doubt",
            "I can't tell whether the digest reached #info-stories: the connection broke. Please look there. "
            "If it isn't there, type: /story digest post\n"
            "I look once more myself, and post it only if I don't find it.",
        ),
        ("channel:C0STORIES1", 31, "in_doubt", "I can't tell whether story 31 reached #info-stories"),
        ("channel:C0REVIEW01", 31, "invalid_blocks", "I couldn't show story 31 here: Slack answered invalid_blocks."),
        (
            "channel:C0OTHER001",
            None,
            "weird <@U1> & co",
            "I couldn't post the digest in a channel: Slack answered weird",
        ),
        (
            "channel:C0REVIEW01",
            31,
            "keeps_failing",
            "I couldn't show story 31 here: Slack fails at it again and again.",
        ),
        ("author:x", 31, "", "I couldn't tell the teller of story 31: Slack answered unknown."),
    ],
)
def test_every_loss_has_words(recipient: str, number: int | None, reason: str, said: str) -> None:
    """Known reasons say what to do, unknown ones are named, and none can ping."""
    notice = checked(parked.notice(POLICY, recipient=recipient, number=number, reason=reason))
    assert notice.text.startswith(said)
    assert "<@" not in notice.text


def test_what_was_to_stand_in_a_thread_is_tried_again(house: House) -> None:
    """Reviewers read when: beneath a digest that stands, nothing is lost by waiting."""
    notice = parked.notice(POLICY, recipient="channel:C0STORIES1", number=31, reason="new_word", in_thread=True)
    assert notice.text == (
        "I couldn't post story 31 in #info-stories: Slack answered new_word. Whoever runs me can look with: "
        "altogether doctor\nI try once more whenever I start, and before the next digest."
    )


def test_courtesies_that_were_lost_are_not_announced(house: House) -> None:
    """Whispers, changes to messages, drafts, and the notice itself bring no notice."""
    story = house.tell()
    teller = house.do(lambda tx, policy: tellers.meet(tx, "U0NEWTELLER"))
    for message in (
        Message(service.ANSWER, "channel:C0REVIEW01", op=Op.WHISPER, story_id=story.id),
        Message(tidings.CARD, "channel:C0REVIEW01", op=Op.UPDATE, story_id=story.id, version=1),
        Message("question", f"teller:{teller.id}"),
        Message(tidings.PARKED, "channel:C0REVIEW01", story_id=story.id, args={"row": "x"}),
    ):
        row = house.park(house.do(lambda tx, policy, m=message: outbox.enqueue(tx, m)), "not_in_channel")
        house.do(service.tell_parked, row)
    house.deliver()
    assert house.went(tidings.PARKED) == []


def test_titles_and_names_are_plain_everywhere(house: House) -> None:
    """A title or a display name with Slack's own markup in it is shown as written: it cannot ping or pose as a link."""
    house.policy = replace(POLICY, names={AMIRA: "<!channel> *Amira*", JOE: "<@U1|Joe>"})
    story = house.tell(((Part.TITLE, "Title", "<!here> <https://evil.example|bank>"), *TWO_NIGHTS[1:]))
    outcome = house.do(service.approve, by=AMIRA, target=house.at(story))
    house.do(service.tell, outcome, person=AMIRA, channel=POLICY.review_channel)
    lost = house.do(service.decline, by=JOE, target=house.at(story), comment="No.")
    house.do(service.tell, lost, person=JOE, channel=POLICY.review_channel)
    for sent in house.deliver():
        assert "<" not in sent.text
        mrkdwn = [block for block in sent.rendered.blocks if block.get("text", {}).get("type") == "mrkdwn"]
        assert mrkdwn == []
