"""`altogether audit verify`, `audit show` and `retention`: what a keeper reads of the records."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import cli
from bot.errors import NotFound
from bot.keeper.records import report_retention, show_audit, verify_audit
from storage import audit, drafts, inbox, stories
from storage.database import Database, Tx
from storage.records import Naming, Part, Story, Version, VersionAnswer, VersionKind

from .conftest import WEDNESDAY, Keeper, write


def tell(tx: Tx, naming: Naming) -> Story:
    """A story, sent by its teller and approved by a reviewer."""
    drafts.remember_script(tx, "sha", "")
    version = Version(
        story_id=tx.new_id(),
        n=1,
        kind=VersionKind.ORIGINAL,
        naming=naming,
        credit_line=None,
        script_sha="sha",
        created_at=tx.now,
        answers=(VersionAnswer("title", Part.TITLE, 1, "Title", "A title?", "The canary"),),
    )
    story = stories.add(tx, version, care=False, notice_version=1)
    audit.record(tx, actor=audit.AUTHOR, verb="send", story=story.id, version=1, after="submitted", surface="button")
    audit.record(
        tx,
        actor=audit.reviewer("U9"),
        verb="approve",
        story=story.id,
        version=1,
        before="submitted",
        after="approved",
        surface="command",
    )
    return story


def test_a_whole_trail_holds(keeper: Keeper, home: Database) -> None:
    """The command says that the trail holds, how long it is, and the record check that reviewers are shown."""
    assert verify_audit(keeper.settings()) == (True, "The audit trail is empty.")
    write(home, lambda tx: tell(tx, Naming.ROLE))
    head = write(home, audit.head)
    said = f"The audit trail holds: 2 rows so far, record check {head.short}."
    assert verify_audit(keeper.settings()) == (True, said)
    assert verify_audit(keeper.settings(), head=head.short) == (True, said)
    assert not verify_audit(keeper.settings(), head="0123456789ab")[0]


def test_an_altered_row_is_named_with_exit_1(
    keeper: Keeper, home: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first row that does not hold is named, and the exit code is 1."""
    write(home, lambda tx: tell(tx, Naming.ROLE))

    def alter(tx: Tx) -> None:
        tx.connection.exec_driver_sql("DROP TRIGGER audit_is_not_changed")
        tx.connection.exec_driver_sql("UPDATE audit SET verb = 'decline' WHERE seq = 2")

    write(home, alter)
    monkeypatch.chdir(tmp_path)
    for name, value in keeper.environ().items():
        monkeypatch.setenv(name, value)
    assert cli.main(["audit", "verify"]) == cli.FAILED
    assert capsys.readouterr().out == "Row 2 of the audit trail was altered.\n"


def test_a_storys_rows_are_shown(keeper: Keeper, home: Database) -> None:
    """A line for each row: when, who (a reviewer's id only), what, and what came of it; none of the words."""
    write(home, lambda tx: tell(tx, Naming.ROLE))
    assert show_audit(keeper.settings(), 1).splitlines() == [
        "2025-06-04 · author · send version 1 · new to submitted · done · button",
        "2025-06-04 09:30:00 UTC · reviewer U9 · approve version 1 · submitted to approved · done · command",
    ]
    with pytest.raises(NotFound, match="no story 2"):
        show_audit(keeper.settings(), 2)


def test_a_no_name_story_is_shown_by_days(keeper: Keeper, home: Database) -> None:
    """No line about a story that names nobody has a time of day."""
    write(home, lambda tx: tell(tx, Naming.NONE))
    assert ":" not in show_audit(keeper.settings(), 1)


@pytest.mark.parametrize("arguments", [["audit", "show", "one"], ["audit", "verify", "--head", "nothing"]])
def test_what_cannot_be_meant_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An argument that is no number, or no record check, gets the line that would have worked."""
    assert cli.main(arguments) == cli.UNUSABLE
    assert "such as 31" in (said := capsys.readouterr().err) or "12 digits" in said


def test_the_table_of_what_is_kept(keeper: Keeper, home: Database) -> None:
    """Each kind has its time, what would go now, and what has gone."""

    def old(tx: Tx) -> None:
        inbox.remember(Tx(tx.connection, tx.workspace, WEDNESDAY - timedelta(days=400)), "event:Ev0")

    write(home, old)
    table = report_retention(keeper.settings()).splitlines()
    assert [line.split("  ")[0] for line in table] == [
        "what",
        "unfinished and private stories",
        "declined stories",
        "who told a story that names nobody",
        "published stories, until their review",
        "keys of what Slack sent",
        "what could not be handled",
        "rows of the audit trail",
    ]
    assert table[5].split() == ["keys", "of", "what", "Slack", "sent", "30", "days", "1", "0"]
    assert "24 hours" in table[6] and "24 months, then whole months" in table[7]
