"""A rehearsal on the stage: a workspace of its own, the real bot as its own process, one scene, its transcript.

`rehearse` is what the command line and the tests call; `staying.py` shares its parts. Everything it starts is gone when
it returns, whether the scene ends, fails, or is stopped by Ctrl-C or SIGTERM; its folder too.
"""

import asyncio
import re
import signal
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from bot.rehearsal.acting.person import NotAcknowledged, NotHeard, NotThere
from bot.rehearsal.process import BotNotReady, BotProcess
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.clock import WorkspaceClock
from bot.rehearsal.slack.workspace import REVIEWERS

from .catalogue import SCENES, Scene
from .play import BEGINNING, Play, Script, read_script
from .printing import Printer
from .transcript import Transcript, printer_for

PLAYED: Final = 0
FAILED: Final = 1
UNKNOWN: Final = 2
TERMINATED: Final = 128 + signal.SIGTERM

PACE: Final = 0.05
"""Seconds between posts to one channel; Slack's own is one, and a scene has some forty."""
OWN_SCRIPT: Final = "script"
LAST_LINES: Final = 15

_SETTINGS: Final = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "DATABASE_URL")
_ERROR: Final = re.compile(r"\S+ (?:ERROR|CRITICAL)\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """What is printed of a rehearsal that did not go as it should."""

    what: str
    details: str


async def rehearse(*, scene: str, script: Path | None, outer: Mapping[str, str], out: TextIO) -> int:
    """The scene has been played and its transcript printed; returns an exit code.

    0; 1 where something expected was not heard or the bot stumbled, which is said; 2 for a scene or a script file that
    is not there; 143 after SIGTERM. `outer` is the caller's environment, of which the bot gets the search path only.
    """
    printer = printer_for(out)
    billed = bill(scene, script, printer)
    if billed is None:
        return UNKNOWN
    chosen, asked = billed
    with _sigterm_ends_this() as terminated:
        try:
            return await _perform(chosen, asked, script, outer, printer)
        except asyncio.CancelledError:
            if not terminated:
                raise
            return TERMINATED


def bill(scene: str, script: Path | None, printer: Printer) -> tuple[Scene, Script] | None:
    """Returns the scene that fits the script, and the script; None where either is not there, which is said."""
    if scene not in SCENES:
        printer.line(f'There is no scene called "{scene}". There are:')
        for one in SCENES.values():
            printer.line(f"  {one.name:<13}{one.about}")
        return None
    try:
        asked = read_script(script)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        printer.line(f"{script} can't be rehearsed: {_reason(error)}. Check it with: altogether script check {script}")
        return None
    return SCENES[scene if asked.is_default else OWN_SCRIPT], asked


def _reason(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


async def _perform(scene: Scene, asked: Script, file: Path | None, outer: Mapping[str, str], printer: Printer) -> int:
    printer.line("Rehearsal: made-up people, nothing leaves this computer. Ctrl-C stops everything.")
    with tempfile.TemporaryDirectory(prefix="altogether-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        clock = WorkspaceClock(directory / "clock", start=BEGINNING)
        async with Rehearsal(directory=directory, pace=PACE, clock=clock) as rehearsal:
            bot = BotProcess(rehearsal, rehearsal.environment(outer, **own_script(file)))
            failure: Failure | None
            try:
                async with bot:
                    await bot.ready(still=lambda seconds: say_still(printer, seconds))
                    introduce(rehearsal, asked, outer, printer)
                    failure = await play_scene(scene, asked, rehearsal, printer)
            except BotNotReady as error:
                say_failure(printer, Failure("The bot did not start:", str(error)), [])
                return FAILED
            return _conclude(failure, bot, printer)


def say_still(printer: Printer, seconds: float) -> None:
    """Says that the bot is on its way: on a slow machine nothing else would move for minutes."""
    printer.line(f"Bot      still starting, after {seconds:.0f} s. A slow computer can take a few minutes.")


def own_script(file: Path | None) -> dict[str, str]:
    """The setting that names somebody's own script; the bot runs in another folder, so by its whole path."""
    return {} if file is None else {"SCRIPT": str(file.resolve())}


def introduce(rehearsal: Rehearsal, asked: Script, outer: Mapping[str, str], printer: Printer) -> None:
    """Says what has been set up, and what of the caller's settings is ignored."""
    people = [rehearsal.workspace.directory.name_of(reviewer).partition(" ")[0] for reviewer in REVIEWERS]
    printer.line(f"Bot      connected · {asked.name} script, {asked.questions} · reviewers {', '.join(people)}")
    found = [name for name in _SETTINGS if outer.get(name)]
    if found:
        are, them = ("are", "them") if len(found) > 1 else ("is", "it")
        printer.line(f"Note     {' and '.join(found)} {are} set; a rehearsal ignores {them}.")


async def play_scene(scene: Scene, asked: Script, rehearsal: Rehearsal, printer: Printer) -> Failure | None:
    """The scene has been played; returns what was expected in vain, or None."""
    printer.line(f"Playing  {scene.name}: {scene.about}")
    transcript = Transcript(rehearsal, printer)
    transcript.at(BEGINNING)
    try:
        await scene.play(Play(rehearsal, transcript, asked))
    except NotHeard as error:
        return Failure("Expected and not heard:", str(error))
    except (NotThere, NotAcknowledged) as error:
        return Failure("Could not go on:", str(error))
    finally:
        transcript.close()
    return None


def _conclude(failure: Failure | None, bot: BotProcess, printer: Printer) -> int:
    """Says what went wrong, if anything did, and returns the exit code."""
    stumbles = [line for line in bot.lines if _ERROR.match(line)]
    if failure is not None:
        say_failure(printer, failure, bot.lines)
    elif stumbles:
        stumbled = Failure("Everything was heard, but the bot reported errors:", "\n".join(stumbles))
        say_failure(printer, stumbled, bot.lines)
    elif bot.exit_code != 0:
        say_failure(printer, Failure("Everything was heard, but", f"the bot ended with {bot.exit_code}."), bot.lines)
    else:
        return PLAYED
    return FAILED


def say_failure(printer: Printer, failure: Failure, lines: Sequence[str]) -> None:
    """Prints what went wrong, and the last of the lines that the bot printed."""
    printer.line()
    printer.line(failure.what, weight="bold")
    printer.line(textwrap.indent(failure.details, "  "))
    if lines:
        printer.line("The bot's last lines:", weight="bold")
        printer.line(textwrap.indent("\n".join(lines[-LAST_LINES:]), "  "))


@contextmanager
def _sigterm_ends_this() -> Iterator[list[bool]]:
    """While this lasts, SIGTERM cancels the task, so that everything is closed in order; the list then holds a True."""
    terminated: list[bool] = []
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end() -> None:
        terminated.append(True)
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, end)
    except (NotImplementedError, RuntimeError, ValueError):
        # Windows, or not the main thread: whoever runs this there ends it some other way.
        yield terminated
        return
    try:
        yield terminated
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
