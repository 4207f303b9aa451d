"""The question before a draft is deleted: each is put once, and its yes counts until it was answered or put anew.

Reads only. What stands of it is known from the outbox: each has its number, and so has the answer that kept the draft.
It can be answered by typing the words of its buttons.
"""

from collections.abc import Mapping
from typing import Final

from bot.intake.dialogue import Move
from bot.intake.notes import DELETE_IT, KEEP_IT, KEEP_THEM, THROW_AWAY
from storage import outbox
from storage.database import Tx

NOTE: Final = "delete_ask"
KEPT: Final = "delete_no"
_TYPED: Final[Mapping[str, Move]] = {
    **{words.casefold(): Move.DELETE_YES for words in (DELETE_IT, THROW_AWAY)},
    **{words.casefold(): Move.DELETE_NO for words in (KEEP_IT, KEEP_THEM)},
}


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


def typed(tx: Tx, draft_id: str, text: str) -> Move | None:
    """The answer that a message is, where it is nothing but a button's words and the question waits for one."""
    move = _TYPED.get(" ".join(text.casefold().split()).rstrip(".!"))
    return move if move is not None and waits(tx, draft_id, str(last(tx, draft_id))) else None


def waits(tx: Tx, draft_id: str, number: str) -> bool:
    """Whether this question is the last one and still without an answer: only then does its yes count."""
    newest = last(tx, draft_id)
    return newest > 0 and number == str(newest) and outbox.find_by_key(tx, kept_key(draft_id, newest)) is None
