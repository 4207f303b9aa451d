"""The HTTP of a call, byte by byte: where a token may stand, and what Slack says of a body that it cannot read."""

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import STORIES_CHANNEL

Json = dict[str, Any]
FORM, JSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
HELLO = json.dumps({"channel": STORIES_CHANNEL, "text": "Hello"})
DEEP = "[" * 100_000 + "]" * 100_000


async def sent(
    rehearsal: Rehearsal,
    body: str | bytes | None,
    content_type: str | None,
    *,
    method: str = "chat.postMessage",
    token: str | None = None,
) -> tuple[int, Json]:
    """Posts exactly these bytes (token: in the header; the bot's, if none is given; "" sends no header)."""
    bearer = rehearsal.workspace.bot_token if token is None else token
    headers = ({"Authorization": f"Bearer {bearer}"} if bearer else {}) | (
        {"Content-Type": content_type} if content_type else {}
    )
    async with aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session:
        data = body.encode() if isinstance(body, str) else body
        async with session.post(f"{rehearsal.api_url}{method}", data=data, headers=headers) as response:
            return response.status, await response.json()


async def test_a_token_counts_in_the_header_or_in_a_form(rehearsal: Rehearsal) -> None:
    """In the address or as an attribute of JSON it is no token at all, and a link is opened with the header only."""
    bot, app = rehearsal.workspace.bot_token, rehearsal.workspace.app_token
    in_address = f"auth.test?{urlencode({'token': bot})}"
    _, form = await sent(rehearsal, urlencode({"token": bot}), FORM, method="auth.test", token="")
    _, address = await sent(rehearsal, None, None, method=in_address, token="")
    _, attribute = await sent(rehearsal, json.dumps({"token": bot}), JSON, method="auth.test", token="")
    opening = "apps.connections.open"
    _, link = await sent(rehearsal, urlencode({"token": app}), FORM, method=opening, token="")
    _, header = await sent(rehearsal, None, FORM, method=opening, token=app)
    assert form["user_id"] == "U0ALTOGETH" and header["url"].startswith("ws://127.0.0.1")
    assert [one["error"] for one in (address, attribute, link)] == ["not_authed"] * 3


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("[1]", JSON, "json_not_object"),
        ('"abc"', JSON, "json_not_object"),
        ("null", JSON, "json_not_object"),
        ('{"a":', JSON, "invalid_json"),
        ('{"a": NaN}', JSON, "invalid_json"),
        (b'{"text": "\xff"}', JSON, "invalid_json"),
        (f'{{"blocks": {DEEP}}}', JSON, "invalid_json"),
        (urlencode({"channel": STORIES_CHANNEL, "blocks": DEEP}), FORM, "invalid_blocks_format"),
        (urlencode({"channel": STORIES_CHANNEL, "attachments": DEEP}), FORM, "invalid_attachments"),
        ("<a/>", "text/xml", "invalid_post_type"),
        (HELLO, None, "missing_post_type"),
        (HELLO, "application/json; charset=utf-7", "invalid_charset"),
        ("text=Hello", f"{FORM}; charset=latin-9", "invalid_charset"),
        (b"text=\xff\xfe", FORM, "invalid_form_data"),
        ("text=%ff%fe", FORM, "invalid_form_data"),
        ("garbage", "multipart/form-data; boundary=x", "invalid_form_data"),
        ("garbage", "multipart/form-data", "invalid_form_data"),
    ],
)
async def test_a_body_that_cannot_be_read_has_a_word_of_its_own(
    rehearsal: Rehearsal, body: str | bytes, content_type: str | None, error: str
) -> None:
    """Whatever is wrong with a body, the answer is JSON and says what; nothing is posted."""
    status, answer = await sent(rehearsal, body, content_type)
    assert (status, answer["ok"], answer["error"]) == (200, False, error)
    assert not rehearsal.workspace.conversations[STORIES_CHANNEL].posts


async def test_a_body_that_is_too_large_is_refused_in_json(rehearsal: Rehearsal) -> None:
    """Five megabytes are not read, and the answer is one that a client understands."""
    status, answer = await sent(rehearsal, json.dumps({"text": "x" * 5_000_000}), JSON)
    assert (status, answer["ok"]) == (413, False)


async def test_a_form_in_parts_is_read_part_by_part(rehearsal: Rehearsal) -> None:
    """A part may say that it is JSON, and is read all the same."""
    form = aiohttp.FormData()
    form.add_field("channel", STORIES_CHANNEL)
    form.add_field("text", "Grüße", content_type="text/plain; charset=utf-8")
    form.add_field("blocks", '[{"type": "divider"}]', content_type="application/json")
    bearer = {"Authorization": f"Bearer {rehearsal.workspace.bot_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rehearsal.api_url}chat.postMessage", data=form, headers=bearer) as response,
    ):
        message = (await response.json())["message"]
    assert (message["text"], message["blocks"][0]["type"]) == ("Grüße", "divider")


async def test_a_charset_is_missed_in_json_and_too_much_in_a_form(rehearsal: Rehearsal) -> None:
    """Slack's two warnings stand beside what was asked for, whether it was done or not."""
    _, bare = await sent(rehearsal, HELLO, "application/json")
    _, full = await sent(rehearsal, HELLO, JSON)
    _, form = await sent(rehearsal, "channel=C0NOWHERE1&text=x", f"{FORM}; charset=utf-8")
    _, text = await sent(rehearsal, HELLO, "application/json; charset=utf-8", method="conversations.list")
    assert (bare["ok"], bare["warning"]) == (True, "missing_charset")
    assert bare["response_metadata"] == {"warnings": ["missing_charset"]}
    assert (form["error"], form["response_metadata"]["warnings"]) == ("channel_not_found", ["superfluous_charset"])
    assert "warning" not in full | text


async def test_slacks_own_clients_give_no_cause_for_a_warning(
    rehearsal: Rehearsal, client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Forms, JSON, addresses and files from both clients are taken as they are, with a token of either kind."""
    threaded = WebClient(token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url)
    with caplog.at_level(logging.WARNING):
        answers: list[Any] = [
            await client.auth_test(),
            await client.chat_postMessage(channel=STORIES_CHANNEL, text="Hello"),
            await client.conversations_history(channel=STORIES_CHANNEL),
            await client.api_call("users.info", params={"user": "U0SAM00001"}),
            await client.api_call("users.info", data={"user": "U0SAM00001"}),
            await client.apps_connections_open(app_token=rehearsal.workspace.app_token),
            await client.files_upload_v2(channel=STORIES_CHANNEL, content="x", filename="x.txt"),
        ]

        def in_a_thread() -> list[Any]:
            return [
                threaded.auth_test(),
                threaded.chat_postMessage(channel=STORIES_CHANNEL, text="Hello"),
                threaded.conversations_history(channel=STORIES_CHANNEL),
                threaded.api_call("users.info", data={"user": "U0SAM00001"}),
                threaded.apps_connections_open(app_token=rehearsal.workspace.app_token),
                threaded.files_upload_v2(channel=STORIES_CHANNEL, content="x", filename="x.txt"),
            ]

        answers += await asyncio.to_thread(in_a_thread)
    assert all(answer["ok"] and "warning" not in answer.data for answer in answers)
    assert not caplog.records


async def test_a_request_that_names_no_host_is_refused_quietly(
    rehearsal: Rehearsal, caplog: pytest.LogCaptureFixture
) -> None:
    """No host at all gets a plain 400, and nothing is logged of it."""
    port = int(rehearsal.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /api/api.test HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    with caplog.at_level(logging.WARNING):
        answer = await reader.read()
    writer.close()
    assert answer.partition(b" ")[2].startswith(b"400")
    assert not caplog.records
