"""A slice of the overload campaign: a small crowd and a small flood. Only counts are asserted, never times."""

from tests.nursery import Nursery

from .overload import campaign


async def test_a_crowd_and_a_flood_are_stored_whole_and_answered_briefly(nursery: Nursery) -> None:
    """Everybody's story is sent; every message of the flood is stored, and answered with a handful of messages."""
    outcome = await campaign(tellers=6, messages=100, others=1, stories=1, nursery=nursery)
    assert outcome.violations == []
    assert outcome.counts["stories sent"] == 6
    assert outcome.counts["messages of the flood stored"] == 100
    assert outcome.counts["bot's messages in the flooder's chat"] < 30
