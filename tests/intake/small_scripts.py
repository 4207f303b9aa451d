"""Small scripts, one for each thing that a script can ask for, and a builder of their TOML."""

from typing import Any

from bot.intake.script import Script
from bot.intake.script.file import parse_script

HEAD = """
[campaign]
name = "small"
version = "1"
title = "Tell us a story"
minutes = 3
about = ["It is deleted after {days} days."]
help = "I collect stories."
notice_version = 1
how_we_use = "We learn from them."
"""


def prompt(prompt_id: str, kind: str, **keys: Any) -> str:
    """One [[prompt]] of a script."""
    keys = {"id": prompt_id, "kind": kind, "ask": f"What of {prompt_id}?", "label": f"The {prompt_id}", **keys}
    return "\n[[prompt]]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in keys.items())


def script(*prompts: str, parts: str = "") -> Script:
    """The script with these prompts."""
    return parse_script(HEAD + parts + "".join(prompts))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


_SIZES: dict[str, Any] = {"min_length": 3, "max_length": 8}
CHOICE = prompt("kind", "choice", required=True, choices=["Yes", "No"])
STORY = prompt("what", "story", required=True, **_SIZES)
LINE = prompt("title", "line", **_SIZES)
_WITH_OTHER: dict[str, Any] = {"choices": ["Red", "Blue"], "max_selected": 1, "other": "Something else"}

SMALL: dict[str, Script] = {
    "every kind": script(CHOICE, STORY, prompt("colours", "choices", **_WITH_OTHER), LINE),
    "when": script(
        CHOICE,
        prompt("more", "story", required=True, when={"prompt": "kind", "any_of": ["yes"]}, **_SIZES),
        prompt("after", "story", **_SIZES),
    ),
    "beside": script(
        prompt("colours", "choices", required=True, **_WITH_OTHER),
        prompt("shape", "choice", choices=["Round", "Square"], other="Another shape", beside="colours"),
        STORY,
    ),
    "only choices": script(CHOICE, prompt("colours", "choices", choices=["Red", "Blue"], required=True)),
    "optional first": script(prompt("before", "story", **_SIZES), CHOICE, STORY),
    "no line": script(STORY, CHOICE, prompt("after", "story", required=True, **_SIZES)),
    "one question": script(prompt("only", "line", required=True, **_SIZES)),
    "grows": script(CHOICE, prompt("more", "line", when={"prompt": "kind", "any_of": ["yes"]}, **_SIZES)),
}
