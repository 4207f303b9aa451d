"""Faults as the page's buttons arm them: which call each one is for, so that a press has something to show.

What they do is in `slack/faults.py`. `server.py` calls.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.rehearsal.slack.faults import SWITCHES, Faults

from .state import Refused
from .values import Fields

Json = dict[str, Any]

POST: Final = "chat.postMessage"
LATE: Final = 6.0
WAIT: Final = 3.0

_AT_ONCE: Final[Mapping[str, Callable[[Faults], Awaitable[None]]]] = MappingProxyType(
    {
        "drop_socket": lambda faults: faults.drop_socket(),
        "disconnect": lambda faults: faults.disconnect("refresh_requested"),
    }
)
_ARMED: Final[Mapping[str, Callable[[Faults], None]]] = MappingProxyType(
    {
        "refuse_socket": lambda faults: faults.refuse_socket(),
        "lose_next_ack": lambda faults: faults.lose_next_ack(),
        "duplicate_next": lambda faults: faults.duplicate_next(),
        "reorder_next": lambda faults: faults.reorder_next(),
        "rate_limit_next": lambda faults: faults.rate_limit_next(POST, retry_after=WAIT),
        "fail_next": lambda faults: faults.fail_next(POST),
        "hang_next": lambda faults: faults.hang_next(POST, seconds=LATE),
        "lose_reply_after": lambda faults: faults.lose_reply_after(POST),
        "refuse_connection": lambda faults: faults.refuse_connection(POST),
        "stale_history_next": lambda faults: faults.stale_history_next(),
        "drop_metadata": lambda faults: faults.drop_metadata(),
        "omit_bot_id": lambda faults: faults.omit_bot_id(),
    }
)


async def set_fault(faults: Faults, body: Json) -> None:
    """A fault is armed, or disarmed with `on` false, or all are with `clear`; what happens at once has happened."""
    if body.get("clear") is True:
        faults.clear()
        return
    name = Fields(body).text("name")
    if name not in _ARMED and name not in _AT_ONCE:
        raise Refused("There is no such fault.", status=400)
    if body.get("on") is False:
        faults.disarm(name)
    elif name in _AT_ONCE:
        await _AT_ONCE[name](faults)
    elif name not in SWITCHES or not _is_on(faults, name):
        _ARMED[name](faults)


def _is_on(faults: Faults, name: str) -> bool:
    return any(one.name == name and one.armed for one in faults.all())
