"""Words that stand in a message's own blocks: a text as Slack would have written it beside them.

Pure. Some clients and servers send what somebody typed as rich text alone. Only rich text is read: other blocks are
what apps make. Elements: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.text import escape

_PARTS = {"rich_text_list"}
"""Kinds that hold sections, each of them a line, rather than runs of text."""


def text_of(blocks: object) -> str:
    """The words of the blocks, encoded as the `text` of a message is; empty where they hold none."""
    kept = [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list) else []
    return "\n".join(line for block in kept if block.get("type") == "rich_text" for line in _lines(block))


def _lines(holder: Mapping[str, Any]) -> Iterator[str]:
    for section in _elements(holder):
        if section.get("type") in _PARTS:
            yield from _lines(section)
        else:
            yield "".join(_run(element) for element in _elements(section)).strip("\n")


def _elements(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    elements = holder.get("elements")
    return [one for one in elements if isinstance(one, Mapping)] if isinstance(elements, list) else []


def _run(element: Mapping[str, Any]) -> str:
    def of(name: str) -> str:
        value = element.get(name)
        return escape(value) if isinstance(value, str) else ""

    match element.get("type"):
        case "text":
            return of("text")
        case "link":
            return f"<{of('url')}|{of('text')}>" if of("text") else f"<{of('url')}>"
        case "user":
            return f"<@{of('user_id')}>"
        case "channel":
            return f"<#{of('channel_id')}>"
        case "usergroup":
            return f"<!subteam^{of('usergroup_id')}>"
        case "broadcast":
            return f"<!{of('range')}>"
        case "emoji":
            return f":{of('name')}:"
        case "date":
            return of("fallback")
        case _:
            return ""
