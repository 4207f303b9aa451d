"""A tiny workspace that speaks to the page as the rehearsal does, for what no bot would ever post.

Shapes only, no bot behind it: it keeps what tests put in, streams it, and writes down what the page sends. It lives in
a thread with a loop of its own, since the browser is driven from the test's.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

import bot.rehearsal

Json = dict[str, Any]

PAGE = Path(bot.rehearsal.__file__).parent / "page" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
NAMES = (
    ("sam", "Sam Okoro", "teller"),
    ("priya", "Priya Nair", "teller"),
    ("amira", "Amira Shah", "reviewer"),
    ("joe", "Joe Lind", "reviewer"),
    ("rae", "Rae Whitfield", "reader"),
)
PEOPLE = [{"name": name, "id": f"U0{name.upper()}", "real_name": real, "role": role} for name, real, role in NAMES]
APP = {"name": "Altogether", "user_id": "U0APP"}
DIRECT, STORIES, REVIEW = "D0DIRECT", "C0STORIES", "C0REVIEW"
STEPS = (
    ("tell", "Tell a story", "You are Sam. Write hi to Altogether.", "sam"),
    ("change", "Change an answer", "Press Change beside an answer.", "sam"),
    ("approve", "Approve it", "Open #story-review and press Approve.", "amira"),
    ("post", "Post the digest", "Move the clock to Friday 10:00.", None),
    ("read", "Read it", "Open #info-stories and the thread.", "rae"),
)
FAULTS = (
    ("lose_next_ack", "Lose the next ack", "The event comes twice, the answer is kept once."),
    ("drop_socket", "Drop the connection", "The bot reconnects, and nothing said meanwhile is lost."),
)
FIRST = 1_748_955_840  # Tuesday 3 June 2025, 14:04 in London


class FakeWorkspace:
    """What the page is shown; `acts` is what it sent."""

    def __init__(self) -> None:
        self.acts: list[Json] = []
        self.answers: dict[str, Callable[[Json], Json]] = {}
        self.messages: dict[str, list[Json]] = {DIRECT: [], STORIES: [], REVIEW: []}
        self.views: list[Json] = []
        self._view_numbers = itertools.count(1)
        self.home: Json | None = None
        self.answering = threading.Event()
        """While it is not set, an answer with messages is put together but does not arrive."""
        self.answering.set()
        self.giving_log = threading.Event()
        """While it is not set, what has passed is not given."""
        self.giving_log.set()
        self.asked = threading.Event()
        self.script: Json = {"name": "default", "version": "1", "problems": [], "file": None}
        self.state: Json = {}
        self._version, self._away = 1, False
        self._ts = itertools.count(FIRST)
        self._told: list[Json] = []
        self._streams: list[tuple[str, asyncio.Queue[Json]]] = []
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self._port}/"

    # -- what tests do -------------------------------------------------------------------------------------------

    def post(self, channel: str, text: str, *, by: str = "U0APP", seconds: int = 1, **parts: Any) -> Json:
        """Adds a message, and tells the pages that are open."""
        for _ in range(seconds - 1):
            next(self._ts)
        one = {
            "ts": f"{next(self._ts)}.000100",
            "channel": channel,
            "user": by,
            "name": next((person["real_name"] for person in PEOPLE if person["id"] == by), "Altogether"),
            "is_app": by == "U0APP",
            "text": text,
            "blocks": [],
            "thread_ts": None,
            "reply_count": 0,
            "edited": False,
            "deleted": False,
            "ephemeral": False,
            "files": [],
            "mine": by == "U0SAM",
            "state": {},
        } | parts
        self.messages[channel].append(one)
        self.tell("message", channel=channel, message=one)
        return one

    def change(self, message: Json, **parts: Any) -> None:
        """Changes a message in place, and tells."""
        message.update(parts)
        self.tell("changed", channel=message["channel"], message=message)

    def remove(self, message: Json) -> None:
        """Takes a message away, and tells."""
        self.messages[message["channel"]].remove(message)
        self.tell("deleted", channel=message["channel"], message=message | {"deleted": True})

    def open(self, view: Json, errors: Json | None = None) -> None:
        """Puts a modal on top, and tells."""
        name = f"V{next(self._view_numbers)}"
        self.views.append({"id": name, "view": view | {"id": name}, "errors": errors or {}})
        self.tell("view", views=self.views)

    def tell(self, kind: str, **body: Any) -> None:
        """Streams a piece of news to every page."""
        self._version += 1
        event = json.loads(json.dumps({"version": self._version, "kind": kind, **body}))
        self._told.append(event)
        if self._ready.is_set():
            self._loop.call_soon_threadsafe(lambda: [queue.put_nowait(event) for _, queue in self._streams])

    def hang_up(self) -> None:
        """Ends every stream and takes no new one until `pick_up`."""
        self._away = True
        self._loop.call_soon_threadsafe(lambda: [queue.put_nowait({}) for _, queue in self._streams])

    def pick_up(self) -> None:
        """Takes streams again."""
        self._away = False

    def sent(self, do: str) -> list[Json]:
        """Returns the acts of this kind that the page sent."""
        return [act for act in tuple(self.acts) if act["do"] == do]

    # -- HTTP ----------------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.add_routes(
            [
                web.get("/", self._file),
                web.get("/page/state", self._state),
                web.get("/page/messages", self._messages),
                web.get("/page/events", self._events),
                web.get("/page/log", self._log),
                web.post("/page/{what:act|clock|fault|bot|guide}", self._act),
                web.get("/page/{file}", self._file),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("file", "index.html")
        return web.FileResponse(PAGE / name, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    async def _state(self, request: web.Request) -> web.StreamResponse:
        me = next(person for person in PEOPLE if person["name"] == request.query["as"])
        channels: list[Json] = [
            {"id": STORIES, "name": "info-stories", "kind": "channel", "unread": 3},
            {"id": REVIEW, "name": "story-review", "kind": "group", "unread": 0},
            {"id": DIRECT, "name": "Altogether", "kind": "im", "unread": 0},
        ]
        steps = [{"id": step, "title": title, "done": False, "now": now, "as": who} for step, title, now, who in STEPS]
        faults = [{"name": name, "label": label, "description": words} for name, label, words in FAULTS]
        snapshot = {
            "version": self._version,
            "me": me,
            "people": [person | {"unread": {}} for person in PEOPLE],
            "team": "Example Borough",
            "app": APP,
            "channels": [one | {"member": True, "topic": ""} for one in channels],
            "clock": {"now": "2025-06-03T14:04:00+01:00", "shown": "Tue 3 June 14:04", "offset": 0},
            "bot": {"state": "connected", "line": "Connected. 0 drafts open."},
            "script": self.script,
            "guide": {"steps": steps, "finished": False},
            "faults": [fault | {"armed": 0, "fired": 0, "is_switch": False} for fault in faults],
            "playing": None,
            "views": self.views,
            "home": self.home,
        }
        return web.json_response(snapshot | self.state)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        thread, before = request.query.get("thread"), request.query.get("before")
        found = [
            one
            for one in self.messages[request.query["channel"]]
            if (before is None or one["ts"] < before)
            and (one["thread_ts"] is None or one["ts"] == thread or one["thread_ts"] == thread)
            and (thread is None or thread in (one["ts"], one["thread_ts"]))
        ]
        limit = int(request.query.get("limit", 50))
        self.asked.set()
        await asyncio.to_thread(self.answering.wait, 30)
        return web.json_response({"messages": found[-limit:], "more": len(found) > limit})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self._away:
            return web.Response(status=204)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._streams.append((request.query["as"], queue))
        for event in self._told:
            if event["version"] > int(request.query["after"]):
                queue.put_nowait(event)
        try:
            await stream.write(b": here\n\n")
            while True:
                event = await queue.get()
                if not event:
                    return stream
                await stream.write(f"data: {json.dumps(event)}\n\n".encode())
        except (ConnectionError, aiohttp.ClientError):
            return stream
        finally:
            self._streams = [one for one in self._streams if one[1] is not queue]

    async def _log(self, request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(self.giving_log.wait, 30)
        at = "2025-06-03T14:04:07.120+01:00"
        entries = [
            {"n": 1, "at": at, "direction": "to bot", "kind": "message.im", "outcome": "sent", "took_ms": None},
            {"n": 2, "at": at, "direction": "from bot", "kind": "ack", "outcome": "ok", "took_ms": 11.2},
            {"n": 3, "at": at, "direction": "to bot", "kind": "chat.postMessage", "outcome": "rate_limit"},
        ]
        whole = [entry | {"body": {"text": "x" * 300}} for entry in entries]
        return web.json_response({"entries": [one for one in whole if one["n"] > int(request.query["after"])]})

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        what = request.match_info["what"]
        act = body if what == "act" else body | {"do": what, "what": body.get("do")}
        self.acts.append(act)
        answer = self.answers.get(act["do"])
        return web.json_response(answer(act) if answer else {"ok": True})
