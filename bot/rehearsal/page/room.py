"""Everything that an open rehearsal is made of, and its heartbeat: what the page shows, moves and hears of.

The page's modules get a `Room`; `staying.py` makes one. Four times a second it looks at what tells nobody that it has
changed: the clock, the bot's process, the script's file.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bot.rehearsal.keeping import Keeping, restore_workspace, workspace_record
from bot.rehearsal.minder import Minder
from bot.rehearsal.process import BotNotReady
from bot.rehearsal.scenes.play import Script, read_script
from bot.rehearsal.scenes.script_desk import Problem, ScriptDesk
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.unread import Unread

from .events import News
from .guide import Guide
from .guide_help import Helper

Json = dict[str, Any]

LOOK_EVERY: Final = 0.25
SAVE_EVERY: Final = 1.0


class Room:
    """One open rehearsal. `changed` is called with what is other than it was: bot, clock, guide, script, playing."""

    def __init__(
        self,
        rehearsal: Rehearsal,
        *,
        outer: Mapping[str, str],
        script_file: Path | None = None,
        keeping: Keeping | None = None,
        is_lent: bool = False,
    ) -> None:
        self.rehearsal, self.keeping = rehearsal, keeping
        self.news = News()
        self.changed: Callable[[str], None] = _nobody_listens
        sealed = rehearsal.environment(outer)
        self.script = ScriptDesk(script_file, folder=rehearsal.directory, environment=sealed)
        self.minder = Minder(
            rehearsal,
            sealed | self.script.settings,
            changed=lambda: self.changed("bot"),
            is_often_restarted=script_file is not None,
            is_lent=is_lent,
        )
        self.guide = Guide(rehearsal, lambda: self.changed("guide"))
        self.unread = Unread(rehearsal.workspace, lambda channel: self.changed(f"unread {channel}"))
        self.helper = Helper(
            rehearsal,
            self.guide,
            self.unread,
            script=self.current_script,
            moved=lambda: self.changed("clock"),
        )
        self.playing: str | None = None  # the scene that is being played; people wait until it is over
        self.free = asyncio.Event()
        self.at_work = asyncio.Lock()  # one step of the guide, or one move of the clock, at a time
        self._saved: object = None
        self._looked: Json = {}

    # -- what others ask -----------------------------------------------------------------------------------------

    def current_script(self) -> Script:
        """Returns the questions that the bot asks now."""
        return read_script(self.script.kept if self.script.file is not None else None)

    def play(self, scene: str) -> None:
        """A scene is being played: people wait."""
        self.playing = scene
        self.changed("playing")

    def open_to_people(self) -> None:
        """No scene is being played any more: whoever waited may act."""
        self.playing = None
        self.free.set()
        self.changed("playing")

    def save(self) -> None:
        """What has happened is kept, if anybody asked for that and it is more than at the last time."""
        now = (self.news.version, self.rehearsal.clock.offset)
        if self.keeping is None or not self.free.is_set() or now == self._saved:
            return
        record = workspace_record(self.rehearsal.workspace)
        self.keeping.save(record | {"unread": self.unread.as_record(), "guide": self.guide.as_record()})
        self._saved = now

    def restore(self, record: Json) -> None:
        """Everything is as it was kept."""
        restore_workspace(self.rehearsal.workspace, record)
        self.unread.restore(record["unread"])
        self.guide.restore(record["guide"])

    # -- the heartbeat -------------------------------------------------------------------------------------------

    async def mind(self) -> None:
        """Looks after everything until it is cancelled."""
        save_at = 0.0
        while True:
            if self.free.is_set():
                await self._look_at_script()
            now = self.rehearsal.clock.now()
            self._note("clock", (self.rehearsal.clock.offset, now.replace(second=0, microsecond=0)))
            self._note("bot", (self.minder.state, self.minder.line))
            if asyncio.get_running_loop().time() >= save_at:
                self.save()
                save_at = asyncio.get_running_loop().time() + SAVE_EVERY
            await asyncio.sleep(LOOK_EVERY)

    async def _look_at_script(self) -> None:
        fresh = await self.script.look()
        self._note("script", (tuple(self.script.problems), self.script.title))
        if not fresh:
            return
        try:
            await self.minder.restart()
        except BotNotReady as error:
            self.script.problems = [Problem(None, str(error).partition("\n")[0])]
            self.changed("script")

    def _note(self, kind: str, state: object) -> None:
        """Says so if this is other than at the last look."""
        if self._looked.get(kind, state) != state:
            self.changed(kind)
        self._looked[kind] = state


def _nobody_listens(_: str) -> None:
    """Before the page is there."""
