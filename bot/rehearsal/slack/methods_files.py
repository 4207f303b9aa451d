"""files.*: an address for a file, the file shared in a conversation, the file deleted.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`, the bytes arrive in `server.py`.
"""

from typing import Any

from . import payloads
from .call import ApiError, Call
from .files import Upload

Json = dict[str, Any]

MOST_BYTES = 1_000_000_000  # "Each file … may be up to 1 GB"


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal"""
    name, length = call.need("filename"), call.need("length")
    if not length.isdecimal() or not 0 < int(length) <= MOST_BYTES:
        raise ApiError("missing_argument" if length == "0" else "invalid_arguments")
    upload, url = call.workspace.files.announce(name, int(length))
    return {"upload_url": url, "file_id": upload.id}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal"""
    listed = call.structure("files", error="invalid_arguments")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise ApiError("invalid_arguments")
    uploads = [_waiting(call, str(one.get("id", ""))) for one in listed]
    for upload, one in zip(uploads, listed, strict=True):
        upload.title = str(one.get("title") or upload.name)
    if call.text("channel_id"):
        _share(call, uploads)
    for upload in uploads:
        upload.completed = True
    return {"files": [{"id": upload.id, "title": upload.title} for upload in uploads]}


def _waiting(call: Call, file_id: str) -> Upload:
    upload = call.workspace.files.uploads.get(file_id)
    if upload is None or upload.deleted or upload.completed:
        raise ApiError("file_not_found")
    if upload.content is None:
        raise ApiError("file_update_failed")
    return upload


def _share(call: Call, uploads: list[Upload]) -> None:
    channel = call.workspace.conversations.get(call.text("channel_id"))
    if channel is None or (channel.kind != "channel" and not call.is_member(channel)):
        raise ApiError("channel_not_found")
    call.writable(channel)
    files = [_json(call, upload) for upload in uploads]
    post = call.workspace.post(
        channel,
        call.workspace.bot.id,
        call.text("initial_comment"),
        files=files,
        subtype="file_share",
        thread_ts=call.text("thread_ts") or None,
    ).post
    for upload in uploads:
        upload.shared = (channel.id, post.ts if post else "")


def _json(call: Call, upload: Upload) -> Json:
    made = payloads.file_json(call.workspace, call.workspace.bot.id, upload.name)
    for name in ("url_private", "url_private_download", "permalink"):
        made[name] = str(made[name]).replace(made["id"], upload.id)
    return made | {"id": upload.id, "title": upload.title, "size": upload.length}


def delete(call: Call) -> Json:
    """files.delete"""
    upload = call.workspace.files.uploads.get(call.need("file", "file_not_found"))
    if upload is None:
        raise ApiError("file_not_found")
    if upload.deleted:
        raise ApiError("file_deleted")
    upload.deleted, upload.content = True, None
    if upload.shared:
        channel_id, ts = upload.shared
        post = call.workspace.conversations[channel_id].posts.get(ts)
        if post is not None:
            left = [file for file in post.files or [] if file["id"] != upload.id]
            if left or post.text:
                call.workspace.update(post, by=call.workspace.bot.id, edited=False, files=left or None)
            else:
                call.workspace.delete(post, by=call.workspace.bot.id)
    return {}
