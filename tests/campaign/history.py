"""What people did and what they know of it: the campaign's own memory, apart from the bot and from the workspace.

Every message a teller types holds a word that occurs nowhere else. An act ends well, or nobody knows how it ended.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass
class Told:
    """One word that a teller typed as an answer; `sure` once the bot has answered it."""

    teller: str
    word: str
    told: int
    """The number of the telling, counted for each teller."""
    said_at: str = ""
    """The ts of the message, where it was typed as an answer of many messages."""
    sure: bool = False


@dataclass
class Telling:
    """One go of a teller at a story; `sent`: its receipt was seen, and which number it got."""

    teller: str
    number: int
    words: list[Told] = field(default_factory=list)
    over: str = ""
    """How it ended, as far as the teller knows: sent, expired, or nothing yet."""
    story: int | None = None


@dataclass
class History:
    """Everything the people remember."""

    tellings: list[Telling] = field(default_factory=list)
    fridays: list[datetime] = field(default_factory=list)
    kills: int = 0
    unanswered: int = 0
    """Acts that ended with an error on the screen: they may have happened, or not."""
    _number: "count[int]" = field(default_factory=lambda: count(1))

    def begin(self, teller: str) -> Telling:
        """A new telling of this person."""
        telling = Telling(teller, next(self._number))
        self.tellings.append(telling)
        return telling

    def word(self, telling: Telling) -> Told:
        """A word that nobody has typed before."""
        told = Told(telling.teller, f"zq{telling.number:05d}x{len(telling.words):03d}", telling.number)
        telling.words.append(told)
        return told
