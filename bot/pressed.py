"""What somebody pressed, or the form that they sent: who they are, where, and what came with it.

Pure. Lenient: what a payload leaves out, or says as nobody expects, is empty. Every room's listeners read presses and
forms here. Shapes: docs.slack.dev/reference/interaction-payloads. They are tuples, which cost a third of what a frozen
dataclass does: one is made of every press.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Payload = Mapping[str, Any]
Chosen = Mapping[str, tuple[str, ...]]
"""The values of what is chosen, by the id of the menu or the list of boxes."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Press(NamedTuple):
    """One press of a button, or one choice in a menu."""

    user_id: str
    action_id: str = ""
    value: str = ""
    """What the button carries."""
    chosen: Chosen = _NOTHING
    """By action id: what stands chosen on the message around it, and what was chosen now."""
    channel: str = ""
    message_ts: str | None = None
    thread_ts: str | None = None
    """The thread that the message stands in, if it is a reply."""
    action_ts: str | None = None
    is_private: bool = False
    """On a message that nobody else sees."""
    response_url: str | None = None
    view: str = ""
    """What it stood on: "modal" or "home"; empty for a message."""
    metadata: str = ""
    """What the modal carries."""

    @property
    def in_modal(self) -> bool:
        """Whether it stood on a page, on which another can be put."""
        return self.view == "modal"

    @property
    def private_url(self) -> str | None:
        """Where a message that nobody else sees is changed, which can be done in no other way; None of any other."""
        return self.response_url if self.is_private else None

    @property
    def choice(self) -> str:
        """What was chosen now; empty where nothing was, or no menu was pressed."""
        return next(iter(self.chosen.get(self.action_id, ())), "")


class Form(NamedTuple):
    """A modal that was sent. Its boxes go by their block ids."""

    user_id: str
    metadata: str = ""
    """What the modal carries."""
    inputs: tuple[str, ...] = ()
    """The boxes to fill in, in order: a problem can be shown beneath each."""
    typed: Mapping[str, str] = _NOTHING
    """The words in each box that is typed in, exactly as Slack hands them over."""
    chosen: Chosen = _NOTHING

    def choice(self, box: str) -> str:
        """The one thing that is chosen there; empty where nothing is."""
        return next(iter(self.chosen.get(box, ())), "")


def press_of(body: Payload) -> Press:
    """The press in a `block_actions` payload."""
    actions, container, view = _list(body.get("actions")), _map(body.get("container")), _map(body.get("view"))
    action = _map(actions[0]) if actions else _NOTHING
    message_ts = _text(container.get("message_ts")) or _in(body, "message", "ts") or None
    thread_ts = _text(container.get("thread_ts")) or _in(body, "message", "thread_ts")
    return Press(
        _in(body, "user", "id"),
        _text(action.get("action_id")),
        _text(action.get("value")),
        _chosen_around(body, actions),
        channel=_in(body, "channel", "id") or _text(container.get("channel_id")),
        message_ts=message_ts,
        thread_ts=thread_ts if thread_ts and thread_ts != message_ts else None,
        action_ts=_text(action.get("action_ts")) or None,
        is_private=bool(container.get("is_ephemeral")),
        response_url=_text(body.get("response_url")) or None,
        view=(_text(view.get("type")) or "modal") if view else "",
        metadata=_text(view.get("private_metadata")) if view else "",
    )


def form_of(body: Payload) -> Form:
    """The form in a `view_submission` payload."""
    view = _map(body.get("view"))
    typed: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    for box, elements in _map(_map(view.get("state")).get("values")).items():
        for element in _map(elements).values():
            choices = _choices(element)
            if choices is None:
                typed[box] = _text(_map(element).get("value"))
            else:
                chosen[box] = choices
    blocks = [_map(block) for block in _list(view.get("blocks"))]
    return Form(
        user_id=_in(body, "user", "id"),
        metadata=_text(view.get("private_metadata")),
        inputs=tuple(_text(block.get("block_id")) for block in blocks if block.get("type") == "input"),
        typed=typed,
        chosen=chosen,
    )


def _chosen_around(body: Payload, actions: list[Any]) -> Chosen:
    found: dict[str, tuple[str, ...]] = {}
    for elements in _map(_map(body.get("state")).get("values")).values():
        for action_id, element in _map(elements).items():
            if (choices := _choices(element)) is not None:
                found[action_id] = choices
    for action in actions:
        if (choices := _choices(action)) is not None:
            found[_text(action.get("action_id"))] = choices
    return found


def _choices(element: object) -> tuple[str, ...] | None:
    """What is chosen in an element; None for one in which nothing can be."""
    if not isinstance(element, dict):
        return None
    if "selected_option" in element:
        return (_in(element, "selected_option", "value"),) if element["selected_option"] else ()
    if "selected_options" in element:
        return tuple(_text(_map(option).get("value")) for option in _list(element["selected_options"]))
    if "selected_conversation" in element:
        conversation = _text(element["selected_conversation"])
        return (conversation,) if conversation else ()
    return None


# ── whatever it is, it is one of these ────────────────────────────────────────────────────────────────────────────


def _map(value: object) -> Payload:
    return value if isinstance(value, dict) else _NOTHING


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _in(body: Payload, part: str, name: str) -> str:
    """The text of that name in a part of the payload."""
    found = body.get(part)
    text = found.get(name) if isinstance(found, dict) else None
    return text if isinstance(text, str) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
