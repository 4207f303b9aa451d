"""Pages: how many items, and where the next page begins. Cursors hold on to what is on a page, never to its number.

So nothing is skipped or told twice when something is posted or deleted between two pages. Lists are paged by id,
messages by their ts, as Slack does (docs.slack.dev/apis/web-api/pagination and conversations.history).
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from .call import ApiError, Call
from .messages import Post

T = TypeVar("T")

MOST = 1000  # docs, pagination: the maximum, which may vary per method
MOST_OF_HISTORY = 999  # docs, conversations.history and conversations.list: "an integer under 1000"

_MOMENT = re.compile(r"\d{1,12}(\.\d{1,9})?")
_NEXT_MESSAGE = re.compile(r"next_ts:(\d{1,18})")
_MICROSECONDS = 1_000_000


def how_many(call: Call, *, default: int, most: int = MOST, is_strict: bool = False) -> int:
    """Returns how many items a page holds at most: "invalid limit values are adjusted to something sensible".

    Strict is conversations.list, the only method that documents invalid_limit.
    """
    text = call.text("limit") or str(default)
    sensible = text.isdecimal() and int(text[:9]) > 0
    if is_strict and (not text.isdecimal() or int(text[:9]) > most):
        raise ApiError("invalid_limit")
    return min(int(text[:9]) if sensible else default, most, call.workspace.largest_page)


def paged(items: Sequence[T], call: Call, size: int, *, key: Callable[[T], str]) -> tuple[Sequence[T], str]:
    """Returns this page's items and the cursor of the next ("" when this is the last)."""
    start, cursor = 0, _read(call)
    if cursor:
        keys = [f"next:{key(item)}" for item in items]
        if cursor not in keys:
            raise ApiError("invalid_cursor")
        start = keys.index(cursor)
    end = start + size
    return items[start:end], _write(f"next:{key(items[end])}") if end < len(items) else ""


def page_of_history(posts: Sequence[Post], call: Call, size: int) -> tuple[list[Post], str]:
    """Returns the newest of these (given oldest first), newest first, and the cursor of the next page.

    With `oldest` and no `latest` the page is the one nearest to `oldest`, and the next one is newer: so one message is
    found by its ts, with `inclusive` and a limit of one.
    """
    if call.text("oldest").strip("0.") and not call.text("latest"):
        page, cursor = page_of_thread(posts, call, size)
        return page[::-1], cursor
    until = _next_ts(call)
    older = [post for post in posts if until is None or _micros(post.ts) <= until]
    cut = max(0, len(older) - size)
    return older[cut:][::-1], _write(f"next_ts:{_micros(older[cut - 1].ts)}") if cut else ""


def page_of_thread(posts: Sequence[Post], call: Call, size: int) -> tuple[list[Post], str]:
    """Returns the oldest of these (given oldest first), oldest first, and the cursor of the next page."""
    since = _next_ts(call)
    newer = [post for post in posts if since is None or _micros(post.ts) >= since]
    return newer[:size], _write(f"next_ts:{_micros(newer[size].ts)}") if len(newer) > size else ""


def within(call: Call) -> Callable[[Post], bool]:
    """Returns whether a message is between `oldest` and `latest`, as the call has them."""
    oldest, latest, inclusive = _moment(call, "oldest"), _moment(call, "latest"), call.flag("inclusive")

    def holds(post: Post) -> bool:
        ts = Decimal(post.ts)
        if inclusive and ts in (oldest, latest):
            return True
        return (oldest is None or ts > oldest) and (latest is None or ts < latest)

    return holds


def _moment(call: Call, name: str) -> Decimal | None:
    text = call.text(name)
    if not text or text == "now":
        return None
    if not _MOMENT.fullmatch(text):
        raise ApiError(f"invalid_ts_{name}")
    return Decimal(text)


def _micros(ts: str) -> int:
    return int(Decimal(ts) * _MICROSECONDS)


def _next_ts(call: Call) -> int | None:
    cursor = _read(call)
    if not cursor:
        return None
    found = _NEXT_MESSAGE.fullmatch(cursor)
    if found is None:
        raise ApiError("invalid_cursor")
    return int(found[1])


def _read(call: Call) -> str:
    try:
        return base64.b64decode(call.text("cursor"), validate=True).decode()
    except (binascii.Error, ValueError) as err:
        raise ApiError("invalid_cursor") from err


def _write(cursor: str) -> str:
    return base64.b64encode(cursor.encode()).decode()
