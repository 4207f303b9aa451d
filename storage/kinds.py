"""The named values that records and tables are made of: states, stages, verbs, places; one enum for each idea.

Pure. Stored by value, so a value never changes its meaning. `records.py` hands them on: rooms import both from there.
"""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a draft is being written."""

    NEW = "new"
    CHANGE = "change"
    ANSWER = "answer"


class DraftState(StrEnum):
    """Where a draft's life stands; only an OPEN one hears what its teller types."""

    OPEN = "open"
    KEPT = "kept"
    SENT = "sent"
    DELETED = "deleted"
    EXPIRED = "expired"


class Stage(StrEnum):
    """What an open draft is about just now."""

    ASKING = "asking"
    SCREENING = "screening"
    """Something in an answer looks like an identifier; `open_prompt` is the question that it was found on leaving."""
    CHECKING = "checking"
    NAMING = "naming"
    CREDIT = "credit"
    PLACES = "places"
    READY = "ready"


class StoryStatus(StrEnum):
    """Where a story stands."""

    SUBMITTED = "submitted"
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    POSTED = "posted"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    """Taken back by its teller, or taken down. Final: nothing leads out of it."""


class VersionKind(StrEnum):
    """How a version came to be."""

    ORIGINAL = "original"
    CHANGED = "changed"
    ANSWERED = "answered"
    REDACTED = "redacted"
    ACCEPTED = "accepted"
    """One answer has the words that a reviewer suggested and its author chose."""


class Naming(StrEnum):
    """How the teller asked to be described."""

    NAME = "name"
    ROLE_AND_ORGANISATION = "role_and_organisation"
    ROLE = "role"
    NONE = "none"


class Place(StrEnum):
    """Where a story may be shared."""

    DIGEST = "digest"
    STAFF_STORYBOOK = "staff_storybook"
    PUBLIC_STORYBOOK = "public_storybook"
    TRAINING = "training"


class Part(StrEnum):
    """The part that an answer plays in a story as readers see it."""

    TITLE = "title"
    KIND = "kind"
    SERVICES = "services"
    LESSON = "lesson"
    ROLE = "role"
    ORGANISATION = "organisation"
    BODY = "body"


class Verb(StrEnum):
    """What a reviewer did."""

    APPROVE = "approve"
    ASK = "ask"
    DECLINE = "decline"
    UNDO = "undo"
    HOLD = "hold"
    PUT_BACK = "put_back"
    FIRST_APPROVE = "first_approve"
    """The first of two approvals: the story waits for a second reviewer."""
    UNDO_FIRST = "undo_first"
    SENSITIVE = "sensitive"
    """From now on the story needs two different reviewers."""
    REDACT = "redact"
    SUGGEST = "suggest"
    """Other words for one answer, which its author uses or does not."""


class DeclineReason(StrEnum):
    """Why a story cannot be used as it is."""

    IDENTIFIES = "identifies"
    OFF_SUBJECT = "off_subject"
    ELSEWHERE = "elsewhere"
    TOO_LITTLE = "too_little"
    OTHER = "other"


class Disposition(StrEnum):
    """What became of something that the screen found: only pointed out, taken out, or kept as no identifier."""

    HINT = "hint"
    REMOVED = "removed"
    DISPUTED = "disputed"


class Op(StrEnum):
    """What is done in Slack for an outbox row."""

    POST = "post"
    UPDATE = "update"
    DELETE = "delete"
    WHISPER = "whisper"
    PERMALINK = "permalink"
    FILE = "file"
    """A file in a direct message. Its row's `ts` is the file's id, by which a DELETE finds it."""


class OutboxState(StrEnum):
    """QUEUED waits its turn; SENDING may be tried at any moment, so a row found so after a crash is in doubt."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    DROPPED = "dropped"


class EditionState(StrEnum):
    """An edition either went out with stories, re-read an old one, or was a quiet week."""

    FULL = "full"
    REREAD = "reread"
    QUIET = "quiet"
