"""chat.*: posting, changing and deleting messages, as strictly as Slack.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

from typing import Any

from .call import ApiError, Call
from .content import checked_content, given_content, says_nothing, thread_of
from .messages import Post

Json = dict[str, Any]

UPDATE_TEXT = 4_000  # chat.update: msg_too_long


def post_message(call: Call) -> Json:
    """chat.postMessage"""
    channel = call.writable(call.channel(user_opens_dm=True, by_name=True))
    content = checked_content(_arguments(call))
    thread = thread_of(channel, call.text("thread_ts"))
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
    args = _arguments(call)
    if isinstance(args["text"], str) and len(args["text"]) > UPDATE_TEXT:
        raise ApiError("msg_too_long")
    call.workspace.update(post, by=call.workspace.bot.id, **_changes(post, given_content(args)))
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
    content = checked_content(_arguments(call))
    content.pop("metadata", None)
    thread = thread_of(channel, call.text("thread_ts"))
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


def _arguments(call: Call) -> Json:
    """Returns what the call says of a message, decoded and not yet checked."""
    return {
        "text": call.args.get("text"),
        "markdown_text": call.text("markdown_text"),
        "blocks": call.structure("blocks", error="invalid_blocks_format"),
        "attachments": call.structure("attachments", error="invalid_attachments"),
        "metadata": call.structure("metadata", error="invalid_metadata_format"),
    }


def _changes(post: Post, given: Json) -> Json:
    """Returns what chat.update makes of a message: text alone removes its blocks, and what is not given stays.

    Empty blocks, attachments or metadata take away what there was.
    """
    if not given.keys() & {"text", "blocks", "attachments"}:
        raise ApiError("no_text")
    changes = {name: part or None for name, part in given.items()}
    if "text" in given:
        changes.setdefault("blocks", None)
    before = {"text": post.text, "blocks": post.blocks, "attachments": post.attachments}
    if says_nothing(before | changes):
        raise ApiError("no_text")
    return changes
