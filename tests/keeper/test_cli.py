"""Every command as a keeper types it: what it prints, what it exits with, and never a traceback."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import cli
from bot.digest.service import Posted
from bot.errors import NotFound, Problem, SettingsError
from bot.intake.importing import OUR_COLUMNS
from bot.intake.script_file import load_script
from bot.keeper.digest_work import post_digest, preview_digest
from bot.keeper.lookup import SlackUnavailable
from bot.rehearsal.workspace import STORIES_CHANNEL
from bot.settings import Settings
from storage import decisions, lock, schema, stories, tellers
from storage.database import Database, Tx
from storage.errors import DatabaseLocked, DatabaseNotReady, DatabaseUnavailable
from storage.records import Naming, Part, Place, Verb, Version, VersionAnswer, VersionKind
from storage.tables import ScriptRow

from .conftest import Keeper, write

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without a setting from outside."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "ALTOGETHER_", "DIGEST_", "REVIEW", "DATABASE_URL", "TIMEZONE", "SCRIPT")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def typed(*arguments: str, environ: dict[str, str] | None = None, cwd: Path) -> tuple[int, str, str]:
    """What the program does as a process of its own: its exit code, standard output and standard error."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(environ or {})}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=environ,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    assert b"Traceback" not in out + err
    return process.returncode, out.decode(), err.decode()


# ── what it says of itself ────────────────────────────────────────────────────────────────────────────────────────


def commands(group: click.Group, *above: str) -> Iterator[list[str]]:
    """Every command and group, as it is typed."""
    yield list(above)
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        else:
            yield [*above, name]


@pytest.mark.parametrize("command", list(commands(cli.altogether)), ids=" ".join)
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """--help of each: how it is typed, one whole sentence of what it does, nothing cut off or left undone."""
    assert cli.main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: {' '.join(['altogether', *command])} ")
    first = said.splitlines()[2].strip()
    assert first[0].isupper()
    assert len(first.split()) > 3
    assert "..." not in said.partition("\n")[2]


def test_the_commands_are_those_that_the_design_names() -> None:
    """A keeper finds the same names in the documentation and here."""
    assert [" ".join(each) for each in commands(cli.altogether) if each] == [
        "rehearse",
        "run",
        "doctor",
        "manifest",
        "script",
        "script check",
        "migrate",
        "backup",
        "restore",
        "digest",
        "digest preview",
        "digest post",
        "storybook",
        "storybook build",
        "export",
        "import",
        "audit",
        "audit verify",
        "audit show",
        "retention",
        "stats",
        "withdraw",
        "screen",
    ]


def test_import_names_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """--help has every column that the built-in script and the product itself know."""
    assert cli.main(["import", "--help"]) == 0
    said = set(capsys.readouterr().out.replace(",", " ").replace(":", " ").replace(".", " ").split())
    assert {prompt.id for prompt in load_script(None).prompts} | set(OUR_COLUMNS) <= said


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the one of the package."""
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == "Altogether 1.0.0\n"


@pytest.mark.parametrize(
    "arguments", [["docter"], ["run", "--fast"], ["script", "check"], ["doctor", "--hello", "sam"]]
)
def test_what_is_mistyped_is_said_in_words(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command or option, a missing file, a name for an id: exit 2 and how it is typed."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr().err
    assert "Usage: altogether" in said
    assert "Error: " in said


async def test_python_m_bot_is_the_same_program(tmp_path: Path) -> None:
    """Rehearsals and service managers start it so."""
    assert await typed("--version", cwd=tmp_path) == (0, "Altogether 1.0.0\n", "")


async def test_asking_for_help_loads_nothing_that_help_does_not_need(tmp_path: Path) -> None:
    """Commands import what they need when they run: --help must not wait for Slack's or the database's libraries."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "bot",
        "--help",
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, loaded = await process.communicate()
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in loaded.decode().splitlines()}
    assert "click" in names
    assert not names & {"aiohttp", "slack_sdk", "slack_bolt", "sqlalchemy", "alembic", "storage"}


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


async def test_the_coming_digest_can_be_looked_at_without_slack(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """Only the database is read, and the channel is called what the settings call it."""
    environ = keeper.environ(SLACK_API_URL="http://127.0.0.1:9/api/")
    code, out, err = await typed("digest", "preview", environ=environ, cwd=tmp_path)
    assert out.startswith(f"Next digest: #{STORIES_CHANNEL}, ")
    assert out.endswith("  No story is approved for it yet.\n")
    assert (code, err) == (0, "")


async def test_before_the_first_start_there_is_no_digest_to_see(keeper: Keeper) -> None:
    """Neither without tables nor without a bot that has served a workspace; each is said."""
    with pytest.raises(DatabaseNotReady, match="make them with: altogether migrate"):
        await preview_digest(keeper.settings())
    database = Database(keeper.database_url)
    schema.migrate(database)
    with pytest.raises(NotFound, match="no bot has run on this database yet"):
        await preview_digest(keeper.settings())


async def test_a_digest_channel_given_by_name_is_looked_up(keeper: Keeper, home: Database) -> None:
    """Editions are kept by the channel's id: a name is asked for, and stands for it where Slack does not answer."""
    with_slack = await preview_digest(keeper.settings(DIGEST_CHANNEL="#info-stories"))
    assert with_slack.startswith("Next digest: #info-stories, ")
    assert keeper.rehearsal.log.of("conversations.list", "called")
    away = keeper.settings(DIGEST_CHANNEL="#info-stories", SLACK_API_URL="http://127.0.0.1:9/api/")
    assert await preview_digest(away) == with_slack


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


def test_a_backup_of_no_database_says_what_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the file that it looked for, what makes it, and the setting that says where it is."""
    assert cli.main(["backup", "copy.db"]) == 1
    said = capsys.readouterr().err
    assert "altogether.db yet. The bot makes it when it runs first" in said and "DATABASE_URL" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["digst"], 'There is no command "digst". Did you mean: altogether digest · altogether audit'),
        (["digest", "pots"], 'There is no command "pots". Did you mean: altogether digest post'),
        (["xyzzy"], 'There is no command "xyzzy".'),
    ],
)
def test_a_misspelt_command_is_answered_by_likeness(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """What is most like it is named first, as it is to be typed."""
    assert cli.main(arguments) == 2
    assert said in capsys.readouterr().err


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


def put_in_line(home: Database) -> None:
    """One story in the keeper's database, approved for the digest."""

    def approve(tx: Tx) -> None:
        tx.insert(ScriptRow, {"sha": "sha", "toml": "", "first_used_at": tx.now})
        answers = (VersionAnswer("title", Part.TITLE, 0, "Title", "A title?", "One phone call"),)
        places = frozenset({Place.DIGEST})
        version = Version("story", 1, VersionKind.ORIGINAL, Naming.NONE, None, "sha", tx.now, answers, places)
        stories.add(tx, version, care=False, notice_version=1)
        tellers.set_author(tx, "story", tellers.meet(tx, "U0SAM00001").id, "draft")
        assert decisions.decide(tx, "story", 1, Verb.APPROVE, by="U1")

    write(home, approve)


async def must_not_run(settings: Settings, work: object) -> Posted:
    """Stands where `deliver_once` would, in tests in which another bot has the lock."""
    raise AssertionError("a bot is running, and this command has no business sending")


async def test_posting_with_a_bot_running_only_writes_the_database(keeper: Keeper, home: Database) -> None:
    """The lock stays with the bot, which sends what it finds; the command sends nothing itself."""
    put_in_line(home)
    with lock.hold(home.path, "altogether run"):
        said = await post_digest(keeper.settings(), must_not_run)
        again = await post_digest(keeper.settings(), must_not_run)
    assert said == "This week's digest is going out now: 1 story in #info-stories.\nThe running bot sends it."
    assert again.startswith("This week's digest went out on ")
    assert "The running bot" not in again
    assert not keeper.rehearsal.log.of("chat.postMessage", "called")


async def test_posting_waits_for_another_command_to_finish(keeper: Keeper, home: Database) -> None:
    """Only a running bot sends what others write, so beside a migration nothing is written."""
    with lock.hold(home.path, "altogether migrate"), pytest.raises(DatabaseLocked, match="altogether migrate"):
        await post_digest(keeper.settings(), must_not_run)


async def test_posting_for_another_workspaces_bot_is_refused(keeper: Keeper, home: Database) -> None:
    """Settings of one workspace beside a bot of another write nothing."""
    with home.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE workspace SET slack_team_id = 'T0OTHER0001'")
    with lock.hold(home.path, "altogether run"), pytest.raises(NotFound, match="does not serve Example Borough"):
        await post_digest(keeper.settings(), must_not_run)


async def test_posting_with_no_bot_running_takes_its_place(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """The command takes the lock, posts, and leaves the database free; what it posts is in the channel when it ends."""
    put_in_line(home)
    code, out, _ = await typed("digest", "post", environ=keeper.environ(), cwd=tmp_path)
    assert (code, out) == (0, "This week's digest is going out now: 1 story in #info-stories.\n")
    assert lock.holder(home.path) is None
    channel = keeper.rehearsal.workspace.conversations[STORIES_CHANNEL]
    assert [post.text for post in channel.top_level()] == ["This week's story: 1 new, about 1 minute to read."]


async def test_a_digest_that_slack_refuses_is_no_success(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """With no bot running nobody else would notice, so the command fails and points to what to do."""
    put_in_line(home)
    keeper.rehearsal.faults.fail_next("chat.postMessage", error="restricted_action", n=9)
    code, out, err = await typed("digest", "post", environ=keeper.environ(), cwd=tmp_path)
    assert (code, out) == (1, "")
    said = "the digest could not be posted (restricted_action). What to do about it: altogether doctor."
    assert err.splitlines()[-1] == said
    _, page = await keeper.doctor()
    fix = "Let the bot post there, in the channel's settings. A digest goes out again with: altogether digest post"
    assert fix in " ".join(page.split())


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SettingsError([Problem("SCRIPT", "no such file.")]), 2, "1 setting needs fixing; nothing was started.\n"),
        (
            DatabaseLocked("altogether run (process 1)"),
            2,
            "Another bot is using this database: altogether run (process",
        ),
        (DatabaseNotReady("x.db has no tables yet"), 1, "x.db has no tables yet.\n"),
        (DatabaseUnavailable("OperationalError"), 1, "The database can't be used just now (full, locked,"),
        (NotFound("nothing to see"), 1, "nothing to see.\n"),
        (
            SlackUnavailable("Slack can't be asked: there is no connection"),
            1,
            "Slack can't be asked: there is no connection. Check the network, and HTTPS_PROXY if you need a proxy; "
            "then try again.\n",
        ),
        (KeyError("what somebody wrote"), 70, "Something went wrong that should not have. Please report this line:\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_every_failure_has_its_words_and_its_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has a name is a sentence; what has none is a line to report, without what anybody wrote; Ctrl-C is quiet."""

    @click.command()
    def fails() -> None:
        raise error

    monkeypatch.setitem(cli.altogether.commands, "fails", fails)
    assert cli.main(["fails"]) == code
    shown = capsys.readouterr()
    assert shown.err.strip("\n").startswith(said.strip("\n"))
    assert "what somebody wrote" not in shown.out + shown.err
    assert "Traceback" not in shown.err


def test_rehearse_plays_the_week_unless_told_otherwise() -> None:
    """The scene that is played when none is named."""
    (scene,) = [option for option in cli.altogether.commands["rehearse"].params if option.name == "scene"]
    assert scene.default == "weekly"
