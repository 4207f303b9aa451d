"""A rehearsal that stays: the page is there first, then the bot; the first week is played; then it is the people's.

`stay` is what the command line calls where somebody looks at a terminal. It ends with Ctrl-C, and leaves nothing behind
but what it was asked to keep. What the page is made of is in `page`.
"""

import asyncio
import errno
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from typing import Final, TextIO

from .acting.person import NotAcknowledged, NotHeard, NotThere, Person
from .keeping import Keeping, NotKept
from .lending import PACE as LENT_PACE
from .lending import lend
from .page.guide_help import made_up_stories, quiet_play
from .page.room import Room
from .page.server import PageServer
from .process import BotNotReady
from .scenes.catalogue import Scene
from .scenes.play import BEGINNING, Play, Script
from .scenes.printing import Printer
from .scenes.stage import (
    FAILED,
    PACE,
    PLAYED,
    TERMINATED,
    UNKNOWN,
    Failure,
    bill,
    introduce,
    play_scene,
    say_failure,
    say_still,
)
from .scenes.transcript import printer_for
from .scenes.walk import finish
from .server import Rehearsal
from .slack.clock import WorkspaceClock
from .slack.workspace import REVIEW_CHANNEL

PORT: Final = 8420
PORTS_TRIED: Final = 50
KEPT_IN: Final = Path(".altogether-rehearsal")
FRESH_WEEK: Final = "2025-06-16 09:30"
"""The Monday after the first two weeks: two stories are told to the reviewers, and the rest is up to the newcomer."""


class PortTaken(Exception):
    """The page cannot be where it was asked to be; the message says so."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for: `port` None means any, from 8420 on; `browser` opens one if there is a display; `lend` is
    for a program of somebody's own, with no bot and no scene."""

    port: int | None = None
    browser: bool = True
    keep: bool = False
    lend: bool = False


async def stay(
    *, scene: str, script: Path | None, outer: Mapping[str, str], out: TextIO, wishes: Wishes | None = None
) -> int:
    """The rehearsal has been open until it was stopped; returns an exit code.

    0 after Ctrl-C; 1 where the bot did not start or the scene failed; 2 for a scene, script, port or kept folder that
    cannot be used, which is said; 143 after SIGTERM.
    """
    printer, wishes = printer_for(out), wishes or Wishes()
    billed = bill(scene, script, printer)
    if billed is None:
        return UNKNOWN
    with _signals_end_this() as signals:
        try:
            return await _stay(billed[0], billed[1], script, outer, printer, wishes)
        except (PortTaken, NotKept) as error:
            printer.line(str(error))
            return UNKNOWN
        except asyncio.CancelledError:
            if not signals:
                raise
            printer.line()
            printer.line("Stopped.")
            return PLAYED if signals[0] is SIGINT else TERMINATED


@asynccontextmanager
async def opened(
    directory: Path,
    *,
    outer: Mapping[str, str],
    port: int = 0,
    script: Path | None = None,
    keeping: Keeping | None = None,
    page: PageServer | None = None,
    is_lent: bool = False,
) -> AsyncIterator[Room]:
    """A room with its page on this port (0: any), its clock at the beginning (lent: now); the bot is not started yet.

    Everything is closed at the end, the bot too, and kept if it is to be.
    """
    page = page or PageServer()
    with tempfile.TemporaryDirectory(prefix="altogether-", ignore_cleanup_errors=True) as passing:
        clock = WorkspaceClock(Path(passing) / "clock", start=None if is_lent else BEGINNING)
        pace = LENT_PACE if is_lent else PACE
        async with Rehearsal(directory=directory, port=port, pace=pace, clock=clock, routes=page.routes()) as rehearsal:
            room = Room(rehearsal, outer=outer, script_file=script, keeping=keeping, is_lent=is_lent)
            page.open(room)
            try:
                yield room
            finally:
                page.close()
                await room.minder.stop()
                room.save()


async def _stay(
    scene: Scene, asked: Script, script: Path | None, outer: Mapping[str, str], printer: Printer, wishes: Wishes
) -> int:
    printer.line("Rehearsal: made-up people, nothing leaves this computer. Ctrl-C stops everything.")
    port = _free_port(wishes.port, printer)
    with ExitStack() as stack:
        keeping, record = None, None
        if wishes.keep:
            keeping = Keeping(KEPT_IN.resolve())
            stack.enter_context(keeping.held())
            record = keeping.load()
            directory = keeping.folder
        else:
            passing = tempfile.TemporaryDirectory(prefix="altogether-", ignore_cleanup_errors=True)
            directory = Path(stack.enter_context(passing))
        lent = wishes.lend
        async with opened(directory, outer=outer, port=port, script=script, keeping=keeping, is_lent=lent) as room:
            if record is not None:
                room.restore(record)
            minding = asyncio.create_task(room.mind())
            try:
                await _show(room, printer, wishes, outer)
                if lent:
                    lend(room.rehearsal, printer)
                    room.open_to_people()
                else:
                    code = await _prepare(room, None if record is not None else scene, asked, outer, printer)
                    if code is not None:
                        return code
                printer.line()
                printer.line(f"The page stays open: {room.rehearsal.origin}  Ctrl-C stops everything.", weight="bold")
                await minding
            finally:
                minding.cancel()
    return PLAYED


async def _prepare(
    room: Room, scene: Scene | None, asked: Script, outer: Mapping[str, str], printer: Printer
) -> int | None:
    """The bot is there, the scene has been played; returns an exit code where it cannot go on."""
    if scene is not None:
        room.play(scene.name)
    await room.script.look()
    if room.script.problems:
        lines = [f"line {one.line} · {one.text}" if one.line else one.text for one in room.script.problems]
        kept = room.script.kept.exists()
        then = "The last good one is used." if kept else "Put it right and start again."
        say_failure(printer, Failure(f"The script can't be used. {then}", "\n".join(lines)), [])
        if not kept:
            return FAILED
    try:
        await room.minder.start(still=lambda seconds: say_still(printer, seconds))
    except BotNotReady as error:
        say_failure(printer, Failure("The bot did not start:", str(error)), [])
        return FAILED
    introduce(room.rehearsal, asked, outer, printer)
    if scene is not None and scene.name != "weekly":
        room.guide.begin()  # what such a scene does is done, whoever did it; after a whole week one begins afresh
    if scene is None:
        printer.line(f"Kept     going on where you stopped. To start afresh, delete {KEPT_IN}.")
    else:
        failure = await play_scene(scene, asked, room.rehearsal, printer)
        room.unread.read_own_messages()
        if failure is not None:
            say_failure(printer, failure, room.minder.process.lines)
        elif scene.name == "weekly":
            await _begin_a_fresh_week(room, asked, printer)
        room.guide.begin()
    room.open_to_people()
    return None


async def _begin_a_fresh_week(room: Room, asked: Script, printer: Printer) -> None:
    """People may act, and meanwhile two stories that say that they are made up come to wait for the reviewers."""
    play = quiet_play(room.rehearsal, asked)
    await play.at(FRESH_WEEK)
    people = [room.rehearsal.person(name) for name in ("priya", "lee")]
    async with room.at_work:
        room.open_to_people()
        try:
            await _tell_samples(play, people)
        except (NotHeard, NotThere, NotAcknowledged) as error:  # somebody who acts as the same people was quicker
            printer.line(f"Note     The made-up stories were not all told: {error}.")
    room.unread.read_own_messages(*(person.profile.id for person in people))


async def _tell_samples(play: Play, people: Sequence[Person]) -> None:
    """A story of each of these people waits in the review channel, and they know its number."""
    stories = made_up_stories()[: len(people)]
    before = [person.messages()[-1].ts for person in people]
    await asyncio.gather(*(finish(play, person, story) for person, story in zip(people, stories, strict=True)))
    for person, last in zip(people, before, strict=True):
        await person.hear("This is story", after=last)  # else the guide would take it for the newcomer's
    for story in stories:
        await play.rehearsal.person("amira").hear(story["title"][0], channel=REVIEW_CHANNEL)


# -- where the page is -------------------------------------------------------------------------------------------------


def _free_port(wanted: int | None, printer: Printer) -> int:
    """Returns the port that was asked for, or the first free one from 8420 on; raises `PortTaken`."""
    if wanted is not None:
        problem = _problem_with(wanted)
        if problem is not None:
            raise PortTaken(f"Port {wanted} can't be used: {problem}. Choose another, or leave out --port.")
        return wanted
    for port in range(PORT, PORT + PORTS_TRIED):
        if _problem_with(port) is None:
            if port != PORT:
                printer.line(f"Note     port {PORT} is taken, so the page is at {port}.")
            return port
    raise PortTaken(f"Ports {PORT} to {PORT + PORTS_TRIED - 1} are all taken. Choose another with --port.")


def _problem_with(port: int) -> str | None:
    """Returns why nothing can listen on this port of this computer, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return "something else is using it" if error.errno == errno.EADDRINUSE else str(error.strerror)
    return None


async def _show(room: Room, printer: Printer, wishes: Wishes, outer: Mapping[str, str]) -> None:
    """Says where the page is, and opens it if that was wanted and can be."""
    origin = room.rehearsal.origin
    if not wishes.browser:
        printer.line(f"Page     {origin}")
    elif not _has_display(outer):
        printer.line(f"Page     {origin}  (no display here: open it in a browser on this computer)")
    else:
        printer.line(f"Page     {origin}  (opening it)")
        if not await asyncio.to_thread(webbrowser.open, origin):
            printer.line("Note     no browser could be opened; open the page yourself.")


def _has_display(outer: Mapping[str, str]) -> bool:
    """Whether a browser would have a window: without one, some would take over the terminal."""
    return sys.platform in ("win32", "darwin") or bool(outer.get("DISPLAY") or outer.get("WAYLAND_DISPLAY"))


@contextmanager
def _signals_end_this() -> Iterator[list[Signals]]:
    """While this lasts, Ctrl-C and SIGTERM cancel the task, so that everything is closed in order; they are listed."""
    came: list[Signals] = []
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end(number: Signals) -> None:
        came.append(number)
        if task is not None:
            task.cancel()

    handled: list[Signals] = []
    try:
        for number in (SIGINT, SIGTERM):
            loop.add_signal_handler(number, end, number)
            handled.append(number)
    except (NotImplementedError, RuntimeError, ValueError):
        pass  # Windows, or not the main thread: Ctrl-C is a KeyboardInterrupt there
    try:
        yield came
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
