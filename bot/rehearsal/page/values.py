"""What the page sends, read strictly: texts and their sizes, timestamps, and what a control is to be set to.

Whatever does not fit is `Refused` with words. Nothing here acts.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.rehearsal.slack.controls import ONE_OPTION, SEVERAL_OPTIONS, TYPED, VALUE_KEYS, Control

from .state import Refused

Json = dict[str, Any]

MOST_WORDS: Final = 40_000
"""Characters of a message, as many as Slack keeps."""
MOST_ID: Final = 255
MOST_INPUT: Final = 3_000
MOST_VALUES: Final = 100
TS: Final = re.compile(r"\d{1,12}\.\d{6}")
_UNFIT_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f/\\]")


class Fields:
    """The body of a request."""

    def __init__(self, body: Json) -> None:
        self._body = body

    def text(self, name: str, *, needed: bool = True, most: int = MOST_ID) -> str:
        """Returns a short text, such as an id."""
        value = self._body.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or len(value) > most or (needed and not value):
            raise Refused(f"{name} must be a text of 1 to {most} characters.", status=400)
        return value

    def words(self, name: str, *, needed: bool = True) -> str:
        """Returns what somebody wrote."""
        value = self._body.get(name)
        if not isinstance(value, str) or not value.strip():
            if needed:
                raise Refused("Write something first.")
            return ""
        if len(value) > MOST_WORDS:
            raise Refused(f"A message holds {MOST_WORDS:,} characters at most; this one has {len(value):,}.")
        return value

    def file_name(self, name: str) -> str:
        """Returns the name of a file, without anything that is no part of one."""
        plain = _UNFIT_IN_NAMES.sub("", self.text(name)).strip()
        if not plain:
            raise Refused("A file needs a name.", status=400)
        return plain

    def ts(self, name: str) -> str:
        """Returns a timestamp."""
        value = self.text(name)
        if not TS.fullmatch(value):
            raise Refused(f"{name} must be a timestamp.", status=400)
        return value

    def ts_or_none(self, name: str) -> str | None:
        """Returns a timestamp, if there is one."""
        return None if self._body.get(name) is None else self.ts(name)

    def flag(self, name: str) -> bool:
        """Returns whether it is true; nothing but true is."""
        return self._body.get(name) is True

    def value_or_values(self) -> object:
        """Returns what a control is to be set to."""
        return self._body["values"] if "values" in self._body else self._body.get("value")

    def one_value(self) -> str:
        """Returns the one value that was chosen."""
        given = self.value_or_values()
        first = given[0] if isinstance(given, list) and given else given
        return first if isinstance(first, str) else ""

    def values_by_block(self, name: str) -> Mapping[str, Mapping[str, object]]:
        """Returns a modal's values: by block, by action."""
        given = self._body.get(name) or {}
        if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
            raise Refused(f"{name} must be an object of objects.", status=400)
        return given


def value_of(control: Control, given: object) -> Json:
    """Returns the control's state for what was given: an option's value or several, or what was typed or picked."""
    if control.type not in VALUE_KEYS:
        raise Refused("That can't be set.", status=400)
    key = VALUE_KEYS[control.type][0]
    if control.type in SEVERAL_OPTIONS:
        return {key: [option_of(control, one) for one in _several(control, given)]}
    if control.type in ONE_OPTION:
        chosen = _several(control, given)
        return {key: option_of(control, chosen[0]) if chosen else None}
    if key.endswith("s"):  # users, channels and conversations, several of them
        return {key: _several(control, given)}
    words = given[0] if isinstance(given, list) and given else given
    if words in (None, "", []):
        return {key: None}
    if not isinstance(words, str):
        raise Refused("That must be a text.", status=400)
    longest = int(control.element.get("max_length") or MOST_INPUT)
    if control.type in TYPED and len(words) > longest:
        raise Refused(f"No more than {longest:,} characters fit here; these are {len(words):,}.")
    return {key: words}


def option_of(control: Control, value: object) -> Json:
    """Returns the option of this value."""
    found = next((option for option in control.options if option.get("value") == value), None)
    if found is None:
        raise Refused("That choice is not there any more.")
    return found


def _several(control: Control, given: object) -> list[str]:
    values: list[object] = given if isinstance(given, list) else [] if given is None else [given]
    texts = [one for one in values if isinstance(one, str)]
    if len(values) > MOST_VALUES or len(texts) < len(values):
        raise Refused("Choices must be a list of texts.", status=400)
    most = control.element.get("max_selected_items")
    if most is not None and len(texts) > int(most):
        raise Refused(f"No more than {most} can be chosen here.")
    return texts
