"""Whether Slack would take a message or a view: the strictness of the rehearsal workspace.

`check_message` and `check_view` say everything Slack would refuse, worded as in its response_metadata.messages; the
Web API's methods call them, and so may tests of what the bot builds. Here stand the rules that reach across an object
(this or that, unique, one of the options, all together); sizes and shapes are in `limits.py` and `shapes.py`. What has
an error code of its own and no place in the payload (no_text, metadata_too_large) is the methods' affair.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from .limits import (
    HEADER_WEIGHT,
    MAX_BLOCKS_CHARACTERS,
    MAX_INPUT,
    MAX_MARKDOWN_CHARACTERS,
    MAX_MESSAGE_BLOCKS,
    MAX_TABLE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_VIEW_BYTES,
)
from .schema import Items, Kind, Shape, error, problems
from .shapes import MESSAGE_BLOCKS, METADATA, VIEWS

Json = Mapping[str, Any]
Place = int | str  # an index in a list, or a key
Found = Iterator[str]

_MESSAGE = Items(MESSAGE_BLOCKS, MAX_MESSAGE_BLOCKS, least=0)
_SENT = ("text", "blocks", "metadata")
_UNTRAVELLED = re.compile("[\0\ud800-\udfff]")  # NUL, half of a surrogate pair


def check_message(payload: Mapping[str, Any]) -> list[str]:
    """Returns what Slack would refuse in the arguments of chat.postMessage, chat.update or chat.postEphemeral.

    `payload` is decoded: `blocks` a list, `metadata` a mapping. Other arguments are not looked at, None is as if not
    given. Empty when all is well. `chat.update` has a limit of its own on `text`: ADVISED_TEXT_CHARACTERS.
    """
    sent = {key: payload[key] for key in _SENT if payload.get(key) is not None}
    return [*_message(sent), *_characters(sent, "")]


def check_attachments(attachments: list[Any]) -> list[str]:
    """Returns what Slack would refuse in `attachments`: they are objects, and what blocks they have are blocks."""
    found = [*problems(attachments, Items(Shape(anything=True), least=0), "/attachments")]
    for index, attachment in _objects(attachments).items():
        at = f"/attachments/{index}/blocks"
        if attachment.get("blocks") is not None:
            found += [*problems(attachment["blocks"], _MESSAGE, at), *_across(_objects(attachment["blocks"]), at)]
    return [*found, *_characters(attachments, "/attachments")]


def check_view(view: Mapping[str, Any], *, surface: Literal["modal", "home"]) -> list[str]:
    """Returns what Slack would refuse in the `view` of views.open, update and push (modal) or views.publish (home)."""
    found = [*problems(view, Kind({surface: VIEWS[surface]}), "/view"), *_characters(view, "/view")]
    if isinstance(view, Mapping):
        no_submit = surface == "modal" and view.get("submit") is None
        found += _across(_objects(view.get("blocks")), "/view/blocks", no_submit=no_submit)
        size = len(json.dumps(dict(view), ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size > MAX_VIEW_BYTES:
            found.append(error(f"view_too_large: must be less than {MAX_VIEW_BYTES + 1} bytes", "/view"))
    return found


# -- the message and the view as wholes -------------------------------------------------------------------------------
def _message(sent: Json) -> Found:
    text = sent.get("text", "")
    if not isinstance(text, str):
        yield error("must provide a string", "/text")
    elif len(text) > MAX_TEXT_CHARACTERS:
        yield error(f"msg_too_long: must be less than {MAX_TEXT_CHARACTERS + 1} characters", "/text")
    if "blocks" in sent:
        yield from problems(sent["blocks"], _MESSAGE, "/blocks")
        blocks = _objects(sent["blocks"])
        yield from _across(blocks, "/blocks")
        yield from _together(list(blocks.values()))
    if "metadata" in sent:
        yield from problems(sent["metadata"], METADATA, "/metadata")


def _across(blocks: Mapping[Place, Json], at: str, *, no_submit: bool = False) -> Found:
    """Yields what is wrong between blocks, and inside each where two of its parts do not fit together."""
    yield from _unique("block_id", blocks, at)
    focused = False
    for index, block in blocks.items():
        here = f"{at}/{index}"
        if no_submit and block.get("type") == "input":
            yield error("must define `submit` to use an `input` block in modals", f"{here}/input")
        yield from _rules_of(block, here)
        yield from _unique("action_id", _objects(block.get("elements")), f"{here}/elements")
        for place, element in _elements(block).items():
            there = f"{here}/elements/{place}" if isinstance(place, int) else f"{here}/{place}"
            yield from _rules_of(element, there)
            if element.get("focus_on_load") is True:
                if focused:
                    yield error("`focus_on_load` is true for another element", f"{there}/focus_on_load")
                focused = True


def _together(blocks: list[Json]) -> Found:
    """Yields what is too long only when the blocks of a message are counted together."""
    kinds = Counter(str(block.get("type")) for block in blocks)
    length = sum(_length(block) for block in blocks) + kinds["header"] * HEADER_WEIGHT
    if length > MAX_BLOCKS_CHARACTERS:
        yield error(f"msg_blocks_too_long: must be less than {MAX_BLOCKS_CHARACTERS + 1} characters", "/blocks")
    for kind, most in (("markdown", MAX_MARKDOWN_CHARACTERS), ("table", MAX_TABLE_CHARACTERS)):
        if sum(_length(block) for block in blocks if block.get("type") == kind) > most:
            yield error(f"all {kind} blocks together must be less than {most + 1} characters", "/blocks")


def _length(thing: object) -> int:
    """Returns how many characters stand under a `text` key, at any depth."""
    return sum(len(value) for key, value, _ in _walk(thing, "") if key == "text" and isinstance(value, str))


def _characters(thing: object, at: str) -> Found:
    """Yields where a string, or a key, could not travel: NUL, or half of a surrogate pair."""
    for key, value, here in _walk(thing, at):
        for text in (key, value):
            if isinstance(text, str) and _UNTRAVELLED.search(text):
                yield error("must not contain NUL or unpaired surrogates", here)


# -- rules inside one object ------------------------------------------------------------------------------------------
def _rules_of(thing: Json, at: str) -> Found:
    kind = thing.get("type")
    rule = _RULES.get(kind) if isinstance(kind, str) else None
    if rule:
        yield from rule(thing, at)


def _section(block: Json, at: str) -> Found:
    if "text" not in block and "fields" not in block:
        yield error("must define either `text` or `fields`", f"{at}/type")


def _image(image: Json, at: str) -> Found:
    yield from _one_of(image, ("image_url", "slack_file"), at)
    if "slack_file" in image:
        yield from _one_of(_mapping(image["slack_file"]), ("id", "url"), f"{at}/slack_file")


def _menu(menu: Json, at: str) -> Found:
    yield from _one_of(menu, ("options", "option_groups"), at)
    yield from _choices(menu, at)


def _choices(menu: Json, at: str) -> Found:
    """Options have different values; what is chosen at first is one of them, word for word, and not too many."""
    places = {f"{at}/options/{i}": option for i, option in _objects(menu.get("options")).items()}
    for g, group in _objects(menu.get("option_groups")).items():
        inside = _objects(group.get("options"))
        places |= {f"{at}/option_groups/{g}/options/{i}": option for i, option in inside.items()}
    seen: list[object] = []
    for place, option in places.items():
        if "value" in option:
            if option["value"] in seen:
                yield error(f"`value` {_quoted(option['value'])} already exists", f"{place}/value")
            seen.append(option["value"])
    options = list(places.values())
    if "initial_option" in menu and menu["initial_option"] not in options:
        yield error("must exactly match one of the options", f"{at}/initial_option")
    chosen = _sequence(menu.get("initial_options"))
    for i, option in enumerate(chosen):
        if option not in options:
            yield error("must exactly match one of the options", f"{at}/initial_options/{i}")
    yield from _not_too_many(menu, at)


def _not_too_many(menu: Json, at: str) -> Found:
    most = menu.get("max_selected_items")
    for key in ("initial_options", "initial_users", "initial_conversations", "initial_channels"):
        if isinstance(most, int) and len(_sequence(menu.get(key))) > most:
            yield error(f"no more than {most} items allowed", f"{at}/{key}")


def _typed(element: Json, at: str) -> Found:
    least, most = (element.get(key) for key in ("min_length", "max_length"))
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield error("must not be less than `min_length`", f"{at}/max_length")
    value = element.get("initial_value")
    ceiling = min(most, MAX_INPUT) if isinstance(most, int) else MAX_INPUT
    # Beyond MAX_INPUT the shape has spoken already.
    if isinstance(value, str) and ceiling < len(value) <= MAX_INPUT:
        yield error(f"must be less than {ceiling + 1} characters", f"{at}/initial_value")


_RULES: Mapping[str, Callable[[Json, str], Found]] = {
    "section": _section,
    "image": _image,
    "static_select": _menu,
    "multi_static_select": _menu,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "overflow": _choices,
    "multi_external_select": _not_too_many,
    "multi_users_select": _not_too_many,
    "multi_conversations_select": _not_too_many,
    "multi_channels_select": _not_too_many,
    "plain_text_input": _typed,
}


def _one_of(thing: Json, keys: tuple[str, str], at: str) -> Found:
    given = [key for key in keys if key in thing]
    if not given:
        yield error(f"must define either `{keys[0]}` or `{keys[1]}`", f"{at}/type" if "type" in thing else at)
    elif len(given) > 1:
        yield error(f"cannot define both `{keys[0]}` and `{keys[1]}`", at)


def _unique(key: str, things: Mapping[Place, Json], at: str) -> Found:
    seen: list[object] = []
    for place, thing in things.items():
        if key in thing:
            if thing[key] in seen:
                yield error(f"`{key}` {_quoted(thing[key])} already exists", f"{at}/{place}/{key}")
            seen.append(thing[key])


# -- ways through a payload of which nothing is certain ---------------------------------------------------------------
def _walk(thing: object, at: str) -> Iterator[tuple[object, object, str]]:
    """Yields (key, value, pointer) for every member and item; without recursion, since depth is the sender's choice."""
    waiting = _members(thing, at)
    while waiting:
        key, value, here = waiting.pop()
        yield key, value, here
        waiting += _members(value, here)


def _members(parent: object, at: str) -> list[tuple[object, object, str]]:
    """Returns members or items, the last one first."""
    pairs: list[tuple[object, object]] = []
    if isinstance(parent, Mapping):
        pairs = list(parent.items())
    elif isinstance(parent, list | tuple):
        pairs = list(enumerate(parent))
    return [(key, value, f"{at}/{_escaped(key)}") for key, value in reversed(pairs)]


def _elements(block: Json) -> dict[Place, Json]:
    """Returns the elements of a block by their place: an index in `elements`, else `accessory` or `element`."""
    places = _objects(block.get("elements"))
    places.update({key: block[key] for key in ("accessory", "element") if isinstance(block.get(key), Mapping)})
    return places


def _objects(things: object) -> dict[Place, Json]:
    return {index: thing for index, thing in enumerate(_sequence(things)) if isinstance(thing, Mapping)}


def _sequence(things: object) -> list[Any]:
    return list(things) if isinstance(things, list | tuple) else []


def _mapping(thing: object) -> Json:
    return thing if isinstance(thing, Mapping) else {}


def _quoted(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else str(value)


def _escaped(key: object) -> str:
    """Returns a key as RFC 6901 writes it in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if isinstance(key, str) else str(key)
