"""What a feature room tells delivery about each kind of message: how to render it, and when it may still go.

Pure. The outbox holds what to render, so a kind is looked up at the moment of sending. `rooms.py` gathers the rooms'
`KINDS` into one registry and passes it to delivery, which knows no feature.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.story.policy import Policy
from storage.database import Tx
from storage.records import OutboxRow

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file as Slack gets it. It is made in memory, at the moment of sending, and never written anywhere."""

    name: str
    title: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as Slack gets it: a plain sentence for notifications and screen readers, and blocks.

    A row whose op is FILE needs a `file`; its text then stands beside it. `shows` are the ids of stories in it that the
    row does not name: they are noted once it is sent, so that a withdrawal finds it.
    """

    text: str
    blocks: Sequence[Block] = field(default=())
    file: File | None = None
    shows: Sequence[str] = ()
    only_for_replies: bool = False
    """What a message is changed into where others have replied to it; where nobody has, it is deleted."""


Render = Callable[[Tx, Policy, OutboxRow], Rendered | None]
"""Reads what the row is about and says it as it stands now; None when there is nothing left to say."""

Gate = Callable[[Tx, Policy, OutboxRow], str | None]
"""Runs immediately before the call to Slack; a reason closes the gate and the row is dropped."""

After = Callable[[Tx, Policy, OutboxRow], None]
"""Runs in the transaction that marks the row sent (or parked); the row it gets is as it stands after that."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. DELETE and PERMALINK rows need no renderer."""

    render: Render | None = None
    gate: Gate | None = None
    sent: After | None = None
    found: After | None = None
    """Runs after `sent` where a message in doubt was found in Slack: what it says was rendered at another time."""
    parked: After | None = None
    instead: After | None = None
    """For a FILE: runs where this Slack takes none from us, in the transaction that drops the row."""
    light: bool = False
    """Whether this takes a millisecond or so, however much there is: then it is done on the event loop."""
    slow_after: bool = False
    """Whether what runs after it was sent can take longer all the same."""


Kinds = Mapping[str, Kind]
