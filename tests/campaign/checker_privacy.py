"""What must be gone and what must not be seen: searches on every byte the bot has written, every message it shows."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .history import History
from .watch import WORD, Watch, everything_in

BYTES = re.compile(rb"(?:zq|qs)\d{5}x\d{4}")
TOMBSTONES = "altogether.db.tombstones"


def privacy(
    history: History, watch: Watch, connection: sqlite3.Connection, database: Path, lines: list[str]
) -> Iterator[str]:
    """I9 to I12: what was taken back is nowhere, is remembered as such, and no teller is named where none may be."""
    withdrawn = {n for (n,) in connection.execute("SELECT number FROM story WHERE status = 'withdrawn'")}
    for telling in history.tellings:
        if telling.back == "sure" and telling.story not in withdrawn:
            yield f"I9 story {telling.story} was taken back and stands in the file as if it were not"
    gone = {
        word
        for telling in history.tellings
        if telling.story in withdrawn or telling.back == "sure"
        for told in telling.words
        for word in (told.word, told.secret)
    }
    yield from _shown(gone, watch)
    yield from _on_disk(gone, database)
    yield from _tombstones(withdrawn, database)
    yield from _in_logs(history, watch, lines)
    yield from _no_name(history, watch)


def _shown(gone: set[str], watch: Watch) -> Iterator[str]:
    """I9: no message of the bot's that Slack keeps holds a word of it.

    Private lines are left out: Slack keeps them nowhere, they are gone when the app is opened again, and no method
    changes or deletes one.
    """
    for conversation in watch.rehearsal.workspace.conversations.values():
        for post in conversation.posts.values():
            if post.bot_id is not None:
                for word in gone.intersection(_words(everything_in(post))):
                    yield f"I9 {word} was taken back and is shown in {conversation.name or conversation.kind} {post.ts}"


def _on_disk(gone: set[str], database: Path) -> Iterator[str]:
    """I9: no file beside the bot's database holds a byte of it, the log of the database included."""
    for file in sorted(database.parent.rglob("*")):
        if file.is_file():
            for word in gone.intersection(found.decode() for found in BYTES.findall(file.read_bytes())):
                yield f"I9 {word} was taken back and is in {file.name}"


def _tombstones(withdrawn: set[int], database: Path) -> Iterator[str]:
    """I10: outside the database it stands which stories must stay forgotten."""
    file = database.with_name(TOMBSTONES)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    known = {int(line.rsplit(" ", 1)[1]) for line in lines if line and not line.startswith("#")}
    yield from (f"I10 story {number} was taken back and has no tombstone" for number in sorted(withdrawn - known))


def _in_logs(history: History, watch: Watch, lines: list[str]) -> Iterator[str]:
    """I11, I12: the bot prints neither words nor tellers."""
    tellers = {telling.teller for telling in history.tellings}
    chats = {c.id for c in watch.rehearsal.workspace.conversations.values() if c.user in tellers}
    hidden = re.compile("|".join(sorted(tellers | chats)) + "|(?:zq|qs)[0-9]{5}x[0-9]{4}")
    for line in lines:
        if found := hidden.search(line):
            yield f"I11 the log holds {found[0]}"


def _no_name(history: History, watch: Watch) -> Iterator[str]:
    """I11: what is shown of a story without a name says neither who told it nor where."""
    workspace = watch.rehearsal.workspace
    for channel in (REVIEW_CHANNEL, STORIES_CHANNEL):
        for post in workspace.conversations[channel].posts.values():
            shown = everything_in(post)
            told = {one.number: one for word in WORD.findall(shown) if (one := history.of_word(word))}
            for telling in told.values():
                profile = workspace.directory.profiles[telling.teller]
                named = [profile.id, f"D{profile.id[1:]}"]
                if len(told) == 1:  # beside another story of theirs, their name may stand
                    named.append(f"{profile.real_name}, practitioner")
                if telling.no_name and any(name in shown for name in named):
                    yield f"I11 {post.ts} says who told story {telling.story}"


def _words(text: str) -> set[str]:
    return {found.decode() for found in BYTES.findall(text.encode())}
