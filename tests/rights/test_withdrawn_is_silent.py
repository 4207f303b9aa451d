"""Two bolts on one door, each tried by itself: what waits about a withdrawn story is dropped, and its gate is shut.

Each holds where the other does not, so that nothing else would notice if one of them were gone.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.outgoing import Kind, Rendered
from bot.rights import service
from bot.rights.rendering import watched
from bot.story import tidings
from storage import audit, outbox, tellers
from storage.database import Database, Tx
from storage.records import Message, OutboxRow, OutboxState, Story
from storage.withdrawals import WithdrawnBy
from tests.digest.digest_house import FRIDAY
from tests.rights.permission_house import House

NEWS = "news"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = House(database)
    yield made
    made.close()


def tell(house: House, story: Story, *, lane: str | None = None) -> OutboxRow:
    """Something about this story waits to be said tomorrow."""
    later = house.now + timedelta(days=1)

    def put(tx: Tx) -> OutboxRow:
        to, why = tidings.author(story.id), {"why": "their words"}
        message = Message(NEWS, to, args=why, story_id=story.id, lane=lane, due_at=later)
        return outbox.get(tx, outbox.enqueue(tx, message))

    return house.writer.submit(put).result(30)


def withdraw(house: House, story: Story) -> None:
    done = house.do(
        service.withdraw,
        house.story(story),
        by=WithdrawnBy.AUTHOR,
        actor=audit.AUTHOR,
        surface=audit.Surface.BUTTON,
    )
    assert done


def row_of(house: House, row: OutboxRow) -> OutboxRow:
    return house.read(lambda tx: outbox.get(tx, row.id))


def test_what_waits_about_it_is_dropped_by_the_withdrawal_itself(house: House) -> None:
    """In the transaction that takes the story back: no gate is asked, and the row keeps no arguments."""
    house.now = FRIDAY
    story, other = house.tell(), house.tell(title="Another")
    waiting, others = tell(house, story), tell(house, other)
    assert waiting.state is OutboxState.QUEUED
    withdraw(house, story)
    dropped = row_of(house, waiting)
    assert (dropped.state, dropped.reason, dict(dropped.args)) == (OutboxState.DROPPED, "withdrawn", {})
    assert row_of(house, others).state is OutboxState.QUEUED


def test_what_is_being_said_of_another_story_stays(house: House) -> None:
    """Whoever takes a story back while they tell the next keeps the question they stand at; anything else may go."""
    story = house.tell()

    def put(tx: Tx) -> tuple[str, str]:
        teller = tellers.find_author(tx, story.id)
        assert teller is not None
        to = tidings.teller(teller.id)
        question = outbox.enqueue(tx, Message(NEWS, to, args={"draft": "another"}))
        copy = outbox.enqueue(tx, Message(NEWS, to))
        tx.connection.exec_driver_sql("UPDATE outbox SET state = 'sending' WHERE id IN (?, ?)", (question, copy))
        return question, copy

    question, copy = house.writer.submit(put).result(30)
    withdraw(house, story)
    removed = house.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT target FROM outbox WHERE op = 'delete'").scalars().all()
    )
    assert copy in removed and question not in removed


def test_its_gate_is_shut_for_every_kind_that_does_not_look_itself(house: House) -> None:
    """What comes into line after the withdrawal is not said, though its own room would say it; removals pass."""
    kind = watched({NEWS: Kind(lambda tx, policy, row: Rendered("News", []))})[NEWS]
    story, other = house.tell(), house.tell(title="Another")
    withdraw(house, story)
    late, others = tell(house, story), tell(house, other)
    removal = tell(house, story, lane=f"{tidings.REMOVAL}any")
    assert kind.gate is not None
    gate = kind.gate
    assert house.read(lambda tx: gate(tx, house.policy, late)) == "withdrawn"
    assert house.read(lambda tx: gate(tx, house.policy, others)) is None
    assert house.read(lambda tx: gate(tx, house.policy, removal)) is None
