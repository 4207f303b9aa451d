"""What the houses of the rooms' tests share: a story to tell, and messages as they went out, checked as Slack would.

No database and no Slack here; `digest_house`, `review_house` and others build on it.
"""

from dataclasses import dataclass
from typing import Any

from bot.outgoing import Rendered
from bot.rehearsal.slack.validation import check_message
from storage.records import OutboxRow, Part

TWO_NIGHTS = (
    (Part.TITLE, "Title", "Two nights for one phone call"),
    (Part.KIND, "Kind", "It happened late or only in part"),
    (Part.SERVICES, "Services", "Health, Housing and homelessness"),
    (Part.BODY, "What happened", "It was when a tenant came home from hospital. Nobody had told us."),
    (Part.BODY, "What difference it made", "She waited two nights."),
    (Part.LESSON, "One thing", "Ring the person who will be at the door, not the one on the form."),
)
"""The answers of a story: part, label, words."""


@dataclass(frozen=True)
class Sent:
    """A message as it went out."""

    row: OutboxRow
    rendered: Rendered

    @property
    def text(self) -> str:
        return self.rendered.text

    @property
    def shown(self) -> str:
        """Every text of the blocks, in order; buttons too."""
        return "\n".join(texts(list(self.rendered.blocks)))


def texts(node: Any) -> list[str]:
    """Every text under a node of blocks, in order."""
    if isinstance(node, list):
        return [text for item in node for text in texts(item)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for value in node.values() if isinstance(value, dict | list) for text in texts(value)]


def checked(rendered: Rendered) -> Rendered:
    """The message, if Slack would take it."""
    problems = check_message({"text": rendered.text, "blocks": list(rendered.blocks)})
    assert problems == [], problems
    assert rendered.text
    assert len(rendered.text) <= 4000
    return rendered
