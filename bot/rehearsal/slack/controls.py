"""What a person can press, choose or fill in, and what Slack says of its state.

Pure functions over blocks: the same for messages, modals and the Home tab. `state` is what the person has set so far,
keyed by (block_id, action_id); what they have not touched has its initial value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .messages import elements_of

Json = dict[str, Any]
State = dict[tuple[str, str], Json]

# element type -> (the key of its value in state.values, the key that sets it at first)
VALUE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
ONE_OPTION = ("static_select", "radio_buttons")
SEVERAL_OPTIONS = ("multi_static_select", "checkboxes")


@dataclass(frozen=True, slots=True)
class Control:
    """One element and where it stands."""

    block: Json
    element: Json

    @property
    def key(self) -> tuple[str, str]:
        """The pair by which Slack files its state."""
        return str(self.block.get("block_id", "")), str(self.element.get("action_id", ""))

    @property
    def type(self) -> str:
        """The element's type."""
        return str(self.element.get("type", ""))

    @property
    def sends_at_once(self) -> bool:
        """Whether touching it tells the app: always, except in an input block that does not ask for it."""
        return self.block.get("type") != "input" or bool(self.block.get("dispatch_action"))

    @property
    def names(self) -> tuple[str, ...]:
        """What a person could call it: its block's label, its placeholder, its action_id."""
        found = (text_of(self.block.get("label")), text_of(self.element.get("placeholder")), self.key[1])
        return tuple(name for name in found if name)

    @property
    def options(self) -> list[Json]:
        """All its options, those in groups too."""
        groups = self.element.get("option_groups") or []
        return [*(self.element.get("options") or []), *(o for g in groups for o in g.get("options", []))]


def text_of(thing: object) -> str:
    """Returns the text of a text object, or nothing."""
    return str(thing.get("text", "")) if isinstance(thing, Mapping) else ""


def controls(blocks: Sequence[Json]) -> Iterator[Control]:
    """Yields every element a person can touch, from top to bottom."""
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") != "image":
                yield Control(block, element)


def state_of(control: Control, state: Mapping[tuple[str, str], Json]) -> Json | None:
    """Returns the control's entry in state.values; None for what has no state (buttons, overflow menus).

    A choice that the app has since removed from the options no longer counts.
    """
    if control.type not in VALUE_KEYS:
        return None
    value_key, initial_key = VALUE_KEYS[control.type]
    several = value_key.endswith("s")
    value = state.get(control.key, {}).get(value_key)
    if value_key in ("selected_option", "selected_options") and control.options:
        chosen = value if several else [value]
        if any(option not in control.options for option in chosen or []):
            value = None
    if value is None and control.key not in state:
        value = control.element.get(initial_key)
    return {"type": control.type, value_key: ([] if value is None else value) if several else value}


def state_values(blocks: Sequence[Json], state: Mapping[tuple[str, str], Json]) -> Json:
    """Returns `state.values` for these blocks, as interactive payloads carry it."""
    values: Json = {}
    for control in controls(blocks):
        entry = state_of(control, state)
        if entry is not None:
            values.setdefault(control.key[0], {})[control.key[1]] = entry
    return values


def current_conversation(blocks: Sequence[Json], channel: str) -> State:
    """Returns the state of the menus that begin with the conversation that the person was looking at."""
    asking = [one for one in controls(blocks) if one.element.get("default_to_current_conversation")]
    keys = {one.key: VALUE_KEYS[one.type][0] for one in asking if one.type in VALUE_KEYS}
    return {pair: {key: [channel] if key.endswith("s") else channel} for pair, key in keys.items()}


def answering(blocks: Sequence[Json], state: Mapping[tuple[str, str], Json]) -> Iterator[tuple[Control, str]]:
    """Yields the menus in which a conversation was chosen that the app may answer in, and that conversation's id."""
    for control in controls(blocks):
        if control.element.get("response_url_enabled"):
            entry = state_of(control, state) or {}
            chosen = entry.get("selected_conversation") or entry.get("selected_channel")
            if chosen:
                yield control, str(chosen)
