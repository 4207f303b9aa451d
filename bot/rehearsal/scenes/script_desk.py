"""The script under rehearsal: looked at whenever its file is saved, taken over once the bot's own check is happy.

The bot runs on a copy, the last good one, so a broken save can neither stop it nor keep it from starting. What is
wrong is said with its line. `room.py` has it look; the check is the program's own, as a process.
"""

import asyncio
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .play import DEFAULT_SCRIPT

CHECK: Final = ("-m", "bot", "script", "check")
FINE: Final = 0
_PROBLEM: Final = re.compile(r"^  (?:line (?P<line>\d+) · )?(?P<text>\S.*)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix, at this line of the file if it is known."""

    line: int | None
    text: str


class ScriptDesk:
    """One script file and the copy of its last good state; without a file, the bot's default script."""

    def __init__(self, file: Path | None, *, folder: Path, environment: Mapping[str, str]) -> None:
        self.file, self.kept = file, folder / "script.toml"
        self.problems: list[Problem] = []
        self._candidate, self._folder = folder / "script.new.toml", folder
        self._environment = dict(environment)
        self._seen: tuple[int, int] | None = None
        self._missing = 0
        self.title = self._read_title()  # of the script in use: its name and its version

    @property
    def settings(self) -> dict[str, str]:
        """What the bot is told of it."""
        return {} if self.file is None else {"SCRIPT": str(self.kept.resolve())}

    def _read_title(self) -> tuple[str, str]:
        """Returns the name and the version of the script in use."""
        source = DEFAULT_SCRIPT if self.file is None or not self.kept.exists() else self.kept
        campaign = tomllib.loads(source.read_text(encoding="utf-8-sig")).get("campaign", {})
        return str(campaign.get("name", "?")), str(campaign.get("version", "?"))

    async def look(self) -> bool:
        """Checks the file if it was saved since the last look; says whether the bot has a new script to start with."""
        if self.file is None:
            return False
        try:
            state = self.file.stat()
            content = self.file.read_bytes()
        except OSError as error:
            return self._gone(error)
        self._missing = 0
        if self._seen == (state.st_mtime_ns, state.st_size):
            return False
        self._seen = (state.st_mtime_ns, state.st_size)
        if self.kept.exists() and content == self.kept.read_bytes():
            self.problems = []
            return False
        self._candidate.write_bytes(content)
        self.problems = await self._check()
        if self.problems:
            return False
        self._candidate.replace(self.kept)
        self.title = self._read_title()
        return True

    def _gone(self, error: OSError) -> bool:
        """An editor may take a file away for a moment while it saves; one that stays away is said."""
        self._missing += 1
        if self._missing == 2:
            self._seen = None
            self.problems = [Problem(None, f"The file can't be read ({error.strerror}). The last good script is used.")]
        return False

    async def _check(self) -> list[Problem]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *CHECK,
            str(self._candidate),
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode == FINE:
            return []
        return _problems_in(output.decode("utf-8", "replace"))


def _problems_in(report: str) -> list[Problem]:
    """Returns what a report lists; the whole of it where it is no list."""
    found = [match for line in report.splitlines() if (match := _PROBLEM.match(line))]
    if not found:
        return [Problem(None, " ".join(report.split()) or "The script could not be checked.")]
    return [Problem(int(one["line"]) if one["line"] else None, one["text"]) for one in found]
