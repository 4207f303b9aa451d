"""Very much to be sent: the first of it leaves at once, few of it are in hand, and little of it is ever in doubt."""

import asyncio

from delivery_house import STORIES, House, until

from bot.delivery.sending import AT_ONCE
from storage import outbox
from storage.database import Tx
from storage.records import Message

MANY = 5 * AT_ONCE


def waiting(number: int) -> list[Message]:
    """So many messages, each the first of a lane of its own."""
    return [Message("note", STORIES, args={"say": f"{n}"}, lane=f"lane:{n}") for n in range(number)]


async def put_all(house: House, messages: list[Message]) -> list[str]:
    """Puts them in the outbox together; returns their ids."""

    def work(tx: Tx) -> list[str]:
        return [outbox.enqueue(tx, message) for message in messages]

    return await house.do(work)


def begun(house: House) -> int:
    """How many messages have been begun, whatever has become of them."""
    with house.database.reading("ws", house.clock.now()) as tx:
        counted = tx.connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE state != 'queued'")
        return int(counted.scalar_one())


async def test_the_first_is_sent_before_the_last_is_begun(house: House) -> None:
    """A thousand messages wait when the bot starts: some are sent long before all of them are in hand."""
    house.writer.at_once = lambda: False
    await put_all(house, waiting(MANY))
    house.start()
    await until(house.texts)
    assert begun(house) < MANY / 2
    assert sum(task.get_name() == "lane" for task in asyncio.all_tasks()) <= 2 * AT_ONCE


async def test_what_is_put_while_delivery_has_its_hands_full_is_never_in_doubt(house: House) -> None:
    """While Slack refuses the token, nothing new counts as tried: after a kill it need not be looked up in Slack."""
    delivery = house.make()
    house.writer.at_once = delivery.has_room
    delivery.pause()
    house.run(delivery)
    await put_all(house, waiting(50))
    await house.kill()
    assert begun(house) == 0, "what counts as tried is looked up in Slack by the next start"
    house.start()
    await house.drained()
    assert len(house.texts()) == 50


async def test_a_lane_that_cannot_go_on_holds_up_no_other(house: House) -> None:
    """So many lanes wait for a message that is never sent as may be in hand at once; those behind them are sent."""
    house.writer.at_once = lambda: False
    first = await house.put("tomorrow", lane="lane:tomorrow", due_at=house.later(days=1))
    stuck = [
        Message("note", STORIES, args={"say": f"{n}"}, lane=f"a:{n}", target=first, depends_on=first)
        for n in range(2 * AT_ONCE)
    ]
    await put_all(house, stuck)
    await put_all(house, waiting(10))
    house.start()
    await until(lambda: len(house.texts()) == 10)
