"""The rehearsal's page over HTTP: its files, its state, its stream of events, and what people do on it.

Loopback only, and only for pages of its own address; JSON only, of bounded size. Nothing that anybody typed is put into
HTML here. It is given to the workspace's server as `routes`, and a `Room` as soon as there is one.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.rehearsal.acting.person import NotAcknowledged, NotHeard, NotThere, Person
from bot.rehearsal.minder import NOT_OURS
from bot.rehearsal.process import BotNotReady
from bot.rehearsal.server import LOOPBACK

from . import acts as page_acts
from . import clock as page_clock
from . import state as page_state
from .faults import set_fault
from .news import Reporter
from .room import Room
from .state import Refused
from .values import TS, Fields

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FOLDER: Final = Path(__file__).parent / "static"
MOST_BYTES: Final = 512 * 1024
MOST_STREAMS: Final = 32
HEARTBEAT: Final = 10.0
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
_PART: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_FILE: Final = re.compile(rf"(?:{_PART}/)?{_PART}")


class PageServer:
    """The page's part of the server."""

    def __init__(self, *, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._reporter: Reporter | None = None
        self._streams = 0

    def routes(self) -> list[web.RouteDef]:
        """Returns what the page answers to."""
        return [
            web.get("/", self._guarded(self._index), allow_head=False),
            web.get("/page/state", self._guarded(self._state)),
            web.get("/page/messages", self._guarded(self._messages)),
            web.get("/page/events", self._guarded(self._events), allow_head=False),
            web.get("/page/log", self._guarded(self._log)),
            web.post("/page/act", self._guarded(self._act)),
            web.post("/page/clock", self._guarded(self._clock)),
            web.post("/page/fault", self._guarded(self._fault)),
            web.post("/page/bot", self._guarded(self._bot)),
            web.post("/page/guide", self._guarded(self._guide)),
            web.get("/page/{file:.+}", self._guarded(self._static)),
        ]

    def open(self, room: Room) -> None:
        """From now on the page shows this room."""
        self._reporter = Reporter(room)

    def close(self) -> None:
        """The page shows nothing any more; its streams end."""
        if self._reporter is not None:
            self._reporter.stop()

    # -- who may ask ---------------------------------------------------------------------------------------------

    def _guarded(self, handler: Handler) -> Handler:
        """Lets through what comes from the page itself; puts the page's headers on every answer."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                _check_caller(request)
                response = await handler(request)
            except Refused as refusal:
                response = _json({"ok": False, "error": refusal.words} | refusal.more, status=refusal.status)
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return guarded

    @property
    def _open_reporter(self) -> Reporter:
        if self._reporter is None:
            raise Refused("The rehearsal is just starting. Try again in a moment.", status=503)
        return self._reporter

    @property
    def _open_room(self) -> Room:
        return self._open_reporter.room

    def _person(self, name: object) -> Person:
        """Returns the person that somebody acts as."""
        profiles = self._open_room.rehearsal.workspace.directory
        found = profiles.find(name) if isinstance(name, str) and name else None
        if found is None or found.is_bot or found.deleted:
            raise Refused("Say as whom: there is nobody of that name.", status=400)
        return self._open_room.rehearsal.person(found.id)

    def _who(self, request: web.Request) -> Person:
        return self._person(request.query.get("as"))

    # -- files ---------------------------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return self._file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return self._file(request.match_info["file"])

    def _file(self, name: str) -> web.StreamResponse:
        path = self._folder / name
        kind = TYPES.get(path.suffix)
        if kind is None or not _FILE.fullmatch(name) or not path.is_file():
            raise Refused("There is no such file.", status=404)
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise Refused("There is no such file.", status=404)
        charset = "utf-8" if kind.startswith("text/") else None
        return web.Response(body=path.read_bytes(), content_type=kind, charset=charset)

    # -- looking -------------------------------------------------------------------------------------------------

    async def _state(self, request: web.Request) -> web.StreamResponse:
        return _json(page_state.snapshot(self._open_room, self._who(request)))

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        room, person = self._open_room, self._who(request)
        thread, before = request.query.get("thread") or None, request.query.get("before") or None
        if before is not None and not TS.fullmatch(before):
            raise Refused("before must be a timestamp.", status=400)
        channel = request.query.get("channel", "")
        found = page_state.window(
            room, person, channel, thread=thread, before=before, limit=_number(request, "limit", 50)
        )
        if thread is not None:
            room.guide.read(channel, thread)
        return _json(found)

    async def _log(self, request: web.Request) -> web.StreamResponse:
        limit = max(1, min(1000, _number(request, "limit", 200)))
        return _json({"entries": self._open_reporter.log.after(_number(request, "after", 0), limit)})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Streams the news from now on, or from the version that the page has seen already."""
        room, person = self._open_room, self._who(request)
        if self._streams >= MOST_STREAMS:
            raise Refused("Too many pages are open.", status=503)
        seen = _number(request, "after", room.news.version)
        if (last := request.headers.get("Last-Event-ID", "")).isdecimal():
            seen = int(last)
        stream = web.StreamResponse(headers=HEADERS)
        stream.content_type, stream.charset = "text/event-stream", "utf-8"
        await stream.prepare(request)
        self._streams += 1
        try:
            await stream.write(b": here is what happens\n\n")
            while not room.news.closed:
                items = room.news.since(seen)
                if items is None:  # too much was missed: the page starts afresh
                    seen = room.news.version
                    await stream.write(_event(seen, {"version": seen, "kind": "reset"}))
                    continue
                if items:
                    told = [(item.version, item.for_person(person)) for item in items]
                    seen = items[-1].version
                    await stream.write(b"".join(_event(number, body) for number, body in told if body is not None))
                    continue
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await room.news.after(seen)
                except TimeoutError:
                    await stream.write(b": still here\n\n")
        except ConnectionError:
            return stream  # the page was closed
        finally:
            self._streams -= 1
        return stream

    # -- doing ---------------------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        return _json(await page_acts.act(self._open_room, self._person(body.get("as")), body))

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        room, how = self._open_room, Fields(await _body(request)).text("move")
        if how not in (*page_clock.MOVES, page_clock.BACK):
            raise Refused(f"The clock moves to: {', '.join((*page_clock.MOVES, page_clock.BACK))}.", status=400)
        await room.free.wait()
        async with room.at_work:
            set_off = await page_clock.move(room.rehearsal, how, moved=lambda: room.changed("clock"))
        return _json({"ok": True, "set_off": set_off, "clock": page_state.clock(room)})

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        room, body = self._open_room, await _body(request)
        await room.free.wait()
        await set_fault(room.rehearsal.faults, body)
        self._open_reporter.faults_changed()
        return _json({"ok": True, "faults": page_state.faults(room)})

    async def _bot(self, request: web.Request) -> web.StreamResponse:
        room, what = self._open_room, Fields(await _body(request)).text("do")
        if what not in ("kill", "restart"):
            raise Refused("The bot can be told: kill, restart.", status=400)
        await room.free.wait()
        try:
            await (room.minder.kill() if what == "kill" else room.minder.restart())
        except BotNotReady as error:
            raise Refused(str(error).partition("\n")[0]) from error
        return _json({"ok": True, "bot": {"state": room.minder.state, "line": room.minder.line}})

    async def _guide(self, request: web.Request) -> web.StreamResponse:
        room, step = self._open_room, Fields(await _body(request)).text("do")
        if not room.helper.knows(step):
            raise Refused("The guide has no such step.", status=400)
        if room.minder.is_lent:
            raise Refused(NOT_OURS)
        await room.free.wait()
        await room.minder.settled()
        async with room.at_work:
            try:
                await room.helper.do(step)
            except (NotHeard, NotThere, NotAcknowledged) as error:
                raise Refused("That didn't work just now. Is the bot running? Try it yourself.") from error
        return _json({"ok": True, "guide": room.guide.as_json()})


def _check_caller(request: web.Request) -> None:
    """Refuses whoever reaches this server under another name, and pages of another address."""
    port = request.url.port
    hosts = [f"{name}:{port}" for name in LOOPBACK]
    local = request.get_extra_info("sockname")
    if request.host not in hosts or (local and local[1] != port):
        raise Refused("This server answers to its own address only.", status=403)
    origin = request.headers.get("Origin")
    if origin is not None and (urlsplit(origin).scheme != "http" or urlsplit(origin).netloc not in hosts):
        raise Refused("This server answers its own page only.", status=403)
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") and request.path != "/":
        raise Refused("This server answers its own page only.", status=403)


async def _body(request: web.Request) -> Json:
    """Returns the JSON object that was sent."""
    if request.content_type != "application/json":
        raise Refused("Send JSON.", status=415)
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused("That is too much at once.", status=413)
    try:
        text = await request.text()
    except (UnicodeDecodeError, LookupError) as error:
        raise Refused("Send JSON, in UTF-8.", status=400) from error
    if len(text) > MOST_BYTES:
        raise Refused("That is too much at once.", status=413)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("Send JSON.", status=400) from error
    if not isinstance(body, dict):
        raise Refused("Send a JSON object.", status=400)
    return body


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name) or str(default)
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise Refused(f"{name} must be a number.", status=400)
    return int(text)


def _json(body: Json, *, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json", charset="utf-8")


def _event(version: int, body: Json) -> bytes:
    return f"id: {version}\ndata: {json.dumps(body)}\n\n".encode()
