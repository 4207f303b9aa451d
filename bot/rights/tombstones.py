"""The file of tombstones, outside the database and its backups: which stories must stay forgotten.

Ids, numbers and days, one line each; lines are added, never changed. A copy of the database that brings a story back is
held against it before the bot serves. Read and written by `forgetting.py`; the doctor asks whether it can be written.
"""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from storage import private
from storage.withdrawals import Tombstone


def read(file: Path) -> list[Tombstone]:
    """Every tombstone in the file, in order; none where there is no file. Raises OSError, ValueError for a bad line.

    A last line without its end was cut short by a crash, before anybody was told that it was written: it is left out.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    lines = text.split("\n")[:-1]
    return [_stone(line, number) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]


def add(file: Path, stones: Iterable[Tombstone]) -> int:
    """The file has these tombstones too, for good; returns how many were new. Raises OSError, ValueError."""
    known = {(stone.workspace, stone.story_id) for stone in read(file)}
    new = [stone for stone in stones if (stone.workspace, stone.story_id) not in known]
    if not new:
        return 0
    lines = "".join(f"{one.day.isoformat()} {one.workspace} {one.story_id} {one.number}\n" for one in new)
    private.create_if_missing(file)
    with file.open("r+b") as stream:
        whole = stream.seek(0, os.SEEK_END) and _end_of_last_line(file)
        stream.truncate(whole)
        stream.seek(whole)
        stream.write(lines.encode("ascii"))
        stream.flush()
        os.fsync(stream.fileno())
    return len(new)


def _end_of_last_line(file: Path) -> int:
    """How many bytes there are up to the end of the last whole line."""
    return file.read_bytes().rfind(b"\n") + 1


def can_be_written(file: Path) -> str | None:
    """Why the file cannot be kept, in words for the keeper; None when it can."""
    if file.is_dir():
        return f"{file} is a folder. Give a file in TOMBSTONES."
    if not file.parent.is_dir():
        return f"the folder {file.parent} does not exist. Make it, or change TOMBSTONES."
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        return f"{file} can't be written. Give the bot's user the right to, or change TOMBSTONES."
    try:
        read(file)
    except (OSError, ValueError) as error:
        return f"{file} can't be read ({error}). Put back a copy of it: stories that were taken back depend on it."
    return None


def _stone(line: str, number: int) -> Tombstone:
    try:
        day, workspace, story_id, story = line.split(" ")
        return Tombstone(workspace, story_id, int(story), date.fromisoformat(day))
    except ValueError as error:
        raise ValueError(f"line {number} is no tombstone") from error
