"""A rehearsal that loses no time, the official clients pointed at it, and a small Bolt app of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import Times

NO_RETRIES: list[AsyncRetryHandler] = []


@pytest.fixture
async def rehearsal(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(directory=tmp_path / "rehearsal", pace=0) as workspace:
        workspace.hub.times = Times(ack_deadline=0.3, retries=(0.0, 0.1, 0.2))
        yield workspace


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    return AsyncWebClient(
        token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url, retry_handlers=NO_RETRIES, timeout=2
    )


@pytest.fixture
async def socket(rehearsal: Rehearsal) -> AsyncIterator[SocketModeClient]:
    """A bare Socket Mode client that is connected and acknowledges nothing by itself."""
    web = AsyncWebClient(base_url=rehearsal.api_url)
    bare = SocketModeClient(app_token=rehearsal.workspace.app_token, web_client=web, ping_interval=0.5)
    await bare.connect()
    await rehearsal.hub.connected.wait()
    yield bare
    await bare.close()


@pytest.fixture
async def bolt(rehearsal: Rehearsal, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A plain Bolt app, connected; a test adds its listeners."""
    app = AsyncApp(client=client, process_before_response=True)
    handler = AsyncSocketModeHandler(
        app,
        app_token=rehearsal.workspace.app_token,
        web_client=AsyncWebClient(base_url=rehearsal.api_url),
        ping_interval=0.5,
    )
    await handler.connect_async()
    await rehearsal.hub.connected.wait()
    yield app
    await handler.close_async()
