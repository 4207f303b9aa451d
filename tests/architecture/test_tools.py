"""The tools that every change passes: ruff's rules, its format, and mypy, as pyproject.toml sets them.

Each is a test of its own, and what the tool says is the failure.
"""

import subprocess
import sys

import pytest

from .house import ROOT

BANNED = """import os
import time
from datetime import UTC, date, datetime

print(datetime.now(UTC), datetime.utcnow(), date.today(), time.time(), os.environ["HOME"], os.getenv("HOME"))
"""


def run(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", *command), cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "mypy"])
def test_the_tool_has_nothing_to_say(command: str) -> None:
    """The whole repository passes the tool, strictly, with no file left out by hand."""
    done = run(*command.split())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "refused"),
    [
        ("bot/intake/conversation.py", 6),
        ("bot/delivery/outbox.py", 6),
        ("storage/writer.py", 6),
        ("bot/clock.py", 0),
        ("bot/settings.py", 0),
    ],
)
def test_time_and_environment_have_one_door_each(file: str, refused: int) -> None:
    """Only the clock asks for the time and only the settings read the environment; anywhere else it is refused."""
    options = ("--select=TID251", "--output-format=concise", f"--stdin-filename={file}")
    done = run("ruff", "check", *options, "-", given=BANNED)
    assert done.stdout.count("TID251") == refused, done.stdout + done.stderr
