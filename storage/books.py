"""What is kept of a book: whether it is a site or an export, for whom, and where.

Pure. The counterpart of `records.py` for what stands outside Slack and the database; `storybook.py` keeps it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who reads: each is asked for, and given, by itself."""

    STAFF = "staff"
    PUBLIC = "public"
    TRAINING = "training"


class BookKind(StrEnum):
    """A SITE is kept up to date; an EXPORT is a file that was handed out."""

    SITE = "site"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Book:
    """A site or an export: `path` is its folder or file, `formats` what is made beside the pages, or the file's own."""

    id: str
    kind: BookKind
    audience: Audience
    path: str
    formats: str
    made_at: datetime
