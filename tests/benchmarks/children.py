"""What is measured: the product as shipped and plain echoes, each a process of its own on a core of its own.

A child's environment is complete and built here: no token, proxy or setting of this machine gets in. Linux only:
processor time and memory are read from /proc.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from . import payloads
from .slack import LeanSlack

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("-m", "bot", "run")
ECHO_ASYNC = ("-m", "tests.benchmarks.echo", "async")
ECHO_CALLS = ("-m", "tests.benchmarks.echo", "calls")
ECHO_SYNC = ("-m", "tests.benchmarks.echo", "sync")
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ChildEnded(Exception):
    """The child is not there any more; the message has its last lines."""


class Child:
    """One process: `async with Child(...) as child: await child.ready(...)`."""

    def __init__(
        self, arguments: Sequence[str], environment: dict[str, str], directory: Path, cores: Collection[int] = ()
    ) -> None:
        self._arguments, self._environment, self._directory, self._cores = arguments, environment, directory, cores
        self._process: asyncio.subprocess.Process | None = None
        self._log = directory / "log.txt"

    async def __aenter__(self) -> "Child":
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, env=self._environment, cwd=self._directory, stdout=log, stderr=log
            )
        if self._cores:
            os.sched_setaffinity(self._process.pid, self._cores)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end(signal.SIGTERM)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    async def end(self, how: signal.Signals) -> None:
        """End it, and wait until it has ended."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
            try:
                await asyncio.wait_for(self._process.wait(), 15)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def ended(self) -> None:
        """Returns once it has ended by itself. Raises ChildEnded where that was a failure."""
        assert self._process is not None
        if await self._process.wait():
            self.must_run()

    def must_run(self) -> None:
        """Raises ChildEnded where it has ended."""
        assert self._process is not None
        if self._process.returncode is not None:
            last = self._log.read_text(errors="replace").splitlines()[-15:]
            raise ChildEnded("\n".join([f"{' '.join(self._arguments)} ended:", *last]))

    async def ready(self, slack: LeanSlack, patience: float = 120.0) -> float:
        """Returns once it is connected to `slack`; seconds since this was called."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not slack.connected.is_set():
            self.must_run()
            if loop.time() - began > patience:
                raise ChildEnded(f"{' '.join(self._arguments)} did not connect")
            try:
                await asyncio.wait_for(slack.connected.wait(), 0.25)
            except TimeoutError:
                continue
        return loop.time() - began

    def cpu(self) -> float:
        """Processor seconds of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE


def environment(slack: LeanSlack, directory: Path, *, certificate: Path | None = None) -> dict[str, str]:
    """What a child is told, and nothing else."""
    directory.mkdir(parents=True, exist_ok=True)
    made = {
        "PATH": os.defpath,
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "xapp-1-bench",
        "SLACK_API_URL": slack.url,
        "DATABASE_URL": f"sqlite:///{directory / 'altogether.db'}",
        "DIGEST_CHANNEL": payloads.DIGEST,
        "REVIEW_CHANNEL": payloads.REVIEW,
        "REVIEWERS": payloads.REVIEWER,
        # One message a second is Slack's limit for a channel: with it, tellers would wait for the clock.
        "ALTOGETHER_PACE": "0",
        "ALTOGETHER_ENV_FILE": "",
    }
    return made if certificate is None else made | {"SSL_CERT_FILE": str(certificate)}
