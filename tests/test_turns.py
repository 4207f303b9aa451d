"""People take turns: a flood of one person's waits in that person's own line."""

import asyncio
from collections import Counter

import pytest

from bot.envelope import person_of
from bot.turns import EACH, Turns


async def _let_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_comes_during_a_flood_is_next() -> None:
    """A thousand deliveries of one person hold a few places; the first of another person has its turn at once."""
    turns, begun = Turns(), list[str]()

    async def deliver(who: str) -> None:
        assert await turns.begin(who)
        begun.append(who)

    flood = [asyncio.create_task(deliver("flooder")) for _ in range(1000)]
    await _let_run()
    assert begun == ["flooder"] * EACH
    other = asyncio.create_task(deliver("other"))
    await _let_run()
    assert begun[EACH:] == ["other"]
    while len(begun) < 1001:
        turns.end("flooder")
        await _let_run()
    await asyncio.gather(other, *flood)


async def test_with_every_place_taken_people_take_turns() -> None:
    """As places become free, everybody who waits gets one before anybody gets two, in the order of their coming."""
    turns, begun = Turns(at_once=1, each=1), list[str]()

    async def deliver(who: str) -> None:
        assert await turns.begin(who)
        begun.append(who)

    tasks = [asyncio.create_task(deliver(who)) for who in "aaaabbcc"]
    for _ in tasks:
        await _let_run()
        turns.end(begun[-1])
    await asyncio.gather(*tasks)
    assert "".join(begun) == "aabcabca"
    assert Counter(begun) == Counter("aaaabbcc")


async def test_a_newer_copy_takes_the_place_of_the_older() -> None:
    """A delivery that comes again while it waits is handled once, as early as its first copy would have been."""
    turns = Turns(at_once=1, each=1)
    assert await turns.begin("a")
    older, behind = (asyncio.create_task(turns.begin("a", key)) for key in ("E1", "E2"))
    await _let_run()
    newer = asyncio.create_task(turns.begin("a", "E1"))
    assert await older is False
    turns.end("a")
    assert await newer is True
    assert not behind.done()
    turns.end("a")
    assert await behind is True


@pytest.mark.parametrize("granted", [False, True])
async def test_who_gives_up_holds_no_place(granted: bool) -> None:
    """A delivery that is cancelled, while it waits or at the moment of its turn, leaves its place to the next."""
    turns = Turns(at_once=1, each=1)
    assert await turns.begin("a")
    gone, following = asyncio.create_task(turns.begin("b")), asyncio.create_task(turns.begin("c"))
    await _let_run()
    if granted:
        turns.end("a")
    gone.cancel()
    if not granted:
        turns.end("a")
    assert await following is True
    with pytest.raises(asyncio.CancelledError):
        await gone


@pytest.mark.parametrize(
    ("payload", "person"),
    [
        ({"event": {"type": "message", "user": "U1", "channel": "D1"}}, "U1"),
        ({"event": {"subtype": "message_changed", "channel": "D1", "message": {"user": "U1"}}}, "U1"),
        ({"event": {"subtype": "message_deleted", "channel": "D1", "previous_message": {"user": "U1"}}}, "U1"),
        ({"event": {"subtype": "message_deleted", "channel": "D1"}}, "D1"),
        ({"event": {"type": "app_uninstalled"}}, ""),
        ({"type": "block_actions", "user": {"id": "U1"}}, "U1"),
        ({"command": "/story", "user_id": "U1"}, "U1"),
        ({}, ""),
    ],
)
def test_a_delivery_is_somebodys(payload: dict[str, object], person: str) -> None:
    """Whoever typed, pressed or commanded; else the conversation."""
    assert person_of(payload) == person
