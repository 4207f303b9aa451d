"""The checker trusts nobody: it reads the people's history, what the workspace saw, and the file on disk.

It never asks the bot. Loss, doubling and mixing are searches for words that occur nowhere else; leaks and what must be
gone are in `checker_privacy.py`.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import STORIES_CHANNEL

from .checker_privacy import privacy
from .history import History
from .watch import EDITION, WORD, Sightings, Watch, everything_in, present

__all__ = ["editions", "everything_in", "everything_wrong", "violations"]


def violations(history: History, rehearsal: Rehearsal, database: Path, seen: Sightings | None = None) -> list[str]:
    """Everything that should not be, a line each, with the invariant it breaks; `seen` is what was ever posted."""
    seen = seen or present(rehearsal)
    with closing(_opened(database)) as connection:
        return [
            *_whole(connection),
            *_stored_once(history, connection),
            *_own_words(history, connection),
            *_published_once(history, seen, connection),
            *_as_approved(history, rehearsal, connection),
            *_said_once(seen, connection),
            *_by_two(history, connection),
            *_drained(connection),
        ]


def everything_wrong(history: History, watch: Watch, database: Path, lines: list[str]) -> list[str]:
    """The same, and what must be gone or must not be seen; `lines` is what the bot has printed."""
    found = violations(history, watch.rehearsal, database, watch)
    with closing(_opened(database)) as connection:
        return found + list(privacy(history, watch, connection, database, lines))


def editions(rehearsal: Rehearsal) -> Iterator[Post]:
    """The messages in the readers' channel that begin an edition."""
    channel = rehearsal.workspace.conversations[STORIES_CHANNEL]
    yield from (post for post in channel.top_level() if not post.is_tombstone and EDITION.search(everything_in(post)))


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)


def _whole(connection: sqlite3.Connection) -> Iterator[str]:
    if (answer := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        yield f"the file is damaged: {answer[:3]}"
    if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
        yield f"the file has loose ends: {broken[:3]}"


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
        gone = telling.over == "expired" or telling.back or telling.declined  # deleted after its days, or by its teller
        for told in telling.words:
            times = sum(kept[told.word].values())
            if times > 1:
                yield f"I1 {told.word} is stored {times} times: {dict(kept[told.word])}"
            if times == 0 and told.sure and not gone:
                yield f"I1 {told.word} was answered and is lost (telling {telling.number}, {telling.over or 'open'})"


def _own_words(history: History, connection: sqlite3.Connection) -> Iterator[str]:
    """I4: a story holds words of one telling, its own; two receipts never name one story."""
    inside: dict[str, set[int]] = defaultdict(set)
    for word, places in _kept(connection).items():
        telling = history.of_word(word)
        if telling is None:
            yield f"I4 {word} is stored and nobody typed it"
            continue
        for place in places:
            inside[place].add(telling.number)
            if place.startswith("story ") and telling.story is not None and place != f"story {telling.story}":
                yield f"I1 {word} of story {telling.story} stands in {place}"
    yield from (
        f"I4 {place} holds words of tellings {sorted(mixed)}" for place, mixed in inside.items() if len(mixed) > 1
    )
    receipts = Counter(telling.story for telling in history.tellings if telling.story is not None)
    yield from (f"I4 story {number} has {times} receipts" for number, times in receipts.items() if times > 1)


def _published_once(history: History, seen: Sightings, connection: sqlite3.Connection) -> Iterator[str]:
    """I5, I6: one edition a week was ever posted, and every approved story in exactly one of them.

    An edition that Slack took days late is that of the week it was made for; one that the file does not know of, of the
    week in which it was posted.
    """
    made = "SELECT o.ts, e.iso_year, e.iso_week FROM edition e JOIN outbox o ON o.id = e.outbox_id WHERE o.ts NOT NULL"
    made_for = {ts: (year, week) for ts, year, week in connection.execute(made)}
    weeks = Counter(made_for.get(ts) or _week(float(ts)) for ts in seen.editions)
    yield from (f"I5 week {week} has {times} editions" for week, times in weeks.items() if times > 1)
    rows = connection.execute("SELECT iso_year, iso_week, count(*) FROM edition GROUP BY 1, 2 HAVING count(*) > 1")
    yield from (f"I5 {row}" for row in rows)
    titles = connection.execute(
        "SELECT s.number, s.status, a.value FROM story s JOIN version_answer a ON a.story_id = s.id "
        "AND a.n = s.approved_version AND a.prompt_id = 'name' WHERE s.status IN ('approved', 'posted')"
    ).fetchall()
    for number, status, value in titles:
        for word in WORD.findall(value or "")[:1]:
            if seen.published[word] != (status == "posted"):
                yield f"I6 story {number}, {status}, was posted in {seen.published[word]} editions"
    yield from (f"I6 {word} was posted in {n} editions" for word, n in seen.published.items() if n > 1)
    yield from (f"I15 {word} was published and never told" for word in seen.published if not history.of_word(word))
    declined = {telling.story for telling in history.tellings if telling.declined}
    for word in seen.published:
        if (telling := history.of_word(word)) and telling.story in declined and telling.story is not None:
            yield f"I7 {word} of story {telling.story}, which was declined, was published"


def _as_approved(history: History, rehearsal: Rehearsal, connection: sqlite3.Connection) -> Iterator[str]:
    """I7: what readers see of a story is what its approved version holds."""
    approved: dict[int, str] = defaultdict(str)
    for number, value in connection.execute(
        "SELECT s.number, a.value FROM story s JOIN version_answer a ON a.story_id = s.id AND a.n = s.approved_version"
    ):
        approved[number] += f" {value}"
    for number, line in connection.execute(  # what was typed while one's name was asked for is shown as that
        "SELECT s.number, v.credit_line FROM story s JOIN story_version v ON v.story_id = s.id "
        "AND v.n = s.approved_version WHERE v.credit_line IS NOT NULL"
    ):
        approved[number] += f" {line}"
    for post in rehearsal.workspace.conversations[STORIES_CHANNEL].posts.values():
        shown = everything_in(post)
        for word in set(WORD.findall(shown)):
            telling = history.of_word(word)
            if telling is None or telling.story is None or telling.back:
                continue
            if word not in approved[telling.story]:
                yield f"I7 {word} of story {telling.story} is shown and is not in its approved version"
            secret = word.replace("zq", "qs")
            if secret in shown and secret not in approved[telling.story]:
                yield f"I7 {secret} of story {telling.story} was taken out and is shown"


def _said_once(seen: Sightings, connection: sqlite3.Connection) -> Iterator[str]:
    """I8: one card a version among the reviewers, and one at least for every story that was not taken back."""
    yield from (f"I8 story {s} version {v} has {n} cards" for (s, v), n in seen.cards.items() if n > 1)
    shown = {number for number, _ in seen.cards}
    rows = connection.execute("SELECT number FROM story WHERE status NOT IN ('withdrawn', 'removed')").fetchall()
    yield from (f"I8 story {number} has no card" for (number,) in rows if number not in shown)


def _by_two(history: History, connection: sqlite3.Connection) -> Iterator[str]:
    """I14: a story that needs two reviewers was approved by two before it was posted."""
    rows = connection.execute(
        "SELECT s.number, count(DISTINCT d.reviewer) FROM story s LEFT JOIN decision d ON d.story_id = s.id "
        "AND d.version = s.approved_version AND d.verb IN ('approve', 'first_approve') "
        "WHERE s.status = 'posted' GROUP BY 1"
    )
    yield from (
        f"I14 story {number} was approved by {n}" for number, n in rows if n < (2 if number in history.two else 1)
    )


def _drained(connection: sqlite3.Connection) -> Iterator[str]:
    """I8, I16: once the faults have stopped, nothing is in doubt, parked, or still to be removed."""
    rows = connection.execute(
        "SELECT kind, state, reason, count(*) FROM outbox WHERE state IN ('sending', 'parked') GROUP BY 1, 2, 3"
    )
    yield from (f"I16 {times} of {kind} are {state}: {reason}" for kind, state, reason, times in rows)
    jobs = connection.execute("SELECT key, reason FROM parked").fetchall()
    yield from (f"I16 a job is parked: {key} {reason}" for key, reason in jobs)
    still = connection.execute(
        "SELECT w.number, r.surface, r.state, r.reason FROM withdrawal w JOIN removal r ON r.story_id = w.story_id "
        "WHERE w.closed = 0 OR r.state = 'pending'"
    ).fetchall()
    yield from (f"I16 the removal of story {n} from {where} is {state}: {why}" for n, where, state, why in still)


def _week(ts: float) -> tuple[int, int]:
    return datetime.fromtimestamp(ts, UTC).isocalendar()[:2]
