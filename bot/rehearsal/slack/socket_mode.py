"""Socket Mode: the connections to the bot, and how an envelope is delivered, acknowledged or given up.

It carries bodies without reading them. Events that nobody acknowledges come again on Slack's schedule; presses and
commands do not: the person sees an error. `events.py` and `person.py` send; `server.py` serves the links.
"""

import asyncio
import json
import random
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from .decoding import decoded
from .faults import Faults
from .log import EventLog

Json = dict[str, Any]
Outcome = Literal["acknowledged", "dropped", "waiting"]

MAX_CONNECTIONS = 10


@dataclass(slots=True)
class Times:
    """Seconds, all real: how long an ack may take, when unacknowledged events come again, how often we ping, and how
    long a link stays open after it was announced that it will close."""

    ack_deadline: float = 3.0
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    ping: float = 10.0
    closing: float = 10.0


class Unanswered(Exception):
    """Nobody took a press or a command in time; `code` is what the person is told."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Delivery:
    """An event on its way: acknowledged in the end, or dropped; `attempts` counts what was sent."""

    def __init__(self, body: Json) -> None:
        self.body = body
        self.outcome: Outcome = "waiting"
        self.attempts = 0
        self.finished = asyncio.Event()
        self._looked = asyncio.Event()

    async def handled(self) -> None:
        """Returns once there is nothing to wait for: acknowledged, given up, or not to be had soon."""
        await self._looked.wait()

    def let_go(self) -> None:
        """Lets those who wait for an ack go on: nobody is connected, or the next attempt is far off."""
        self._looked.set()

    def finish(self, outcome: Outcome) -> None:
        """Notes how it ended."""
        self.outcome = outcome
        self._looked.set()
        self.finished.set()


@dataclass(slots=True, eq=False)
class Connection:
    """One open link of the bot."""

    socket: web.WebSocketResponse
    request: web.Request
    open: bool = True


@dataclass(slots=True)
class Hub:
    """All links of the app, and the envelopes under way."""

    app_id: str
    log: EventLog
    faults: Faults
    seed: int = 0
    times: Times = field(default_factory=Times)
    keep_events: bool = False  # with nobody connected, events wait instead of using up their attempts
    connections: list[Connection] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    greetings: int = 0  # hellos sent since the start
    _tickets: set[str] = field(default_factory=set)
    _acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 -- a choice between links that can be repeated, no secret
        self.faults.on_drop = self.drop
        self.faults.on_disconnect = self.disconnect

    # -- links ---------------------------------------------------------------------------------------------------

    def new_ticket(self) -> str:
        """Returns a ticket for one link."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Holds one link open: hello, then acks, until either side closes it."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets or self.faults.refuses_socket():
            return web.Response(status=404 if ticket not in self._tickets else 503)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(heartbeat=self.times.ping, timeout=1.0)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await self._send(socket, self._disconnect_message("too_many_websockets"), "disconnect")
            await socket.close()
            return socket
        connection = Connection(socket, request)
        self.connections.append(connection)
        try:
            await self._send(socket, self._hello(), "hello")
            self.greetings += 1
            self.connected.set()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            connection.open = False
            self.connections.remove(connection)
            if not self.connections:
                self.connected.clear()
        return socket

    async def drop(self, *, abrupt: bool = False) -> int:
        """Closes every link without warning (abrupt: cuts the wire, no goodbye) and returns how many."""
        links = list(self.connections)
        for link in links:
            link.open = False
            if abrupt and link.request.transport is not None:
                link.request.transport.abort()
            else:
                await link.socket.close(message=b"going away")
        return len(links)

    async def disconnect(self, reason: str) -> int:
        """Announces that links will close soon (`warning`), or with Slack's reason that they do; returns how many.

        Nothing new goes over a link that closes; it is held open a little longer, for the acks that are under way.
        """
        links = list(self.connections)
        for link in links:
            await self._send(link.socket, self._disconnect_message(reason), "disconnect")
            if reason != "warning":
                link.open = False
                self._start(self._close_later(link))
        return len(links)

    async def _close_later(self, link: Connection) -> None:
        await asyncio.sleep(self.times.closing)
        await link.socket.close(message=b"going away")

    async def close(self) -> None:
        """Gives up everything under way and closes every link."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.drop()

    # -- envelopes -----------------------------------------------------------------------------------------------

    def send_event(self, body: Json) -> Delivery:
        """Starts delivering an event and returns how it fares."""
        delivery = Delivery(body)
        copies = 2 if (duplicate := self.faults.duplicates_event()) is not None else 1
        for number in range(copies):
            after = 0.0 if number == 0 else duplicate or 0.0
            followed = delivery if number == 0 else Delivery(body)
            self._start(self._deliver(followed, after=after))
        return delivery

    async def send_interactive(self, body: Json, *, accepts_payload: bool = False) -> Json:
        """Delivers a press or a modal and returns the ack's payload; raises `Unanswered`."""
        return await self._ask("interactive", body, accepts_payload=accepts_payload)

    async def send_command(self, body: Json) -> Json:
        """Delivers a command and returns the ack's payload; raises `Unanswered`."""
        return await self._ask("slash_commands", body, accepts_payload=True)

    async def _deliver(self, delivery: Delivery, *, after: float) -> None:
        if after:
            await asyncio.sleep(after)
        await self.faults.reorder(delivery)
        attempt, reason = 0, ""
        while attempt <= len(self.times.retries):
            pause = self.times.retries[attempt - 1] if attempt else 0.0
            if pause > self.times.ack_deadline:
                delivery.let_go()
            await asyncio.sleep(pause)
            if not self.connections:
                delivery.let_go()
                if self.keep_events:
                    await self.connected.wait()
            extra: Json = {"retry_attempt": attempt, "retry_reason": reason}
            sent = await self._attempt("events_api", delivery.body, accepts_payload=False, extra=extra)
            delivery.attempts += 1
            if sent is not None:
                delivery.finish("acknowledged")
                return
            attempt, reason = attempt + 1, "timeout"
        delivery.finish("dropped")
        self.log.record("to bot", "events_api", outcome="dropped", body=delivery.body)

    async def _ask(self, kind: str, body: Json, *, accepts_payload: bool) -> Json:
        if not self.connections:
            self.log.record("to bot", kind, outcome="nobody connected", body=body)
            raise Unanswered("dispatch_failed")
        payload = await self._attempt(kind, body, accepts_payload=accepts_payload, extra={})
        if payload is None:
            raise Unanswered("operation_timeout")
        return payload

    async def _attempt(self, kind: str, body: Json, *, accepts_payload: bool, extra: Json) -> Json | None:
        """Sends one envelope to any one link; returns the ack's payload, or None when none came in time."""
        links = [link for link in self.connections if link.open]
        if not links:
            self.log.record("to bot", kind, outcome="nobody connected", body=body)
            return None
        envelope_id = str(uuid.uuid4())
        envelope: Json = {"envelope_id": envelope_id, "payload": body, "type": kind}
        envelope |= {"accepts_response_payload": accepts_payload} | extra
        acked: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = acked
        try:
            async with asyncio.timeout(self.times.ack_deadline):
                await self._send(self._random.choice(links).socket, envelope, kind)
                return await acked
        except TimeoutError:
            self.log.record("to bot", kind, outcome="not acknowledged", body=envelope)
            return None
        finally:
            del self._acks[envelope_id]

    def _take(self, text: str) -> None:
        """Reads what the bot sent: acks count once, in time, and unless a fault loses them. Nothing else does harm."""
        try:
            ack = decoded(text)
        except ValueError:
            self.log.record("from bot", "ack", outcome="not JSON", body={"text": text})
            return
        if not isinstance(ack, dict):
            self.log.record("from bot", "ack", outcome="not an object", body={"text": text})
            return
        waiting = self._acks.get(str(ack.get("envelope_id", "")))
        if waiting is None or waiting.done():
            self.log.record("from bot", "ack", outcome="late", body=ack)
        elif self.faults.loses_ack():
            self.log.record("from bot", "ack", outcome="lost", body=ack)
        else:
            self.log.record("from bot", "ack", outcome="ok", body=ack)
            payload = ack.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def _send(self, socket: web.WebSocketResponse, message: Json, kind: str) -> None:
        try:
            await socket.send_str(json.dumps(message))
        except (ConnectionError, RuntimeError):
            # The link died between choosing and sending: the attempt fails like an ack that never comes.
            self.log.record("to bot", kind, outcome="link closed", body=message)
        else:
            self.log.record("to bot", kind, outcome="sent", body=message)

    def _hello(self) -> Json:
        debug = {"host": "applink-rehearsal", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": self.app_id}
        return {"type": "hello", "num_connections": len(self.connections), "debug_info": debug, "connection_info": info}

    def _disconnect_message(self, reason: str) -> Json:
        return {
            "type": "disconnect",
            "reason": reason,
            "num_connections": len(self.connections),
            "debug_info": {"host": "applink-rehearsal"},
            "connection_info": {"app_id": self.app_id},
        }

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
