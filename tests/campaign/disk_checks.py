"""What must hold on a disk that failed, and after a flood: nothing lost, doubled, still owed, or brought back.

It reads the people's history, the workspace's messages and the bytes of the files; it never asks the bot. Used by the
disk and the overload campaign, whose stories have one version and one edition each.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .history import History

WORD = re.compile(r"zq\d{5}x\d{4}")
CARD = re.compile(r"Story (\d+)\b")
EDITION = re.compile(r"This week's stor(?:y|ies)")


def violations(history: History, rehearsal: Rehearsal, database: Path) -> list[str]:
    """Everything that should not be, a line each, with the invariant it breaks."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as raw:
        return [
            *_whole(raw),
            *_stored_once(history, raw),
            *_said_once(rehearsal, raw),
            *_taken_back(history, rehearsal, database),
            *_drained(raw),
        ]


def published(rehearsal: Rehearsal) -> Counter[str]:
    """In how many editions each word stands now."""
    posts = rehearsal.workspace.conversations[STORIES_CHANNEL].top_level()
    return Counter(word for post in posts if EDITION.search(_all_in(post)) for word in set(WORD.findall(_all_in(post))))


def stored(raw: sqlite3.Connection) -> Counter[str]:
    """How often each word stands in a story, or in a draft that is open."""
    rows = raw.execute(
        "SELECT a.value FROM story s JOIN version_answer a ON a.story_id = s.id AND a.n = s.current_version "
        "UNION ALL SELECT f.text FROM fragment f JOIN draft d ON d.id = f.draft_id "
        "WHERE f.removed = 0 AND d.state = 'open'"
    )
    return Counter(word for (text,) in rows for word in WORD.findall(text or ""))


def _whole(raw: sqlite3.Connection) -> Iterator[str]:
    if (answer := raw.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        yield f"the file is damaged: {answer[:3]}"
    if broken := raw.execute("PRAGMA foreign_key_check").fetchall():
        yield f"rows refer to nothing: {broken[:3]}"


def _stored_once(history: History, raw: sqlite3.Connection) -> Iterator[str]:
    """I1, I2: what the bot has answered is stored exactly once; what it has not, at most once."""
    kept = stored(raw)
    for telling in history.tellings:
        for told in telling.words:
            if kept[told.word] > 1:
                yield f"I1 {told.word} is stored {kept[told.word]} times"
            if not kept[told.word] and told.sure and not telling.back:
                yield f"I1 {told.word} was answered and is lost (telling {telling.number}, {telling.over or 'open'})"


def _said_once(rehearsal: Rehearsal, raw: sqlite3.Connection) -> Iterator[str]:
    """I5, I6, I8: one card a story, one edition a week, and a posted story in one of them."""
    channel = rehearsal.workspace.conversations[REVIEW_CHANNEL]
    # Those that still show a story: a copy without its log may give the number of one that is gone to another.
    shown = [post for post in channel.top_level() if WORD.search(_all_in(post))]
    cards = Counter(found[1] for post in shown if (found := CARD.match(post.text)))
    yield from (f"I8 story {number} has {times} cards" for number, times in cards.items() if times > 1)
    weeks = raw.execute("SELECT iso_year, iso_week FROM edition GROUP BY 1, 2 HAVING count(*) > 1").fetchall()
    yield from (f"I5 {week} has more than one edition" for week in weeks)
    named = published(rehearsal)
    yield from (f"I6 {word} stands in {times} editions" for word, times in named.items() if times > 1)
    posted = raw.execute(
        "SELECT s.number, a.value FROM story s JOIN version_answer a ON a.story_id = s.id AND a.n = s.approved_version "
        "JOIN permission p ON p.story_id = s.id AND p.version = s.approved_version "
        "WHERE s.status = 'posted' AND a.prompt_id = 'name' AND p.place = 'digest' AND p.revoked_at IS NULL"
    )
    for number, title in posted:
        yield from (f"I6 story {number} is in no edition" for word in WORD.findall(title or "") if not named[word])


def _taken_back(history: History, rehearsal: Rehearsal, database: Path) -> Iterator[str]:
    """I9, I10: what was taken back is in no file of the bot's, and in no message that it has posted."""
    gone = {told.word for telling in history.tellings if telling.back == "sure" for told in telling.words}
    for file in database.parent.glob(f"{database.name}*"):
        held = set(WORD.findall(file.read_bytes().decode("latin-1"))) & gone
        yield from (f"I9 {word} was taken back and is in {file.name}" for word in held)
    for place in rehearsal.workspace.conversations.values():
        for post in place.posts.values():
            if post.bot_id is not None:
                yield from (
                    f"I9 {word} was taken back and is shown" for word in set(WORD.findall(_all_in(post))) & gone
                )


def _drained(raw: sqlite3.Connection) -> Iterator[str]:
    """I8, I16: once the fault is over, nothing is in doubt, parked, or still to be removed."""
    rows = raw.execute(
        "SELECT kind, state, reason, count(*) FROM outbox WHERE state IN ('sending', 'parked') GROUP BY 1, 2, 3"
    ).fetchall()
    yield from (f"I16 {times} of {kind} are {state}: {reason}" for kind, state, reason, times in rows)
    jobs = raw.execute("SELECT key, reason FROM parked").fetchall()
    yield from (f"I16 a job is parked: {key} {reason}" for key, reason in jobs)
    still = raw.execute("SELECT surface, count(*) FROM removal WHERE state = 'pending' GROUP BY 1").fetchall()
    yield from (f"I16 {times} removals from {surface} are not done" for surface, times in still)


def _all_in(post: Post) -> str:
    return f"{post.text} {post.blocks!r}"
