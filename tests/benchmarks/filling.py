"""Very many stories, drafts and messages, written by SQLite itself: what a workspace holds after many years.

All fictional. The rows are those that telling, approving and posting leave behind, without the bot's time for it.
"""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.intake.script.file import load_script
from storage.search import stem, stems
from storage.types import to_microseconds

WEEK = 12
"""Stories of an edition."""
LATELY = 400
"""Stories of the last eight weeks, however many there are in all: what has grown is the past, back to a year ago, so
that none has come to its review yet."""
_LATELY, _BEFORE = timedelta(weeks=8), timedelta(days=300)
SERVICES = ("health", "police", "housing-and-homelessness", "fire-and-rescue", "central-government")
SAID = (
    ("what", "body", "What happened", "A tenant came home and nobody had told the housing office about the stairs"),
    ("difference", "body", "Difference", "One call would have saved two nights and an ambulance"),
    ("lesson", "lesson", "One thing", "Ring the person who will be at the door"),
)
_EVERY_WORD = sorted({word for *_, text in SAID for word in stems(text)})
_HEX = "printf('%016x', {})"


def fill(
    file: Path,
    workspace: str,
    *,
    stories: int = 0,
    drafts: int = 0,
    waiting: int = 0,
    channel: str = "C0STORIES",
    alone: bool = False,
) -> None:
    """Add so many posted stories, drafts that wait at their second question, and messages still to be sent.

    The stories are numbered from 1: the database must hold none. Nothing is analysed, as the bot never does it.
    `alone`: nobody else has the file open, so that very much can be added quickly.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        # Nothing is lost with a database that is only being filled: without a journal it takes a third of the time.
        for pragma in ("synchronous=OFF", "cache_size=-1000000", *(["journal_mode=OFF"] if alone else [])):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("BEGIN")
        raw.create_function("word_of", 1, lambda n: stem(f"zyx{_letters(n)}"), deterministic=True)
        values = {
            "ws": workspace,
            "sha": _script(raw, workspace),
            "now": to_microseconds(datetime.now(UTC) - timedelta(days=1)),
            "channel": channel,
            "soon": to_microseconds(datetime.now(UTC) + timedelta(days=12)),
        }
        if stories:
            _stories(raw, values | {"most": stories})
        if drafts:
            _drafts(raw, values | {"most": drafts})
        if waiting:
            _waiting(raw, values | {"most": waiting})
        raw.execute("COMMIT")
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _letters(number: int) -> str:
    """A number as a word: each story has one that no other holds."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _script(raw: sqlite3.Connection, workspace: str) -> str:
    script = load_script(None)
    raw.execute(
        "INSERT OR IGNORE INTO script_version (workspace, sha, toml, first_used_at) VALUES (?, ?, ?, 0)",
        (workspace, script.sha, script.source),
    )
    return script.sha


def _each(most: str = ":most") -> str:
    return f"WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {most}) "


def _stories(raw: sqlite3.Connection, values: dict[str, object]) -> None:
    ago, weeks, years = ":most - n", _LATELY // timedelta(microseconds=1), _BEFORE // timedelta(microseconds=1)
    early = f":now - {weeks} - ({ago}) * ({years} / :most)"
    story, told = _HEX.format("n"), f"iif({ago} < {LATELY}, :now - ({ago}) * {weeks // LATELY}, {early})"
    raw.execute(
        f"{_each()} INSERT INTO story (workspace, id, number, status, current_version, approved_version, submitted_at, "
        f"changed_at, care, held) SELECT :ws, {story}, n, 'posted', 1, 1, {told}, {told}, 0, 0 FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO story_version (workspace, story_id, n, kind, naming, script_sha, created_at, "
        f"changed_prompts) SELECT :ws, {story}, 1, 'original', 'none', :sha, {told}, '[]' FROM each",
        values,
    )
    for position, (prompt, part, label, text) in enumerate((*SAID, ("title", "title", "Title", "Two nights"))):
        unique = " || ' ' || word_of(n)" if part == "title" else ""
        raw.execute(
            f"{_each()} INSERT INTO version_answer (workspace, story_id, n, prompt_id, part, position, label, wording, "
            f"value, choices) SELECT :ws, {story}, 1, :prompt, :part, :position, :label, :label, :text{unique}, '[]' "
            "FROM each",
            values | {"prompt": prompt, "part": part, "position": position, "label": label, "text": text},
        )
    raw.execute(
        f"{_each()} INSERT INTO version_answer (workspace, story_id, n, prompt_id, part, position, label, wording, "
        f"value, choices) SELECT :ws, {story}, 1, 'services', 'services', 9, 'Services', 'Services', 'Health', "
        f"json_array(json_extract(:services, '$[' || (n % {len(SERVICES)}) || ']')) FROM each",
        values | {"services": json.dumps(SERVICES)},
    )
    for place in ("digest", "staff_storybook", "public_storybook"):
        raw.execute(
            f"{_each()} INSERT INTO permission (workspace, story_id, version, place, naming, notice_version, "
            f"granted_at) SELECT :ws, {story}, 1, :place, 'none', 5, {told} FROM each",
            values | {"place": place},
        )
    raw.execute(
        f"{_each(':tellers')} INSERT INTO teller (workspace, id, slack_user_id, dm_channel) "
        f"SELECT :ws, {_HEX.format('n + 1152921504606846976')}, 'U9' || n, 'D9' || n FROM each",
        values | {"tellers": _tellers(values)},
    )
    _conversations(raw, values | {"tellers": _tellers(values)}, story, told)
    _search(raw, values)
    _editions(raw, values)


def _conversations(raw: sqlite3.Connection, values: dict[str, object], story: str, told: str) -> None:
    """Who told each story, in which draft, and two of the messages about it: its receipt, and the card of reviewers."""
    teller, draft = _HEX.format("1 + n % :tellers + 1152921504606846976"), _HEX.format("n + 2305843009213693952")
    raw.execute(
        f"{_each()} INSERT INTO author (workspace, story_id, teller_id, draft_id) "
        f"SELECT :ws, {story}, {teller}, {draft} FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO draft (workspace, id, teller_id, script_sha, purpose, state, stage, open_prompt, "
        "started_at, active_at, paused, shown_total, notice_version, started_ts) "
        f"SELECT :ws, {draft}, {teller}, :sha, 'new', 'sent', 'ready', NULL, {told}, {told}, 0, 8, 5, '1.0' "
        "FROM each",
        values,
    )
    for kind, to, lane, channel, key in (
        ("receipt", f"'author:' || {story}", f"'author:' || {story}", "'D9' || (1 + n % :tellers)", 2),
        ("card", "'channel:C0REVIEW'", "'channel:C0REVIEW'", "'C0REVIEW'", 3),
    ):
        message = _HEX.format(f"n + {key} * 1152921504606846976 + 576460752303423488")
        raw.execute(
            f"{_each()} INSERT INTO outbox (workspace, id, lane, seq, recipient, op, kind, args, story_id, version, "
            "state, attempts, enqueued_at, due_at, sent_at, channel, ts) "
            f"SELECT :ws, {message}, {lane}, n, {to}, 'post', '{kind}', '{{}}', {story}, 1, 'sent', 0, {told}, {told}, "
            f"{told}, {channel}, n || '.{key}' FROM each",
            values,
        )
    raw.execute(
        f"{_each()} INSERT INTO surface (workspace, outbox_id, story_id) SELECT :ws, {message}, {story} FROM each",
        values,
    )


def _tellers(values: dict[str, object]) -> int:
    """Each person told five stories."""
    most = values["most"]
    assert isinstance(most, int)
    return max(1, most // 5)


def _search(raw: sqlite3.Connection, values: dict[str, object]) -> None:
    # An index of what is not added in its order is made once, when all is there.
    name = "ix_search_word_workspace_number"
    (index,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    raw.execute(f"DROP INDEX {name}")
    every = [*_EVERY_WORD, *stems("Two nights"), *(f"services={one}" for one in SERVICES)]
    for place, word in enumerate(sorted(set(every))):
        of_some = f"WHERE n % {len(SERVICES)} = {place % len(SERVICES)}" if "=" in word else ""
        raw.execute(
            f"{_each()} INSERT OR IGNORE INTO search_word (workspace, word, number, weight) "
            f"SELECT :ws, :word, n, 1 FROM each {of_some}",
            values | {"word": word},
        )
    raw.execute(
        f"{_each()} INSERT INTO search_word (workspace, word, number, weight) "
        "SELECT :ws, word_of(n), n, 8 FROM each ORDER BY word_of(n)",
        values,
    )
    raw.execute(index)


def _editions(raw: sqlite3.Connection, values: dict[str, object]) -> None:
    """All stories but the last have been in an edition: weeks are counted, not dated, beyond what a calendar has."""
    weeks = f"(:most + {WEEK - 1}) / {WEEK}"
    edition = _HEX.format(f"(n + {WEEK - 1}) / {WEEK} + 2305843009213693952")
    raw.execute(
        f"{_each(weeks)} INSERT INTO edition (workspace, id, channel, iso_year, iso_week, slot_at, made_at, state, "
        f"late, manual) SELECT :ws, {_HEX.format('n + 2305843009213693952')}, :channel, n / 52, 1 + n % 52, "
        f":now - ({weeks} - n) * 1000, :now - ({weeks} - n) * 1000, 'full', 0, 0 FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO edition_entry (workspace, edition_id, story_id, channel, version, position) "
        f"SELECT :ws, {edition}, {_HEX.format('n')}, :channel, 1, n % {WEEK} FROM each",
        values,
    )


def _drafts(raw: sqlite3.Connection, values: dict[str, object]) -> None:
    teller, draft = _HEX.format("n + 3458764513820540928"), _HEX.format("n + 4611686018427387904")
    message = _HEX.format("n + 5764607523034234880")
    raw.execute(
        f"{_each()} INSERT INTO teller (workspace, id, slack_user_id, dm_channel) "
        f"SELECT :ws, {teller}, 'U8' || n, 'D8' || n FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO draft (workspace, id, teller_id, script_sha, purpose, state, stage, open_prompt, "
        "started_at, active_at, paused, nudge_at, expires_at, carrier_id, shown_total, notice_version, started_ts) "
        f"SELECT :ws, {draft}, {teller}, :sha, 'new', 'open', 'asking', 'what', :now, :now, 0, :soon, :soon + n, "
        f"{message}, 8, 5, '1.0' FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO asked (workspace, outbox_id, draft_id, prompt_id, ts, asked_at) "
        f"SELECT :ws, {message}, {draft}, 'what', '2.0', :now FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO fragment (workspace, channel, ts, draft_id, prompt_id, text, length, removed, "
        f"superseded) SELECT :ws, 'D8' || n, '3.0', {draft}, 'what', 'It was on a Tuesday, as far as I know', 37, 0, 0 "
        "FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO outbox (workspace, id, lane, seq, recipient, op, kind, args, state, attempts, "
        "enqueued_at, due_at, sent_at, channel, ts) "
        f"SELECT :ws, {message}, 'teller:' || {teller}, 1, 'teller:' || {teller}, 'post', 'question', "
        f"json_object('draft', {draft}, 'place', 'what'), 'sent', 0, :now, :now, :now, 'D8' || n, '2.0' FROM each",
        values,
    )


def _waiting(raw: sqlite3.Connection, values: dict[str, object]) -> None:
    """Messages to as many people, each the first of its lane: what a kill leaves behind when Slack was away."""
    teller, message = _HEX.format("n + 6917529027641081856"), _HEX.format("n + 8070450532247928832")
    raw.execute(
        f"{_each()} INSERT INTO teller (workspace, id, slack_user_id, dm_channel) "
        f"SELECT :ws, {teller}, 'U7' || n, 'D7' || n FROM each",
        values,
    )
    raw.execute(
        f"{_each()} INSERT INTO outbox (workspace, id, lane, seq, recipient, op, kind, args, state, attempts, "
        f"enqueued_at, due_at) SELECT :ws, {message}, 'teller:' || {teller}, 1, 'teller:' || {teller}, 'post', "
        "'not_now', '{}', 'queued', 0, :now, :now FROM each",
        values,
    )
