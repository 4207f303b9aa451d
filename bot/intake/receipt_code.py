"""The withdrawal code that a receipt shows: it counts from the moment at which that stands in Slack.

Its hash is slow on purpose, and takes four megabytes. So one thread makes all of them: nobody's message waits for one,
it is made while Slack takes the receipt, and only that thread keeps so much.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Final

from bot.story import codes
from bot.story.policy import Policy
from storage import outbox, removals, stories
from storage.database import Tx
from storage.records import Op, OutboxRow, StoryStatus

_HASHING: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hashing")
_TAKEN_BACK: Final = (StoryStatus.WITHDRAWN, StoryStatus.REMOVED)
"""A code of these has been used up, or would have nothing to take back."""


def shown(tx: Tx, policy: Policy, row: OutboxRow, number: int) -> str | None:
    """The story's code for its receipt, unless the key that it was made with is another by now."""
    story_id = str(row.story_id)
    code, kept = codes.code_of(policy.code_key, story_id, number), removals.code_hash(tx, story_id)
    if kept is None and row.op is Op.POST:
        _begun(story_id, code)  # `counts` finds it made
        return code
    return code if kept == _hash(story_id, code) else None


def counts(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """The receipt stands, and with it the code that it shows: from now on whoever has it can take the story back."""
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    if row.op is not Op.POST or row.args.get("again") or story is None or story.status in _TAKEN_BACK:
        return
    code = codes.code_of(policy.code_key, story.id, story.number)
    removals.set_code(tx, story.id, _hash(story.id, code))


def may_stand(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    """A receipt of which nobody knows whether it was posted may stand all the same: then its code counts too."""
    if outbox.is_in_doubt(row):
        counts(tx, policy, row)


def _hash(story_id: str, code: str) -> str:
    """The code's hash, waited for where it is not made yet."""
    try:
        return _begun(story_id, code).result()
    except Exception:
        _begun.cache_clear()
        raise


@lru_cache(maxsize=1024)
def _begun(story_id: str, code: str) -> "Future[str]":
    """The hash of a code that we have made ourselves, in the making or made. Never of one that was typed."""
    return _HASHING.submit(codes.hash_of, story_id, code)
