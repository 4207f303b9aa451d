"""Commands as a keeper types them: what each prints, and what it exits with."""

import json
from pathlib import Path

import pytest

from bot import cli
from storage import lock
from storage.database import Database

from .conftest import ROOT, Keeper, typed

# ── what needs no Slack ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_manifest_is_json_to_paste(capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to standard output alone, with the name that was asked for."""
    assert cli.main(["manifest", "--name", "Our stories"]) == 0
    assert json.loads(capsys.readouterr().out)["display_information"]["name"] == "Our stories"
    assert cli.main(["manifest", "--name", "x" * 36]) == 2


def test_a_script_is_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fine exits 0, not usable and not there exit 1; each says so in a sentence."""
    good = ROOT / "bot" / "intake" / "scripts" / "default.toml"
    assert cli.main(["script", "check", str(good)]) == 0
    assert capsys.readouterr().out == f"{good} is fine: 8 questions, about 5 minutes.\n"
    bad = here / "bad.toml"
    bad.write_text("nonsense = [", encoding="utf-8")
    assert cli.main(["script", "check", str(bad)]) == 1
    assert capsys.readouterr().out.startswith(f"1 problem in {bad}; nothing was changed.\n")
    assert cli.main(["script", "check", "nowhere.toml"]) == 1
    assert "cannot be read (No such file or directory)" in capsys.readouterr().out


def test_a_database_is_made_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first time makes the tables, the second changes nothing; neither needs a token."""
    assert cli.main(["migrate"]) == 0
    assert capsys.readouterr().out.startswith("altogether.db: tables made, now at ")
    assert cli.main(["migrate"]) == 0
    assert capsys.readouterr().out.endswith(". Nothing was changed.\n")


def test_a_running_bots_database_is_not_migrated(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The holder is named, so that the keeper knows what to stop."""
    assert cli.main(["migrate"]) == 0
    with lock.hold(here / "altogether.db", "altogether run"):
        assert cli.main(["migrate"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Another bot is using this database: altogether run (process ")
    assert said.endswith("). Nothing was started.\n")


def test_a_newer_programs_database_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A downgrade cannot go back in time; it says which version it found."""
    assert cli.main(["migrate"]) == 0
    database = Database("sqlite:///altogether.db")
    with database.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'zzzz'")
    assert cli.main(["migrate"]) == 1
    assert "was made by a newer version of Altogether (at zzzz;" in capsys.readouterr().err
    database.close()


def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another kind under the database's name."""
    (here / "altogether.db").write_text("not a database, " * 100, encoding="utf-8")
    assert cli.main(["migrate"]) == 1
    assert capsys.readouterr().err.startswith("The database can't be used just now")


def test_a_backup_of_no_database_says_what_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the file that it looked for, what makes it, and the setting that says where it is."""
    assert cli.main(["backup", "copy.db"]) == 1
    said = capsys.readouterr().err
    assert "altogether.db yet. The bot makes it when it runs first" in said and "DATABASE_URL" in said


def test_rehearse_plays_the_week_unless_told_otherwise() -> None:
    """The scene that is played when none is named."""
    (scene,) = [option for option in cli.altogether.commands["rehearse"].params if option.name == "scene"]
    assert scene.default == "weekly"


# ── with Slack ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_run_tells_every_problem_and_starts_nothing(tmp_path: Path) -> None:
    """Wrong settings are one block on standard error with how to check again; exit 2, and no database is made."""
    wrong = {"SLACK_BOT_TOKEN": "xoxb-1", "TIMEZONE": "London", "DIGEST_AT": "Friday 10", "REVIEWERS": ""}
    code, out, err = await typed("run", environ=wrong, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("6 settings need fixing; nothing was started.\n")
    assert '  TIMEZONE         "London" is not a zone. Use Europe/London.\n' in err
    assert err.endswith("Check again with: altogether doctor\n")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_told_beside_missing_settings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is neither, `import` says first that the file is not there, and then what to set."""
    assert cli.main(["import", "nosuch.csv"]) == 2
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert first == "There is no file nosuch.csv." and "settings need fixing" in second


async def test_run_tells_what_slack_finds_wrong_in_the_same_way(keeper: Keeper, tmp_path: Path) -> None:
    """A channel that the app is not in is a setting to fix, like one that is misspelt."""
    environ = keeper.environ(DIGEST_CHANNEL="#nowhere", REVIEWERS="U0NOBODY01")
    code, _, err = await typed("run", environ=environ, cwd=tmp_path)
    assert code == 2
    assert "2 settings need fixing; nothing was started.\n  DIGEST_CHANNEL  no channel #nowhere that the app " in err
    assert "\n  REVIEWERS       U0NOBODY01 is nobody here (user_not_found). Remove it from REVIEWERS.\n" in err


async def test_the_doctor_is_a_command(keeper: Keeper, tmp_path: Path) -> None:
    """It prints its page to standard output and exits with what it comes to."""
    code, out, err = await typed("doctor", environ=keeper.environ(REVIEW_CHANNEL="#info-stories"), cwd=tmp_path)
    assert (code, err) == (1, "")
    assert out.startswith("ok    settings      10 read from the environment\n")
    assert out.endswith("1 thing to fix.\n")
