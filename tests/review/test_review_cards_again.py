"""A card that Slack would not post is put again once it may go, and whoever asks for it is told what is so."""

from dataclasses import replace

import pytest
from review_house import AMIRA, POLICY, House

from bot.review import cards_again, service
from bot.review.rules import What
from bot.story import tidings
from storage.records import OutboxState, Story, StoryStatus


def lost(house: House, reason: str = "not_in_channel") -> Story:
    """A story whose card was given up."""
    story = house.tell(deliver=False)
    house.park(house.rows(story, tidings.CARD)[0].id, reason)
    return story


def state(house: House, story: Story) -> OutboxState:
    return house.rows(story, tidings.CARD)[0].state


@pytest.mark.parametrize("reason", ["not_in_channel", "is_archived", "in_doubt"])
def test_when_another_card_goes_through_it_follows(house: House, reason: str) -> None:
    """The channel lets the bot in again: no story is left without its card."""
    first = lost(house, reason)
    house.tell()
    house.deliver()
    assert state(house, first) is OutboxState.SENT
    assert len([sent for sent in house.went(tidings.CARD) if sent.row.story_id == first.id]) == 1


def test_when_the_reviewers_have_another_channel_it_goes_there(house: House) -> None:
    """One that may stand in the old channel is looked for there, and nothing in the new one puts it in line again."""
    first, doubtful = lost(house, "is_archived"), lost(house, "in_doubt")
    house.policy = replace(house.policy, review_channel="C0NEWDESK")
    house.tell()
    house.deliver()
    assert state(house, first) is OutboxState.SENT and state(house, doubtful) is OutboxState.PARKED
    assert {sent.row.recipient for sent in house.went(tidings.CARD)} == {tidings.channel("C0NEWDESK")}
    house.do(service.remind)
    again = house.rows(doubtful, tidings.CARD)[0]
    assert (again.state, again.recipient) == (OutboxState.QUEUED, tidings.channel(POLICY.review_channel))


def test_a_card_that_slack_cannot_take_follows_nobody(house: House) -> None:
    """What is wrong with the card itself is not tried with each of the others, but once a start."""
    first = lost(house, "invalid_blocks")
    house.tell()
    house.deliver()
    assert state(house, first) is OutboxState.PARKED
    house.do(service.remind)
    assert state(house, first) is OutboxState.QUEUED


def test_a_card_of_a_story_that_is_decided_stays_away(house: House) -> None:
    """There is nothing to decide any more."""
    first = lost(house)
    house.set_story(first, status=StoryStatus.APPROVED, approved_version=1)
    assert house.do(lambda tx, policy: cards_again.put_again(tx, policy)) == 0


def test_the_notice_of_the_loss_brings_it_too(house: House) -> None:
    """Reviewers read that it could not be shown: so the channel works."""
    first = lost(house)
    house.do(service.tell_parked, house.rows(first, tidings.CARD)[0])
    house.deliver()
    assert state(house, first) is OutboxState.SENT


def test_a_decision_by_number_says_what_is_so(house: House) -> None:
    """Not that the card is on its way: that it could not be posted, that it is tried again, and what to do."""
    story = lost(house)
    outcome = house.do(service.approve, by=AMIRA, target=story.number)
    assert outcome.what is What.UNSHOWN
    house.do(service.tell, outcome, person=AMIRA, channel=POLICY.review_channel)
    house.deliver()
    assert house.went(service.ANSWER)[-1].text == (
        "I couldn't post the card of story 1 in the reviewers' channel, and am trying again now. If it doesn't come, "
        "type there: /invite @altogether\nOr press Read here, then approve."
    )
