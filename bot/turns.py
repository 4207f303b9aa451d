"""Whose delivery is handled next: people take turns, so that nobody waits for the flood of another.

What arrives waits in a line for each person, in the order of its arrival. A few of one person's are in hand at a time,
and as long as others wait each gets a place in turn. No Slack, no database; `connection.py` asks before it handles
anything.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Final

AT_ONCE: Final = 100
"""Deliveries in hand together: enough to be committed in one go, few enough to be done with soon."""
EACH: Final = 4
"""Of these, so many of one person's at most."""

_Line = OrderedDict[Hashable, "asyncio.Future[bool]"]


class Turns:
    """Lets deliveries begin. Each `begin` that returned True is followed by an `end` of the same person."""

    def __init__(self, *, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once, self._each = at_once, each
        self._in_hand: Counter[str] = Counter()
        self._together = 0
        self._lines: OrderedDict[str, _Line] = OrderedDict()  # whoever is first here is next

    async def begin(self, who: str, key: Hashable | None = None) -> bool:
        """Returns True when it is this delivery's turn; False when a newer copy of it has taken its place in line.

        `key` is what the copies of one delivery share; None where there are none.
        """
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        line = self._lines.setdefault(who, OrderedDict())
        key = turn if key is None else key
        older = line.get(key)
        if older is not None and not older.done():
            older.set_result(False)
        line[key] = turn  # in the place of the older
        self._go_on()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.end(who)  # it was this one's turn at the very moment when nobody wanted it any more
            raise

    def end(self, who: str) -> None:
        """This person's delivery is done with: the next may begin."""
        self._in_hand[who] -= 1
        if not self._in_hand[who]:
            del self._in_hand[who]
        self._together -= 1
        self._go_on()

    def _go_on(self) -> None:
        while self._together < self._at_once:
            who = next((one for one in self._lines if self._in_hand[one] < self._each), None)
            if who is None:
                return
            line = self._lines.pop(who)
            _, turn = line.popitem(last=False)
            if line:
                self._lines[who] = line  # behind everybody else
            if not turn.done():
                self._in_hand[who] += 1
                self._together += 1
                turn.set_result(True)
