"""What a scene acts with: the people, the clock, the script being rehearsed, and a word between the acts.

`stage.py` makes one for each play; scenes get it. What is expected and does not happen is raised (`NotHeard` and its
like) by the people themselves or by `expect`.
"""

import asyncio
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.rehearsal.acting.person import NotHeard, Person
from bot.rehearsal.environment import CODE_ROOT
from bot.rehearsal.server import Rehearsal

from .transcript import Transcript

ZONE: Final = ZoneInfo("Europe/London")
BEGINNING: Final = datetime(2025, 6, 3, 14, 4, tzinfo=ZONE)
DEFAULT_SCRIPT: Final = CODE_ROOT / "bot" / "intake" / "scripts" / "default.toml"
NOTICED: Final = 0.06
"""Real seconds within which the bot has noticed that the workspace's time was changed (it promises 0.05)."""

_PAUSE = timedelta(seconds=2)  # longer than the bot waits for more of a burst


@dataclass(frozen=True, slots=True)
class Script:
    """The questions that the bot is going to ask, as far as a play needs to know them."""

    name: str
    prompts: tuple[Mapping[str, Any], ...]
    is_default: bool

    @property
    def questions(self) -> str:
        """ "8 questions"; "up to 8" where some are asked only after certain answers."""
        asked = [prompt for prompt in self.prompts if "beside" not in prompt]
        most = "up to " if any("when" in prompt for prompt in asked) else ""
        return f"{most}{len(asked)} question{'' if len(asked) == 1 else 's'}"


def read_script(file: Path | None) -> Script:
    """Returns the script at this path, or the default one.

    Raises OSError and tomllib.TOMLDecodeError. Whether it can be used is for the bot to say.
    """
    default = tomllib.loads(DEFAULT_SCRIPT.read_text(encoding="utf-8"))
    document = default if file is None else tomllib.loads(file.read_text(encoding="utf-8"))
    campaign, prompts = document.get("campaign"), document.get("prompt")
    name = str(campaign.get("name", "?")) if isinstance(campaign, dict) else "?"
    tables = tuple(one for one in prompts if isinstance(one, dict)) if isinstance(prompts, list) else ()
    return Script(name, tables, _asks_the_same(document, default))


def _asks_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two scripts say the same to a teller, whatever they are called."""

    def said(document: Mapping[str, Any]) -> object:
        campaign = document.get("campaign")
        named = campaign if isinstance(campaign, dict) else {}
        return document.get("prompt"), {k: v for k, v in named.items() if k not in ("name", "version")}

    return said(one) == said(other)


class Play:
    """One scene's people, clock and paper."""

    def __init__(self, rehearsal: Rehearsal, transcript: Transcript, script: Script) -> None:
        self.rehearsal, self.script = rehearsal, script
        self._transcript = transcript

    def person(self, name: str) -> Person:
        """Returns the person of this handle."""
        return self.rehearsal.person(name)

    async def at(self, when: str, *, is_heard: bool = False) -> None:
        """It is this moment, as in "2025-06-06 10:00" in the workspace's zone, and the bot knows.

        With `is_heard` it may not know yet: what it says at this moment is what the play waits for next.
        """
        moment = datetime.fromisoformat(when).replace(tzinfo=ZONE)
        self._transcript.at(moment)
        self.rehearsal.clock.set(moment)
        if not is_heard:
            await asyncio.sleep(NOTICED)  # the bot tells nobody that it has looked at its clock

    def pause(self) -> None:
        """Lets the moment pass in which the bot waits for somebody to go on typing."""
        self.rehearsal.clock.advance(_PAUSE)

    def aside(self, sentence: str) -> None:
        """Says a sentence to whoever reads the transcript."""
        self._transcript.aside(sentence)

    def show(self, channel: str) -> None:
        """Shows a channel to whoever reads the transcript, as it stands."""
        self._transcript.show(channel)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several people act at once; the transcript keeps their conversations apart."""
        with self._transcript.together():
            yield

    @contextmanager
    def offstage(self, *people: Person) -> Iterator[None]:
        """These people's direct messages are left out of the transcript meanwhile."""
        users = [person.profile.id for person in people]
        self._transcript.mute(*users)
        try:
            yield
        finally:
            self._transcript.mute(*users, muted=False)

    def expect(self, holds: bool, what: str) -> None:
        """Raises `NotHeard` with `what` was expected, unless it holds."""
        if not holds:
            raise NotHeard(f"it was expected that {what}")
