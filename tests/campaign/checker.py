"""The checker trusts nobody: it reads the people's history, the workspace's messages and the file on disk.

It never asks the bot. Loss, doubling, mixing and leaking are searches for words that occur nowhere else.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.rehearsal.messages import Post
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .history import History

WORD = re.compile(r"zq\d{5}x\d{3}")
EDITION = re.compile(r"This week's stor(?:y|ies)")
CARD = re.compile(r"Story (\d+)\b")


def violations(history: History, rehearsal: Rehearsal, database: Path) -> list[str]:
    """Everything that should not be, a line each, with the invariant it breaks."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        found = [
            *_whole(connection),
            *_stored_once(history, connection),
            *_own_words(history, connection),
            *_published_once(history, rehearsal, connection),
            *_said_once(rehearsal, connection),
            *_drained(connection),
        ]
    connection.close()
    return found


def _whole(connection: sqlite3.Connection) -> Iterator[str]:
    if (answer := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        yield f"the file is damaged: {answer[:3]}"


def _kept(connection: sqlite3.Connection) -> dict[str, Counter[str]]:
    """Where each word stands: by word, how often in which story (its present version) or open draft."""
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    answers = connection.execute(
        "SELECT s.number, a.value FROM story s JOIN story_version v ON v.story_id = s.id AND v.n = s.current_version "
        "JOIN version_answer a ON a.story_id = v.story_id AND a.n = v.n"
    )
    for number, value in answers:
        for word in WORD.findall(value or ""):
            kept[word][f"story {number}"] += 1
    drafts = connection.execute(
        "SELECT f.draft_id, f.text FROM fragment f JOIN draft d ON d.id = f.draft_id "
        "WHERE f.removed = 0 AND d.state = 'open'"
    )
    for draft, text in drafts:
        for word in WORD.findall(text or ""):
            kept[word][f"draft {draft}"] += 1
    return kept


def _stored_once(history: History, connection: sqlite3.Connection) -> Iterator[str]:
    """I1, I2: what the bot has answered is stored exactly once; what it has not, at most once."""
    kept = _kept(connection)
    for telling in history.tellings:
        for told in telling.words:
            times = sum(kept[told.word].values())
            if times > 1:
                yield f"I1 {told.word} is stored {times} times: {dict(kept[told.word])}"
            if times == 0 and told.sure and telling.over != "expired":
                yield f"I1 {told.word} was answered and is lost (telling {telling.number}, {telling.over or 'open'})"


def _own_words(history: History, connection: sqlite3.Connection) -> Iterator[str]:
    """I4: a story holds words of one telling, its own; two receipts never name one story."""
    of_telling = {told.word: telling for telling in history.tellings for told in telling.words}
    inside: dict[str, set[int]] = defaultdict(set)
    for word, places in _kept(connection).items():
        for place in places:
            inside[place].add(of_telling[word].number)
            number = of_telling[word].story
            if place.startswith("story ") and number is not None and place != f"story {number}":
                yield f"I1 {word} of story {number} stands in {place}"
    yield from (
        f"I4 {place} holds words of tellings {sorted(mixed)}" for place, mixed in inside.items() if len(mixed) > 1
    )
    receipts = Counter(telling.story for telling in history.tellings if telling.story is not None)
    yield from (f"I4 story {number} has {times} receipts" for number, times in receipts.items() if times > 1)


def _published_once(history: History, rehearsal: Rehearsal, connection: sqlite3.Connection) -> Iterator[str]:
    """I5, I6: one edition a week, and every approved story in exactly one of them."""
    heads = list(editions(rehearsal))
    weeks = Counter(_week(float(post.ts)) for post in heads)
    yield from (f"I5 week {week} has {times} editions" for week, times in weeks.items() if times > 1)
    rows = connection.execute("SELECT iso_year, iso_week, count(*) FROM edition GROUP BY 1, 2 HAVING count(*) > 1")
    yield from (f"I5 {row}" for row in rows)
    title = {
        number: WORD.findall(value)
        for number, value in connection.execute(
            "SELECT s.number, a.value FROM story s JOIN version_answer a ON a.story_id = s.id "
            "AND a.n = s.approved_version AND a.prompt_id = 'name' WHERE s.status IN ('approved', 'posted')"
        )
    }
    posted = {row[0] for row in connection.execute("SELECT number FROM story WHERE status = 'posted'")}
    where = Counter(word for post in heads for word in set(WORD.findall(everything_in(post))))
    for number, words in title.items():
        for word in words[:1]:
            if where[word] != (number in posted):
                yield f"I6 story {number} stands in {where[word]} editions"
    known = {told.word for telling in history.tellings for told in telling.words}
    yield from (f"I15 {word} was published and never told" for word in where if word not in known)


def _said_once(rehearsal: Rehearsal, connection: sqlite3.Connection) -> Iterator[str]:
    """I8: one card a story among the reviewers."""
    found = Counter(cards(rehearsal))
    yield from (f"I8 story {number} has {times} cards" for number, times in found.items() if times > 1)
    numbers = {str(row[0]) for row in connection.execute("SELECT number FROM story")}
    yield from (f"I8 story {number} has no card" for number in sorted(numbers - set(found)))


def _drained(connection: sqlite3.Connection) -> Iterator[str]:
    """I8, I16: once the faults have stopped, nothing is in doubt, and nothing is parked."""
    rows = connection.execute(
        "SELECT kind, state, reason, count(*) FROM outbox WHERE state IN ('sending', 'parked') GROUP BY 1, 2, 3"
    )
    yield from (f"I16 {times} of {kind} are {state}: {reason}" for kind, state, reason, times in rows)
    jobs = connection.execute("SELECT key, reason FROM parked").fetchall()
    yield from (f"I16 a job is parked: {key} {reason}" for key, reason in jobs)


def editions(rehearsal: Rehearsal) -> Iterator[Post]:
    """The messages in the readers' channel that begin an edition."""
    channel = rehearsal.workspace.conversations[STORIES_CHANNEL]
    yield from (post for post in channel.top_level() if not post.is_tombstone and EDITION.search(everything_in(post)))


def cards(rehearsal: Rehearsal) -> Iterator[str]:
    """The numbers of the stories that have a card among the reviewers, once for each card."""
    for post in rehearsal.workspace.conversations[REVIEW_CHANNEL].top_level():
        if not post.is_tombstone and (found := CARD.match(post.text)):
            yield found[1]


def everything_in(post: Post) -> str:
    """All that a message holds, seen or not."""
    return f"{post.text} {post.blocks!r}"


def _week(ts: float) -> tuple[int, int]:
    return datetime.fromtimestamp(ts, UTC).isocalendar()[:2]
