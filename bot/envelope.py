"""What an envelope from Slack says: whose it is, and what is kept of it should it be parked.

Pure. Slack wraps a great deal around what somebody did: the whole message that a button stands on, profiles, a token,
addresses to answer at. None of that is kept. `connection.py` and `edge.py` ask.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot import ids
from bot.pressed import form_of, press_of

_SOMEBODY_ELSES: Final = frozenset({ids.REDACT_VIEW, ids.SUGGEST_VIEW})
"""Forms that open with a teller's answers in their boxes: what comes back is hardly the sender's own."""


def sender_of(payload: Mapping[str, Any]) -> str | None:
    """Who wrote, pressed, typed or sent it; None where it does not say."""
    event = _mapping(payload.get("event"))
    message = _mapping(event.get("message") or event.get("previous_message") or event)  # edited, deleted, or said
    user = event.get("user") or message.get("user") or payload.get("user") or payload.get("user_id")
    return str((user.get("id") if isinstance(user, Mapping) else user) or "") or None


def person_of(payload: Mapping[str, Any]) -> str:
    """Whose delivery it is, as far as can be told: what cannot be told is one person's."""
    return sender_of(payload) or str(_mapping(payload.get("event")).get("channel") or "")


def is_message(payload: Mapping[str, Any]) -> bool:
    """Whether it is something that somebody said, changed or deleted."""
    return _mapping(payload.get("event")).get("type") == "message"


def kept_of(payload: Mapping[str, Any], *, words: bool = True) -> str:
    """What is kept of it, as JSON: what kind of thing it was and, if `words`, those that its sender typed."""
    if isinstance(payload.get("event"), Mapping):
        kept = _event(_mapping(payload["event"]))
    elif payload.get("command"):
        verb = str(payload.get("text") or "").split()[:1]  # what follows may be a story's code
        kept = {"command": payload["command"], "text": "".join(verb)}
    elif payload.get("actions"):
        kept = {"type": payload.get("type"), "action_id": press_of(payload).action_id}
    else:
        form_id = _mapping(payload.get("view")).get("callback_id")
        typed = {} if str(form_id) in _SOMEBODY_ELSES else form_of(payload).typed
        kept = {"type": payload.get("type"), "callback_id": form_id, "words": typed}
    if not words:
        kept = {name: value for name, value in kept.items() if name not in ("text", "words")}
    return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=True, default=str)


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    if event.get("type") != "message":
        return {"type": event.get("type")}
    changed = event.get("subtype") == "message_changed"
    text = (_mapping(event.get("message")) if changed else event).get("text")
    return {name: event.get(name) for name in ("type", "subtype", "channel_type")} | {"text": text}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
