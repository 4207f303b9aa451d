"""A rehearsed bot is sealed off, runs as its own process, and lives in the workspace's time."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.environment import CODE_ROOT
from bot.rehearsal.process import BotNotReady, BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.clock import WorkspaceClock

OUTSIDE = {
    "PATH": "/usr/bin",
    "HTTPS_PROXY": "http://proxy.example:1",
    "no_proxy": "x",
    "SLACK_BOT_TOKEN": "xoxb-real",
    "SLACK_SIGNING_SECRET": "real",
    "DATABASE_URL": "postgresql://real/db",
    "HOME": "/home/keeper",
    "PYTHONSTARTUP": "x.py",
}

BOLT_BOT = """
    import asyncio, os, signal
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
    from slack_sdk.web.async_client import AsyncWebClient

    async def main():
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        url = os.environ["SLACK_API_URL"]
        client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=url)
        app = AsyncApp(client=client, process_before_response=True)

        @app.event("message")
        async def hear(event, client):
            await client.chat_postMessage(channel=event["channel"], text="pid %d" % os.getpid())

        handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=AsyncWebClient(base_url=url))
        await handler.connect_async()
        print("Connected. It waits.")
        await stop.wait()
        await handler.close_async()
        print("Stopped.")

    asyncio.run(main())
"""


async def test_nothing_from_outside_reaches_the_bot(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """Tokens, databases, proxies and homes of the outer environment stay outside; only the search path goes in."""
    inside = rehearsal.environment(OUTSIDE, NUDGE="1")
    for name in OUTSIDE.keys() - {"PATH"}:
        assert inside.get(name) != OUTSIDE[name]
    assert not [name for name in inside if "proxy" in name.lower()]
    assert (inside["PATH"], inside["ALTOGETHER_ENV_FILE"], inside["NUDGE"]) == ("/usr/bin", "", "1")
    assert inside["SLACK_API_URL"].startswith("http://127.0.0.1:")
    assert inside["SLACK_BOT_TOKEN"] == rehearsal.workspace.bot_token != OUTSIDE["SLACK_BOT_TOKEN"]
    assert inside["DATABASE_URL"].startswith(f"sqlite:///{tmp_path}")
    assert inside["REVIEWERS"] == "U0AMIRA001,U0JOE00001"
    assert Path(inside["HOME"]).is_relative_to(tmp_path)
    assert float(Path(inside["ALTOGETHER_CLOCK"]).read_text()) == 0.0
    assert (CODE_ROOT / "bot" / "rehearsal").is_dir()


async def test_the_workspace_has_its_own_time(tmp_path: Path) -> None:
    """The clock can be set and advanced; the file holds the offset; timestamps grow even when it is set back."""
    clock = WorkspaceClock(tmp_path / "clock", start=datetime(2025, 6, 3, 13, 4, tzinfo=UTC))
    clock.advance(timedelta(days=7))
    assert abs(clock.now() - datetime(2025, 6, 10, 13, 4, tzinfo=UTC)) < timedelta(seconds=5)
    assert float((tmp_path / "clock").read_text()) == clock.offset.total_seconds()
    assert not (tmp_path / "clock.new").exists()
    with pytest.raises(ValueError, match="zone"):
        clock.set(datetime(2025, 6, 3))
    async with Rehearsal(directory=tmp_path, clock=clock) as rehearsal:
        sam = rehearsal.person("sam")
        before = await sam.say("before")
        assert datetime.fromtimestamp(float(before), UTC).date().isoformat() == "2025-06-10"
        clock.advance(timedelta(days=-1))
        after = await sam.say("after")
        assert after > before


async def test_a_bot_runs_stops_dies_and_comes_back(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """The process is ready once connected, obeys SIGTERM, can be killed and restarted, and leaves no child behind."""
    script = tmp_path / "bolt_bot.py"
    script.write_text(textwrap.dedent(BOLT_BOT), encoding="utf-8")
    environment = rehearsal.environment(os.environ)
    async with BotProcess(rehearsal, environment, arguments=(str(script),)) as bot:
        await bot.ready()
        sam = rehearsal.person("sam")
        await sam.say("who are you?")
        await sam.hear(f"pid {bot.pid}")
        assert await bot.kill() == -signal.SIGKILL
        await bot.start()
        await bot.ready()
        await sam.say("and now?")
        await sam.hear(f"pid {bot.pid}")
        last = bot.pid
    assert (bot.running, bot.exit_code, bot.lines[-1]) == (False, 0, "Stopped.")
    assert last is not None
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)


async def test_a_bot_that_ends_at_once_is_told_with_its_last_words(rehearsal: Rehearsal) -> None:
    """A bot that cannot start is reported with its exit code and what it printed."""
    arguments = ("-c", "import sys; print('4 settings need fixing'); sys.exit(2)")
    async with BotProcess(rehearsal, rehearsal.environment(os.environ), arguments=arguments) as bot:
        with pytest.raises(BotNotReady, match=r"(?s)ended with 2.*4 settings need fixing"):
            await bot.ready()
    assert sys.executable


SLOW = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
sys.exit("too slow for this world")
"""


async def test_a_slow_start_is_told_and_an_end_is_noticed_at_once(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """While a bot is starting its seconds are told again and again; once it has ended nobody waits any longer."""
    go_on, told = tmp_path / "go-on", list[float]()

    def still(seconds: float) -> None:
        told.append(seconds)
        if len(told) == 3:
            go_on.touch()

    arguments = ("-c", SLOW, str(go_on))
    async with BotProcess(rehearsal, rehearsal.environment(os.environ), arguments=arguments) as bot:
        with pytest.raises(BotNotReady, match="too slow for this world"):
            await bot.ready(timeout=600, still=still, every=0.01)
    assert told == sorted(told) and len(told) >= 3


async def test_a_bot_is_not_started_beside_a_dotenv(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """A folder with a .env is refused, whatever the bot would do with it."""
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=x")
    bot = BotProcess(rehearsal, rehearsal.environment({}), directory=tmp_path)
    with pytest.raises(ValueError, match=r"\.env"):
        await bot.start()


INTERRUPTED = """
    import asyncio, pathlib, sys
    from bot.rehearsal import BotProcess, Rehearsal

    async def main():
        async with Rehearsal(directory=pathlib.Path(sys.argv[1])) as rehearsal:
            child = ("-c", "import time; print('up'); time.sleep(600)")
            async with BotProcess(rehearsal, rehearsal.environment({}), arguments=child) as bot:
                await bot.prints("up")
                print(bot.pid, flush=True)
                await bot.wait()

    asyncio.run(main())
"""


def test_ctrl_c_takes_the_bot_along(tmp_path: Path) -> None:
    """Interrupted in the middle, a rehearsal ends its bot before it ends itself."""
    script = tmp_path / "interrupted.py"
    script.write_text(textwrap.dedent(INTERRUPTED), encoding="utf-8")
    environment = {"PATH": os.defpath, "PYTHONPATH": str(CODE_ROOT)}
    command = [sys.executable, str(script), str(tmp_path / "rehearsal")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as outer:
        assert outer.stdout is not None
        child = int(outer.stdout.readline())
        outer.send_signal(signal.SIGINT)  # to the rehearsal alone: the harder case, the bot gets no signal of its own
        outer.wait(timeout=10)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_a_frozen_bot_misses_its_deadline_and_goes_on(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """A paused bot acknowledges nothing; resumed, it hears what came meanwhile; restarted, it is another process."""
    script = tmp_path / "bolt_bot.py"
    script.write_text(textwrap.dedent(BOLT_BOT), encoding="utf-8")
    async with BotProcess(rehearsal, rehearsal.environment(os.environ), arguments=(str(script),)) as bot:
        await bot.ready()
        bot.pause()
        sam = rehearsal.person("sam")
        await sam.say("awake?", wait=False)
        assert (await sam.command("/story")).error == "operation_timeout"
        assert len(sam.messages()) == 1
        bot.resume()
        await sam.hear(f"pid {bot.pid}")
        await bot.restart()
        await sam.say("and after a restart?")
        await sam.hear(f"pid {bot.pid}")
