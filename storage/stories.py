"""Stories that were sent: their versions, words and permissions.

A version's words never change; a change is a new version. Status moves only in `decisions`, by conditional updates, and
here where the teller acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, func, select, update

from storage import screen_hits, search, sequels
from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Part, Place, Story, StoryStatus, Version, VersionAnswer
from storage.tables import EditionEntryRow, PermissionRow, StoryRow, VersionAnswerRow, VersionRow

_STORY = tuple(getattr(StoryRow, name) for name in Story.__slots__)
_ANSWER = tuple(getattr(VersionAnswerRow, name) for name in VersionAnswer.__slots__)

# What is asked whenever a story is sent, shown or told of is prepared.
_HERE: BindParameter[str] = bindparam("here")
_ID: BindParameter[str] = bindparam("story")
_N: BindParameter[int] = bindparam("version_n")
_WITH_ID = Prepared(select(*_STORY).where(StoryRow.workspace == _HERE, StoryRow.id == _ID))
_WITH_NUMBER = Prepared(select(*_STORY).where(StoryRow.workspace == _HERE, StoryRow.number == bindparam("called")))
_HIGHEST = Prepared(select(func.coalesce(func.max(StoryRow.number), 0)).where(StoryRow.workspace == _HERE))
_HEAD = Prepared(
    select(
        VersionRow.kind,
        VersionRow.naming,
        VersionRow.credit_line,
        VersionRow.script_sha,
        VersionRow.created_at,
        VersionRow.changed_prompts,
    ).where(VersionRow.workspace == _HERE, VersionRow.story_id == _ID, VersionRow.n == _N)
)
_ANSWERS = Prepared(
    select(*_ANSWER)
    .where(VersionAnswerRow.workspace == _HERE, VersionAnswerRow.story_id == _ID, VersionAnswerRow.n == _N)
    .order_by(VersionAnswerRow.position)
)
_PERMITTED = select(PermissionRow.place).where(
    PermissionRow.workspace == _HERE,
    PermissionRow.story_id == _ID,
    PermissionRow.version == _N,
    PermissionRow.revoked_at.is_(None),
)
_PLACES = Prepared(_PERMITTED)
_CARRIED = (
    select(EditionEntryRow.story_id)
    .where(
        EditionEntryRow.workspace == _HERE,
        EditionEntryRow.channel == bindparam("in_channel"),
        EditionEntryRow.story_id == StoryRow.id,
    )
    .exists()
)
_WAITING = (
    select(*_STORY)
    .join(
        PermissionRow,
        (PermissionRow.workspace == StoryRow.workspace)
        & (PermissionRow.story_id == StoryRow.id)
        & (PermissionRow.version == StoryRow.approved_version),
    )
    .where(
        StoryRow.workspace == _HERE,
        StoryRow.status == StoryStatus.APPROVED,
        PermissionRow.place == Place.DIGEST,
        PermissionRow.revoked_at.is_(None),
        ~_CARRIED,
    )
    .order_by(StoryRow.submitted_at, StoryRow.number)
)
_READY_OR_HELD, _READY = Prepared(_WAITING), Prepared(_WAITING.where(StoryRow.held.is_(False)))
_PERMITTED_AT = Prepared(_PERMITTED.where(PermissionRow.place == bindparam("at_place")))


def add(tx: Tx, version: Version, *, care: bool, notice_version: int) -> Story:
    """A new story with its first version, submitted, under the next number of this workspace."""
    highest: int = _HIGHEST.scalar(tx)
    story = Story(
        id=version.story_id,
        number=highest + 1,
        status=StoryStatus.SUBMITTED,
        current_version=version.n,
        approved_version=None,
        submitted_at=tx.now,
        changed_at=tx.now,
        care=care,
        held=False,
        told_slot_at=None,
        reminded_at=None,
    )
    tx.insert(StoryRow, dict(**{name: getattr(story, name) for name in Story.__slots__}))
    add_version(tx, version, parent=None, notice_version=notice_version)
    return story


def add_version(tx: Tx, version: Version, *, parent: int | None, notice_version: int) -> None:
    """Write a version, its answers and a permission row for each of its places."""
    _write(tx, version, parent)
    for place in sorted(version.places):
        tx.insert(
            PermissionRow,
            {
                "story_id": version.story_id,
                "version": version.n,
                "place": place,
                "naming": version.naming,
                "notice_version": notice_version,
                "granted_at": tx.now,
            },
        )


def _write(tx: Tx, version: Version, parent: int | None) -> None:
    """A version and its answers, without a permission."""
    tx.insert(
        VersionRow,
        {
            "story_id": version.story_id,
            "n": version.n,
            "parent": parent,
            "kind": version.kind,
            "naming": version.naming,
            "credit_line": version.credit_line,
            "script_sha": version.script_sha,
            "created_at": version.created_at,
            "changed_prompts": list(version.changed_prompts),
        },
    )
    for answer in version.answers:
        tx.insert(
            VersionAnswerRow,
            dict(
                story_id=version.story_id,
                n=version.n,
                **{name: getattr(answer, name) for name in VersionAnswer.__slots__ if name != "choices"},
                choices=list(answer.choices),
            ),
        )
    if parent is not None:
        screen_hits.carry_over(tx, version, parent=parent)


def find(tx: Tx, story_id: str) -> Story | None:
    """The story with this id, if there is one."""
    row = _WITH_ID.first(tx, {"story": story_id})
    return None if row is None else Story(*row)


def get(tx: Tx, story_id: str) -> Story:
    """The story with this id. Raises LookupError."""
    story = find(tx, story_id)
    if story is None:
        raise LookupError(f"no story {story_id}")
    return story


def find_by_number(tx: Tx, number: int) -> Story | None:
    """The story that people call by this number, if there is one."""
    row = _WITH_NUMBER.first(tx, {"called": number})
    return None if row is None else Story(*row)


def with_status(tx: Tx, statuses: Iterable[StoryStatus], *, most: int | None = None, skip: int = 0) -> Sequence[Story]:
    """Stories in any of these states, longest waiting first."""
    statement = (
        select(*_STORY)
        .where(StoryRow.workspace == tx.workspace, StoryRow.status.in_(list(statuses)))
        .order_by(StoryRow.submitted_at, StoryRow.number)
        .offset(skip)
    )
    return _all(tx, statement if most is None else statement.limit(most))


def of_ids(tx: Tx, story_ids: Sequence[str]) -> Sequence[Story]:
    """These stories, newest number first."""
    return _all(
        tx,
        select(*_STORY)
        .where(StoryRow.workspace == tx.workspace, StoryRow.id.in_(story_ids))
        .order_by((StoryRow.number + 0).desc()),  # or SQLite would read all stories in this order
    )


def count(tx: Tx, *statuses: StoryStatus) -> int:
    """How many stories there are, in these states if any are given."""
    statement = select(func.count()).select_from(StoryRow).where(StoryRow.workspace == tx.workspace)
    if statuses:
        statement = statement.where(StoryRow.status.in_(statuses))
    return tx.connection.execute(statement).scalar_one()


def sent_within(tx: Tx, since: datetime, until: datetime) -> int:
    """How many stories were sent after `since` and no later than `until`, whatever became of them."""
    return tx.connection.execute(
        select(func.count())
        .select_from(StoryRow)
        .where(
            StoryRow.workspace == tx.workspace,
            StoryRow.status.in_(list(StoryStatus)),  # every one: by status the index comes to the time
            StoryRow.submitted_at > since,
            StoryRow.submitted_at <= until,
        )
    ).scalar_one()


def queue(tx: Tx) -> tuple[int, datetime | None]:
    """How many stories wait for reviewers, and since when the longest has."""
    row = tx.connection.execute(
        select(func.count(), func.min(StoryRow.submitted_at)).where(
            StoryRow.workspace == tx.workspace, StoryRow.status == StoryStatus.SUBMITTED
        )
    ).one()
    return row[0], row[1]


def change(tx: Tx, story_id: str, **values: Any) -> None:
    """Set columns of a story, without conditions."""
    tx.connection.execute(
        update(StoryRow).where(StoryRow.workspace == tx.workspace, StoryRow.id == story_id).values(**values)
    )
    if "approved_version" in values:
        search.index(tx, story_id)


def change_if(tx: Tx, story_id: str, condition: ColumnElement[bool], **values: Any) -> bool:
    """Set columns of a story if the condition still holds; says whether it did. This is how races are decided."""
    changed = (
        tx.connection.execute(
            update(StoryRow)
            .where(and_(StoryRow.workspace == tx.workspace, StoryRow.id == story_id, condition))
            .values(**values)
        ).rowcount
        == 1
    )
    if changed and "approved_version" in values:
        search.index(tx, story_id)
    return changed


def post(tx: Tx, story_id: str, version: int) -> bool:
    """Mark a story posted if it still stands approved at this version and is not held; says whether it did."""
    standing = (StoryRow.status == StoryStatus.APPROVED) & (StoryRow.approved_version == version)
    return change_if(tx, story_id, standing & StoryRow.held.is_(False), status=StoryStatus.POSTED, changed_at=tx.now)


def was_not_posted(tx: Tx, story_id: str, version: int) -> bool:
    """Mark a story approved again, since the edition that carried it was not posted; says whether it stood so."""
    standing = (StoryRow.status == StoryStatus.POSTED) & (StoryRow.approved_version == version)
    return change_if(tx, story_id, standing, status=StoryStatus.APPROVED)


def hold(tx: Tx, story_id: str, version: int, holding: bool) -> bool:
    """Hold an approved story back, or put it back; False when it has moved on or stands so already."""
    standing = (StoryRow.status == StoryStatus.APPROVED) & (StoryRow.approved_version == version)
    return change_if(tx, story_id, standing & (StoryRow.held != holding), held=holding, told_slot_at=None)


def submit_again(tx: Tx, story_id: str, version: Version, *, notice_version: int, care: bool) -> bool:
    """Put a new version in the queue unless the story has been posted or removed meanwhile; says whether it did.

    What once needed two reviewers goes on needing them, and a new version needs both again.
    """
    story = get(tx, story_id)
    parent = story.current_version
    moved = change_if(
        tx,
        story_id,
        StoryRow.status.not_in([StoryStatus.POSTED, StoryStatus.REMOVED, StoryStatus.WITHDRAWN])
        & (StoryRow.current_version == version.n - 1),
        status=StoryStatus.SUBMITTED,
        current_version=version.n,
        approved_version=None,
        changed_at=tx.now,
        care=care or story.care,
        held=False,
        told_slot_at=None,
        first_approver=None,
    )
    if moved:
        add_version(tx, version, parent=parent, notice_version=notice_version)
    return moved


def redact(tx: Tx, version: Version) -> bool:
    """Put a redaction in the place of the version before it, if that still waits for reviewers; says whether it did.

    The permission stands as its teller gave it: same places, same naming, same day. It waits as long as it has waited.
    """
    parent = version.n - 1
    moved = change_if(
        tx,
        version.story_id,
        (StoryRow.status == StoryStatus.SUBMITTED) & (StoryRow.current_version == parent),
        current_version=version.n,
        first_approver=None,
    )
    if moved:
        _write(tx, version, parent)
        kept = select(PermissionRow.place, PermissionRow.naming, PermissionRow.notice_version, PermissionRow.granted_at)
        rows = tx.connection.execute(
            kept.where(
                PermissionRow.workspace == tx.workspace,
                PermissionRow.story_id == version.story_id,
                PermissionRow.version == parent,
                PermissionRow.revoked_at.is_(None),
            )
        ).all()
        for row in rows:
            tx.insert(PermissionRow, {"story_id": version.story_id, "version": version.n, **row._mapping})
    return moved


def remove(tx: Tx, story_id: str) -> None:
    """Delete every version of a story with its words, permissions and decisions; its number stays taken."""
    tx.connection.execute(
        delete(VersionRow).where(VersionRow.workspace == tx.workspace, VersionRow.story_id == story_id)
    )
    sequels.forget(tx, story_id)
    change(tx, story_id, status=StoryStatus.REMOVED, approved_version=None, changed_at=tx.now, told_slot_at=None)


def version(tx: Tx, story_id: str, n: int) -> Version:
    """One version with its answers in order and the places it may go to. Raises LookupError."""
    this = {"story": story_id, "version_n": n}
    head = _HEAD.first(tx, this)
    if head is None:
        raise LookupError(f"no version {n} of story {story_id}")
    kind, naming, credit_line, script_sha, created_at, changed_prompts = head
    answers = (VersionAnswer(*row) for row in _ANSWERS.all(tx, this))
    return Version(
        story_id=story_id,
        n=n,
        kind=kind,
        naming=naming,
        credit_line=credit_line,
        script_sha=script_sha,
        created_at=created_at,
        answers=tuple(replace(answer, choices=tuple(answer.choices)) for answer in answers),
        places=places(tx, story_id, n),
        changed_prompts=tuple(changed_prompts),
    )


def find_version(tx: Tx, story_id: str, n: int) -> Version | None:
    """One version, or None where the story was removed with all of them."""
    try:
        return version(tx, story_id, n)
    except LookupError:
        return None


def title_of(tx: Tx, story: Story) -> str | None:
    """The title that the current version carries, if its teller gave it one."""
    return tx.connection.execute(
        select(VersionAnswerRow.value).where(
            VersionAnswerRow.workspace == tx.workspace,
            VersionAnswerRow.story_id == story.id,
            VersionAnswerRow.n == story.current_version,
            VersionAnswerRow.part == Part.TITLE,
        )
    ).scalar_one_or_none()


def places(tx: Tx, story_id: str, n: int) -> frozenset[Place]:
    """Where an unrevoked permission lets this version go."""
    return frozenset(_PLACES.scalars(tx, {"story": story_id, "version_n": n}))


def may_go_to(tx: Tx, story_id: str, n: int, place: Place) -> bool:
    """Whether an unrevoked permission covers this version at this place."""
    return _PERMITTED_AT.first(tx, {"story": story_id, "version_n": n, "at_place": place}) is not None


def ready_for_digest(tx: Tx, channel: str, *, with_held: bool = False) -> Sequence[Story]:
    """Approved stories permitted for the digest that no edition of this channel carries, oldest first."""
    ready = _READY_OR_HELD if with_held else _READY
    return [Story(*row) for row in ready.all(tx, {"in_channel": channel})]


def _all(tx: Tx, statement: Select[Any]) -> Sequence[Story]:
    return [Story(*row) for row in tx.connection.execute(statement)]
