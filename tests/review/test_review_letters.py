"""What authors hear: approved and when, undone, declined with every word handed back; and only what is still true."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from review_house import AMIRA, JOE, POLICY, TUESDAY, House, version_of

from bot import ids, kit
from bot.review import letters, service
from bot.story import tidings
from bot.story.view import view_of
from storage import stories, surfaces
from storage.records import Decision, DeclineReason, Part, Place, Verb
from tests.sending import TWO_NIGHTS, checked, texts


def letter(house: House) -> list[str]:
    return texts(list(house.went(tidings.OUTCOME)[-1].rendered.blocks))


def test_approval_names_the_channel_and_the_date(house: House) -> None:
    """The author hears that it goes out as sent, where and when."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    said = "Story 1 is approved, exactly as you last sent it. It goes in #info-stories on Friday 6 June, 10am UK time."
    assert letter(house)[:2] == [said, "Take it back"]
    assert house.went(tidings.OUTCOME)[-1].text == said


def test_approval_outside_the_digest_names_no_date(house: House) -> None:
    """A story that was not ticked for the digest is approved without one."""
    story = house.tell(places=frozenset({Place.TRAINING}))
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    said = "Story 1 is approved, exactly as you last sent it. It isn't for the weekly digest, as you chose."
    assert letter(house)[:2] == [said, "Take it back"]


def test_an_undo_is_told(house: House) -> None:
    """Who heard of an approval hears that it no longer stands."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    house.do(service.undo, by=JOE, target=house.at(story))
    house.deliver()
    assert letter(house)[0].startswith("Story 1 is back with the reviewers. Its approval has been undone")


def test_an_approval_undone_before_it_was_told_is_not_told(house: House) -> None:
    """Approved and undone while the author's lane was busy: they hear neither."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.do(service.undo, by=AMIRA, target=house.at(story))
    house.deliver()
    assert house.went(tidings.OUTCOME) == []
    assert [row.reason for row in house.rows(story, tidings.OUTCOME)] == ["superseded", "never told"]


def test_a_letter_about_a_replaced_version_is_not_sent(house: House) -> None:
    """When the teller has sent new words meanwhile, news of the old ones is none."""
    story = house.tell()
    house.do(service.decline, by=AMIRA, target=house.at(story), comment="Too short.")
    house.tell_again(story, TWO_NIGHTS, deliver=False)
    house.deliver()
    assert house.went(tidings.OUTCOME) == []


def test_a_removed_story_gets_no_letter(house: House) -> None:
    """Nothing is said of a story that was taken back before the letter went."""
    story = house.tell()
    house.do(service.decline, by=AMIRA, target=house.at(story), comment="Too short.")
    house.remove(story)
    house.deliver()
    assert house.went(tidings.OUTCOME) == []


def test_declining_hands_every_word_back(house: House) -> None:
    """Reason, comment, two buttons, then the story as it was sent."""
    story = house.tell()
    house.do(
        service.decline,
        by=JOE,
        target=house.at(story),
        comment="Please leave out the ward.",
        reason=DeclineReason.IDENTIFIES,
    )
    house.deliver()
    sent = house.went(tidings.OUTCOME)[-1]
    assert letter(house) == [
        "We can't use story 1 as it is: it could identify someone. A reviewer says:",
        "Please leave out the ward.",
        "Your words are below, and you can change them and send again.",
        "Change and send",
        "Delete",
        "Delete story 1?",
        "The story and every version of it go. This can't be undone.",
        "Delete",
        "Keep it",
        "Two nights for one phone call",
        "It happened late or only in part · Health, Housing and homelessness",
        "What happened\n",
        "It was when a tenant came home from hospital. Nobody had told us.",
        "What difference it made\n",
        "She waited two nights.",
        "Ring the person who will be at the door, not the one on the form.",
    ]
    buttons = sent.rendered.blocks[3]["elements"]
    assert [(b["action_id"], b["value"]) for b in buttons] == [
        (ids.CHANGE_STORY, story.id),
        (ids.DELETE_STORY, story.id),
    ]
    assert sent.text.startswith("A reviewer has read story 1. ")
    assert "Please leave out the ward" not in sent.text
    assert "Joe" not in f"{sent.rendered}"
    assert sent.row.id in house.read(lambda tx: surfaces.showing(tx, story.id))


def test_another_reason_is_the_comment_alone(house: House) -> None:
    """Without a reason of ours the sentence ends, and the reviewer's own words follow."""
    story = house.tell()
    house.do(service.decline, by=JOE, target=story.number, comment="It is about car parks.")
    house.deliver()
    assert letter(house)[0] == "We can't use story 1 as it is. A reviewer says:"


def test_the_date_told_is_the_date_kept(house: House) -> None:
    """The letter says the slot that the story remembers, so that a later change can be told against it."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.now = datetime(2025, 6, 7, 9, 0, tzinfo=UTC)
    house.deliver()
    told = house.read(lambda tx: stories.get(tx, story.id).told_slot_at)
    assert told == datetime(2025, 6, 6, 9, 0, tzinfo=UTC)
    assert "Friday 6 June" in letter(house)[0]


hostile = st.text(alphabet=st.sampled_from("&<>*_:é😀\n x"), max_size=50)


@settings(max_examples=40, deadline=None)
@given(
    answers=st.lists(st.tuples(st.sampled_from([Part.BODY, Part.LESSON]), st.just("Label"), hostile), max_size=60),
    times=st.integers(1, 60),
    comment=st.text(alphabet="&<é \n", max_size=500),
    title=hostile,
)
def test_slack_takes_every_letter(answers: list[tuple[Part, str, str]], times: int, comment: str, title: str) -> None:
    """However much there is to hand back, it is one message within Slack's limits."""
    version = version_of(
        [(Part.TITLE, "Title", title), *((part, label, words * times) for part, label, words in answers)]
    )
    decision = Decision("d", "story", 1, JOE, Verb.DECLINE, TUESDAY, DeclineReason.ELSEWHERE, comment)
    rendered = checked(letters.declined(view_of(31, version), "story", decision))
    assert kit.size(rendered.blocks) <= kit.MOST_CHARACTERS
    checked(letters.approved(POLICY, 999_999_999, TUESDAY, "s"))


def test_an_ordinary_long_story_is_handed_back_whole() -> None:
    """Answers at the built-in script's limits all fit into one letter."""
    full = (
        (Part.BODY, "What happened", "word " * 300),
        (Part.BODY, "What difference it made", "word " * 160),
        (Part.LESSON, "One thing", "word " * 80),
    )
    decision = Decision("d", "story", 1, JOE, Verb.DECLINE, TUESDAY, DeclineReason.OTHER, "x" * 500)
    shown = texts(list(letters.declined(view_of(31, version_of(full)), "story", decision).blocks))
    assert {words for _, _, words in full} <= set(shown)
