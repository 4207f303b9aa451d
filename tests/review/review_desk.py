"""A desk for the review room's tests at the edge: its listeners in a real Bolt app, over a rehearsal workspace.

People press and type there; what the room puts in line is posted there by `send`, a plain loop over the outbox.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp
from review_house import POLICY, House
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import commands
from bot.clock import OffsetClock
from bot.edge import Edge
from bot.rehearsal.acting.person import Person
from bot.rehearsal.server import Rehearsal
from bot.review import listeners, typed
from storage import outbox
from storage.records import Op, OutboxRow, Story


class Desk:
    """One review channel, two reviewers, and the room behind them."""

    def __init__(self, house: House, rehearsal: Rehearsal) -> None:
        self.house, self.rehearsal = house, rehearsal
        self.client = AsyncWebClient(
            token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url, retry_handlers=[], timeout=5
        )
        assert rehearsal.clock.file is not None
        clock = OffsetClock(rehearsal.clock.file)
        self.edge = Edge(house.database, house.writer, house.workspace, clock, POLICY, self.client)
        bot = rehearsal.workspace.bot

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None,
                team_id=rehearsal.workspace.team_id,
                bot_token=rehearsal.workspace.bot_token,
                bot_id=bot.bot_id,
                bot_user_id=bot.id,
            )

        self.app = AsyncApp(client=self.client, process_before_response=True, authorize=authorize)
        listeners.register(self.app, self.edge)
        commands.register(self.app, self.edge, typed.COMMANDS)
        self.handler = AsyncSocketModeHandler(
            self.app,
            app_token=rehearsal.workspace.app_token,
            web_client=AsyncWebClient(base_url=rehearsal.api_url),
        )

    async def __aenter__(self) -> Self:
        await self.handler.connect_async()
        await self.rehearsal.hub.connected.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.handler.close_async()
        self.edge.close()

    @property
    def amira(self) -> Person:
        return self.rehearsal.person("amira")

    @property
    def joe(self) -> Person:
        return self.rehearsal.person("joe")

    @property
    def rae(self) -> Person:
        return self.rehearsal.person("rae")

    async def tell(self, **parts: Any) -> Story:
        """A story whose card is in the channel."""
        story = await asyncio.to_thread(self.house.tell, deliver=False, **parts)
        await self.send()
        return story

    async def send(self) -> None:
        """Post everything that is due."""
        while batch := await asyncio.to_thread(self._due):
            for row, rendered in batch:
                blocks = list(rendered.blocks)
                channel, ts = await self._call(row, rendered.text, blocks)
                await asyncio.to_thread(self.house.settle, row, channel, ts)

    def _due(self) -> list[Any]:
        return self.house.writer.submit(self.house.due).result(10)

    async def _call(self, row: OutboxRow, text: str, blocks: list[Any]) -> tuple[str, str]:
        channel = row.recipient.partition(":")[2]
        if row.recipient.startswith("author:"):
            return "D0AUTHOR", "1.0"
        match row.op:
            case Op.POST:
                posted = await self.client.chat_postMessage(channel=channel, text=text, blocks=blocks)
                return str(posted["channel"]), str(posted["ts"])
            case Op.WHISPER:
                await self.client.chat_postEphemeral(channel=channel, user=str(row.person), text=text, blocks=blocks)
                return channel, "0.0"
            case Op.UPDATE if row.target is None:
                await self._respond(str(row.response_url), {"replace_original": True, "text": text, "blocks": blocks})
                return channel, "0.0"
            case _:
                target = self.house.read(lambda tx: outbox.get(tx, str(row.target)))
                await self.client.chat_update(channel=str(target.channel), ts=str(target.ts), text=text, blocks=blocks)
                return str(target.channel), str(target.ts)

    async def _respond(self, url: str, payload: dict[str, Any]) -> None:
        async with aiohttp.ClientSession() as session, session.post(url, json=payload) as answer:
            assert answer.status == 200
