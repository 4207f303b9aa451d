"""The wire to Slack: the program's client calls the workspace in this process, with faults and without HTTP.

The workspace and its Web API are the rehearsal's own, so what Slack would refuse is refused. A call is one method and
its arguments, an answer what Slack's SDK makes of it; the outcomes that the program must tell apart are all here.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.rehearsal.slack.call import ApiError
from bot.rehearsal.slack.pace import Allowances
from bot.rehearsal.slack.response_urls import ResponseUrls
from bot.rehearsal.slack.web_api import Answer, WebApi
from bot.rehearsal.slack.workspace import Workspace

from .loop import later
from .trouble import CALLS, Trouble

ORIGIN = "http://127.0.0.1:9"
CHANCE = 0.06
"""How many calls go wrong, while anything does."""
PATIENCE = 10.0
MALFORMED = "not JSON"
Point = Callable[[str], None]


class Wire:
    """Everything that the program can reach outside. `calls` counts what was asked of Slack."""

    def __init__(self, workspace: Workspace, urls: ResponseUrls, trouble: Trouble) -> None:
        self.workspace, self.urls, self.trouble = workspace, urls, trouble
        self.api = WebApi(workspace, allowances=Allowances(pace=0), open_socket=lambda: "")
        self.calls = 0
        self._stale: set[str] = set()

    async def call(self, method: str, args: dict[str, Any], token: str, point: Point) -> Answer:
        """Makes the call, or lets it go wrong; `point` may be where the program dies."""
        self.calls += 1
        roll = self.trouble.random
        await later(roll.choice((0.02, 0.05, 0.15)))
        fault = self.trouble.one_of(CALLS, CHANCE)
        point("crash before a call")
        if fault is None:
            answer = self._perform(method, args, token)
        else:
            answer = await self._wrong(fault, method, args, token)
        point("crash after a call")
        await later(roll.choice((0.0, 0.02, 0.1)))
        return answer

    def _perform(self, method: str, args: dict[str, Any], token: str) -> Answer:
        answer = self.api.answer(method, token=token, args=args)
        channel = str(args.get("channel", ""))
        if method == "conversations.history" and answer.body.get("messages"):
            if channel in self._stale:
                self._stale.discard(channel)  # never twice running: what is absent twice has not come
            elif self.trouble.strikes("history read stale", 0.2):
                self._stale.add(channel)
                return Answer(answer.body | {"messages": answer.body["messages"][1:]}, answer.status, answer.headers)
        return answer

    async def _wrong(self, fault: str, method: str, args: dict[str, Any], token: str) -> Answer:
        if fault.endswith(("after the call", "call made")):
            self.api.answer(method, token=token, args=args)  # a history that nobody gets to see is not the fresh one
        match fault.split():
            case ["refused", *_]:
                raise aiohttp.ClientConnectorError(None, OSError("refused"))  # type: ignore[arg-type]
            case ["answer", "lost", *_]:
                raise aiohttp.ServerDisconnectedError
            case ["no", "answer", *_]:
                await later(PATIENCE)
                raise TimeoutError
            case ["500" | "503" as status, *_]:
                return Answer({"ok": False, "error": "internal_error"}, int(status))
            case ["429", _, seconds, _]:
                return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": seconds})
            case ["malformed", *_]:
                return Answer({"ok": False, "error": MALFORMED})
            case ["ok:false", code, *_]:
                return Answer({"ok": False, "error": code})
        raise ValueError(fault)


class Client(AsyncWebClient):
    """The program's own client, whose calls go over this wire."""

    def __init__(self, wire: Wire, token: str, point: Point) -> None:
        super().__init__(token=token, base_url=f"{ORIGIN}/api/", retry_handlers=[])
        self.proxy = None
        self._wire, self._point = wire, point
        self.session = Session(wire, point)  # type: ignore[assignment]

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:  # type: ignore[override]
        """Calls the workspace; raises what Slack's SDK raises."""
        args = {**(how.get("params") or {}), **(how.get("data") or {}), **(how.get("json") or {})}
        args = {name: value for name, value in args.items() if value is not None}
        answer = await self._wire.call(api_method, args, self.token or "", self._point)
        response = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data=answer.body,
            headers=dict(answer.headers or {}),
            status_code=answer.status,
        )
        if answer.body.get("error") == MALFORMED:  # in the words of Slack's SDK
            raise SlackApiError("Received a response in a non-JSON format: cut short", _Answer(200, ""))
        return response.validate()


class _Answer:
    def __init__(self, status: int, text: str) -> None:
        self.status, self._text = status, text

    async def text(self) -> str:
        return self._text


class Session:
    """What goes out beside the Web API: response_urls and the bytes of files."""

    def __init__(self, wire: Wire, point: Point) -> None:
        self._wire, self._point = wire, point

    @asynccontextmanager
    async def post(self, url: str, *, json: Any = None, data: bytes = b"", **_: Any) -> AsyncIterator[_Answer]:
        """Posts there."""
        await later(0.02)
        self._point("crash before a call")
        key = urlsplit(url).path.rpartition("/")[2]
        if json is None:
            answer = _Answer(200 if self._wire.workspace.files.receive(key, data) else 404, "OK")
        else:
            try:
                self._wire.urls.use(key, json)
                answer = _Answer(200, '{"ok":true}')
            except ApiError as error:
                answer = _Answer(404, f'{{"ok":false,"error":"{error.code}"}}')
        self._point("crash after a call")
        yield answer
