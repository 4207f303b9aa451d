"""Withdrawal codes that fitted no story: how often somebody has tried a number of late, and nothing of who or what.

Rows count for an hour and go within the next. `bot.rights.service` asks before it compares a code.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from storage.database import Tx
from storage.tables import WrongCodeRow as Row

WINDOW: Final = timedelta(hours=1)


def note(tx: Tx, number: int) -> None:
    """Somebody tried a code of this story, and it was wrong."""
    forget_old(tx)
    tx.insert(Row, {"id": tx.new_id(), "number": number, "at": tx.now})


def forget_old(tx: Tx) -> None:
    """What no longer counts is gone."""
    tx.connection.execute(delete(Row).where(Row.workspace == tx.workspace, Row.at <= tx.now - WINDOW))


def recent(tx: Tx, number: int) -> int:
    """How many wrong codes of this story were tried within the window."""
    counted = select(func.count()).select_from(Row)
    return tx.connection.execute(
        counted.where(Row.workspace == tx.workspace, Row.number == number, Row.at > tx.now - WINDOW)
    ).scalar_one()
