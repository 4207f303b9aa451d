"""The workspace's state and the only functions that change it.

Every change is told to the listeners: the courier makes Slack's events of it, people who wait for a message look
again, a page redraws. No protocol here: scopes, errors and limits belong to `web_api.py`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, Protocol

from .clock import WorkspaceClock
from .files import Files
from .messages import Conversation, Kind, Post, with_ids
from .people import SLACKBOT, Directory, Profile, UserGroup
from .views import Views

Json = dict[str, Any]

TEAM_ID = "T0EXAMPLE1"
APP_ID = "A0ALTOGETH"
BOT_USER_ID = "U0ALTOGETH"
BOT_ID = "B0ALTOGETH"
STORIES_CHANNEL = "C0STORIES1"
REVIEW_CHANNEL = "C0REVIEW01"
REVIEWERS = ("U0AMIRA001", "U0JOE00001")

BOT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
SUBSCRIBED = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "subteam_members_changed",
    "tokens_revoked",
)

PEOPLE = (
    ("U0SAM00001", "sam", "Sam Okoro"),
    ("U0PRIYA001", "priya", "Priya Nair"),
    ("U0LEE00001", "lee", "Lee Morgan"),
    ("U0AMIRA001", "amira", "Amira Shah"),
    ("U0JOE00001", "joe", "Joe Lind"),
    ("U0RAE00001", "rae", "Rae Whitfield"),
)


class Delivered(Protocol):
    """An event on its way to the bot."""

    async def handled(self) -> None:
        """Returns once there is nothing to wait for: acknowledged, given up, or nobody connected."""


@dataclass(slots=True)
class Change:
    """One thing that happened. `by` did it; `only_for` names the one person who sees it, if it is private."""

    kind: Literal["posted", "changed", "deleted", "ephemeral", "reacted", "view", "home", "group", "home_opened"]
    by: str
    post: Post | None = None
    previous: Post | None = None
    only_for: str | None = None
    detail: Json = field(default_factory=dict)
    deliveries: list[Delivered] = field(default_factory=list)


@dataclass(slots=True)
class Grant:
    """What a token may do; `revoked` holds Slack's word once it may do nothing."""

    kind: Literal["bot", "app"]
    scopes: set[str]
    revoked: str | None = None


class Workspace:
    """Example Borough: its people, its channels, the app, and what they have said."""

    def __init__(self, clock: WorkspaceClock) -> None:
        self.clock = clock
        self.team_id, self.team_name, self.domain = TEAM_ID, "Example Borough", "example-borough"
        self.whole_organisation = False  # whether the app is installed to an organisation rather than to this workspace
        self.app_id = APP_ID
        self.directory = Directory()
        self.conversations: dict[str, Conversation] = {}
        self.views = Views()
        self.files = Files()
        self.subscribed: set[str] = set(SUBSCRIBED)
        self.commands: set[str] = {"/story"}
        self.messages_tab_enabled = True
        self.largest_page = 1000  # pages may hold fewer than was asked for, as Slack says of every list it gives
        self.edit_window: timedelta | None = None  # how long messages may be edited; None: for ever
        self.bot_token, self.app_token = f"xoxb-{secrets.token_hex(12)}", f"xapp-1-{secrets.token_hex(12)}"
        self.grants = {
            self.bot_token: Grant("bot", set(BOT_SCOPES)),
            self.app_token: Grant("app", {"connections:write"}),
        }
        self._listeners: list[Callable[[Change], None]] = []
        made = int(clock.now().timestamp())
        self.directory.add(Profile(SLACKBOT, "slackbot", "Slackbot", TEAM_ID, is_bot=True))
        self.bot = self.directory.add(
            Profile(
                BOT_USER_ID,
                "altogether",
                "Altogether",
                TEAM_ID,
                is_bot=True,
                bot_id=BOT_ID,
                app_id=APP_ID,
                updated=made,
            )
        )
        for user_id, name, real_name in PEOPLE:
            self.directory.add(Profile(user_id, name, real_name, TEAM_ID, updated=made))
        everyone = [user_id for user_id, *_ in PEOPLE]
        self.add_channel("info-stories", "channel", channel_id=STORIES_CHANNEL, members=[BOT_USER_ID, *everyone])
        self.add_channel("story-review", "group", channel_id=REVIEW_CHANNEL, members=[BOT_USER_ID, *REVIEWERS])
        for user_id in everyone:
            self.direct_message(user_id)

    # -- who and where -------------------------------------------------------------------------------------------

    def add_person(self, name: str, real_name: str, **flags: Any) -> Profile:
        """Adds an account (flags as in `Profile`: is_restricted, is_stranger, team_id, is_bot, deleted, tz …)."""
        user_id = flags.pop("id", None) or f"U0{secrets.token_hex(4).upper()}"
        team = flags.pop("team_id", "T0ELSEWHER" if flags.get("is_stranger") else self.team_id)
        flags.setdefault("updated", int(self.clock.now().timestamp()))
        return self.directory.add(Profile(user_id, name, real_name, team, **flags))

    def add_channel(
        self, name: str, kind: Kind, *, channel_id: str | None = None, members: list[str] | None = None
    ) -> Conversation:
        """Adds a channel ("channel": public, "group": private); the members are user ids."""
        channel_id = channel_id or f"C0{secrets.token_hex(4).upper()}"
        created = int(self.clock.now().timestamp())
        channel = Conversation(channel_id, kind, self.team_id, name, members=list(members or []), created=created)
        self.conversations[channel_id] = channel
        return channel

    def add_group(self, handle: str, name: str, members: list[str]) -> UserGroup:
        """Adds a user group."""
        group = UserGroup(f"S0{secrets.token_hex(4).upper()}", handle, name, self.team_id, list(members))
        self.directory.groups[group.id] = group
        return group

    def set_group(self, group: UserGroup, members: list[str]) -> Change:
        """Changes who is in a user group."""
        before, group.members = group.members, list(members)
        added = [u for u in members if u not in before]
        removed = [u for u in before if u not in members]
        detail = {"subteam_id": group.id, "added_users": added, "removed_users": removed}
        return self.tell(Change("group", SLACKBOT, detail=detail))

    def direct_message(self, user_id: str) -> Conversation:
        """Returns the direct message between this person and the app, made if it was not there."""
        for channel in self.conversations.values():
            if channel.kind == "im" and channel.user == user_id:
                return channel
        channel_id = f"D{user_id[1:]}"
        channel = Conversation(channel_id, "im", self.team_id, user=user_id, members=[user_id, BOT_USER_ID])
        channel.created = int(self.clock.now().timestamp())
        self.conversations[channel_id] = channel
        return channel

    def find_channel(self, name: str) -> Conversation | None:
        """Returns the conversation of this id or name ("#info-stories")."""
        plain = name.removeprefix("#")
        return self.conversations.get(name) or next(
            (c for c in self.conversations.values() if c.name and c.name == plain), None
        )

    # -- what is said --------------------------------------------------------------------------------------------

    def post(self, channel: Conversation, user: str, text: str, **parts: Any) -> Change:
        """Adds a message (parts as in `Post`); the app's own carries its ids."""
        post = self._make(channel, user, text, parts)
        channel.add(post)
        return self.tell(Change("posted", user, post=post))

    def post_ephemeral(self, channel: Conversation, user: str, text: str, *, only_for: str, **parts: Any) -> Change:
        """Shows a message to one person only; it is in nobody's history."""
        post = self._make(channel, user, text, parts | {"ephemeral_to": only_for})
        channel.ephemerals.append(post)
        return self.tell(Change("ephemeral", user, post=post, only_for=only_for))

    def update(self, post: Post, *, by: str, edited: bool = True, **changes: Any) -> Change:
        """Changes a message in place and marks it edited, unless only a preview was added."""
        previous = post.as_it_is()
        if changes.get("blocks"):
            changes["blocks"] = with_ids(changes["blocks"])
        for name, value in changes.items():
            setattr(post, name, value)
        channel = self.conversations[post.channel]
        event_ts = channel.next_ts(self.clock.now())
        if edited and not post.ephemeral_to:
            post.edited = {"user": by, "ts": event_ts}
        return self.tell(
            Change("changed", by, post=post, previous=previous, only_for=post.ephemeral_to, detail={"ts": event_ts})
        )

    def delete(self, post: Post, *, by: str) -> Change:
        """Removes a message; where others have replied to it, a tombstone stays in its place."""
        channel = self.conversations[post.channel]
        event_ts = channel.next_ts(self.clock.now())
        if post.ephemeral_to:
            channel.ephemerals.remove(post)
        elif channel.replies_to(post.ts):
            stone = Post(post.channel, post.ts, SLACKBOT, post.team, "This message was deleted.")
            channel.posts[post.ts] = replace(stone, thread_ts=post.ts, subtype="tombstone")
        else:
            channel.remove(post)
        return self.tell(Change("deleted", by, previous=post, only_for=post.ephemeral_to, detail={"ts": event_ts}))

    def _make(self, channel: Conversation, user: str, text: str, parts: Json) -> Post:
        if parts.get("blocks"):
            parts = parts | {"blocks": with_ids(parts["blocks"])}
        if user == self.bot.id:
            parts = {"bot_id": self.bot.bot_id, "app_id": self.app_id} | parts
        author = self.directory.profiles.get(user)
        team = author.team_id if author else self.team_id
        return Post(channel.id, channel.next_ts(self.clock.now()), user, team, text, **parts)

    # -- who hears of it -----------------------------------------------------------------------------------------

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Calls `listener` after every change until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> Change:
        """Tells every listener of a change, and returns it."""
        for listener in tuple(self._listeners):
            listener(change)
        return change
