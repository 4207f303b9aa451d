"""The rehearsal itself: a Slack-compatible server on this computer only, and the way to everything in it.

It speaks HTTP: calls, links and response_urls, with the faults that were armed. What a call does is in `web_api.py`,
what travels over a link in `socket_mode.py`. A page can add its own routes with `routes`.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from .acting.person import Person
from .environment import sealed_environment
from .slack.arguments import received, uploaded
from .slack.call import ApiError
from .slack.clock import WorkspaceClock
from .slack.decoding import decoded
from .slack.events import Courier
from .slack.faults import CallFault, Faults
from .slack.log import EventLog
from .slack.pace import Allowances
from .slack.response_urls import ResponseUrls
from .slack.socket_mode import Hub
from .slack.web_api import Answer, WebApi, rate_limited
from .slack.workspace import Workspace

Json = dict[str, Any]
Perform = Callable[[], Answer]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY = 4 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost")

_log = logging.getLogger(__name__)


class Rehearsal:
    """A workspace that is open for as long as the `async with` lasts."""

    def __init__(
        self,
        *,
        directory: Path,
        port: int = 0,
        pace: float = 1.0,
        clock: WorkspaceClock | None = None,
        seed: int = 0,
        routes: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.pace = directory, pace
        self.clock = clock or WorkspaceClock(directory / "clock")
        self.workspace = Workspace(self.clock)
        self.log = EventLog(self.clock)
        self.faults = Faults()
        self.hub = Hub(self.workspace.app_id, self.log, self.faults, seed)
        self.courier = Courier(self.workspace, self.hub, faults=self.faults)
        self.response_urls = ResponseUrls(self.workspace)
        self.allowances = Allowances(pace=pace)
        self.web_api = WebApi(self.workspace, allowances=self.allowances, open_socket=self._socket_url)
        self._people: dict[str, Person] = {}
        self._port, self._routes = port, tuple(routes)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY, middlewares=[_loopback_only])
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._call),
                web.get("/link/{ticket}", self.hub.serve),
                web.post("/response/{key}", self._respond),
                web.post("/upload/{ticket}", self._upload),
                *self._routes,
            ]
        )
        _log.addFilter(_is_ours)
        self._runner = web.AppRunner(app, access_log=None, logger=_log, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.response_urls.base = f"{self.origin}/response/"
        self.workspace.files.base = f"{self.origin}/upload/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hub.close()
        if self._runner:
            await self._runner.cleanup()

    # -- what others use -----------------------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        """Where the server is, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The bot's SLACK_API_URL."""
        return f"{self.origin}/api/"

    def person(self, name: str) -> Person:
        """Returns the person of this handle, name or id, always the same one."""
        profile = self.workspace.directory.find(name)
        if profile is None:
            raise LookupError(f"there is nobody called {name} here")
        if profile.id not in self._people:
            self._people[profile.id] = Person(profile, self.workspace, hub=self.hub, urls=self.response_urls)
        return self._people[profile.id]

    def environment(
        self, outer: Mapping[str, str] | None = None, *, database_url: str | None = None, **overrides: str
    ) -> dict[str, str]:
        """Returns the bot's whole environment; of `outer`, the caller's own, only the search path goes in."""
        if self.clock.file is None:
            raise ValueError("the bot reads the workspace's time from a file: give the clock one")
        return sealed_environment(
            outer or {},
            directory=self.directory,
            api_url=self.api_url,
            bot_token=self.workspace.bot_token,
            app_token=self.workspace.app_token,
            clock_file=self.clock.file,
            pace=self.pace,
            database_url=database_url,
            overrides=overrides,
        )

    # -- HTTP ----------------------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            call = await received(request)
        except ApiError as err:
            return self._reply(method, Answer({"ok": False, "error": err.code}), outcome=None)
        except web.HTTPRequestEntityTooLarge:
            # Which word Slack has for it is not published; this one is for a body that did not come whole.
            return self._reply(method, Answer({"ok": False, "error": "request_timeout"}, 413), outcome=None)
        self.log.record("from bot", method, outcome="called", body=call.args)
        return await self._with_faults(request, method, call.args, perform=lambda: self.web_api.receive(method, call))

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            payload = decoded(await request.read())
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        self.log.record("from bot", "response_url", outcome="called", body=payload)

        def perform() -> Answer:
            try:
                self.response_urls.use(request.match_info["key"], payload)
            except ApiError as err:
                status = 404 if err.code.endswith("_url") else 400
                return Answer({"ok": False, "error": err.code}, status)
            return Answer({"ok": True})

        return await self._with_faults(request, "response_url", payload, perform=perform)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Takes the bytes of a file that was announced; the log has their number and nothing of what they say."""
        content = await uploaded(request)
        taken = self.workspace.files.receive(request.match_info["ticket"], content)
        self.log.record("from bot", "upload", outcome="ok" if taken else "refused", body={"bytes": len(content)})
        return web.Response(text=f"OK - {len(content)}" if taken else "not found", status=200 if taken else 404)

    async def _with_faults(
        self, request: web.Request, method: str, args: Json, *, perform: Perform
    ) -> web.StreamResponse:
        """Performs and answers a call, unless and until a fault that was armed for it strikes."""
        fault = self.faults.for_call(method, args)
        if fault is None:
            return self._reply(method, perform(), outcome=None)
        performed = perform() if fault.performed else None
        match fault.kind:
            case "refuse" | "lose_reply":
                self.log.record("to bot", method, outcome=fault.kind, body=performed.body if performed else {})
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)
            case "hang":
                self.log.record("to bot", method, outcome="hang", body={})
                await asyncio.sleep(fault.seconds)
                return self._reply(method, performed or perform(), outcome=None)
            case _:
                return self._reply(method, _spoilt(fault), outcome=fault.kind)

    def _reply(self, method: str, answer: Answer, *, outcome: str | None) -> web.Response:
        body = self.faults.spoil(method, answer.body)
        self.log.record("to bot", method, outcome=outcome or body.get("error") or "ok", body=body)
        text = json.dumps(body) if outcome != "malformed" else '{"ok": tru'
        return web.Response(
            text=text, status=answer.status, headers=answer.headers, content_type="application/json", charset="utf-8"
        )

    def _socket_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/link/{self.hub.new_ticket()}"


def _spoilt(fault: CallFault) -> Answer:
    if fault.kind == "rate_limit":
        return rate_limited(fault.seconds)
    if fault.kind == "error":
        return Answer({"ok": False, "error": fault.error})
    if fault.kind == "malformed":
        return Answer({})
    return Answer({"ok": False, "error": "internal_error"}, fault.status)


@web.middleware
async def _loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses pages of other origins that reach for this server under a name of their own."""
    try:
        host = request.url.host
    except ValueError as err:
        raise web.HTTPBadRequest(text="that is no host") from err
    if host not in LOOPBACK:
        raise web.HTTPForbidden(text="this server answers to 127.0.0.1 only")
    return await handler(request)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the log is about a fault of this server: what is no HTTP was answered, and is the sender's."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
