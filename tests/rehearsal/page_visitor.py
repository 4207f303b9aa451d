"""A browser's place in the tests: it asks the page's server as the page would, and listens to its events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.rehearsal.page.room import Room

Json = dict[str, Any]


class Visitor:
    """One page, open as one person."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, person: str = "sam") -> None:
        self.session, self.origin, self.person = session, origin, person
        self.heard: list[Json] = []
        self._news = asyncio.Event()

    async def get(self, path: str, **query: str | int) -> Json:
        """What the server answers to a look."""
        async with self.session.get(self.origin + path, params={"as": self.person} | query) as answer:
            found: Json = await answer.json()
            return found

    async def state(self) -> Json:
        """The snapshot."""
        return await self.get("/page/state")

    async def post(self, path: str, **body: object) -> Json:
        """What the server answers to something done."""
        async with self.session.post(self.origin + path, json={"as": self.person} | body) as answer:
            found: Json = await answer.json()
            return found

    async def do(self, what: str, **body: object) -> Json:
        """What comes of an act."""
        return await self.post("/page/act", do=what, **body)

    async def messages(self, channel: str, **query: str | int) -> list[Json]:
        """A window of a conversation."""
        found = await self.get("/page/messages", channel=channel, **query)
        listed: list[Json] = found["messages"]
        return listed

    @asynccontextmanager
    async def listening(self, **query: int) -> AsyncIterator[None]:
        """The stream of events is open meanwhile."""
        url = self.origin + "/page/events"
        async with self.session.get(url, params={"as": self.person} | query) as answer:
            assert answer.status == 200, await answer.text()
            assert answer.content_type == "text/event-stream"
            await answer.content.readline()
            reading = asyncio.create_task(self._read(answer))
            try:
                yield
            finally:
                reading.cancel()

    async def hears(self, fits: Callable[[Json], bool], *, timeout: float = 30.0) -> Json:
        """The first event that fits, as soon as it has come."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := [one for one in self.heard if fits(one)]):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not heard; heard {[one['kind'] for one in self.heard]}") from None
        return found[0]

    async def hears_kind(self, kind: str) -> Json:
        """The first event of this kind."""
        return await self.hears(lambda event: event["kind"] == kind)

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        async for line in answer.content:
            if line.startswith(b"data: "):
                self.heard.append(json.loads(line[6:]))
                self._news.set()


@asynccontextmanager
async def visiting(room: Room, person: str = "sam") -> AsyncIterator[Visitor]:
    """Somebody looks at the page of a room."""
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield Visitor(session, room.rehearsal.origin, person)
