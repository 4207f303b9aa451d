"""A story's answers in the room that a message has: whole where they fit, cut at a word where they do not.

Pure. Cards, the page that *Read* opens and the letter that hands a story back are built with it.
"""

from typing import Final

from bot import kit
from bot.story.view import StoryView
from bot.text import cut, one_line

FACTS: Final = 600
"""Services come from a menu of up to a hundred: the line is cut so that the answers keep their room."""
_LEAST: Final = 200
"""Less room than this is not worth the beginning of an answer."""


def name(view: StoryView) -> str:
    """ "Story 31: Two nights for one phone call"; the number alone where there is nothing to call it."""
    heading = one_line(view.heading)
    number = f"Story {view.number}"
    return number if heading == number else f"{number}: {heading}"


def answers(view: StoryView, *, room: int, most: int, changes: bool = False) -> tuple[list[kit.Block], bool]:
    """Blocks of the answers within `room` characters (as `kit.size` counts) and `most` blocks; whether all is there.

    The line to remember always stands at the end. With `changes`, changed answers are marked and their words bold.
    """
    ending: list[kit.Block] = []
    whole = True
    if view.lesson:
        lesson = cut_to(view.lesson, room // 3)
        whole = lesson == view.lesson
        ending.append(kit.quote(lesson))
        room -= kit.size(ending)
        most -= 1
    made: list[kit.Block] = []
    for label, words in view.sections:
        marked = changes and label in view.changed_labels
        block = _answer(label, words, marked)
        weight = kit.size([block])
        if len(made) == most:
            whole = False
            break
        if weight > room:
            whole = False
            left = room - kit.size([_answer(label, "–", marked)])
            if left >= _LEAST:
                made.append(_answer(label, cut_to(words, left), marked))
            break
        made.append(block)
        room -= weight
    return made + ending, whole


def _answer(label: str, words: str, marked: bool) -> kit.Block:
    if not marked:
        return kit.said(label, words)
    return kit.rich(kit.words(f"{label} · changed\n", bold=True), kit.words(words, bold=True))


def cut_to(words: str, room: int) -> str:
    """The words cut so that they weigh at most `room` (`&`, `<` and `>` grow when they are escaped)."""
    used = 0
    for place, character in enumerate(words):
        used += 5 if character == "&" else 4 if character in "<>" else 1
        if used > room:
            return cut(words, max(1, place))
    return words


def facts(view: StoryView) -> list[kit.Block]:
    """How it went and which services were part of it, as one line; nothing where neither was answered."""
    return [kit.rich(kit.words(cut(view.facts, FACTS)))] if view.facts else []
