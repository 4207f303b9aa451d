"""Permission as it is given, taken away and confirmed: rows per place, and a record of every change that is never lost.

`stories` writes the permission that a version begins with; everything later goes through here. Who decides what a
change means for readers is `bot.rights`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from storage import search, stories
from storage.database import Tx
from storage.records import Naming, OutboxState, Place, StoryStatus, Version
from storage.tables import (
    ConfirmationRow,
    EditionEntryRow,
    OutboxRowTable,
    PermissionChangeRow,
    PermissionRow,
    StoryRow,
)


@dataclass(frozen=True, slots=True)
class Permission:
    """That a version may be shown at a place, under which notice; `revoked_at` once its teller took that back."""

    version: int
    place: Place
    naming: Naming
    notice_version: int
    granted_at: datetime
    revoked_at: datetime | None


_PERMISSION = tuple(getattr(PermissionRow, name) for name in Permission.__slots__)


def confirm(tx: Tx, story_id: str, version: int, *, taken_out: bool, notice_version: int) -> None:
    """The teller said of this version that nobody in it can be identified, or that they were not sure."""
    tx.upsert(
        ConfirmationRow,
        {
            "story_id": story_id,
            "version": version,
            "taken_out": taken_out,
            "notice_version": notice_version,
            "confirmed_at": tx.now,
        },
        key=("story_id", "version"),
    )


def confirmed(tx: Tx, story_id: str, version: int) -> bool | None:
    """What the teller said of this version; None where they were not asked."""
    return tx.connection.execute(
        select(ConfirmationRow.taken_out).where(
            ConfirmationRow.workspace == tx.workspace,
            ConfirmationRow.story_id == story_id,
            ConfirmationRow.version == version,
        )
    ).scalar_one_or_none()


def of_story(tx: Tx, story_id: str) -> Sequence[Permission]:
    """Every permission that was ever given for a story, and when it was taken back, by version and place."""
    rows = tx.connection.execute(
        select(*_PERMISSION)
        .where(PermissionRow.workspace == tx.workspace, PermissionRow.story_id == story_id)
        .order_by(PermissionRow.version, PermissionRow.place)
    )
    return [Permission(*row) for row in rows]


def revoke(tx: Tx, version: Version, place: Place, *, notice_version: int) -> bool:
    """The story may no longer be shown at this place, in any version; False when that was so already."""
    taken = tx.connection.execute(
        update(PermissionRow)
        .where(
            PermissionRow.workspace == tx.workspace,
            PermissionRow.story_id == version.story_id,
            PermissionRow.place == place,
            PermissionRow.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
    ).rowcount
    if taken:
        _note(tx, version, place=place, naming=version.naming, given=False, notice_version=notice_version)
    return taken > 0


def grant(tx: Tx, version: Version, place: Place, *, notice_version: int) -> bool:
    """This version may be shown at this place from now on; False when that was so already."""
    if stories.may_go_to(tx, version.story_id, version.n, place):
        return False
    row = {
        "story_id": version.story_id,
        "version": version.n,
        "place": place,
        "naming": version.naming,
        "notice_version": notice_version,
        "granted_at": tx.now,
        "revoked_at": None,
    }
    tx.upsert(PermissionRow, row, key=("story_id", "version", "place"))
    _note(tx, version, place=place, naming=version.naming, given=True, notice_version=notice_version)
    return True


def note_naming(tx: Tx, version: Version, naming: Naming, *, notice_version: int) -> None:
    """The teller asked for this version to be described in this way."""
    _note(tx, version, place=None, naming=naming, given=True, notice_version=notice_version)


def note_given(tx: Tx, version: Version, place: Place, *, notice_version: int) -> None:
    """The teller gave this place with a new version, whose own row says so already."""
    _note(tx, version, place=place, naming=version.naming, given=True, notice_version=notice_version)


def _note(tx: Tx, version: Version, *, place: Place | None, naming: Naming, given: bool, notice_version: int) -> None:
    tx.insert(
        PermissionChangeRow,
        {
            "id": tx.new_id(),
            "story_id": version.story_id,
            "version": version.n,
            "place": place,
            "naming": naming,
            "given": given,
            "notice_version": notice_version,
            "changed_at": tx.now,
        },
    )


def replace_posted(tx: Tx, version: Version, *, notice_version: int, posts: Collection[str]) -> bool:
    """A posted story stands at this version from now on, wherever the one before it stood; False when it has moved on.

    For a version that says less than the approved one, and the same words: whatever waits to be said of the story, and
    every post of it (their kinds are `posts`), is of this version.
    """
    parent = version.n - 1
    standing = (StoryRow.status == StoryStatus.POSTED) & (StoryRow.approved_version == parent)
    moved = stories.change_if(
        tx,
        version.story_id,
        standing & (StoryRow.current_version == parent),
        current_version=version.n,
        approved_version=version.n,
        changed_at=tx.now,
    )
    if not moved:
        return False
    stories.add_version(tx, version, parent=parent, notice_version=notice_version)
    search.index(tx, version.story_id)  # its words stand only now
    tx.connection.execute(
        update(EditionEntryRow)
        .where(EditionEntryRow.workspace == tx.workspace, EditionEntryRow.story_id == version.story_id)
        .values(version=version.n)
    )
    waits = OutboxRowTable.state.in_([OutboxState.QUEUED, OutboxState.SENDING])
    tx.connection.execute(
        update(OutboxRowTable)
        .where(
            OutboxRowTable.workspace == tx.workspace,
            OutboxRowTable.story_id == version.story_id,
            OutboxRowTable.version == parent,
            or_(waits, OutboxRowTable.kind.in_(list(posts))),
        )
        .values(version=version.n)
    )
    return True
