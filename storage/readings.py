"""How often each story was opened, and which one is the story of the day. Counts and numbers: nobody's name.

Called by the reading room.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert, select, update

from storage.database import Tx
from storage.tables import StoryOfDayRow, StoryReadRow


def note(tx: Tx, number: int) -> None:
    """The story was opened once more."""
    again = tx.connection.execute(
        update(StoryReadRow)
        .where(StoryReadRow.workspace == tx.workspace, StoryReadRow.number == number)
        .values(times=StoryReadRow.times + 1)
    )
    if not again.rowcount:
        tx.connection.execute(insert(StoryReadRow).values(workspace=tx.workspace, number=number, times=1))


def most_read(tx: Tx, *, most: int) -> Sequence[int]:
    """Numbers of the stories that were opened more than once, most often first."""
    return (
        tx.connection.execute(
            select(StoryReadRow.number)
            .where(StoryReadRow.workspace == tx.workspace, StoryReadRow.times > 1)
            .order_by(StoryReadRow.times.desc(), StoryReadRow.number.desc())
            .limit(most)
        )
        .scalars()
        .all()
    )


def forget(tx: Tx, number: int) -> None:
    """The story's count is gone."""
    tx.connection.execute(
        delete(StoryReadRow).where(StoryReadRow.workspace == tx.workspace, StoryReadRow.number == number)
    )


def last_of_day(tx: Tx) -> tuple[date, int] | None:
    """The latest day for which a story was chosen, and its number."""
    row = tx.connection.execute(
        select(StoryOfDayRow.day, StoryOfDayRow.number).where(StoryOfDayRow.workspace == tx.workspace)
    ).one_or_none()
    return None if row is None else (date.fromisoformat(row.day), row.number)


def choose_for(tx: Tx, day: date, number: int) -> None:
    """This is the story of that day."""
    chosen = {"day": day.isoformat(), "number": number}
    changed = tx.connection.execute(
        update(StoryOfDayRow).where(StoryOfDayRow.workspace == tx.workspace).values(**chosen)
    )
    if not changed.rowcount:
        tx.connection.execute(insert(StoryOfDayRow).values(workspace=tx.workspace, **chosen))
