"""Somebody's answer to a question, as a teller sees it who asked for one.

Pure. What was written stands in rich text only.
"""

from typing import Any

from bot import ids, kit
from bot.story.view import Example, at_length
from bot.text import cut, one_line

TITLE = "How somebody answered"


def page(example: Example) -> dict[str, Any]:
    """The answer, where it is from, and the way to another."""
    value = f"{example.prompt_id}:{example.number}"
    blocks = [
        *at_length(example.asked, example.words),
        kit.context(f"{cut(one_line(example.heading), 150)} · story {example.number}"),
        kit.actions(
            kit.button("Show me another", ids.SHOW_ONE, value),
            kit.button("Read in full", ids.READ_STORY, str(example.number)),
        ),
    ]
    return _modal(blocks)


def none_page() -> dict[str, Any]:
    """There is none, or none any more."""
    return _modal([kit.section("Nobody has answered this one in the storybook yet.")])


def _modal(blocks: list[kit.Block]) -> dict[str, Any]:
    return kit.modal(TITLE, blocks, callback_id=ids.READING_VIEW, metadata="", close="Close")
