"""Makes news of everything that changes in an open rehearsal: messages, modals, counts, the bot, the log.

It listens to the workspace, the log and the room, and hands each piece to `events.py` with the way to tell it to
one person. What things look like is in `state.py`.
"""

from typing import Any

from bot.rehearsal.acting.person import Person
from bot.rehearsal.slack.log import LogEntry
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import Change

from . import state as page_state
from .events import Telling
from .log_page import LogPage
from .room import Room

Json = dict[str, Any]

KINDS = {
    "posted": "message",
    "changed": "changed",
    "deleted": "deleted",
    "ephemeral": "ephemeral",
    "reacted": "changed",
}


class Reporter:
    """Reports to `room.news` until `stop`."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.log = LogPage(room.rehearsal.log)
        self._faults = page_state.faults(room)
        rehearsal = room.rehearsal
        room.changed = self._something_changed
        self._stops = [rehearsal.workspace.listen(self._changed), rehearsal.log.listen(self._logged)]

    def stop(self) -> None:
        """Reports no more."""
        while self._stops:
            self._stops.pop()()
        self.room.news.close()

    def faults_changed(self) -> None:
        """Says how the faults stand, if they stand otherwise than when it was last said."""
        now = page_state.faults(self.room)
        if now != self._faults:
            self._faults = now
            self.room.news.tell("fault", lambda _: {"faults": now})

    # -- what was heard ------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        match change.kind:
            case "view":
                self._private("view", change, lambda person: {"views": page_state.views(self.room, person)})
            case "home":
                self._private("home", change, lambda person: {"home": page_state.home(self.room, person)})
            case "deleted" if change.previous is not None:
                self._deleted(change.previous)
            case "posted" | "changed" | "ephemeral" | "reacted" if change.post is not None:
                self._message(KINDS[change.kind], change.post)
                if change.kind == "posted" and change.post.is_reply:
                    self._beginning_of(change.post)

    def _message(self, kind: str, post: Post) -> None:
        self.room.news.tell(kind, lambda person: self._seen(person, post))

    def _seen(self, person: Person, post: Post, **other: object) -> Json | None:
        if not page_state.sees(self.room.rehearsal.workspace, person, post):
            return None
        return {"channel": post.channel, "message": page_state.message(self.room, person, post) | other}

    def _deleted(self, post: Post) -> None:
        stone = self.room.rehearsal.workspace.conversations[post.channel].posts.get(post.ts)
        if stone is not None:  # others have replied: something stands in its place
            self._message("changed", stone)
            return
        self.room.news.tell("deleted", lambda person: self._seen(person, post, deleted=True, text="", blocks=[]))
        if post.is_reply:
            self._beginning_of(post)

    def _beginning_of(self, reply: Post) -> None:
        """The message that a thread began with counts its replies."""
        first = self.room.rehearsal.workspace.conversations[reply.channel].posts.get(reply.thread_ts or "")
        if first is not None:
            self._message("changed", first)

    def _private(self, kind: str, change: Change, telling: Telling) -> None:
        owner = change.only_for
        self.room.news.tell(kind, lambda person: telling(person) if person.profile.id == owner else None)

    def _logged(self, entry: LogEntry) -> None:
        summary = self.log.note(entry)
        self.room.news.tell("log", lambda _: {"entry": summary})
        self.faults_changed()

    def _something_changed(self, what: str) -> None:
        kind, _, about = what.partition(" ")
        room, news = self.room, self.room.news
        match kind:
            case "unread":
                news.tell("unread", lambda person: self._unread(person, about))
            case "clock":
                news.tell("clock", lambda _: {"clock": page_state.clock(room)})
            case "bot":
                news.tell("bot", lambda _: {"bot": {"state": room.minder.state, "line": room.minder.line}})
            case "guide":
                news.tell("guide", lambda _: {"guide": room.guide.as_json()})
            case "script":
                news.tell("script", lambda _: {"script": page_state.script(room)})
            case _:
                news.tell("playing", lambda _: {"playing": room.playing})

    def _unread(self, person: Person, channel: str) -> Json:
        profiles = self.room.rehearsal.workspace.directory.profiles
        members = self.room.rehearsal.workspace.conversations[channel].members
        counts = {profiles[one].name: self.room.unread.count(one, channel) for one in members}
        return {"channel": channel, "unread": counts.get(person.profile.name, 0), "people": counts}
