"""What the page shows, as JSON: the snapshot for one person, windows of messages, modals, the log.

Reading only, through the eyes of one person: what is not on their screen is not in here. Texts leave as JSON strings;
nothing is ever put into HTML on this side. `server.py` and `news.py` call.
"""

from collections.abc import Iterator
from typing import Any, Final

from bot.rehearsal.acting.person import Person
from bot.rehearsal.scenes.play import ZONE
from bot.rehearsal.slack.controls import state_values
from bot.rehearsal.slack.faults import Fault
from bot.rehearsal.slack.interactions import view_json
from bot.rehearsal.slack.messages import Conversation, Post
from bot.rehearsal.slack.workspace import REVIEWERS, Workspace

from .room import Room

Json = dict[str, Any]

READERS: Final = ("U0RAE00001",)
MOST_MESSAGES: Final = 200


class Refused(Exception):
    """The page asked for what there is not, or what cannot be; the words are for the person."""

    def __init__(self, words: str, *, status: int = 200, **more: object) -> None:
        self.words, self.status, self.more = words, status, more
        super().__init__(words)


def snapshot(room: Room, person: Person) -> Json:
    """Returns everything but the messages, as this person finds it."""
    workspace = room.rehearsal.workspace
    return {
        "version": room.news.version,
        "me": {"name": person.profile.name, "id": person.profile.id, "real_name": person.profile.real_name}
        | {"role": role_of(person.profile.id)},
        "people": [
            {
                "name": one.name,
                "id": one.id,
                "real_name": one.real_name,
                "role": role_of(one.id),
                "unread": room.unread.by_channel(one.id),
            }
            for one in workspace.directory.profiles.values()
            if not one.is_bot and not one.deleted
        ],
        "team": workspace.team_name,
        "app": {"name": workspace.bot.real_name, "user_id": workspace.bot.id},
        "commands": sorted(workspace.commands),
        "channels": [_channel(room, person, one) for one in _conversations(workspace, person)],
        "clock": clock(room),
        "bot": {"state": room.minder.state, "line": room.minder.line},
        "lent": room.minder.is_lent,
        "script": script(room),
        "guide": room.guide.as_json(),
        "faults": faults(room),
        "playing": room.playing,
        "views": views(room, person),
        "home": home(room, person),
    }


def role_of(user: str) -> str:
    """Returns what a person is here for: teller, reviewer or reader."""
    return "reviewer" if user in REVIEWERS else "reader" if user in READERS else "teller"


def clock(room: Room) -> Json:
    """Returns what time it is in the workspace, and by how many seconds that is ahead of real time."""
    now = room.rehearsal.clock.now().astimezone(ZONE)
    shown = f"{now:%a} {now.day} {now:%B} {now:%H:%M}"
    return {
        "now": now.isoformat(timespec="seconds"),
        "shown": shown,
        "offset": room.rehearsal.clock.offset.total_seconds(),
    }


def script(room: Room) -> Json:
    """Returns which script is used, and what is wrong with the file on disk."""
    name, version = room.script.title
    problems = [{"line": one.line, "text": one.text} for one in room.script.problems]
    file = room.script.file
    return {"name": name, "version": version, "problems": problems, "file": file.name if file else None}


def faults(room: Room) -> list[Json]:
    """Returns every fault with what to expect, how often it is armed and has fired."""
    return [_fault(one) for one in room.rehearsal.faults.all()]


def views(room: Room, person: Person) -> list[Json]:
    """Returns this person's open modals, the one on top last, with what is wrong in each."""
    workspace = room.rehearsal.workspace
    stack = workspace.views.stack(person.profile.id)
    return [{"id": one.id, "view": view_json(workspace, one), "errors": dict(one.errors)} for one in stack]


def home(room: Room, person: Person) -> Json | None:
    """Returns the app's Home tab as this person finds it, if the app has published one."""
    workspace = room.rehearsal.workspace
    view = workspace.views.homes.get(person.profile.id)
    return view_json(workspace, view) if view else None


# -- messages ----------------------------------------------------------------------------------------------------------


def window(room: Room, person: Person, channel: str, *, thread: str | None, before: str | None, limit: int) -> Json:
    """Returns up to `limit` messages of a conversation or thread that are older than `before`, the newest last."""
    place = conversation(room, person, channel)
    private = [one for one in place.ephemerals if one.ephemeral_to == person.profile.id]
    if thread is None:
        posts = [*place.top_level(), *(one for one in private if one.thread_ts is None)]
    else:
        first = [place.posts[thread]] if thread in place.posts else []
        posts = [*first, *place.replies_to(thread), *(one for one in private if one.thread_ts == thread)]
    posts.sort(key=lambda post: order(post.ts))
    if before is not None:
        posts = [post for post in posts if order(post.ts) < order(before)]
    shown = posts[-min(max(1, limit), MOST_MESSAGES) :]
    return {"messages": [message(room, person, post) for post in shown], "more": len(posts) > len(shown)}


def message(room: Room, person: Person, post: Post) -> Json:
    """Returns a message as this person sees it, with what they have set on its controls."""
    workspace = room.rehearsal.workspace
    return {
        "ts": post.ts,
        "channel": post.channel,
        "user": post.user,
        "name": workspace.directory.name_of(post.user),
        "is_app": post.bot_id is not None,
        "text": post.text,
        "blocks": post.blocks or [],
        "thread_ts": post.thread_ts,
        "reply_count": len(workspace.conversations[post.channel].replies_to(post.ts)),
        "edited": post.edited is not None and not post.bot_id,
        "deleted": post.is_tombstone,
        "ephemeral": post.ephemeral_to is not None,
        "files": [{"name": str(file.get("name", ""))} for file in post.files or []],
        "reactions": [{"name": one["name"], "count": one["count"]} for one in post.reactions],
        "previews": [str(one.get("title", "")) for one in post.attachments or []],
        "mine": post.user == person.profile.id,
        "state": state_values(post.blocks or [], person.state_on(post)),
    }


def sees(workspace: Workspace, person: Person, post: Post) -> bool:
    """Whether a message is for this person's eyes."""
    if post.ephemeral_to is not None:
        return post.ephemeral_to == person.profile.id
    return person.profile.id in workspace.conversations[post.channel].members


def conversation(room: Room, person: Person, channel: str) -> Conversation:
    """Returns the conversation of this id, if the person is in it; raises `Refused`."""
    found = room.rehearsal.workspace.conversations.get(channel)
    if found is None or person.profile.id not in found.members:
        raise Refused(f"{person.profile.real_name} is in no such conversation.", status=404)
    return found


def order(ts: str) -> tuple[int, int]:
    """Returns what timestamps are sorted by."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(fraction or 0)


def _conversations(workspace: Workspace, person: Person) -> Iterator[Conversation]:
    """Yields the conversations of a person, channels before direct messages."""
    own = [one for one in workspace.conversations.values() if person.profile.id in one.members]
    yield from sorted(own, key=lambda one: one.kind == "im")


def _channel(room: Room, person: Person, one: Conversation) -> Json:
    name = room.rehearsal.workspace.bot.real_name if one.kind == "im" else one.name
    unread = room.unread.count(person.profile.id, one.id)
    return {"id": one.id, "name": name, "kind": one.kind, "member": True, "unread": unread, "topic": ""}


def _fault(fault: Fault) -> Json:
    label, _, rest = fault.description.rstrip(".").partition(": ")
    expected = f"{rest[:1].upper()}{rest[1:]}."
    counts = {"armed": fault.armed, "fired": fault.fired, "is_switch": fault.is_switch}
    return {"name": fault.name, "label": label, "description": expected} | counts
