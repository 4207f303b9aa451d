"""What must hold after a run, by the numbers of the invariants; it asks the workspace, the people and the file.

Never the program: rows are read with `sqlite3` alone, bytes are searched, and the audit's chain is computed anew.
"""

import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

from .memory import Memory
from .world import World

WORD = re.compile(r"zq\d{5}x\d{3}")
HEAD = re.compile(r"^This week's stor(?:y|ies)|^Stor(?:y|ies) of")
BACK = "I haven't put that in your story"
CARD = re.compile(r"Story (\d+)\b")
PATHS = {
    "submitted": {"asked", "approved", "declined", "submitted", "withdrawn", "removed"},
    "asked": {"submitted", "approved", "declined", "asked", "withdrawn", "removed"},
    "approved": {"posted", "submitted", "asked", "declined", "approved", "withdrawn", "removed"},
    "declined": {"submitted", "declined", "withdrawn", "removed"},
    "posted": {"posted", "approved", "withdrawn", "removed"},  # approved again: its edition could not be posted
    "private": {"withdrawn", "removed", "submitted", "private"},
    "removed": {"withdrawn"},
}
"""Where a story may go from where."""


def everything(world: World, memory: Memory) -> list[str]:
    """Everything that is wrong, a line each."""
    connection = sqlite3.connect(f"file:{world.database.path}?mode=ro", uri=True)
    try:
        return [
            *_whole(connection),
            *_kept(connection, world, memory),
            *_histories(connection),
            *_editions(connection, world, memory),
            *_published(connection, world, memory),
            *_owed(connection, memory),
            *_decisions(connection, memory),
            *_names(connection, world),
            *_said(world, memory),
            *gone(world, memory),
        ]
    finally:
        connection.close()


def owing(world: World) -> str:
    """What the program still has to do at this moment; empty where there is nothing."""
    connection = sqlite3.connect(f"file:{world.database.path}?mode=ro", uri=True)
    now = int(world.calendar.now().timestamp() * 1_000_000)
    try:
        rows = connection.execute(
            "SELECT kind, state, due_at FROM outbox WHERE state IN ('queued', 'sending')"
        ).fetchall()
        due = [kind for kind, state, at in rows if state == "sending" or _micro(at) <= now]
        open_ = connection.execute("SELECT count(*) FROM removal WHERE state = 'pending'").fetchone()[0]
    finally:
        connection.close()
    return f"{due[:5]} {open_} removals" if due or open_ else ""


def _micro(at: Any) -> int:
    return int(at) if isinstance(at, int) else 0


def _whole(connection: sqlite3.Connection) -> Iterator[str]:
    if (answer := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        yield f"the file is damaged: {answer[:3]}"
    if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
        yield f"the file refers to nothing: {broken[:3]}"


def _places(connection: sqlite3.Connection) -> dict[str, Counter[str]]:
    """By word: how often it stands in which version of which story, or in which open draft."""
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    for number, n, value in connection.execute(
        "SELECT s.number, a.n, a.value FROM story s JOIN version_answer a ON a.story_id = s.id"
    ):
        for word in WORD.findall(value or ""):
            kept[word][f"story {number} version {n}"] += 1
    for draft, text in connection.execute(
        "SELECT f.draft_id, f.text FROM fragment f JOIN draft d ON d.id = f.draft_id "
        "WHERE f.removed = 0 AND f.superseded = 0 AND d.state = 'open'"
    ):
        for word in WORD.findall(text or ""):
            kept[word][f"draft {draft}"] += 1
    return kept


def _handed_back(world: World, teller: str) -> list[float]:
    """When the bot has told this person that it has not put something in their story, and asked where it goes."""
    posts = world.workspace.direct_message(teller).posts.values()
    return sorted(float(one.ts) for one in posts if one.user == world.workspace.bot.id and one.text.startswith(BACK))


def _kept(connection: sqlite3.Connection, world: World, memory: Memory) -> Iterator[str]:
    """I1, I2, I4: what was acknowledged is kept once and where it belongs, or handed back; other words once at most."""
    kept = _places(connection)
    back = {one.teller: _handed_back(world, one.teller) for one in memory.tellings}
    inside: dict[str, set[int]] = defaultdict(set)
    for telling in memory.tellings:
        for told in telling.words:
            where = kept.get(told.word, Counter())
            for place, times in where.items():
                inside[place].add(telling.number)
                if times > 1:
                    yield f"I1 {told.word} stands {times} times in {place}"
                if place.startswith("story") and telling.story and place.split()[1] != str(telling.story):
                    yield f"I1 {told.word} of story {telling.story} stands in {place}"
            if (
                told.sure
                and not told.gone
                and telling.over in ("", "sent")
                and not telling.private
                and not telling.withdrawing
            ):
                first = f"story {telling.story} version 1"
                lost = first not in where if telling.story else not where
                handed = next((at for at in back[telling.teller] if at > float(told.ts)), None)
                if lost and handed is not None:
                    back[telling.teller].remove(handed)
                elif lost:
                    state = telling.over or "open"
                    yield f"I1 {told.word} was acknowledged and is lost (telling {telling.number}, {state})"
    yield from (f"I4 {place} holds words of tellings {sorted(of)}" for place, of in inside.items() if len(of) > 1)
    receipts = Counter(telling.story for telling in memory.tellings if telling.story)
    yield from (f"I4 story {number} has {times} receipts" for number, times in receipts.items() if times > 1)


def _histories(connection: sqlite3.Connection) -> Iterator[str]:
    """I3: each story has gone from state to state as it may, each step is one row, and the chain holds."""
    known = connection.execute("SELECT workspace, seq, hash FROM audit_checkpoint ORDER BY seq DESC LIMIT 1").fetchone()
    before, number = ("0" * 64, 0) if known is None else (known[2], known[1])
    status: dict[str, str] = {}
    for row in connection.execute(
        'SELECT workspace, seq, at, day_only, actor, actor_id, verb, story, version, "before", "after", outcome, '
        "reason, surface, prev_hash, hash FROM audit ORDER BY workspace, seq"
    ):
        *told, its = row
        made = hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
        if made != its or told[14] != before or told[1] != number + 1:
            yield f"I3 the audit's chain breaks at {told[1]}"
            return
        before, number = its, told[1]
        story, was, now = told[7], told[9], told[10]
        if story is None or told[11] != "done" or was is None or now is None or was == now:
            continue
        if status.get(story, was) != was:
            yield f"I3 story {story} was {status[story]} and went on from {was} ({told[6]})"
        if now not in PATHS.get(was, set()):
            yield f"I3 story {story} went from {was} to {now} ({told[6]})"
        status[story] = now
    for story, is_now in connection.execute("SELECT id, status FROM story"):
        if status.get(story, is_now) != is_now:
            yield f"I3 story {story} is {is_now}, and the trail ends at {status[story]}"


def heads(world: World) -> list[Post]:
    """The messages that begin an edition."""
    channel = world.workspace.conversations[STORIES_CHANNEL]
    return [one for one in channel.top_level() if not one.is_tombstone and one.user == world.workspace.bot.id]


def _editions(connection: sqlite3.Connection, world: World, memory: Memory) -> Iterator[str]:
    """I5, I8: nothing was ever posted twice, and a week has one edition."""
    for outbox_id, posts in memory.shown.items():
        public = [one for one in posts if not one.startswith("D")]
        if len(public) > 1:
            kind = connection.execute("SELECT kind FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
            yield f"I5 {kind} was posted {len(public)} times: {public}"
    rows = connection.execute(
        "SELECT channel, iso_year, iso_week, count(*) FROM edition GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    yield from (f"I5 {row}" for row in rows)
    known = {row[0] for row in connection.execute("SELECT outbox_id FROM edition WHERE outbox_id IS NOT NULL")}
    begun = [one for one in heads(world) if (one.metadata or {}).get("event_payload", {}).get("id") in known]
    if len(begun) > len(known):
        yield f"I5 {len(begun)} editions were begun, {len(known)} are known"


def _published(connection: sqlite3.Connection, world: World, memory: Memory) -> Iterator[str]:
    """I6, I7, I12: what readers saw was approved, permitted and whole; each story stands in one edition."""
    versions: dict[str, tuple[int, int]] = {}
    for number, n, value in connection.execute(
        "SELECT s.number, a.n, a.value FROM story s JOIN version_answer a ON a.story_id = s.id"
    ):
        for word in WORD.findall(value or ""):
            versions[word] = (number, n)
    of = {told.word: telling for telling in memory.tellings for told in telling.words}
    for word in memory.published:
        telling = of.get(word)
        if telling is None:
            yield f"I7 {word} was published and never told"
        elif telling.story is not None and telling.story not in memory.approved:
            yield f"I7 {word} of story {telling.story} was published, and nobody has approved it"
        elif word not in versions and telling.over in ("", "deleted"):
            yield f"I12 {word} was published, and its story was never sent"
    where: dict[int, set[str]] = defaultdict(set)
    for head in heads(world):
        for word in set(WORD.findall(repr(head.blocks))):
            if word in versions:
                where[versions[word][0]].add(head.ts)
    if memory.archived:
        return
    entries = Counter(
        row[0] for row in connection.execute("SELECT s.number FROM edition_entry e JOIN story s ON s.id = e.story_id")
    )
    for number, status in connection.execute("SELECT number, status FROM story WHERE status IN ('approved', 'posted')"):
        if len(where[number]) > 1:
            yield f"I6 story {number} stands in {len(where[number])} editions"
        if entries[number] != (status == "posted"):
            yield f"I6 story {number} is {status} and in {entries[number]} editions"
    late = connection.execute(
        "SELECT s.number FROM story s WHERE s.status = 'approved' AND s.held = 0 AND EXISTS ("
        "SELECT 1 FROM permission p "
        "WHERE p.story_id = s.id AND p.version = s.approved_version AND p.place = 'digest' AND p.revoked_at IS NULL)"
    )
    yield from (f"I6 story {number} is approved and was left out" for (number,) in late)


def _owed(connection: sqlite3.Connection, memory: Memory) -> Iterator[str]:
    """I8, I16: nothing is in doubt; nothing was parked but what Slack refused for good."""
    rows = connection.execute(
        "SELECT kind, reason, count(*) FROM outbox WHERE state = 'parked' GROUP BY 1, 2"
    ).fetchall()
    allowed = {"user_not_in_channel"}  # a forged press: nobody who pressed is there to hear of it
    allowed |= {"is_archived", "not_in_channel"} if memory.archived else set()
    yield from (f"I8 {times} of {kind} are parked: {reason}" for kind, reason, times in rows if reason not in allowed)
    yield from (f"I16 a job is parked: {row}" for row in connection.execute("SELECT key, reason FROM parked"))


def _decisions(connection: sqlite3.Connection, memory: Memory) -> Iterator[str]:
    """I13, I14: only reviewers decided, nobody on their own story, and what needs two had two."""
    authors = dict(
        connection.execute("SELECT a.story_id, t.slack_user_id FROM author a JOIN teller t ON t.id = a.teller_id")
    )
    for story, number, who, verb in connection.execute(
        "SELECT d.story_id, s.number, d.reviewer, d.verb FROM decision d JOIN story s ON s.id = d.story_id"
    ):
        if who not in memory.reviewed_by:
            yield f"I13 {verb} of story {number} by somebody who never was a reviewer"
        if authors.get(story) == who:
            yield f"I14 {verb} of story {number} by its own teller"
        if verb == "approve" and who not in memory.approved.get(number, set()):
            yield f"I13 story {number} was approved by somebody who had not tried"
    twice = connection.execute(
        "SELECT id, number, approved_version FROM story WHERE care = 1 AND status IN ('approved', 'posted')"
    )
    for story, number, version in twice.fetchall():
        who = connection.execute(
            "SELECT count(DISTINCT reviewer) FROM decision "
            "WHERE story_id = ? AND version = ? AND verb IN ('approve', 'first_approve')",
            (story, version),
        ).fetchone()[0]
        if who < 2:
            yield f"I14 story {number} needs two reviewers and had {who}"


def _names(connection: sqlite3.Connection, world: World) -> Iterator[str]:
    """I11: who told a story without a name stands in no card, no edition and no trail."""
    tellers = re.compile(r"U0TELLER\d\d|D0TELLER\d\d|Teller \d")
    for place in (STORIES_CHANNEL, REVIEW_CHANNEL):
        for post in world.workspace.conversations[place].posts.values():
            if tellers.search(f"{post.text} {post.blocks!r} {post.metadata!r}"):
                yield f"I11 {place} {post.ts} names a teller"
    for row in connection.execute("SELECT seq, actor_id, reason FROM audit"):
        if tellers.search(f"{row[1]} {row[2]}"):
            yield f"I11 the trail names a teller at {row[0]}"
    for table in ("story", "story_version", "version_answer", "decision", "edition", "edition_entry", "permission"):
        for row in connection.execute(f"SELECT * FROM {table}"):
            if re.search(r"U0TELLER\d\d|D0TELLER\d\d", repr(row)):
                yield f"I11 {table} names a teller"


def _said(world: World, memory: Memory) -> Iterator[str]:
    """I15, I4: nothing that a teller typed pings, links or is markup; in private nobody reads another's words."""
    of = {told.word: telling.teller for telling in memory.tellings for told in telling.words}
    for channel in world.workspace.conversations.values():
        for post in channel.posts.values():
            if post.user != world.workspace.bot.id:
                continue
            for word in WORD.findall(f"{post.text} {post.blocks!r}") if channel.kind == "im" else ():
                if of.get(word) != channel.user:
                    yield f"I4 {channel.id} {post.ts} tells {channel.user} the words of {of.get(word)}"
            for text in (post.text, *_marked(post.blocks or [])):
                if re.search(r"<!(?:channel|here|everyone|subteam)|<@U0RAE00001|<https://evil", text):
                    yield f"I15 {channel.id} {post.ts} carries live markup of a teller's"


def _marked(node: Any) -> Iterator[str]:
    """Every text that Slack would read as markup, and every element that pings or links."""
    if isinstance(node, list):
        for one in node:
            yield from _marked(one)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield str(node.get("text"))
        if node.get("type") in ("user", "usergroup", "broadcast"):
            yield f"<!{node.get('range') or 'subteam'} <@{node.get('user_id')}>"
        if node.get("type") == "link":
            yield f"<{node.get('url')}>"
        for one in node.values():
            yield from _marked(one)


def gone(world: World, memory: Memory) -> Iterator[str]:
    """I9: of what was taken back nothing is left, in no message of the bot and in no file."""
    words = {told.word for one in memory.tellings if one.over == "withdrawn" for told in one.words}
    if not words:
        return
    for channel in world.workspace.conversations.values():
        for post in channel.posts.values():
            if post.user == world.workspace.bot.id and words & set(WORD.findall(f"{post.text} {post.blocks!r}")):
                yield f"I9 {channel.id} {post.ts} still shows what was taken back"
    for file in sorted(world.folder.iterdir()):
        if file.is_file() and words & set(re.findall(WORD.pattern, file.read_bytes().decode("latin-1"))):
            yield f"I9 {file.name} still holds what was taken back"
