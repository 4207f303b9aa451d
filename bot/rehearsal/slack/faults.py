"""What can go wrong between Slack and the bot, each a call that arms it and a count of how often it happened.

The hub and the server ask here at every envelope, ack and call; nothing here touches the workspace's state. `all()` is
the list that a page shows as buttons. Counts say *fired*, never what was merely armed.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Json = dict[str, Any]
Failure = Literal["status", "error", "malformed", "rate_limit", "hang", "lose_reply", "refuse"]

ANY = "*"
REORDER_PATIENCE = 0.5  # seconds after which held events go out, even if fewer came than were to be mixed


@dataclass(slots=True)
class Fault:
    """One kind of trouble: `armed` is how often it is still to happen (a switch: 1 is on), `fired` how often it did."""

    name: str
    description: str
    armed: int = 0
    fired: int = 0
    is_switch: bool = False

    def strike(self) -> bool:
        """Says whether it happens now, and counts it."""
        if self.armed <= 0:
            return False
        if not self.is_switch:
            self.armed -= 1
        self.fired += 1
        return True


@dataclass(frozen=True, slots=True)
class CallFault:
    """Trouble waiting for a call: `performed` says whether the method is carried out before it strikes."""

    fault: Fault
    method: str
    kind: Failure
    performed: bool = False
    status: int = 200
    seconds: float = 0.0
    error: str = ""
    holding: str = ""
    """Words that the call must hold; empty: any call."""

    def meets(self, method: str, args: Json) -> bool:
        """Whether it waits for this call."""
        return self.method in (ANY, method) and self.holding in json.dumps(args, ensure_ascii=False)


class Held(Protocol):
    """Anything whose order can be changed."""


DESCRIPTIONS = {
    "drop_socket": "Drop the connection: the bot reconnects, and nothing said meanwhile is lost.",
    "disconnect": "Slack asks for a new connection, as it does every few hours: the bot opens one and misses nothing.",
    "refuse_socket": "Refuse the next connection: the bot tries again.",
    "lose_next_ack": "Lose the next ack: the event comes twice, the answer is kept once.",
    "duplicate_next": "Send the next event twice: the second changes nothing.",
    "reorder_next": "Deliver the next events in the wrong order: the story reads as it was written.",
    "rate_limit_next": "Say \u201ctoo many requests\u201d: the bot waits as long as it is told.",
    "fail_next": "Answer with an error: the bot tries again, or says what is wrong.",
    "hang_next": "Answer very late: the bot does not stand still for others.",
    "lose_reply_after": "Do it, then lose the answer: nothing is posted twice.",
    "refuse_connection": "Refuse the next call: the bot tries again.",
    "stale_history_next": "Show old history: the bot does not take it for the whole truth.",
    "drop_metadata": "History without hidden marks: the bot finds its posts some other way, or asks.",
    "omit_bot_id": "Messages that do not say which app wrote them: the bot knows its own in some other way.",
}
SWITCHES = ("drop_metadata", "omit_bot_id")


@dataclass(slots=True)
class Faults:
    """Every fault of one rehearsal."""

    on_drop: Callable[..., Awaitable[int]] | None = None
    on_disconnect: Callable[[str], Awaitable[int]] | None = None
    _faults: dict[str, Fault] = field(default_factory=dict)
    _calls: list[CallFault] = field(default_factory=list)
    _delay: float = 0.0
    _held: list[asyncio.Future[None]] = field(default_factory=list)
    _mix: int = 0

    def __post_init__(self) -> None:
        for name, description in DESCRIPTIONS.items():
            self._faults[name] = Fault(name, description, is_switch=name in SWITCHES)

    def all(self) -> list[Fault]:
        """Returns every fault with its counts, in the order of the descriptions."""
        return list(self._faults.values())

    def fired(self, name: str) -> int:
        """Returns how often this fault has happened."""
        return self._faults[name].fired

    def clear(self) -> None:
        """Disarms everything; what has fired stays counted."""
        self._calls.clear()
        for fault in self._faults.values():
            fault.armed = 0

    def disarm(self, name: str) -> None:
        """Disarms one fault; what has fired stays counted."""
        self._calls[:] = [waiting for waiting in self._calls if waiting.fault.name != name]
        self._faults[name].armed = 0

    # -- the connection ------------------------------------------------------------------------------------------

    async def drop_socket(self, *, abrupt: bool = False) -> None:
        """Closes every link now (abrupt: cuts the wire)."""
        self._faults["drop_socket"].fired += await self.on_drop(abrupt=abrupt) if self.on_drop else 0

    async def disconnect(self, reason: Literal["warning", "refresh_requested", "link_disabled"]) -> None:
        """Sends Slack's disconnect message on every link now."""
        self._faults["disconnect"].fired += await self.on_disconnect(reason) if self.on_disconnect else 0

    def refuse_socket(self, n: int = 1) -> None:
        """Refuses the next `n` links."""
        self._arm("refuse_socket", n)

    def lose_next_ack(self, n: int = 1) -> None:
        """Loses the next `n` acks."""
        self._arm("lose_next_ack", n)

    def duplicate_next(self, n: int = 1, *, delay: float = 0.0) -> None:
        """Sends each of the next `n` events again, `delay` seconds later."""
        self._delay = delay
        self._arm("duplicate_next", n)

    def reorder_next(self, n: int = 2) -> None:
        """Holds the next `n` events and delivers the last first."""
        self._mix = n
        self._arm("reorder_next", n)

    def refuses_socket(self) -> bool:
        """Asked by the hub at every link."""
        return self._faults["refuse_socket"].strike()

    def loses_ack(self) -> bool:
        """Asked by the hub at every ack."""
        return self._faults["lose_next_ack"].strike()

    def duplicates_event(self) -> float | None:
        """Asked by the hub at every event: the seconds until its copy, or None."""
        return self._delay if self._faults["duplicate_next"].strike() else None

    async def reorder(self, held: Held) -> None:
        """Asked by the hub before every event: returns at once, or when it is this event's turn."""
        if not self._faults["reorder_next"].strike():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.append(turn)
        if len(self._held) >= self._mix:
            self._release()
        try:
            async with asyncio.timeout(REORDER_PATIENCE):
                await asyncio.shield(turn)
        except TimeoutError:
            self._release()

    def _release(self) -> None:
        """Lets the held events go, the last first: the loop resumes them in the order in which they are freed."""
        held, self._held = self._held, []
        if len(held) == 1:
            self._faults["reorder_next"].fired -= 1  # alone, it went out in its place after all
        for turn in reversed(held):
            if not turn.done():
                turn.set_result(None)

    # -- calls of the Web API (`method` "*": any; "response_url": posts to a response_url) ---------------------------

    def rate_limit_next(self, method: str = ANY, *, retry_after: float = 1.0, n: int = 1) -> None:
        """Answers the next `n` calls with 429 and this Retry-After."""
        self._arm_call("rate_limit_next", method, "rate_limit", n, seconds=retry_after)

    def fail_next(
        self,
        method: str = ANY,
        *,
        status: int = 500,
        error: str = "",
        malformed: bool = False,
        performed: bool = False,
        holding: str = "",
        n: int = 1,
    ) -> None:
        """Fails the next `n` calls: an HTTP status, or `{"ok": false}` with `error`, or an answer that is no JSON.

        `holding`: only calls with these words are meant.
        """
        kind: Failure = "malformed" if malformed else "error" if error else "status"
        details = {"status": status, "error": error, "performed": performed, "holding": holding}
        self._arm_call("fail_next", method, kind, n, **details)

    def hang_next(self, method: str = ANY, *, seconds: float, performed: bool = True, n: int = 1) -> None:
        """Answers the next `n` calls after `seconds`; they are carried out first, unless told otherwise."""
        self._arm_call("hang_next", method, "hang", n, seconds=seconds, performed=performed)

    def lose_reply_after(self, method: str = ANY, *, n: int = 1) -> None:
        """Carries out the next `n` calls and cuts the connection instead of answering."""
        self._arm_call("lose_reply_after", method, "lose_reply", n, performed=True)

    def refuse_connection(self, method: str = ANY, *, n: int = 1) -> None:
        """Cuts the connection of the next `n` calls without doing anything."""
        self._arm_call("refuse_connection", method, "refuse", n)

    def stale_history_next(self, n: int = 1) -> None:
        """Answers the next `n` reads of history as they were before the app's last message."""
        self._arm("stale_history_next", n)

    def for_call(self, method: str, args: Json) -> CallFault | None:
        """Asked by the server at every call: the first trouble armed for it, counted as fired."""
        for waiting in self._calls:
            if waiting.meets(method, args):
                self._calls.remove(waiting)
                waiting.fault.strike()
                return waiting
        return None

    # -- answers -------------------------------------------------------------------------------------------------

    def drop_metadata(self, on: bool = True) -> None:
        """Switches metadata out of every answer."""
        self._faults["drop_metadata"].armed = int(on)

    def omit_bot_id(self, on: bool = True) -> None:
        """Switches bot_id, app_id and bot_profile out of every answer and event."""
        self._faults["omit_bot_id"].armed = int(on)

    def spoil(self, method: str, body: Json) -> Json:
        """Asked by the server at every answer, by the courier at every event: the body with the switches applied."""
        if method in ("conversations.history", "conversations.replies") and body.get("messages"):
            body = self._stale(body)
        for name, keys in (("drop_metadata", ("metadata",)), ("omit_bot_id", ("bot_id", "app_id", "bot_profile"))):
            messages = [m for m in _messages_in(body) if any(key in m for key in keys)]
            if messages and self._faults[name].strike():
                for message in messages:
                    for key in keys:
                        message.pop(key, None)
        return body

    def _stale(self, body: Json) -> Json:
        ours = [m["ts"] for m in body["messages"] if "bot_id" in m]
        if not ours or not self._faults["stale_history_next"].strike():
            return body
        before = max(ours)
        return body | {"messages": [m for m in body["messages"] if m["ts"] < before]}

    def _arm(self, name: str, n: int) -> None:
        self._faults[name].armed += n

    def _arm_call(self, name: str, method: str, kind: Failure, n: int, **details: Any) -> None:
        self._arm(name, n)
        self._calls += [CallFault(self._faults[name], method, kind, **details) for _ in range(n)]


def _messages_in(body: Json) -> list[Json]:
    """Returns every message that an answer or an event carries."""
    found = [body] if body.get("type") in ("message", "app_mention") else []
    found += [body[key] for key in ("message", "previous_message") if isinstance(body.get(key), dict)]
    return found + list(body.get("messages") or [])
