"""The flight recorder of a campaign: what passed, what the bot printed, and what people remember, kept in a folder.

A violation is a sentence; this is how one finds out what led to it. Everything in it is made up by the campaign.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.log import LogEntry

from .history import History


class Recorder:
    """Writes `passed.jsonl` as it happens, and `bot.log`, `people.json` and `posts.jsonl` at the end."""

    def __init__(self, folder: Path, rehearsal: Rehearsal, history: History, lines: Sequence[str]) -> None:
        self._folder, self._rehearsal, self._history, self._lines = folder, rehearsal, history, lines
        self._passed = (folder / "passed.jsonl").open("w", encoding="utf-8")
        self._deaf = rehearsal.log.listen(self._write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deaf()
        self._passed.close()
        (self._folder / "bot.log").write_text("\n".join(self._lines), "utf-8")
        people = [asdict(telling) for telling in self._history.tellings]
        (self._folder / "people.json").write_text(json.dumps(people, indent=1, default=str), "utf-8")
        with (self._folder / "posts.jsonl").open("w", encoding="utf-8") as posts:
            for conversation in self._rehearsal.workspace.conversations.values():
                for post in conversation.posts.values():
                    posts.write(json.dumps(asdict(post), default=str) + "\n")

    def _write(self, entry: LogEntry) -> None:
        """One line: after how many kills, when by the workspace's clock, and what."""
        line = [self._history.kills, str(entry.at), entry.direction, entry.kind, entry.outcome, entry.body]
        self._passed.write(json.dumps(line, default=str) + "\n")
