"""Who has not read what yet: the messages of others that stand in a conversation since somebody last looked.

Counts top-level messages, as the numbers beside channels do; a thread counts with its beginning. In memory, driven by
the workspace's changes. The page reads it; `keeping.py` keeps it.
"""

from collections.abc import Callable

from .workspace import Change, Workspace

Heard = Callable[[str], None]


class Unread:
    """What is new for whom, since this was made; `heard` is called with the channel whose counts have changed."""

    def __init__(self, workspace: Workspace, heard: Heard) -> None:
        self._workspace, self._heard = workspace, heard
        self._waiting: dict[tuple[str, str], set[str]] = {}
        self.stop = workspace.listen(self._changed)

    def count(self, user: str, channel: str) -> int:
        """Returns how many messages this person (an id) has not read there."""
        return len(self._waiting.get((user, channel), ()))

    def by_channel(self, user: str) -> dict[str, int]:
        """Returns the counts of this person's conversations, where there is anything new."""
        return {channel: len(waiting) for (one, channel), waiting in self._waiting.items() if one == user and waiting}

    def read(self, user: str, channel: str) -> None:
        """This person has seen everything there."""
        if self._waiting.pop((user, channel), None):
            self._heard(channel)

    def read_own_messages(self, *users: str) -> None:
        """These people, or everybody if nobody is named, have seen everything in their direct messages."""
        for channel in self._workspace.conversations.values():
            if channel.kind == "im" and channel.user and (not users or channel.user in users):
                self.read(channel.user, channel.id)

    def as_record(self) -> list[tuple[str, str, list[str]]]:
        """Returns it as it can be written down."""
        return [(user, channel, sorted(waiting)) for (user, channel), waiting in self._waiting.items() if waiting]

    def restore(self, record: list[tuple[str, str, list[str]]]) -> None:
        """Makes it what was written down."""
        self._waiting = {(user, channel): set(waiting) for user, channel, waiting in record}

    def _changed(self, change: Change) -> None:
        if change.kind == "posted" and change.post is not None:
            post = change.post
            self._waiting.pop((change.by, post.channel), None)  # whoever writes there has looked
            if not post.is_reply:
                for user in self._readers(post.channel, but=change.by):
                    self._waiting.setdefault((user, post.channel), set()).add(post.ts)
            self._heard(post.channel)
        elif change.kind == "deleted" and change.previous is not None and change.only_for is None:
            channel, ts = change.previous.channel, change.previous.ts
            for user in self._readers(channel, but=""):
                self._waiting.get((user, channel), set()).discard(ts)
            self._heard(channel)

    def _readers(self, channel: str, *, but: str) -> list[str]:
        members = self._workspace.conversations[channel].members
        return [user for user in members if user not in (but, self._workspace.bot.id)]
