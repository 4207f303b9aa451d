"""Block Kit, within Slack's limits by construction.

Pure. Our own words may use mrkdwn (`section`); what a teller wrote goes into `plain_text` or rich text elements only
(`said`, `rich`), where it can neither ping nor pose as a link. Whatever is too long is cut here, so no caller can build
a block that Slack refuses. Limits: docs.slack.dev/reference/block-kit.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from bot.text import cut

Block = dict[str, Any]
Element = dict[str, Any]

MOST_BLOCKS: Final = 50
MOST_VIEW_BLOCKS: Final = 100
MOST_CHARACTERS: Final = 12_000
"""All blocks of a message together: `msg_blocks_too_long` has been seen near 13,200 (slackapi/bolt-js#2509)."""
MOST_OPTIONS: Final = 100
SECTION: Final = 3000
HEADER: Final = 150
OPTION: Final = 75
BUTTON: Final = 75
TEXT: Final = 3900
"""The top-level text: 4,000 is advised for posting and refused beyond for updating."""
NOT_OPENED: Final = "If nothing has opened, please press that again."
"""Where Slack has not said that it shows a page or a form: it may, since an answer is lost sometimes."""


def plain(text: str, limit: int = 3000) -> Element:
    """A plain_text object; Slack refuses an empty one, so nothing is shown as a dash."""
    return {"type": "plain_text", "text": cut(text, limit) or "–", "emoji": True}


def literal(text: str, limit: int = 3000) -> Element:
    """A plain_text object in which even `:tada:` stays as it was written."""
    return {"type": "plain_text", "text": cut(text, limit) or "–", "emoji": False}


def cut_text(text: str) -> str:
    """A top-level text, cut where an update would refuse it."""
    return cut(text, TEXT)


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def header(text: str) -> Block:
    """A heading; what people wrote may stand in it."""
    return {"type": "header", "text": literal(text, HEADER)}


def section(text: str) -> Block:
    """Our own words, as mrkdwn. Never for what a teller wrote."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION) or "–", "verbatim": True}}


def section_with(text: str, accessory: Element) -> Block:
    """Words of anybody's (plain text) with a button or a menu beside them."""
    return {"type": "section", "text": literal(text, SECTION), "accessory": accessory}


def context(*texts: str) -> Block:
    """Small print; what people wrote may stand in it."""
    return {"type": "context", "elements": [literal(text, 2000) for text in texts[:10]]}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(*elements: Element) -> Block:
    """A row of buttons and menus, at most 25."""
    return {"type": "actions", "elements": list(elements[:25])}


# ── rich text: the one place where what people wrote is shown at length ───────────────────────────────────────────


def words(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Element:
    """A run of text; Slack refuses an empty one, so callers leave those out."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("code", code)) if on}
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def rich(*runs: Element) -> Block:
    """One paragraph of text runs."""
    kept = [run for run in runs if run.get("text", "–")]
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": kept or [words("–")]}],
    }


def said(label: str | None, text: str) -> Block:
    """What a teller wrote, under a bold label of ours."""
    return rich(*([words(f"{label}\n", bold=True)] if label else []), words(text))


def quote(text: str) -> Block:
    """A line to remember, set apart."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [words(text or "–")]}]}


def bullets(*lines: str) -> Block:
    """A list, one line each."""
    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [words(line or "–")]} for line in lines],
            }
        ],
    }


# ── elements ──────────────────────────────────────────────────────────────────────────────────────────────────────


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: Element | None = None,
) -> Element:
    """A button; its value comes back with the press."""
    made: Element = {"type": "button", "action_id": action_id, "text": plain(label, BUTTON)}
    if value:
        made["value"] = value
    if style is not None:
        made["style"] = style
    if confirm is not None:
        made["confirm"] = confirm
    return made


def confirm(title: str, text: str, yes: str, no: str) -> Element:
    """The box that asks before a press counts."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str) -> Element:
    """One choice of a menu, a radio group or a set of tick boxes."""
    return {"text": plain(text, OPTION), "value": value[:150]}


Grouped = Sequence[tuple[str | None, Sequence[Element]]]


def radio(action_id: str, options: Sequence[Element], chosen: str | None = None) -> Element:
    """Radio buttons, at most ten."""
    return _initial({"type": "radio_buttons", "action_id": action_id, "options": list(options)}, options, chosen)


def menu(action_id: str, placeholder: str, options: Sequence[Element], chosen: str | None = None) -> Element:
    """A menu of at most a hundred."""
    made = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    return _initial(made, options, chosen)


def multi_menu(
    action_id: str, placeholder: str, groups: Grouped, chosen: Iterable[str] = (), *, most: int | None = None
) -> Element:
    """A menu to choose several from, in groups where the script has them."""
    made: Element = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
    }
    if len(groups) == 1 and groups[0][0] is None:
        made["options"] = list(groups[0][1])
    else:
        made["option_groups"] = [
            {"label": plain(label or "Other", OPTION), "options": list(options)} for label, options in groups
        ]
    wanted = set(chosen)
    initial = [one for _, options in groups for one in options if one["value"] in wanted]
    if initial:
        made["initial_options"] = initial
    if most is not None:
        made["max_selected_items"] = most
    return made


def ticks(action_id: str, options: Sequence[Element], chosen: Iterable[str] = ()) -> Element:
    """Tick boxes, at most ten; none ticked unless its teller ticked it."""
    made: Element = {"type": "checkboxes", "action_id": action_id, "options": list(options)}
    wanted = set(chosen)
    initial = [one for one in options if one["value"] in wanted]
    if initial:
        made["initial_options"] = initial
    return made


def _initial(made: Element, options: Sequence[Element], chosen: str | None) -> Element:
    for one in options:
        if one["value"] == chosen:
            made["initial_option"] = one
    return made


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def text_field(
    action_id: str,
    initial: str | None = None,
    *,
    multiline: bool = True,
    shortest: int | None = None,
    longest: int = 3000,
) -> Element:
    """A box to type in; lengths are in characters."""
    made: Element = {
        "type": "plain_text_input",
        "action_id": action_id,
        "multiline": multiline,
        "max_length": max(1, min(longest, 3000)),
    }
    if shortest:
        made["min_length"] = min(shortest, made["max_length"])
    if initial:
        made["initial_value"] = initial[: made["max_length"]]
    return made


def field(block_id: str, label: str, element: Element, *, hint: str | None = None, optional: bool = False) -> Block:
    """A labelled input; problems are shown beneath it by its block id."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        made["hint"] = plain(hint, 2000)
    return made


def modal(
    title: str, blocks: Sequence[Block], *, callback_id: str, metadata: str, submit: str | None = None, close: str
) -> dict[str, Any]:
    """A modal; title, submit and close have 24 characters."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": list(blocks[:MOST_VIEW_BLOCKS]),
    }
    if submit is not None:
        view["submit"] = plain(submit, 24)
    return view


# ── size ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def size(blocks: Iterable[Block]) -> int:
    """Characters of every text in the blocks, as Slack gets them (`&`, `<` and `>` grow when escaped)."""
    total = 0
    todo: list[Any] = list(blocks)
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, str):
            total += len(node) + 4 * node.count("&") + 3 * (node.count("<") + node.count(">"))
    return total


def pages(
    blocks: Sequence[Block], *, most: int = MOST_BLOCKS - 4, characters: int = MOST_CHARACTERS
) -> list[list[Block]]:
    """The blocks in as few messages as Slack will take, split between blocks."""
    made: list[list[Block]] = [[]]
    room = characters
    for block in blocks:
        weight = size([block])
        if made[-1] and (len(made[-1]) >= most or weight > room):
            made.append([])
            room = characters
        made[-1].append(block)
        room -= weight
    return made
