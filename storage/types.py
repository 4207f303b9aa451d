"""Named column types, so that a table reads as its meaning.

`UtcInstant` refuses a naive datetime at the door; `Words` marks a column that holds what a person wrote (erasure and
redaction look for it); enums are stored by value.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Enum, String, Text, TypeDecorator


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970: it sorts and compares the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(value: datetime) -> int:
    """The instant as whole microseconds since 1970. Raises ValueError for a datetime without a zone."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a zone; this datetime has none")
    whole = (value if value.tzinfo is UTC else value.astimezone(UTC)) - _EPOCH
    return (whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds


def from_microseconds(value: int) -> datetime:
    """The UTC instant that is `value` microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """What a person wrote. Never logged; the columns of this type are the ones an erasure must reach."""

    impl = Text
    cache_ok = True


def by_value(kind: type[StrEnum]) -> Enum:
    """An enum column that stores the member's value as text and refuses any other."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=32,
    )


Id = String(32)
SlackId = String(64)
Json = JSON(none_as_null=True)
