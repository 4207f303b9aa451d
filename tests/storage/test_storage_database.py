"""How the file is opened, what a connection may do, and what crosses the wall unharmed."""

import sqlite3
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, Text, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.sql.sqltypes import Enum

from storage import drafts, inbox, tellers
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.records import Asked, Fragment
from storage.tables import Base, DraftRow, FragmentRow, TellerRow
from storage.types import UtcInstant, Words
from storage.writer import Writer

CANARY = "canary-phrase-7f3a that somebody wrote"

WORDS = {
    ("parked", "body"),
    ("fragment", "text"),
    ("draft_answer", "other"),
    ("draft_answer", "form_text"),
    ("story_version", "credit_line"),
    ("version_answer", "value"),
    ("decision", "comment"),
    ("ask", "question"),
    ("suggestion", "words"),
    ("withdrawal", "reason"),
    ("break_glass", "reason"),
    ("search_word", "word"),
    ("sequel", "words"),
    ("sequel", "comment"),
}

NOT_WORDS = {
    "ids, keys and places in Slack": {
        "id", "key", "workspace", "slack_team_id", "enterprise_id", "slack_user_id", "dm_channel", "channel", "ts",
        "sha", "teller_id", "story_id", "draft_id", "change_draft_id", "edition_id", "outbox_id", "notice_id",
        "offer_id", "offer_ts", "carrier_id", "client_msg_id", "edited_ts", "recover_from", "thread_ts", "started_ts",
        "reviewer", "depends_on", "target", "thread", "person", "response_url", "permalink", "lane", "recipient",
        "actor_id", "story", "place", "row_id", "letter_id", "first_approver", "asker", "decider", "book_id",
        "decided_by",
    },
    "the script's, not the teller's": {
        "script_sha", "toml", "prompt_id", "open_prompt", "recover_prompt", "label", "wording",
    },
    "the keeper's: where books lie, and which": {"path", "formats"},
    "a day of the calendar": {"day"},
    "a code of the program's": {"kind", "reason", "verb", "before", "after", "prev_hash", "hash"},
}  # fmt: skip


def columns() -> set[tuple[str, str, Any]]:
    return {
        (table.name, column.name, column.type) for table in Base.metadata.tables.values() for column in table.columns
    }


def test_every_column_of_text_is_classified() -> None:
    """Each column that can hold text holds what people wrote, as `Words`, or is known not to: erasure relies on it."""
    assert {(table, name) for table, name, kind in columns() if isinstance(kind, Words)} == WORDS
    others = set().union(*NOT_WORDS.values())
    texts = {(t, c) for t, c, kind in columns() if isinstance(kind, String | Text) and not isinstance(kind, Enum)}
    assert {(table, name) for table, name in texts if name not in others} == set()


@pytest.mark.parametrize("engine", ["write_engine", "read_engine"])
def test_every_connection_is_durable_and_forgetful(database: Database, engine: str) -> None:
    """Every connection syncs on commit, overwrites what it deletes, keeps no temporary file and checks references."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2, "foreign_keys": 1}
    wanted["query_only"] = int(engine == "read_engine")
    connections = [getattr(database, engine).raw_connection() for _ in range(6)]
    for connection in connections:
        for pragma, value in wanted.items():
            assert connection.cursor().execute(f"PRAGMA {pragma}").fetchone() == (value,), pragma
    for connection in connections:
        connection.close()


def test_reading_sees_what_is_committed_and_one_moment(
    database: Database, workspace: str, now: datetime, begin: Any
) -> None:
    """A reader sees nothing that is not committed, and the same moment from its first look to its last."""
    with begin() as tx:
        inbox.remember(tx, "one")
        with database.reading(workspace, now) as reader:
            assert inbox.count(reader) == 0
    with database.reading(workspace, now) as reader:
        assert inbox.count(reader) == 1
        with begin() as tx:
            inbox.remember(tx, "two")
        assert inbox.count(reader) == 1


def test_reading_cannot_write(database: Database, workspace: str, now: datetime) -> None:
    """What a reader tries to write is refused as the mistake it is, not as a database that is unavailable."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"), database.reading(workspace, now) as reader:
        inbox.remember(reader, "one")


def test_a_database_that_cannot_be_read_is_unavailable(database: Database, workspace: str, now: datetime) -> None:
    """A file that is no database is unavailable, and so is one in a folder that is not there."""
    database.close()
    database.path.write_bytes(b"not a database" * 500)
    for broken in (database, Database(f"sqlite:///{database.path.parent / 'nowhere' / 'x.db'}")):
        with pytest.raises(DatabaseUnavailable), broken.reading(workspace, now) as tx:
            inbox.count(tx)
        broken.close()


def test_what_is_read_on_the_loop_waits_for_nobody(database: Database, workspace: str, now: datetime) -> None:
    """While another process has the whole file, such a read fails at once; it is asked again when that is over."""
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable), database.reading_often(workspace, now) as tx:
        inbox.parked_jobs(tx)
    other.execute("ROLLBACK")
    other.close()
    for _ in range(2):
        with database.reading_often(workspace, now) as tx:
            assert inbox.parked_jobs(tx) == []
            assert tx.connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/x"])
def test_only_a_file_is_served(url: str) -> None:
    """A database in memory, or of another kind, is refused before anything is told to it."""
    with pytest.raises(ValueError, match="sqlite:///FILE"):
        Database(url)


def test_references_are_checked_at_once(begin: Any, a_draft: Callable[..., Any]) -> None:
    """A row that refers to nothing is refused at its statement, not at the commit; none crosses workspaces."""
    with pytest.raises(sqlite3.IntegrityError), begin() as tx:
        drafts.add_fragment(tx, Fragment("D1", "1.0", "no such draft", None, "x"))
    with begin() as tx:
        draft = a_draft(tx)
    with pytest.raises(sqlite3.IntegrityError), begin(in_workspace="workspace2") as tx:
        drafts.add_fragment(tx, Fragment("D1", "1.0", draft.id, None, "x"))


def test_an_instant_needs_a_zone(begin: Any) -> None:
    """A datetime without a zone is refused, in a row and in a comparison, prepared or not."""
    naive = datetime(2025, 6, 4, 9, 30)
    with pytest.raises(ValueError, match="zone"), begin() as tx:
        tellers.meet(tx, "U1")
        tellers.set_teller(tx, tellers.meet(tx, "U1").id, greeted_at=naive)
    with pytest.raises(ValueError, match="zone"), begin() as tx:
        drafts.due(tx, "nudge_at", naive)
    with pytest.raises(StatementError, match="zone"), begin() as tx:
        tx.connection.execute(select(TellerRow.id).where(TellerRow.greeted_at > naive))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    instants=st.lists(
        st.datetimes(
            min_value=datetime(1902, 1, 1),
            max_value=datetime(2400, 1, 1),
            timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
        ),
        min_size=2,
        max_size=2,
    )
)
def test_instants_come_back_to_the_microsecond(database: Database, instants: list[datetime]) -> None:
    """An instant of any zone comes back equal, in UTC, and two sort as they passed."""
    kind = UtcInstant()
    dialect = database.write_engine.dialect
    kept = [kind.process_bind_param(instant, dialect) for instant in instants]
    back = [kind.process_result_value(value, dialect) for value in kept]
    assert back == instants
    assert all(instant is not None and instant.tzinfo is UTC for instant in back)
    assert kept[0] is not None and kept[1] is not None
    assert (kept[0] < kept[1]) == (instants[0] < instants[1])


def everything_said(error: BaseException) -> str:
    """The error as text, by every road by which it could reach a log."""
    said = [str(error), repr(error), "".join(traceback.format_exception(error))]
    said.extend(everything_said(cause) for cause in (error.__cause__, error.__context__) if cause is not None)
    return "\n".join(said)


def test_errors_do_not_repeat_what_people_wrote(begin: Any, a_draft: Callable[..., Any], writer: Writer) -> None:
    """An error from the database quotes no parameter: not when printed, nor its cause, nor its traceback."""
    with begin() as tx:
        draft = a_draft(tx)
        drafts.add_fragment(tx, Fragment("D1", "1.0", draft.id, None, CANARY))
    row: dict[str, Any] = {
        "channel": "D1", "ts": "1.0", "draft_id": draft.id, "text": CANARY, "length": 1, "removed": False,
        "superseded": False,
    }  # fmt: skip
    bad = [row, {**row, "ts": "2.0", "draft_id": "none"}, {**row, "ts": "2.0", "length": None}]
    for values in bad:
        error = writer.submit(lambda tx, values=values: tx.insert(FragmentRow, values)).exception(10)  # type: ignore[misc]
        assert isinstance(error, sqlite3.IntegrityError)
        assert "canary" not in everything_said(error)
    error = writer.submit(lambda tx: tx.connection.exec_driver_sql("SELECT ? FROM nowhere", (CANARY,))).exception(10)
    assert error is not None and "canary" not in everything_said(error)


async def test_a_parked_job_keeps_its_words_for_a_day(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Any, plain: sqlite3.Connection
) -> None:
    """What was kept of a parked job, and whose it was, goes after 24 hours, its reason stays; keys go after 30 days."""

    def broken(tx: Any) -> None:
        raise ValueError(CANARY)

    await writer.once(broken, key="event:1", kept=lambda tx: inbox.Kept("U1", CANARY))
    kept = "SELECT body IS NOT NULL, person IS NOT NULL, reason FROM parked"
    with begin(at=now + timedelta(hours=23)) as tx:
        inbox.forget_old(tx)
    assert plain.execute(kept).fetchall() == [(1, 1, "ValueError")]
    with begin(at=now + timedelta(hours=25)) as tx:
        inbox.forget_old(tx)
    assert plain.execute(kept).fetchall() == [(0, 0, "ValueError")]
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY.encode() not in database.path.read_bytes()
    with begin(at=now + timedelta(days=29)) as tx:
        inbox.forget_old(tx)
        assert not inbox.remember(tx, "event:1")
    with begin(at=now + timedelta(days=31)) as tx:
        inbox.forget_old(tx)
        assert inbox.remember(tx, "event:1")


def test_one_draft_hears_what_its_teller_types(begin: Any, a_draft: Callable[..., Any]) -> None:
    """A teller has one open draft at most; the database refuses a second, whatever the program believes."""
    with begin() as tx:
        draft = a_draft(tx)
        assert drafts.find_open(tx, draft.teller_id) == draft
    with pytest.raises(sqlite3.IntegrityError), begin() as tx:
        a_draft(tx)


def test_a_message_is_one_fragment(begin: Any, a_draft: Callable[..., Any]) -> None:
    """A message that is found again adds nothing, even after it was removed and its words are gone."""
    with begin() as tx:
        draft = a_draft(tx)
        assert drafts.add_fragment(tx, Fragment("D1", "1.0", draft.id, "moment", "one"), client_msg_id="c1")
        assert not drafts.add_fragment(tx, Fragment("D1", "1.0", draft.id, "moment", "one"))
        assert not drafts.add_fragment(tx, Fragment("D1", "1.1", draft.id, "moment", "one"), client_msg_id="c1")
        assert drafts.add_fragment(tx, Fragment("D1", "9.0", draft.id, "moment", "two"))
        assert drafts.add_fragment(tx, Fragment("D1", "10.0", draft.id, "moment", "three"))
        assert [fragment.text for fragment in drafts.fragments(tx, draft.id, "moment")] == ["one", "two", "three"]
        assert drafts.answers(tx, draft.id)["moment"].length == len("one\ntwo\nthree")
        drafts.forget_words(tx, draft.id)
        assert not drafts.add_fragment(tx, Fragment("D1", "1.0", draft.id, "moment", "one"))
        assert drafts.fragments(tx, draft.id) == []


def test_a_draft_is_read_back_from_its_latest_question(begin: Any, a_draft: Callable[..., Any]) -> None:
    """Reading back begins at the latest question, else at Start: one that was missed may stand before one heard."""
    with begin() as tx:
        draft = a_draft(tx)
        drafts.recover_all(tx)
        assert drafts.get(tx, draft.id).recover_from == draft.started_ts
        assert [found.id for found in drafts.to_recover(tx)] == [draft.id]
        tx.connection.execute(update(DraftRow).values(recover_from=None))
        drafts.add_asked(tx, draft.id, Asked("question1", "moment", "1749029500.000100", tx.now))
        drafts.add_fragment(tx, Fragment("D1", "1749029999.000100", draft.id, "moment", "one"))
        drafts.recover_all(tx)
        assert drafts.get(tx, draft.id).recover_from == "1749029500.000100"


def test_upserting_changes_the_one_row(begin: Any) -> None:
    """Saving under a key that is there changes that row and makes no other."""
    with begin() as tx:
        teller = tellers.meet(tx, "U1")
        tx.upsert(TellerRow, {"id": teller.id, "slack_user_id": "U1", "dm_channel": "D9"}, key=("id",))
        assert tellers.get_teller(tx, teller.id).dm_channel == "D9"
        assert tellers.meet(tx, "U1").id == teller.id
