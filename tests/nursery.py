"""Bots born ready: one process reads the program's code once, and the bots of the tests are its forks.

Each is a process of its own, with its own environment, folder and database, and dies of `kill -9` like any other;
what it is spared is the second in which Python reads the code. A connection to the nursery is one bot: a line of JSON
goes in, then come its process id on a line, all that it prints, and, after a NUL, how it ended.
"""

import asyncio
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

from bot.rehearsal.process import BOT, Child, spawn

CODE_ROOT = Path(__file__).resolve().parents[1]


class Born:
    """A forked bot, with the part of `asyncio.subprocess.Process` that a `BotProcess` uses."""

    def __init__(self, pid: int, answers: asyncio.StreamReader, connection: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = None
        self.stdout = asyncio.StreamReader(limit=2**20)
        self._answers, self._connection = answers, connection
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    async def wait(self) -> int:
        """Returns how it ended (negative: by that signal), once it has."""
        await asyncio.shield(self._listening)
        assert self.returncode is not None
        return self.returncode

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has ended, and that has not been heard yet
                os.kill(self.pid, number)

    async def _listen(self) -> None:
        told = b""
        while piece := await self._answers.read(2**16):
            printed, nul, after = piece.partition(b"\0") if not told else (b"", b"", piece)
            self.stdout.feed_data(printed)
            told += nul + after
        self._connection.close()
        self.returncode = int(told[1:] or -signal.SIGKILL)
        self.stdout.feed_eof()


class Nursery:
    """The process that the bots are forked from, until it is closed; none of them outlives it.

    `code` is the folder of the program: another than this one holds a copy with a bug planted in it. `environment` is
    what the nursery itself is started with, where that is not this process's.
    """

    def __init__(self, *, code: Path = CODE_ROOT, environment: Mapping[str, str] | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="nursery")
        self.door = Path(self._folder.name) / "door"
        self._process = Popen(
            [sys.executable, "-m", "tests.nursery", str(self.door)],
            cwd=code,
            env=environment,
            stdin=PIPE,
            stdout=PIPE,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # the door is open

    def close(self) -> None:
        """Ends the nursery and every bot of it."""
        self._process.communicate()
        self._folder.cleanup()

    async def spawn(
        self, arguments: Sequence[str], environment: Mapping[str, str], directory: Path, *, stdin: int
    ) -> Child:
        """Starts `altogether run` in this environment and folder; any other program as always."""
        if arguments != BOT:
            return await spawn(arguments, environment, directory, stdin=stdin)
        answers, connection = await asyncio.open_unix_connection(self.door)
        talkative = {"LOG_LEVEL": "DEBUG"} | dict(environment)  # for `log_watch` to read along
        connection.write(json.dumps({"environment": talkative, "directory": str(directory)}).encode() + b"\n")
        return Born(int(await answers.readline()), answers, connection)


def keep(door: str) -> Mapping[str, str]:
    """Forks a bot for everyone who comes to the door; returns in each of them, and never in the nursery."""
    bots: dict[int, socket.socket] = {}
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(door)
    listener.listen(64)
    ended, ending = os.pipe()
    os.set_blocking(ending, False)
    signal.set_wakeup_fd(ending)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    print("open", flush=True)
    while True:
        ready, _, _ = select.select([listener, ended, 0], [], [])
        if 0 in ready:
            for pid in bots:
                os.kill(pid, signal.SIGKILL)
            os._exit(0)
        if ended in ready:
            os.read(ended, 1024)
            _bury(bots)
        if listener in ready:
            visitor, _ = listener.accept()
            line = visitor.makefile().readline()
            if not line:  # whoever came has thought better of it
                visitor.close()
                continue
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                _settle(visitor, order["directory"])
                return dict(order["environment"])
            bots[pid] = visitor


def _bury(bots: dict[int, socket.socket]) -> None:
    while bots:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with bots.pop(pid) as visitor, suppress(BrokenPipeError):  # nobody waits for it any more
            visitor.sendall(b"\0%d" % os.waitstatus_to_exitcode(status))


def _settle(visitor: socket.socket, directory: str) -> None:
    """Nothing to read, everything printed to the visitor, whose first line is the process id."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, stream in ((nothing, 0), (visitor.fileno(), 1), (visitor.fileno(), 2)):
        os.dup2(descriptor, stream)
    visitor.close()
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 -- they are open as long as the process
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.write(1, b"%d\n" % os.getpid())
    os.chdir(directory)


def main() -> None:
    """The nursery itself: `python -m tests.nursery DOOR`."""
    import bot.app
    import bot.cli

    gc.collect()
    gc.freeze()
    environment = keep(sys.argv[1])
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.exit(bot.cli.main(["run"]))


if __name__ == "__main__":
    main()
