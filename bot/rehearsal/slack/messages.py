"""Conversations and the messages in them, as the workspace keeps them.

State and its JSON shape; nothing here sends, checks scopes, or knows of faults. `Workspace` is the only caller that
changes anything.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["channel", "group", "im"]

_EPOCH_MICROSECONDS = 1_000_000


def copied(value: Any) -> Any:
    """Returns a deep copy of something made of what JSON knows; `copy.deepcopy` takes five times as long."""
    if type(value) is dict:
        return {name: copied(part) for name, part in value.items()}
    if type(value) is list:
        return [copied(part) for part in value]
    return value


@dataclass(slots=True)
class Post:
    """One message. `user` wrote it; `bot_id` and `app_id` are set where an app did."""

    channel: str
    ts: str
    user: str
    team: str
    text: str
    blocks: list[Json] | None = None
    metadata: Json | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    client_msg_id: str | None = None
    files: list[Json] | None = None
    attachments: list[Json] | None = None
    edited: Json | None = None
    reactions: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None

    @property
    def is_tombstone(self) -> bool:
        """Whether this stands where a deleted message with replies used to be."""
        return self.subtype == "tombstone"

    @property
    def is_reply(self) -> bool:
        """Whether this is inside a thread and not its beginning."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def as_it_is(self) -> "Post":
        """Returns a copy that stays as the message is now."""
        parts = ("blocks", "metadata", "files", "attachments", "edited", "reactions")
        return replace(self, **{name: copied(getattr(self, name)) for name in parts})

    def as_json(self) -> Json:
        """Returns the message as Slack writes it in answers and events (metadata whole)."""
        message: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": self.team}
        if self.subtype:
            message["subtype"] = self.subtype
        if self.client_msg_id:
            message["client_msg_id"] = self.client_msg_id
        if self.bot_id:
            message |= {
                "bot_id": self.bot_id,
                "app_id": self.app_id,
                "bot_profile": {
                    "id": self.bot_id,
                    "deleted": False,
                    "name": "Altogether",
                    "updated": 0,
                    "app_id": self.app_id,
                    "team_id": self.team,
                },
            }
        optional = {
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": self.files,
            "metadata": self.metadata,
            "thread_ts": self.thread_ts,
            "edited": self.edited,
            "reactions": self.reactions,
        }
        message |= {key: copied(value) for key, value in optional.items() if value}
        if self.files is not None:
            message |= {"upload": False, "display_as_bot": False}
        if self.is_tombstone:
            message["hidden"] = True
        return message


@dataclass(slots=True)
class Conversation:
    """A channel, a private channel, or the direct message between one person and the app."""

    id: str
    kind: Kind
    team_id: str
    name: str = ""
    user: str | None = None  # a direct message's person
    members: list[str] = field(default_factory=list)
    archived: bool = False
    created: int = 0
    posts: dict[str, Post] = field(default_factory=dict)
    ephemerals: list[Post] = field(default_factory=list)
    _threads: dict[str, list[Post]] = field(default_factory=dict)
    _last: int = 0

    def add(self, post: Post) -> None:
        """Keeps a message, in its thread too if it is a reply."""
        self.posts[post.ts] = post
        if post.is_reply:
            self._threads.setdefault(post.thread_ts or "", []).append(post)

    def remove(self, post: Post) -> None:
        """Forgets a message."""
        del self.posts[post.ts]
        if post.is_reply:
            self._threads[post.thread_ts or ""].remove(post)

    def next_ts(self, now: datetime) -> str:
        """Returns a timestamp later than every earlier one of this conversation, even if the clock was set back."""
        wanted = round(now.timestamp() * _EPOCH_MICROSECONDS)
        self._last = wanted if wanted > self._last else self._last + 100
        return f"{self._last // _EPOCH_MICROSECONDS}.{self._last % _EPOCH_MICROSECONDS:06d}"

    def replies_to(self, ts: str) -> list[Post]:
        """Returns the replies in the thread that began with `ts`, oldest first."""
        return list(self._threads.get(ts, ()))

    def top_level(self) -> list[Post]:
        """Returns what stands in the conversation itself, oldest first."""
        return [p for p in self.posts.values() if not p.is_reply or p.subtype == "thread_broadcast"]

    def message_json(self, post: Post) -> Json:
        """Returns a message with what Slack adds to threads: counts on the first, the parent's author on the others."""
        message = post.as_json()
        replies = self.replies_to(post.ts)
        if replies:
            people = list(dict.fromkeys(p.user for p in replies))
            message |= {
                "thread_ts": post.ts,
                "reply_count": len(replies),
                "reply_users_count": len(people),
                "latest_reply": replies[-1].ts,
                "reply_users": people,
                "is_locked": False,
                "subscribed": False,
            }
        parent = self.posts.get(post.thread_ts or "")
        if post.is_reply and parent:
            message["parent_user_id"] = parent.user
        return message

    def as_json(self, *, include_num_members: bool = False) -> Json:
        """Returns the conversation as conversations.info and conversations.list give it."""
        common: Json = {"id": self.id, "created": self.created, "is_org_shared": False, "is_archived": self.archived}
        if self.kind == "im":
            return common | {"is_im": True, "user": self.user, "is_user_deleted": False, "priority": 0}
        shape = common | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "group",
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "context_team_id": self.team_id,
            "creator": self.members[0] if self.members else "",
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
        return shape | ({"num_members": len(self.members)} if include_num_members else {})


def with_ids(blocks: Iterable[Json]) -> list[Json]:
    """Returns a copy of the blocks with ids made up wherever the app gave none, as Slack does."""
    fresh: list[Json] = [copied(block) for block in blocks]
    for block in fresh:
        block["block_id"] = block.get("block_id") or secrets.token_urlsafe(4)
        for element in elements_of(block):
            if element.get("type") != "image":
                element["action_id"] = element.get("action_id") or secrets.token_urlsafe(4)
    return fresh


def elements_of(block: Json) -> list[Json]:
    """Returns the parts of a block that a person can press, choose or fill in (and its images)."""
    match block.get("type"):
        case "actions":
            return list(block.get("elements", []))
        case "section":
            return [block["accessory"]] if block.get("accessory") else []
        case "input":
            return [block["element"]]
        case _:
            return []
