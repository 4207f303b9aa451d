"""Slack's event bodies, as the Events API and Socket Mode carry them (shapes: the SDKs' own fixtures).

Pure functions of the workspace and what happened; `events.py` decides who hears. `Shape` leaves out what Slack may
leave out and adds what it may add, to try a bot's patience. Interactive bodies are in `interactions.py`.
"""

import copy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .messages import Conversation, Post
from .people import UserGroup
from .workspace import Workspace

Json = dict[str, Any]

CHANNEL_TYPES = {"im": "im", "channel": "channel", "group": "group"}
OPTIONAL_FIELDS = ("channel_type", "client_msg_id", "blocks", "team")


@dataclass(slots=True)
class Shape:
    """How generous the bodies are: `sparse` leaves out optional fields, `extra` adds unknown ones."""

    sparse: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, event: Json) -> Json:
        """Returns the event so shaped."""
        shaped = {k: v for k, v in event.items() if not (self.sparse and k in OPTIONAL_FIELDS)}
        for inner in ("message", "previous_message"):
            if self.sparse and inner in shaped:
                shaped[inner] = {k: v for k, v in shaped[inner].items() if k not in OPTIONAL_FIELDS}
        return shaped | copy.deepcopy(dict(self.extra))


def envelope_body(workspace: Workspace, event: Json, *, channel: str | None = None) -> Json:
    """Returns the outer body of an event: who it is for, its own id, when it was sent."""
    context = f"1-{event['type']}-{workspace.team_id}-{channel or workspace.app_id}"
    return {
        "token": "rehearsal",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0{secrets.token_hex(5).upper()}",
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": context,
    }


def message_posted(channel: Conversation, post: Post) -> Json:
    """A new message: a person's, an upload, a /me, or the app's own echo."""
    return channel.message_json(post) | _place(channel) | {"event_ts": post.ts}


def message_changed(channel: Conversation, post: Post, *, previous: Post, event_ts: str) -> Json:
    """An edit, or a preview that Slack added: the text before and after, hidden, with a timestamp of its own."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": channel.message_json(post),
        "previous_message": previous.as_json(),
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
        **_place(channel),
    }


def message_deleted(channel: Conversation, previous: Post, *, event_ts: str) -> Json:
    """A deletion: what stood there, and its timestamp."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": previous.as_json(),
        "hidden": True,
        "deleted_ts": previous.ts,
        "ts": event_ts,
        "event_ts": event_ts,
        **_place(channel),
    }


def app_mention(channel: Conversation, post: Post) -> Json:
    """Somebody named the app in a channel."""
    mention = channel.message_json(post) | {"type": "app_mention", "channel": channel.id, "event_ts": post.ts}
    return {key: value for key, value in mention.items() if key != "subtype"}


def reaction_added(workspace: Workspace, post: Post, *, user: str, reaction: str) -> Json:
    """Somebody reacted to a message."""
    return {
        "type": "reaction_added",
        "user": user,
        "reaction": reaction,
        "item_user": post.user,
        "item": {"type": "message", "channel": post.channel, "ts": post.ts},
        "event_ts": workspace.conversations[post.channel].next_ts(workspace.clock.now()),
    }


def app_home_opened(workspace: Workspace, *, user: str, tab: str) -> Json:
    """Somebody opened the app's Home or Messages tab; the view is there once one was published."""
    channel = workspace.direct_message(user)
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel.id,
        "tab": tab,
        "event_ts": channel.next_ts(workspace.clock.now()),
    }
    home = workspace.views.homes.get(user)
    if tab == "home" and home:
        event["view"] = home.as_json(
            team_id=workspace.team_id, app_id=workspace.app_id, bot_id=workspace.bot.bot_id or ""
        )
    return event


def subteam_members_changed(workspace: Workspace, group: UserGroup, *, added: list[str], removed: list[str]) -> Json:
    """A user group has other people in it."""
    now = workspace.clock.now()
    return {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": workspace.team_id,
        "date_previous_update": int(now.timestamp()) - 1,
        "date_update": int(now.timestamp()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": f"{now.timestamp():.6f}",
    }


def tokens_revoked(workspace: Workspace) -> Json:
    """The app's tokens no longer work."""
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot.id]}}


def app_uninstalled() -> Json:
    """The app was removed from the workspace."""
    return {"type": "app_uninstalled"}


def file_json(workspace: Workspace, user: str, filename: str) -> Json:
    """Returns an uploaded file as a message carries it; there is nothing behind its addresses."""
    suffix = filename.rpartition(".")[2].lower() if "." in filename else "binary"
    file_id = f"F0{secrets.token_hex(4).upper()}"
    now = int(workspace.clock.now().timestamp())
    base = f"https://files.slack.com/files-pri/{workspace.team_id}-{file_id}"
    return {
        "id": file_id,
        "created": now,
        "timestamp": now,
        "name": filename,
        "title": filename,
        "mimetype": f"image/{suffix}" if suffix in ("png", "jpg", "jpeg", "gif") else "application/octet-stream",
        "filetype": suffix,
        "pretty_type": suffix.upper(),
        "user": user,
        "editable": False,
        "size": 92582,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{base}/{filename}",
        "url_private_download": f"{base}/download/{filename}",
        "permalink": f"https://{workspace.domain}.slack.com/files/{user}/{file_id}/{filename}",
        "has_rich_preview": False,
    }


def _place(channel: Conversation) -> Json:
    return {"channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
