"""The courier: turns what changed in the workspace into Slack's events, for the events the app has subscribed to.

It listens to every change and hands the bodies to the hub; the deliveries are noted on the change, so that whoever
caused it can wait for the ack. Bodies are built in `payloads.py`.
"""

from typing import Any

from . import payloads
from .faults import Faults
from .messages import Conversation
from .payloads import Shape
from .socket_mode import Hub
from .workspace import Change, Workspace

Json = dict[str, Any]

MESSAGE_EVENTS = {
    "im": ("message.im", "im:history"),
    "channel": ("message.channels", "channels:history"),
    "group": ("message.groups", "groups:history"),
}
SCOPES = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "subteam_members_changed": "usergroups:read",
}


class Courier:
    """Slack's side of the Events API."""

    def __init__(self, workspace: Workspace, hub: Hub, *, faults: Faults) -> None:
        self._workspace, self._hub, self._faults = workspace, hub, faults
        self.shape = Shape()
        workspace.listen(self.announce)

    def announce(self, change: Change) -> None:
        """Sends the events that this change means to the app, and notes their deliveries on it."""
        match change.kind:
            case "posted" | "changed" | "deleted" if change.only_for is None:
                self._message(change)
            case "reacted" if change.post:
                event = payloads.reaction_added(
                    self._workspace, change.post, user=change.by, reaction=change.detail["reaction"]
                )
                self._send(change, "reaction_added", event, channel=change.post.channel)
            case "group":
                group = self._workspace.directory.groups[change.detail["subteam_id"]]
                event = payloads.subteam_members_changed(
                    self._workspace,
                    group,
                    added=change.detail["added_users"],
                    removed=change.detail["removed_users"],
                )
                self._send(change, "subteam_members_changed", event)
            case "home_opened":
                event = payloads.app_home_opened(self._workspace, user=change.by, tab=change.detail["tab"])
                self._send(change, "app_home_opened", event)

    def uninstall(self) -> Change:
        """Removes the app: its tokens stop working, and it is told so twice, as Slack does."""
        self._workspace.grants[self._workspace.bot_token].revoked = "account_inactive"
        change = Change("group", "USLACKBOT")
        self._send(change, "tokens_revoked", payloads.tokens_revoked(self._workspace))
        self._send(change, "app_uninstalled", payloads.app_uninstalled())
        return change

    def _message(self, change: Change) -> None:
        post = change.post or change.previous
        if post is None:
            return
        channel = self._workspace.conversations[post.channel]
        if self._workspace.bot.id not in channel.members:
            return
        name, scope = MESSAGE_EVENTS[channel.kind]
        self._send(change, name, self._message_event(change, channel), channel=channel.id, scope=scope)
        if change.kind == "posted" and change.by != self._workspace.bot.id and self._mentions_app(post.text, channel):
            self._send(change, "app_mention", payloads.app_mention(channel, post), channel=channel.id)

    def _message_event(self, change: Change, channel: Conversation) -> Json:
        if change.post is None and change.previous is not None:
            return payloads.message_deleted(channel, change.previous, event_ts=change.detail["ts"])
        if change.post is not None and change.previous is not None:
            return payloads.message_changed(
                channel, change.post, previous=change.previous, event_ts=change.detail["ts"]
            )
        if change.post is None:
            raise ValueError("a message event needs a message")
        return payloads.message_posted(channel, change.post)

    def _mentions_app(self, text: str, channel: Conversation) -> bool:
        return channel.kind != "im" and f"<@{self._workspace.bot.id}>" in text

    def _send(self, change: Change, name: str, event: Json, *, channel: str | None = None, scope: str = "") -> None:
        grant = self._workspace.grants[self._workspace.bot_token]
        needed = scope or SCOPES.get(name, "")
        if name not in self._workspace.subscribed or (needed and needed not in grant.scopes):
            return
        shaped = self._faults.spoil(name, self.shape.apply(event))
        body = payloads.envelope_body(self._workspace, shaped, channel=channel)
        change.deliveries.append(self._hub.send_event(body))
