"""The audit trail on disk: append-only, chained, without words, and shortened by whole months only."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from storage import audit, stories
from storage.audit import Fault
from storage.audit_entry import hash_of
from storage.database import Tx
from storage.records import Naming, StoryStatus
from storage.tables import AuditCheckpointRow, StoryRow, VersionRow

Make = Callable[..., Any]
Plant = Callable[..., None]


def put(tx: Tx, verb: str = "approve", **more: Any) -> None:
    audit.record(tx, **{"actor": audit.reviewer("U9"), "verb": verb, "surface": "command", **more})


@pytest.fixture
def plant(plain: sqlite3.Connection) -> Plant:
    """Somebody with the file in their hands: the triggers are off while they change what they like."""

    def plant(*statements: str) -> None:
        kept = plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")
        triggers = kept.fetchall()
        assert triggers
        for name, _ in triggers:
            plain.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            plain.execute(statement)
        for _, sql in triggers:
            plain.execute(sql)

    return plant


def five(begin: Any) -> None:
    """Five rows, the last three of them in one transaction."""
    for how_many in (1, 1, 3):
        with begin() as tx:
            for _ in range(how_many):
                put(tx)


def fault(begin: Any) -> Fault | None:
    with begin() as tx:
        return audit.check(tx)


def test_rows_chain_within_a_transaction_and_across(begin: Any) -> None:
    """Each row carries the hash of the one before it, and the chain ends where the head says."""
    five(begin)
    with begin() as tx:
        assert audit.check(tx) is None
        assert audit.head(tx).seq == 5
        assert audit.holds_head(tx, audit.head(tx).short) and not audit.holds_head(tx, "0" * 12)


def test_a_transaction_that_fails_leaves_no_row(begin: Any) -> None:
    """What was undone is not in the trail, and the chain goes on where it was."""
    five(begin)
    with pytest.raises(LookupError), begin() as tx:
        put(tx)
        stories.get(tx, "nowhere")
    with begin() as tx:
        put(tx)
        assert audit.check(tx) is None and audit.head(tx).seq == 6


@pytest.mark.parametrize("statement", ["UPDATE audit SET verb = 'decline'", "DELETE FROM audit"])
def test_the_trail_is_append_only(begin: Any, plain: sqlite3.Connection, statement: str) -> None:
    """The database itself refuses to change a row or to delete one."""
    five(begin)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(statement)
    assert fault(begin) is None


@pytest.mark.parametrize(
    "column", ["at = at + 1", "day_only = 1", "actor = 'system'", "actor_id = 'U8'", "verb = 'Ask them, please'",
               "story = 'other'", "version = 7", "before = 'x'", "after = 'x'", "outcome = 'maybe'", "reason = 'x'",
               "surface = 'button'", "at = 'noon'"],
)  # fmt: skip
def test_an_altered_row_is_named(begin: Any, plant: Plant, column: str) -> None:
    """Whatever was changed in a row, the row is found, even where its new value is none of this program's."""
    five(begin)
    plant(f"UPDATE audit SET {column} WHERE seq = 3")
    assert fault(begin) == Fault(3, "altered")


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_row_whose_hash_was_made_anew_is_named(begin: Any, plant: Plant, plain: sqlite3.Connection, seq: int) -> None:
    """Whoever also computes the hash of the row they changed is found by the row that follows, or by the head."""
    five(begin)
    *told, _ = plain.execute("SELECT * FROM audit WHERE seq = ?", (seq,)).fetchone()
    made_anew = hash_of(["decline" if value == "approve" else value for value in told])
    plant(f"UPDATE audit SET verb = 'decline', hash = '{made_anew}' WHERE seq = {seq}")
    assert fault(begin) == Fault(seq, "altered")


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_removed_row_is_named(begin: Any, plant: Plant, seq: int) -> None:
    """A row that is gone is missed, the last one too."""
    five(begin)
    plant(f"DELETE FROM audit WHERE seq = {seq}")
    assert fault(begin) == Fault(seq, "removed")


def test_reordered_rows_are_named(begin: Any, plant: Plant) -> None:
    """Two rows that changed places are found at the first of the two."""
    five(begin)
    plant(
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 99",
    )
    assert fault(begin) == Fault(2, "reordered")


def test_workspaces_have_chains_of_their_own(begin: Any, plant: Plant) -> None:
    """A fault in one workspace's chain is not another's."""
    five(begin)
    with begin(in_workspace="elsewhere") as tx:
        put(tx)
    plant("UPDATE audit SET verb = 'x' WHERE workspace = 'elsewhere'")
    assert fault(begin) is None
    with begin(in_workspace="elsewhere") as tx:
        assert audit.check(tx) == Fault(1, "altered")


# ── what a row may hold ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("field", ["verb", "before", "after", "reason"])
@pytest.mark.parametrize("words", ["We phoned the ward.", "Casey", "casey smith", "", "a" * 65, "ward\n7"])
def test_no_row_holds_words(begin: Any, field: str, words: str) -> None:
    """Only short codes can be recorded: what somebody could have written is refused before it is stored."""
    with pytest.raises(ValueError, match="codes, never words"), begin() as tx:
        put(tx, **{field: words})
    with begin() as tx:
        assert audit.head(tx).seq == 0


_NAMED = (audit.ActorKind.REVIEWER, audit.ActorKind.LEAD)


@pytest.mark.parametrize("kind", [kind for kind in audit.ActorKind if kind not in _NAMED])
def test_nobody_but_reviewers_and_their_lead_is_named(kind: audit.ActorKind) -> None:
    """A row cannot be made that names a teller, a keeper, or somebody who is no reviewer."""
    with pytest.raises(ValueError, match="names reviewers"):
        audit.Actor(kind, "U1")


def test_an_authors_hour_is_not_kept(begin: Any, a_story: Make, now: datetime) -> None:
    """What the author did is kept to the day; what a reviewer does to a story that names a role, to the second."""
    with begin() as tx:
        story = a_story(tx)
        put(tx, actor=audit.AUTHOR, verb="send", story=story.id)
        put(tx, story=story.id, before=StoryStatus.SUBMITTED, after=StoryStatus.APPROVED)
        sent, approved = audit.of_story(tx, story.id)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    assert (sent.at, sent.day_only, sent.actor_id) == (midnight, True, None)
    assert (approved.at, approved.day_only, approved.actor_id) == (now, False, "U9")


def test_a_story_that_names_nobody_is_kept_to_the_day(begin: Any, a_story: Make, now: datetime) -> None:
    """For a no-name story, and for one whose words are gone, no row says the hour."""
    with begin() as tx:
        story = a_story(tx)
        tx.connection.execute(VersionRow.__table__.update().values(naming=Naming.NONE))
        put(tx, story=story.id)
        stories.remove(tx, story.id)
        put(tx, story=story.id, actor=audit.SYSTEM)
        assert [entry.day_only for entry in audit.of_story(tx, story.id)] == [True, True]
        assert all(entry.at.hour == 0 for entry in audit.of_story(tx, story.id))


def test_the_trail_outlives_the_story(begin: Any, a_story: Make) -> None:
    """No row refers to a story in a way that would keep it, or go with it."""
    with begin() as tx:
        story = a_story(tx)
        put(tx, story=story.id)
        tx.connection.execute(delete(StoryRow))
        assert audit.check(tx) is None and len(audit.of_story(tx, story.id)) == 1


# ── months ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_old_rows_go_behind_a_checkpoint(begin: Any, now: datetime) -> None:
    """Rows before an instant go; the chain still holds, a shown head is still known, and new rows chain on."""
    with begin(at=now - timedelta(days=90)) as tx:
        put(tx)
        put(tx)
        shown = audit.head(tx).short
    with begin() as tx:
        put(tx)
        assert audit.to_forget(tx, now - timedelta(days=30)) == 2
        assert audit.forget_before(tx, now - timedelta(days=30)) == 2
        assert audit.forget_before(tx, now - timedelta(days=30)) == 0
        assert audit.check(tx) is None and audit.holds_head(tx, shown)
    with begin() as tx:
        put(tx)
        assert audit.check(tx) is None and audit.head(tx).seq == 5
        assert audit.forget_before(tx, now + timedelta(days=1)) == 3
        assert audit.check(tx) is None


def test_a_checkpoint_of_ones_own_hides_nothing(begin: Any, workspace: str, now: datetime) -> None:
    """Whoever adds a checkpoint so that rows can be deleted is found: no row of the chain answers for it."""
    five(begin)
    with begin() as tx:
        kept = tx.connection.exec_driver_sql("SELECT hash FROM audit WHERE seq = 2").scalar_one()
        tx.connection.execute(insert(AuditCheckpointRow).values(workspace=workspace, seq=2, hash=kept, made_at=now))
        tx.connection.exec_driver_sql("DELETE FROM audit WHERE seq <= 2")
        assert audit.check(tx) == Fault(2, "removed")
    with pytest.raises(IntegrityError, match="append-only"), begin() as tx:
        tx.connection.execute(delete(AuditCheckpointRow))
