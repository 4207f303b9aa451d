"""JSON from outside, read as strictly as Slack reads it: no NaN, and no deeper than any message can be.

What is refused is one `ValueError`, so that whoever asked answers with their own word for it.
"""

import json
from typing import Any

DEEPEST = 100  # a guess; Slack has a limit and does not publish it. The deepest block has about fifteen levels


def decoded(text: str | bytes) -> Any:
    """Returns what the text says; raises `ValueError` where it is not JSON, or too deep."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as err:
        raise ValueError("nested too deeply") from err
    level = [value]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _parts(value: object) -> list[Any]:
    """Returns what is inside this, as far as it can have an inside itself."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in inside if isinstance(part, dict | list)]


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
