"""Changes and posts go out side by side: whichever comes first, what stands at the end is what was said last."""

import pytest
from intake_house import House
from intake_person import At, Person

from bot.intake.rendering import kinds
from bot.story import codes
from storage import outbox, removals
from storage.database import Tx
from storage.records import OutboxState

POSTCODE = "A person came home from hospital to SW1A 2AA and nobody had told the housing team about the key."
LONG = "A person came home from hospital and nobody had told the housing team about the key at all."
CHANGES = ("beside:",)
POSTS = ("teller:", "author:", "tidy:")


@pytest.fixture(params=[CHANGES, POSTS], ids=["changes first", "posts first"])
def first(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The lanes that are quicker; the others follow when nothing more is done."""
    lanes: tuple[str, ...] = request.param
    return lanes


def send(house: House, lanes: tuple[str, ...]) -> None:
    """Sends all that is due in these lanes, and nothing else."""

    def turns(tx: Tx) -> int:
        return sum(house._turn(tx, lane) for lane in outbox.waiting_lanes(tx) if lane.startswith(lanes))

    while house.writer.submit(turns).result(10):
        continue


def send_all(house: House) -> None:
    """Sends whatever is left."""
    house.asleep = False
    house.deliver()


def test_what_was_done_about_a_finding_stays_said(at: At, first: tuple[str, ...]) -> None:
    """A typed "next" at a finding, then [removed]: the line about one's own message stands at the end."""
    sam = at("what")
    sam.answer(POSTCODE)
    found, house = sam.last, sam.house
    house.asleep = True
    sam.say("next")
    sam.press("Replace with [removed]", on=found)
    send(house, first)
    send_all(house)
    assert "A postcode is now [removed]." in sam.find("A postcode is now").words


def test_an_option_that_is_typed_after_finish_later(at: At, first: tuple[str, ...]) -> None:
    """The question that rested and was answered shows its answer, and no longer that it rests."""
    sam = at("closeness")
    sam.house.asleep = True
    sam.press("Finish later")
    sam.say("It happened late or only in part")
    send(sam.house, first)
    send_all(sam.house)
    assert "It happened late or only in part" in sam.find("1 of 8").words
    assert sam.count("Saved.") == 0


def test_back_before_the_question_has_shrunk(at: At, first: tuple[str, ...]) -> None:
    """A question that was left shows its answer, also where it is asked again by then."""
    sam = at("closeness")
    sam.house.asleep = True
    sam.say("It happened late or only in part")
    send(sam.house, POSTS)
    sam.press("Back")
    send(sam.house, first)
    send_all(sam.house)
    old, *_ = (shown for shown in sam.screen if "1 of 8" in shown.words)
    assert old.buttons == {} and "It happened late or only in part" in old.words


@pytest.mark.parametrize("place", ["closeness", "_naming", "_places"])
def test_a_draft_that_is_over_before_its_last_question_has_shrunk(at: At, place: str) -> None:
    """However late it is changed, a question that was left keeps none of its buttons."""
    sam = at(place)
    sam.house.asleep = True
    sam.step(place)
    send(sam.house, POSTS)
    if place == "_places":
        sam.press("Send for review")
    else:
        sam.say("delete")
        send(sam.house, POSTS)
        sam.press("Delete it")
    send(sam.house, POSTS)
    send_all(sam.house)
    assert not [shown.words for shown in sam.screen if "Next" in shown.buttons]


def test_start_is_pressed_while_the_offer_is_on_its_way(house: House, sam: Person, first: tuple[str, ...]) -> None:
    """What Start makes of the notice stands: that it lost its buttons to the offer was said before."""
    sam.say("hi")
    notice = sam.last
    house.asleep = True
    sam.say(LONG)
    sam.press("Start", on=notice)
    send(house, first)
    send_all(house)
    assert next(iter(sam.screen)).words == "Started Tuesday 3 June, after reading notice 5."


def test_the_code_of_a_receipt_that_may_stand_counts(at: At) -> None:
    """A receipt that was given up in doubt may be on the screen: whoever has its code can take the story back."""
    sam = at("_ready")
    house = sam.house
    house.asleep = True
    sam.press("Send for review")
    story = house.story()

    def park(tx: Tx) -> None:
        row = next(one for one in outbox.of_story(tx, story.id, "receipt") if one.state is OutboxState.SENDING)
        outbox.mark_parked(tx, row, "in_doubt")
        after = kinds(house.shelf)["receipt"].parked
        assert after is not None
        after(tx, house.policy, outbox.get(tx, row.id))

    house.do(lambda tx, policy: park(tx))
    code = codes.code_of(house.policy.code_key, story.id, story.number)
    assert house.read(lambda tx: removals.code_hash(tx, story.id)) == codes.hash_of(story.id, code)
