"""A link of Socket Mode: what an app may send over it, and how Slack ends it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import Times


@pytest.fixture
async def link(rehearsal: Rehearsal) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """One bare link, its hello read."""
    url = f"ws{rehearsal.origin.removeprefix('http')}/link/{rehearsal.hub.new_ticket()}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as one:
        await one.receive_json()
        yield one


@pytest.mark.parametrize("frame", ["not JSON", "[]", "5", '"x"', "null", '{"envelope_id": ["a"]}', "[" * 100_000])
async def test_no_frame_cuts_the_link(rehearsal: Rehearsal, link: aiohttp.ClientWebSocketResponse, frame: str) -> None:
    """Whatever an app sends, its next event comes over the same link, and its ack counts."""
    await link.send_str(frame)
    saying = asyncio.create_task(rehearsal.person("sam").say("still there?"))
    envelope = await link.receive_json(timeout=10)
    await link.send_json({"envelope_id": envelope["envelope_id"]})
    await saying
    assert rehearsal.log.of("ack", "ok")


@pytest.mark.parametrize("payload", ["just text", [1], 5, None])
async def test_an_ack_of_no_object_is_an_ack(
    rehearsal: Rehearsal, link: aiohttp.ClientWebSocketResponse, payload: Any
) -> None:
    """A command is acknowledged by whatever comes in time; what is no message answers nothing."""
    asking = asyncio.create_task(rehearsal.person("sam").command("/story help", patience=0.01))
    envelope = await link.receive_json(timeout=10)
    await link.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})
    answer = await asking
    assert (answer.text, answer.error) == ("", None)


async def test_an_envelope_has_a_uuid(rehearsal: Rehearsal, link: aiohttp.ClientWebSocketResponse) -> None:
    """Its id has the form that Slack's has."""
    await rehearsal.person("sam").say("hello", wait=False)
    envelope = await link.receive_json(timeout=10)
    assert str(uuid.UUID(envelope["envelope_id"])) == envelope["envelope_id"]


async def test_a_link_that_is_to_be_refreshed_is_closed_soon(
    rehearsal: Rehearsal, link: aiohttp.ClientWebSocketResponse
) -> None:
    """Slack announces that a link ends, and some seconds later ends it, whether the app has moved on or not."""
    rehearsal.hub.times = Times(closing=0.05)
    assert await rehearsal.hub.disconnect("warning") == 1
    assert await rehearsal.hub.disconnect("refresh_requested") == 1
    assert [(await link.receive_json(timeout=10))["reason"] for _ in range(2)] == ["warning", "refresh_requested"]
    assert (await link.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING)
    assert Times().closing == 10
