"""HTTP/1.1 and WebSocket as bytes: just enough of both to be Slack for a load test, and nothing that costs.

No library stands between: a driver must be several times as fast as what it drives. Not for use beyond loopback; what
it does not understand is an error. `slack.py` says what is answered.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Any, Protocol

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Site(Protocol):
    """Who answers: requests one by one, texts of an open WebSocket as they come."""

    def request(self, path: str, body: bytes, answer: Callable[[bytes], None]) -> None:
        """Call `answer` with the body, now or later."""

    def opened(self, socket: "Connection") -> None:
        """A WebSocket is open."""

    def heard(self, socket: "Connection", text: bytes) -> None:
        """A text has come over it."""


class Connection(asyncio.Protocol):
    """One connection of the child: requests in turn, or a WebSocket once it has asked for one."""

    def __init__(self, site: Site) -> None:
        self._site, self._buffer, self._is_socket = site, bytearray(), False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._is_socket:
            self._frames()
        else:
            self._requests()

    def close(self) -> None:
        """Drop the connection."""
        self._transport.close()

    # ── HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _requests(self) -> None:
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._buffer[:end])
            low = head.lower()
            length = 0
            if (at := low.find(b"\r\ncontent-length:")) >= 0:
                length = int(low[at + 17 :].split(b"\r\n", 1)[0])
            elif b"\r\ntransfer-encoding:" in low:
                raise ValueError("bodies in chunks are not understood")
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            path = head.split(b" ", 2)[1].decode()
            if b"\r\nsec-websocket-key:" in low:
                key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
                self._upgrade(key.split(b":", 1)[1].strip())
                return
            self._site.request(path, body, self._answer)

    def _answer(self, body: bytes) -> None:
        if not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
            self._transport.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)

    def _upgrade(self, key: bytes) -> None:
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._is_socket = True
        self._site.opened(self)

    # ── WebSocket ─────────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, text: bytes) -> None:
        """Send a text."""
        self._transport.write(_frame(TEXT, text))

    def _frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 6:
            code, size, start = buffer[at] & 15, buffer[at + 1] & 127, at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                if len(buffer) < at + 14:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < start + 4 + size:
                break
            mask, masked = buffer[start : start + 4], buffer[start + 4 : start + 4 + size]
            keys = (mask * (size // 4 + 1))[:size]
            plain = (int.from_bytes(masked, "big") ^ int.from_bytes(keys, "big")).to_bytes(size, "big")
            at = start + 4 + size
            if code == TEXT:
                self._site.heard(self, plain)
            elif code == PING:
                self._transport.write(_frame(PONG, plain))
            elif code == CLOSE:
                self._transport.write(_frame(CLOSE, plain))
                self._transport.close()
        del buffer[:at]


def _frame(code: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((128 | code, size)) + payload
    if size < 65536:
        return bytes((128 | code, 126)) + size.to_bytes(2, "big") + payload
    return bytes((128 | code, 127)) + size.to_bytes(8, "big") + payload
