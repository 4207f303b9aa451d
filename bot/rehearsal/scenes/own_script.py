"""The scene `script`: Sam answers whatever a script asks, with something that fits each question.

It reads the questions from the screen, as a person would, and knows of the script only how long an answer may be.
`scenes.py` lists this scene; a rehearsal of somebody's own script plays it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.rehearsal.acting.person import Message, Person
from bot.rehearsal.slack.controls import ONE_OPTION, SEVERAL_OPTIONS, controls, text_of

from .play import Play
from .retelling import option, send

CHOICES: Final = (*ONE_OPTION, *SEVERAL_OPTIONS)
SENTENCE: Final = "One of us rang the other team that morning, and it made the difference. "
MOST_QUESTIONS: Final = 60


async def play_own_script(play: Play) -> None:
    """Every question of the script is answered, and the story is with the reviewers."""
    sam = play.person("sam")
    await sam.say("hi")
    await sam.hear("Nothing you type is kept until you press Start.")
    await sam.press("Start")
    for number in range(1, MOST_QUESTIONS):
        message = await sam.hear(_next_step(number))
        if message.shown.startswith("Check your story."):
            break
        await _answer(play, sam, message)
    await sam.press("Carry on")
    await sam.hear("Permission, 1 of 2")
    await _be_described(sam)
    await sam.hear("Permission, 2 of 2")
    await sam.choose(option(sam, "Weekly digest"))
    await sam.press("Next")
    await sam.hear("Ready to send")
    await send(sam, 1)
    await play.person("amira").hear("Story 1", channel="#story-review")


async def _answer(play: Play, sam: Person, message: Message) -> None:
    """One question, however many menus it has, or whatever length of words it wants."""
    menus = [control for control in controls(message.blocks) if control.type in CHOICES]
    if menus:
        for menu in menus:
            await sam.choose(text_of(menu.options[0].get("text")), menu=menu.key[1], ts=message.ts)
        await sam.press("Next", ts=message.ts)
        return
    told = await sam.say(fitting(prompt_of(play, message)))
    if "[Next]" in message.shown:
        await sam.hear("Got that.", after=told)
        await sam.press("Next")


async def _be_described(sam: Person) -> None:
    """By the role where the script asks for one, else by a name that is typed."""
    if "My role only" in sam.messages()[-1].shown:
        await sam.choose("My role only")
        await sam.press("Next")
        return
    await sam.choose("My name and role")
    await sam.press("Next")
    await sam.hear("Type it as it should appear.")
    await sam.say("Sam Okoro")


def _next_step(number: int) -> re.Pattern[str]:
    """The question of this number as long as it can be answered, or the end of the questions."""
    return re.compile(rf"^(?:{number} of \d+\b.*\[Finish later\]|Check your story\.)", re.DOTALL)


def prompt_of(play: Play, message: Message) -> Mapping[str, Any]:
    """What the script says of the question on the screen."""
    shown = " ".join(message.shown.split())
    return next((one for one in play.script.prompts if " ".join(str(one.get("ask", "?")).split()) in shown), {})


def fitting(prompt: Mapping[str, Any]) -> str:
    """Words that are neither too short nor too long for the prompt."""
    line = prompt.get("kind") == "line"
    shortest, longest = int(prompt.get("min_length", 0)), int(prompt.get("max_length", 150 if line else 3000))
    if line:
        return "A call in time"[:longest].strip().ljust(shortest, "!")
    words = (SENTENCE * (shortest // len(SENTENCE) + 1))[:longest].strip()
    whole = words.rpartition(" ")[0] if len(words) == longest else words
    return (whole if len(whole) > shortest else words).ljust(shortest, ".")
