"""One call of the Web API: its arguments read as Slack reads them, and the checks that methods share.

The methods themselves are in `methods_*.py`, the table and the order of checks in `web_api.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .decoding import decoded
from .messages import Conversation, Post
from .pace import Allowances
from .workspace import Grant, Workspace

Json = dict[str, Any]


class ApiError(Exception):
    """An answer of `{"ok": false}`; `extra` is what Slack says besides the code, `retry_after` makes it a 429."""

    def __init__(self, code: str, *, retry_after: float | None = None, **extra: Any) -> None:
        self.code, self.extra, self.retry_after = code, extra, retry_after
        super().__init__(code)


def is_true(value: object) -> bool:
    """Whether an argument means yes, in any of the ways clients write it."""
    return str(value).lower() in ("1", "true")


@dataclass(slots=True)
class Call:
    """What a method gets: the workspace, what the token may do, and the arguments (strings, or JSON's own types)."""

    workspace: Workspace
    grant: Grant
    allowances: Allowances
    args: Mapping[str, Any]
    open_socket: Callable[[], str]

    # -- arguments -----------------------------------------------------------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        """Returns a text argument; a list or an object in its place is refused."""
        value = self.args.get(name)
        if isinstance(value, list | dict):
            raise ApiError("invalid_array_arg")
        return default if value is None else str(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        """Returns a text argument that must be there."""
        value = self.text(name)
        if not value:
            raise ApiError(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return value

    def flag(self, name: str) -> bool:
        """Returns a true-or-false argument in any of the ways clients write it."""
        return is_true(self.args.get(name))

    def structure(self, name: str, *, error: str) -> Any:
        """Returns an argument that is JSON, or JSON in a string; None where it is not given."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return decoded(value)
        except ValueError as err:
            raise ApiError(error) from err

    # -- what the caller may do ----------------------------------------------------------------------------------

    def require(self, scope: str) -> None:
        """Refuses a token without this scope, naming it."""
        if scope not in self.grant.scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.grant.scopes)))

    def require_kind(self, channel: Conversation, family: str) -> None:
        """Refuses a token that lacks `channels:`, `groups:` or `im:` + `family` for this kind of place."""
        prefix = {"channel": "channels", "group": "groups", "im": "im"}[channel.kind]
        self.require(f"{prefix}:{family}")

    # -- places and messages -------------------------------------------------------------------------------------

    def channel(self, *, user_opens_dm: bool = False, by_name: bool = False) -> Conversation:
        """Returns the place named by `channel`, if the app may know of it."""
        wanted = self.need("channel", "channel_not_found")
        profile = self.workspace.directory.profiles.get(wanted)
        if user_opens_dm and profile and not profile.is_bot:
            return self.workspace.direct_message(wanted)
        found = self.workspace.find_channel(wanted) if by_name else self.workspace.conversations.get(wanted)
        if found is None or (found.kind != "channel" and not self.is_member(found)):
            raise ApiError("channel_not_found")
        return found

    def is_member(self, channel: Conversation) -> bool:
        """Whether the app is in this place."""
        return self.workspace.bot.id in channel.members

    def writable(self, channel: Conversation) -> Conversation:
        """Returns the place, if the app may write there now."""
        if not self.is_member(channel):
            raise ApiError("not_in_channel")
        if channel.archived:
            raise ApiError("is_archived")
        if channel.kind == "im" and not self.workspace.messages_tab_enabled:
            raise ApiError("messages_tab_disabled")
        return channel

    def readable(self, channel: Conversation) -> Conversation:
        """Returns the place, if the app may read its history."""
        self.require_kind(channel, "history")
        if not self.is_member(channel):
            raise ApiError("not_in_channel")
        return channel

    def own_post(self, channel: Conversation, refusal: str) -> Post:
        """Returns the app's own message named by `ts`; anyone else's is refused with `refusal`."""
        post = channel.posts.get(self.need("ts"))
        if post is None or post.is_tombstone:
            raise ApiError("message_not_found")
        if post.bot_id != self.workspace.bot.bot_id:
            raise ApiError(refusal)
        return post
