"""Slack's payloads read for intake: what was said, what was pressed, what stood ticked.

Lenient: fields that a payload leaves out are made up for where they can be, and unknown ones are ignored. Shapes:
docs.slack.dev/reference/events/message and docs.slack.dev/reference/interaction-payloads.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot import ids
from bot.intake import rich_words
from bot.intake.dialogue import (
    NAMING,
    PLACES,
)
from bot.intake.heard import Pressed, Said
from bot.text import from_slack, normalise

Payload = Mapping[str, Any]

SAID_SUBTYPES = {None, "", "file_share", "thread_broadcast"}


def is_direct(event: Payload) -> bool:
    """Whether the event is of a direct message with the bot; `channel_type` may be missing."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel", "")).startswith("D")


def is_human(message: Payload) -> bool:
    """Whether a person wrote the message, as far as it says itself."""
    user = message.get("user")
    return bool(user) and user != "USLACKBOT" and not message.get("bot_id") and not message.get("bot_profile")


def said(event: Payload, *, channel: str | None = None) -> Said:
    """The message in an event, or in a history."""
    edited = event.get("edited") or {}
    return Said(
        user_id=str(event.get("user", "")),
        channel=channel or str(event.get("channel", "")),
        ts=str(event.get("ts", "")),
        text=_words(event),
        thread_ts=thread_of(event),
        client_msg_id=event.get("client_msg_id"),
        has_files=bool(event.get("files") or event.get("upload") or event.get("subtype") == "file_share"),
        edited_ts=edited.get("ts"),
        forwarded=any(isinstance(one, Mapping) and one.get("is_share") for one in event.get("attachments") or []),
    )


def _words(message: Payload) -> str:
    """What its sender wrote; in their blocks where the text is left out."""
    return from_slack(str(message.get("text") or "")) or from_slack(rich_words.text_of(message.get("blocks")))


def thread_of(event: Payload) -> str | None:
    """The thread that a message replies in; a thread's first message names itself."""
    thread_ts = event.get("thread_ts")
    return str(thread_ts) if thread_ts and thread_ts != event.get("ts") else None


def edited(event: Payload) -> Said | None:
    """The message of a `message_changed`, if its words have changed; where it stands may be said of the old one alone.

    Link previews and language detection arrive the same way with the same words.
    """
    message = event.get("message") or {}
    if not is_human(message):
        return None
    before = event.get("previous_message")
    if before is not None:
        if _words(before) == _words(message):
            return None
    elif not message.get("edited"):
        return None
    place = {name: before[name] for name in ("ts", "thread_ts") if before and before.get(name)}
    return said({**place, **message}, channel=str(event.get("channel", "")))


def deleted(event: Payload) -> Said | None:
    """The message that a `message_deleted` speaks of (or a `message_changed` that leaves a tombstone)."""
    before = event.get("previous_message") or event.get("message") or {}
    if before.get("bot_id"):
        return None
    ts = event.get("deleted_ts") or before.get("ts")
    if not ts:
        return None
    return Said(str(before.get("user", "")), str(event.get("channel", "")), str(ts), "")


def is_tombstone(event: Payload) -> bool:
    """Whether a `message_changed` really says that a message with replies was deleted."""
    return (event.get("message") or {}).get("subtype") == "tombstone"


def pressed(body: Payload) -> Pressed:
    """The press in a block_actions payload."""
    action = (body.get("actions") or [{}])[0]
    container = body.get("container") or {}
    message = body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    message_ts = container.get("message_ts") or message.get("ts")
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    return Pressed(
        user_id=str((body.get("user") or {}).get("id", "")),
        channel=str(channel),
        message_ts=message_ts,
        value=str(action.get("value") or ""),
        chosen=chosen(body),
        response_url=body.get("response_url"),
        action_ts=action.get("action_ts"),
        thread_ts=thread_ts if thread_ts != message_ts else None,
    )


def chosen(body: Payload) -> dict[str, tuple[str, ...]]:
    """Choice ids by prompt id, of everything on the screen that can be ticked, the pressed element among it."""
    found: dict[str, tuple[str, ...]] = {}
    for action_id, element in _elements(body):
        prompt_id = _prompt_of(action_id)
        if prompt_id is not None and (choices := _choices(element)) is not None:
            found[prompt_id] = choices
    return found


def _elements(body: Payload) -> Iterator[tuple[str, Payload]]:
    for block in ((body.get("state") or {}).get("values") or {}).values():
        yield from block.items()
    for action in body.get("actions") or []:
        yield str(action.get("action_id", "")), action


def _prompt_of(action_id: str) -> str | None:
    if action_id == ids.NAME_AS:
        return NAMING
    if action_id == ids.PLACES:
        return PLACES
    prefix, _, prompt_id = action_id.partition(":")
    return prompt_id if prefix == ids.CHOOSE and prompt_id else None


def _choices(element: Payload) -> tuple[str, ...] | None:
    """What an element has chosen; None for elements that choose nothing."""
    if "selected_options" in element:
        return tuple(str(option.get("value")) for option in element.get("selected_options") or [])
    if "selected_option" in element:
        option = element.get("selected_option")
        return (str(option.get("value")),) if option else ()
    return None


def form(view: Payload) -> dict[str, str | tuple[str, ...]]:
    """The values of a submitted form by block id: words, or choice ids."""
    values: dict[str, str | tuple[str, ...]] = {}
    for block_id, elements in ((view.get("state") or {}).get("values") or {}).items():
        for element in elements.values():
            choices = _choices(element)
            values[block_id] = choices if choices is not None else from_slack_field(element.get("value"))
    return values


def from_slack_field(value: object) -> str:
    """Words from a form: Slack sends these as they were typed, without tokens or entities."""
    return normalise(_MENTION.sub(_somebody, str(value or ""))).strip()


_MENTION = re.compile(r"<([@#])[A-Z][A-Z0-9]+(?:\|[^<>\n]*)?>")


def _somebody(token: re.Match[str]) -> str:
    """A mention that was pasted into a form; in a message it has become this already."""
    return "[a colleague]" if token[1] == "@" else "[a channel]"
