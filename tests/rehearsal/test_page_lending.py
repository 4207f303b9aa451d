"""`altogether rehearse --connect`, as it is typed: a program made with Slack's stock client is the app."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner
from page_visitor import Visitor
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import cli
from bot.rehearsal.slack.workspace import STORIES_CHANNEL

ROOT = Path(__file__).resolve().parents[2]


async def test_a_program_of_ones_own_is_the_app(tmp_path: Path) -> None:
    """With the three printed settings it posts, hears what people write, and meets Slack's pace; no bot is there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse", "--connect", "--no-browser", "--port", str(port)),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(100):
            given: dict[str, str] = {}
            while not (line := (await process.stdout.readline()).decode()).startswith("The page stays open"):
                assert line, "it ended"
                name, equals, value = line.strip().partition("=")
                given |= {name: value} if equals else {}
            assert given.keys() == {"SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}
            web = AsyncWebClient(token=given["SLACK_BOT_TOKEN"], base_url=given["SLACK_API_URL"])
            sam = Visitor(session, f"http://127.0.0.1:{port}")
            assert (await sam.state())["bot"]["state"] == "awaited"
            assert (await web.auth_test())["user"] == "altogether"
            await _talk(web, given["SLACK_APP_TOKEN"], sam)
            with pytest.raises(SlackApiError) as caught:
                for number in range(20):
                    await web.chat_postMessage(channel=STORIES_CHANNEL, text=str(number))
            assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
            assert (await sam.post("/page/bot", do="restart"))["error"].startswith("No bot is started here")
            assert (await sam.post("/page/guide", do="tell"))["error"].startswith("No bot is started here")
    finally:
        process.terminate()
        await process.wait()


async def _talk(web: AsyncWebClient, app_token: str, sam: Visitor) -> None:
    """The program connects, and echoes what Sam writes to it."""
    client = SocketModeClient(app_token=app_token, web_client=web)

    async def echo(_: Any, request: Any) -> None:
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        event = request.payload["event"]
        if "bot_id" not in event:
            await web.chat_postMessage(channel=event["channel"], text=f"Echo: {event['text']}")

    client.socket_mode_request_listeners.append(echo)
    await client.connect()
    try:
        async with sam.listening():
            await sam.do("say", channel="D0SAM00001", text="Is anybody there?")
            await sam.hears(lambda event: "Echo: Is anybody there?" in str(event))
        assert (await sam.state())["bot"] == {"state": "connected", "line": "Your program is connected."}
    finally:
        await client.close()


@pytest.mark.parametrize("option", [["--keep"], ["--script", str(ROOT / "README.md")]])
def test_there_is_nothing_to_keep_and_no_script_without_a_bot(option: list[str]) -> None:
    """Options that are for the bot are refused beside --connect, with the way out."""
    result = CliRunner().invoke(cli.altogether, ["rehearse", "--connect", *option])
    assert result.exit_code == 2
    assert "leave out --script and --keep" in result.output
