"""Who and what is in the workspace: its people, bots and user groups, shaped as Slack describes them.

State only; who may do what is decided in `web_api.py`. Shapes follow users.info and usergroups.list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


SLACKBOT = "USLACKBOT"
LABELS = {"GMT": "Greenwich Mean Time", "BST": "British Summer Time", "UTC": "Coordinated Universal Time"}
LABELS |= {"CET": "Central European Time", "CEST": "Central European Summer Time"}


def _label(tz: str, now: datetime) -> str:
    """Returns what people call the time of this zone now, as Slack does."""
    short = now.astimezone(ZoneInfo(tz)).tzname() or tz
    return LABELS.get(short, f"{tz.rpartition('/')[2].replace('_', ' ')} Time")


@dataclass(slots=True)
class Profile:
    """One account: a colleague, a guest, somebody of another organisation, or a bot."""

    id: str
    name: str  # the handle, as in "sam"
    real_name: str
    team_id: str
    tz: str = "Europe/London"
    is_admin: bool = False
    is_bot: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    is_restricted: bool = False  # a guest of several channels
    is_ultra_restricted: bool = False  # a guest of one channel
    is_stranger: bool = False  # shares a channel with us, belongs to another organisation
    deleted: bool = False
    updated: int = 0  # seconds since 1970

    def as_json(self, now: datetime) -> Json:
        """Returns the account as users.info and users.list give it; a deactivated one carries fewer fields."""
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": f"g{self.id.lower()}",
            "team": self.team_id,
        }
        if self.bot_id:
            profile |= {"api_app_id": self.app_id or "", "bot_id": self.bot_id, "always_active": True}
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.is_bot and self.id != SLACKBOT,  # Slack's own is none, it says
            "is_app_user": False,
            "updated": self.updated,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        if self.deleted:
            return user
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return user | {
            "color": "9f69e7",
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": _label(self.tz, now),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "who_can_share_contact_card": "EVERYONE",
            "is_email_confirmed": not self.is_bot,
        }


@dataclass(slots=True)
class UserGroup:
    """A group that can be mentioned, such as the reviewers."""

    id: str
    handle: str
    name: str
    team_id: str
    members: list[str] = field(default_factory=list)
    deleted: bool = False

    def as_json(self, *, created: int, include_users: bool) -> Json:
        """Returns the group as usergroups.list gives it."""
        group: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": created,
            "date_update": created,
            "date_delete": created if self.deleted else 0,
            "user_count": len(self.members),
        }
        return group | ({"users": list(self.members)} if include_users else {})


class Directory:
    """Every account and group, found by id or by name."""

    def __init__(self) -> None:
        self.profiles: dict[str, Profile] = {}
        self.groups: dict[str, UserGroup] = {}

    def add(self, profile: Profile) -> Profile:
        """Keeps a new account; a second one of the same id or handle is a mistake of the caller."""
        if profile.id in self.profiles or self.find(profile.name):
            raise ValueError(f"there is already somebody called {profile.name}")
        self.profiles[profile.id] = profile
        return profile

    def find(self, name: str) -> Profile | None:
        """Returns the account of this id, handle or full name, if there is one."""
        wanted = name.removeprefix("@").casefold()
        for profile in self.profiles.values():
            if wanted in (profile.id.casefold(), profile.name.casefold(), profile.real_name.casefold()):
                return profile
        return None

    def find_group(self, handle: str) -> UserGroup | None:
        """Returns the group of this id or handle, if there is one."""
        wanted = handle.removeprefix("@").casefold()
        groups: Iterable[UserGroup] = self.groups.values()
        return next((g for g in groups if wanted in (g.id.casefold(), g.handle.casefold())), None)

    def name_of(self, user_id: str) -> str:
        """Returns how people see this account named; the id itself where it is unknown."""
        profile = self.profiles.get(user_id)
        return profile.real_name if profile else user_id
