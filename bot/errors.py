"""What the world or we can get wrong, each with a name.

What a person gets wrong is a reply, never one of these. They are caught in three places only: the listeners' error
handler, the delivery loop and `cli.main`.

    AltogetherError
    ├── SettingsError      settings that cannot be used: every problem at once
    ├── NotAllowed         somebody tried what is not theirs to do
    ├── Conflict           somebody else was first, or the thing has moved on
    ├── NotFound           there is no such story, draft, person
    └── DeliveryError      a message did not reach Slack
        ├── RetryLater     it can be tried again, after a while
        └── Parked         it can never succeed as it is; the keeper sees why
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
    """A message did not reach Slack."""


class RetryLater(DeliveryError):
    """It can be tried again, not sooner than `after` seconds from now."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        self.reason = reason
        self.after = after
        super().__init__(reason)


class Parked(DeliveryError):
    """It can never succeed as it is; `reason` is a short code that the keeper sees."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
