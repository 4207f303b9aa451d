"""Somebody finishes the story they are on, wherever they stand in it and whatever the script asks.

It reads the open step from the screen, as a person would, and does the next thing until the story is sent. The guide's
"Do this step for me" needs it; scenes, which know what comes next, do not.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

from bot.rehearsal.acting.person import Message, NotHeard, Person
from bot.rehearsal.slack.controls import Control, controls, text_of
from bot.rehearsal.slack.workspace import Workspace

from .own_script import CHOICES, fitting, prompt_of
from .play import Play

T = TypeVar("T")

PATIENCE: Final = 8.0
"""Seconds that the bot may take to answer one step."""
MOST_STEPS: Final = 120
SEND: Final = "Send for review"
_LIVE: Final = re.compile(
    r"\[(?:Next|Skip|Start|Start with what I wrote|Carry on|Send for review|Finish later|Keep it to myself"
    r"|It isn't one)\]"
)
_PRESSED_AT_ONCE: Final = ("Start with what I wrote", "Start", "It isn't one", "Carry on")
_CAREFUL: Final = ("My role only", "No name or role", "Weekly digest")
PERMITTED: Final = "permitted"
"""Among answers: the beginnings of how to be described, and of the places."""

Answers = Mapping[str, Sequence[str]]
"""By the id of a question: what is typed, or the choices. Also `PERMITTED`."""
NOTHING: Final[Answers] = MappingProxyType({})


async def finish(play: Play, person: Person, answers: Answers = NOTHING) -> None:
    """The story that this person is on, or a new one, has been sent. Raises `NotHeard` where it goes no further."""
    step = await come_to(play, person, lambda message: f"[{SEND}]" in message.shown, answers)
    await person.press(SEND, ts=step.ts)
    await person.gone(f"[{SEND}]", timeout=PATIENCE)


async def come_to(play: Play, person: Person, there: Callable[[Message], bool], answers: Answers = NOTHING) -> Message:
    """Returns the step that is `there`, once this person has got to it in the story they are on, or in a new one.

    What `answers` does not hold is answered with something that fits.
    """
    step = open_step(person)
    for _ in range(MOST_STEPS):
        if step is not None and there(step):
            return step
        if step is None:
            await person.say("hi")
        else:
            await _do(play, person, step, answers)
        step = await _next_step(play.rehearsal.workspace, person, step)
    raise NotHeard(f"{person.profile.real_name} did not reach the end of the questions")


def open_step(person: Person, *, since: str = "") -> Message | None:
    """Returns the newest message to this person that waits for them; `since` a ts: none before that."""
    waiting = (m for m in person.others(None, None) if m.ts >= since and not m.ephemeral and _LIVE.search(m.shown))
    return next(waiting, None)


async def until(workspace: Workspace, look: Callable[[], T | None], *, timeout: float) -> T | None:
    """Returns what `look` finds as soon as it does; None once the time is up."""
    changed = asyncio.Event()
    stop = workspace.listen(lambda _: changed.set())
    try:
        async with asyncio.timeout(timeout):
            while (found := look()) is None:
                changed.clear()
                await changed.wait()
            return found
    except TimeoutError:
        return None
    finally:
        stop()


async def _next_step(workspace: Workspace, person: Person, before: Message | None) -> Message:
    """Returns the step that follows, as soon as the screen has changed."""

    def look() -> Message | None:
        step = open_step(person, since=before.ts if before else "")
        return step if step is not None and _face(step) != _face(before) else None

    step = await until(workspace, look, timeout=PATIENCE)
    if step is None:
        shown = before.shown if before else "nothing"
        raise NotHeard(f"{person.profile.real_name} could not get on from:\n{shown}")
    return step


def _face(message: Message | None) -> object:
    """What the bot has put there, without what the person has chosen on it."""
    return None if message is None else (message.ts, message.text, repr(message.blocks))


async def _do(play: Play, person: Person, step: Message, answers: Answers) -> None:
    """The one thing that this step waits for."""
    for label in _PRESSED_AT_ONCE:
        if f"[{label}]" in step.shown:
            await person.press(label, ts=step.ts)
            return
    menus = [control for control in controls(step.blocks) if control.type in CHOICES]
    for menu in menus:
        await person.choose(*_chosen(menu, answers), menu=menu.key[1], ts=step.ts)
    if menus or step.shown.startswith("Got "):
        await person.press("Next", ts=step.ts)
        return
    prompt = prompt_of(play, step)
    await person.say(" ".join(answers.get(str(prompt.get("id")), ())) or fitting(prompt))
    play.pause()


def _chosen(menu: Control, answers: Answers) -> Sequence[str]:
    """What is chosen in a menu: what the answers say of its question; else a careful description, or the first."""
    labels = [text_of(option.get("text")) for option in menu.options]
    question = menu.key[1].partition(":")[2]
    if question in answers:
        return answers[question]
    wanted = [label for label in labels if label.startswith(tuple(answers.get(PERMITTED, ())) or _CAREFUL)]
    if menu.type == "checkboxes":
        return wanted or labels[:1]
    return wanted[:1] or labels[:1]
