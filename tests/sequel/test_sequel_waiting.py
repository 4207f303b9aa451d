"""What happened next waits for reviewers where stories do: in the list, on their home, in the reminder."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot import ids
from bot.digest import service as digest
from bot.outgoing import Rendered
from bot.rehearsal.slack.validation import check_message, check_view
from bot.review import queue, rendering, standing
from bot.review import service as review
from bot.sequel import card_blocks, rules, service
from bot.sequel import rendering as sequel_rendering
from bot.sequel.rules import What
from bot.story import tidings
from storage import outbox
from storage.database import Database
from storage.records import OutboxState, Story, StoryStatus, Verb
from tests.digest.digest_house import AMIRA, JOE
from tests.rights.withdrawal_house import CANARY
from tests.sending import texts
from tests.sequel.sequel_house import NEXT, House
from tests.sequel.test_sequel_in_slack import play as play
from tests.sequel.test_sequel_in_slack import published, sent
from tests.whole.conftest import Play


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


def listed(house: House) -> Rendered:
    shown = house.read(lambda tx: rendering.waiting_list(tx, house.policy, shown=10))
    assert check_message({"text": shown.text, "blocks": list(shown.blocks)}) == []
    page = house.read(lambda tx: rendering.waiting_page(tx, house.policy))
    assert check_view(page, surface="modal") == []
    return shown


def rows(shown: Rendered) -> list[str]:
    return [block["text"]["text"] for block in shown.blocks if block["type"] == "section"]


def page_of(house: House, story: Story, *, by: str = AMIRA, line: str = "") -> object:
    at = rules.at(house.sequel(story))
    return house.read(lambda tx: sequel_rendering.page(tx, house.policy, by=by, at=at, line=line))


def test_it_stands_in_the_list_until_it_is_decided(house: House) -> None:
    """With the story's title, since when, how many it needs, and *Read*, which opens the card's content on a page."""
    story = house.publish()
    house.send(story)
    house.now += timedelta(days=2)
    shown = listed(house)
    assert texts(list(shown.blocks))[0] == "What happened next in 1 story waiting · oldest 2 days"
    assert rows(shown) == ["1 · What happened next: Two nights for one phone call · since Friday 6 June · needs 1"]
    button = shown.blocks[1]["accessory"]
    assert (button["action_id"], button["value"]) == (ids.SEQUEL_READ, rules.at(house.sequel(story)).value)
    assert house.read(standing.for_reviewers) == (1, house.sequel(story).sent_at)
    page = page_of(house, story)
    assert NEXT in repr(page) and "Approve" in repr(page)
    assert house.decide(story) is What.DONE
    assert listed(house).text.startswith("Nothing is waiting.")
    assert house.read(standing.for_reviewers) == (0, None)
    assert "Approved by Amira Shah" in repr(page_of(house, story, line="So it is."))


def test_stories_and_what_happened_next_wait_in_one_order(house: House) -> None:
    """Longest first, whichever it is."""
    story = house.publish()
    house.send(story)
    house.now += timedelta(days=1)
    house.tell(status=StoryStatus.SUBMITTED)
    shown = listed(house)
    assert texts(list(shown.blocks))[0] == "1 story waiting, and what happened next in 1 · oldest 1 day"
    assert [row.partition(" · ")[0] for row in rows(shown)] == ["1", "2"]
    waiting = house.read(lambda tx: standing.waiting(tx, standing.everything(tx)))
    said = queue.reminder(house.policy, waiting, house.now).text
    assert said == "1 story is waiting, and what happened next in 1, the oldest for 1 day. /story review"


async def test_a_reviewer_decides_it_from_the_list(play: Play) -> None:
    """*Read* opens it on a page; there *Approve* and *Undo* change the page, and *Decline* closes it."""
    await published(play)
    await sent(play)
    amira, sam = play.person("amira"), play.person("sam")
    await amira.hear("Story 1: what happened next", channel="#story-review")
    await amira.command("/story review")
    await amira.press("Read")
    await amira.see_view(CANARY)
    await amira.press("Approve")
    await amira.see_view("Approved by Amira")
    await amira.press("Undo")
    await amira.see_view("needs 1 reviewer")
    await amira.press("Decline")
    await amira.see_view("What would make it usable?")
    await amira.choose("Too little to follow", menu="Reason")
    await amira.fill("What would make it usable?", "Who has the key now?")
    assert await amira.submit() is None
    await sam.hear("We can't use what happened next in story 1 as it is")
    assert amira.view is None


def test_reviewers_are_reminded_of_it(house: House) -> None:
    """After two working days, at 10am, as of stories; decided, it is not nagged about."""
    story = house.publish()
    house.send(story)
    house.now += timedelta(days=4)  # Friday to Tuesday
    house.do(review.remind)
    house.deliver()
    [reminder] = house.went(review.REMINDER)
    assert reminder.text == "What happened next in 1 story is waiting, for 4 days. /story review"
    house.decide(story)
    house.now += timedelta(days=1)
    house.do(review.remind)
    house.deliver()
    assert len(house.went(review.REMINDER)) == 1


def test_of_a_no_name_story_it_waits_for_its_round(house: House) -> None:
    """Before its card comes, neither the list nor a button tells that it was sent."""
    story = house.publish(credit=None)
    house.send(story)
    assert listed(house).text.startswith("Nothing is waiting.")
    assert house.read(standing.for_reviewers) == (0, None)
    assert page_of(house, story) is What.CHANGED
    house.now += timedelta(hours=4)
    house.deliver()
    assert len(rows(listed(house))) == 1


def test_a_card_that_slack_never_took_is_read_and_decided_from_the_list(house: House) -> None:
    """It is not lost with its card."""
    story = house.publish()
    house.do(service.send, by=house.teller_of(story), story_id=story.id, words=NEXT, not_ones={})
    house.deliver(park=tidings.SEQUEL_CARD)
    [card] = house.read(lambda tx: outbox.of_story(tx, story.id, tidings.SEQUEL_CARD))
    assert card.state is OutboxState.PARKED
    assert len(rows(listed(house))) == 1
    assert NEXT in repr(page_of(house, story))
    assert house.decide(story) is What.DONE


def test_it_says_how_many_it_needs_and_has(house: House) -> None:
    """Something kept needs two; the first approval is counted; its own teller may not read it there."""
    story = house.publish()
    words = f"{NEXT} Ring 01632 960 983, which is on the poster."
    house.send(story, words, not_ones={"phone": 1})
    assert rows(listed(house))[0].endswith("needs 2")
    assert house.decide(story, by=JOE) is What.DONE
    assert rows(listed(house))[0].endswith("needs 2, has 1")
    assert house.decide(story, Verb.APPROVE, by=JOE) is What.TWICE
    assert page_of(house, story, by=house.teller_of(story)) is What.NOT_REVIEWER
    assert check_view(card_blocks.over_page("It has gone."), surface="modal") == []
