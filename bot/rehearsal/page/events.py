"""What has happened in a rehearsal, numbered, so that every open page hears of all of it once and in order.

A ring of the latest news: what each person is told is made when it is sent, since people see different things. Who
listens to what is in `news.py`; `server.py` streams it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.acting.person import Person

Json = dict[str, Any]
Telling = Callable[[Person], Json | None]
"""What this person is told; None where it is not for their eyes."""

KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news."""

    version: int
    kind: str
    telling: Telling

    def for_person(self, person: Person) -> Json | None:
        """Returns the event's body as this person gets it, or None."""
        told = self.telling(person)
        return None if told is None else {"version": self.version, "kind": self.kind} | told


class News:
    """The news so far."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self.version = 0
        self.closed = False
        self._items: deque[Item] = deque(maxlen=kept)
        self._next = asyncio.Event()

    def tell(self, kind: str, telling: Telling) -> None:
        """Adds a piece of news and wakes whoever waits."""
        self.version += 1
        self._items.append(Item(self.version, kind, telling))
        self._wake()

    def since(self, version: int) -> list[Item] | None:
        """Returns everything after this version; None where some of it is no longer kept, or never was."""
        if version > self.version or self.version - version > len(self._items):
            return None
        wanted = self.version - version
        return [self._items[len(self._items) - wanted + number] for number in range(wanted)]

    async def after(self, version: int) -> None:
        """Returns once there is something newer than this version, or no more is to come."""
        while self.version <= version and not self.closed:
            await self._next.wait()

    def close(self) -> None:
        """Nothing more is to come."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._next.set()
        self._next = asyncio.Event()
