"""What the people of a simulated run did and know: nothing in here was read from the program or its file."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass
class Word:
    """One word that occurs nowhere else, and the event that carried it."""

    word: str
    ts: str
    event_id: str
    lasting: bool
    """Typed as an answer of many messages, the only one waited for."""
    sure: bool = False
    """Acknowledged before its teller went on: from now on it must be kept."""
    gone: bool = False
    """Its teller has edited or deleted the message: it may be kept or not, once."""


@dataclass
class Telling:
    """One go of a teller at a story. `over`: "" while it lasts, else sent, deleted, expired or withdrawn."""

    teller: str
    number: int
    words: list[Word] = field(default_factory=list)
    over: str = ""
    sending: bool = False
    story: int | None = None
    withdrawing: bool = False
    private: bool = False


@dataclass
class Memory:
    """Everything that was done."""

    tellings: list[Telling] = field(default_factory=list)
    approved: dict[int, set[str]] = field(default_factory=dict)
    """By story: who has tried to approve it, whatever came of it."""
    forged: int = 0
    reviewed_by: set[str] = field(default_factory=set)
    """Everybody who was a reviewer at any time."""
    slots: list[datetime] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=dict)
    """By outbox id: where and when a message with it was posted."""
    published: dict[str, set[str]] = field(default_factory=dict)
    """By word: the ts of every message to the readers that has ever had it in it."""
    archived: bool = False
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def begin(self, teller: str) -> Telling:
        """A new telling."""
        telling = Telling(teller, next(self._numbers))
        self.tellings.append(telling)
        return telling

    def of_story(self, number: int) -> Telling | None:
        """The telling that became this story, as far as its teller knows."""
        return next((one for one in self.tellings if one.story == number), None)
