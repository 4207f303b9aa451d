"""Which stories may be read now, and in which words: approved, not held, permitted for this audience, still standing.

The one read model of the storybook, the exports, the App Home and search:

    published(tx, audience, after=0, most=100)    full stories, lowest number first; `after` is the last number seen
    latest(tx, audience, before=None, most=100)   full stories, highest number first
    find(tx, audience, number)                    one of them, or None: missing and withdrawn look alike
    of_numbers(tx, audience, numbers)             those of them that may be read, lowest number first
    standing(tx, audience)                        number, story id and version of all of them, without a word
    count(tx, audience, most=1000)                how many there are, as far as is asked

Words come from the approved version only. A place is never implied by another: public permission is not staff
permission. Whoever shows words screens them first (`bot.story.screened.undisputed(one.version, one.hits)`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_

from storage import sequels
from storage.books import Audience
from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Place, ScreenHit, StoryStatus, Version, VersionAnswer
from storage.tables import PermissionRow, ScreenHitRow, SequelRow, StoryRow, VersionAnswerRow, VersionRow
from storage.told_next import Sequel, SequelState

__all__ = [
    "PLACE_OF",
    "Audience",
    "Published",
    "Standing",
    "answering",
    "count",
    "find",
    "latest",
    "may_be_read",
    "of_numbers",
    "published",
    "scripts",
    "standing",
    "values_of",
]

PLACE_OF: Final = {
    Audience.STAFF: Place.STAFF_STORYBOOK,
    Audience.PUBLIC: Place.PUBLIC_STORYBOOK,
    Audience.TRAINING: Place.TRAINING,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """That a story may be read in this version."""

    number: int
    story_id: str
    version: int
    sequel: str = ""
    """Names what happened next, as it is approved (`Sequel.mark`); empty where nothing is."""


@dataclass(frozen=True, slots=True)
class Published:
    """A story that may be read: its approved version, and what its teller said of what the screen found in it."""

    number: int
    told_on: date
    """The day it was sent, and no finer: a time would help to find out who told it."""
    decided_on: date
    """The day of the last thing that happened to it: its approval, or its digest."""
    version: Version
    hits: tuple[ScreenHit, ...] = ()
    sequel: Sequel | None = None
    """What happened next, where it is approved: to be screened apart, since the story stands without it too."""

    @property
    def story_id(self) -> str:
        """Our own id; readers are told the number."""
        return self.version.story_id


RECENT: Final = 500
"""Stories that are looked through for an answer to one question: the latest."""
_READABLE: Final = (StoryStatus.APPROVED, StoryStatus.POSTED)
_NO_NUMBER: Final = 2**31 - 1
_ANSWER = tuple(getattr(VersionAnswerRow, name) for name in VersionAnswer.__slots__)
_HIT = tuple(getattr(ScreenHitRow, name) for name in ScreenHit.__slots__)
_HEAD = (
    StoryRow.number,
    StoryRow.submitted_at,
    StoryRow.changed_at,
    VersionRow.story_id,
    VersionRow.n,
    VersionRow.kind,
    VersionRow.naming,
    VersionRow.credit_line,
    VersionRow.script_sha,
    VersionRow.created_at,
    VersionRow.changed_prompts,
)


def published(tx: Tx, audience: Audience, *, after: int = 0, most: int = 100) -> Sequence[Published]:
    """The next `most` stories after this number, lowest number first."""
    return _load(tx, audience, _heads().where(StoryRow.number > after).order_by(StoryRow.number).limit(most))


def latest(tx: Tx, audience: Audience, *, most: int) -> Sequence[Published]:
    """The newest `most` stories, highest number first."""
    return _load(tx, audience, _heads().order_by(StoryRow.number.desc()).limit(most))


def find(tx: Tx, audience: Audience, number: int) -> Published | None:
    """The story of this number, if this audience may read it."""
    found = of_numbers(tx, audience, [number])
    return found[0] if found else None


def of_numbers(tx: Tx, audience: Audience, numbers: Sequence[int]) -> Sequence[Published]:
    """Those of these stories that this audience may read, lowest number first."""
    return _load(tx, audience, _heads().where(StoryRow.number.in_(list(numbers))).order_by(StoryRow.number))


def answering(
    tx: Tx, audience: Audience, prompt_id: str, *, below: int | None = None, most: int
) -> Sequence[tuple[int, str]]:
    """Numbers and ids of stories that answer this question, highest number first, among the latest below this one."""
    values = {**values_of(tx, audience), "below": below or _NO_NUMBER, "prompt": prompt_id, "most": most}
    return [(number, story_id) for number, story_id in _answering().all(tx, values)]


def standing(tx: Tx, audience: Audience) -> Sequence[Standing]:
    """Everything that this audience may read, lowest number first, without its words."""
    heads = _readable(select(StoryRow.number, StoryRow.id, StoryRow.approved_version, SequelRow.id, SequelRow.n))
    told = heads.outerjoin(
        SequelRow,
        (SequelRow.workspace == StoryRow.workspace)
        & (SequelRow.story_id == StoryRow.id)
        & (SequelRow.state == SequelState.APPROVED),
    )
    rows = tx.connection.execute(told.order_by(StoryRow.number), values_of(tx, audience))
    return [
        Standing(number, story_id, version, "" if told is None else f"{told}:{n}")
        for number, story_id, version, told, n in rows
    ]


def may_be_read(story_id: Any, version: Any) -> ColumnElement[bool]:
    """A condition for statements of storage: that the story may be read, in this version; by whom, `values_of` says."""
    wanted = _readable(select(StoryRow.id)).where(StoryRow.id == story_id, StoryRow.approved_version == version)
    return wanted.exists()


def values_of(tx: Tx, audience: Audience) -> dict[str, object]:
    """What binds a statement with such a condition to a workspace and an audience."""
    return {"workspace": tx.workspace, "place": PLACE_OF[audience]}


def count(tx: Tx, audience: Audience, *, most: int) -> int:
    """How many stories this audience may read, `most` at most: to count takes as long as there are stories."""
    found = _readable(select(StoryRow.id)).limit(most).subquery()
    statement = select(func.count()).select_from(found)
    number: int = tx.connection.execute(statement, values_of(tx, audience)).scalar_one()
    return number


def scripts(tx: Tx, audience: Audience) -> Sequence[str]:
    """The shas of the scripts that these stories were told with, in the order of their first story."""
    grouped = _of_heads(VersionRow.script_sha).group_by(VersionRow.script_sha).order_by(func.min(StoryRow.number))
    return tx.connection.execute(grouped, values_of(tx, audience)).scalars().all()


# ── how they are read ─────────────────────────────────────────────────────────────────────────────────────────────


def _readable(statement: Any) -> Select[Any]:
    """Only what stands approved, is not held back, and has an unrevoked permission for the place in that version."""
    joined: Select[Any] = statement.join(
        PermissionRow,
        (PermissionRow.workspace == StoryRow.workspace)
        & (PermissionRow.story_id == StoryRow.id)
        & (PermissionRow.version == StoryRow.approved_version),
    ).where(
        StoryRow.workspace == bindparam("workspace"),
        or_(*(StoryRow.status == status for status in _READABLE)),
        StoryRow.held.is_(False),
        PermissionRow.place == bindparam("place"),
        PermissionRow.revoked_at.is_(None),
    )
    return joined


@cache
def _heads() -> Select[Any]:
    """Built once: stories joined with the head of their approved version."""
    return _of_heads(*_HEAD)


def _of_heads(*columns: Any) -> Select[Any]:
    joined = _readable(select(*columns).select_from(StoryRow))
    return joined.join(
        VersionRow,
        (VersionRow.workspace == StoryRow.workspace)
        & (VersionRow.story_id == StoryRow.id)
        & (VersionRow.n == StoryRow.approved_version),
    )


@cache
def _answering() -> Prepared:
    """Built once: the latest stories with an answer to a question."""
    heads = _readable(select(StoryRow.number, StoryRow.id, StoryRow.approved_version))
    latest = heads.where(StoryRow.number < bindparam("below")).order_by(StoryRow.number.desc()).limit(RECENT).subquery()
    answered = select(latest.c.number, latest.c.id).join(
        VersionAnswerRow,
        (VersionAnswerRow.workspace == bindparam("workspace"))
        & (VersionAnswerRow.story_id == latest.c.id)
        & (VersionAnswerRow.n == latest.c.approved_version),
    )
    those = answered.where(VersionAnswerRow.prompt_id == bindparam("prompt"), VersionAnswerRow.value != "")
    return Prepared(those.order_by(latest.c.number.desc()).limit(bindparam("most")))


def _load(tx: Tx, audience: Audience, statement: Select[Any]) -> Sequence[Published]:
    heads = tx.connection.execute(statement, values_of(tx, audience)).all()
    if not heads:
        return []
    wanted = [(row.story_id, row.n) for row in heads]
    answers: defaultdict[str, list[VersionAnswer]] = defaultdict(list)
    rows = tx.connection.execute(
        select(VersionAnswerRow.story_id, *_ANSWER)
        .where(_of(tx, VersionAnswerRow.workspace, VersionAnswerRow.story_id, VersionAnswerRow.n, wanted))
        .order_by(VersionAnswerRow.story_id, VersionAnswerRow.position)
    )
    for story_id, *values in rows:
        answer = VersionAnswer(*values)
        answers[story_id].append(replace(answer, choices=tuple(answer.choices)))
    hits: defaultdict[str, list[ScreenHit]] = defaultdict(list)
    rows = tx.connection.execute(
        select(ScreenHitRow.story_id, *_HIT).where(
            _of(tx, ScreenHitRow.workspace, ScreenHitRow.story_id, ScreenHitRow.version, wanted)
        )
    )
    for story_id, *values in rows:
        hits[story_id].append(ScreenHit(*values))
    told_next = sequels.approved(tx, [story_id for story_id, _ in wanted])
    places: defaultdict[str, set[Place]] = defaultdict(set)
    given = select(PermissionRow.story_id, PermissionRow.place).where(
        _of(tx, PermissionRow.workspace, PermissionRow.story_id, PermissionRow.version, wanted),
        PermissionRow.revoked_at.is_(None),
    )
    for story_id, place in tx.connection.execute(given):
        places[story_id].add(place)
    return [
        Published(
            number=row.number,
            told_on=row.submitted_at.date(),
            decided_on=row.changed_at.date(),
            version=Version(
                story_id=row.story_id,
                n=row.n,
                kind=row.kind,
                naming=row.naming,
                credit_line=row.credit_line,
                script_sha=row.script_sha,
                created_at=row.created_at,
                answers=tuple(answers[row.story_id]),
                places=frozenset(places[row.story_id]),
                changed_prompts=tuple(row.changed_prompts),
            ),
            hits=tuple(hits[row.story_id]),
            sequel=told_next.get(row.story_id),
        )
        for row in heads
    ]


def _of(tx: Tx, workspace: Any, story_id: Any, version: Any, wanted: Iterable[tuple[str, int]]) -> ColumnElement[bool]:
    pairs = list(wanted)
    # The pair alone would have SQLite look through the whole workspace: it uses an index for the id, not for a pair.
    condition: ColumnElement[bool] = (
        (workspace == tx.workspace) & story_id.in_([story for story, _ in pairs]) & tuple_(story_id, version).in_(pairs)
    )
    return condition
