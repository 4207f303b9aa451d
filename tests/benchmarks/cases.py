"""Every case, and the rounds in which they are played: each round plays all of them, one after the other.

So what the machine does meanwhile falls on all alike, and a ratio is taken within one round. The driver keeps to one
core; the child may use them all.
"""

import asyncio
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .children import ECHO_ASYNC, ECHO_CALLS, ECHO_SYNC, PRODUCT, Child, environment
from .load import Load, Seen
from .slack import LeanSlack

TARGETS = {"product": PRODUCT, "async echo": ECHO_ASYNC, "sync echo": ECHO_SYNC, "calls alone": ECHO_CALLS}
EVERYWHERE = ("product", "async echo", "sync echo")
"""Played under every load; the calls alone, which is what would be left of the product if it had nothing to decide and
to store, where the processor is the limit."""
RATE = 100.0


@dataclass(frozen=True, slots=True)
class Case:
    """A target under one load. `rate`: messages a second; None: a closed loop of so many tellers."""

    target: str
    delay_ms: int = 0
    tls: bool = False
    tellers: int = 50
    rate: float | None = None

    @property
    def load(self) -> str:
        """The load without the target: what is compared with each other."""
        how = f"{self.tellers} tellers" if self.rate is None else f"{self.rate:.0f} a second"
        return f"{how}, Slack {self.delay_ms} ms{', TLS' if self.tls else ''}"


@dataclass(slots=True)
class Result:
    """What a case did, round by round."""

    case: Case
    seen: list[Seen] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    """Seconds from the start of the process to its being connected."""


def all_cases() -> Iterator[Case]:
    """The whole table: saturation at three speeds of Slack, with and without TLS, a thousand tellers, a fixed rate."""
    for tls in (False, True):
        for delay in (0, 50, 150):
            for target in EVERYWHERE:
                if not (tls and target == "sync echo"):  # over TLS its client does not get past our handshake
                    yield Case(target, delay, tls)
    yield Case("calls alone")
    for target in TARGETS:
        yield Case(target, 150, tellers=1_000)
    for target in EVERYWHERE:
        yield Case(target, 50, tellers=60, rate=RATE)


def quick_cases() -> Iterator[Case]:
    """A look at the two ends."""
    for target in TARGETS:
        yield Case(target)
    for target in ("product", "async echo"):
        yield Case(target, 50, tellers=60, rate=RATE)


CORES: frozenset[int] = frozenset(os.sched_getaffinity(0))
"""What the child may use: all there are, as when it is deployed. The driver keeps to the first of them."""


class Bench:
    """Plays cases in a folder of its own."""

    def __init__(self, folder: Path, *, warm_up: float, seconds: float) -> None:
        self._folder, self._warm_up, self._seconds, self._played = folder, warm_up, seconds, 0
        self._certificate: Path | None = None
        self._migrated: Path | None = None

    async def play(self, case: Case) -> tuple[Seen, float]:
        """One case, once; returns what was seen, and the seconds until the child was ready."""
        self._played += 1
        folder = self._folder / f"{self._played:03d}"
        tls = self._context() if case.tls else None
        async with LeanSlack(delay=case.delay_ms / 1000, tls=tls) as slack:
            env = environment(slack, folder, certificate=self._certificate if case.tls else None)
            if case.target == "product":
                await self._put_migrated(env, folder)
            os.sched_setaffinity(0, {min(CORES)})
            loop = asyncio.get_running_loop()
            began = loop.time()
            async with Child(TARGETS[case.target], env, folder, CORES) as child:
                await child.ready(slack)
                ready = loop.time() - began
                load = Load(slack, case.tellers)
                if case.rate is None:
                    seen = await load.closed(child, warm_up=self._warm_up, seconds=self._seconds)
                else:
                    seen = await load.at_rate(child, rate=case.rate, warm_up=self._warm_up, seconds=self._seconds)
                await child.end(signal.SIGKILL)
        shutil.rmtree(folder)
        return seen, ready

    async def _put_migrated(self, env: dict[str, str], folder: Path) -> None:
        """A database that has its tables: starting is measured, not migrating."""
        if self._migrated is None:
            made = self._folder / "migrated"
            made.mkdir()
            self._migrated = made / "altogether.db"
            own = env | {"DATABASE_URL": f"sqlite:///{self._migrated}"}
            async with Child(("-m", "bot", "migrate"), own, made, CORES) as child:
                await child.ended()
        shutil.copy(self._migrated, folder / "altogether.db")

    def _context(self) -> ssl.SSLContext:
        """A context with a certificate for localhost, made with the openssl command."""
        key = self._folder / "key.pem"
        if self._certificate is None:
            self._certificate = self._folder / "certificate.pem"
            ask = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
            where = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(self._certificate)]
            subprocess.run(["openssl", *ask.split(), *where], check=True, capture_output=True)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate, key)
        return context


async def play(
    cases: list[Case], *, rounds: int, warm_up: float, seconds: float, tell: Callable[[str], None]
) -> list[Result]:
    """Play all cases, so many rounds."""
    results = [Result(case) for case in cases]
    with tempfile.TemporaryDirectory(prefix="altogether-bench-") as folder:
        bench = Bench(Path(folder), warm_up=warm_up, seconds=seconds)
        for number in range(rounds):
            for result in results:
                seen, ready = await bench.play(result.case)
                result.seen.append(seen)
                result.ready.append(ready)
                rate = seen.replies / seen.seconds
                tell(
                    f"round {number + 1} of {rounds} · {result.case.load} · {result.case.target}: {rate:.0f} messages "
                    f"a second, {seen.cpu / max(1, seen.replies) * 1e6:.0f} µs each"
                )
    return results
