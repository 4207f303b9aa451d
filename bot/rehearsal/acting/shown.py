"""What a person reads on the screen: a message, a modal or a Home tab as plain text.

Buttons stand in [brackets], radio buttons as ○ and ◉, tick boxes as ☐ and ☑, menus as [… ▾]. Pure functions of blocks
and of names; formatting marks are taken off, as the client shows them as bold and not as asterisks.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.rehearsal.slack.controls import Control, State, state_of, text_of

Json = dict[str, Any]
Names = Callable[[str, str], str]  # ("user" | "channel" | "usergroup", id) -> what people see

_TOKEN = re.compile(r"<([^<>\n]+)>")
_MARKS = [re.compile(rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]+?)(?<=\S){m}(?![\w{m}])") for m in (r"\*", "_", "~", "`")]


def readable(text: str, names: Names, *, marks: bool = True) -> str:
    """Returns Slack's text as read: mentions and links by name, entities decoded, formatting marks taken off."""
    plain = _TOKEN.sub(lambda m: _token(m[1], names), text)
    for mark in _MARKS if marks else ():
        plain = mark.sub(r"\1", plain)
    return html.unescape(plain)


def readable_blocks(blocks: Sequence[Json], state: State, names: Names) -> str:
    """Returns blocks as read, one line or paragraph each."""
    return "\n".join(line for block in blocks if (line := _block(block, state, names)))


def readable_view(view: Mapping[str, Any], state: State, names: Names, *, errors: Mapping[str, str]) -> str:
    """Returns a modal or Home tab as read: title, blocks, what is wrong with what was filled in, then its buttons."""
    lines = [text_of(view.get("title"))]
    for block in view["blocks"]:
        lines.append(_block(block, state, names))
        lines.append(errors.get(str(block.get("block_id")), ""))
    buttons = [text_of(view.get("submit")), text_of(view.get("close"))]
    lines.append(" ".join(f"[{label}]" for label in buttons if label))
    return "\n".join(line for line in lines if line)


def text_object(thing: Json | None, names: Names) -> str:
    """Returns a text object as read."""
    if not thing:
        return ""
    return readable(text_of(thing), names) if thing.get("type") == "mrkdwn" else text_of(thing)


def _block(block: Json, state: State, names: Names) -> str:
    match block.get("type"):
        case "section":
            texts = [text_object(block.get("text"), names), *(text_object(f, names) for f in block.get("fields", []))]
            accessory = block.get("accessory")
            texts += [_element(Control(block, accessory), state, names)] if accessory else []
            return "  ".join(t for t in texts if t)
        case "header":
            return text_object(block.get("text"), names)
        case "context":
            return "  ".join(_small(element, names) for element in block.get("elements", []))
        case "actions":
            return " ".join(_element(Control(block, e), state, names) for e in block.get("elements", []))
        case "input":
            hint = text_object(block.get("hint"), names)
            control = _element(Control(block, block["element"]), state, names)
            return "  ".join(t for t in (text_object(block.get("label"), names), control, hint) if t)
        case "rich_text":
            return "\n".join(_rich(element, names) for element in block.get("elements", []))
        case "markdown":
            return str(block.get("text", ""))
        case "image":
            return str(block.get("alt_text", ""))
        case _:
            return ""


def _small(element: Json, names: Names) -> str:
    return str(element.get("alt_text", "")) if element.get("type") == "image" else text_object(element, names)


def _element(control: Control, state: State, names: Names) -> str:
    element = control.element
    match control.type:
        case "button":
            return f"[{text_of(element.get('text'))}]"
        case "radio_buttons":
            return "  ".join(_options(control, state, names, marks="○◉"))
        case "checkboxes":
            return "  ".join(_options(control, state, names, marks="☐☑"))
        case "overflow":
            return "[⋯ " + " / ".join(text_of(o.get("text")) for o in control.options) + "]"
        case "image":
            return str(element.get("alt_text", ""))
        case _:
            value = _value(control, state)
            menu = control.type.endswith("_select")
            shown = value or text_of(element.get("placeholder"))
            return f"[{shown} ▾]" if menu else f"[{shown}]" if shown else "[ ]"


def _options(control: Control, state: State, names: Names, *, marks: str) -> Iterable[str]:
    entry = state_of(control, state) or {}
    chosen = entry.get("selected_options") or [entry.get("selected_option")]
    for option in control.options:
        description = text_object(option.get("description"), names)
        label = text_object(option.get("text"), names) + (f" {description}" if description else "")
        yield f"{marks[option in chosen]} {label}"


def _value(control: Control, state: State) -> str:
    entry = state_of(control, state) or {}
    value = next((v for key, v in entry.items() if key != "type"), None)
    if isinstance(value, list):
        return ", ".join(_label(v) for v in value)
    return _label(value) if value else ""


def _label(value: object) -> str:
    return text_of(value.get("text")) if isinstance(value, Mapping) else str(value)


def _rich(element: Json, names: Names) -> str:
    match element.get("type"):
        case "rich_text_list":
            ordered = element.get("style") == "ordered"
            items = [_rich(item, names) for item in element.get("elements", [])]
            return "\n".join(f"{f'{n}.' if ordered else '•'} {item}" for n, item in enumerate(items, 1))
        case _:
            return "".join(_rich_leaf(leaf, names) for leaf in element.get("elements", []))


def _rich_leaf(leaf: Json, names: Names) -> str:
    match leaf.get("type"):
        case "text":
            return str(leaf.get("text", ""))
        case "link":
            return str(leaf.get("text") or leaf.get("url", ""))
        case "user":
            return "@" + names("user", str(leaf.get("user_id")))
        case "channel":
            return "#" + names("channel", str(leaf.get("channel_id")))
        case "usergroup":
            return "@" + names("usergroup", str(leaf.get("usergroup_id")))
        case "broadcast":
            return f"@{leaf.get('range')}"
        case "emoji":
            return f":{leaf.get('name')}:"
        case _:
            return str(leaf.get("fallback", ""))


def _token(token: str, names: Names) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return "@" + names("user", target[1:])
    if target.startswith("#"):
        return "#" + (label or names("channel", target[1:]))
    if target.startswith("!subteam^"):
        return "@" + (label.removeprefix("@") or names("usergroup", target[9:]))
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return f"@{target[1:]}"
    return label or target
