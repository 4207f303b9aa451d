"""Every fault of the rehearsal really happens, and is counted when it does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import STORIES_CHANNEL


def listen(app: AsyncApp) -> list[str]:
    """Lets the app note every message it gets."""
    texts: list[str] = []

    async def note(event: dict[str, Any]) -> None:
        texts.append(event["text"])

    app.event("message")(note)
    return texts


async def until(rehearsal: Rehearsal, holds: Callable[[], bool]) -> None:
    news = asyncio.Event()
    rehearsal.log.listen(lambda _: news.set())
    async with asyncio.timeout(30):
        while not holds():
            news.clear()
            await news.wait()


async def reconnected(rehearsal: Rehearsal, greetings: int) -> None:
    await until(rehearsal, lambda: rehearsal.hub.greetings >= greetings and bool(rehearsal.hub.connections))


async def test_a_lost_ack_brings_the_event_again(rehearsal: Rehearsal, bolt: AsyncApp) -> None:
    """The bot has answered, the ack is lost: the same event comes twice."""
    texts = listen(bolt)
    rehearsal.faults.lose_next_ack()
    await rehearsal.person("sam").say("once")
    assert texts == ["once", "once"]
    assert rehearsal.faults.fired("lose_next_ack") == 1


async def test_a_dropped_socket_is_opened_again(rehearsal: Rehearsal, bolt: AsyncApp) -> None:
    """After a close, a refused link and Slack's own requests, the bot is back and hears what is said."""
    texts = listen(bolt)
    await rehearsal.faults.drop_socket()
    await reconnected(rehearsal, 2)
    await rehearsal.faults.disconnect("refresh_requested")
    await reconnected(rehearsal, 3)
    rehearsal.faults.refuse_socket()
    await rehearsal.faults.drop_socket(abrupt=True)
    await reconnected(rehearsal, 4)
    await rehearsal.person("sam").say("still there?")
    assert texts == ["still there?"]
    fired = {f.name: f.fired for f in rehearsal.faults.all() if f.fired}
    assert fired == {"drop_socket": 2, "disconnect": 1, "refuse_socket": 1}


async def test_events_come_twice_or_in_the_wrong_order(rehearsal: Rehearsal, bolt: AsyncApp) -> None:
    """A duplicate is the same event; held events go out the last first."""
    texts = listen(bolt)
    rehearsal.faults.duplicate_next(delay=0.01)
    sam = rehearsal.person("sam")
    await sam.say("twin")
    await until(rehearsal, lambda: len(rehearsal.log.of("ack", "ok")) == 2)
    rehearsal.faults.reorder_next(2)
    await asyncio.gather(sam.say("first"), sam.say("second"))
    assert texts == ["twin", "twin", "second", "first"]
    assert (rehearsal.faults.fired("duplicate_next"), rehearsal.faults.fired("reorder_next")) == (1, 2)


async def test_calls_fail_in_every_way(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """429, 500, an error code, broken JSON, silence and cut connections each strike once, for their method only."""
    faults = rehearsal.faults

    async def fails(call: Awaitable[Any], kind: type[Exception]) -> Any:
        with pytest.raises(kind) as caught:
            await call
        return caught.value

    def post(text: str = "x") -> Awaitable[Any]:
        return client.chat_postMessage(channel=STORIES_CHANNEL, text=text)

    faults.rate_limit_next("chat.postMessage", retry_after=7)
    assert (await client.auth_test())["ok"]
    limited = (await fails(post(), SlackApiError)).response
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    faults.fail_next("chat.postMessage", status=503)
    assert (await fails(post(), SlackApiError)).response.status_code == 503
    faults.fail_next("chat.postMessage", error="fatal_error")
    assert (await fails(post(), SlackApiError)).response["error"] == "fatal_error"
    faults.fail_next("chat.postMessage", malformed=True)
    await fails(post(), SlackApiError)
    faults.refuse_connection("chat.postMessage")
    await fails(post(), aiohttp.ClientError)
    assert rehearsal.person("rae").messages("#info-stories") == []
    faults.lose_reply_after("chat.postMessage")
    await fails(post("done"), aiohttp.ClientError)
    client.timeout = 0.2  # type: ignore[assignment]
    faults.hang_next("chat.postMessage", seconds=0.5)
    await fails(post("done late"), TimeoutError)
    assert [m.shown for m in rehearsal.person("rae").messages("#info-stories")] == ["done", "done late"]
    assert (await post("fine"))["ok"]
    assert {f.name: f.fired for f in faults.all() if f.fired} == {
        "rate_limit_next": 1,
        "fail_next": 3,
        "refuse_connection": 1,
        "lose_reply_after": 1,
        "hang_next": 1,
    }


async def test_history_can_be_stale_and_bare(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A stale read misses the bot's last message; switches leave out metadata and the bot's ids until turned off."""
    metadata = {"event_type": "t", "event_payload": {"k": "v"}}
    for text in ("one", "two"):
        await client.chat_postMessage(channel=STORIES_CHANNEL, text=text, metadata=metadata)

    async def history() -> list[dict[str, Any]]:
        answer = await client.conversations_history(channel=STORIES_CHANNEL, include_all_metadata=True)
        return list(answer["messages"])

    rehearsal.faults.stale_history_next()
    assert [m["text"] for m in await history()] == ["one"]
    assert [m["text"] for m in await history()] == ["two", "one"]
    rehearsal.faults.drop_metadata()
    rehearsal.faults.omit_bot_id()
    assert not any({"metadata", "bot_id", "app_id"} & m.keys() for m in await history())
    rehearsal.faults.clear()
    assert all({"metadata", "bot_id"} <= m.keys() for m in await history())
    assert rehearsal.faults.fired("stale_history_next") == 1
    assert rehearsal.faults.fired("drop_metadata") == rehearsal.faults.fired("omit_bot_id") == 1


async def test_every_fault_is_described_for_people(rehearsal: Rehearsal) -> None:
    """Each fault has a sentence, of what it does and of what to expect, and nothing has fired before it was armed."""
    assert all(f.description.endswith(".") and f.fired == 0 and f.armed == 0 for f in rehearsal.faults.all())
    assert all(f.description.count(": ") == 1 for f in rehearsal.faults.all())
    for name in (f.name for f in rehearsal.faults.all()):
        assert callable(getattr(rehearsal.faults, name)), name


async def test_the_log_holds_the_whole_exchange(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """Every envelope, call and answer is in the log, in order, as JSON; listeners hear each one."""
    heard: list[str] = []
    rehearsal.log.listen(lambda entry: heard.append(f"{entry.kind} {entry.outcome}"))
    rehearsal.faults.fail_next("response_url", error="x")
    async with aiohttp.ClientSession() as session:
        await session.post(f"{rehearsal.origin}/response/none", json={"text": "x"})
        await session.post(f"{rehearsal.origin}/response/none", json={"text": "x"})
    assert heard == ["response_url called", "response_url error", "response_url called", "response_url invalid_url"]
    assert [e.number for e in rehearsal.log.entries] == list(range(1, len(rehearsal.log.entries) + 1))
    assert json.dumps([dict(e.body) for e in rehearsal.log.entries])
