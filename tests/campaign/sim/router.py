"""Where an envelope meets its listener, in place of Bolt: the first that listens for it, and then the acknowledgement.

Bolt's own dispatch is not simulated (it costs more than everything else; the campaigns with processes go through it).
What is kept of it: the order of registration, the arguments by name, and that nothing is acknowledged which failed.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any

Json = dict[str, Any]
Listener = Callable[..., Awaitable[None]]


class NotAcknowledged(Exception):
    """A listener failed: Slack hears nothing."""


class Router:
    """Takes listeners as Bolt's app does."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[tuple[Callable[[str], bool], Listener, tuple[str, ...]]]] = {}

    def event(self, name: str) -> Callable[[Listener], Listener]:
        """Listens to an event."""
        return self._add("event", name)

    def action(self, name: "str | re.Pattern[str]") -> Callable[[Listener], Listener]:
        """Listens to a press or a choice."""
        return self._add("action", name)

    def command(self, name: str) -> Callable[[Listener], Listener]:
        """Listens to a command."""
        return self._add("command", name)

    def view(self, name: "str | re.Pattern[str]") -> Callable[[Listener], Listener]:
        """Listens to a modal that was sent."""
        return self._add("view", name)

    def view_closed(self, name: "str | re.Pattern[str]") -> Callable[[Listener], Listener]:
        """Listens to a modal that was closed."""
        return self._add("view_closed", name)

    def shortcut(self, name: str) -> Callable[[Listener], Listener]:
        """Listens to a shortcut."""
        return self._add("shortcut", name)

    def _add(self, kind: str, wanted: "str | re.Pattern[str]") -> Callable[[Listener], Listener]:
        fits = wanted.__eq__ if isinstance(wanted, str) else (lambda name: wanted.search(name) is not None)

        def listen(listener: Listener) -> Listener:
            names = tuple(inspect.signature(listener).parameters)
            self._listeners.setdefault(kind, []).append((fits, listener, names))
            return listener

        return listen

    async def dispatch(self, body: Json) -> Json:
        """Has the envelope handled and returns what its acknowledgement carries. Raises what the listener raises."""
        kind, name = _what(body)
        given: Json = {"body": body, "event": body.get("event"), "view": body.get("view")}
        given["action"] = (body.get("actions") or [None])[0]
        carried: Json = {}

        async def ack(**parts: Any) -> None:
            carried.update({key: value for key, value in parts.items() if value is not None})

        for fits, listener, names in self._listeners.get(kind, ()):
            if fits(name) is True:
                await listener(**{one: ack if one == "ack" else given[one] for one in names})
                break
        return carried


def _what(body: Json) -> tuple[str, str]:
    if "event" in body:
        return "event", str(body["event"]["type"])
    if "command" in body:
        return "command", str(body["command"])
    match body["type"]:
        case "block_actions":
            return "action", str(body["actions"][0]["action_id"])
        case "view_submission":
            return "view", str(body["view"]["callback_id"])
        case kind:
            return str(kind), str((body.get("view") or body).get("callback_id", ""))
