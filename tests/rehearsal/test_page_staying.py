"""`altogether rehearse --stay`, as it is typed: where the page is, what is played first, and how it ends."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from page_visitor import Visitor

from bot import cli
from bot.rehearsal import staying
from bot.rehearsal.keeping import Keeping, NotKept
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

ROOT = Path(__file__).resolve().parents[2]
USABLE = 60.0  # seconds from the command to the page, on a machine that has much else to do


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def staid(*, scene: str = "weekly", script: Path | None = None, **wishes: object) -> tuple[int, str]:
    """The exit code and the terminal of a rehearsal that does not get as far as staying."""
    out = io.StringIO()
    asked = staying.Wishes(**({"browser": False} | wishes))  # type: ignore[arg-type]
    code = await staying.stay(scene=scene, script=script, outer=os.environ, out=out, wishes=asked)
    return code, out.getvalue()


async def test_it_plays_the_first_week_and_stays_until_ctrl_c(tmp_path: Path) -> None:
    """The page is there within seconds, before the bot; then two made-up stories wait; Ctrl-C ends it all, exit 0."""
    port, loop = free_port(), asyncio.get_running_loop()
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    began = loop.time()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse", "--stay", "--no-browser", "--port", str(port)),
        env=environ,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(110):
            sam = Visitor(session, f"http://127.0.0.1:{port}")
            first = await _first_state(sam)
            assert loop.time() - began < USABLE
            assert (first["bot"]["state"], first["playing"]) in (("starting", None), ("starting", "weekly"))
            lines = []
            while not lines or not lines[-1].startswith("The page stays open"):
                lines.append((await process.stdout.readline()).decode().rstrip())
            assert lines[1] == f"Page     http://127.0.0.1:{port}"
            assert lines[2].startswith("Bot      connected · default script, 8 questions · reviewers Amira, Joe")
            assert any("This week's stories" in line for line in lines)
            state = await sam.state()
            assert (state["playing"], state["clock"]["shown"]) == (None, "Mon 16 June 09:30")
            assert not any(step["done"] for step in state["guide"]["steps"])
            assert {one["name"]: one["unread"] for one in state["people"]}["rae"] == {STORIES_CHANNEL: 1}
            sam.person = "amira"
            cards = [one for one in await sam.messages(REVIEW_CHANNEL) if "'Approve'" in str(one["blocks"])]
            assert ["(made up)" in one["text"] for one in cards] == [True, True]
            process.send_signal(signal.SIGINT)
            rest = (await process.stdout.read()).decode()
            assert await process.wait() == 0
            assert rest.endswith("Stopped.\n")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert list(tmp_path.iterdir()) == []


async def _first_state(visitor: Visitor) -> dict[str, dict[str, str]]:
    """The first snapshot that anybody can get."""
    while True:
        with contextlib.suppress(aiohttp.ClientConnectionError):
            state = await visitor.state()
            if "bot" in state:
                return state
        await asyncio.sleep(0.02)


async def test_a_port_that_was_asked_for_and_is_taken_is_said(taken: int) -> None:
    """Nothing is started, and another port is not chosen in silence: exit 2."""
    code, said = await staid(port=taken)
    assert code == 2
    assert said.splitlines()[1:] == [
        f"Port {taken} can't be used: something else is using it. Choose another, or leave out --port."
    ]


async def test_the_next_free_port_is_taken_and_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody asked for a port, one that is taken is passed over, with a note."""
    monkeypatch.setattr(staying, "PORT", taken)
    printed = io.StringIO()
    port = staying._free_port(None, staying.Printer(printed))
    assert taken < port < taken + staying.PORTS_TRIED
    assert printed.getvalue() == f"Note     port {taken} is taken, so the page is at {port}.\n"


async def test_a_script_that_cannot_be_used_is_said_with_its_line(tmp_path: Path) -> None:
    """With no good script to fall back on there is nothing to rehearse: exit 1, and every problem with its line."""
    file = tmp_path / "mine.toml"
    file.write_text('[campaign]\nname = "x"\nbad = 3\n', encoding="utf-8")
    code, said = await staid(script=file)
    assert code == 1
    assert "The script can't be used. Put it right and start again." in said
    assert "line 3 · campaign.bad: is not a known key. Take it out." in said


async def test_an_unknown_scene_starts_nothing() -> None:
    """The scenes there are, and exit 2."""
    code, said = await staid(scene="opera")
    assert code == 2
    assert said.startswith('There is no scene called "opera". There are:\n')


@pytest.mark.parametrize("option", [["--keep"], ["--no-browser"], ["--port", "9000"]])
def test_what_is_for_the_page_needs_the_page(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal and without --stay there is no page to keep or to open: exit 2, with what to add."""
    assert cli.main(["rehearse", *option]) == 2
    assert "add --stay" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environ", "opens"), [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)]
)
def test_a_browser_needs_a_display(environ: dict[str, str], opens: bool) -> None:
    """Without one, a text browser would take over the terminal."""
    if sys.platform == "linux":
        assert staying._has_display(environ) is opens


# ── --keep ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_rehearsals_do_not_keep_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told, and touches nothing."""
    monkeypatch.chdir(tmp_path)
    keeping = Keeping(tmp_path / staying.KEPT_IN)
    with keeping.held():
        (keeping.folder / "rehearsal.db").write_bytes(b"theirs")
        code, said = await staid(keep=True)
        assert code == 2
        assert "Another rehearsal is using" in said
        assert (keeping.folder / "rehearsal.db").read_bytes() == b"theirs"


def test_a_kept_file_that_is_damaged_is_said(tmp_path: Path) -> None:
    """Nothing is thrown away: the keeper is told what to delete to start afresh."""
    keeping = Keeping(tmp_path)
    for damaged in ("{", "[]", '{"format": 99}'):
        (tmp_path / "workspace.json").write_text(damaged, encoding="ascii")
        with pytest.raises(NotKept, match="to start afresh"):
            keeping.load()


def test_a_rehearsal_cut_short_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    """A database without its workspace is cleared away before a fresh beginning; anything else stays."""
    for name in ("rehearsal.db", "rehearsal.db-wal", "script.toml", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert Keeping(tmp_path).load() is None
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


async def test_what_a_scene_has_done_is_ticked_in_the_guide() -> None:
    """A step ticks on the event itself, whoever did it: after a story was told by a scene, the next step is on."""
    out, port = io.StringIO(), free_port()
    wishes = staying.Wishes(port=port, browser=False)
    stay = asyncio.create_task(staying.stay(scene="script", script=None, outer=os.environ, out=out, wishes=wishes))
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(200):
            while "The page stays open" not in out.getvalue():
                assert not stay.done(), out.getvalue()
                await asyncio.sleep(0.05)
            state = await Visitor(session, f"http://127.0.0.1:{port}").state()
    finally:
        stay.cancel()
        await asyncio.gather(stay, return_exceptions=True)
    done = [step["id"] for step in state["guide"]["steps"] if step["done"]]
    assert "tell" in done and state["playing"] is None
    assert {one["name"]: one["unread"] for one in state["people"]}["amira"] == {REVIEW_CHANNEL: 1}
