"""The rehearsals that the tests look at, two at a time: each starts a bot of its own."""

import asyncio
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rehearsal.scenes import stage
from bot.rehearsal.scenes.catalogue import SCENES, Scene
from bot.rehearsal.scenes.play import DEFAULT_SCRIPT, Play

AT_ONCE = 2

OWN_SCRIPT = """
[campaign]
name = "kitchen"
version = "1"
title = "Tell us about a meal"
minutes = 2
about = ["Readers see it."]
help = "I collect meals."
notice_version = 1
how_we_use = "To cook."

[[prompt]]
id = "meal"
kind = "choice"
ask = "Which meal was it?"
label = "Meal"
required = true
choices = ["Breakfast", "Lunch"]
other = "Another"

[[prompt]]
id = "early"
kind = "story"
ask = "How early was it?"
label = "How early"
required = true
min_length = 100
max_length = 130
when = { prompt = "meal", any_of = ["breakfast"] }

[[prompt]]
id = "late"
kind = "story"
ask = "Why so late?"
label = "Why"
required = true
when = { prompt = "meal", any_of = ["lunch"] }

[[prompt]]
id = "with"
kind = "choices"
ask = "Who ate with you?"
label = "With"
required = true
choices = ["A friend", "A neighbour"]

[[prompt]]
id = "dish"
kind = "line"
ask = "What was it called?"
label = "Dish"
required = true
max_length = 9
"""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a keeper saw of one rehearsal."""

    code: int
    text: str


async def expects_too_much(play: Play) -> None:
    """Sam waits for what nobody says."""
    sam = play.person("sam")
    await sam.say("hi")
    await sam.hear("Nothing you type is kept until you press Start.")
    await sam.hear("The moon is made of cheese.", timeout=0.1)


async def presses_what_is_not_there(play: Play) -> None:
    """Sam looks for a button that no message has."""
    await play.person("sam").press("Win a prize")


MISTAKEN = {
    "mistaken": Scene("mistaken", "hears what is never said", expects_too_much),
    "lost": Scene("lost", "presses what is not there", presses_what_is_not_there),
}


def play_everything(folder: Path) -> Mapping[str, Rehearsed]:
    """Plays every scene, and the rehearsals that go wrong; returns what was seen, by name."""
    own = folder / "own.toml"
    own.write_text(OWN_SCRIPT, encoding="utf-8")
    renamed = folder / "renamed.toml"
    default = DEFAULT_SCRIPT.read_text(encoding="utf-8")
    renamed.write_text(default.replace('name = "default"', 'name = "renamed"'), encoding="utf-8")
    unusable = folder / "unusable.toml"
    unusable.write_text(OWN_SCRIPT.replace('kind = "line"', 'kind = "poem"'), encoding="utf-8")
    outer = {"PATH": os.environ["PATH"], "SLACK_BOT_TOKEN": "xoxb-real", "DATABASE_URL": "sqlite:///real.db"}
    wanted: dict[str, tuple[str, Path | None]] = {name: (name, None) for name in (*SCENES, *MISTAKEN)}
    wanted |= {
        "own": ("weekly", own),
        "renamed": ("first-story", renamed),
        "unusable": ("weekly", unusable),
    }
    del wanted["script"]  # played with `own`

    async def play_all() -> dict[str, Rehearsed]:
        room = asyncio.Semaphore(AT_ONCE)

        async def play(scene: str, script: Path | None) -> Rehearsed:
            async with room:
                out = io.StringIO()
                code = await stage.rehearse(scene=scene, script=script, outer=outer, out=out)
                return Rehearsed(code, out.getvalue())

        done = await asyncio.gather(*(play(scene, script) for scene, script in wanted.values()))
        return dict(zip(wanted, done, strict=True))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "SCENES", {**SCENES, **MISTAKEN})
        return asyncio.run(play_all())
