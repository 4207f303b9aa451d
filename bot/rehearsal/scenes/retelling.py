"""How a person tells a story in the default script, quickly: the sample stories, and the walk from hello to sent.

Every step waits until the bot has said what it should. Scenes call this where the telling itself is not the point.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.rehearsal.acting.person import NotThere, Person
from bot.rehearsal.slack.controls import controls, text_of

from .play import Play

STORIES_FILE: Final = Path(__file__).parents[1] / "data" / "stories.json"


@dataclass(frozen=True, slots=True)
class Story:
    """One story's answers, in the words of the default script's buttons. Fictional, like everything here."""

    title: str
    kind: str
    what: Sequence[str]
    difference: str
    services: Sequence[str]
    helped: Sequence[str]
    hindered: Sequence[str]
    lesson: str
    role: str
    organisation: str
    naming: str
    places: Sequence[str]


def sample_stories() -> list[Story]:
    """Returns the stories that come with the rehearsal."""
    return [Story(**story) for story in json.loads(STORIES_FILE.read_text(encoding="utf-8"))]


def option(person: Person, beginning: str) -> str:
    """Returns the whole label of the newest choice that begins so; raises `NotThere`."""
    for message in reversed(person.messages()):
        for control in controls(message.blocks):
            for one in control.options:
                if (label := text_of(one.get("text"))).startswith(beginning):
                    return label
    raise NotThere(f"{person.profile.real_name} sees no choice that begins {beginning!r}")


async def tell(play: Play, person: Person, story: Story) -> None:
    """The story is written, checked and permitted; *Send for review* is on the screen."""
    await answer(play, person, story)
    await permit(person, story.naming, story.places)


async def answer(play: Play, person: Person, story: Story) -> None:
    """Every question is answered; *Check your story* is on the screen."""
    await person.say("hi")
    await person.hear("Nothing you type is kept until you press Start.")
    await person.press("Start")
    await person.hear("1 of 8 · Which of these")
    await person.choose(story.kind)
    await person.press("Next")
    await person.hear("2 of 8 · What happened?")
    await write(play, person, *story.what)
    await person.press("Next")
    await person.hear("3 of 8 · What difference")
    await write(play, person, story.difference)
    await person.press("Next")
    await person.hear("4 of 8 · Which services")
    await person.choose(*story.services)
    await person.press("Next")
    await person.hear("5 of 8, optional · What helped")
    if story.helped:
        await person.choose(*story.helped, menu=":enablers")
    if story.hindered:
        await person.choose(*story.hindered, menu=":barriers")
    await person.press("Next" if story.helped or story.hindered else "Skip")
    await person.hear("6 of 8 · What one thing")
    await write(play, person, story.lesson)
    await person.press("Next")
    await person.hear("7 of 8, optional · What kind of work")
    await person.choose(story.role, menu=":role")
    await person.choose(story.organisation, menu=":organisation")
    await person.press("Next")
    await person.hear("8 of 8, optional · Give it a short title.")
    await person.say(story.title)
    await person.hear("Check your story.")


async def write(play: Play, person: Person, *messages: str) -> None:
    """The open question holds these messages, and the foot with Next stands below the last of them."""
    first = await person.say(messages[0])
    await person.hear("Got that.", after=first)
    for message in messages[1:]:
        last = await person.say(message)
    if len(messages) > 1:
        play.pause()
        await person.hear(re.compile(r"Got (both|all \w+)\."), after=last)


async def permit(person: Person, naming: str, places: Sequence[str]) -> None:
    """From the check to *Ready to send*."""
    await person.press("Carry on")
    await person.hear("Permission, 1 of 2 · How should we describe you?")
    await person.choose(naming)
    await person.press("Next")
    await person.hear("Permission, 2 of 2 · Where may we share it?")
    await person.choose(*[option(person, place) for place in places])
    await person.press("Next")
    await person.hear("Ready to send")


async def send(person: Person, number: int) -> None:
    """The story is with the reviewers, and its teller knows its number."""
    await person.press("Send for review")
    await person.hear(f"This is story {number}.")
    await person.hear("Sent ")
    await person.hear(f"This is what you sent as story {number}.")
