"""What the screen found in each version of a story: kinds, counts and what became of them, never what matched."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select

from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Disposition, ScreenHit, Version, VersionKind
from storage.tables import ScreenHitRow

_HIT = tuple(getattr(ScreenHitRow, name) for name in ScreenHit.__slots__)
_OF_VERSION = (
    (ScreenHitRow.workspace == bindparam("here"))
    & (ScreenHitRow.story_id == bindparam("story"))
    & (ScreenHitRow.version == bindparam("version_n"))
)
_FORGET = Prepared(delete(ScreenHitRow).where(_OF_VERSION))
_HITS = Prepared(
    select(*_HIT).where(_OF_VERSION).order_by(ScreenHitRow.prompt_id, ScreenHitRow.kind, ScreenHitRow.disposition)
)
_KEPT = Prepared(
    select(ScreenHitRow.kind)
    .where(
        ScreenHitRow.workspace == bindparam("here"),
        ScreenHitRow.story_id == bindparam("story"),
        ScreenHitRow.version <= bindparam("version_n"),
        ScreenHitRow.disposition == Disposition.DISPUTED,
    )
    .group_by(ScreenHitRow.kind)
    .order_by(func.min(ScreenHitRow.version), ScreenHitRow.kind)
)


def record(tx: Tx, story_id: str, n: int, hits: Iterable[ScreenHit]) -> None:
    """Keep what was found in a version, in the place of what was kept for it before."""
    _FORGET.change(tx, {"story": story_id, "version_n": n})
    for hit in hits:
        _insert(tx, story_id, n, hit)


def of_version(tx: Tx, story_id: str, n: int) -> Sequence[ScreenHit]:
    """What was found in a version, answer by answer."""
    return [ScreenHit(*row) for row in _HITS.all(tx, {"story": story_id, "version_n": n})]


def kept_ever(tx: Tx, story_id: str, n: int) -> Sequence[str]:
    """Kinds that this version's teller kept on purpose in it, or in one before it."""
    return [kind for (kind,) in _KEPT.all(tx, {"story": story_id, "version_n": n})]


def carry_over(tx: Tx, version: Version, *, parent: int) -> None:
    """Keep for a new version what was decided about its parent, in answers that have the same words.

    What its teller replaced was replaced, however the answer goes on. A redaction only takes words out, so what was
    kept on purpose in a redacted answer stays kept as well. Whoever shows it looks whether it still stands there.
    """
    for hit in of_version(tx, version.story_id, parent):
        only_less = version.kind is VersionKind.REDACTED and hit.disposition is Disposition.DISPUTED
        replaced = hit.disposition is Disposition.REMOVED
        if only_less or replaced or hit.prompt_id not in version.changed_prompts:
            _insert(tx, version.story_id, version.n, hit)


def _insert(tx: Tx, story_id: str, n: int, hit: ScreenHit) -> None:
    values = {name: getattr(hit, name) for name in ScreenHit.__slots__}
    tx.insert(ScreenHitRow, {"story_id": story_id, "version": n, **values})
