"""The real bot as a process of its own, started, stopped and killed by a rehearsal or a test.

It knows how to start the program and nothing else of it. No child outlives its `async with`, nor a program that ends
by itself or by Ctrl-C. One that is ended by a signal it does not handle (SIGTERM, kill -9) cannot clean up.
"""

import asyncio
import atexit
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from .server import Rehearsal

BOT = ("-m", "bot", "run")
WARM = (
    "-c",
    "import sys, bot.app, bot.cli\nif sys.stdin.readline() == 'run\\n':\n    sys.exit(bot.cli.main(['run']))",
)
"""The same program, which has read its code already and runs once it is told to.
It ends where nobody is left to tell it."""
CONNECTED = "Connected"  # what the bot prints once its socket is open
STARTING = 300.0  # seconds; a very slow machine needs minutes to read the code
TELLING = 15.0  # seconds between two signs that it is still starting
STOPPING = 10.0  # seconds a SIGTERM may take before the process is killed


class Child(Protocol):
    """What is asked of a child process; `asyncio.subprocess.Process` is one."""

    pid: int
    stdin: asyncio.StreamWriter | None
    stdout: asyncio.StreamReader | None

    @property
    def returncode(self) -> int | None: ...
    async def wait(self) -> int: ...
    def send_signal(self, signal: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


async def spawn(arguments: Sequence[str], environment: Mapping[str, str], directory: Path, *, stdin: int) -> Child:
    """Starts Python with these arguments, its output in one pipe."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environment,
        cwd=directory,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**20,
    )


async def _tell(still: Callable[[float], None], every: float) -> None:
    """Calls it again and again, with the seconds since the first moment, until it is cancelled."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        await asyncio.sleep(every)
        still(loop.time() - began)


class BotNotReady(Exception):
    """The bot ended, or was not connected in time; the message has its last lines."""


class BotProcess:
    """One bot: `async with BotProcess(rehearsal, environment) as bot: await bot.ready()`."""

    def __init__(
        self,
        rehearsal: Rehearsal,
        environment: Mapping[str, str],
        *,
        arguments: Sequence[str] = BOT,
        directory: Path | None = None,
    ) -> None:
        self.lines: list[str] = []
        self._rehearsal, self._environment, self._arguments = rehearsal, dict(environment), tuple(arguments)
        self._directory = directory or rehearsal.directory / "bot"
        self._process: Child | None = None
        self._spare: Child | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._first_line = self._greetings = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.terminate()
        await self.cool()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal); None while it runs or before it was started."""
        return self._process.returncode if self._process else None

    @property
    def pid(self) -> int | None:
        """The process id of the latest start."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Starts the process; its folder is made, and must hold no .env."""
        if self.running:
            raise RuntimeError("the bot is running already")
        self._first_line, self._greetings = len(self.lines), self._rehearsal.hub.greetings
        spare, self._spare = self._spare, None
        if spare is not None and spare.returncode is None and spare.stdin is not None:
            spare.stdin.write(b"run\n")
            spare.stdin.close()
            self._process = spare
        else:
            self._process = await self._spawn(self._arguments, stdin=asyncio.subprocess.DEVNULL)
        atexit.register(self._kill_now)
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def warm(self) -> None:
        """The next start takes a third of the time: a spare process reads the code meanwhile, and does nothing else."""
        if self._arguments == BOT and self._spare is None:
            self._spare = await self._spawn(WARM, stdin=asyncio.subprocess.PIPE)

    async def cool(self) -> None:
        """There is no spare process any more."""
        spare, self._spare = self._spare, None
        if spare is not None and spare.returncode is None:
            spare.kill()
            await spare.wait()

    async def ready(
        self, *, timeout: float = STARTING, still: Callable[[float], None] | None = None, every: float = TELLING
    ) -> None:
        """Returns once this start is connected and says so; raises `BotNotReady`, at once where the process has ended.

        `still` is called at intervals (seconds) while it is starting, with the seconds it has taken.
        """
        hub = self._rehearsal.hub

        def is_ready() -> bool:
            said = any(line.startswith(CONNECTED) for line in self.lines[self._first_line :])
            return said and hub.greetings > self._greetings and bool(hub.connections)

        stop = self._rehearsal.log.listen(lambda _: self._news.set())
        telling = asyncio.create_task(_tell(still, every)) if still is not None else None
        try:
            await self._wait_for(is_ready, timeout=timeout, what="was not connected")
        finally:
            stop()
            if telling is not None:
                telling.cancel()

    async def prints(self, fragment: str, *, timeout: float = 10.0) -> str:
        """Returns the first line of this start that contains the fragment, as soon as there is one."""
        found: list[str] = []

        def look() -> bool:
            found[:] = [line for line in self.lines[self._first_line :] if fragment in line]
            return bool(found)

        await self._wait_for(look, timeout=timeout, what=f"did not print {fragment!r}")
        return found[0]

    async def terminate(self) -> int | None:
        """Stops it as a keeper would (SIGTERM) and returns its exit code; it is killed if it does not obey."""
        if self.running and self._process:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOPPING):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        return await self._ended()

    async def kill(self) -> int | None:
        """Ends it at once (kill -9), as a power cut would."""
        if self.running and self._process:
            self._process.kill()
        return await self._ended()

    async def restart(self) -> None:
        """Stops it if it runs, starts it again and returns once it is connected."""
        await self.terminate()
        await self.start()
        await self.ready()

    def pause(self) -> None:
        """Freezes it (SIGSTOP), as a machine under load would."""
        self._signal("SIGSTOP")

    def resume(self) -> None:
        """Lets a frozen one go on."""
        self._signal("SIGCONT")

    async def wait(self) -> int | None:
        """Returns its exit code once it has ended by itself."""
        if self._process:
            await self._process.wait()
        return await self._ended()

    async def _wait_for(self, holds: Callable[[], bool], *, timeout: float, what: str) -> None:
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    if self._reader is None or self._reader.done():
                        raise BotNotReady(f"the bot ended with {self.exit_code} and {what}:\n{self._tail()}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as err:
            raise BotNotReady(f"the bot {what} within {timeout:g} s:\n{self._tail()}") from err

    async def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        async for line in process.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
            self._news.set()
        await process.wait()
        self._news.set()

    async def _ended(self) -> int | None:
        if self._process:
            await self._process.wait()
        if self._reader:
            await self._reader
        atexit.unregister(self._kill_now)
        return self.exit_code

    async def _spawn(self, arguments: Sequence[str], *, stdin: int) -> Child:
        self._directory.mkdir(parents=True, exist_ok=True)
        if (self._directory / ".env").exists():
            raise ValueError(f"{self._directory} holds a .env; a rehearsed bot must not read one")
        return await spawn(arguments, self._environment, self._directory, stdin=stdin)

    def _signal(self, name: str) -> None:
        if self._process is None or not hasattr(signal, name):
            raise RuntimeError(f"{name} needs a running bot, on a system that has it")
        self._process.send_signal(getattr(signal, name))

    def _kill_now(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()

    def _tail(self) -> str:
        return "\n".join(self.lines[self._first_line :][-20:]) or "(it printed nothing)"
