"""A lean Slack: answers the bot's calls after as long as it is told to, and carries envelopes over Socket Mode.

It keeps nothing but the latest `ts`; who says what next is the business of `load.py`, which hears of every post and
every acknowledgement. The thorough one, with all of Slack's strictness, is `bot/rehearsal`.
"""

import asyncio
import json
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from bot.clock import Clock

from . import payloads
from .wire import Connection

_DELAYED = ("chat.", "users.", "conversations.", "respond")
"""What takes as long to answer as Slack is said to take; the rest is of the start."""


class LeanSlack:
    """Serves one child at a time. `on_post` hears a post once it is answered, `on_ack` an envelope's id."""

    def __init__(self, *, delay: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        self.delay, self._tls = delay, tls
        self.on_post: Callable[[str, str, dict[str, Any]], None] = lambda channel, ts, body: None
        self.on_ack: Callable[[str], None] = lambda envelope: None
        self.connected = asyncio.Event()
        self.calls: dict[str, int] = {}
        self.port = 0
        self.first_post_at: float | None = None
        """Monotonic, since `forget_posts`."""
        self._socket: Connection | None = None
        self._server: asyncio.Server | None = None
        self._loop = asyncio.get_running_loop()
        self._began = Clock().now().timestamp() - self._loop.time()
        self._latest = 0

    async def __aenter__(self) -> "LeanSlack":
        self._server = await self._loop.create_server(lambda: Connection(self), "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http{'s' if self._tls else ''}://localhost:{self.port}/api/"

    @property
    def response_url(self) -> str:
        """Where a pressed message can be replaced."""
        return f"http{'s' if self._tls else ''}://localhost:{self.port}/respond"

    def ts(self) -> str:
        """A new timestamp, later than every one before."""
        now = int((self._began + self._loop.time()) * 1_000_000)
        self._latest = max(self._latest + 1, now)
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"

    def send(self, envelope: bytes) -> None:
        """Send an envelope to the child."""
        assert self._socket is not None
        self._socket.send(envelope)

    def forget_posts(self) -> None:
        """From now on, `first_post_at` is that of the next post."""
        self.first_post_at = None

    # ── what `wire.Connection` calls ──────────────────────────────────────────────────────────────────────────────

    def opened(self, socket: Connection) -> None:
        """Say hello."""
        self._socket = socket
        socket.send(b'{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0BENCH"}}')
        self.connected.set()

    def heard(self, _socket: Connection, text: bytes) -> None:
        """An acknowledgement."""
        envelope = json.loads(text).get("envelope_id")
        if envelope:
            self.on_ack(envelope)

    def request(self, path: str, body: bytes, answer: Callable[[bytes], None]) -> None:
        """A call of the Web API, or of a response_url."""
        path, _, query = path.partition("?")
        method = path.rpartition("/")[2]
        self.calls[method] = self.calls.get(method, 0) + 1
        if self.delay and method.startswith(_DELAYED):
            self._loop.call_later(self.delay, self._do, method, query, body, answer)
        else:
            self._do(method, query, body, answer)

    def _do(self, method: str, query: str, body: bytes, answer: Callable[[bytes], None]) -> None:
        if method == "chat.postMessage":
            said = json.loads(body)
            ts, channel = self.ts(), said["channel"]
            if self.first_post_at is None:
                self.first_post_at = self._loop.time()
            # Slack hands the message back as it stands, and the bot's client reads it.
            whole = {"user": payloads.BOT_USER, "type": "message", "ts": ts, "bot_id": payloads.BOT, **said}
            answer(json.dumps({"ok": True, "channel": channel, "ts": ts, "message": whole}).encode())
            self.on_post(channel, ts, said)
        elif method in ("chat.update", "chat.delete", "chat.postEphemeral"):
            said = json.loads(body)
            known = {"ok": True, "channel": said.get("channel"), "ts": said.get("ts"), "message": {}}
            answer(json.dumps(known).encode())
        elif method == "respond":
            answer(b'{"ok":true}')
        else:
            answer(json.dumps({"ok": True, **self._known(method, query, body)}).encode())

    def _known(self, method: str, query: str, body: bytes) -> dict[str, Any]:
        """What is asked at the start, and once of each person."""
        if body.startswith(b"{"):
            args = json.loads(body)
        else:
            args = {name: values[0] for name, values in parse_qs(query or body.decode()).items()}
        match method:
            case "auth.test":
                known = {"url": "https://bench.slack.com/", "team": "Bench", "user": "altogether"}
                ids = {"team_id": payloads.TEAM, "user_id": payloads.BOT_USER, "bot_id": payloads.BOT}
                return {**known, **ids, "app_id": payloads.APP, "is_enterprise_install": False}
            case "apps.connections.open":
                return {"url": f"ws{'s' if self._tls else ''}://localhost:{self.port}/link"}
            case "users.info":
                user = {"id": args["user"], "team_id": payloads.TEAM, "name": "teller", "real_name": "A Teller"}
                return {"user": user | {"is_bot": False, "deleted": False, "is_restricted": False}}
            case "conversations.info":
                name = {payloads.DIGEST: "stories", payloads.REVIEW: "review"}.get(args["channel"], "other")
                private = args["channel"] == payloads.REVIEW
                place = {"id": args["channel"], "name": name, "is_member": True, "is_private": private}
                return {"channel": place | {"num_members": 7, "is_archived": False}}
            case "bots.info":
                return {"bot": {"id": payloads.BOT, "app_id": payloads.APP, "user_id": payloads.BOT_USER}}
            case "conversations.open":
                return {"channel": {"id": "D" + args["users"][1:]}}
            case "conversations.history" | "conversations.replies":
                return {"messages": [], "has_more": False, "response_metadata": {"next_cursor": ""}}
            case "chat.getPermalink":
                return {"channel": args["channel"], "permalink": f"https://bench.slack.com/p{args['message_ts']}"}
            case _:
                return {}
