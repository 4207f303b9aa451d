"""What the command line says of itself, and of whatever goes wrong: a sentence, an exit code, never a traceback."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import cli
from bot.errors import NotFound, Problem, SettingsError
from bot.intake.importing import OUR_COLUMNS
from bot.intake.script.file import load_script
from bot.keeper.lookup import SlackUnavailable
from storage.errors import DatabaseLocked, DatabaseNotReady, DatabaseUnavailable

from .conftest import ROOT, typed

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


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments", [["docter"], ["run", "--fast"], ["script", "check"], ["doctor", "--hello", "sam"]]
)
def test_what_is_mistyped_is_said_in_words(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command or option, a missing file, a name for an id: exit 2 and how it is typed."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr().err
    assert "Usage: altogether" in said
    assert "Error: " in said


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
