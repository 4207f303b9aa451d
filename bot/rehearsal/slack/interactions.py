"""Slack's bodies for what people press, send and type as commands (shapes: the SDKs' own fixtures).

Pure functions of the workspace and what somebody did; `person.py` is the caller. Events are in `payloads.py`.
"""

from collections.abc import Callable
from typing import Any

from .controls import Control, State, answering, state_of, state_values
from .messages import Conversation, Post, copied
from .views import View
from .workspace import Workspace

Json = dict[str, Any]


def _user(workspace: Workspace, user_id: str) -> Json:
    profile = workspace.directory.profiles[user_id]
    return {"id": user_id, "username": profile.name, "name": profile.name, "team_id": profile.team_id}


def _common(workspace: Workspace, user_id: str, kind: str, trigger_id: str) -> Json:
    return {
        "type": kind,
        "user": _user(workspace, user_id),
        "api_app_id": workspace.app_id,
        "token": "rehearsal",
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger_id,
    }


def view_json(workspace: Workspace, view: View) -> Json:
    """Returns a view as interactive bodies and answers carry it."""
    return view.as_json(team_id=workspace.team_id, app_id=workspace.app_id, bot_id=workspace.bot.bot_id or "")


def channel_name(channel: Conversation) -> str:
    """Returns what Slack calls a channel in bodies: people's own names for private places are not told."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def action(control: Control, state: State, *, action_ts: str, picked: Json | None = None) -> Json:
    """Returns one entry of `actions`: the element's ids, its new value, when. `picked` is an overflow's option."""
    entry: Json = {"action_id": control.key[1], "block_id": control.key[0], "type": control.type}
    if control.type == "button":
        entry["text"] = copied(control.element["text"])
        entry |= {key: control.element[key] for key in ("value", "style", "url") if key in control.element}
    elif picked is not None:
        entry["selected_option"] = picked
    else:
        entry |= state_of(control, state) or {}
    if "confirm" in control.element:
        entry["confirm"] = copied(control.element["confirm"])
    return entry | {"action_ts": action_ts}


def message_actions(
    workspace: Workspace, user_id: str, post: Post, *, actions: list[Json], state: State, trigger_id: str, url: str
) -> Json:
    """Something pressed or chosen on a message: the message as posted, and what else is filled in on it."""
    channel = workspace.conversations[post.channel]
    container: Json = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": channel.id,
        "is_ephemeral": post.ephemeral_to is not None,
    }
    if post.thread_ts:
        container["thread_ts"] = post.thread_ts
    body = _common(workspace, user_id, "block_actions", trigger_id) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state_values(post.blocks or [], state)},
        "response_url": url,
        "actions": actions,
    }
    # Slack does not hand back an ephemeral message's content, only where it stood.
    return body if post.ephemeral_to else body | {"message": channel.message_json(post)}


def view_actions(workspace: Workspace, view: View, *, actions: list[Json], trigger_id: str) -> Json:
    """Something pressed or chosen in a modal or on a Home tab."""
    body = _common(workspace, view.owner, "block_actions", trigger_id)
    return body | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(workspace, view),
        "actions": actions,
    }


def view_submission(
    workspace: Workspace, view: View, *, trigger_id: str, new_url: Callable[[Conversation], str]
) -> Json:
    """A modal sent, with everything filled in, and an address for each conversation chosen to be answered in."""
    body = _common(workspace, view.owner, "view_submission", trigger_id)
    urls = [
        {
            "block_id": control.key[0],
            "action_id": control.key[1],
            "channel_id": channel,
            "response_url": new_url(workspace.conversations[channel]),
        }
        for control, channel in answering(view.blocks, view.state)
    ]
    return body | {"view": view_json(workspace, view), "response_urls": urls}


def view_closed(workspace: Workspace, view: View, *, is_cleared: bool) -> Json:
    """A modal closed without sending it."""
    body = _common(workspace, view.owner, "view_closed", "")
    del body["trigger_id"]
    return body | {"view": view_json(workspace, view), "is_cleared": is_cleared}


def slash_command(
    workspace: Workspace, user_id: str, channel: Conversation, *, command: str, text: str, trigger_id: str, url: str
) -> Json:
    """A command as typed, with everything after its name in `text`."""
    return {
        "token": "rehearsal",
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user_id,
        "user_name": workspace.directory.profiles[user_id].name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger_id,
    }


def shortcut(workspace: Workspace, user_id: str, *, callback_id: str, trigger_id: str, action_ts: str) -> Json:
    """A global shortcut; it carries no response_url."""
    body = _common(workspace, user_id, "shortcut", trigger_id)
    del body["api_app_id"]
    return body | {"callback_id": callback_id, "action_ts": action_ts}
