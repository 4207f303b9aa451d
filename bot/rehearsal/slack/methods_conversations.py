"""conversations.*: places, who is in them, and what was said there.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

from typing import Any

from .call import ApiError, Call
from .messages import Conversation, Post
from .paging import MOST, MOST_OF_HISTORY, how_many, page_of_history, page_of_thread, paged, within

Json = dict[str, Any]

MOST_PEOPLE = 8  # docs, conversations.open: "1 to 8 user IDs"
TYPES = {"public_channel": ("channel", "channels:read"), "private_channel": ("group", "groups:read")}
TYPES |= {"im": ("im", "im:read"), "mpim": ("mpim", "mpim:read")}


def open_(call: Call) -> Json:
    """conversations.open"""
    channel, is_new = _resumed(call), False
    if channel is None:
        user = _one_person(call)
        is_new = not any(one.kind == "im" and one.user == user for one in call.workspace.conversations.values())
        if is_new and call.flag("prevent_creation"):
            raise ApiError("channel_not_found")
        channel = call.workspace.direct_message(user)
    known = {} if is_new else {"no_op": True, "already_open": True}
    if not call.flag("return_im"):
        return known | {"channel": {"id": channel.id}}
    unread = {"last_read": "0000000000.000000", "latest": None, "unread_count": 0, "unread_count_display": 0}
    return known | {"channel": channel.as_json() | unread | {"is_open": True}}


def _resumed(call: Call) -> Conversation | None:
    """Returns the direct message that the call names by its own id; None where it names people instead."""
    if not call.text("channel"):
        return None
    channel = call.channel()
    if channel.kind != "im":
        raise ApiError("method_not_supported_for_channel_type")
    return channel


def _one_person(call: Call) -> str:
    users = list(dict.fromkeys(u.strip() for u in _joined(call.args.get("users")).split(",") if u.strip()))
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > MOST_PEOPLE:
        raise ApiError("too_many_users")
    for user in users:
        profile = call.workspace.directory.profiles.get(user)
        if profile is None:
            raise ApiError("user_not_found")
        if profile.deleted:
            raise ApiError("user_disabled")
        if profile.is_bot:
            raise ApiError("cannot_dm_bot")
    if len(users) > 1:
        call.require("mpim:write")
        raise ApiError("method_not_supported_for_channel_type")
    return users[0]


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
    size = how_many(call, default=100, most=MOST_OF_HISTORY, is_strict=True)
    page, cursor = paged(visible, call, size, key=lambda channel: channel.id)
    return {
        "channels": [c.as_json(include_num_members=True) | {"is_member": call.is_member(c)} for c in page],
        "response_metadata": {"next_cursor": cursor},
    }


def members(call: Call) -> Json:
    """conversations.members"""
    channel = call.channel()
    call.require_kind(channel, "read")
    page, cursor = paged(channel.members, call, how_many(call, default=100), key=str)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """conversations.history"""
    channel = call.readable(call.channel())
    inside = within(call)
    size = how_many(call, default=100, most=MOST_OF_HISTORY)
    page, cursor = page_of_history([p for p in channel.top_level() if inside(p)], call, size)
    latest = {"latest": call.text("latest")} if call.text("latest") else {}
    return latest | _messages(call, channel, page, cursor) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """conversations.replies"""
    channel = call.readable(call.channel())
    asked = channel.posts.get(call.need("ts", "thread_not_found"))
    if asked is None:
        raise ApiError("thread_not_found")
    first, inside = asked.thread_ts or asked.ts, within(call)
    parent = channel.posts.get(first)
    thread = ([parent] if parent else []) + [p for p in channel.replies_to(first) if inside(p)]
    page, cursor = page_of_thread(thread, call, how_many(call, default=MOST))
    return _messages(call, channel, page, cursor)


def _messages(call: Call, channel: Conversation, page: list[Post], cursor: str) -> Json:
    whole = call.flag("include_all_metadata")
    messages = []
    for post in page:
        message = channel.message_json(post)
        if "metadata" in message and not whole:
            message["metadata"] = {"event_type": message["metadata"].get("event_type")}
        messages.append(message)
    answer: Json = {"messages": messages, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _joined(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")
