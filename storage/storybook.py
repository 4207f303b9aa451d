"""The books that stories stand in outside Slack: sites, which are kept up to date, and exports, which cannot be.

What may stand in a book is noted before the book is written, in the transaction that looks once more whether it still
may; so a withdrawal always finds every book that holds the story. `bot.storybook` writes the books.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from storage import published, removals
from storage.books import Audience, Book, BookKind
from storage.database import Tx
from storage.prepared import Prepared
from storage.published import Standing
from storage.tables import BookRow, BookStoryRow, RemovalRow
from storage.withdrawals import Removal, RemovalState, Surface

_BOOK = tuple(getattr(BookRow, name) for name in Book.__slots__)
_REMOVAL = tuple(getattr(RemovalRow, name) for name in Removal.__slots__)
_PLACE: Final = "book:"
_SITES = Prepared(  # asked every few seconds
    select(*_BOOK).where(BookRow.workspace == bindparam("here"), BookRow.kind == BookKind.SITE).order_by(BookRow.path)
)


def begin(tx: Tx, *, kind: BookKind, audience: Audience, path: str, formats: str) -> tuple[Book, Sequence[Standing]]:
    """The book at this path, and what may be written in it: all that this audience may read at this moment.

    From now on each of these stories counts as standing in it, whether or not it is ever written.
    """
    book = Book(find_id(tx, kind, path) or tx.new_id(), kind, audience, path, formats, tx.now)
    tx.upsert(BookRow, {name: getattr(book, name) for name in Book.__slots__}, key=("id",))
    standing = published.standing(tx, audience)
    known = set(stories_in(tx, book.id))
    fresh = [one.story_id for one in standing if one.story_id not in known]
    if fresh:
        rows = [{"workspace": tx.workspace, "book_id": book.id, "story_id": story_id} for story_id in fresh]
        tx.connection.execute(insert(BookStoryRow), rows)
    return book, standing


def finish(tx: Tx, book: Book, written: Collection[str]) -> int:
    """The book holds these stories and no others; returns how many removals that settles."""
    keep = set(written)
    gone = [story_id for story_id in stories_in(tx, book.id) if story_id not in keep]
    for first in range(0, len(gone), 500):
        tx.connection.execute(
            delete(BookStoryRow).where(
                BookStoryRow.workspace == tx.workspace,
                BookStoryRow.book_id == book.id,
                BookStoryRow.story_id.in_(gone[first : first + 500]),
            )
        )
    settled = 0
    for one in _pending(tx, book.id):
        if one.story_id not in keep:
            removals.settle(tx, one, RemovalState.DONE)
            settled += 1
    return settled


def give_up(tx: Tx, book: Book, reason: str) -> None:
    """The book is no longer where it was, so nothing more can be taken out of it."""
    for one in _pending(tx, book.id):
        removals.settle(tx, one, RemovalState.CANNOT, reason)
    tx.connection.execute(delete(BookRow).where(BookRow.workspace == tx.workspace, BookRow.id == book.id))


def find_id(tx: Tx, kind: BookKind, path: str) -> str | None:
    """The id of the book at this path."""
    return tx.connection.execute(
        select(BookRow.id).where(BookRow.workspace == tx.workspace, BookRow.kind == kind, BookRow.path == path)
    ).scalar_one_or_none()


def sites(tx: Tx) -> Sequence[Book]:
    """Every site that is kept up to date."""
    return [Book(*row) for row in _SITES.all(tx)]


def stories_in(tx: Tx, book_id: str) -> Sequence[str]:
    """Ids of the stories that stand in the book, or may."""
    rows = tx.connection.execute(
        select(BookStoryRow.story_id).where(BookStoryRow.workspace == tx.workspace, BookStoryRow.book_id == book_id)
    )
    return rows.scalars().all()


def holding(tx: Tx, story_id: str) -> Sequence[Book]:
    """The books that this story stands in, or may."""
    rows = tx.connection.execute(
        select(*_BOOK)
        .join(BookStoryRow, (BookStoryRow.workspace == BookRow.workspace) & (BookStoryRow.book_id == BookRow.id))
        .where(BookStoryRow.workspace == tx.workspace, BookStoryRow.story_id == story_id)
        .order_by(BookRow.made_at)
    )
    return [Book(*row) for row in rows]


def take_off(tx: Tx, story_id: str) -> Sequence[Book]:
    """Puts every book that holds the story in the removal ledger, and returns them.

    A site is written again without it; an export was handed out, and the ledger says when.
    """
    books = holding(tx, story_id)
    for book in books:
        place = f"{_PLACE}{book.id}"
        if book.kind is BookKind.SITE:
            removals.add(tx, story_id, place, Surface.SITE)
        else:
            removals.add(tx, story_id, place, Surface.EXPORT)
            one = Removal(story_id, place, Surface.EXPORT, RemovalState.PENDING, None, None)
            removals.settle(tx, one, RemovalState.CANNOT, f"{book.formats}, {book.made_at.date().isoformat()}")
    return books


def waiting(tx: Tx, book_id: str) -> bool:
    """Whether a story that was taken back still has to go from this site."""
    return bool(_pending(tx, book_id))


def _pending(tx: Tx, book_id: str) -> list[Removal]:
    statement = select(*_REMOVAL).where(
        RemovalRow.workspace == tx.workspace,
        RemovalRow.surface == Surface.SITE,
        RemovalRow.state == RemovalState.PENDING,
        RemovalRow.place == f"{_PLACE}{book_id}",
    )
    return [Removal(*row) for row in tx.connection.execute(statement)]
