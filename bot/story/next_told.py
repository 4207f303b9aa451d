"""What happened next under the screen: whether readers may be shown it, and what of it nobody has spoken of.

Reads nothing and changes nothing. It is screened apart from its story, which stands without it too; and it is shown to
nobody when the screen fails. The site, the exports, search and the digest ask here immediately before they show it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from bot.story import screening
from bot.story.screening import Span
from storage.told_next import Sequel

log = logging.getLogger(__name__)

Find = Callable[[str], Sequence[Span]]


def undisputed(words: str, kept: Mapping[str, int], find: Find = screening.strong) -> Mapping[str, int]:
    """How many of each strong kind stand in these words without their teller having said that they are none."""
    found = Counter(span.kind for span in find(words))
    return {kind: number - kept.get(kind, 0) for kind, number in found.items() if number > kept.get(kind, 0)}


def mark_of(one: Sequel | None) -> str:
    """Names what happened next as it is approved; empty where nothing is."""
    return "" if one is None else one.mark


def readable(one: Sequel | None, find: Find = screening.strong) -> str | None:
    """The words, if there are any and the screen lets them be shown."""
    if one is None:
        return None
    try:
        return None if undisputed(one.words, one.kept, find) else one.words
    except Exception as error:  # noqa: BLE001 -- whatever went wrong in there, it is not shown
        log.error("screen failed story=%s error=%s", one.story_id, type(error).__name__)
        return None
