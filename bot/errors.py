"""What the world or we can get wrong, each with a name.

What a person gets wrong is a reply, never one of these. They are caught in three places only: the listeners' error
handler, the delivery loop and `cli.main`.

    AltogetherError
    ├── SettingsError      settings that cannot be used: every problem at once
    ├── NotAllowed         somebody tried what is not theirs to do
    ├── Conflict           somebody else was first, or the thing has moved on
    ├── NotFound           there is no such story, draft, person
    └── DeliveryError      messages did not reach Slack in time

How single messages fare is not an exception: delivery's outcomes are values (`bot/delivery/outcomes.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass


class AltogetherError(Exception):
    """The root of everything this program raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix: the setting's name and a sentence that says how."""

    name: str
    message: str


class SettingsError(AltogetherError):
    """Settings that cannot be used; `problems` holds all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.name}: {p.message}" for p in self.problems))


class NotAllowed(AltogetherError):
    """Somebody tried what is not theirs to do."""


class Conflict(AltogetherError):
    """Somebody else was first, or the thing has moved on."""


class NotFound(AltogetherError):
    """There is no such story, draft or person."""


class DeliveryError(AltogetherError):
    """Messages did not reach Slack in time; they wait in the outbox."""
