"""How a teller is offered somebody else's answer to the open question.

Pure. The answer itself never stands in the conversation: it is shown on a page, which leaves nothing behind.
"""

from dataclasses import replace
from typing import Final

from bot import ids, kit
from bot.outgoing import Rendered

SHOW: Final = "example"
"""The note after the typed words, about a question that is answered in one's own words."""
LIST: Final = "example_list"
NOWHERE: Final = "example_nowhere"
_LINES: Final = {
    SHOW: "Nobody has answered this one in the storybook yet.",
    LIST: "This one is answered from a list, so there is nothing to show.",
    NOWHERE: "There is no question open just now, so there is nothing to show.",
}

NOTES: Final = frozenset(_LINES)


def button(prompt_id: str) -> kit.Element:
    """Opens the page with somebody's answer."""
    return kit.button("Show me one", ids.SHOW_ONE, f"{prompt_id}:0")


def with_button(question: Rendered, prompt_id: str) -> Rendered:
    """The question with the button beside its others."""
    *rest, foot = question.blocks
    return replace(question, blocks=[*rest, {**foot, "elements": [*foot["elements"], button(prompt_id)]}])


def note(what: str, prompt_id: str, *, there_is_one: bool) -> Rendered:
    """The answer to the typed words."""
    if there_is_one:
        sentence = "Here is how somebody answered this one. It doesn't change yours."
        return Rendered(sentence, [kit.section(sentence), kit.actions(button(prompt_id))])
    return Rendered(_LINES[what], [kit.section(_LINES[what])])
