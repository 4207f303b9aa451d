"""From the command to the page: how soon it can be used, and what a broken script does to it."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from open_rehearsal import OpenRehearsal
from page_hands import Visit
from playwright.sync_api import expect

import bot.intake

SCRIPT = Path(bot.intake.__file__).parent / "scripts" / "default.toml"
ACCEPTABLE = 60.0
"""Seconds on a machine that is busy with other tests; on a quiet one it is two."""


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def command(tmp_path: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """`altogether rehearse --stay`, just started, and when."""
    line = (sys.executable, "-m", "bot", "rehearse", "--stay", "--no-browser", "--port", str(port))
    began = monotonic()
    with subprocess.Popen(line, cwd=Path.cwd(), stdout=subprocess.PIPE, text=True) as process:
        yield process, began
        process.terminate()
        process.wait(20)


def test_the_command_opens_a_page_at_once(
    visit: Visit, command: tuple[subprocess.Popen[str], float], port: int
) -> None:
    """The page can be used within seconds of the command, and shows the first week as it is played."""
    process, began = command
    assert process.stdout is not None
    address = next(found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
    assert address.endswith(f":{port}")
    page = visit(f"{address}/")
    took = monotonic() - began
    print(f"from the command to a usable page: {took:.1f} s")
    assert took < ACCEPTABLE
    expect(page.get_by_text("The first week is being played in front of you.")).to_be_visible()
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_script_that_breaks_names_its_line(visit: Visit, tmp_path: Path) -> None:
    """A broken save shows file and line, and that the last good script is kept; once it is mended, the bar goes."""
    script = tmp_path / "ours.toml"
    shutil.copy(SCRIPT, script)
    good = script.read_text("utf-8")
    with OpenRehearsal(tmp_path / "rehearsal", script=script) as rehearsal:
        page = visit(rehearsal.url)
        line = next(number for number, text in enumerate(good.split("\n"), 1) if text.startswith("kind ="))
        script.write_text(good.replace("kind =", 'kind = "sonnet" #', 1), "utf-8")
        expect(page.get_by_text("ours.toml can't be used.")).to_be_visible()
        expect(page.get_by_text(f"line {line}:")).to_be_visible()
        expect(page.get_by_text(re.compile("Version .+ stays in use."))).to_be_visible()
        script.write_text(good, "utf-8")
        expect(page.get_by_text("ours.toml can't be used.")).to_have_count(0)
