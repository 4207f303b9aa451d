"""Keeps a workspace on disk between two rehearsals: what people and the bot have said, who has read it, the guide.

Written whole and in one step, so that a crash leaves the last state or this one. Modals, Home tabs, private lines and
faults are not kept. The bot's own database lies beside it. `staying.py` and `room.py` call.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from .slack.messages import Conversation, Post
from .slack.workspace import Workspace

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Json = dict[str, Any]

FORMAT: Final = 1
_POST_FIELDS: Final = tuple(field.name for field in fields(Post))


class NotKept(Exception):
    """What lies in the folder cannot be gone on with; the message says what to do."""


class Keeping:
    """One folder, held for as long as `held` lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._file = folder, folder / "workspace.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else uses the folder meanwhile; raises `NotKept` where somebody does already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+b") as lock:
            try:
                if sys.platform == "win32":
                    msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise NotKept(
                    f"Another rehearsal is using {self.folder}. Stop it first, or leave out --keep."
                ) from error
            yield

    def load(self) -> Json | None:
        """Returns what was kept; None where nothing was, and then leftovers of a rehearsal cut short are gone."""
        if not self._file.exists():
            for leftover in (*self.folder.glob("rehearsal.db*"), self.folder / "script.toml"):
                leftover.unlink(missing_ok=True)
            return None
        try:
            record: Json = json.loads(self._file.read_text(encoding="ascii"))
            if record["format"] != FORMAT:
                raise ValueError(f"format {record['format']}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotKept(f"{self._file} can't be used. Delete {self.folder} to start afresh.") from error
        return record

    def save(self, record: Json) -> None:
        """What is kept is now this."""
        fresh = self._file.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            json.dump({"format": FORMAT} | record, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)


def workspace_record(workspace: Workspace) -> Json:
    """Returns a workspace as it can be written down."""
    return {
        "now": workspace.clock.now().isoformat(),
        "conversations": [_conversation_record(one) for one in workspace.conversations.values()],
    }


def restore_workspace(workspace: Workspace, record: Json) -> None:
    """Makes a fresh workspace what was written down, its time included. Nobody is told."""
    workspace.clock.set(datetime.fromisoformat(record["now"]))
    for kept in record["conversations"]:
        posts = [Post(**post) for post in kept.pop("posts")]
        conversation = Conversation(**kept)
        for post in posts:
            conversation.add(post)
        workspace.conversations[conversation.id] = conversation


def _conversation_record(conversation: Conversation) -> Json:
    left_out = ("posts", "ephemerals", "_threads")
    kept = {one.name: getattr(conversation, one.name) for one in fields(conversation) if one.name not in left_out}
    posts = conversation.posts.values()
    return kept | {"posts": [{name: getattr(post, name) for name in _POST_FIELDS} for post in posts]}
