"""conversations.*: places, who is in them, and what was said there.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from .call import ApiError, Call
from .messages import Conversation, Post

Json = dict[str, Any]
T = TypeVar("T")

TYPES = {"public_channel": ("channel", "channels:read"), "private_channel": ("group", "groups:read")}
TYPES |= {"im": ("im", "im:read"), "mpim": ("mpim", "mpim:read")}


def open_(call: Call) -> Json:
    """conversations.open"""
    if call.text("channel"):
        channel = call.channel()
    else:
        users = [u.strip() for u in _joined(call.args.get("users")).split(",") if u.strip()]
        if len(users) != 1:
            raise ApiError("users_list_not_supplied" if not users else "not_enough_users")
        profile = call.workspace.directory.profiles.get(users[0])
        if profile is None:
            raise ApiError("user_not_found")
        if profile.deleted:
            raise ApiError("user_disabled")
        if profile.is_bot:
            raise ApiError("cannot_dm_bot")
        channel = call.workspace.direct_message(profile.id)
    return {"channel": channel.as_json() if call.flag("return_im") else {"id": channel.id}}


def info(call: Call) -> Json:
    """conversations.info"""
    channel = call.channel()
    call.require_kind(channel, "read")
    shape = channel.as_json(include_num_members=call.flag("include_num_members"))
    return {"channel": shape | {"is_member": call.is_member(channel)}}


def list_(call: Call) -> Json:
    """conversations.list"""
    types = [t.strip() for t in _joined(call.args.get("types") or "public_channel").split(",")]
    kinds = set()
    for name in types:
        if name not in TYPES:
            raise ApiError("invalid_types")
        kind, scope = TYPES[name]
        call.require(scope)
        kinds.add(kind)
    visible = [
        c
        for c in call.workspace.conversations.values()
        if c.kind in kinds
        and (c.kind == "channel" or call.is_member(c))
        and not (c.archived and call.flag("exclude_archived"))
    ]
    page, cursor = paged(call, visible)
    return {
        "channels": [c.as_json(include_num_members=True) | {"is_member": call.is_member(c)} for c in page],
        "response_metadata": {"next_cursor": cursor},
    }


def members(call: Call) -> Json:
    """conversations.members"""
    channel = call.channel()
    call.require_kind(channel, "read")
    page, cursor = paged(call, channel.members)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """conversations.history"""
    channel = call.readable(call.channel())
    inside = [p for p in channel.top_level() if _within(call)(p)]
    return _messages(call, channel, list(reversed(inside))) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """conversations.replies"""
    channel = call.readable(call.channel())
    asked = channel.posts.get(call.need("ts"))
    if asked is None:
        raise ApiError("thread_not_found")
    first = asked.thread_ts or asked.ts
    parent = channel.posts.get(first)
    thread = ([parent] if parent else []) + channel.replies_to(first)
    return _messages(call, channel, [p for p in thread if p.ts == first or _within(call)(p)])


def paged(call: Call, items: Sequence[T], *, default: int = 100) -> tuple[Sequence[T], str]:
    """Returns this page's items and the cursor of the next ("" when this is the last)."""
    start = _read_cursor(call.text("cursor"))
    end = start + min(call.limit(default), call.workspace.largest_page)
    more = end < len(items)
    return items[start:end], base64.b64encode(f"next:{end}".encode()).decode() if more else ""


def _read_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise ApiError("invalid_cursor")
        return int(number)
    except (binascii.Error, ValueError) as err:
        raise ApiError("invalid_cursor") from err


def _messages(call: Call, channel: Conversation, posts: list[Post]) -> Json:
    page, cursor = paged(call, posts)
    whole = call.flag("include_all_metadata")
    messages = []
    for post in page:
        message = channel.message_json(post)
        if "metadata" in message and not whole:
            message["metadata"] = {"event_type": message["metadata"].get("event_type")}
        messages.append(message)
    answer: Json = {"messages": messages, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _within(call: Call) -> Callable[[Post], bool]:
    oldest, latest, inclusive = _moment(call, "oldest"), _moment(call, "latest"), call.flag("inclusive")

    def holds(post: Post) -> bool:
        ts = Decimal(post.ts)
        if inclusive and ts in (oldest, latest):
            return True
        return (oldest is None or ts > oldest) and (latest is None or ts < latest)

    return holds


def _moment(call: Call, name: str) -> Decimal | None:
    text = call.text(name)
    if not text or text == "now":
        return None
    try:
        return Decimal(text)
    except InvalidOperation as err:
        raise ApiError(f"invalid_ts_{name}") from err


def _joined(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")
