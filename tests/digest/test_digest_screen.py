"""The last gate: what the screen finds in a story keeps it from readers, and reviewers hear of it."""

from collections.abc import Sequence

from digest_house import FRIDAY, REVIEW, TUESDAY, House

from bot.digest import messages, service
from bot.story import clearing
from bot.story.screening import Span
from bot.story.when import expected_slot
from storage import screen_hits
from storage.records import Disposition, Part, ScreenHit, Story, StoryStatus
from tests.sending import TWO_NIGHTS

CANARY = "SW1A 2AA"
FOUND = ((Part.TITLE, "Title", "The door"), (Part.BODY, "What happened", f"She came home to {CANARY} at night."))
KEPT = ScreenHit("p1", "postcode", Disposition.DISPUTED, 1)


def week(house: House) -> None:
    house.now = TUESDAY
    house.do(service.tick)
    house.now = FRIDAY
    house.do(service.tick)


def keep(house: House, story: Story, *hits: ScreenHit) -> None:
    """What was decided about the story's words is this, and nothing else."""
    house.do(lambda tx, policy: screen_hits.record(tx, story.id, 1, hits))


def test_a_story_that_was_stored_unscreened_is_left_out(house: House) -> None:
    """It stays approved, the others go out, and reviewers are told kind and count, never the match."""
    found, clean = house.tell(FOUND), house.tell(TWO_NIGHTS)
    week(house)
    house.deliver()
    assert house.story(found).status is StoryStatus.APPROVED
    assert house.story(clean).status is StoryStatus.POSTED
    (told,) = house.went(messages.LEFT_OUT)
    assert told.row.recipient == f"channel:{REVIEW}"
    assert told.text.startswith(
        "Story 1 was left out of the digest: the screen finds 1 postcode that its teller has not"
    )
    assert not any(CANARY in sent.shown + sent.text for sent in house.sent)


def test_what_its_teller_kept_goes_out(house: House) -> None:
    """A postcode that is none, for exactly this version, keeps nothing back; a second one does."""
    story = house.tell(FOUND)
    keep(house, story, KEPT)
    week(house)
    house.deliver()
    assert CANARY in house.went(messages.EDITION_STORY)[0].shown
    assert house.went(messages.LEFT_OUT) == []
    twice = house.tell((*FOUND[:1], (Part.BODY, "What happened", f"From {CANARY} to LE1 1AA at night.")))
    keep(house, twice, KEPT)
    assert house.read(lambda tx: clearing.left(tx, twice.id, 1)) == {"postcode": 1}


def test_the_gate_is_asked_at_the_moment_of_sending(house: House) -> None:
    """A story already in the edition is held back from message and thread when the screen finds it on sending."""
    found, clean = house.tell(FOUND), house.tell(TWO_NIGHTS)
    keep(house, found, KEPT)
    week(house)
    assert house.story(found).status is StoryStatus.POSTED
    keep(house, found)
    house.deliver()
    assert len(house.went(messages.EDITION)) == 1
    assert [sent.row.story_id for sent in house.went(messages.EDITION_STORY)] == [clean.id]
    assert not any(CANARY in sent.shown + sent.text for sent in house.sent)
    assert "1 postcode" in house.went(messages.LEFT_OUT)[0].text


def test_nothing_is_sent_where_it_was_the_only_story(house: House) -> None:
    """The edition is not sent, and reviewers are told why."""
    found = house.tell(FOUND)
    keep(house, found, KEPT)
    week(house)
    keep(house, found)
    house.deliver()
    assert house.went(messages.EDITION) == house.went(messages.EDITION_STORY) == []
    assert len(house.went(messages.LEFT_OUT)) == 1


def test_a_screen_that_fails_counts_as_a_hit(house: House) -> None:
    """What could not be read is not shown."""

    def fails(text: str) -> Sequence[Span]:
        raise RecursionError(text)

    story = house.tell(TWO_NIGHTS)
    assert house.read(lambda tx: clearing.left(tx, story.id, 1)) == {}
    assert house.read(lambda tx: clearing.left(tx, story.id, 1, fails)) == {clearing.UNREAD: 1}


def test_only_kinds_and_counts_come_out(house: House) -> None:
    """Nothing that the gate says holds what matched."""
    story = house.tell(FOUND)
    said = house.read(lambda tx: clearing.left(tx, story.id, 1))
    assert said == {"postcode": 1}
    assert CANARY not in repr(said)


def test_a_story_that_is_left_out_is_promised_no_day(house: House) -> None:
    """Its teller, who was told a day, hears what keeps it back and what to do; the others keep their day."""
    found, clean = house.tell(FOUND), house.tell(TWO_NIGHTS)
    keep(house, found, KEPT)
    house.now = TUESDAY
    house.do(service.tick)
    house.deliver()
    assert house.story(found).told_slot_at == house.story(clean).told_slot_at == FRIDAY.replace(second=0)
    keep(house, found)
    house.do(service.announce_dates)
    house.deliver()
    assert house.story(found).told_slot_at is None
    assert house.read(lambda tx: expected_slot(tx, house.policy, found.id)) is None
    assert house.read(lambda tx: expected_slot(tx, house.policy, clean.id)) == FRIDAY.replace(second=0)
    (told,) = house.went(messages.KEPT_BACK)
    assert told.row.recipient == f"author:{found.id}" and told.text == "Story 1 isn't in the digest for now."
    assert "the identifier check finds 1 postcode that you haven't been asked about" in told.shown
    assert "Change story 1" in told.shown and CANARY not in told.shown
    house.do(service.announce_dates)
    house.deliver()
    assert len(house.went(messages.KEPT_BACK)) == 1
    keep(house, found, KEPT)
    house.do(service.announce_dates)
    house.deliver()
    assert house.story(found).told_slot_at == FRIDAY.replace(second=0)
