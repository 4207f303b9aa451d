"""What one person has before their eyes: conversations, threads, private lines, the open modal, the Home tab.

Reading only: it finds messages and controls as a person would find them, by what they say. `person.py` acts on them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal.slack.controls import Control, State, controls, text_of
from bot.rehearsal.slack.messages import Conversation, Post
from bot.rehearsal.slack.people import Profile
from bot.rehearsal.slack.views import View
from bot.rehearsal.slack.workspace import Workspace

from .shown import readable, readable_blocks, readable_view, text_object

Json = dict[str, Any]


class NotThere(LookupError):
    """Nobody could press or choose that: it is not on the screen. The message lists what is."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as this person sees it now; `shown` is what they read, controls included."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json]
    shown: str
    thread_ts: str | None = None
    deleted: bool = False
    edited: Json | None = None
    ephemeral: bool = False
    state: State = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SeenView:
    """A modal or Home tab as this person sees it now; `shown` is what they read, controls included."""

    id: str
    title: str
    shown: str
    blocks: list[Json]
    errors: dict[str, str]
    private_metadata: str


@dataclass(frozen=True, slots=True)
class Place:
    """Something with controls on it: a message, or a modal or Home tab."""

    blocks: list[Json]
    state: State
    shown: str
    post: Post | None = None
    view: View | None = None


class Screen:
    """One person's view of the workspace."""

    def __init__(self, profile: Profile, workspace: Workspace) -> None:
        self.profile, self._workspace = profile, workspace
        self.at_home = False
        self._states: dict[tuple[str, str], State] = {}

    # -- reading -------------------------------------------------------------------------------------------------

    def channel(self, name: str | None) -> Conversation:
        """Returns the conversation of this id or name; the direct message with the app if none is given."""
        if name is None:
            return self._workspace.direct_message(self.profile.id)
        found = self._workspace.find_channel(name)
        if found is None or self.profile.id not in found.members:
            raise NotThere(f"{self.profile.real_name} is in no conversation called {name}")
        return found

    def messages(self, channel: str | None = None, thread_ts: str | None = None) -> list[Message]:
        """Returns what this person sees there now, oldest first, lines that only they see among the rest."""
        return [self._message(post) for post in self._posts(self.channel(channel), thread_ts)]

    def others(self, channel: str | None, thread_ts: str | None, *, after: str | None = None) -> Iterator[Message]:
        """Yields what others said there, newest first; `after` a ts: only what was posted or changed later."""
        for post in reversed(self._posts(self.channel(channel), thread_ts)):
            latest = str(post.edited["ts"]) if post.edited else post.ts  # an edit is always later
            if post.user != self.profile.id and (after is None or _order(latest) > _order(after)):
                yield self._message(post)

    @property
    def view(self) -> SeenView | None:
        """The modal view on top, if one is open."""
        view = self._workspace.views.top(self.profile.id)
        return self._seen(view) if view else None

    @property
    def home(self) -> SeenView | None:
        """The app's Home tab as this person would find it, if the app has published one."""
        view = self._workspace.views.homes.get(self.profile.id)
        return self._seen(view) if view else None

    def _seen(self, view: View) -> SeenView:
        title, metadata = text_of(view.payload.get("title")), str(view.payload.get("private_metadata", ""))
        return SeenView(view.id, title, self._shown_view(view), view.blocks, dict(view.errors), metadata)

    def _shown_view(self, view: View) -> str:
        return readable_view(view.payload, view.state, self.name, errors=view.errors)

    def name(self, kind: str, wanted: str) -> str:
        """Returns what people see instead of an id."""
        if kind == "channel":
            channel = self._workspace.conversations.get(wanted)
            return channel.name if channel and channel.name else wanted
        if kind == "usergroup":
            group = self._workspace.directory.groups.get(wanted)
            return group.handle if group else wanted
        return self._workspace.directory.name_of(wanted)

    def state_on(self, post: Post) -> State:
        """Returns what this person has set on a message so far, to read or to change."""
        return self._states.setdefault((post.channel, post.ts), {})

    def post(self, ts: str, channel: str | None = None) -> Post:
        """Returns the message of this timestamp that the person can see."""
        for place in [self.channel(channel)] if channel else self._places():
            for post in (*place.posts.values(), *self._private(place)):
                if post.ts == ts and not post.is_tombstone:
                    return post
        raise NotThere(f"{self.profile.real_name} sees no message {ts}")

    # -- finding controls ----------------------------------------------------------------------------------------

    def find(
        self,
        wanted: Callable[[Control], bool],
        *,
        what: str,
        ts: str | None = None,
        channel: str | None = None,
        beside: str | None = None,
    ) -> tuple[Place, Control]:
        """Returns the control and where it is: in the modal if one is open, else on the newest message that has it.

        `beside` narrows it to blocks that read so (an actions block counts with the block above it).
        """
        for place in self._in_order(ts, channel):
            for control in controls(place.blocks):
                if wanted(control) and (beside is None or beside in self._around(place, control)):
                    return place, control
        seen = "\n".join(place.shown for place in self._in_order(ts, channel)) or "nothing"
        raise NotThere(f"{self.profile.real_name} sees no {what}. On the screen:\n{seen}")

    def _in_order(self, ts: str | None, channel: str | None) -> Iterator[Place]:
        modal = self._workspace.views.top(self.profile.id)
        if modal and ts is None and channel is None:
            yield self._view_place(modal)
            return
        home = self._workspace.views.homes.get(self.profile.id)
        if self.at_home and home and ts is None and channel is None:
            yield self._view_place(home)
            return
        places = [self.channel(channel)] if channel else list(self._places())
        posts = [p for c in places for p in (*c.posts.values(), *self._private(c)) if ts in (None, p.ts)]
        for post in sorted(posts, key=lambda p: _order(p.ts), reverse=True):
            yield Place(post.blocks or [], self.state_on(post), self._message(post).shown, post=post)

    def _view_place(self, view: View) -> Place:
        return Place(view.blocks, view.state, self._shown_view(view), view=view)

    def _around(self, place: Place, control: Control) -> str:
        index = next(i for i, block in enumerate(place.blocks) if block is control.block)
        first = max(0, index - 1) if control.block.get("type") == "actions" else index
        return readable_blocks(place.blocks[first : index + 1], place.state, self.name)

    def _places(self) -> Iterator[Conversation]:
        return (c for c in self._workspace.conversations.values() if self.profile.id in c.members)

    def _private(self, channel: Conversation) -> Sequence[Post]:
        return [p for p in channel.ephemerals if p.ephemeral_to == self.profile.id]

    def _posts(self, channel: Conversation, thread_ts: str | None) -> list[Post]:
        private = self._private(channel)
        if thread_ts is None:
            seen = [*channel.top_level(), *(p for p in private if p.thread_ts is None)]
        else:
            first = [channel.posts[thread_ts]] if thread_ts in channel.posts else []
            seen = [*first, *channel.replies_to(thread_ts), *(p for p in private if p.thread_ts == thread_ts)]
        return sorted(seen, key=lambda p: _order(p.ts))

    def _message(self, post: Post) -> Message:
        state = self.state_on(post)
        rich = readable_blocks(post.blocks, state, self.name) if post.blocks else ""
        body = [rich or readable(post.text, self.name)]
        body += [f"(file: {file['name']})" for file in post.files or []]
        return Message(
            ts=post.ts,
            channel=post.channel,
            user=post.user,
            text=post.text,
            blocks=post.blocks or [],
            shown="\n".join(line for line in body if line),
            thread_ts=post.thread_ts,
            deleted=post.is_tombstone,
            edited=post.edited,
            ephemeral=post.ephemeral_to is not None,
            state=state,
        )

    def confirm_text(self, control: Control) -> str:
        """Returns the question a control asks before it acts; empty when it asks none."""
        confirm = control.element.get("confirm")
        if not confirm:
            return ""
        buttons = f"[{text_of(confirm.get('confirm'))}] [{text_of(confirm.get('deny'))}]"
        parts = (text_of(confirm.get("title")), text_object(confirm.get("text"), self.name), buttons)
        return "\n".join(part for part in parts if part)


def _order(ts: str) -> tuple[int, int]:
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(fraction or 0)
