"""What the world or we can get wrong, each with a name.

What a person gets wrong is a reply, never one of these. Whoever can do something about one catches it by its name; the
rest reach the listeners' error handler, the delivery loop or `cli.main`.

    AltogetherError
    ├── SettingsError      settings that cannot be used: every problem at once
    ├── ScriptError        a script that cannot be used: every problem with its line
    ├── SlackUnavailable   Slack cannot be asked just now
    ├── Conflict           somebody else was first, or the thing has moved on
    ├── NotFound           there is no such story, draft, person
    ├── NotSaved           what somebody asked for failed by itself and was parked
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


class Conflict(AltogetherError):
    """Somebody else was first, or the thing has moved on."""


class NotFound(AltogetherError):
    """There is no such story, draft or person."""


class NotSaved(AltogetherError):
    """What somebody asked for failed by itself and was parked: nothing has changed, and they have not been told yet."""


class DeliveryError(AltogetherError):
    """Messages did not reach Slack in time; they wait in the outbox."""
