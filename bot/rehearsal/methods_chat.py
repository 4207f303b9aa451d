"""chat.*: posting, changing and deleting messages, as strictly as Slack.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

import json
import re
from typing import Any

from .call import ApiError, Call
from .messages import Conversation
from .validation import check_message

Json = dict[str, Any]

TEXT_CUT = 40_000  # chat.postMessage: "we will truncate messages containing more than 40,000 characters"
UPDATE_TEXT = 4_000  # chat.update: msg_too_long
METADATA_LIMIT = 8_000  # characters of JSON; Slack has a limit and does not publish it

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


def post_message(call: Call) -> Json:
    """chat.postMessage"""
    channel = call.writable(call.channel(user_opens_dm=True, by_name=True))
    content = _content(call, cut=TEXT_CUT)
    thread = _thread(call, channel)
    wait = call.allowances.post(channel.id)
    if wait > 0:
        raise ApiError("ratelimited", retry_after=wait)
    if thread and call.flag("reply_broadcast"):
        content["subtype"] = "thread_broadcast"
    post = call.workspace.post(channel, call.workspace.bot.id, content.pop("text"), thread_ts=thread, **content).post
    if post is None:
        raise ApiError("fatal_error")
    return {"channel": channel.id, "ts": post.ts, "message": channel.message_json(post)}


def update(call: Call) -> Json:
    """chat.update"""
    channel = call.writable(call.channel())
    post = call.own_post(channel, "cant_update_message")
    window = call.workspace.edit_window
    if window is not None and call.workspace.clock.now().timestamp() - float(post.ts) > window.total_seconds():
        raise ApiError("edit_window_closed")
    if len(call.text("text")) > UPDATE_TEXT:
        raise ApiError("msg_too_long")
    content = _content(call, cut=UPDATE_TEXT)
    # Text without blocks removes the blocks; metadata stays unless it is passed.
    content.setdefault("blocks", None)
    if call.args.get("metadata") is None:
        content.pop("metadata", None)
    call.workspace.update(post, by=call.workspace.bot.id, **content)
    return {"channel": channel.id, "ts": post.ts, "text": post.text, "message": channel.message_json(post)}


def delete(call: Call) -> Json:
    """chat.delete"""
    channel = call.channel()
    if not call.is_member(channel):
        raise ApiError("channel_not_found")
    post = call.own_post(channel, "cant_delete_message")
    call.workspace.delete(post, by=call.workspace.bot.id)
    return {"channel": channel.id, "ts": post.ts}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral"""
    channel = call.writable(call.channel(by_name=True))
    user = call.need("user")
    if user not in call.workspace.directory.profiles:
        raise ApiError("user_not_found")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = _content(call, cut=TEXT_CUT)
    content.pop("metadata", None)
    thread = _thread(call, channel)
    post = call.workspace.post_ephemeral(
        channel, call.workspace.bot.id, content.pop("text"), only_for=user, thread_ts=thread, **content
    ).post
    return {"message_ts": post.ts if post else ""}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink"""
    channel = call.channel()
    post = channel.posts.get(call.need("message_ts"))
    if post is None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call.workspace.domain, channel.id, post.ts, post.thread_ts)}


def permalink(domain: str, channel_id: str, ts: str, thread_ts: str | None = None) -> str:
    """Returns the address of a message; a reply's names its thread."""
    address = f"https://{domain}.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"
    return f"{address}?thread_ts={thread_ts}&cid={channel_id}" if thread_ts and thread_ts != ts else address


def checked_content(args: Json, *, cut: int) -> Json:
    """Returns text, blocks and metadata fit to keep, or raises what Slack would answer; `cut` is where text ends."""
    text = _BARE_AMPERSAND.sub("&amp;", str(args.get("text") or ""))[:cut]
    blocks, attachments, metadata = args.get("blocks"), args.get("attachments"), args.get("metadata")
    if not text.strip() and not blocks and not attachments:
        raise ApiError("no_text")
    if blocks is not None and not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if metadata and len(json.dumps(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    given = {"text": text, "blocks": blocks or None, "metadata": metadata or None}
    content = {key: value for key, value in given.items() if value is not None}
    problems = check_message(content)
    if problems:
        raise ApiError(_code_for(problems), errors=problems, response_metadata={"messages": problems})
    return content | ({"attachments": attachments} if attachments else {})


def _code_for(problems: list[str]) -> str:
    if any("msg_blocks_too_long" in problem for problem in problems):
        return "msg_blocks_too_long"
    if any("/blocks" in problem for problem in problems):
        return "invalid_blocks"
    if any("/metadata" in problem for problem in problems):
        return "invalid_metadata_format"
    return "invalid_arguments"


def _content(call: Call, *, cut: int) -> Json:
    decoded = {
        "text": call.text("text"),
        "blocks": call.structure("blocks", error="invalid_blocks_format"),
        "attachments": call.structure("attachments", error="invalid_attachments"),
        "metadata": call.structure("metadata", error="invalid_metadata_format"),
    }
    content = checked_content(decoded, cut=cut)
    return content if "metadata" in content else content | {"metadata": None}


def _thread(call: Call, channel: Conversation) -> str | None:
    thread = call.text("thread_ts") or None
    if thread is None:
        return None
    parent = channel.posts.get(thread)
    if parent is None:
        raise ApiError("thread_not_found")
    return parent.thread_ts or thread
