"""A nursery whose bots count the boundaries they cross and kill themselves at one of them.

`python -m tests.campaign.doomed DOOR` wraps, from outside and in the child alone, what writes, calls and renames: the
program has no such hook. A boundary is counted while the file `CRASH_GATE` exists; the first line of `CRASH_PLAN` says
at which the next bot dies; each one crossed goes into `CRASH_LOG` by its name.
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import Any

from tests import nursery


class DoomedNursery(nursery.Nursery):
    """The nursery of such bots, until it is closed."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="doomed")
        self.door = Path(self._folder.name) / "door"
        self._process = Popen(
            [sys.executable, "-m", "tests.campaign.doomed", str(self.door)],
            cwd=nursery.CODE_ROOT,
            stdin=PIPE,
            stdout=PIPE,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # the door is open


class Doom:
    """Counts boundaries; kills this process, and none other, at the one that was planned."""

    def __init__(self, gate: Path, plan: Path, log: Path) -> None:
        self._gate, self._log = gate, os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        lines = plan.read_text("ascii").split() if plan.exists() else []
        plan.write_text("\n".join(lines[1:]), "ascii")
        self._left = int(lines[0]) if lines else 0

    def cross(self, name: str) -> None:
        """A boundary: where the life may end here."""
        if self._left <= 0 or not self._gate.exists():
            return
        self._left -= 1
        os.write(self._log, f"{'KILLED ' if self._left == 0 else ''}{name}\n".encode("ascii"))
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def wrap(doom: Doom) -> None:
    """Puts a boundary before and after every commit that changed something, every call, and every lasting rename."""
    from slack_sdk.web.async_client import AsyncWebClient
    from sqlalchemy.engine.default import DefaultDialect

    commit, call = DefaultDialect.do_commit, AsyncWebClient.api_call
    known: dict[int, int] = {}

    def do_commit(self: Any, connection: Any) -> None:
        changes = connection.total_changes
        changed, known[id(connection)] = known.get(id(connection), 0) != changes, changes
        if changed:
            doom.cross("before commit")
        commit(self, connection)
        if changed:
            doom.cross("after commit")

    async def api_call(self: Any, api_method: str, **how: Any) -> Any:
        doom.cross(f"before {api_method}")
        answer = await call(self, api_method, **how)
        doom.cross(f"after {api_method}")
        return answer

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    AsyncWebClient.api_call = api_call  # type: ignore[method-assign, assignment]
    for where, name in ((os, "replace"), (os, "rename"), (os, "fsync")):
        setattr(where, name, _around(getattr(where, name), f"os.{name}", doom))


def _around(work: Callable[..., Any], name: str, doom: Doom) -> Callable[..., Any]:
    def wrapped(*args: Any, **named: Any) -> Any:
        doom.cross(f"before {name}")
        done = work(*args, **named)
        doom.cross(f"after {name}")
        return done

    return wrapped


def main() -> None:
    """The nursery itself."""
    import bot.app
    import bot.cli

    gc.collect()
    gc.freeze()
    environment = dict(nursery.keep(sys.argv[1]))
    files = [Path(environment.pop(name)) for name in ("CRASH_GATE", "CRASH_PLAN", "CRASH_LOG")]
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    wrap(Doom(*files))
    sys.exit(bot.cli.main(["run"]))


if __name__ == "__main__":
    main()
