"""What every table has in common: named constraints, column types by meaning, references within a workspace."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, MetaData

from storage.records import (
    DeclineReason,
    Disposition,
    DraftState,
    EditionState,
    Naming,
    Op,
    OutboxState,
    Part,
    Place,
    Purpose,
    Stage,
    StoryStatus,
    Verb,
    VersionKind,
)
from storage.tables.declaring import Declared
from storage.types import UtcInstant, by_value


class Base(Declared):
    """Names every constraint, so that a migration can find it again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcInstant,
        DeclineReason: by_value(DeclineReason),
        Disposition: by_value(Disposition),
        DraftState: by_value(DraftState),
        EditionState: by_value(EditionState),
        Naming: by_value(Naming),
        Op: by_value(Op),
        OutboxState: by_value(OutboxState),
        Part: by_value(Part),
        Place: by_value(Place),
        Purpose: by_value(Purpose),
        Stage: by_value(Stage),
        StoryStatus: by_value(StoryStatus),
        Verb: by_value(Verb),
        VersionKind: by_value(VersionKind),
    }


# Conditions of partial indexes. Queries repeat them word for word: SQLite uses such an index only for a statement that
# carries its condition as text, never for one that binds the same values.
WAITING = "state IN ('queued', 'sending')"
PARKED = "state = 'parked'"
DELETING = "op = 'delete'"
HEARING = "state = 'open' AND purpose != 'answer'"
UNSETTLED = "closed = 0"


def reference(columns: tuple[str, ...], table: str, theirs: tuple[str, ...], **kw: Any) -> ForeignKeyConstraint:
    """A reference within the workspace."""
    return ForeignKeyConstraint(
        ("workspace", *columns), [f"{table}.workspace", *(f"{table}.{c}" for c in theirs)], **kw
    )
