"""`altogether screen`: a line in, a line out."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from screening_shapes import DATA, GIVEN

from bot import cli
from bot.story.screening.lines import screen_line

ROOT = Path(__file__).resolve().parents[2]


Printed = pytest.CaptureFixture[bytes]


def screened(given: bytes, monkeypatch: pytest.MonkeyPatch, capsysbinary: Printed) -> list[dict[str, object]]:
    """What the command prints for this standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert cli.main(["screen"]) == 0
    out, err = capsysbinary.readouterr()
    assert err == b""
    return [json.loads(line) for line in out.decode("utf-8").splitlines()]


def test_json_lines_are_screened(monkeypatch: pytest.MonkeyPatch, capsysbinary: Printed) -> None:
    """For the labelled file it prints the labelled file, in which nothing but strong kinds is found."""
    given = (DATA / "identifiers.jsonl").read_bytes()
    assert screened(given, monkeypatch, capsysbinary) == [json.loads(line) for line in given.decode().splitlines()]


def test_plain_text_is_screened(monkeypatch: pytest.MonkeyPatch, capsysbinary: Printed) -> None:
    """Each line is one object, an empty one too; a line that is not quite JSON is text like any other."""
    lines = [
        "Ring 07700 900123 – please",
        "",
        '{"text": 3}',
        '{"text": "LE1 1FZ"',
        "[1]",
        '{"text": "in LE1 1FZ", "id": 7}',
    ]
    printed = screened("\r\n".join(lines).encode("utf-8-sig"), monkeypatch, capsysbinary)
    assert [line["text"] for line in printed] == [*lines[:5], "in LE1 1FZ"]
    assert printed[0]["spans"] == [{"start": 5, "end": 17, "kind": "phone"}]
    assert printed[5]["spans"] == [{"start": 3, "end": 10, "kind": "postcode"}]


def test_what_is_not_text_is_screened_as_far_as_it_goes() -> None:
    """Half a surrogate, brackets without end and a separator inside a line are no reason to stop."""
    assert json.loads(screen_line('{"text": "\\ud800 LE1 1FZ"}'))["spans"][0]["kind"] == "postcode"
    assert screen_line('{"text": "\\ud800"}').isascii()
    assert json.loads(screen_line('{"a":' * 100_000))["spans"] == []
    assert json.loads(screen_line("LE1 1FZ\u2028sw1a 2aa\x0c"))["text"] == "LE1 1FZ\u2028sw1a 2aa\x0c"


def test_it_is_a_filter_like_any_other() -> None:
    """As a process: bytes that are no UTF-8 are read over, and a reader that leaves early is no error."""
    command = (sys.executable, "-m", "bot", "screen")
    done = subprocess.run(command, cwd=ROOT, input=b"caf\xe9 LE1 1FZ\n", capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["spans"] == [{"start": 5, "end": 12, "kind": "postcode"}]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write((GIVEN[0].text + "\n").encode() * 10)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
