"""The question before a draft is deleted: each is put once, and its yes counts until it was answered or put anew.

Reads only. What stands of it is known from the outbox: each has its number, and so has the answer that kept the draft.
"""

from typing import Final

from storage import outbox
from storage.database import Tx

NOTE: Final = "delete_ask"
KEPT: Final = "delete_no"


def key(draft_id: str, number: int) -> str:
    """The outbox key of a draft's question with this number."""
    return f"{NOTE}:{draft_id}:{number}"


def kept_key(draft_id: str, number: int) -> str:
    """The outbox key of what was said when that question was answered by keeping."""
    return f"{KEPT}:{draft_id}:{number}"


def last(tx: Tx, draft_id: str) -> int:
    """The number of the question that was put last; 0 where none was."""
    number = 0
    while outbox.find_by_key(tx, key(draft_id, number + 1)) is not None:
        number += 1
    return number


def waits(tx: Tx, draft_id: str, number: str) -> bool:
    """Whether this question is the last one and still without an answer: only then does its yes count."""
    newest = last(tx, draft_id)
    return newest > 0 and number == str(newest) and outbox.find_by_key(tx, kept_key(draft_id, newest)) is None
