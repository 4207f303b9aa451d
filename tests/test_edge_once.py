"""What a listener learns of a delivery: done, done before, or parked, and who tells the person then."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.edge import Edge
from bot.errors import NotSaved
from bot.story.policy import Policy
from storage import inbox
from storage.database import Database, Tx
from storage.writer import Writer
from tests.digest.digest_house import POLICY

BODY = {"event_id": "Ev1", "event": {"type": "message", "user": "U1", "channel": "D1"}}


@pytest.fixture
def edge(database: Database, writer: Writer, workspace: str, now: datetime) -> Iterator[Edge]:
    """An edge that sends nothing."""
    made = Edge(database, writer, workspace, Clock(wall=lambda: now), POLICY, AsyncWebClient(token="xoxb-0"))
    yield made
    made.close()


def broken(tx: Tx, policy: Policy) -> str:
    """A mistake of ours."""
    raise KeyError("a mistake of ours")


def silent(tx: Tx, policy: Policy) -> None:
    """An apology that is stored with what was parked."""


async def test_what_was_done_before_answers_nothing(edge: Edge) -> None:
    """The first time there is an answer; a copy of the same delivery has none, and does nothing."""
    assert await edge.once(BODY, lambda tx, policy: "done") == "done"
    assert await edge.once(BODY, broken, if_parked="parked") is None


async def test_what_is_parked_is_never_taken_for_done(edge: Edge) -> None:
    """Where a listener has no words for it, it fails as being not saved; a copy that comes later is quiet."""
    with pytest.raises(NotSaved):
        await edge.once(BODY, broken)
    assert await edge.once(BODY, broken) is None
    assert await edge.writer.run(lambda tx: [job.reason for job in inbox.parked_jobs(tx)]) == ["KeyError"]


async def test_a_listener_may_have_words_of_its_own(edge: Edge) -> None:
    """What it gives is what it gets back: the words for a form, or a line for a command."""
    assert await edge.once(BODY, broken, if_parked={"box": "not saved"}) == {"box": "not saved"}


@pytest.mark.parametrize(("apology", "told"), [(silent, True), (broken, False)])
async def test_an_apology_that_is_stored_is_enough(edge: Edge, apology: Any, told: bool) -> None:
    """Nothing more is said beside it; one that could not be stored has told nobody."""
    if told:
        assert await edge.once(BODY, broken, apology=apology) is None
        return
    with pytest.raises(NotSaved):
        await edge.once(BODY, broken, apology=apology)
