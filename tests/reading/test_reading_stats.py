"""The keeper's numbers: right, and with nobody in them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.intake.script.file import load_script
from bot.keeper.stats import few, report
from storage import decisions
from storage.database import Database, Tx
from storage.records import StoryStatus, Verb
from tests.digest.digest_house import POLICY
from tests.storybook.shelf import Tale, plant
from tests.whole.conftest import Play
from tests.whole.conftest import play as play

SCRIPT_READ = load_script(None)


def test_few_are_not_counted() -> None:
    """From one to four, only that they are fewer than five; none, and five or more, as they are."""
    assert [few(n) for n in (0, 1, 4, 5, 1234)] == ["0", "fewer than 5", "fewer than 5", "5", "1,234"]


def test_weeks_waits_and_stops(database: Database, workspace: str, now: datetime) -> None:
    """Seven stories of last week, decided after a day, are counted there; empty weeks before it are not listed."""
    last_week = now - timedelta(days=7)
    with database.write_engine.begin() as connection:
        tx = Tx(connection, workspace, now)
        nothing = report(tx, POLICY, SCRIPT_READ)
        assert "Nobody has stopped on the way." in nothing and "26 May" not in nothing and "2 June" in nothing
        for _ in range(7):
            story_id = plant(tx, Tale(status=StoryStatus.SUBMITTED), at=last_week)
            later = Tx(connection, workspace, last_week + timedelta(days=1))
            assert decisions.decide(later, story_id, 1, Verb.APPROVE, by="U1") is Verb.APPROVE
            decisions.add(later, story_id, 1, reviewer="U1", verb=Verb.APPROVE)
        lines = report(tx, POLICY, SCRIPT_READ).splitlines()
    assert lines[0].split() == ["week", "from", "started", "sent", "decided"]
    assert lines[1].split() == ["26", "May", "0", "7", "7"] and lines[2].split() == ["2", "June", "0", "0", "0"]
    assert lines[3] == "", "weeks before the first story are left out"
    assert "Waiting for a decision: 24 hours in the middle, 24 hours at the longest." in lines


def test_a_story_that_is_decided_again_is_one_story(database: Database, workspace: str, now: datetime) -> None:
    """Four stories, each approved, undone and approved again, are fewer than five that were decided."""
    with database.write_engine.begin() as connection:
        tx = Tx(connection, workspace, now)
        for _ in range(4):
            story_id = plant(tx, Tale(status=StoryStatus.SUBMITTED), at=now)
            for verb in (Verb.APPROVE, Verb.UNDO, Verb.APPROVE):
                assert decisions.decide(tx, story_id, 1, verb, by="U1") is verb
                decisions.add(tx, story_id, 1, reviewer="U1", verb=verb)
        table, _, waiting = report(tx, POLICY, SCRIPT_READ).partition("\n\n")
    assert table.endswith("fewer than 5  fewer than 5") and "fewer than 5 stories were decided" in waiting


async def test_reviewers_see_them_and_others_do_not(play: Play) -> None:
    """`/story stats` answers a reviewer with the table, and somebody else that only reviewers can see it."""
    sam, amira = play.person("sam"), play.person("amira")
    assert "week from" in (await amira.command("/story stats")).shown
    assert "Only reviewers can see the numbers" in (await sam.command("/story stats")).shown


def test_the_command_prints_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no bot has run yet, `altogether stats` says so and exits with 1 or 2, without a traceback."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setenv("ALTOGETHER_ENV_FILE", "")
    assert main(["stats"]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err
