"""Slack's payloads read for intake: what was said, and which prompts were answered by ticking or in a form.

Lenient: fields that a payload leaves out are made up for where they can be, and unknown ones are ignored. Shapes:
docs.slack.dev/reference/events/message. A press, as in every room, is read by `bot/pressed.py`.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.intake import rich_words
from bot.intake.dialogue import (
    NAMING,
    PLACES,
)
from bot.intake.heard import Said
from bot.pressed import Chosen, Form
from bot.text import from_slack, normalise

Payload = Mapping[str, Any]

_OWN_PROMPTS = {ids.NAME_AS: NAMING, ids.PLACES: PLACES}
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


def by_prompt(chosen: Chosen) -> dict[str, tuple[str, ...]]:
    """What is chosen in what asks a prompt, by prompt id; the menus and boxes of anything else are left out."""
    return {prompt_id: choices for name, choices in chosen.items() if (prompt_id := _prompt_of(name)) is not None}


def _prompt_of(action_id: str) -> str | None:
    prefix, _, prompt_id = action_id.partition(":")
    return (prompt_id or None) if prefix == ids.CHOOSE else _OWN_PROMPTS.get(action_id)


def answers_in(form: Form) -> dict[str, str | tuple[str, ...]]:
    """The values of a form by block id: words, or choice ids."""
    return {**{box: from_slack_field(words) for box, words in form.typed.items()}, **form.chosen}


def from_slack_field(words: str) -> str:
    """Words from a form: Slack sends these as they were typed, without tokens or entities."""
    return normalise(_MENTION.sub(_somebody, words)).strip()


_MENTION = re.compile(r"<([@#])[A-Z][A-Z0-9]+(?:\|[^<>\n]*)?>")


def _somebody(token: re.Match[str]) -> str:
    """A mention that was pasted into a form; in a message it has become this already."""
    return "[a colleague]" if token[1] == "@" else "[a channel]"
