"""The chore that has search know the stories which were approved before there was an index. Wired by `app.py`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.story.policy import Policy
from storage import search
from storage.database import Tx

EVERY: Final = timedelta(days=1)


def catching_up() -> Callable[[Tx, Policy], datetime]:
    """Returns a chore that looks at some stories at a time, so that nobody waits while it goes through very many."""
    after: int | None = 0

    def look(tx: Tx, policy: Policy) -> datetime:
        nonlocal after
        after = search.catch_up(tx, after=after or 0)
        return tx.now + EVERY if after is None else tx.now

    return look
