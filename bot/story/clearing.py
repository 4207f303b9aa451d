"""The last gate: the exact words of a version are screened once more, immediately before readers are shown them.

Reads only. It closes for whatever its teller has not been asked about, as when a story was stored by an older screen;
and it closes when the screen itself fails, since what could not be read was not found clean.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.story import screening
from bot.story.screened import undisputed
from bot.story.screening import Span
from storage import screen_hits, stories
from storage.database import Tx

log = logging.getLogger(__name__)

UNREAD: Final = "unread"
"""Stands in the place of a kind when the screen could not read the words."""


def left(
    tx: Tx, story_id: str, version: int, find: Callable[[str], Sequence[Span]] = screening.strong
) -> Mapping[str, int]:
    """How many of each kind keep this version from being shown; empty when it may be. `find` is the screen."""
    words = stories.find_version(tx, story_id, version)
    if words is None:
        return {}  # gone: there is nothing to show, and nothing to find
    hits = screen_hits.of_version(tx, story_id, version)
    try:
        return undisputed(words, hits, find)
    except Exception as error:  # noqa: BLE001 -- whatever went wrong in there, the story is not shown
        log.error("screen failed story=%s version=%d error=%s", story_id, version, type(error).__name__)
        return {UNREAD: 1}
