"""The gate, `.ci/run`: what it installs, what it runs, and what it says when it cannot.

It is run for real in a small repository of its own, on a machine whose `apt-get` only writes down what it was asked.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .house import ROOT
from .skips import skip_unless

README = """# A small repository
Run it with `.venv/bin/pytest`, or copy this, which is not the test command:
.venv/bin/pytest

```console
$ echo "try $CI" && echo it
```
```sh
$ test ! -t 0 && test -z "$(cat)" && echo "gate $CI in $(basename "$PWD")" && exit 3 || exit 3; .venv/bin/pytest
$ echo another; .venv/bin/pytest
```
"""
TOOLS = ("bash", "env", "dirname", "awk", "id", "basename", "cat")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of commands that is the whole PATH: the shell's own, Python, and an `apt-get` that installs nothing."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        skip_unless(found is not None, f"the gate needs {tool}, which this machine does not have")
        (commands / tool).symlink_to(str(found))
    command(commands / "git", "exit 0")
    command(commands / "python3", f'exec "{sys.executable}" "$@"')
    command(commands / "cc", "exit 0")
    command(commands / "chromium", "exit 0")
    command(commands / "sudo", 'exec "$@"')
    command(commands / "apt-get", f'echo "$@" >> "{tmp_path / "asked"}"')
    return commands


@pytest.fixture
def gate(tmp_path: Path, machine: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a copy of the gate in a repository with this README, from another folder."""

    def run(readme: str = README, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "small" / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", tmp_path / "small" / ".ci" / "run")
        (tmp_path / "small" / "README.md").write_text(readme, encoding="utf-8")
        whole = {"PATH": str(machine)} | environment
        return subprocess.run(
            (str(machine / "bash"), "small/.ci/run"),
            cwd=tmp_path,
            env=whole,
            capture_output=True,
            text=True,
            check=False,
            input="typed by nobody",
        )

    return run


def command(file: Path, line: str) -> None:
    file.write_text(f"#!{shutil.which('bash')}\n{line}\n", encoding="utf-8")
    file.chmod(0o755)


Gate = Callable[..., subprocess.CompletedProcess[str]]


def test_the_gate_can_be_run() -> None:
    """`.ci/run` is a program and not only a text."""
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_it_runs_the_first_test_command_of_the_readme(gate: Gate, tmp_path: Path) -> None:
    """The command comes from a code block, is echoed, runs at the root with no input and CI=true; its exit stands."""
    done = gate()
    echoed, said = done.stdout.splitlines()
    assert f"{echoed}\n" in README
    assert said == "gate true in small"
    assert done.returncode == 3, done.stderr
    assert not (tmp_path / "asked").exists()


def test_it_honours_what_the_caller_says_of_ci(gate: Gate) -> None:
    """A CI that the caller has set is passed on as it is."""
    assert "gate false in small" in gate(CI="false").stdout


def test_it_installs_only_what_is_missing(gate: Gate, machine: Path, tmp_path: Path) -> None:
    """On a machine without git, git is installed and nothing else."""
    (machine / "git").unlink()
    assert "Installing: git" in gate().stdout
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update.startswith("update")
    assert install.startswith("install") and install.endswith("--no-install-recommends git")


def test_it_installs_the_parts_of_python_that_debian_leaves_out(gate: Gate, machine: Path, tmp_path: Path) -> None:
    """A Python that cannot make an environment gets the packages with which it can."""
    command(machine / "python3", "exit 1")
    gate()
    assert (tmp_path / "asked").read_text().endswith(" python3-venv python3-pip\n")


def test_it_installs_the_browser_that_the_page_is_tried_in(gate: Gate, machine: Path, tmp_path: Path) -> None:
    """On a machine without Chromium, it is installed with a font."""
    (machine / "chromium").unlink()
    gate()
    assert (tmp_path / "asked").read_text().endswith(" chromium fonts-dejavu-core\n")


def test_it_says_when_the_readme_has_no_test_command(gate: Gate) -> None:
    """A README without the command is a failure of one sentence, never a pass."""
    done = gate("# Nothing here\n")
    assert done.returncode == 1
    assert done.stderr.startswith("README.md has no test command")
