"""response_url: five answers in thirty minutes of the workspace's time to whoever pressed or typed.

It posts, replaces or deletes whatever the person acted on, whether or not the app may post there. `person.py` makes
the addresses, `server.py` serves them.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .call import ApiError, is_true
from .content import checked_content, says_nothing, thread_of
from .messages import Conversation, Post
from .workspace import Change, Workspace

Json = dict[str, Any]

USES = 5
LIFE = timedelta(minutes=30)


@dataclass(slots=True)
class ResponseUrl:
    """One address: for whom, where, until when, and the message it may replace."""

    user: str
    channel: Conversation
    made_at: datetime
    source: Post | None = None
    uses: int = 0


class ResponseUrls:
    """Every response_url given out."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}
        self.base = ""

    def new(self, user: str, channel: Conversation, *, source: Post | None = None) -> str:
        """Returns a fresh address."""
        key = secrets.token_urlsafe(18)
        self._urls[key] = ResponseUrl(user, channel, self._workspace.clock.now(), source)
        return f"{self.base}{key}"

    def use(self, key: str, payload: object) -> Change:
        """Does what the payload asks for; raises `ApiError` with Slack's word for why not."""
        url = self._urls.get(key)
        if url is None:
            raise ApiError("invalid_url")
        if self._workspace.clock.now() - url.made_at > LIFE:
            raise ApiError("expired_url")
        if url.uses >= USES:
            raise ApiError("used_url")
        if not isinstance(payload, dict):
            raise ApiError("invalid_payload")
        change = self._act(url, payload)
        url.uses += 1
        return change

    def _act(self, url: ResponseUrl, payload: Json) -> Change:
        bot, source = self._workspace.bot.id, self._living(url.source)
        deletes = is_true(payload.get("delete_original"))
        if deletes and says_nothing(payload):
            if source is None:
                raise ApiError("message_not_found")
            return self._workspace.delete(source, by=bot)
        content = checked_content(payload)
        if is_true(payload.get("replace_original")) and not deletes:
            if source is None:
                raise ApiError("message_not_found")
            whole: Json = {"blocks": None, "attachments": None} | content
            return self._workspace.update(source, by=bot, **whole)
        thread = thread_of(url.channel, str(payload.get("thread_ts") or ""))
        if deletes and source is not None:  # a command has no message that could go
            self._workspace.delete(source, by=bot)
        text = content.pop("text")
        if payload.get("response_type") == "in_channel":
            return self._workspace.post(url.channel, bot, text, thread_ts=thread, **content)
        content.pop("metadata", None)
        return self._workspace.post_ephemeral(url.channel, bot, text, only_for=url.user, thread_ts=thread, **content)

    def _living(self, source: Post | None) -> Post | None:
        if source is None:
            return None
        channel = self._workspace.conversations[source.channel]
        return source if channel.posts.get(source.ts) is source or source in channel.ephemerals else None
