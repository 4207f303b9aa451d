"""The scripts in use: today's, and those that open drafts began with.

A draft finishes on the version it began with, so its source is kept in the database and parsed again when it is needed.
"""

from collections.abc import Mapping

from bot.intake.dialogue import OTHER_LONGEST
from bot.intake.script import Script
from bot.intake.script.file import parse_script
from storage import drafts
from storage.database import Tx
from storage.records import Version


class Shelf:
    """`current` is what the next story begins with; it can be replaced while the bot runs."""

    def __init__(self, current: Script) -> None:
        self.current = current
        self._known = {current.sha: current}

    def replace(self, script: Script) -> None:
        """Begin the next story with this script."""
        self.current = script
        self._known[script.sha] = script

    def keep(self, tx: Tx) -> None:
        """Keep the current script's source with the drafts."""
        drafts.remember_script(tx, self.current.sha, self.current.source)

    def get(self, tx: Tx, sha: str) -> Script:
        """The script with this sha. Raises LookupError."""
        if sha not in self._known:
            source = drafts.find_script(tx, sha)
            if source is None:
                raise LookupError(f"no script {sha[:12]}")
            self._known[sha] = parse_script(source)
        return self._known[sha]

    def limits(self, tx: Tx, version: Version) -> Mapping[str, int]:
        """How many characters each answer of a version may have, by prompt id; nothing where its script is not kept."""
        try:
            prompts = self.get(tx, version.script_sha).prompts
        except LookupError:
            return {}
        return {prompt.id: prompt.max_length if prompt.typed else OTHER_LONGEST for prompt in prompts}
