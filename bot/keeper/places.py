"""The two channels that the settings name: which they are in Slack, and whether the bot can use them.

A channel is given by its id or by #name. What Slack will not tell is taken as given, with a note; what would stop the
bot is a problem that names its fix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Problem
from bot.keeper.lookup import Answer, ask
from bot.settings import Settings

_PAGE: Final = 999
_MOST_PAGES: Final = 30
_DIRECT: Final = frozenset({"im:read", "mpim:read"})
"""What Slack asks for where the place is a conversation among people, whose ids can look like a channel's."""
_NO_CHANNEL: Final = "{} is a direct message. Give a channel: its id (C0123) or #name."
_UNSEEN: Final = "no channel {} that the app can see."
_TYPES: Final = "public_channel,private_channel"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: its id, its name without "#" (the id where Slack does not tell), how many people are in it."""

    id: str
    name: str
    members: int | None

    @property
    def mention(self) -> str:
        """What to call it: "#info-stories", or its id."""
        return self.id if self.name == self.id else f"#{self.name}"


@dataclass(frozen=True, slots=True)
class Places:
    """The channels as far as they were found, what stops them from being used, and what deserves a word."""

    digest: Channel | None
    review: Channel | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


async def find_places(client: AsyncWebClient, settings: Settings, *, bot_name: str) -> Places:
    """Returns the channels for the digest and for reviewing. Raises SlackUnavailable when there is no answer."""
    wanted = {"DIGEST_CHANNEL": settings.digest_channel, "REVIEW_CHANNEL": settings.review_channel}
    by_name = await _Listing.read(client, {value for value in wanted.values() if value.startswith("#")})
    found: dict[str, Channel] = {}
    problems: list[Problem] = []
    notes: list[str] = []
    for setting, value in wanted.items():
        if not value:
            continue  # wrong in itself, which was said when the settings were read
        seen = await _look(client, value, by_name=by_name, bot_name=bot_name)
        if seen.channel is not None:
            found[setting] = seen.channel
        if seen.problem is not None:
            problems.append(Problem(setting, seen.problem))
        notes += seen.notes
        if setting == "REVIEW_CHANNEL" and seen.channel is not None:
            notes += _too_open(seen.channel, seen.raw)
    digest, review = found.get("DIGEST_CHANNEL"), found.get("REVIEW_CHANNEL")
    if digest is not None and review is not None and digest.id == review.id:
        same = f"{review.mention} is the digest's channel too. Readers would see stories under review: use another."
        problems.append(Problem("REVIEW_CHANNEL", same))
    return Places(digest, review, tuple(problems), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Seen:
    channel: Channel | None
    raw: Mapping[str, Any]
    problem: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listing:
    """What conversations.list says of the names that were looked for, and its refusal if it gave none."""

    channels: Mapping[str, Mapping[str, Any]]
    refusal: Answer | None = None

    @classmethod
    async def read(cls, client: AsyncWebClient, names: set[str]) -> "_Listing":
        """Read pages only until every name is found: a large organisation has thousands of channels."""
        channels: dict[str, Mapping[str, Any]] = {}
        cursor = ""
        for _ in range(_MOST_PAGES if names else 0):
            more = {"cursor": cursor} if cursor else {}
            answer = await ask(client, "conversations.list", types=_TYPES, limit=_PAGE, **more)
            if answer.refused is not None:
                return cls(channels, answer)
            for raw in answer.data.get("channels") or ():
                name = f"#{raw.get('name')}"
                if name in names:
                    channels[name] = raw
            cursor = str((answer.data.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor or channels.keys() == names:
                break
        return cls(channels)


async def _look(client: AsyncWebClient, value: str, *, by_name: _Listing, bot_name: str) -> _Seen:
    invite = f"/invite @{bot_name}"
    if value.startswith("#"):
        raw = by_name.channels.get(value)
        if raw is None and by_name.refusal is not None:
            unknown = f"{value} can't be looked up: {by_name.refusal.why}. Give the channel's id (C0123) in place of it"
            return _Seen(None, {}, f"{unknown}, or add what is missing and reinstall the app.")
        if raw is None:
            return _Seen(None, {}, f"{_UNSEEN.format(value)} Check the name; if it is private, type in it: {invite}")
    else:
        answer = await ask(client, "conversations.info", channel=value, include_num_members=True)
        if answer.refused == "missing_scope" and _DIRECT.issuperset(str(answer.data.get("needed")).split(",")):
            return _Seen(None, {}, _NO_CHANNEL.format(value))
        if answer.cannot_know:
            return _Seen(Channel(value, value, None), {}, notes=(f"{value} is taken as given: {answer.why}",))
        if answer.refused is not None:
            return _Seen(None, {}, f"{_UNSEEN.format(value)} Check the id; if it is private, type in it: {invite}")
        raw = answer.data.get("channel") or {}
    return _judge(raw, value, invite)


def _judge(raw: Mapping[str, Any], value: str, invite: str) -> _Seen:
    """What a channel's own description says of using it; fields that are not there say nothing."""
    name = raw.get("name")
    members = raw.get("num_members")
    channel = Channel(
        id=str(raw.get("id") or value),
        name=name if isinstance(name, str) and name else value.removeprefix("#"),
        members=members if isinstance(members, int) else None,
    )
    if raw.get("is_im") or raw.get("is_mpim"):
        return _Seen(channel, raw, _NO_CHANNEL.format(value))
    if raw.get("is_archived"):
        return _Seen(channel, raw, f"{channel.mention} is archived. Unarchive it, or name another channel.")
    member = raw.get("is_member")
    if member is None:
        return _Seen(channel, raw, notes=(f"whether the app is in {channel.mention} can't be seen",))
    return _Seen(channel, raw, None if member else f"not in {channel.mention}. In that channel type: {invite}")


def _too_open(review: Channel, raw: Mapping[str, Any]) -> list[str]:
    """Who could read stories that are not approved yet; silent where Slack does not say."""
    notes = []
    if raw.get("is_private") is False:
        notes.append(f"{review.mention} is public: anyone could read stories before they are approved. Make it private")
    if raw.get("is_ext_shared"):
        notes.append(f"{review.mention} is shared with another organisation, whose people could read them too")
    return notes
