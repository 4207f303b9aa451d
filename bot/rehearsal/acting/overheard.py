"""What a message, a modal or a press comes to in a few lines that read the same whenever the scene is played.

Pure functions of posts, views and interactive bodies. Seconds and addresses of messages, which differ from one play to
the next, are left out. `transcript.py` is the caller.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.slack.controls import VALUE_KEYS, Control, controls, state_of, text_of
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.views import View

from .shown import Names, readable, readable_blocks, readable_view, text_object

Json = dict[str, Any]

MOST_NEWS = 4
"""Lines of a changed message that are worth reading again; of more than these, the first stands for all."""

_SECONDS = re.compile(r"\b(\d{1,2}:\d\d):\d\d(?=[ap]m\b)")
_ADDRESS = re.compile(r"https?://[\w.-]+/archives/\w+/p\d+\S*?(?=[.,;]?(?:\s|$))")
_BUTTON_AT_END = re.compile(r"\s+\[[^\[\]]+\]$")
_TICKS = {"radio_buttons": "◉ ", "checkboxes": "☑ "}


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did: the lines, the mark before them, and the control, where choosing again replaces it."""

    lines: list[str]
    mark: str
    control: tuple[str, str] | None = None


def lines_of(post: Post, names: Names) -> list[str]:
    """Returns a message as read, line by line, with nothing chosen on it."""
    shown = readable_blocks(post.blocks, {}, names) if post.blocks else readable(post.text, names)
    files = [f"(drops {file['name']})" for file in post.files or []]
    return [*files, *_steady(shown)]


def view_lines(view: View, names: Names) -> list[str]:
    """Returns a modal as read."""
    return _steady(readable_view(view.payload, view.state, names, errors=view.errors))


def news_in(lines: Sequence[str], before: Sequence[str]) -> list[str]:
    """Returns what a changed message says that it did not say before; rows of buttons, and less of a line, are not."""
    earlier = [_without_button(line) for line in before]
    news = [line for line in lines if not any(old.startswith(_without_button(line)) for old in earlier)]
    if all(_is_buttons(line) for line in news):
        return []
    return news if len(news) <= MOST_NEWS else [f"{news[0]} …"]


def deed_of(payload: Json, names: Names) -> Done | None:
    """Returns what an interactive body or a command says somebody did; None for what nobody sees."""
    match payload.get("type"):
        case "block_actions":
            return _touched(payload["actions"][0], names)
        case "view_submission":
            view = payload["view"]
            button = text_of(view.get("submit")) or "Submit"
            return Done([*_filled_in(view, names), f"[{button}]"], "→ ")
        case None if "command" in payload:
            return Done([f"{payload['command']} {readable(payload['text'], names, marks=False)}".strip()], "")
        case _:
            return None


def _touched(action: Json, names: Names) -> Done:
    kind, key = action["type"], (str(action["block_id"]), str(action["action_id"]))
    if kind == "button":
        label = f"[{text_of(action['text'])}]"
        if not action.get("confirm"):
            return Done([label], "→ ")
        asked = text_object(action["confirm"].get("text"), names)
        return Done([f'{label} "{asked}" [{text_of(action["confirm"].get("confirm"))}]'], "→ ")
    chosen = action.get("selected_options") or [action.get("selected_option")]
    labels = [text_of(option.get("text")) for option in chosen if option]
    tick = _TICKS.get(kind, "")
    return Done([", ".join(f"{tick}{label}" for label in labels) or "(nothing ticked)"], "→ ", key)


def _filled_in(view: Mapping[str, Any], names: Names) -> list[str]:
    """What was typed or chosen in a modal, field by field, where it is not what stood there already."""
    values: Mapping[str, Mapping[str, Json]] = view["state"]["values"]
    said = []
    for control in controls(view["blocks"]):
        entry = values.get(control.key[0], {}).get(control.key[1])
        if entry is not None and entry != state_of(control, {}) and (words := _entered(control, entry)):
            said.append(f"{text_object(control.block.get('label'), names)}: {words}")
    return said


def _entered(control: Control, entry: Json) -> str:
    value = entry.get(VALUE_KEYS[control.type][0])
    if isinstance(value, list):
        return ", ".join(text_of(option.get("text")) for option in value)
    return text_of(value.get("text")) if isinstance(value, Mapping) else f'"{value}"' if value else ""


def _steady(shown: str) -> list[str]:
    plain = _ADDRESS.sub("(link)", _SECONDS.sub(r"\1", shown))
    return [line for line in plain.split("\n") if line.strip()]


def _without_button(line: str) -> str:
    return _BUTTON_AT_END.sub("", line)


def _is_buttons(line: str) -> bool:
    return line.startswith("[") and line.endswith("]")
