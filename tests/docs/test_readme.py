"""The README against the program: its two commands, the gate, the settings and the command line."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from architecture.house import ROOT

import bot.cli
from bot.rehearsal.scenes.catalogue import SCENES
from bot.settings import ENV_FILE, SETTINGS
from bot.text import number_word

from .pages import page

TRY = re.compile(r"python3 -m venv \.venv && .*\.venv/bin/altogether rehearse")
TEST = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest"


def command_line() -> click.Group:
    """The root of the command line: the one group of `bot.cli` that stands in no other."""
    groups = [found for found in vars(bot.cli).values() if isinstance(found, click.Group)]
    inner = [command for group in groups for command in group.commands.values()]
    [root] = {id(group): group for group in groups if group not in inner}.values()
    return root


def paths_of(group: click.Group, before: str = "altogether") -> Iterator[str]:
    """Every command as it is typed: "altogether digest post"."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from paths_of(command, f"{before} {name}")
        elif not command.hidden:
            yield f"{before} {name}"


def test_one_line_tries_it() -> None:
    """One line, pasted into an empty machine's terminal, plays the rehearsal."""
    assert len([line for line in page().commands if TRY.fullmatch(line)]) == 1


def test_one_line_tests_it() -> None:
    """One line, pasted, runs the whole suite."""
    assert [line for line in page().commands if line.endswith(".venv/bin/pytest")] == [TEST]


def test_the_gate_runs_the_same_line(tmp_path: Path) -> None:
    """`.ci/run` reads the README's own test command, says it and runs it."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    for name, line in {"python3": '[ "$1" = -c ] || exit 7', "apt-get": "exit 0", "sudo": "exit 0"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    path = f'PATH={shlex.quote(str(tmp_path))}:"$PATH"'
    done = subprocess.run(
        ("bash", "-c", f"{path} bash .ci/run"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == f"$ {TEST}", done.stderr
    assert done.returncode == 7


def test_the_table_of_settings_is_the_programs() -> None:
    """Every setting is in the README's table once, and in `.env.example`; neither shows one that does nothing."""
    ours = [setting.name for setting in SETTINGS]
    shown = [cell for cell in page().first_cells() if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", cell)]
    example = re.findall(r"(?m)^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(encoding="utf-8"))
    assert sorted(set(shown) - {ENV_FILE}) == sorted(ours)
    assert len(shown) == len(set(shown))
    assert sorted(example) == sorted(ours)


def test_every_scene_is_in_the_readme() -> None:
    """A newcomer finds each scene that can be played, and how many there are."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert set(re.findall(r"--scene ([\w-]+)", readme)) == set(SCENES)
    assert f"There are {number_word(len(SCENES))} scenes:" in readme


@pytest.mark.parametrize("command", sorted(paths_of(command_line())))
def test_every_command_is_in_the_readme(command: str) -> None:
    """Whatever can be typed after `altogether` is shown or named in the README."""
    assert any(re.search(rf"\b{command}\b", code) for code in page().code), f"{command} is not in README.md"


def test_every_command_in_the_readme_exists() -> None:
    """Whatever the README tells somebody to type after `altogether` is a command."""
    root = command_line()
    typed = [
        words.split() for code in page().code for words in re.findall(r"(?:^|[/ ])altogether ([a-z][a-z ]*)", code)
    ]
    unknown = [words for words in typed if not _exists(root, words)]
    assert typed and not unknown


def _exists(command: click.Command, words: list[str]) -> bool:
    """Whether the words name a command; what follows a command that has none below it is its own affair."""
    if not isinstance(command, click.Group):
        return True
    return not words or (words[0] in command.commands and _exists(command.commands[words[0]], words[1:]))
