"""What people did and what they know of it: the campaign's own memory, apart from the bot and from the workspace.

Every message a teller types holds a word that occurs nowhere else. An act ends well, or nobody knows how it ended.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal

Back = Literal["", "asked", "sure"]
"""Whether a story was taken back: not at all, tried (nobody knows yet), or the bot has said so."""


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

    @property
    def secret(self) -> str:
        """What a reviewer may take out again: typed beside the word."""
        return self.word.replace("zq", "qs")


@dataclass
class Telling:
    """One go of a teller at a story; `sent`: its receipt was seen, and which number it got."""

    teller: str
    number: int
    no_name: bool = False
    """Told with no name or role shown."""
    words: list[Told] = field(default_factory=list)
    over: str = ""
    """How it ended, as far as the teller knows: sent, expired, or nothing yet."""
    story: int | None = None
    receipt: str = ""
    """The ts of the receipt, which has the button to take it back."""
    back: Back = ""
    while_posting: bool = False
    """It was taken back at the moment when Slack had its edition."""
    declined: bool = False


@dataclass
class History:
    """Everything the people remember."""

    tellings: list[Telling] = field(default_factory=list)
    fridays: list[datetime] = field(default_factory=list)
    kills: int = 0
    unanswered: int = 0
    """Acts that ended with an error on the screen: they may have happened, or not."""
    plans: dict[int, str] = field(default_factory=dict)
    """What the reviewers do with a story before they approve it, by its number."""
    acts: dict[str, int] = field(default_factory=dict)
    """How often each act was answered as meant."""
    two: set[int] = field(default_factory=set)
    """Stories that need two reviewers, as the bot has confirmed."""
    _number: "count[int]" = field(default_factory=lambda: count(1))
    _of_word: dict[str, Telling] = field(default_factory=dict)

    def begin(self, teller: str) -> Telling:
        """A new telling of this person."""
        telling = Telling(teller, next(self._number))
        self.tellings.append(telling)
        return telling

    def word(self, telling: Telling) -> Told:
        """A word that nobody has typed before."""
        told = Told(telling.teller, f"zq{telling.number:05d}x{len(telling.words):04d}", telling.number)
        telling.words.append(told)
        self._of_word[told.word] = telling
        return told

    def of_word(self, word: str) -> Telling | None:
        """Whose word it is."""
        return self._of_word.get(word)

    def of_story(self, number: int) -> Telling | None:
        """Whose story has this number, once its receipt was seen."""
        return next((one for one in self.tellings if one.story == number), None)

    def did(self, act: str) -> None:
        """Counts an act that was answered as meant."""
        self.acts[act] = self.acts.get(act, 0) + 1
